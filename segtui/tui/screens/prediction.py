"""Does it predict: what segments know of later orders that no feature saw, for every k, scale and set of features."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, cast

from segtui.recipe import SCALES, Recipe
from segtui.session.questions import PredictionQuestion, Question
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS, PREDICTION
from segtui.tui.panes.base import Desk
from segtui.tui.panes.view import table
from segtui.tui.screens.asking import AskingScreen, AskingView
from segtui.tui.screens.bars import hint_line
from segtui.tui.widgets.ink import BLANK, Line, Run, first_fitting, line, wrap

if TYPE_CHECKING:
    from segtui.evidence import Later, Prediction, PredictionRow
    from segtui.tui.bridge import RunLike, SessionLike
    from segtui.tui.status import Status

TRIED = 6
"""At most so many other recipes of the history are compared, the latest ones."""
OUTCOMES = ("spend", "active")
NAMES = {"spend": "log(1 + later spend)", "active": "having ordered at all"}
CELL, CEILING, LABEL = 6, 9, 44
HOW_TO_READ = (
    "Measured on the same customers, it grows with k by itself: look where it stops growing. linear: R² of a linear "
    "model on the same columns; segments may pass it, by following bends or by chance. * the most in its row."
)
IN_SHORT = "* the most in its row; linear: R² of a linear model on the same columns."


class PredictionView(AskingView):
    """One row per way of making segments, one column per k."""

    place = PREDICTION
    doing = "fitting every k and scale"
    BINDINGS: ClassVar = bindings_for(PREDICTION, LISTS)

    def __init__(self, desk: Desk, status: Status) -> None:
        super().__init__(desk, status)
        self.outcome = OUTCOMES[0]

    def wanted(self) -> Question | None:
        if self.session is None or missing(self.session):
            return None
        return PredictionQuestion(tried(self.session))

    @property
    def prediction(self) -> Prediction | None:
        return cast("Prediction | None", self.reply())

    def row_count(self) -> int:
        return len(self.prediction.rows) if self.prediction else 0

    def came(self) -> None:
        rows = self.prediction.rows if self.prediction else ()
        self.cursor.move(next((i for i, row in enumerate(rows) if row.current), 0), len(rows))

    # -- commands -------------------------------------------------------------------------------------------

    def do_next_outcome(self, _: str) -> None:
        self.outcome = OUTCOMES[(OUTCOMES.index(self.outcome) + 1) % len(OUTCOMES)]
        self.repaint()

    def do_leave_prediction(self, _: str) -> None:
        """Go back by the key that opened it."""
        self.screen.dismiss(None)

    def do_use_row(self, _: str) -> None:
        """Take up the scale of the row under the cursor, or go to the run that it is of."""
        found, session = self.prediction, self.session
        if found is None or session is None or not found.rows:
            return
        row = found.rows[min(self.cursor.at, len(found.rows) - 1)]
        recipe = session.recipe
        if row.current:
            self.screen.dismiss(None)
        elif row.label in SCALES:
            self.screen.dismiss(None)
            self.desk.change(replace(recipe, prepare=recipe.prepare.under(row.label)), f"scale: {row.label}")
        else:
            self._go(row, session)

    def _go(self, row: PredictionRow, session: SessionLike) -> None:
        runs = runs_of(row, session)
        if len({run.recipe.prepare for run in runs}) != 1:
            several = "several runs have" if runs else "no run of the history has"
            self.desk.say(f"{several} exactly these features and this scale: choose one in Runs (6)")
            return
        number = runs[-1].number
        self.screen.dismiss(None)
        if session.go(number):
            self.desk.say(f"went to run {number}", "done")

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        lines = self._lines(width, height - 2)[: height - 2]
        said = line((fmt.cut(self._status.text, width, self.signs.ellipsis), "dim"))
        return [*lines, *[BLANK] * (height - 2 - len(lines)), said, hint_line(PREDICTION, self.desk, width)]

    def _lines(self, width: int, height: int) -> list[Line]:
        found = self.prediction
        title = line((" Does it predict?", "title"), ground="head")
        if self.session is not None and found is None and (lacking := missing(self.session)):
            return [title, BLANK, *(part for text in lacking for part in wrap(text, width - 2, "", "  "))]
        if found is None:
            return [title, *self.not_there(width)]
        since = "; the recipe changed since" if self.session is not None and self.session.stale else ""
        title = self._title(found, since, width)
        below = self._below(found, width, height - 3)
        label = min(LABEL, width - 2 - CELL * len(found.ks) - CEILING - 1)
        lines = [title, self._head(found, label)]
        self.first_row_y = 2
        window = self.cursor.window(len(found.rows), max(3, height - 2 - len(below)))
        lines += [self._row(i, found.rows[i], label) for i in window]
        return [*lines, *below]

    def _title(self, found: Prediction, since: str, width: int) -> Line:
        first, end = found.holdout
        name: Run = (" Does it predict?", "title")
        days = f" orders {fmt.date(first)} to {fmt.date(end - timedelta(days=1))}"
        active = f": {fmt.share(found.active)} % of {fmt.count(found.customers)} ordered"
        variants = (line(name, (said, ""), (since, "warn bold"), ground="head") for said in (days + active, days, ""))
        return first_fitting(variants, width)

    def _head(self, found: Prediction, label: int) -> Line:
        cells = "".join(f"{f'k {k}':>{CELL - 1}} " for k in found.ks)
        wordings = (f"later {self.outcome} explained", f"later {self.outcome}", self.outcome)
        what = next((wording for wording in wordings if len(wording) < label), self.outcome)
        return line((f"  {fmt.pad(what, label)}{cells}{'linear':>{CEILING}}", "dim under"))

    def _row(self, i: int, row: PredictionRow, label: int) -> Line:
        values = [self._value(later) for later in row.later]
        most = max((value for value in values if value is not None), default=None)
        here = f" {self.signs.current}" if row.current else ""
        runs: list[Run] = [
            (self.mark(i), ""),
            (fmt.pad(f"{label_of(row)}{here}", label, ellipsis=self.signs.ellipsis), "bold" if row.current else ""),
        ]
        for value in values:
            best = value is not None and value == most
            runs += [
                (f"{_number(value):>{CELL - 1}}", "good bold" if best else ""),
                ("*" if best else " ", "good bold"),
            ]
        runs.append((f"{_number(self._value(row.ceiling)):>{CEILING}}", "accent"))
        return line(*runs, ground=self.ground(i))

    def _value(self, later: Later | None) -> float | None:
        return None if later is None else later.spend if self.outcome == "spend" else later.active

    def _below(self, found: Prediction, width: int, room: int) -> list[Line]:
        """The yardstick, the features of the row under the cursor, and how to read it, as far as there is room."""
        text = width - 1
        here = found.rows[min(self.cursor.at, len(found.rows) - 1)] if found.rows else None
        rfm = f"yardstick: the customary RFM table of ten names explains {_number(self._value(found.rfm))}"
        if found.rfm is None:
            rfm = f"yardstick: the RFM table cannot be made: {fmt.clean(found.rfm_reason)}"
        of = f"share of the variance of {NAMES[self.outcome]} that lies between segments"
        names = ", ".join(fmt.clean(name) for name in here.features) if here else ""
        parts = [
            [BLANK, *wrap(rfm, text, "", "  ")],
            wrap(of, text, "dim", "  "),
            wrap(f"{label_of(here)}: {names}", text, "dim", "  ") if here else [],
        ]
        needed = sum(len(part) for part in parts)
        spare = room - len(found.rows) - needed
        longer = wrap(self._plain(HOW_TO_READ), text, "dim", "  ")
        how = longer if spare >= len(longer) else wrap(self._plain(IN_SHORT), text, "dim", "  ")
        return [*parts[0], *parts[1], *how, *parts[2]][: max(3, room - 3)]

    def _plain(self, text: str) -> str:
        return text.replace("²", "2") if self.signs.ascii else text

    def copied(self, whole: bool) -> tuple[str, str]:
        found = self.prediction
        if found is None or not found.rows:
            return "", ""
        rows = found.rows if whole else found.rows[self.cursor.at : self.cursor.at + 1]
        cells: list[tuple[object, ...]] = [
            (fmt.clean(row.label), row.scale, " ".join(fmt.clean(name) for name in row.features),
             *(self._value(later) for later in row.later), self._value(row.ceiling))
            for row in rows
        ]  # fmt: skip
        if not whole:
            return table((), cells), "the row"
        cells.append(("RFM table", "", "", *[None] * len(found.ks), self._value(found.rfm)))
        return table(
            ("way", "scale", "features", *(f"k{k}" for k in found.ks), "linear model"), cells
        ), "the prediction"


class PredictionScreen(AskingScreen):
    """The comparison, computed when it is opened."""

    def __init__(self, desk: Desk, status: Status) -> None:
        super().__init__(PredictionView(desk, status))


# -- what is asked -------------------------------------------------------------------------------------------


def missing(session: SessionLike) -> tuple[str, ...]:
    """What is lacking for the question, and how to set it; () where nothing is."""
    rollup = session.dataset.rollup if session.dataset is not None else None
    if rollup is None:
        return (
            "No later orders are known: these customers come from a table of customers, not from orders with dates.",
            "Open the orders beside it (o); then a holdout can be set.",
        )
    if session.recipe.gather.holdout and session.reopens:
        return ("The data is being read again with the holdout: come back when it is there.",)
    if rollup.holdout is None:
        return (
            "No holdout is set, so every order is in the features already and nothing is left to predict.",
            "Type :holdout 90 to keep the orders of the last 90 days apart (or e on the holdout in Data, 1): features "
            "then look back from the day before, and segments are judged by what customers did after it.",
        )
    return ()


def tried(session: SessionLike) -> tuple[Recipe, ...]:
    """What earlier runs on the same data did about features and scales, each once, the latest last."""
    recipe = session.recipe
    found: dict[Recipe, None] = {}
    for run in session.runs:
        if run.recipe.gather == recipe.gather and run.recipe.prepare != recipe.prepare:
            one = Recipe(gather=recipe.gather, prepare=run.recipe.prepare)
            found.pop(one, None)
            found[one] = None
    return tuple(found)[-TRIED:]


def runs_of(row: PredictionRow, session: SessionLike) -> list[RunLike]:
    """The runs whose features and scale are those of a row."""
    proposed = session.inspection.proposal() if session.inspection is not None else ()

    def on(recipe: Recipe) -> set[str]:
        features = proposed if recipe.prepare.features is None else recipe.prepare.features
        return {spec.name for spec in features if spec.on}

    return [
        run
        for run in session.runs
        if run.recipe.gather == session.recipe.gather
        and run.recipe.prepare.scale == row.scale
        and on(run.recipe) == set(row.features)
    ]


def label_of(row: PredictionRow) -> str:
    """A row in a few words: the scale of the same features, or other features and their scale."""
    if row.label in SCALES or row.label == row.scale:
        return fmt.clean(row.label)
    return f"{fmt.clean(row.scale)}, {fmt.plural(len(row.features), 'feature')}, {fmt.clean(row.label)}"


def _number(value: float | None) -> str:
    return fmt.score(value)
