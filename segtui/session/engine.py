"""What the session needs of the stages: the pipeline in earnest, a blockable fake in tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from segtui.basket_views import ShuffledView
from segtui.decided.decisions import Missing
from segtui.decided.recommendations import Leaderboard
from segtui.evidence import Assessment, Sweep
from segtui.explained import Toggle
from segtui.progress import Steps
from segtui.recipe import Anchor, BasketSpec, DeliverySpec, GatherSpec, LabelledSpec, Recipe
from segtui.results import Answer, Dataset, Inspection, Preview, TraceStep
from segtui.session.events import FolderWritten
from segtui.session.questions import Question

Trace = Callable[[TraceStep], None]


class Engine(Protocol):
    """Computes answers to recipes; every method but the look-ups is a generator of short pieces."""

    def preview(self, recipe: Recipe) -> Preview:
        """The first rows of the first source, within a second."""
        ...

    def open(self, recipe: Recipe) -> Steps[tuple[Dataset, Inspection]]:
        """Read and inspect the sources; what is computed from then on is about them. Data that was open lately and is
        still held comes back at once. Changes over in its last piece, so that nothing else runs in between."""
        ...

    def filed(self, recipe: Recipe) -> Answer | None:
        """The best answer already there, at once; None for a recipe that gathers otherwise than what is open.

        Called from any thread.
        """
        ...

    def explicit(self, recipe: Recipe) -> Recipe:
        """The recipe with everything that was proposed spelled out."""
        ...

    def anchor(self, answer: Answer) -> Anchor:
        """What later segmentations take their letters from."""
        ...

    def fits(self, anchor: Anchor) -> Steps[bool]:
        """Whether the open data has every column that an anchor was made with."""
        ...

    def first(self, recipe: Recipe, trace: Trace) -> Steps[Answer]:
        """The approximate answer."""
        ...

    def exact(self, recipe: Recipe, trace: Trace) -> Steps[Answer]:
        """The converged answer."""
        ...

    def sweep(self, recipe: Recipe, ks: Sequence[int], trace: Trace, found: Callable[[Sweep], None]) -> Steps[Sweep]:
        """Converged fits for several k and the evidence on them; `found` hears of every piece."""
        ...

    def assess(self, recipe: Recipe) -> Steps[Assessment]:
        """What is known of the converged answer to a recipe beyond its scores."""
        ...

    def toggle(self, recipe: Recipe, feature: str) -> Steps[Toggle]:
        """What switching a column of the open data would likely do to the converged answer to a recipe."""
        ...

    def shuffle(self, spec: BasketSpec, found: Callable[[ShuffledView], None]) -> Steps[ShuffledView]:
        """The rules at some cut-offs against shuffled baskets; `found` hears of every shuffle."""
        ...

    def recommend(self, recipe: Recipe, found: Callable[[Leaderboard], None]) -> Steps[Leaderboard | Missing]:
        """How ways of recommending fare on the data; `found` hears of every method."""
        ...

    def reply(self, question: Question, answer: Answer | None) -> Steps[object]:
        """What a view asked about an answer."""
        ...

    def export(self, recipe: Recipe, spec: LabelledSpec) -> Steps[tuple[tuple[Path, ...], tuple[str, ...]]]:
        """Write labelled customers of the exact answer; returns the paths and what is worth saying."""
        ...

    def standing(self, gather: GatherSpec, spec: DeliverySpec) -> bool:
        """Whether an earlier delivery stands where one is to be written; an error where none can be. Touches the disk;
        called from any thread."""
        ...

    def deliver(self, recipe: Recipe, spec: DeliverySpec) -> Steps[FolderWritten]:
        """Write a folder of everything asked for of the exact answer, whole or not at all."""
        ...

    def export_table(
        self, question: Question, answer: Answer | None, path: str, overwrite: bool
    ) -> Steps[tuple[Path, ...]]:
        """Write the whole table that answers a question as CSV; returns the paths."""
        ...
