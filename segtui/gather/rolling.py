"""Order lines rolled up: which days may be seen, the queries run in one pass, and what came of every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from segtui.errors import AnalysisError, RecipeError
from segtui.gather import cleaning, orders, scan
from segtui.gather.lines import MOST, Lines, shifted
from segtui.gather.orders import Rolled, View
from segtui.progress import Progress, Steps
from segtui.recipe import GatherSpec
from segtui.results import CleaningStep

DOING = "rolling up order lines"


@dataclass(frozen=True, eq=False, slots=True)
class OrderBook:
    """Orders as customers. lines: read; kept: after cleaning; later: on or after the snapshot, or without a date
    where there is one to hold against. others: what the pass was asked besides, "lines" and "customers"."""

    rolled: Rolled
    steps: tuple[CleaningStep, ...]
    lines: int
    kept: int
    later: int
    snapshot: date | None
    holdout: tuple[date, date] | None
    others: dict[str, object]


@dataclass(frozen=True, eq=False, slots=True)
class Pass:
    """How the lines are gone through: rows counted on the way (every query over the lines must be run with it, or it
    cannot be stopped), rows expected (0: unknown), questions to be answered in the same pass. countries: gives those
    met on the way, where they are taken note of."""

    counted: scan.Counted | None = None
    expected: int = 0
    doing: str = DOING
    questions: tuple[pl.Expr, ...] = ()
    countries: Callable[[], pl.Series] | None = None


def roll_up(lines: Lines, spec: GatherSpec, going: Pass | None = None) -> Steps[OrderBook]:
    """Order lines to customers.

    Raises AnalysisError where no line is left, RecipeError where the snapshot leaves none, and what Polars raises.
    """
    going = going or Pass()
    if not lines.has("time") and (spec.snapshot or spec.holdout):
        raise RecipeError(
            "the orders have no date, so a snapshot or a holdout means nothing",
            where="snapshot",
            hint="Name the column with the date, or leave the snapshot out.",
        )
    guests = not spec.step_on("customer_id") and lines.has("order_id")
    view = yield from _view(lines, spec, guests, going)
    all_lines = orders.marked(lines, cleaning.marks(lines, spec, view.cut), guests)
    questions = (*cleaning.counts(), *going.questions)
    asked = {"counts": all_lines.select(pl.len().cast(pl.Int64).alias("lines"), *questions)}
    asked |= orders.queries(lines, all_lines, view)
    answers = yield from _answers(list(asked.values()), going)
    found = {
        name: answer if name == "counts" else orders.somebodys(answer)
        for name, answer in zip(asked, answers, strict=True)
    }
    others = found["counts"].row(0, named=True) | {"customers": found["customers"].height}
    counted = {name: value for name, value in others.items() if isinstance(value, int)}
    if not counted["lines"]:
        raise AnalysisError("it has no rows", where=lines.sources[0])
    _check_sums(found["customers"], lines)
    steps = cleaning.steps_of(lines, spec, counted)
    kept = counted[f"mark {cleaning.KEPT}"]
    if not kept:
        raise _nothing_left(lines, steps, counted, view)
    snapshot = view.cut or (_day_after(found["customers"]) if lines.has("time") else None)
    yield Progress(going.doing, None, "features per customer")
    countries = yield from _countries(lines, going)
    rolled = orders.finish(lines, found, snapshot, " + ".join(lines.sources), countries)
    holdout = (view.cut, view.until) if view.cut and view.until else None
    return OrderBook(
        rolled, steps, counted["lines"], kept, counted[f"mark {cleaning.LATER}"], snapshot, holdout, others
    )  # fmt: skip


def _answers(queries: list[pl.LazyFrame], going: Pass) -> Steps[list[pl.DataFrame]]:
    """All at once; where lines stream by, the first two and then one at a time: for a third in the same pass Polars
    holds all lines in memory, and two with filters of their own go over the lines twice, which counts them twice."""
    if going.counted is None:
        return (yield from scan.collect(queries, going.doing))
    answers = []
    for some in (queries[:2], *([query] for query in queries[2:])):
        answers += yield from scan.collect(some, going.doing, going.counted, going.expected)
    return answers


def _countries(lines: Lines, going: Pass) -> Steps[pl.Series]:
    """All countries that lines have."""
    if not lines.has("country"):
        return pl.Series([], dtype=pl.String)
    if going.countries is not None:
        return going.countries()
    asked = lines.frame.select(pl.col("country").unique())
    (found,) = yield from scan.collect([asked], going.doing, going.counted, going.expected)
    return found["country"]


def _day_after(sums: pl.DataFrame) -> date | None:
    latest = orders.last_day(sums)
    return shifted(latest, 1) if latest else None


# -- what may be seen ----------------------------------------------------------------------------------------


def _view(lines: Lines, spec: GatherSpec, guests: bool, going: Pass) -> Steps[View]:
    """The days that features may see, and what discounts are."""
    view = View(spec.snapshot, None, (yield from discount_is_share(lines, going)))
    if spec.holdout and spec.snapshot is None:
        latest = yield from _latest(lines, spec, guests, going)
        if latest is not None:
            end = shifted(latest, 1)
            return replace(view, cut=shifted(end, -spec.holdout), until=end)
    if spec.holdout and spec.snapshot is not None:
        return replace(view, until=shifted(spec.snapshot, spec.holdout))
    return view


def _latest(lines: Lines, spec: GatherSpec, guests: bool, going: Pass) -> Steps[date | None]:
    """The last day with a line that counts."""
    kept = orders.marked(lines, cleaning.marks(lines, spec, None), guests).filter(pl.col(cleaning.OUT) == cleaning.KEPT)
    asked = kept.select(pl.col("time").max().cast(pl.Date))
    (found,) = yield from scan.collect([asked], "looking for the last order", going.counted, going.expected)
    latest: date | None = found.item()
    return latest


def discount_is_share(lines: Lines, going: Pass | None = None) -> Steps[bool]:
    """Discounts are shares of the price where none is above 1; money mostly is. going: a pass that is under way."""
    if not lines.discounts:
        return False
    largest = [pl.col(name).abs().max().alias(name) for name in lines.discounts]
    counted, expected = (None, 0) if going is None else (going.counted, going.expected)
    asked = lines.frame.select(largest)
    (found,) = yield from scan.collect([asked], "looking at the discounts", counted, expected)
    values = [value for value in found.row(0) if value is not None]
    return bool(values) and max(values) <= 1.0


# -- what can go wrong ---------------------------------------------------------------------------------------


def _check_sums(sums: pl.DataFrame, lines: Lines) -> None:
    """Whole millionths hold sums up to nine billion thousands; beyond that they would wrap round without a word."""
    for name in ("paid", "off", "units", "sent back"):
        if name in sums.columns and sums.height:
            largest = sums[name].cast(pl.Float64).abs().max()
            if isinstance(largest, float) and largest > MOST * 1e6:
                raise AnalysisError(
                    f"the sums of its {name} are too large to count",
                    where=lines.sources[0],
                    hint="Give amounts in a larger unit, such as thousands.",
                )


def _nothing_left(lines: Lines, steps: tuple[CleaningStep, ...], counted: dict[str, int], view: View) -> AnalysisError:
    parts = [f"{step.rows:,} × {step.title}" for step in steps if step.rows]
    if later := counted[f"mark {cleaning.LATER}"]:
        parts.append(f"{later:,} × on or after the snapshot {view.cut}, or without a date")
    return AnalysisError(
        f"no order line is left of {counted['lines']:,}",
        where=lines.sources[0],
        hint=f"Left out: {', '.join(parts)}. Switch a cleaning step off, or move the snapshot.",
    )
