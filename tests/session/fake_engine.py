"""An engine whose work can be held and let go, so that cancel, stale and failure are not a matter of timing."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

from segtui.errors import AnalysisError
from segtui.progress import Progress
from segtui.recipe import Anchor, FeatureSpec
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
    SweepRow,
)

COLUMNS = ("recency", "monetary", "age")


def inspection() -> Inspection:
    verdicts = tuple(
        FeatureVerdict(name, ColumnType.NUMBER, True, 0.0, 10, (1, 2), (), True, off, "z", "even")
        for name, off in zip(COLUMNS, ("", "", "an id"), strict=True)
    )
    return Inspection(verdicts, ())


def dataset() -> Dataset:
    return Dataset(None, range(10), None, 10, (), (), (), "data")  # type: ignore[arg-type]


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
    """See segtui.session.engine.Engine. Fails where k is 13; counts what it computed."""

    def __init__(self) -> None:
        self.first_gate, self.exact_gate, self.open_gate = Gate(), Gate(), Gate()
        self.shelf: dict[tuple[str, str], Answer] = {}
        self.computed: list[str] = []
        self.closed: list[str] = []

    def preview(self, recipe):
        return Preview("x.csv", ("a",), (("1",),))

    def open(self, recipe):
        yield from self.open_gate.pass_through("reading")
        if recipe.gather.sources and recipe.gather.sources[0].path == "missing.csv":
            raise AnalysisError("no such file", where="missing.csv", hint="Look again.")
        return dataset(), inspection()

    def explicit(self, recipe):
        return recipe

    def anchor(self, answer):
        speed = "exact" if answer.exact else "approximate"
        return Anchor(
            answer.prepare, (speed,), answer.letters, ((float(answer.segmentation.k),),) * answer.segmentation.k
        )

    def filed(self, recipe):
        return self.shelf.get(("exact", repr(recipe))) or self.shelf.get(("first", repr(recipe)))

    def first(self, recipe, trace):
        return self._answer("first", recipe, self.first_gate)

    def exact(self, recipe, trace):
        return self._answer("exact", recipe, self.exact_gate)

    def _answer(self, speed, recipe, gate):
        try:
            yield from gate.pass_through(f"{speed} k={recipe.cluster.k}")
        except GeneratorExit:
            self.closed.append(f"{speed} {recipe.cluster.k}")
            raise
        if recipe.cluster.k == 13:
            raise AnalysisError("12 customers differ from each other", hint="k can be at most 12.")
        self.computed.append(f"{speed} {recipe.cluster.k}")
        answer = make_answer(recipe, exact=speed == "exact")
        self.shelf[speed, repr(recipe)] = answer
        return answer

    def sweep(self, recipe, ks, trace, found):
        rows = []
        for k in ks:
            yield from self.exact_gate.pass_through(f"sweep {k}")
            row = SweepRow(k, None, 1, 1)
            rows.append(row)
            found(row)
        return tuple(rows)

    def reply(self, question, answer):
        yield Progress("looking up")
        return f"{question} of {answer.segmentation.k if answer else 'data'}"

    def export(self, recipe, spec):
        yield Progress("writing")
        return (Path(spec.path),), ()


def make_answer(recipe, *, exact: bool) -> Answer:
    k = recipe.cluster.k
    features = recipe.prepare.features or tuple(FeatureSpec(name) for name in COLUMNS[:2])
    space = ",".join(f"{f.name}{f.weight}" for f in features if f.on)
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
    )
