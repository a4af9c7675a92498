"""An engine whose work can be held and let go, so that cancel, stale and failure are not a matter of timing."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

from segtui.basket_views import ShuffledView
from segtui.errors import AnalysisError
from segtui.evidence import Assessment, Sweep, SweepRow
from segtui.explained import Toggle
from segtui.progress import Progress
from segtui.recipe import Anchor, FeatureSpec, GatherSpec, Recipe
from segtui.results import (
    Answer,
    ColumnType,
    Converged,
    Dataset,
    FeatureSpace,
    FeatureVerdict,
    Inspection,
    Preview,
    Profile,
    Scores,
    Segment,
    Segmentation,
)
from segtui.session.events import FolderWritten

COLUMNS = ("recency", "monetary", "age")


def columns_of(gather) -> tuple[str, ...]:
    """What the data has: no monetary without the price step, visits with loose ids."""
    names = tuple(name for name in COLUMNS if name != "monetary" or gather.step_on("price"))
    return (*names, "visits") if gather.loose_ids else names


AS_FOUND = GatherSpec()


def inspection(gather=AS_FOUND) -> Inspection:
    verdicts = tuple(
        FeatureVerdict(
            name, ColumnType.NUMBER, True, 0.0, 10, (1, 2), (), True, "an id" if name == "age" else "", "z", "even"
        )
        for name in columns_of(gather)
    )
    return Inspection(verdicts, ())


def dataset(gather=AS_FOUND) -> Dataset:
    return Dataset(None, range(10), None, 10, (), (), (), f"data {gather!r}")  # type: ignore[arg-type]


class Gate:
    """Work waits here until it is opened."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self.reached = threading.Event()

    def shut(self) -> None:
        self.reached.clear()
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    def pass_through(self, doing: str):
        while not self._open.is_set():
            self.reached.set()
            time.sleep(0.001)
            yield Progress(doing)
        yield Progress(doing)


