"""What an analyst changes about features; each change is a recipe of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from segtui.explained import Drivers
from segtui.recipe import TRANSFORMS, FeatureSpec
from segtui.results import Dataset, FeatureVerdict, Inspection
from segtui.session.questions import DriversQuestion
from segtui.tui import format as fmt
from segtui.tui.panes import feature_choices as may
from segtui.tui.panes.base import Desk, Pane
from segtui.tui.panes.driver_words import Known

WEIGHT_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0)
HEAVIEST = 1000.0
WINSORISE: dict[str, bool | None] = {"on": True, "off": False, "auto": None}


class FeatureEditing(Pane):
    """The commands of the Features pane."""

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(desk, id=id)
        self._last: tuple[Dataset | None, Drivers | None] = (None, None)

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
        found = [v for v in self._listed() if v.name.lower() == name.lower()]
        if not found:
            self.desk.say(f"no column is called {fmt.clean(name, 40)}", "error")
            return None
        return found[0]

    def _split(self, argument: str) -> tuple[FeatureVerdict | None, str]:
        """A column, which may have blanks in its name, and the word after it; without a name that under the cursor."""
        text = argument.strip()
        if text and any(v.name.strip().lower() == text.lower() for v in self._listed()):
            return self._named(text), ""
        name, _, word = text.rpartition(" ")
        return self._named(name), word

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
        now = self._spec(verdict).weight
        steps = [w for w in WEIGHT_STEPS if w > now] if up else [w for w in reversed(WEIGHT_STEPS) if 0 < w < now]
        if steps:
            self._weigh(verdict, steps[0])

    def do_heavier(self, _: str) -> None:
        self._step(up=True)

    def do_lighter(self, _: str) -> None:
        self._step(up=False)

    def do_cycle_transform(self, argument: str) -> None:
        verdict, how = self._split(argument)
        if verdict is None:
            return
        choices = ("auto", *TRANSFORMS)
        if how and how not in choices:
            self.desk.say(f"no transform is called {fmt.clean(how, 30)}; there are {', '.join(choices)}", "error")
            return
        taken = verdict.taken_as(self._spec(verdict))
        if taken != "numeric":
            self.desk.say(
                f"{fmt.clean(verdict.name, 40)} is taken as {taken}, which no transform suits; e changes that"
            )
            return
        now = self._spec(verdict).transform
        chosen = how or choices[(choices.index(now) + 1) % len(choices)]
        self._change(verdict, lambda s: replace(s, transform=chosen), f"{verdict.name}: {chosen}")

    def do_reset_features(self, _: str) -> None:
        self._prepare("proposed features", features=None)

    # what drives the segments, and what is suggested

    def known(self) -> Known:
        """Influence, relevance and trials: of the answer on screen as far as they are there, else of an earlier one."""
        session = self.session
        if session is None:
            return Known()
        found = session.found(DriversQuestion())
        if isinstance(found, Drivers):
            self._last = session.dataset, found
        of, drivers = self._last
        return Known(
            drivers if of is session.dataset else None,
            isinstance(found, Drivers) and not session.stale,
            session.toggles,
            not session.stale,
        )

    def do_apply_suggestion(self, argument: str) -> None:
        verdict = self._named(argument)
        if verdict is not None:
            self._apply({verdict.name}, f"for {fmt.clean(verdict.name, 40)}")

    def do_apply_suggestions(self, _: str) -> None:
        self._apply({verdict.name for verdict in self._listed()}, "for any feature")

    def _apply(self, names: set[str], for_whom: str) -> None:
        """Switch those off for which that is suggested, as one step."""
        session, known = self.session, self.known()
        assert session is not None
        if not known.current:
            self.on_answer()  # asks again, where that was stopped
            # an error, so that the progress of what is being computed does not hide it
            self.desk.say("suggestions for these segments are still being computed; try again in a moment", "error")
            return
        off = [driver.feature for driver in known.suggested() if driver.feature in names]
        changed = tuple(replace(spec, on=spec.on and spec.name not in off) for spec in session.features)
        if not off:
            self.desk.say(f"nothing is suggested {for_whom}")
        elif not any(spec.on for spec in changed):
            self.desk.say("at least one feature must stay on", "error")
        else:
            what = f"- {off[0]}" if len(off) == 1 else f"- {len(off)} features"
            self.desk.change(session.recipe.with_features(changed), f"{what}, as suggested")

    # what a column is taken for

    def do_take_as(self, argument: str) -> None:
        verdict, how = self._split(argument)
        if verdict is None:
            return
        known = may.treatments(verdict)
        if how:
            if how in known:
                self._take_as(verdict, how)
            else:
                self.desk.say(f"{fmt.clean(verdict.name, 40)} can be taken as {', '.join(known)}", "error")
            return
        now = self._spec(verdict).treat
        title = f"What is {fmt.clean(verdict.name, 40)}?"
        at = known.index(now) if now in known else 0
        self.desk.pick(title, may.treatment_choices(verdict), at, lambda i: self._take_as(verdict, known[i]))

    def _take_as(self, verdict: FeatureVerdict, how: str) -> None:
        if how == "ordinal" and verdict.taken_for != "ordinal" and not verdict.has_natural_order:
            self._ask_order(verdict)  # nobody but the analyst knows it
            return
        order = self._spec(verdict).order if how == "ordinal" else ()
        self._change(verdict, lambda s: replace(s, treat=how, order=order), f"{verdict.name}: {_as_found(how)}")

    def do_set_order(self, argument: str) -> None:
        name, equals, order = argument.partition("=")
        if not equals or not any(v.name.lower() == name.strip().lower() for v in self._listed()):
            name, order = "", argument  # the sign may be part of a level
        verdict = self._named(name)
        if verdict is None:
            return
        if not verdict.levels:
            self.desk.say(f"{fmt.clean(verdict.name, 40)} has too many values to be put in order by hand", "error")
        elif not order.strip():
            self._ask_order(verdict)
        elif problem := may.check_order(order, verdict):
            self.desk.say(problem, "error")
        else:
            self._set_order(verdict, order)

    def _ask_order(self, verdict: FeatureVerdict) -> None:
        self.desk.prompt(
            f"Levels of {fmt.clean(verdict.name, 30)}, lowest first, < between (left out: no value)",
            may.order_of(self._spec(verdict), verdict),
            lambda text: may.check_order(text, verdict),
            lambda text: self._set_order(verdict, text),
        )

    def _set_order(self, verdict: FeatureVerdict, text: str) -> None:
        order = may.read_order(text, verdict)
        self._change(verdict, lambda s: replace(s, treat="ordinal", order=order), f"{verdict.name}: in order")

    # what is done about gaps and extremes

    def do_set_missing(self, argument: str) -> None:
        verdict, how = self._split(argument)
        if verdict is None:
            return
        spec = self._spec(verdict)
        treatment = verdict.taken_as(spec)
        known = may.policies(treatment)
        if how and how not in known:
            self.desk.say(f"without a value: {', '.join(known)}", "error")
        elif how:
            self._set_missing(verdict, how)
        elif not verdict.missing:
            self.desk.say(f"every customer has a value in {fmt.clean(verdict.name, 40)}")
        else:
            title = f"{fmt.share(verdict.missing)} % have no {fmt.clean(verdict.name, 40)}: what then?"
            at = known.index(spec.missing) if spec.missing in known else 0
            choices = may.policy_choices(treatment)
            self.desk.pick(title, choices, at, lambda i: self._set_missing(verdict, known[i]))

    def _set_missing(self, verdict: FeatureVerdict, how: str) -> None:
        label = f"{verdict.name} missing: {_as_found(how)}"
        self._change(verdict, lambda s: replace(s, missing=how), label)

    def do_winsorise(self, argument: str) -> None:
        if self.session is None:
            return
        asked = argument.strip().lower() or ("off" if self.session.recipe.prepare.winsorises else "on")
        if asked not in WINSORISE:
            self.desk.say(f"winsorise takes {', '.join(WINSORISE)}", "error")
        else:
            self._prepare(f"winsorise {asked}", winsorise=WINSORISE[asked])

    def do_set_trim(self, argument: str) -> None:
        if self.session is None:
            return
        if argument.strip():
            problem = may.check_trim(argument)
            if problem:
                self.desk.say(problem, "error")
            else:
                self._trim(argument)
            return
        now = f"{100 * self.session.recipe.prepare.trim:g}"
        title = "Per cent of customers, farthest from every centre, to set aside (0: nobody)"
        self.desk.prompt(title, now, may.check_trim, self._trim)

    def _trim(self, text: str) -> None:
        percent = float(text.strip().removesuffix("%"))
        self._prepare(f"trim {percent:g} %" if percent else "nobody trimmed", trim=percent / 100)

    def do_scaling_lab(self, _: str) -> None:
        self.desk.open_lab()

    # -- plumbing -------------------------------------------------------------------------------------------

    def _listed(self) -> tuple[FeatureVerdict, ...]:
        return self.inspection.features if self.inspection else ()

    def _spec(self, verdict: FeatureVerdict) -> FeatureSpec:
        return self.specs().get(verdict.name, FeatureSpec(verdict.name, on=False))

    def _prepare(self, label: str, **changes: object) -> None:
        """Change what holds for all features."""
        if self.session is not None:
            recipe = self.session.recipe
            self.desk.change(replace(recipe, prepare=replace(recipe.prepare, **changes)), label)  # type: ignore[arg-type]


def check_weight(text: str) -> str:
    """What is wrong with a weight."""
    try:
        value = float(text)
    except ValueError:
        return f"{fmt.clean(text, 20)} is not a number"
    if not 0 < value <= HEAVIEST:
        return f"a weight lies above 0 and is at most {HEAVIEST:g}; space switches a feature off"
    return ""


def _as_found(how: str) -> str:
    return "as found" if how == "auto" else how
