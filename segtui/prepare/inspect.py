"""A verdict on every column: what it is, what is odd about it, and what is proposed to do with it.

Missing values and different values are counted on all customers. Skewness, histograms of numbers and near-duplicates
rest on the first 20,000 customers in canonical order, which are a random sample, and their reasons say so.

Near-duplicates: of two columns that say nearly the same (|Spearman| at least .9) the later one is flagged and stays
on, since which of them to drop, or to halve in weight, is for the analyst to say; one that says the very same (at
least .999) starts off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import stats

from segtui.gather.roles import words
from segtui.gather.types import column_type
from segtui.prepare import clean
from segtui.prepare.encode import RARE
from segtui.progress import Progress, Steps
from segtui.results import ColumnType, FeatureVerdict, Flag, Inspection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Dataset, Floats

SAMPLE = 20_000
WIDE_SAMPLE = 2_000
"""Customers compared for near-duplicates where there are more than `_WIDE` columns."""

BINS = 12
SKEWED = 1.0
NEARLY_CONSTANT = 0.99
MOSTLY_MISSING = 0.5
MANY_LEVELS, MANY_SHARE, FEW_LEVELS = 20, 0.3, 5
NEAR_DUPLICATE, SAME = 0.9, 0.999
PER_FEATURE = 70
"""Customers per feature below which segments are hard to find again (Dolnicar et al. 2014)."""

_WIDE = 200
_BLOCK = 100
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
    verdicts = yield from _near_duplicates(dataset, verdicts)
    return Inspection(tuple(verdicts), _warnings(dataset, verdicts))


def _counted(dataset: Dataset) -> dict[str, int]:
    """Different values per column, where reading has counted them on the very same rows."""
    if dataset.left_out or len(dataset.sources) != 1:
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


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is counted of any column."""

    name: str
    type: ColumnType
    customers: int
    missing: int
    distinct: int

    @property
    def share_missing(self) -> float:
        return self.missing / max(1, self.customers)


def _verdict(dataset: Dataset, column: pl.Series, counted: int | None) -> FeatureVerdict:
    missing = column.null_count()
    distinct = counted if counted is not None else column.n_unique() - (1 if missing else 0)
    facts = _Facts(column.name, column_type(column), column.len(), missing, distinct)
    if facts.type is ColumnType.EMPTY:
        return _off(facts, Flag("empty", "no customer has a value"), usable=False)
    if column.name == dataset.id_column:
        return _off(facts, Flag("id", "it identifies the customer"), usable=False)
    if facts.type is ColumnType.DATE:
        return _off(facts, Flag("date", "a date is no quantity; use days since it instead"), usable=False)
    return _numeric(facts, column) if facts.type in _NUMERIC else _nominal(facts, column)


def _off(facts: _Facts, flag: Flag, *, usable: bool) -> FeatureVerdict:
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


def _common_flags(facts: _Facts, top_share: float) -> list[Flag]:
    """Flags that any column may have and that switch it off."""
    flags = []
    if facts.distinct == 1:
        flags.append(Flag("constant", "every value is the same"))
    elif top_share > NEARLY_CONSTANT:
        flags.append(Flag("nearly constant", f"{top_share:.1%} of customers have the same value"))
    if facts.share_missing > MOSTLY_MISSING:
        flags.append(Flag("mostly missing", f"{facts.share_missing:.0%} of customers have no value"))
    return flags


def _top_share(column: pl.Series) -> float:
    """The share of the most frequent value; counted on all customers only where a sample says that it matters."""
    for part in (column.head(SAMPLE), column):
        counts = part.drop_nulls().value_counts(name="customers")["customers"]
        top = counts.max()
        share = top / max(1, part.len()) if isinstance(top, int) else 0.0
        if share < 0.95 * NEARLY_CONSTANT:
            return share
    return share


# -- numbers -------------------------------------------------------------------------------------------------


def _numeric(facts: _Facts, column: pl.Series) -> FeatureVerdict:
    sample = clean.numbers(column.head(SAMPLE))
    sample = sample[~np.isnan(sample)]
    lowest = _lowest(column)
    skew = _skewness(sample)
    off = _common_flags(facts, _top_share(column))
    if code := _code(facts, column):
        off.append(code)
    flags = list(off)
    infinite = clean.infinities(column)
    if infinite:
        flags.append(Flag("infinite", f"{infinite:,} values are infinite and count as missing"))
    if abs(skew) > SKEWED:
        flags.append(Flag("skewed", f"skewness {skew:.1f}{_sampled(facts.customers)}"))
    transform, why = propose_transform(lowest, skew, facts.distinct)
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
    )


def propose_transform(lowest: float | None, skew: float, distinct: int) -> tuple[str, str]:
    """The transform for a number, and why (METHODS B5)."""
    if distinct <= 2:
        return "z", "only two values, so there is nothing to bend"
    if abs(skew) <= SKEWED:
        return "z", f"nearly symmetric (skewness {skew:.1f})"
    if skew > SKEWED and lowest is not None and lowest >= 0.0:
        return "log1p", f"a long tail of high values (skewness {skew:.1f}) and none below 0"
    tail = "high" if skew > 0 else "low"
    return "yeo_johnson", f"a long tail of {tail} values (skewness {skew:.1f})" + (
        " with values below 0" if lowest is not None and lowest < 0.0 else ""
    )


def _lowest(column: pl.Series) -> float | None:
    finite = column.filter(column.is_finite()) if clean.infinities(column) else column
    low = finite.min()
    return float(low) if isinstance(low, int | float) else None