class FakeEngine:
    """See segtui.session.engine.Engine. Fails where k is 13; counts what it computed.

    Data once read is held and comes back at once. A holdout of 999 days leaves no order line.
    """

    def __init__(self) -> None:
        self.shuffled: list = []
        self.first_gate, self.exact_gate, self.open_gate = Gate(), Gate(), Gate()
        self.assess_gate, self.toggle_gate = Gate(), Gate()
        self.tried: list[str] = []
        self.shelf: dict[tuple[str, str], Answer] = {}
        self.computed: list[str] = []
        self.closed: list[str] = []
        self.reads: list[GatherSpec] = []
        self.held: dict[GatherSpec, tuple[Dataset, Inspection]] = {}
        self.gathered: GatherSpec | None = None
        self.asked_about: list[tuple[str, Recipe]] = []
        self.export_gate = Gate()
        self.tables: list[tuple[object, str, bool]] = []
        self.delivered = []

    def preview(self, recipe):
        return Preview("x.csv", ("a",), (("1",),))

    def open(self, recipe):
        gather = recipe.gather
        if gather not in self.held:
            self.reads.append(gather)
            try:
                yield from self.open_gate.pass_through("reading")
            except GeneratorExit:
                self.closed.append("open")
                raise
            if gather.sources and gather.sources[0].path == "missing.csv":
                raise AnalysisError("no such file", where="missing.csv", hint="Look again.")
            if gather.holdout == 999:
                raise AnalysisError("no order line is left", hint="Switch a cleaning step off.")
            self.held[gather] = dataset(gather), inspection(gather)
        self.gathered = gather
        return self.held[gather]

    def explicit(self, recipe):
        return recipe

    def anchor(self, answer):
        speed = "exact" if answer.exact else "approximate"
        features = tuple(spec for spec in answer.prepare.features or () if spec.on)
        return Anchor(
            replace(answer.prepare, features=features),
            (speed,),
            answer.letters,
            ((float(answer.segmentation.k),),) * answer.segmentation.k,
        )

    def fits(self, anchor):
        yield Progress("comparing")
        return {spec.name for spec in anchor.prepare.features} <= set(columns_of(self.gathered))

    def filed(self, recipe):
        if recipe.gather != self.gathered:
            return None
        return self.shelf.get(("exact", repr(recipe))) or self.shelf.get(("first", repr(recipe)))

    def first(self, recipe, trace):
        return self._answer("first", recipe, self.first_gate)

    def exact(self, recipe, trace):
        return self._answer("exact", recipe, self.exact_gate)

    def _answer(self, speed, recipe, gate):
        self._on_open_data(speed, recipe)
        try:
            yield from gate.pass_through(f"{speed} k={recipe.cluster.k}")
        except GeneratorExit:
            self.closed.append(f"{speed} {recipe.cluster.k}")
            raise
        if recipe.cluster.k == 13:
            raise AnalysisError("12 customers differ from each other", hint="k can be at most 12.")
        self._on_open_data(speed, recipe)
        self.computed.append(f"{speed} {recipe.cluster.k}")
        answer = make_answer(recipe, exact=speed == "exact")
        self.shelf[speed, repr(recipe)] = answer
        return answer

    def _on_open_data(self, what, recipe):
        """What every method that computes may rely on."""
        self.asked_about.append((what, recipe))
        assert recipe.gather == self.gathered, f"{what} on other data than is open"
        missing = {f.name for f in recipe.prepare.features or ()} - set(columns_of(self.gathered))
        assert not missing, f"{what} with features that are not there: {missing}"

    def sweep(self, recipe, ks, trace, found):
        self._on_open_data("sweep", recipe)
        rows = ()
        for k in ks:
            yield from self.exact_gate.pass_through(f"sweep {k}")
            rows = (*rows, SweepRow(k, None, 1, 1))
            found(Sweep(rows))
        return Sweep(rows)

    def assess(self, recipe):
        self._on_open_data("assess", recipe)
        yield from self.assess_gate.pass_through(f"assess k={recipe.cluster.k}")
        return Assessment(f"{recipe.cluster.k}", None, None, None)

    def toggle(self, recipe, feature):
        self._on_open_data("toggle", recipe)
        yield from self.toggle_gate.pass_through(f"trying {feature}")
        self.tried.append(f"{feature} at {recipe.cluster.k}")
        return Toggle(feature, feature == "age", recipe.cluster.k / 100, 0.5)

    def shuffle(self, spec, found):
        for done in (1, 2):
            yield from self.exact_gate.pass_through("shuffling")
            view = ShuffledView(done, 2, f"{done} done", 0.1, (1.0,), (0.0,))
            found(view)
        self.shuffled.append(spec)
        return view

    def recommend(self, recipe, found):
        yield from self.exact_gate.pass_through("recommending")
        return f"board of {recipe.cluster.k}"

    def reply(self, question, answer):
        yield Progress("looking up")
        if answer is not None:
            self._on_open_data("reply", answer.recipe)
        return f"{question} of {answer.segmentation.k if answer else 'data'}"

    def export(self, recipe, spec):
        self._on_open_data("export", recipe)
        yield from self.export_gate.pass_through("writing")
        self._on_open_data("export", recipe)
        return (Path(spec.path),), ()

    def standing(self, gather, spec):
        return spec.folder == "there"

    def deliver(self, recipe, spec):
        self._on_open_data("deliver", recipe)
        yield from self.export_gate.pass_through("delivering")
        self._on_open_data("deliver", recipe)
        self.delivered.append((recipe, spec))
        return FolderWritten(Path(spec.folder), (("customers.csv", 10),))

    def export_table(self, question, answer, path, overwrite):
        yield Progress("writing")
        self.tables.append((question, path, overwrite))
        return (Path(path),)


def make_answer(recipe, *, exact: bool) -> Answer:
    k = recipe.cluster.k
    proposed = (name for name in columns_of(recipe.gather) if name != "age")
    features = recipe.prepare.features or tuple(FeatureSpec(name) for name in proposed)
    space = ",".join(f"{f.name}{f.weight}" for f in features if f.on) + f" of {hash(recipe.gather)}"
    letters = tuple(chr(65 + i) for i in range(k))
    if recipe.anchor is not None:
        letters = tuple(letter.lower() if recipe.anchor.columns == ("approximate",) else letter for letter in letters)
    segmentation = Segmentation(
        None,
        None,
        (5,) * k,
        1.0,
        exact,
        Converged.LABELS,
        3,
        10,
        0,
        (),
        (),  # type: ignore[arg-type]
    )
    segments = tuple(
        Segment(letter, i, f"name {letter}", f"name {letter}", 5, 1 / k, (), (), ()) for i, letter in enumerate(letters)
    )
    feature_space = FeatureSpace((), features, {}, (), space)
    return Answer(
        recipe=recipe,
        prepare=replace(recipe.prepare, features=features),
        space=feature_space,
        segmentation=segmentation,
        letters=letters,
        profile=Profile((), segments, 10),
        scores=Scores(space, 1.0 / k, 0.5, 0.4, 10.0, 1.0),
        seconds=0.1,
        fingerprint=f"{exact} {recipe!r}",
        people=f"{recipe.prepare!r}",
    )
