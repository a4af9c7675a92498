"""How the columns of a profile are called, and what stands in their cells, measure by measure."""

from __future__ import annotations

from rich.cells import cell_len

from segtui.results import Profile, ProfileColumn, Segment
from segtui.tui import format as fmt

MEASURES = ("mean", "index", "difference", "median", "spread", "points", "missing")
MEASURE_TEXT = {
    "mean": "means in original units",
    "median": "medians in original units; of a level the share",
    "spread": "standard deviations within the segment",
    "index": "indexes, 100 = average",
    "difference": "standardised differences from the rest",
    "points": "shares of levels against all customers, in points",
    "missing": "share of customers without a value",
}


def reading_order(profile: Profile) -> list[int]:
    """The columns of the table as one wants to read them: what was clustered on first, numbers before levels."""
    return sorted(
        range(len(profile.columns)),
        key=lambda i: (not profile.columns[i].used, profile.columns[i].level is not None, i),
    )


def measured(segment: Segment, i: int, column: ProfileColumn, measure: str) -> float | None:
    """The value of a segment in column `i` under one of MEASURES; None where there is none."""
    if measure == "points":
        return None if column.level is None else 100 * (segment.means[i] - column.mean)
    values: dict[str, tuple[float | None, ...]] = {
        "mean": segment.means,
        "median": segment.medians,
        "spread": segment.spreads,
        "index": segment.indexes,
        "difference": segment.differences,
        "missing": segment.missing,
    }
    found = values[measure]
    return found[i] if i < len(found) else None


def measured_text(segment: Segment, i: int, column: ProfileColumn, measure: str) -> str:
    """The same as it stands in a cell."""
    value = measured(segment, i, column, measure)
    if measure == "index":
        return fmt.index(value)
    if measure == "difference":
        return fmt.difference(value)
    if measure == "median":
        return mean_text(segment.means[i] if value is None else value, column)
    if measure == "spread":
        return fmt.number(value)
    if measure == "points":
        return "" if value is None else f"{value:+.1f}"
    if measure == "missing":
        return "" if value is None else f"{fmt.share(value)}%"
    return mean_text(segment.means[i], column)


def worth(segment: Segment) -> str:
    """What a segment has of all revenue and all orders."""
    shares = ((segment.revenue_share, "revenue"), (segment.order_share, "orders"))
    told = [f"{fmt.share(share)} % of {what}" for share, what in shares if share is not None]
    return f", {', '.join(told)}" if told else ""


def column_title(column: ProfileColumn) -> str:
    """How a profile column is called."""
    return column.feature if column.level is None else f"{column.feature}={column.level}"


def short_title(column: ProfileColumn, width: int, ellipsis: str) -> str:
    """A column's title in `width` cells; of a level the level stays readable, for it tells its rows apart."""
    title = fmt.clean(column_title(column))
    if column.level is None or cell_len(title) <= width:
        return fmt.cut(title, width, ellipsis)
    level = fmt.cut(fmt.clean(column.level), width // 2, ellipsis)
    return f"{fmt.cut(fmt.clean(column.feature), width - 1 - cell_len(level), ellipsis)}={level}"


def mean_text(mean: float, column: ProfileColumn) -> str:
    """A mean in its own unit; the share of a level in percent."""
    return fmt.number(mean) if column.level is None else f"{fmt.share(mean)}%"
