"""A pane with several views: which one is in front, the keys that step through them, and the strip of their names."""

from __future__ import annotations

from segtui.tui import format as fmt
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.panes.view import View
from segtui.tui.widgets.ink import Run


class ViewsPane(Pane):
    """Subclasses give the views, and say what is to be done when one comes to the front.

    above: lines of the pane before the first line of a view, for clicks.
    """

    views: tuple[View, ...] = ()
    above = 1

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.at = 0

    @property
    def view(self) -> View:
        """The view in front."""
        return self.views[self.at]

    def shown_view(self) -> None:
        """Another view is in front: ask for what it needs."""

    def row_count(self) -> int:
        return self.view.row_count()

    def row_at(self, y: int) -> int | None:
        return self.view.row_at(y - self.above) if y >= self.above else None

    def show_view(self, at: int) -> None:
        """Bring a view to the front."""
        self.at = at % len(self.views)
        self.cursor = self.view.cursor
        self.shown_view()
        self.repaint()

    def do_next_view(self, argument: str) -> None:
        """The next view, or the one whose name, or a word of it, begins as typed."""
        wanted = argument.strip().lower()
        if not wanted:
            self.show_view(self.at + 1)
            return
        names = [view.name for view in self.views]
        found = [i for i, name in enumerate(names) if any(w.startswith(wanted) for w in (name, *name.split()))]
        if found:
            self.show_view(found[0])
        else:
            self.desk.say(f"no view is called {fmt.clean(argument, 30)}; there are {', '.join(names)}", "error")

    def do_previous_view(self, _: str) -> None:
        self.show_view(self.at - 1)

    def do_next_segment(self, _: str) -> None:
        self.view.step(1)
        self.repaint()

    def do_previous_segment(self, _: str) -> None:
        self.view.step(-1)
        self.repaint()

    def names(self) -> list[Run]:
        """The names of all views, the one in front in brackets."""
        runs: list[Run] = []
        for view in self.views:
            here = view is self.view
            runs.append((f"[{view.name}]" if here else f" {view.name} ", "bold key" if here else "dim"))
        return runs

    def copied(self, whole: bool) -> tuple[str, str]:
        return self.view.copied(whole)
