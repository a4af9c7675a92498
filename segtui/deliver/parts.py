"""The parts of a delivery, one small function each, and the one table of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from segtui.deliver import (
    play_lists_file,
    recommendations_file,
    tables,
    tables_baskets,
    tables_decisions,
    tables_evidence,
    tables_products,
    writers,
    xlsx,
)
from segtui.deliver.delivery import MODEL
from segtui.deliver.formula_cells import CELLS, Formulas, made_safe
from segtui.deliver.labelled import FORMATS
from segtui.deliver.labels import added_columns, label
from segtui.deliver.rows import labelled_rows
from segtui.deliver.rules_file import frame as rules_frame
from segtui.deliver.scoring_json import to_json
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps, as_part

if TYPE_CHECKING:
    from segtui.deliver.handover import Handover
    from segtui.deliver.labels import Labels
    from segtui.deliver.whole_folder import WholeFolder
    from segtui.deliver.writers import Table
    from segtui.recipe import DeliverySpec

PIECE = 50_000
"""Rows of a table written at once."""


@dataclass(slots=True)
class Making:
    """A delivery being written. warnings: what is to be said of it; formulas: by file."""

    handover: Handover
    spec: DeliverySpec
    folder: WholeFolder
    warnings: list[str] = field(default_factory=list)
    formulas: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def hide(self) -> bool:
        """Whether figures of few customers are withheld from what is passed on."""
        return self.spec.withhold

    def write(self, name: str, text: str, *, private: bool = False) -> None:
        """A file of text."""
        self.folder.stage(name, private=private).write_text(text, encoding="utf-8", newline="\n")

    def sheet(self, name: str, frame: pl.DataFrame | None, *, private: bool = False) -> Steps[bool]:
        """A table as CSV; False where there is none."""
        if frame is None:
            return False
        yield from self.table(name, "csv", _table(frame), private=private)
        return True

    def table(self, name: str, form: str, table: Table, *, private: bool) -> Steps[None]:
        """Rows in one of the formats, their formula cells guarded or counted."""
        safe, cells = self.spec.csv_safe, form in CELLS
        found = Formulas()
        if cells and not safe:
            table = found.counted(table)
        path = self.folder.stage(name, private=private)
        if FORMATS[form].text:
            with path.open("wb") as out:
                if form == "ndjson":
                    steps = writers.write_ndjson(table, out)
                else:
                    steps = writers.write_csv(table, out, separator="\t" if form == "tsv" else ",", safe=safe)
                yield from as_part(steps, name, 0.0, 1.0)
        elif form == "xlsx":
            yield from as_part(xlsx.write_xlsx(made_safe(table) if safe else table, path), name, 0.0, 1.0)
        else:
            write = writers.write_parquet if form == "parquet" else writers.write_arrow
            yield from as_part(write(table, path), name, 0.0, 1.0)
        self.formulas[name] = found.counts


def _table(frame: pl.DataFrame) -> Table:
    pieces: Iterator[pl.DataFrame] = frame.iter_slices(PIECE) if frame.height else iter((frame,))
    return writers.Table(frame.schema, frame.height, pieces)


# -- customers and their orders ------------------------------------------------------------------------------


def customers(making: Making) -> Steps[None]:
    """Every input row with its segment, in every format asked for."""
    made, answer = making.handover, making.handover.answer
    data = made.ground.dataset
    added, told = added_columns(data.frame.columns, answer)
    making.warnings += told
    for form in making.spec.formats:
        kind = FORMATS[form]
        labels = yield from _labels(making, nothing=None if kind.cells else "")
        table = labelled_rows(data, made.gather, labels, added, cells=kind.cells, text=kind.text)
        yield from making.table(f"customers.{form}", form, table, private=True)


def _labels(making: Making, nothing: str | None) -> Steps[Labels]:
    made = making.handover
    return (yield from label(made.ground.dataset, made.answer, made.ground.matrix, nothing=nothing))


def orders(making: Making) -> Steps[None]:
    """Every order line with the segment of its customer. Raises AnalysisError where there are no orders."""
    from segtui.deliver.orders_file import labelled_orders, order_tables

    made = making.handover
    found = order_tables(made.whole, made.gather)
    for number, source in enumerate(found, 1):
        stem = "orders" if len(found) == 1 else f"orders_{number}"
        for form in making.spec.formats:
            kind = FORMATS[form]
            labels = yield from _labels(making, nothing=None if kind.cells else "")
            table, told = labelled_orders(
                source, made.ground.dataset, labels, made.answer, made.gather, cells=kind.cells, as_text=kind.text
            )
            yield from making.table(f"{stem}.{form}", form, table, private=True)
        making.warnings += told


# -- tables --------------------------------------------------------------------------------------------------


def segments(making: Making) -> Steps[None]:
    """Who the segments are, and the rule of each."""
    yield from making.sheet("segments.csv", tables.segments(making.handover, hide=making.hide))
    yield from making.sheet("segment_rules.csv", tables.segment_rules(making.handover, hide=making.hide))


def profiles(making: Making) -> Steps[None]:
    """What the segments are like, and the features."""
    yield from making.sheet("profiles.csv", tables.profiles(making.handover, hide=making.hide))
    yield from making.sheet("features.csv", tables.features(making.handover))


def evidence(making: Making) -> Steps[None]:
    """What speaks for and against every k."""
    made = making.handover
    yield from making.sheet("evidence.csv", tables_evidence.evidence(made, hide=making.hide))
    yield from making.sheet("evidence_picks.csv", tables_evidence.picks(made))
    yield from making.sheet("drivers.csv", None if made.drivers is None else tables.drivers(made))
    yield from making.sheet("later_orders.csv", None if made.prediction is None else tables_evidence.later(made))


def rules(making: Making) -> Steps[None]:
    """Association rules. Raises AnalysisError where there are none."""
    made = making.handover
    if made.ruled is None:
        raise AnalysisError(made.why_not("rules") or "there are no baskets")
    yield from making.sheet("rules.csv", rules_frame(made.ruled))
    yield from making.sheet("marked_rules.csv", tables_baskets.marked_rules(made, hide=making.hide))
    yield from making.sheet("marked_items.csv", tables_baskets.marked_items(made, hide=making.hide))


def recommendations(making: Making) -> Steps[None]:
    """How methods fare, the items of segments, and lists for customers. Raises AnalysisError where there are none."""
    made = making.handover
    there = yield from making.sheet("leaderboard.csv", tables_products.leaderboard(made, hide=making.hide))
    popular = yield from making.sheet("products.csv", tables_products.products(made, hide=making.hide))
    if made.decisions is not None and not (there or popular):
        raise AnalysisError(made.decisions.why_not("recommendations") or "there is nothing to recommend")
    if made.recommended is None:
        why = made.why_not("recommended")
        making.warnings += [f"recommendations.csv is missing: {why}"] if why else []
        return
    lists = recommendations_file.table(made.recommended)
    yield from making.table("recommendations.csv", "csv", lists, private=True)
    making.warnings += [f"recommendations.csv: {why}" for why in made.recommended.missing]


def prices(making: Making) -> Steps[None]:
    """What segments paid. Raises AnalysisError where no line carries a price."""
    made = making.handover
    if not (yield from making.sheet("prices.csv", tables_decisions.prices(made, hide=making.hide))):
        raise AnalysisError(_why(made, "prices"))
    yield from making.sheet("price_estimates.csv", tables_decisions.price_estimates(made, hide=making.hide))


def value(making: Making) -> Steps[None]:
    """What segments and customers are expected to bring. Raises AnalysisError where the data do not carry it."""
    made = making.handover
    if not (yield from making.sheet("value.csv", tables_decisions.value(made, hide=making.hide))):
        refused = "" if made.decisions is None or made.decisions.value is None else made.decisions.value.refused
        raise AnalysisError(refused or _why(made, "value"))
    yield from making.sheet("customer_value.csv", tables_decisions.customer_value(made), private=True)


def campaigns(making: Making) -> Steps[None]:
    """The plays, and for each the list of every arm. Raises AnalysisError where there are none."""
    made = making.handover
    if not (yield from making.sheet("campaigns.csv", tables_decisions.campaigns(made, hide=making.hide))):
        raise AnalysisError(_why(made, "campaigns"))
    yield from making.sheet("rfm.csv", tables_decisions.rfm(made, hide=making.hide))
    decided = None if made.decisions is None else made.decisions.campaigns
    if made.lists is None or decided is None:
        why = made.why_not("lists")
        making.warnings += [f"the lists of the plays are missing: {why}"] if why else []
        return
    for name, own in play_lists_file.files(made.lists, {one.play: one.experiment.arms for one in decided.proposals}):
        yield from making.sheet(f"lists/{name}", own, private=True)


def _why(made: Handover, part: str) -> str:
    if made.decisions is None:
        return made.why_not("decisions") or "nothing was decided"
    return made.decisions.why_not(part) or "there is nothing to say"


# -- what scores and what tells ------------------------------------------------------------------------------


def model(making: Making) -> Steps[None]:
    """Centroids or rules with the transforms."""
    yield Progress("describing the model")
    making.write(MODEL, to_json(making.handover.model))


def sql(making: Making) -> Steps[None]:
    """One statement per dialect; score.sql is the first."""
    yield Progress("writing SQL")
    from segtui.deliver.score_sql import DIALECTS, statement

    for number, dialect in enumerate(DIALECTS):
        text = statement(making.handover.model, dialect)
        making.write(f"score.{dialect}.sql", text)
        if not number:
            making.write("score.sql", text)


def script(making: Making) -> Steps[None]:
    """A script that scores without segtui."""
    yield Progress("writing the script")
    from segtui.deliver.script import script as written

    making.write("segment.py", written(making.handover.model, making.handover))


def report(making: Making) -> Steps[None]:
    """One page for whoever decides and does not compute."""
    from segtui.deliver.report import page

    making.write("report.html", (yield from page(making.handover, withhold=making.hide)))


MAKERS: dict[str, Callable[[Making], Steps[None]]] = {
    "customers": customers,
    "orders": orders,
    "segments": segments,
    "profiles": profiles,
    "evidence": evidence,
    "rules": rules,
    "recommendations": recommendations,
    "prices": prices,
    "value": value,
    "campaigns": campaigns,
    "model": model,
    "sql": sql,
    "script": script,
    "report": report,
}
"""Every part of recipe.PARTS, in that order."""


def formula_warning(formulas: dict[str, Counter[str]]) -> Iterable[str]:
    """One warning per file that holds cells which a spreadsheet would run."""
    for name, counts in sorted(formulas.items()):
        if counts:
            yield Formulas(counts).warning(name)
