"""Association rules as a table, and the file that holds all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from segtui.atomic import WholeFiles
from segtui.baskets.words import side
from segtui.deliver import table_file

if TYPE_CHECKING:
    import polars as pl

    from segtui.basketed import BasketTable, Credibility, Mined, Productive
    from segtui.results import Floats

MEASURES = (
    "support", "coverage", "confidence", "lift", "adjusted_lift", "leverage", "extra_baskets", "conviction", "zhang",
    "certainty", "kulczynski", "imbalance", "jaccard", "cosine", "fisher", "improvement",
)  # fmt: skip
"""What every rule carries, in this order (`baskets.measures` defines them)."""

BETWEEN = " | "
"""Between items of one side in a table, which has one cell for them."""


@dataclass(frozen=True, eq=False, slots=True)
class Ruled:
    """Rules with the baskets they are from. credibility: None where no shuffles were asked for or there is nothing to
    judge. hyper_lift: of every rule (`baskets.hyper`); productive: likewise (`baskets.productive`)."""

    table: BasketTable
    mined: Mined
    credibility: Credibility | None
    hyper_lift: Floats
    productive: Productive


def frame(ruled: Ruled) -> pl.DataFrame:
    """Every rule, one a row: both sides, the counts, all measures, and what shuffles say of it."""
    import polars as pl

    rules, items = ruled.mined.rules, ruled.table.baskets.items
    sides = {
        name: [BETWEEN.join(side(row, items)) for row in numbers.tolist()]
        for name, numbers in (("antecedent", rules.antecedents), ("consequent", rules.consequents))
    }
    columns: dict[str, object] = {
        **sides,
        "count": rules.counts,
        "antecedent_count": rules.antecedent_counts,
        "consequent_count": rules.consequent_counts,
        **{name: getattr(rules, name) for name in MEASURES},
        "hyper_lift": ruled.hyper_lift,
        "redundant": rules.redundant,
        "productive_p": ruled.productive.p,
        "productive": ruled.productive.holds,
    }
    if (known := ruled.credibility) is not None:
        columns |= {"shuffle_p": known.p, "shuffle_count": known.expected, "false_share_above": known.false_above}
    strings = {"antecedent": pl.String, "consequent": pl.String}
    return pl.DataFrame(columns, schema_overrides=strings)


def ending_of(path: str) -> str:
    """The format that a path asks for. Raises UsageError."""
    return table_file.ending_of(path, "rules")


def write(table: pl.DataFrame, path: str, sources: Sequence[Path], *, overwrite: bool) -> Path:
    """All rules, whole or not at all. sources: files not to be replaced. Raises UsageError, DeliveryError."""
    ending = ending_of(path)
    with WholeFiles(overwrite=overwrite, sources=sources) as files:
        target = files.stage(path)
        if ending == "parquet":
            table.write_parquet(target)
        elif ending == "ndjson":
            table.write_ndjson(target)
        else:
            table.write_csv(target, separator="\t" if ending == "tsv" else ",")
        (written,) = files.commit()
    return written
