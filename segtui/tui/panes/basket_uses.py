"""What baskets are good for, in sentences: bundles, prompts, items seldom together, and what the next order brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.basket_views import Use, UsesView
from segtui.session.questions import Question, UsesQuestion
from segtui.tui import format as fmt
from segtui.tui.panes.view import View, told
from segtui.tui.widgets.ink import BLANK, Line, Run, first_fitting, line, wrap

if TYPE_CHECKING:
    from segtui.tui.panes.baskets import BasketsPane


class UsesPlot(View):
    """Rows are the sentences of one use; the one under the cursor stands below in full."""

    name = "uses"
    pane: BasketsPane

    def __init__(self, pane: BasketsPane) -> None:
        super().__init__(pane)
        self.at = 0

    def question(self) -> Question | None:
        """What is asked: it rests on the cut-offs, not on the filter."""
        return UsesQuestion(self.pane.spec) if self.pane.spec is not None else None

    def view(self) -> UsesView | None:
        """What was found."""
        found = self.pane.asked(self.question())
        return found if isinstance(found, UsesView) else None

    def use(self) -> Use | None:
        """The use in front."""
        view = self.view()
        return view.uses[self.at % len(view.uses)] if view is not None and view.uses else None

    def row_count(self) -> int:
        use = self.use()
        return len(use.sentences) if use is not None else 0

    def step(self, by: int) -> None:
        self.at += by

    def paint(self, width: int, height: int) -> list[Line]:
        view, use = self.view(), self.use()
        if view is None or use is None:
            return self.pane.drawing()
        below = self._below(use, width)
        room = max(1, height - 1 - len(below))
        self.first_row_y = 1
        lines = [self._names(view, width)]
        for at in self.cursor.window(len(use.sentences), room):
            text = fmt.cut(fmt.clean(use.sentences[at]), width - 2, self.signs.ellipsis)
            lines.append(line(self.pane.mark(at), (text, ""), ground=self.pane.ground(at)))
        if not use.sentences:
            lines += told(fmt.clean(use.why) or "There are none at these cut-offs.", width, "dim")
        return [*lines, *[BLANK] * (height - len(lines) - len(below)), *below]

    def _names(self, view: UsesView, width: int) -> Line:
        runs: list[Run] = [(" ", "")]
        for use in view.uses:
            name = f"{use.name} {fmt.count(use.found)}"
            here = use is self.use()
            runs.append((f"[{name}]" if here else f" {name} ", "bold key" if here else "dim"))
        keys: list[Run] = [("  h l ", "key"), ("kind", "dim")]
        return first_fitting((line(*runs, *keys), line(*runs)), width)

    def _below(self, use: Use, width: int) -> list[Line]:
        """The sentence under the cursor in full, and what is to be borne in mind."""
        if not use.sentences:
            return []
        here = fmt.clean(use.sentences[min(self.cursor.at, len(use.sentences) - 1)])
        full = [line(" ", *part.runs) for part in wrap(here, width - 2)]
        return [self.pane.rule(width), *full, *(told(use.caveat, width, "dim") if use.caveat else [])]

    def copied(self, whole: bool) -> tuple[str, str]:
        use = self.use()
        if use is None or not use.sentences:
            return "", ""
        if whole:
            return "\n".join(fmt.clean(text) for text in use.sentences), f"the {use.name}"
        return fmt.clean(use.sentences[min(self.cursor.at, len(use.sentences) - 1)]), "the sentence"
