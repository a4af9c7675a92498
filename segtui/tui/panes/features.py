"""Features: who votes, how loud, on which scale, and why."""

from __future__ import annotations

from typing import ClassVar

from segtui.recipe import FeatureSpec
from segtui.results import PER_FEATURE, Answer, ColumnType, FeatureVerdict
from segtui.session.questions import DriversQuestion, Question
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes import feature_words as words
from segtui.tui.panes.driver_words import Known
from segtui.tui.panes.feature_editing import FeatureEditing
from segtui.tui.widgets.ink import Line, Run, line, wrap
from segtui.tui.widgets.spark import bar, spark

SHORT_TRANSFORM = {"yeo_johnson": "yeo-john", "quantile_normal": "quantile"}
SHORT_TYPE = {ColumnType.INTEGER: "int", ColumnType.NUMBER: "num", ColumnType.YES_NO: "y/n"}
SHORT_TREATMENT = {"nominal": "levels"}
DETAIL, DETAIL_HIGH = 6, 11
"""Lines below the list for the reasons of the row under the cursor, rule included, on a low and on a high screen."""
WIDE, MIDDLE = 120, 94
"""From so many cells on there is room for everything, and for a histogram in every row; with fewer only that of the row
under the cursor is shown, in the rule."""


class FeaturesPane(FeatureEditing):
    """One row per column: on or off, what it is, what is done to it, and its share of the vote."""

    place = "features"
    title = "Features"
    shows_recipe = True
    BINDINGS: ClassVar = bindings_for("features", LISTS)

    def on_answer(self) -> None:
        """Have influence and relevance computed, once the segments are converged."""
        if self.session is not None and self.answer is not None and self.answer.exact:
            self.session.ask_aside(DriversQuestion())

    def on_found(self, question: Question) -> None:
        self.repaint()

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        inspection = self.inspection
        if inspection is None or self.nobody:
            return self.waiting(width)
        specs, layout, known = self.specs(), Layout(width), self.known()
        detail = (DETAIL_HIGH if height >= 28 else DETAIL) if height >= 12 else 0
        lines = [self._summary(width, specs, known), layout.header()]
        self.first_row_y = 2
        votes = self.answer.space.votes if self.answer else {}
        for row in self.cursor.window(self.row_count(), height - 2 - detail):
            verdict = inspection.features[row]
            runs = self._row(layout, verdict, specs.get(verdict.name), votes, known)
            lines.append(line(self.mark(row), *runs, ground=self.ground(row)))
        if detail:
            lines += [line("")] * (height - detail - len(lines))
            lines += self._detail(layout, width, detail, known)
        return lines

    def _summary(self, width: int, specs: dict[str, FeatureSpec], known: Known) -> Line:
        """How many features there are for so many customers, and what is done to extremes."""
        session = self.session
        if session is None or session.dataset is None:
            return line("")
        on, prepare = sum(s.on for s in specs.values()), session.recipe.prepare
        everyone = session.dataset.customers
        customers = sum(self.answer.segmentation.sizes) if self.answer else everyone  # without those set aside
        per = customers // max(1, on)
        few = per < PER_FEATURE
        extremes = "held" if prepare.winsorises else "as they are"
        trimmed = f"{100 * prepare.trim:g} % trimmed" if prepare.trim else "nobody trimmed"
        text = f" {fmt.plural(on, 'feature')} on, {fmt.plural(per, 'customer')} each"
        text += f" (fewer than {PER_FEATURE}: shaky)" if few else ""
        text += f"; {fmt.count(everyone - customers)} in no segment" if customers < everyone else ""
        advised = known.suggested()
        text += f"; {fmt.plural(len(advised), 'suggestion')} (A)" if advised else ""
        rest = fmt.cut(f"; extremes {extremes}; {trimmed}", max(1, width - len(text)), self.signs.ellipsis)
        return line((text, "warn" if few else "dim"), (rest, "dim"))

    def _row(
        self, layout: Layout, verdict: FeatureVerdict, spec: FeatureSpec | None, votes: dict[str, float], known: Known
    ) -> list[Run]:
        on = spec is not None and spec.on
        role = "" if on else "dim"
        vote = votes.get(verdict.name, 0.0) if on else 0.0
        sign = self.signs.on if on else self.signs.off if verdict.usable else " - "
        flags = ", ".join(flag.name for flag in verdict.flags) or verdict.off_reason
        name, between, cells = verdict.name, " " * layout.gap, layout.cells
        shape = spark(verdict.histogram, layout.spark, self.signs.spark) if layout.spark else ""
        hinov = known.hinov(name)
        return [
            (f"{sign} ", "good bold" if on else role),
            (fmt.pad(fmt.clean(name), layout.name, ellipsis=self.signs.ellipsis) + " ", role or "bold"),
            (fmt.pad(layout.type_name(verdict.type), layout.type) + " ", role),
            (fmt.pad(_missing(verdict.missing), 5, right=True) + " ", "warn" if verdict.missing > 0.2 else role),
            (fmt.pad(fmt.short(verdict.distinct), 6, right=True) + between, role),
            (fmt.pad(shape, layout.spark) + "  " if layout.spark else "", "bar" if on else role),
            (fmt.pad(self._transform(verdict, spec), 9) + " ", role),
            (fmt.pad(fmt.weight(spec.weight) if spec and on else "", 4, right=True) + between, role),
            (bar(vote, layout.vote, self.signs.bar_full, " "), "accent"),
            (fmt.pad(fmt.share(vote) if vote else "", 6, right=True), role),
            (fmt.pad(known.influence(name), cells[0], right=True), role if known.current else "dim"),
            (
                fmt.pad(hinov, cells[1], right=True),
                "dim" if not known.current else "warn" if hinov.endswith(("?", "dup")) else role,
            ),
            (
                fmt.pad(known.sparse(name), layout.sparse, right=True) if layout.sparse else "",
                role if known.current else "dim",
            ),
            (fmt.pad(known.switch(name, self._pending(name)), cells[2], right=True), "" if known.tried_now else "dim"),
            (("  " + fmt.clean(flags, layout.flags)) if layout.flags else (" !" if verdict.flags else ""), "warn"),
        ]

    def _transform(self, verdict: FeatureVerdict, spec: FeatureSpec | None) -> str:
        """What is done to the column; a star where the analyst chose it for this column."""
        if not verdict.usable:
            return ""
        spec = spec or FeatureSpec(verdict.name, on=False)
        taken = verdict.taken_as(spec)
        if taken != "numeric":
            return SHORT_TREATMENT.get(taken, taken) + ("*" if taken != verdict.taken_for or spec.order else "")
        if spec.transform == "auto":
            scale = self.session.recipe.prepare.scale if self.session else "auto"
            return short_transform(verdict.transform) if scale == "auto" else scale
        return short_transform(spec.transform) + "*"

    def _detail(self, layout: Layout, width: int, height: int, known: Known) -> list[Line]:
        verdict = self.under_cursor()
        if verdict is None:
            return []
        specs, votes = self.specs(), self.answer.space.votes if self.answer else {}
        shape = "" if layout.spark else "  " + spark(verdict.histogram, 8, self.signs.spark).rstrip()
        lines = [self.rule(width, (fmt.clean(verdict.name, width - 18) + shape).rstrip())]
        if note := self._note(verdict.name):
            lines.append(line((fmt.cut(f"  {note}", width, self.signs.ellipsis), "dim")))
        spec = specs.get(verdict.name)
        if verdict.off_reason and not (spec and spec.on):
            lines += wrap(f"off: {fmt.clean(verdict.off_reason)}", width - 1, "warn", "  ")
        elif verdict.usable:
            vote = f"has {fmt.share(votes[verdict.name])} % of the vote" if verdict.name in votes else ""
            lines += wrap(self._reasons(verdict, spec, vote), width - 1, "", "  ")
        customers = sum(self.answer.segmentation.sizes) if self.answer else 0
        lines += wrap(known.drives(verdict.name, "a"), width - 1, "" if known.current else "dim", "  ")
        lines += wrap(known.effect(verdict.name, customers), width - 1, "" if known.tried_now else "dim", "  ")
        for flag in verdict.flags:
            if flag.reason != verdict.off_reason or (spec and spec.on):
                lines += wrap(f"{flag.name}: {fmt.clean(flag.reason)}", width - 1, "warn", "  ")
        if spec is not None and spec.on:
            lines += [
                part
                for note in (*words.done(verdict, self._current()), known.general())
                for part in wrap(note, width - 1, "dim", "  ")
            ]
        return lines[:height]

    def _pending(self, name: str) -> str:
        """What stands for an effect that is still to be computed."""
        session = self.session
        waits = session is not None and session.background is not None and name not in session.toggles
        return self.signs.ellipsis if waits and not (session and session.stale) else ""

    def _reasons(self, verdict: FeatureVerdict, spec: FeatureSpec | None, vote: str) -> str:
        spec = spec or FeatureSpec(verdict.name, on=False)
        data = self.session.dataset if self.session else None
        missing = words.gaps(verdict, spec, data, self._current()) if data is not None else ""
        return "; ".join(part for part in (words.taken_for(verdict, spec, self.signs.ellipsis), vote, missing) if part)

    def _current(self) -> Answer | None:
        """The answer on screen where it is that of the present recipe."""
        return None if self.session is None or self.session.stale else self.answer

    def _note(self, name: str) -> str:
        """What a feature made from orders, events or records is."""
        data = self.session.dataset if self.session else None
        made = data.rollup.features if data is not None and data.rollup is not None else ()
        return next((f"{fmt.clean(n.definition)} ({fmt.clean(n.unit)})" for n in made if n.name == name), "")

    def copied(self, whole: bool) -> tuple[str, str]:
        if self.inspection is None:
            return "", ""
        specs = self.specs()
        chosen = self.inspection.features if whole else (self.under_cursor(),)
        known = self.known()
        rows = [
            "feature\ton\ttype\tmissing\tdistinct\ttransform\tweight\tinfluence\tHINoV\tsparse\tverdict\twould move"
        ]
        for v in chosen:
            if v is not None:
                spec = specs.get(v.name)
                rows.append(
                    f"{fmt.clean(v.name)}\t{'yes' if spec and spec.on else 'no'}\t{v.type}\t{v.missing:g}\t{v.distinct}"
                    f"\t{self._transform(v, spec)}\t{fmt.weight(spec.weight) if spec else ''}"
                    f"\t{known.row(v.name)}"
                )
        return ("\n".join(rows), "all features") if whole else (rows[-1], "the feature")


