"""A verdict on every column: what it is, what is odd about it, and what is proposed to do with it.

Missing values and different values are counted on all customers. Skewness and histograms of numbers rest on the first
20,000 customers in canonical order, which are a random sample, and their reasons say so. How transforms are proposed
is in `prepare.propose`, what words are taken for in `prepare.inspect_levels`, how columns that say the same are found
in `prepare.duplicates`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.gather.roles import words
from segtui.gather.types import column_type
from segtui.prepare import clean, ordinal
from segtui.prepare.duplicates import near_duplicates
from segtui.prepare.facts import BINS, NEARLY_CONSTANT, SAMPLE, Facts, common_flags, missing_flag
from segtui.prepare.inspect_levels import of_levels
from segtui.prepare.propose import SKEWED, propose, shape
from segtui.progress import Progress, Steps
from segtui.results import PER_FEATURE, ColumnType, FeatureVerdict, Flag, Inspection

if TYPE_CHECKING:
    from segtui.results import Dataset, Floats

FEW_NUMBERS = 20
"""Different whole numbers up to which they may be taken for the levels of a scale."""

_NUMERIC = (ColumnType.INTEGER, ColumnType.NUMBER)
_CODE_WORDS = frozenset(
    ("zip", "zipcode", "postal", "postcode", "plz", "phone", "telephone", "tel", "mobile", "fax", "ssn", "iban", "ean",
     "upc", "sku", "code", "id", "nr", "no")
)  # fmt: skip


def inspect(dataset: Dataset) -> Steps[Inspection]:
    """The verdict on every column, in column order."""
    counted = _counted(dataset)
    verdicts = []
    for column in dataset.frame:
        verdicts.append(_verdict(dataset, column, counted.get(column.name)))
        yield Progress("inspecting the columns", len(verdicts) / dataset.frame.width, column.name)
    verdicts = _core_first(dataset, (yield from near_duplicates(dataset, verdicts)))
    return Inspection(tuple(verdicts), _warnings(dataset, verdicts))


def _core_first(dataset: Dataset, verdicts: list[FeatureVerdict]) -> list[FeatureVerdict]:
    """Of customers made from orders or events a few features start switched on; the others wait to be asked for."""
    core = dataset.rollup.proposed if dataset.rollup is not None else ()
    if not any(verdict.proposed and verdict.name in core for verdict in verdicts):
        return verdicts
    why = f"{', '.join(core)} start on; switch on what else should count"
    return [
        replace(verdict, off_reason=why) if verdict.proposed and verdict.name not in core else verdict
        for verdict in verdicts
    ]


def _counted(dataset: Dataset) -> dict[str, int]:
    """Different values per column, where reading has counted them on the very same rows."""
    if dataset.left_out or dataset.rollup is not None or len(dataset.sources) != 1:
        return {}
    return {column.name: column.distinct for column in dataset.sources[0].columns}


def _warnings(dataset: Dataset, verdicts: list[FeatureVerdict]) -> tuple[str, ...]:
    features = sum(verdict.proposed for verdict in verdicts)
    if not features or dataset.customers >= PER_FEATURE * features:
        return ()
    return (
        f"{dataset.customers:,} customers are few for {features} features; segments are hard to find again with fewer "
        f"than {PER_FEATURE} customers per feature ({PER_FEATURE * features:,})",
    )


def _verdict(dataset: Dataset, column: pl.Series, counted: int | None) -> FeatureVerdict:
    missing = column.null_count()
    distinct = counted if counted is not None else column.n_unique() - (1 if missing else 0)
    facts = Facts(column.name, column_type(column), column.len(), missing, distinct)
    if facts.type is ColumnType.EMPTY:
        return _off(facts, Flag("empty", "no customer has a value"), usable=False)
    if column.name == dataset.id_column:
        return _off(facts, Flag("id", "it identifies the customer"), usable=False)
    if facts.type is ColumnType.DATE:
        return _off(facts, Flag("date", "a date is no quantity; use days since it instead"), usable=False)
    return _numeric(facts, column) if facts.type in _NUMERIC else of_levels(facts, column)


def _off(facts: Facts, flag: Flag, *, usable: bool) -> FeatureVerdict:
    return FeatureVerdict(
        name=facts.name,
        type=facts.type,
        numeric=facts.type in _NUMERIC,
        missing=facts.share_missing,
        distinct=facts.distinct,
        histogram=(),
        flags=(flag,),
        usable=usable,
        off_reason=flag.reason,
        transform="none",
        why="",
    )


def _top_share(column: pl.Series) -> float:
    """The share of the most frequent value; counted on all customers only where a sample says that it matters."""
    for part in (column.head(SAMPLE), column):
        counts = part.drop_nulls().rename("value").value_counts(name="customers")["customers"]
        top = counts.max()
        share = top / max(1, part.len()) if isinstance(top, int) else 0.0
        if share < 0.95 * NEARLY_CONSTANT:
            return share
    return share


# -- numbers -------------------------------------------------------------------------------------------------


def _numeric(facts: Facts, column: pl.Series) -> FeatureVerdict:
    sample = clean.numbers(column.head(SAMPLE))
    sample = sample[~np.isnan(sample)]
    lowest = _lowest(column)
    skew = shape(sample).skew
    off = common_flags(facts, _top_share(column))
    if code := _code(facts, column):
        off.append(code)
    flags = [*off, *missing_flag(facts)]
    infinite = clean.infinities(column)
    if infinite:
        flags.append(Flag("infinite", f"{infinite:,} values are infinite and count as missing"))
    if abs(skew) > SKEWED:
        flags.append(Flag("skewed", f"skewness {skew:.1f}{_sampled(facts.customers)}"))
    transform, why = propose(sample, lowest, skew, facts.distinct)
    return FeatureVerdict(
        name=facts.name,
        type=facts.type,
        numeric=True,
        missing=facts.share_missing,
        distinct=facts.distinct,
        histogram=_histogram(sample),
        flags=tuple(flags),
        usable=facts.distinct > 1 and lowest is not None,
        off_reason=off[0].reason if off else "" if lowest is not None else "every value is infinite",
        transform=transform,
        why=why,
        lowest=lowest,
        treatment="numeric",
        levels=ordinal.by_value(column) if facts.type is ColumnType.INTEGER and facts.distinct <= FEW_NUMBERS else (),
    )


def _lowest(column: pl.Series) -> float | None:
    finite = column.filter(column.is_finite()) if clean.infinities(column) else column
    low = finite.min()
    return float(low) if isinstance(low, int | float) else None


def _histogram(values: Floats) -> tuple[int, ...]:
    if not values.size:
        return ()
    low, high = float(values.min()), float(values.max())
    if low == high:
        return (int(values.size),)
    width = high / BINS - low / BINS  # divided first: the range itself may overflow
    places = np.minimum(((values / BINS - low / BINS) / width * BINS).astype(np.int64), BINS - 1)
    return tuple(int(n) for n in np.bincount(places, minlength=BINS))


def _code(facts: Facts, column: pl.Series) -> Flag | None:
    """Numbers that only name something: postcodes, phone numbers, years, running numbers."""
    if facts.type is not ColumnType.INTEGER:
        return None
    said = words(facts.name)
    if said and (said[-1] in _CODE_WORDS or said[0] in _CODE_WORDS - {"id", "no", "nr"}):
        return Flag("id-like", f"by its name it is a code (“{facts.name}”), not a quantity")
    low, high = column.min(), column.max()
    if not isinstance(low, int) or not isinstance(high, int):
        return None
    if "year" in said and low >= 1900 and high <= 2100:
        return Flag("id-like", "it holds years, which are names of times and no quantity")
    running = facts.distinct == facts.customers >= SAMPLE // 1000 and high - low + 1 == facts.customers
    return Flag("id-like", "it numbers the rows, each value once and without a gap") if running else None


def _sampled(customers: int) -> str:
    return f", on the first {SAMPLE:,} customers" if customers > SAMPLE else ""
