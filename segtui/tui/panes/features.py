"""Features: who votes, how loud, on which scale, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from segtui.recipe import SCALES, TRANSFORMS, FeatureSpec, PrepareSpec
from segtui.results import ColumnType, FeatureVerdict, Inspection
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes.base import Pane
from segtui.tui.widgets.ink import Line, Run, line, wrap
from segtui.tui.widgets.spark import bar, spark

SHORT_TRANSFORM = {"yeo_johnson": "yeo-john", "quantile_normal": "quantile"}
SHORT_TYPE = {ColumnType.INTEGER: "int", ColumnType.NUMBER: "num", ColumnType.YES_NO: "y/n"}
WEIGHT_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0)
HEAVIEST = 1000.0
DETAIL = 5
"""Lines kept below the list for the reasons of the row under the cursor, rule included."""


class FeaturesPane(Pane):
    """One row per column: on or off, what it is, what is done to it, and its share of the vote."""

    place = "features"
    title = "Features"
    shows_recipe = True
    BINDINGS: ClassVar = bindings_for("features", LISTS)

    @property
    def inspection(self) -> Inspection | None:
        return self.session.inspection if self.session else None

    def row_count(self) -> int:
        return len(self.inspection.features) if self.inspection else 0

    def under_cursor(self) -> FeatureVerdict | None:
        """The column under the cursor."""
        if self.inspection is None or not self.inspection.features:
            return None
        return self.inspection.features[min(self.cursor.at, self.row_count() - 1)]

    def specs(self) -> dict[str, FeatureSpec]:
        """Every usable column's spec by name."""
        return {spec.name: spec for spec in self.session.features} if self.session else {}

    # -- commands -------------------------------------------------------------------------------------------

    def _named(self, text: str) -> FeatureVerdict | None:
        """The column a command means: the one named, else the one under the cursor."""
        name = text.strip().lstrip("+-").strip()
        if not name:
            return self.under_cursor()
        found = [v for v in (self.inspection.features if self.inspection else ()) if v.name.lower() == name.lower()]
        if not found:
            self.desk.say(f"no column is called {fmt.clean(name, 40)}", "error")
            return None
        return found[0]

    def _change(self, verdict: FeatureVerdict, make: Callable[[FeatureSpec], FeatureSpec], label: str) -> None:
        session = self.session
        assert session is not None
        features = session.features
        if not verdict.usable:
            self.desk.say(
                f"{fmt.clean(verdict.name, 40)} cannot be a feature: {fmt.clean(verdict.off_reason)}", "error"
            )
            return
        if verdict.name not in {spec.name for spec in features}:
            features = (*features, FeatureSpec(verdict.name, on=False))
        changed = tuple(make(spec) if spec.name == verdict.name else spec for spec in features)
        if not any(spec.on for spec in changed):
            self.desk.say("at least one feature must stay on", "error")
            return
        self.desk.change(session.recipe.with_features(changed), label)

    def do_toggle_feature(self, argument: str) -> None:
        verdict = self._named(argument)
        if verdict is None:
            return
        spec = self.specs().get(verdict.name)
        wanted = argument.strip()[:1]
        on = not (spec.on if spec else False) if wanted not in "+-" or not wanted else wanted == "+"
        self._change(verdict, lambda s: replace(s, on=on), f"{'+' if on else '-'} {verdict.name}")

    def do_set_weight(self, argument: str) -> None:
        name, _, value = argument.strip().rpartition(" ")
        verdict = self._named(name)
        if verdict is None:
            return
        if value:
            problem = check_weight(value)
            if problem:
                self.desk.say(problem, "error")
            else:
                self._weigh(verdict, float(value))
            return
        spec = self.specs().get(verdict.name)
        self.desk.prompt(
            f"Weight of {fmt.clean(verdict.name, 40)} (1 is one ordinary vote)",
            fmt.weight(spec.weight if spec else 1.0),
            check_weight,
            lambda text: self._weigh(verdict, float(text)),
        )

    def _weigh(self, verdict: FeatureVerdict, weight: float) -> None:
        self._change(verdict, lambda s: replace(s, weight=weight), f"weight {verdict.name} {fmt.weight(weight)}")

    def _step(self, up: bool) -> None:
        verdict = self.under_cursor()
        if verdict is None:
            return
        now = self.specs().get(verdict.name, FeatureSpec(verdict.name)).weight
        steps = [w for w in WEIGHT_STEPS if w > now] if up else [w for w in reversed(WEIGHT_STEPS) if 0 < w < now]
        if steps:
            self._weigh(verdict, steps[0])

    def do_heavier(self, _: str) -> None:
        self._step(up=True)

    def do_lighter(self, _: str) -> None:
        self._step(up=False)

    def do_cycle_transform(self, argument: str) -> None:
        name, _, how = argument.strip().rpartition(" ")
        verdict = self._named(name)
        if verdict is None:
            return
        choices = ("auto", *TRANSFORMS)
        if how and how not in choices:
            self.desk.say(f"no transform is called {fmt.clean(how, 30)}; there are {', '.join(choices)}", "error")
            return
        if not verdict.numeric:
            self.desk.say(f"{fmt.clean(verdict.name, 40)} is not a number: each of its levels becomes a 0/1 column")
            return
        now = self.specs().get(verdict.name, FeatureSpec(verdict.name)).transform
        chosen = how or choices[(choices.index(now) + 1) % len(choices)]
        self._change(verdict, lambda s: replace(s, transform=chosen), f"{verdict.name}: {chosen}")

    def do_reset_features(self, _: str) -> None:
        if self.session is not None:
            prepare = PrepareSpec(features=None, scale=self.session.recipe.prepare.scale)
            self.desk.change(replace(self.session.recipe, prepare=prepare), "proposed features")

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        inspection = self.inspection
        if inspection is None:
            return self.waiting(width)
        specs, layout = self.specs(), Layout(width)
        detail = DETAIL if height >= 12 else 0
        lines = [layout.header()]
        self.first_row_y = 1
        votes = self.answer.space.votes if self.answer else {}
        for row in self.cursor.window(self.row_count(), height - 1 - detail):
            verdict = inspection.features[row]
            runs = self._row(layout, verdict, specs.get(verdict.name), votes)
            lines.append(line(self.mark(row), *runs, ground=self.ground(row)))
        if detail:
            lines += [line("")] * (height - detail - len(lines))
            lines += self._detail(width, detail, specs, votes)
        return lines

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
        if not verdict.numeric:
            return "levels"
        if spec is None or spec.transform == "auto":
            scale = self.session.recipe.prepare.scale if self.session else "auto"
            return short_transform(verdict.transform) if scale == "auto" else scale
        return short_transform(spec.transform) + "*"

    def _detail(self, width: int, height: int, specs: dict[str, FeatureSpec], votes: dict[str, float]) -> list[Line]:
        verdict = self.under_cursor()
        if verdict is None:
            return []
        lines = [self.rule(width, fmt.clean(verdict.name, width - 8))]
        spec = specs.get(verdict.name)
        if verdict.off_reason and not (spec and spec.on):
            lines += wrap(f"off: {fmt.clean(verdict.off_reason)}", width - 1, "warn", "  ")
        elif verdict.usable:
            vote = f"; has {fmt.share(votes[verdict.name])} % of the vote" if verdict.name in votes else ""
            what = f"{verdict.transform}: {fmt.clean(verdict.why)}" if verdict.numeric else fmt.clean(verdict.why)
            lines += wrap(f"{what}{vote}", width - 1, "", "  ")
        for flag in verdict.flags:
            if flag.reason != verdict.off_reason or (spec and spec.on):
                lines += wrap(f"{flag.name}: {fmt.clean(flag.reason)}", width - 1, "warn", "  ")
        return lines[:height]

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


def next_scale(now: str) -> str:
    """The scale after this one."""
    return SCALES[(SCALES.index(now) + 1) % len(SCALES)]


def check_weight(text: str) -> str:
    """What is wrong with a weight."""
    try:
        value = float(text)
    except ValueError:
        return f"{fmt.clean(text, 20)} is not a number"
    if not 0 < value <= HEAVIEST:
        return f"a weight lies above 0 and is at most {HEAVIEST:g}; space switches a feature off"
    return ""


def _missing(share: float) -> str:
    return f"{fmt.share(share)}%" if share else "-"