class Layout:
    """How wide the columns are at a width of the pane."""

    def __init__(self, width: int) -> None:
        wide = width >= WIDE
        self.spark = 12 if wide else 8 if width >= MIDDLE else 0
        self.vote = 6 if wide else 0
        self.type = 7 if wide else 4
        self.gap = 2 if wide else 1
        self.sparse = 7 if wide else 0
        self.cells = (7, 7, 7) if wide else (6, 7, 7)
        shape = self.spark + 2 if self.spark else 0
        told = sum(self.cells) + self.sparse
        fixed = 2 + 4 + 1 + self.type + 1 + 6 + 6 + self.gap + shape + 10 + 4 + self.gap + self.vote + 6 + told + 2
        room = max(8, width - fixed)
        self.name = min(room, 24)
        self.flags = max(0, room - self.name - 2) if room - self.name > 12 else 0

    def _numbers(self) -> tuple[int, ...]:
        """Cells of the numbers on the right: vote, influence, relevance twice, effect of switching."""
        return (self.vote + 6, self.cells[0], self.cells[1], self.sparse, self.cells[2])

    def type_name(self, type: ColumnType) -> str:
        """A type's name, short where space is scarce."""
        return str(type) if self.type >= 7 else SHORT_TYPE.get(type, str(type))

    def header(self) -> Line:
        """The titles of the columns."""
        gap, shape = " " * self.gap, fmt.pad("values", self.spark) + "  " if self.spark else ""
        text = f"  on  {fmt.pad('feature', self.name)} {fmt.pad('type', self.type)} miss% distct{gap}{shape}"
        text += f"{fmt.pad('transform', 9)}   wt{gap}"
        titles = zip(("vote %", "infl", "relev", "sparse", "switch"), self._numbers(), strict=True)
        text += "".join(fmt.pad(title, cells, right=True) for title, cells in titles if cells)
        return line((text + ("  flags" if self.flags else ""), "dim under"))


def short_transform(name: str) -> str:
    """A transform's name where space is scarce."""
    return SHORT_TRANSFORM.get(name, name)


def _missing(share: float) -> str:
    return fmt.share(share) if share else "-"
