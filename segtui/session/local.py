"""The engine in earnest: the pipeline in this process, with what only a screen asks for."""

from __future__ import annotations

from pathlib import Path

from segtui.errors import AnalysisError
from segtui.pipeline import Pipeline, Shelf
from segtui.progress import Steps
from segtui.recipe import LabelledSpec, Recipe
from segtui.results import Answer, Preview
from segtui.session.pages import CustomersPage, FramePage, LeftOutPage
from segtui.session.questions import (
    CustomersQuestion,
    DistributionQuestion,
    LabQuestion,
    LeftOutQuestion,
    MapQuestion,
    Question,
    StepCountsQuestion,
    StepRowsQuestion,
)


class LocalEngine(Pipeline):
    """`session.engine.Engine` on the real stages."""

    def __init__(self, shelf: Shelf) -> None:
        from segtui.explain.projection import MapCache

        super().__init__(shelf)
        self._maps = MapCache()

    def preview(self, recipe: Recipe) -> Preview:
        """The first rows of the first source, as text."""
        from segtui.gather.paths import is_at_hand
        from segtui.gather.preview import preview

        if not recipe.gather.sources:
            raise AnalysisError("there is nothing to open", hint="Name a file.")
        first = recipe.gather.sources[0]
        return preview(first) if is_at_hand(first) else Preview(first.path, (), ())

    def reply(self, question: Question, answer: Answer | None) -> Steps[object]:
        """Compute what a view asked. Raises AnalysisError where the question needs an answer first."""
        dataset, _ = self._data
        if isinstance(question, LeftOutQuestion):
            return LeftOutPage(dataset)
        if isinstance(question, StepRowsQuestion | StepCountsQuestion):
            return (yield from self._about_steps(question))
        if answer is None:
            raise AnalysisError("there are no segments yet", hint="Wait for the first answer.")
        if isinstance(question, LabQuestion):
            return (yield from self.lab(answer.recipe, lambda step: None))
        if isinstance(question, CustomersQuestion):
            ground = yield from self.ground(answer.recipe)
            return CustomersPage(ground.dataset, answer, question.letter)
        if isinstance(question, MapQuestion):
            return (yield from self._map(question, answer))
        return (yield from self._distribution(question, answer))

    def _about_steps(self, question: StepRowsQuestion | StepCountsQuestion) -> Steps[object]:
        from segtui.gather.leftout import count_steps, left_out_lines

        dataset, _ = self._data
        if isinstance(question, StepCountsQuestion):
            return (yield from count_steps(dataset, self._gather, self._tables))
        return FramePage((yield from left_out_lines(dataset, self._gather, question.step, self._tables)))

    def _map(self, question: MapQuestion, answer: Answer) -> Steps[object]:
        from segtui.explain.projection import project

        ground = yield from self.ground(answer.recipe)
        return (
            yield from project(
                ground.dataset,
                ground.matrix,
                answer.segmentation,
                answer.letters,
                question.x,
                question.y,
                question.columns,
                question.rows,
                self._maps,
            )
        )

    def _distribution(self, question: DistributionQuestion, answer: Answer) -> Steps[object]:
        from segtui.explain.distribution import distribution

        _, inspection = self._data
        ground = yield from self.ground(answer.recipe)
        return (
            yield from distribution(
                ground.dataset,
                inspection,
                ground.matrix,
                answer.segmentation,
                answer.letters,
                question.feature,
                question.bins,
                self._profiles,
            )
        )

    def export(self, recipe: Recipe, spec: LabelledSpec) -> Steps[tuple[tuple[Path, ...], tuple[str, ...]]]:
        """Write the labelled customers, converged, with the recipe beside them."""
        from segtui.deliver.labelled import notes, write

        answer = yield from self.exact(recipe, lambda step: None)
        ground = yield from self.ground(recipe)
        paths = yield from write(ground.dataset, recipe.gather, answer, ground.matrix, spec)
        return paths, notes(ground.dataset, answer)
