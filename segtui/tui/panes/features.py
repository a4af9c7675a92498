"""Features: who votes, how loud, on which scale, and why."""

from __future__ import annotations

from typing import ClassVar

from segtui.recipe import FeatureSpec
from segtui.results import PER_FEATURE, Answer, ColumnType, FeatureVerdict
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes import feature_words as words
from segtui.tui.panes.feature_editing import FeatureEditing
from segtui.tui.widgets.ink import Line, Run, line, wrap
from segtui.tui.widgets.spark import bar, spark

SHORT_TRANSFORM = {"yeo_johnson": "yeo-john", "quantile_normal": "quantile"}
SHORT_TYPE = {ColumnType.INTEGER: "int", ColumnType.NUMBER: "num", ColumnType.YES_NO: "y/n"}
SHORT_TREATMENT = {"nominal": "levels"}
DETAIL, DETAIL_HIGH = 5, 9
"""Lines below the list for the reasons of the row under the cursor, rule included, on a low and on a high screen."""


class FeaturesPane(FeatureEditing):
    """One row per column: on or off, what it is, what is done to it, and its share of the vote."""

    place = "features"
    title = "Features"
    shows_recipe = True
    BINDINGS: ClassVar = bindings_for("features", LISTS)

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        inspection = self.inspection
        if inspection is None:
            return self.waiting(width)
        specs, layout = self.specs(), Layout(width)
        detail = (DETAIL_HIGH if height >= 28 else DETAIL) if height >= 12 else 0
        lines = [self._summary(width, specs), layout.header()]
        self.first_row_y = 2
        votes = self.answer.space.votes if self.answer else {}
        for row in self.cursor.window(self.row_count(), height - 2 - detail):
            verdict = inspection.features[row]
            runs = self._row(layout, verdict, specs.get(verdict.name), votes)
            lines.append(line(self.mark(row), *runs, ground=self.ground(row)))
        if detail:
            lines += [line("")] * (height - detail - len(lines))
            lines += self._detail(width, detail, specs, votes)
        return lines

    def _summary(self, width: int, specs: dict[str, FeatureSpec]) -> Line:
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
        trimmed += f"; {fmt.count(everyone - customers)} in no segment" if customers < everyone else ""
        text = f" {fmt.plural(on, 'feature')} on, {fmt.plural(per, 'customer')} each"
        text += f" (fewer than {PER_FEATURE}: shaky)" if few else ""
        rest = fmt.cut(f"; extremes {extremes}; {trimmed}", max(1, width - len(text)), self.signs.ellipsis)
        return line((text, "warn" if few else "dim"), (rest, "dim"))

    def _row(
        self, layout: Layout, verdict: FeatureVerdict, spec: FeatureSpec | None, votes: dict[str, float]
    ) -> list[Run]:
        on = spec is not None and spec.on
        role = "" if on else "dim"
        vote = votes.get(verdict.name, 0.0) if on else 0.0
        sign = self.signs.on if on else self.signs.off if verdict.usable else " - "
        flags = ", ".join(flag.name for flag in verdict.flags) or verdict.off_reason
        return [
            (f"{sign} ", "good bold" if on else role),
            (fmt.pad(fmt.clean(verdict.name), layout.name, ellipsis=self.signs.ellipsis) + " ", role or "bold"),
            (fmt.pad(layout.type_name(verdict.type), layout.type) + " ", role),
            (fmt.pad(_missing(verdict.missing), 6, right=True) + " ", "warn" if verdict.missing > 0.2 else role),
            (fmt.pad(fmt.short(verdict.distinct), 6, right=True) + "  ", role),
            (
                fmt.pad(spark(verdict.histogram, layout.spark, self.signs.spark), layout.spark) + "  ",
                "bar" if on else role,
            ),
            (fmt.pad(self._transform(verdict, spec), 9) + " ", role),
            (fmt.pad(fmt.weight(spec.weight) if spec and on else "", 4, right=True) + "  ", role),
            (bar(vote, layout.vote, self.signs.bar_full, " "), "accent"),
            (fmt.pad(fmt.share(vote) if vote else "", 5, right=True), role),
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

    def _detail(self, width: int, height: int, specs: dict[str, FeatureSpec], votes: dict[str, float]) -> list[Line]:
        verdict = self.under_cursor()
        if verdict is None:
            return []
        lines = [self.rule(width, fmt.clean(verdict.name, width - 8))]
        if note := self._note(verdict.name):
            lines.append(line((fmt.cut(f"  {note}", width, self.signs.ellipsis), "dim")))
        spec = specs.get(verdict.name)
        if verdict.off_reason and not (spec and spec.on):
            lines += wrap(f"off: {fmt.clean(verdict.off_reason)}", width - 1, "warn", "  ")
        elif verdict.usable:
            vote = f"has {fmt.share(votes[verdict.name])} % of the vote" if verdict.name in votes else ""
            lines += wrap(self._reasons(verdict, spec, vote), width - 1, "", "  ")
        for flag in verdict.flags:
            if flag.reason != verdict.off_reason or (spec and spec.on):
                lines += wrap(f"{flag.name}: {fmt.clean(flag.reason)}", width - 1, "warn", "  ")
        if spec is not None and spec.on:
            lines += [
                part for note in words.done(verdict, self._current()) for part in wrap(note, width - 1, "dim", "  ")
            ]
        return lines[:height]

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
        rows = ["feature\ton\ttype\tmissing\tdistinct\ttransform\tweight"]
        for v in chosen:
            if v is not None:
                spec = specs.get(v.name)
                rows.append(
                    f"{fmt.clean(v.name)}\t{'yes' if spec and spec.on else 'no'}\t{v.type}\t{v.missing:g}\t{v.distinct}"
                    f"\t{self._transform(v, spec)}\t{fmt.weight(spec.weight) if spec else ''}"
                )
        return ("\n".join(rows), "all features") if whole else (rows[-1], "the feature")


class Layout:
    """How wide the columns are at a width of the pane."""

    def __init__(self, width: int) -> None:
        narrow = width < 100
        self.spark = 8 if narrow else 12
        self.vote = 5 if narrow else 14
        self.type = 4 if narrow else 7
        fixed = 2 + 4 + 1 + self.type + 1 + 7 + 8 + self.spark + 2 + 10 + 6 + self.vote + 5 + 2
        room = max(8, width - fixed)
        self.name = min(room, 32)
        self.flags = max(0, room - self.name - 2) if room - self.name > 12 else 0

    def type_name(self, type: ColumnType) -> str:
        """A type's name, short where space is scarce."""
        return str(type) if self.type >= 7 else SHORT_TYPE.get(type, str(type))

    def header(self) -> Line:
        """The titles of the columns."""
        text = (
            "  on  " + fmt.pad("feature", self.name) + " " + fmt.pad("type", self.type) + " missng distct  "
            + fmt.pad("values", self.spark) + "  " + fmt.pad("transform", 9) + "   wt  "
            + fmt.pad("vote %", self.vote + 5, right=True)
        )  # fmt: skip
        return line((text + ("  flags" if self.flags else ""), "dim under"))


def short_transform(name: str) -> str:
    """A transform's name where space is scarce."""
    return SHORT_TRANSFORM.get(name, name)


def _missing(share: float) -> str:
    return f"{fmt.share(share)}%" if share else "-"
