"""The engine in earnest: the pipeline in this process, with what only a screen asks for."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from segtui import comparing, explaining, trying, weighing
from segtui.errors import AnalysisError
from segtui.evidence import Assessment, Sweep
from segtui.pipeline import Pipeline, Shelf, Trace, unwatched
from segtui.progress import Progress, Steps
from segtui.recipe import Anchor, DeliverySpec, GatherSpec, LabelledSpec, Recipe
from segtui.results import Answer, Cell, Dataset, Preview
from segtui.session.events import FolderWritten
from segtui.session.pages import CustomersPage, FramePage, LeftOutPage, nearby_page
from segtui.session.questions import (
    AdoptionQuestion,
    BasketsQuestion,
    BorderQuestion,
    ComparisonQuestion,
    CustomersQuestion,
    DeliveryQuestion,
    DistributionQuestion,
    DriversQuestion,
    LabQuestion,
    LeftOutQuestion,
    MapQuestion,
    MarkedQuestion,
    MisfitsQuestion,
    MoversQuestion,
    NetworkQuestion,
    OfBaskets,
    OfDecisions,
    PlayListQuestion,
    PredictionQuestion,
    Question,
    RecommendedQuestion,
    RulesQuestion,
    ScatterQuestion,
    SilhouetteQuestion,
    StepCountsQuestion,
    StepRowsQuestion,
    TypicalQuestion,
    UsesQuestion,
    WorkQuestion,
)

if TYPE_CHECKING:
    from segtui.basket_views import ShuffledView
    from segtui.decided.decisions import Missing
    from segtui.decided.recommendations import Leaderboard
    from segtui.explained import SilhouetteView, Toggle
    from segtui.recipe import BasketSpec
    from segtui.results import TablePage

WRITTEN_AT_ONCE = 2_000
"""Rows of a table that are written between two looks at what else is waiting."""


class LocalEngine(Pipeline):
    """`session.engine.Engine` on the real stages."""

    def __init__(self, shelf: Shelf) -> None:
        from segtui.explain.projection import MapCache

        super().__init__(shelf)
        self._maps = MapCache()
        self._about = self._answers()

    def _gathered(self, spec: GatherSpec) -> Steps[Dataset]:
        """Customers; baskets alone where there are no customers but baskets (`Dataset.baskets_only`)."""
        from segtui.gather.baskets import baskets_alone
        from segtui.gather.dataset import identity

        try:
            return (yield from super()._gathered(spec))
        except AnalysisError:
            alone = yield from baskets_alone(spec, identity(spec), self._tables)
            if alone is None:
                raise
            return alone

    def filed(self, recipe: Recipe) -> Answer | None:
        """The best answer already computed, on the open data only."""
        answer = super().filed(recipe)
        return answer if recipe.gather == self._gather else None

    def fits(self, anchor: Anchor) -> Steps[bool]:
        """Whether the open data has every column that an anchor was made with."""
        usable = {verdict.name for verdict in self._data[1].features if verdict.usable}
        if not all(spec.name in usable for spec in anchor.prepare.features or ()):
            return False
        matrix = yield from self.matrix(anchor.prepare)
        return tuple(column.name for column in matrix.columns) == anchor.columns

    def preview(self, recipe: Recipe) -> Preview:
        """The first rows of the first source, as text."""
        from segtui.gather.paths import is_at_hand
        from segtui.gather.preview import preview

        if not recipe.gather.sources:
            raise AnalysisError("there is nothing to open", hint="Name a file.")
        first = recipe.gather.sources[0]
        return preview(first) if is_at_hand(first) else Preview(first.path, (), ())

    def sweep(self, recipe: Recipe, ks: Sequence[int], trace: Trace, found: Callable[[Sweep], None]) -> Steps[Sweep]:
        """Converged fits for several k and the evidence on them."""
        return weighing.sweep(self, recipe, ks, trace, found)

    def assess(self, recipe: Recipe) -> Steps[Assessment]:
        """What is known of the converged answer to a recipe beyond its scores."""
        return weighing.assess(self, recipe)

    def toggle(self, recipe: Recipe, feature: str) -> Steps[Toggle]:
        """What switching a column would likely do to the converged answer to a recipe."""
        return trying.toggle(self, recipe, feature)

    def _answers(self) -> dict[type, Callable[[Any, Answer], Steps[object]]]:
        """What is done about each kind of question that needs an answer."""
        return {
            LabQuestion: lambda _, answer: self.lab(answer.recipe, unwatched),
            PredictionQuestion: lambda asked, answer: weighing.predict(self, answer.recipe, asked.tried, unwatched),
            RulesQuestion: lambda _, answer: explaining.rules(self, answer.recipe),
            AdoptionQuestion: lambda _, answer: explaining.adoptions(self, answer.recipe),
            DriversQuestion: lambda _, answer: explaining.drivers(self, answer.recipe),
            SilhouetteQuestion: lambda asked, answer: self._silhouettes(asked.steps, answer),
            CustomersQuestion: self._customers,
            TypicalQuestion: self._customers,
            BorderQuestion: self._customers,
            MisfitsQuestion: self._customers,
            ComparisonQuestion: self._comparison,
            MoversQuestion: self._comparison,
            MapQuestion: self._map,
            DistributionQuestion: self._distribution,
            MarkedQuestion: self._marked,
            PlayListQuestion: self._play_list,
            DeliveryQuestion: self._delivery,
        }

    def shuffle(self, spec: BasketSpec, found: Callable[[ShuffledView], None]) -> Steps[ShuffledView]:
        """The rules at some cut-offs against shuffled baskets."""
        from segtui.session import basket_replies

        return basket_replies.shuffle(self, Recipe(self._gather, baskets=spec), found)

    def recommend(self, recipe: Recipe, found: Callable[[Leaderboard], None]) -> Steps[Leaderboard | Missing]:
        """How ways of recommending fare."""
        from segtui.session import decide_replies

        return decide_replies.recommended(self, recipe, found)

    def _decided(self, question: OfDecisions, answer: Answer) -> Steps[object]:
        from segtui.session import decide_replies

        return decide_replies.part(self, answer.recipe, question)

    def _play_list(self, question: PlayListQuestion, answer: Answer) -> Steps[object]:
        from segtui.session import decide_replies

        return decide_replies.play_list(self, answer.recipe, question.inputs, question.play, question.campaign)

    def _marked(self, question: MarkedQuestion, answer: Answer) -> Steps[object]:
        from segtui.session import basket_replies

        return basket_replies.marked(self, replace(answer.recipe, baskets=question.spec))

    def _of_baskets(self, question: OfBaskets, answer: Answer | None) -> Steps[object]:
        """What is asked about baskets, of the open data or, for the rules of a segment, of the answer."""
        from segtui.session import basket_replies as told

        recipe = replace(Recipe(self._gather) if answer is None else answer.recipe, baskets=question.spec)
        if isinstance(question, WorkQuestion):
            return (yield from told.work(self, recipe))
        if isinstance(question, BasketsQuestion):
            return (yield from told.page(self, recipe, question.shown))
        if isinstance(question, ScatterQuestion):
            return (yield from told.scatter(self, recipe, question.shown, question.columns, question.rows))
        if isinstance(question, NetworkQuestion):
            return (yield from told.network(self, recipe, question.shown))
        if isinstance(question, UsesQuestion):
            return (yield from told.uses(self, recipe))
        return (yield from told.behind(self, recipe, question.rule))

    def reply(self, question: Question, answer: Answer | None) -> Steps[object]:
        """Compute what a view asked. Raises AnalysisError where the question needs an answer first."""
        if isinstance(question, LeftOutQuestion):
            return (yield from self._left_out(answer))
        if isinstance(question, StepRowsQuestion | StepCountsQuestion):
            return (yield from self._about_steps(question))
        if isinstance(question, OfBaskets):
            return (yield from self._of_baskets(question, answer))
        if answer is None:
            raise AnalysisError("there are no segments yet", hint="Wait for the first answer.")
        if isinstance(question, OfDecisions):
            return (yield from self._decided(question, answer))
        return (yield from self._about[type(question)](question, answer))

    def _comparison(self, question: ComparisonQuestion | MoversQuestion, answer: Answer) -> Steps[object]:
        before, after = question.before, question.after
        for side in (before, after):
            if isinstance(side, Recipe) and side.gather != self._gather:
                raise AnalysisError(
                    "a run that was made on other data than is open cannot be compared",
                    hint="Go to that run (Runs, enter), export its customers (x), come back and compare the file.",
                )
        if isinstance(question, MoversQuestion):
            return FramePage((yield from comparing.movers(self, before, after, answer.recipe, question.move)))
        return (yield from comparing.migration(self, self._data[1], before, after, answer.recipe))

    def _silhouettes(self, steps: int, answer: Answer) -> Steps[SilhouetteView]:
        from segtui.explain.silhouette import silhouettes

        ground = yield from self.ground(answer.recipe)
        return (yield from silhouettes(ground.matrix, answer.segmentation, answer.letters, steps))

    def _customers(
        self, question: CustomersQuestion | TypicalQuestion | BorderQuestion | MisfitsQuestion, answer: Answer
    ) -> Steps[TablePage]:
        """Some of the customers who take part, as a table."""
        ground = yield from self.ground(answer.recipe)
        if isinstance(question, CustomersQuestion):
            return CustomersPage.of_segment(ground.dataset, answer, question.letter)
        if isinstance(question, MisfitsQuestion):
            found = yield from self._silhouettes(2, answer)
            return CustomersPage(ground.dataset, answer, found.misfits)
        look = explaining.typical if isinstance(question, TypicalQuestion) else explaining.near_border
        nearby = yield from look(self, answer.recipe, question.letter)
        return nearby_page(ground.dataset, answer, nearby)

    def _left_out(self, answer: Answer | None) -> Steps[LeftOutPage]:
        if answer is None:
            return LeftOutPage(self.dataset)
        ground = yield from self.ground(answer.recipe)
        return LeftOutPage(ground.dataset)

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

        answer = yield from self.exact(recipe, unwatched)
        ground = yield from self.ground(recipe)
        paths = yield from write(ground.dataset, recipe.gather, answer, ground.matrix, spec)
        return paths, notes(ground.dataset, answer)

    def _delivery(self, _: DeliveryQuestion, answer: Answer) -> Steps[object]:
        from segtui.session import delivery_replies

        return delivery_replies.view(self, answer)

    def standing(self, gather: GatherSpec, spec: DeliverySpec) -> bool:
        """Whether an earlier delivery stands there; an error where none can be written."""
        from segtui.session import delivery_replies

        return delivery_replies.standing(gather, spec)

    def deliver(self, recipe: Recipe, spec: DeliverySpec) -> Steps[FolderWritten]:
        """Write the folder, whole or not at all."""
        from segtui import delivering

        made = yield from delivering.deliver(self, recipe, spec)
        return FolderWritten(made.folder, made.files, made.missing, made.warnings)

    def export_table(
        self, question: Question, answer: Answer | None, path: str, overwrite: bool
    ) -> Steps[tuple[Path, ...]]:
        """Write the whole table that answers a question as CSV, whole or not at all; all rules, and recommendations, in
        the format that the path asks for."""
        from segtui.atomic import WholeFiles
        from segtui.gather.paths import files_of

        if isinstance(question, BasketsQuestion):
            from segtui.session import basket_replies

            recipe = Recipe(self._gather, baskets=question.spec)
            avoid = [file for source in self._gather.sources for file in files_of(source)]
            return (yield from basket_replies.export(self, recipe, path, avoid, overwrite))
        if isinstance(question, RecommendedQuestion) and answer is not None:
            from segtui.session import decide_replies

            avoid = [file for source in self._gather.sources for file in files_of(source)]
            written = decide_replies.export_recommended(self, answer.recipe, question, path, avoid, overwrite)
            return (yield from written)
        reply = yield from self.reply(question, answer)
        if not hasattr(reply, "row_count"):
            raise AnalysisError("this is no table", hint="Export a table of rows.")
        page = cast("TablePage", reply)
        sources = [file for source in self._gather.sources for file in files_of(source)]
        with WholeFiles(overwrite=overwrite, sources=sources) as files:
            beside = files.stage(path, private=True)
            with beside.open("w", encoding="utf-8", newline="") as file:
                out = csv.writer(file, lineterminator="\n")
                out.writerow(column.title for column in page.columns)
                for start, rows in _pieces(page):
                    out.writerows(rows)
                    done = min(page.row_count, start + WRITTEN_AT_ONCE)
                    yield Progress(f"writing {path}", done / page.row_count, f"{done:,} of {page.row_count:,} rows")
            return files.commit()


def _pieces(page: TablePage) -> Iterator[tuple[int, list[tuple[Cell, ...]]]]:
    """The rows of a table in pieces, each with the row it starts at."""
    for start in range(0, page.row_count, WRITTEN_AT_ONCE):
        yield start, page.rows(start, start + WRITTEN_AT_ONCE)
