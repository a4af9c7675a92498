"""A running analysis: the current recipe, its history, and the answers as they come in.

Everything here is quick enough for the event loop; computing happens on the worker thread, which calls the
listener. A result is filed under the recipe it belongs to, so one that comes late is never wrong: it is only
announced if its recipe is still the current one.

Letters. The first recipe of the session (or the one chosen as baseline) is lettered by revenue or size, and
its *exact* answer becomes the anchor that all others are matched to. Until it is known its approximate answer
stands in. The exact one is always computed, even when the analyst has moved on, so letters end up the same
however fast someone types (`session.letters`).

Reading again. A recipe that gathers otherwise than what is open is read first; that is a request like any other: a
newer one takes its place, and until the new data is there the old answer stays on screen as an earlier one. When it is
stopped or fails the recipe stays where it is, as after a fit that fails, and undo goes back. The data that is open
changes at one place only (`_read`), never while a task is half done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from segtui.errors import AnalysisError, SegtuiError
from segtui.evidence import Assessment, Sweep
from segtui.progress import Progress, Steps
from segtui.recipe import (
    K_MAX,
    K_MIN,
    BasketSpec,
    DecideSpec,
    DeliverySpec,
    FeatureSpec,
    GatherSpec,
    LabelledSpec,
    Recipe,
)
from segtui.results import Answer, Dataset, Inspection, Preview, Scores, TraceStep
from segtui.session import autosave
from segtui.session.events import (
    ASSESSING,
    DECIDING,
    DELIVERING,
    EXPORTING,
    FITTING,
    LOOKING_UP,
    MINING,
    OPENING,
    RECOMMENDING,
    REFINING,
    REOPENING,
    SETTLING,
    SHUFFLING,
    SWEEPING,
    TRYING,
    Answered,
    Assessed,
    Event,
    Exported,
    Failed,
    Found,
    Idle,
    Opened,
    Previewed,
    Progressed,
    Shuffled,
    StoppedByAnalyst,
    Swept,
    Tried,
)
from segtui.session.history import Entry, History
from segtui.session.jobs import Job, Listener, Worker, as_problem
from segtui.session.letters import Letters, Source
from segtui.session.questions import (
    ComparisonQuestion,
    DistributionQuestion,
    DriversQuestion,
    LeaderboardQuestion,
    LeftOutQuestion,
    MapQuestion,
    MarkedQuestion,
    MoversQuestion,
    OfBaskets,
    OfDecisions,
    Question,
    Side,
    StepCountsQuestion,
    StepRowsQuestion,
    needs_segments,
)
from segtui.session.store import Store
from segtui.session.trials import Trials

if TYPE_CHECKING:
    from segtui.basket_views import ShuffledView
    from segtui.explained import Toggle
    from segtui.session.engine import Engine

REFINEMENTS_KEPT = 3
"""Half-done refinements kept for when the analyst comes back to them."""

SWEEPS_KEPT = 8
"""Sweeps put by while the analyst looks at other recipes."""

ASSESSMENTS_KEPT = 64
"""Assessments at hand; one that is needed again later is put together from filed pieces."""

W = TypeVar("W")
"""What writing comes to."""

SHUFFLES_KEPT = 8
"""Cut-offs whose comparison with shuffled baskets is at hand."""

FILED_QUESTIONS = 32
"""Replies kept; a view asks again when it needs an older one."""


@dataclass(frozen=True, slots=True)
class Run:
    """One line of the history. scores: None until it has an answer. comparable: in the same feature space as
    the current run, so that its scores may be compared with it."""

    number: int
    label: str
    recipe: Recipe
    scores: Scores | None
    approximate: bool
    smallest: int
    current: bool
    comparable: bool


def _pipeline() -> Engine:
    """The real engine. Imported here: it brings numpy and Polars, which must not delay the first paint."""
    from segtui.session.local import LocalEngine

    return LocalEngine(Store())


class Session(Listener):
    """See the module. listener: called with every event, mostly on the worker thread.

    state: folder for autosaves, None to save nothing. engine: makes the engine, called on the worker thread.
    """

    def __init__(
        self,
        listener: Callable[[Event], None],
        *,
        state: Path | None = None,
        engine: Callable[[], Engine] = _pipeline,
    ) -> None:
        self._tell = listener
        self._saves = autosave.Autosave(state) if state is not None else None
        self._make_engine = engine
        self._engine: Engine | None = None
        self._worker = Worker(self)
        self._lock = threading.RLock()
        self._history: History[Recipe] = History(Recipe())
        self._letters = Letters(Recipe())
        self._refining: tuple[str, ...] = ()
        self._sweeping: Recipe | None = None
        self._lenient = False
        """Whether a recipe may name features that the data lacks: it was made on other data of the same session."""
        self._scores: dict[int, tuple[Scores, bool, int]] = {}
        self._replies: dict[tuple[str, Question], object] = {}
        self._trace: TraceStep | None = None
        self.dataset: Dataset | None = None
        self.inspection: Inspection | None = None
        self.opened_gather: GatherSpec | None = None
        """How the open data was gathered; the current recipe may ask for more than that, see `reopens`."""
        self.preview: Preview | None = None
        self.shown: Answer | None = None
        self.swept = Sweep()
        self._sweeps: dict[Recipe, Sweep] = {}
        self._assessments: dict[str, Assessment] = {}
        self._trials = Trials()
        self._shuffles: dict[tuple[str, BasketSpec], ShuffledView] = {}

    # -- what is --------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the worker thread; call it after the first paint."""
        self._worker.start()

    @property
    def recipe(self) -> Recipe:
        """The current recipe, with the anchor as far as it is settled."""
        current = self._history.current.value
        return replace(current, anchor=self._letters.anchor(current.gather))

    @property
    def reopens(self) -> bool:
        """Whether the current recipe asks for other data than is open."""
        return self.opened_gather is not None and self._history.current.value.gather != self.opened_gather

    @property
    def features(self) -> tuple[FeatureSpec, ...]:
        """Every usable column as an explicit feature, in column order; () before data is open."""
        if self.inspection is None:
            return ()
        listed = self._present(self._history.current.value).prepare.features
        if listed is None:
            return self.inspection.proposal()
        known = {spec.name: spec for spec in listed}
        usable = (verdict.name for verdict in self.inspection.features if verdict.usable)
        return tuple(known.get(name, FeatureSpec(name, on=False)) for name in usable)

    @property
    def assessment(self) -> Assessment | None:
        """What is known of the answer on screen beyond its scores, as far as it has been looked at."""
        return self._assessments.get(self.shown.fingerprint) if self.shown is not None else None

    @property
    def toggles(self) -> Mapping[str, Toggle]:
        """What switching each feature would likely do to the answer on screen, as far as it has been tried."""
        return self._trials.of(self.shown.fingerprint) if self.shown is not None else {}

    @property
    def stale(self) -> bool:
        """Whether what is shown belongs to an earlier recipe."""
        return self.shown is not None and not self._is_current(self.shown)

    @property
    def busy(self) -> str | None:
        """What the analyst is waiting for."""
        return self._worker.waiting_for

    @property
    def background(self) -> str | None:
        """What is computed meanwhile."""
        return self._worker.in_background

    @property
    def undo_label(self) -> str | None:
        """What undo would take back."""
        return self._history.current.label if self._history.undone_to else None

    @property
    def redo_label(self) -> str | None:
        """What redo would bring back."""
        entry = self._history.redone_to
        return entry.label if entry else None

    @property
    def runs(self) -> tuple[Run, ...]:
        """The history with its scores, oldest first."""
        here = self._history.current.number
        own = self._scores.get(here)
        return tuple(self._run(entry, here, own[0].space if own else None) for entry in self._history.entries)

    def _run(self, entry: Entry[Recipe], here: int, space: str | None) -> Run:
        scores, approximate, smallest = self._scores.get(entry.number, (None, False, 0))
        comparable = scores is not None and scores.space == space
        return Run(
            entry.number, entry.label, entry.value, scores, approximate, smallest, entry.number == here, comparable
        )

    # -- what the analyst does ------------------------------------------------------------------------------

    def open(self, recipe: Recipe) -> None:
        """Read the recipe's sources and answer it. What stands stays until the new data is read."""
        self._open_with(recipe, None)

    def resume(self, saved: autosave.Saved) -> None:
        """Take a saved session up again, with its history."""
        self._open_with(saved.recipe, saved)

    def _open_with(self, recipe: Recipe, saved: autosave.Saved | None) -> None:
        self._worker.cancel_request()
        self._worker.drop_background(lambda key: False)
        self._worker.enqueue(OPENING, lambda: self._open(recipe, saved))

    def change(self, recipe: Recipe, label: str) -> None:
        """Make `recipe` the current one (a step that undo takes back) and answer it."""
        if replace(recipe, anchor=None) == self._history.current.value:
            return
        self._history.push(replace(recipe, anchor=None), label)
        self._answer_current()

    def undo(self) -> bool:
        """Take the last change back."""
        return self._moved(self._history.undo())

    def redo(self) -> bool:
        """Bring an undone change back."""
        return self._moved(self._history.redo())

    def go(self, number: int) -> bool:
        """Stand at any run of the history."""
        return self._moved(self._history.go(number))

    def baseline(self) -> bool:
        """Let the segments on screen keep their letters from now on; False where they are not exact yet."""
        answer = self.shown
        if answer is None or not answer.exact or self.stale or self._engine is None:
            return False
        source = self._source(answer.recipe)
        source.anchor, source.exact, source.given = self._engine.anchor(answer), True, True
        self._save()
        self._answer_current()
        self._sweeps.clear()  # their letters are those of before
        if self.swept.rows:
            self._sweep_over([row.k for row in self.swept.rows])  # the same segments under their new letters
        return True

    def stop(self) -> str | None:
        """Stop what runs; returns its name. The last good result stays."""
        return self._worker.stop()

    def sweep(self, lowest: int = 2, highest: int = 12) -> None:
        """Fit every k of a range, and look at what speaks for it, in the background; k that were swept before stay."""
        self._sweep_is_over(self._history.current.value)
        asked = range(max(K_MIN, lowest), min(K_MAX, highest) + 1)
        done = (row.k for row in self.swept.rows if not row.pending)
        self._sweep_over({*asked, *done})  # what is there is not computed again

    def _sweep_over(self, wanted: Collection[int]) -> None:
        recipe, ks = self._history.current.value, sorted(wanted)
        self._sweeping = recipe
        self._drop(lambda key: key != SWEEPING)
        self._worker.background(SWEEPING, lambda: self._sweep(recipe, ks), SWEEPING)

    def ask(self, question: Question) -> None:
        """Ask about the answer on screen; `Found` follows."""
        if self.found(question) is None:
            answer = self.shown
            self._worker.enqueue(LOOKING_UP, lambda: self._reply(question, answer))

    def ask_aside(self, question: Question) -> None:
        """Ask about the answer on screen what nobody waits for; of several such questions the last one stands.

        So it is, apart from those, with questions about baskets, which need no answer and outlive a new one, and with
        parts of decisions, of which the leaderboard goes on beside the others.
        """
        answer, of_baskets = self.shown, isinstance(question, OfBaskets | MarkedQuestion)
        known = self.found(question)
        if getattr(known, "complete", known is not None):  # a leaderboard may be there in part
            return
        if self.dataset is None or (answer is None and not of_baskets):
            return
        lane = MINING if of_baskets else DECIDING if isinstance(question, OfDecisions) else LOOKING_UP
        lane = RECOMMENDING if isinstance(question, LeaderboardQuestion) else lane
        key = f"{lane} {question!r} {self._about(question, answer)}"
        self._worker.drop_background(lambda other: other == key or not other.startswith(lane))
        self._worker.background(lane, lambda: self._reply(question, answer), key, first=True)

    def shuffle(self, spec: BasketSpec) -> None:
        """Hold the rules at some cut-offs against shuffled baskets in the background, instead of those asked before;
        `Shuffled` follows after every shuffle."""
        known = self.shuffled(spec)
        if self.dataset is not None and (known is None or known.shuffles < known.wanted):
            key = f"{SHUFFLING} {self.dataset.fingerprint} {spec!r}"
            self._worker.drop_background(lambda other: other == key or not other.startswith(SHUFFLING))
            self._worker.background(SHUFFLING, lambda: self._shuffle(spec), key, last=True)

    def stop_shuffling(self) -> bool:
        """Let shuffles be, but for what they came to; False where there are none."""
        running = self.shuffling
        self._worker.drop_background(lambda other: not other.startswith(SHUFFLING))
        return running

    @property
    def shuffling(self) -> bool:
        """Whether rules are being held against shuffled baskets."""
        return self._worker.has_background(SHUFFLING)

    @property
    def mining(self) -> bool:
        """Whether a question about baskets that was asked aside is under way."""
        return self._worker.has_background(MINING)

    def deciding(self, question: OfDecisions) -> bool:
        """Whether a part of decisions that was asked aside is under way."""
        lane = RECOMMENDING if isinstance(question, LeaderboardQuestion) else f"{DECIDING} {question!r}"
        return self._worker.has_background(lane)

    def shuffled(self, spec: BasketSpec) -> ShuffledView | None:
        """What shuffled baskets say of the rules at some cut-offs, as far as they have come."""
        return self._shuffles.get((self._data, spec))

    @property
    def _data(self) -> str:
        return self.dataset.fingerprint if self.dataset is not None else ""

    def found(self, question: Question) -> object | None:
        """The reply to a question about the answer on screen, None where it is not there yet."""
        return self._replies.get((self._about(question, self.shown), question))

    def export(self, spec: LabelledSpec) -> None:
        """Write the labelled customers of the current recipe, converged."""
        recipe = self._history.current.value
        self._worker.enqueue(EXPORTING, lambda: self._export(recipe, spec))

    def standing(self, spec: DeliverySpec) -> bool:
        """Whether an earlier delivery stands where one is to be written. Touches the disk: not for the event loop.

        Raises DeliveryError, SourceError or UsageError where none can be written there.
        """
        if self._engine is None:
            raise _nothing_open()
        return self._engine.standing(self._history.current.value.gather, spec)

    def deliver(self, spec: DeliverySpec) -> None:
        """Write a folder of everything asked for of the current recipe, converged; `FolderWritten` follows."""
        recipe = self._history.current.value
        self._worker.enqueue(DELIVERING, lambda: self._deliver(recipe, spec))

    def export_table(self, question: Question, path: str, *, overwrite: bool = False) -> None:
        """Write the whole table that answers a question as CSV."""
        answer = self.shown
        self._worker.enqueue(EXPORTING, lambda: self._export_table(question, answer, path, overwrite))

    def save(self) -> Path | None:
        """Write the autosave now; returns where."""
        return self._save()

    def close(self) -> None:
        """Save and let the worker end."""
        self._save()
        self._worker.close()

    def _drop(self, keep: Callable[[str], bool]) -> None:
        """Forget background jobs but those to be kept and those about baskets, which no answer changes."""
        self._worker.drop_background(lambda key: key.startswith((MINING, SHUFFLING)) or keep(key))

    # -- inside ---------------------------------------------------------------------------------------------

    def _moved(self, moved: bool) -> bool:
        if moved:
            self._answer_current()
        return moved

    def _computed(self, recipe: Recipe) -> Recipe:
        """The recipe as the engine gets it: with the anchor of its letters, without features that the data lacks."""
        anchor = None if self._opens(recipe) else self._source(recipe).anchor
        return replace(self._present(recipe), anchor=anchor)

    def _source(self, recipe: Recipe) -> Source:
        """Where the letters on this recipe's data come from."""
        source = self._letters.of(recipe.gather)
        return source if source is not None else self._letters.meet(recipe, self.opened_gather or recipe.gather)

    def _opens(self, recipe: Recipe) -> bool:
        """Whether this is the recipe whose exact answer the anchor is made of."""
        source = self._source(recipe)
        asked, opened = (_settings_aside(self._present(one)) for one in (recipe, source.opening))
        return not source.given and replace(asked, anchor=None) == replace(opened, anchor=None)

    def _present(self, recipe: Recipe) -> Recipe:
        """The recipe without features that the open data lacks; the proposed ones where none that votes is left."""
        listed = recipe.prepare.features
        if not self._lenient or listed is None or self.inspection is None or recipe.gather != self.opened_gather:
            return recipe
        usable = {verdict.name for verdict in self.inspection.features if verdict.usable}
        left = tuple(spec for spec in listed if spec.name in usable)
        if not any(spec.on for spec in left):
            return replace(recipe, prepare=replace(recipe.prepare, features=None))
        return recipe.with_features(left) if len(left) < len(listed) else recipe

    def _gone(self, recipe: Recipe) -> tuple[str, ...]:
        """Features of the recipe that vote and that the open data lacks."""
        left = {spec.name for spec in self._present(recipe).prepare.features or ()}
        return tuple(spec.name for spec in recipe.prepare.features or () if spec.on and spec.name not in left)

    def _answer_current(self) -> None:
        self._save()
        if self._engine is None or self.dataset is None or self.opened_gather is None:
            return
        asked = self._history.current.value
        source = self._letters.meet(asked, self._gather_before())
        if asked.gather != self.opened_gather:
            self._worker.request(REOPENING, lambda: self._reopen(asked), after_tasks=True)
        elif self.dataset.baskets_only:  # nobody to segment
            self._worker.cancel_request()
        elif source.before is not None:
            self._worker.request(FITTING, self._answer_lettered)
        else:
            self._look_up_or_fit(self._computed(asked))

    def _gather_before(self) -> GatherSpec:
        """How the data was gathered at the run that the current one was made from, as far as that is known."""
        before, here = self._history.undone_to, self._history.current.value.gather
        if before is not None and self._letters.of(before.value.gather) is not None:
            return before.value.gather
        return self.opened_gather or here

    def _look_up_or_fit(self, recipe: Recipe) -> None:
        assert self._engine is not None
        if self._sweeping is not None:
            self._sweep_is_over(self._history.current.value)
        answer = self._engine.filed(recipe)
        if answer is not None:
            self._show(answer)
        if answer is None or not answer.exact:
            self._worker.request(FITTING, lambda: self._answer(recipe))
        else:
            self._worker.cancel_request()

    def _sweep_is_over(self, recipe: Recipe) -> None:
        """The recipe changed: a sweep of other features or data, or from other starts, says nothing about it. It is put
        by for when the analyst comes back."""
        swept = self._sweeping
        if swept is None or _but_for_k(swept) != _but_for_k(recipe):
            if swept is not None:
                self._sweeps[_but_for_k(swept)] = self.swept
                while len(self._sweeps) > SWEEPS_KEPT:
                    del self._sweeps[next(iter(self._sweeps))]
            self._sweeping, self.swept = recipe, self._sweeps.pop(_but_for_k(recipe), Sweep())
            self._drop(lambda key: key != SWEEPING)

    def _is_current(self, answer: Answer) -> bool:
        return answer.recipe == self._computed(self._history.current.value)

    def _show(self, answer: Answer) -> None:
        with self._lock:
            recipe = self._computed(self._history.current.value)
            if answer.recipe != recipe:
                if _settings_aside(answer.recipe) != _settings_aside(recipe):
                    return
                answer = replace(answer, recipe=recipe)  # it converged while something else was entered
            self.shown = answer
            number = self._history.current.number
            self._scores[number] = (answer.scores, not answer.exact, min(answer.segmentation.sizes))
        if answer.exact:
            self._assess_later(answer)
        self._tell(Answered(answer))

    def _assess_later(self, answer: Answer) -> None:
        """Look in the background how stable an answer on screen is, and last of all what switching each feature would
        do to it; whatever was looked at before gives way."""
        self._drop(lambda key: key not in (ASSESSING, TRYING))
        if answer.fingerprint not in self._assessments:
            self._worker.background(ASSESSING, lambda: self._assess(answer), ASSESSING, first=True)
        if self._untried(answer):
            self._worker.background(TRYING, lambda: self._try(answer), TRYING, last=True)

    def _untried(self, answer: Answer) -> list[str]:
        """Columns of which it is not known what switching them would do; those that vote first."""
        known = self._trials.of(answer.fingerprint)
        on = {spec.name for spec in answer.space.features if spec.on}
        columns = self.inspection.features if self.inspection is not None else ()
        left = [verdict.name for verdict in columns if verdict.name not in known]
        return sorted(left, key=lambda name: name not in on)

    def _save(self) -> Path | None:
        if self._saves is None or self.dataset is None:
            return None
        current = self._history.current
        return self._saves.write(self._history.entries, current.number, self._letters.anchor(current.value.gather))

    # -- jobs, on the worker thread -------------------------------------------------------------------------

    def _engine_now(self) -> Engine:
        if self._engine is None:
            self._engine = self._make_engine()
        return self._engine

    def _open(self, recipe: Recipe, saved: autosave.Saved | None) -> Steps[None]:
        yield Progress(f"opening {recipe.gather.sources[0].path}" if recipe.gather.sources else "opening")
        engine = self._engine_now()
        self.preview = engine.preview(recipe)
        self._tell(Previewed(self.preview))
        dataset, inspection = yield from engine.open(recipe)
        with self._lock:
            self.dataset, self.inspection = dataset, inspection
            self._letters = Letters(recipe)
            self._refining = ()
            self.opened_gather, self._lenient = recipe.gather, saved is not None
            opening = replace(recipe, anchor=None)
            self._history = History(opening) if saved is None else History.of(saved.runs, saved.at)
            if self._saves is not None:
                self._saves.new_session()
            self._scores, self._replies, self.shown, self.swept = {}, {}, None, Sweep()
            self._assessments, self._sweeps, self._sweeping = {}, {}, None
            self._trials = Trials()
        self._tell(Opened(dataset, inspection))
        self._answer_current()

    def _reopen(self, recipe: Recipe) -> Steps[None]:
        """Gather the data that a recipe asks for, then answer what is the current recipe by then."""
        yield from self._settle_here()  # letters must not depend on how soon the data was changed
        yield from self._read(recipe)
        self._answer_current()

    def _read(self, recipe: Recipe) -> Steps[None]:
        """Make the data of `recipe` the open data. The engine and the session change over in one piece."""
        dataset, inspection = yield from self._engine_now().open(recipe)
        with self._lock:
            self.dataset, self.inspection = dataset, inspection
            self.opened_gather, self._lenient = recipe.gather, True
            self._refining = ()
            self._replies = {key: r for key, r in self._replies.items() if isinstance(key[1], StepCountsQuestion)}
            if dataset.baskets_only:  # no answer will take the place of the one on screen
                self.shown, self.swept, self._sweeping = None, Sweep(), None
        self._worker.drop_background(lambda key: key == SWEEPING)
        self._tell(Opened(dataset, inspection, again=True, gone=self._gone(recipe)))

    def _settle_here(self) -> Steps[None]:
        """Settle the letters of the open data before it is left, or written."""
        source = self._letters.of(self.opened_gather) if self.opened_gather is not None else None
        if source is None or source.exact or (self.dataset is not None and self.dataset.baskets_only):
            return
        try:
            yield from self._choose_letters(source)
            if not source.exact:
                yield from self._settle_anchor(source)
        except SegtuiError:
            return  # it has no answer, so it has no letters either

    def _choose_letters(self, source: Source) -> Steps[None]:
        """Take over the letters of the data before, where its columns are all here."""
        if source.before is None:
            return
        anchor = self._letters.candidate(source)
        try:
            fits = anchor is not None and (yield from self._engine_now().fits(anchor))
        except SegtuiError:
            fits = False
        with self._lock:
            source.before = None
            if fits:
                source.anchor, source.exact, source.given = anchor, True, True

    def _answer_lettered(self) -> Steps[None]:
        """Answer the current recipe on data just read again, once it is known where its letters come from."""
        if self.opened_gather is not None and (source := self._letters.of(self.opened_gather)) is not None:
            yield from self._choose_letters(source)
        self._answer_current()

    def _answer(self, recipe: Recipe) -> Steps[None]:
        engine = self._engine_now()
        source = self._source(recipe)
        answer = yield from engine.first(recipe, self._traced)
        if self._opens(recipe) and source.anchor is None:
            source.anchor = engine.anchor(answer)  # until the exact one is known
        self._show(answer)
        if not answer.exact:
            self._refine_later(recipe, answer.fingerprint)
        elif self._opens(recipe):
            self._settle(answer)
        if not source.exact and not self._opens(recipe):
            self._worker.background(SETTLING, lambda: self._settle_late(source), SETTLING)

    def _refine_later(self, recipe: Recipe, key: str) -> None:
        """Converge in the background; a refinement that was left half done goes on where it was."""
        self._refining = (*(old for old in self._refining if old != key), key)[-REFINEMENTS_KEPT:]
        kept = {*self._refining, SWEEPING, SETTLING}
        self._drop(lambda other: other in kept)
        self._worker.background(REFINING, lambda: self._refine(recipe), key, first=True)

    def _refine(self, recipe: Recipe) -> Steps[None]:
        answer = yield from self._engine_now().exact(recipe, self._traced)
        if self._opens(recipe):
            self._settle(answer)
        self._show(answer)

    def _settle_late(self, source: Source) -> Steps[None]:
        yield from self._settle_anchor(source)
        self._answer_current()  # letters only: the segmentation is filed already

    def _settle_anchor(self, source: Source) -> Steps[None]:
        answer = yield from self._engine_now().exact(self._present(source.opening), self._traced)
        self._settle(answer)

    def _settle(self, answer: Answer) -> None:
        source = self._source(answer.recipe)
        if not source.exact:
            source.anchor, source.exact = self._engine_now().anchor(answer), True
            self._save()

    def _assess(self, answer: Answer) -> Steps[None]:
        if self._left_behind(answer):
            return
        assessment = yield from self._engine_now().assess(answer.recipe)
        with self._lock:
            self._assessments[answer.fingerprint] = assessment
            while len(self._assessments) > ASSESSMENTS_KEPT:
                del self._assessments[next(iter(self._assessments))]
        if self.shown is not None and self.shown.fingerprint == answer.fingerprint:
            self._tell(Assessed(assessment))

    def _try(self, answer: Answer) -> Steps[None]:
        """What drives the answer, where no pane asked before; then every feature in turn, each told as it is there."""
        about = self._about(DriversQuestion(), answer)
        if not self._left_behind(answer) and (about, DriversQuestion()) not in self._replies:
            yield from self._reply(DriversQuestion(), answer)
        for name in self._untried(answer):
            if self._left_behind(answer):
                return
            toggle = yield from self._engine_now().toggle(answer.recipe, name)
            self._trials.file(answer.fingerprint, toggle)
            if self.shown is not None and self.shown.fingerprint == answer.fingerprint:
                self._tell(Tried(toggle))

    def _shuffle(self, spec: BasketSpec) -> Steps[None]:
        data = self._data

        def found(known: ShuffledView) -> None:
            with self._lock:
                self._shuffles[data, spec] = known
                while len(self._shuffles) > SHUFFLES_KEPT:
                    del self._shuffles[next(iter(self._shuffles))]
            self._tell(Shuffled(spec))

        found((yield from self._engine_now().shuffle(spec, found)))

    def _sweep(self, recipe: Recipe, ks: Sequence[int]) -> Steps[None]:
        if recipe.gather != self.opened_gather:
            raise AnalysisError("the data for this sweep was not read", hint="Undo the last change, or sweep again.")
        yield from self._settle_here()  # every k is lettered after the first exact answer, its own k too
        lettered = replace(self._computed(recipe), anchor=self._source(recipe).anchor)

        def found(sweep: Sweep) -> None:
            self.swept = sweep
            self._tell(Swept(self.swept, finished=False))

        yield from self._engine_now().sweep(lettered, ks, self._traced, found)
        self._tell(Swept(self.swept, finished=True))
        if self.shown is not None and self.shown.exact:
            self._assess_later(self.shown)  # where that was stopped before

    def _reply(self, question: Question, answer: Answer | None) -> Steps[None]:
        answer = self._asked_of(question, answer)
        if self._left_behind(answer):
            if isinstance(question, MapQuestion | DistributionQuestion | DriversQuestion | OfBaskets | MarkedQuestion):
                return  # whoever draws it asks again about the new answer
            if isinstance(question, OfDecisions):
                return
            raise _read_since()
        about = self._about(question, answer)
        result: object
        if isinstance(question, LeaderboardQuestion) and answer is not None:
            recipe = answer.recipe
            result = yield from self._engine_now().recommend(recipe, lambda part: self._file(about, question, part))
        else:
            result = yield from self._engine_now().reply((yield from self._lettered(question)), answer)
        self._file(about, question, result)

    def _file(self, about: str, question: Question, result: object) -> None:
        with self._lock:
            self._replies[about, question] = result
            while len(self._replies) > FILED_QUESTIONS:
                del self._replies[next(iter(self._replies))]
        self._tell(Found(question))

    def _lettered(self, question: Question) -> Steps[Question]:
        """A question about runs of the history with the letters that they have on screen."""
        if not isinstance(question, ComparisonQuestion | MoversQuestion):
            return question
        yield from self._settle_here()  # else letters would depend on how soon it was asked

        def side(given: Side) -> Side:
            known = isinstance(given, Recipe) and given.gather == self.opened_gather
            return self._computed(given) if isinstance(given, Recipe) and known else given

        return replace(question, before=side(question.before), after=side(question.after))

    def _about(self, question: Question, answer: Answer | None) -> str:
        """What a reply belongs to: an answer, the customers that take part in it, or the data alone."""
        answer = self._asked_of(question, answer)
        if answer is None:
            return f"data {self._data}"
        return f"data {answer.people}" if isinstance(question, LeftOutQuestion) else answer.fingerprint

    def _asked_of(self, question: Question, answer: Answer | None) -> Answer | None:
        """The answer that a question is about; None where it is about the open data alone."""
        if answer is None or isinstance(question, StepRowsQuestion | StepCountsQuestion):
            return None
        if isinstance(question, OfBaskets) and not needs_segments(question):
            return None
        # rows are left out of the data whether or not an answer on it is there yet
        return None if isinstance(question, LeftOutQuestion) and self._left_behind(answer) else answer

    def _left_behind(self, answer: Answer | None) -> bool:
        """Whether an answer is on data that is no longer open."""
        return answer is not None and answer.recipe.gather != self.opened_gather

    def _export(self, recipe: Recipe, spec: LabelledSpec) -> Steps[None]:
        engine = self._engine_now()
        paths, notes = yield from self._written(recipe, lambda exported: engine.export(exported, spec))
        self._tell(Exported(paths, notes))

    def _deliver(self, recipe: Recipe, spec: DeliverySpec) -> Steps[None]:
        engine = self._engine_now()
        self._tell((yield from self._written(recipe, lambda delivered: engine.deliver(delivered, spec))))

    def _written(self, recipe: Recipe, write: Callable[[Recipe], Steps[W]]) -> Steps[W]:
        """Write on the data of `recipe`, with the letters that it has on screen; other data is read for it first."""
        if self.dataset is None:
            raise _nothing_open()
        reads = recipe.gather != self.opened_gather
        try:
            if reads:
                yield from self._read(recipe)
            yield from self._settle_here()
            lettered = replace(self._computed(recipe), anchor=self._source(recipe).anchor)
            return (yield from write(lettered))
        finally:
            if reads:
                self._answer_current()

    def _export_table(self, question: Question, answer: Answer | None, path: str, overwrite: bool) -> Steps[None]:
        answer = self._asked_of(question, answer)
        if self._left_behind(answer):
            raise _read_since()
        asked = yield from self._lettered(question)
        paths = yield from self._engine_now().export_table(asked, answer, path, overwrite)
        self._tell(Exported(paths, ()))

    def _traced(self, step: TraceStep) -> None:
        self._trace = step

    # -- the worker speaks ----------------------------------------------------------------------------------

    def progressed(self, job: Job, progress: Progress) -> None:
        """Pass progress on, with the newest iteration."""
        trace, self._trace = self._trace, None
        self._tell(Progressed(job.name, progress, trace))

    def failed(self, job: Job, error: Exception) -> None:
        """Say what went wrong; what stood before still stands."""
        if not hasattr(error, "what"):
            autosave.log_unforeseen(job.name, error)
        self._tell(Failed(job.name, as_problem(error)))

    def stopped(self, job: Job) -> None:
        """Say that it was stopped."""
        self._tell(StoppedByAnalyst(job.name))

    def idle(self) -> None:
        """Say that all is done."""
        self._tell(Idle())


def _but_for_k(recipe: Recipe) -> Recipe:
    """What a sweep over k stands on."""
    return replace(_settings_aside(recipe.with_k(K_MIN).with_tree(0)), anchor=None, names=())


def _settings_aside(recipe: Recipe) -> Recipe:
    """The recipe without what no segment hangs on: how baskets are mined, and what is entered to decide."""
    return replace(recipe, baskets=BasketSpec(), decide=DecideSpec())


def _nothing_open() -> SegtuiError:
    return AnalysisError("there is nothing to export yet", hint="Open a file first.")


def _read_since() -> SegtuiError:
    return AnalysisError("the data was read again meanwhile", hint="Open the table once more.")