def _skewness(values: Floats) -> float:
    """The third standardised moment; 0 where nothing varies."""
    if values.size < 3:
        return 0.0
    largest = float(np.abs(values).max()) or 1.0
    centred = values / largest
    centred = centred - centred.mean()
    spread = float(centred.std())
    if spread < 1e-12:
        return 0.0
    return float(np.mean((centred / spread) ** 3))


def _histogram(values: Floats) -> tuple[int, ...]:
    if not values.size:
        return ()
    low, high = float(values.min()), float(values.max())
    if low == high:
        return (int(values.size),)
    width = high / BINS - low / BINS  # divided first: the range itself may overflow
    places = np.minimum(((values / BINS - low / BINS) / width * BINS).astype(np.int64), BINS - 1)
    return tuple(int(n) for n in np.bincount(places, minlength=BINS))


def _code(facts: _Facts, column: pl.Series) -> Flag | None:
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


# -- levels --------------------------------------------------------------------------------------------------


def _nominal(facts: _Facts, column: pl.Series) -> FeatureVerdict:
    # nearly as many levels as customers: a sample says as much, and counting all would take long
    counted = column.head(SAMPLE) if facts.distinct > max(SAMPLE, facts.customers // 10) else column
    counts = counted.drop_nulls().value_counts(name="customers")["customers"].sort(descending=True)
    top = int(counts[0]) / counted.len() if counts.len() else 0.0
    off = _common_flags(facts, top)
    if many := _many(facts, column):
        off.append(many)
    common = top >= RARE or facts.share_missing >= RARE
    varies = facts.distinct > 1 or facts.missing > 0
    return FeatureVerdict(
        name=facts.name,
        type=facts.type,
        numeric=False,
        missing=facts.share_missing,
        distinct=facts.distinct,
        histogram=tuple(counts.head(BINS).to_list()),
        flags=tuple(off),
        usable=common and varies,
        off_reason=off[0].reason if off else "",
        transform="none",
        why="one 0/1 column per level, together half a vote",
    )


def _many(facts: _Facts, column: pl.Series) -> Flag | None:
    """Text with more levels than a segment can be described by."""
    filled = max(1, facts.customers - facts.missing)
    share = facts.distinct / filled
    if facts.distinct <= FEW_LEVELS or (facts.distinct <= MANY_LEVELS and share <= MANY_SHARE):
        return None
    many = f"{facts.distinct:,} different texts among {filled:,} customers"
    if share > 0.95:
        spaces = column.head(SAMPLE).drop_nulls().str.contains(" ", literal=True).mean()
        if isinstance(spaces, float) and spaces < 0.5:
            return Flag("id-like", f"nearly every customer has another value ({many})")
    if share > MANY_SHARE:
        return Flag("free text", many)
    return Flag("many levels", many)


# -- near-duplicates -----------------------------------------------------------------------------------------


def _near_duplicates(dataset: Dataset, verdicts: list[FeatureVerdict]) -> Steps[list[FeatureVerdict]]:
    """The verdicts, with a flag on every number that says nearly the same as an earlier one."""
    places = [i for i, v in enumerate(verdicts) if v.numeric and v.usable and not _is_code(v)]
    if len(places) < 2:
        return verdicts
    size = min(dataset.customers, SAMPLE if len(places) <= _WIDE else WIDE_SAMPLE)
    ranks = np.empty((len(places), size), dtype=np.float32)
    for i, place in enumerate(places):
        ranks[i] = _ranks(dataset.frame[verdicts[place].name].head(size))
        if i % 5 == 4:
            yield Progress("comparing the columns", None, verdicts[place].name)
    result = list(verdicts)
    for start in range(0, len(places), _BLOCK):
        stop = min(start + _BLOCK, len(places))
        alike = ranks[start:stop] @ ranks[:stop].T
        for i in range(start, stop):
            result[places[i]] = _compared(result, places, i, alike[i - start, :i], size)
        yield Progress("comparing the columns")
    return result


def _is_code(verdict: FeatureVerdict) -> bool:
    return any(flag.name == "id-like" for flag in verdict.flags)


def _ranks(column: pl.Series) -> NDArray[np.float32]:
    """Ranks, centred and of unit length, so that a product of two is their Spearman correlation."""
    values = clean.numbers(column)
    ranks: Floats = stats.rankdata(clean.filled(values, clean.median(values)))
    centred = ranks - ranks.mean()
    length = math.sqrt(float(centred @ centred))
    unit: NDArray[np.float32] = (centred / length if length else centred).astype(np.float32)
    return unit


def _compared(
    verdicts: list[FeatureVerdict], places: list[int], i: int, alike: NDArray[np.float32], size: int
) -> FeatureVerdict:
    verdict = verdicts[places[i]]
    close = np.abs(alike)
    if size < 3 or not close.size or float(close.max()) < NEAR_DUPLICATE:
        return verdict
    nearest = int(close.argmax())
    other = verdicts[places[nearest]].name
    rho = f"{float(alike[nearest]):.2f}"
    on = f", on the first {size:,} customers" if size in (SAMPLE, WIDE_SAMPLE) else ""
    same = float(close[nearest]) >= SAME
    reason = f"says {'the same' if same else 'nearly the same'} as “{other}” (rank correlation {rho}{on})"
    flags = (*verdict.flags, Flag(f"near-duplicate of {other}", reason))
    off_reason = verdict.off_reason or (f"it {reason}" if same else "")
    return replace(verdict, flags=flags, off_reason=off_reason)
