"""Lists that `segtui run --decide` hands out: who is contacted in which play, and what to recommend to whom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from segtui import deciding_lists, printing
from segtui.atomic import check_target
from segtui.decided.campaigns import Inputs
from segtui.errors import AnalysisError, UsageError
from segtui.progress import finish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segtui.decide.playbook import Playbook
    from segtui.decided.recommendations import Method
    from segtui.pipeline import Pipeline
    from segtui.recipe import GatherSpec, Recipe


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What is to be handed out. recommend: a file; by: the method, None for the best that is offered. folder: of the
    lists of plays; campaign: the name that arms are drawn under."""

    recommend: str | None = None
    by: Method | None = None
    folder: str | None = None
    campaign: str | None = None
    overwrite: bool = False
    csv_safe: bool = False

    def check(self, gather: GatherSpec, *, decide: bool, deliver: bool) -> None:
        """Find out before the work whether it can be written. deliver: a folder is delivered, whose plays take the
        campaign as well. Raises UsageError, DeliveryError."""
        from segtui.decide.arms import campaign_id

        asked = {"--recommend-out": self.recommend, "--recommend-by": self.by, "--lists": self.folder}
        for name, value in asked.items():
            if value is not None and not decide:
                raise UsageError(f"{name} is about decisions", hint="Add --decide.")
        if self.by is not None and self.recommend is None:
            raise UsageError("--recommend-by says how, but not where to", hint="Add --recommend-out FILE.")
        if (self.folder is None) != (self.campaign is None) and not (deliver and self.folder is None):
            raise UsageError(
                "the lists of plays need a folder and the name of the campaign, which decides who is held out",
                hint="Give both, such as --lists spring --campaign spring-2026.",
            )
        if self.campaign is not None:
            campaign_id(self.campaign)
        if self.folder is not None:
            self._check_folder(self.folder, gather)
        if self.recommend is not None:
            self._check_file(self.recommend, gather)

    def _check_file(self, path: str, gather: GatherSpec) -> None:
        from segtui.deliver import table_file
        from segtui.deliver.labelled import keep_out_of_sources, source_files

        table_file.ending_of(path, "recommendations")
        keep_out_of_sources(gather, Path(path))
        check_target(Path(path), overwrite=self.overwrite, sources=source_files(gather))

    def _check_folder(self, folder: str, gather: GatherSpec) -> None:
        from segtui.deliver.labelled import keep_out_of_sources
        from segtui.deliver.play_lists_file import check_folder

        keep_out_of_sources(gather, Path(folder) / "list.csv")
        check_folder(folder)


NO_LISTS = ListOptions()


def hand_out(
    pipeline: Pipeline, recipe: Recipe, options: ListOptions, book: Playbook | None, report: printing.Report
) -> tuple[AnalysisError, ...]:
    """Write what was asked for; returns what was refused. Raises DeliveryError."""
    refused = []
    for write, asked in ((_plays, options.folder), (_recommended, options.recommend)):
        if asked is None:
            continue
        try:
            for said in write(pipeline, recipe, options, book, report):
                printing.say(said)
        except AnalysisError as error:
            refused.append(error)
    return tuple(refused)


def _plays(
    pipeline: Pipeline, recipe: Recipe, options: ListOptions, book: Playbook | None, report: printing.Report
) -> Iterator[str]:
    from segtui import deciding
    from segtui.decide.campaigns import wanted
    from segtui.deliver import play_lists_file
    from segtui.deliver.labelled import source_files

    assert options.folder is not None
    assert options.campaign is not None
    inputs = Inputs.of(recipe.decide)
    lists = finish(deciding_lists.play_lists(pipeline, recipe, inputs, options.campaign, of=book), report)
    proposed = finish(deciding.plays(pipeline, recipe, inputs, book), report).proposals
    arms = {one.play: one.arms for one in wanted(proposed)}
    paths = finish(
        play_lists_file.write(
            lists, arms, options.folder, source_files(recipe.gather),
            overwrite=options.overwrite, csv_safe=options.csv_safe,
        ),
        report,
    )  # fmt: skip
    several = lists.filter(lists["also_in"] != "")["customer_id"].n_unique()
    yield f"wrote {len(paths)} lists of campaign {options.campaign} to {options.folder}"
    if several:
        yield f"note: {several:,} customers are on the lists of several plays; the column also_in names the others"


def _recommended(
    pipeline: Pipeline, recipe: Recipe, options: ListOptions, book: Playbook | None, report: printing.Report
) -> Iterator[str]:
    from segtui.deliver import recommendations_file
    from segtui.deliver.labelled import source_files

    del book
    assert options.recommend is not None
    found = finish(deciding_lists.recommended_lists(pipeline, recipe, options.by), report)
    written = recommendations_file.write(
        found, options.recommend, source_files(recipe.gather), overwrite=options.overwrite, csv_safe=options.csv_safe
    )
    (path,) = finish(written, report)
    told = " and ".join(f"{one.purpose} by {one.method} for {len(one.customers):,} customers" for one in found.lists)
    yield f"wrote {path}: {told}"
    for why in found.missing:
        yield f"note: {why}"
