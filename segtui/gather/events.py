"""Browsing events to customers: visits, what was viewed, put into the basket and bought, how long ago, and on what.

A visit is a session of the data, or, where it names none, a run of one customer's events without a gap of more than 30
minutes. Nothing on or after the snapshot is seen. All counts are whole numbers, so no result depends on row order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segtui.gather.features import Features, level_names
from segtui.gather.levels import event_kind
from segtui.results import FeatureNote

GAP_MINUTES = 30
"""A customer who does nothing for longer than this has left; exactly this long is still the same visit."""

MOST_LEVELS = 6
"""Devices or channels with a share of their own; the rarer ones share one."""

MONTH_DAYS = 30
MOST_WORDS = 1_000
"""Different words of a column of events; a column with more (page addresses) is read no further than that."""

_MINUTE = 60_000_000
_KINDS = ("view", "add", "purchase", "search")
_COUNTS = {"view": "views", "add": "adds", "purchase": "purchases", "search": "searches"}
_COUNT_WORDS = {
    "view": "events that are views of a page or product",
    "add": "events that put something into the basket",
    "purchase": "events that are purchases, one per event as the table has them",
    "search": "events that are searches",
}


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one text column. kind: word -> what it counts as; unknown: words that count as nothing here."""

    kind: dict[str, str]
    unknown: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(kind for kind in _KINDS if kind in self.kind.values())


def roll_up(events: pl.LazyFrame, roles: frozenset[str], snapshot: date, source: str) -> Features:
    """One row per customer who did something before the snapshot.

    events: columns named by their roles: `customer_id` and `time`, and those of `event`, `session`, `channel` and
    `product` that are in `roles`. source: the table's name, for the notes.
    """
    seen = _before(events, snapshot)
    words = _event_words(seen) if "event" in roles else _Words({}, ())
    levels = _levels(seen) if "channel" in roles else {}
    frame = _prepared(seen, roles, words, levels)
    counted = _counted(frame, roles, words, levels)
    clocked = events.collect_schema()["time"] != pl.Date
    joined = counted.join(_visits(frame, "session" in roles), on="customer_id", how="inner")
    features = _features(joined, roles, words, levels, snapshot, clocked)
    notes = _notes(features.columns[1:], roles, levels, source)
    counts = {"visits", "events", "distinct_products_viewed", *_COUNTS.values()}
    return Features(features, notes, frozenset(counts & set(features.columns)), _told(words, levels))


def _before(events: pl.LazyFrame, snapshot: date) -> pl.LazyFrame:
    """The events that count: of somebody, at some time, before the snapshot."""
    moment = datetime.combine(snapshot, time())
    return events.with_columns(pl.col("time").cast(pl.Datetime("us"))).filter(
        pl.col("customer_id").is_not_null(), pl.col("time").is_not_null(), pl.col("time") < moment
    )


# -- words ---------------------------------------------------------------------------------------------------


def _frequent(seen: pl.LazyFrame, column: str) -> list[str]:
    """The values of a text column, most frequent first; of equal ones the smaller first."""
    counts = seen.select(pl.col(column).drop_nulls().value_counts(name="__rows")).unnest(column).collect()
    return counts.sort(["__rows", column], descending=[True, False])[column].to_list()


def _event_words(seen: pl.LazyFrame) -> _Words:
    found = {word: event_kind(word) for word in _frequent(seen, "event")[:MOST_WORDS]}
    kind = {word: kind for word, kind in found.items() if kind in _KINDS}
    return _Words(kind, tuple(word for word in found if word not in kind))


def _levels(seen: pl.LazyFrame) -> dict[str, str]:
    """Device or channel -> the name of its share; empty where there is one only."""
    names = level_names(_frequent(seen, "channel"))
    different = list(dict.fromkeys(names.values()))
    if len(different) < 2:
        return {}
    own = set(different[:MOST_LEVELS])
    return {level: name if name in own else "other_channel" for level, name in names.items()}


def _prepared(seen: pl.LazyFrame, roles: frozenset[str], words: _Words, levels: dict[str, str]) -> pl.LazyFrame:
    """customer_id, time, and small columns: kind and level as numbers into _KINDS and the different levels."""
    kinds = {word: _KINDS.index(kind) for word, kind in words.kind.items()}
    names = list(dict.fromkeys(levels.values()))
    numbers = {level: names.index(name) for level, name in levels.items()}
    extra = [pl.col(role) for role in ("session", "product") if role in roles]
    return seen.select(
        "customer_id",
        "time",
        _number("event", kinds) if kinds else pl.lit(None, pl.Int16).alias("event"),
        _number("channel", numbers) if numbers else pl.lit(None, pl.Int16).alias("channel"),
        *extra,
    )


def _number(column: str, numbers: dict[str, int]) -> pl.Expr:
    return pl.col(column).replace_strict(numbers, default=None, return_dtype=pl.Int16)


# -- counts --------------------------------------------------------------------------------------------------


def _counted(frame: pl.LazyFrame, roles: frozenset[str], words: _Words, levels: dict[str, str]) -> pl.DataFrame:
    """Per customer: events, first and last, events by kind and by level, different products viewed."""
    sums = [(pl.col("event") == _KINDS.index(kind)).sum().cast(pl.Int64).alias(_COUNTS[kind]) for kind in words.kinds]
    sums += [
        (pl.col("channel") == number).sum().cast(pl.Int64).alias(f"share_{name}")
        for number, name in enumerate(dict.fromkeys(levels.values()))
    ]
    if _products_viewed(roles, words):
        viewed = pl.col("product")
        if "event" in roles:
            viewed = viewed.filter(pl.col("event") == _KINDS.index("view"))
        sums.append(viewed.drop_nulls().n_unique().cast(pl.Int64).alias("distinct_products_viewed"))
    basic = [
        pl.len().cast(pl.Int64).alias("events"),
        pl.col("time").min().alias("first"),
        pl.col("time").max().alias("last"),
    ]
    return frame.group_by("customer_id").agg(*basic, *sums).collect()


def _products_viewed(roles: frozenset[str], words: _Words) -> bool:
    return "product" in roles and ("event" not in roles or "view" in words.kinds)


# -- visits --------------------------------------------------------------------------------------------------


def _visits(frame: pl.LazyFrame, named: bool) -> pl.DataFrame:
    """Per customer: visits, those with a purchase, and the median minutes from a visit's first to its last event."""
    bought = (pl.col("event") == _KINDS.index("purchase")).fill_null(value=False).alias("bought")
    if named:
        known = frame.filter(pl.col("session").is_not_null()).group_by("customer_id", "session")
        length = (pl.col("time").max() - pl.col("time").min()).dt.total_microseconds().alias("length")
        visits = known.agg(length, bought.any()).select("customer_id", "length", "bought").collect()
        rest = frame.filter(pl.col("session").is_null()).select("customer_id", "time", bought).collect()
        visits = pl.concat([visits, _by_gaps(rest)])
    else:
        visits = _by_gaps(frame.select("customer_id", "time", bought).collect())
    return visits.group_by("customer_id").agg(
        pl.len().cast(pl.Int64).alias("visits"),
        pl.col("bought").sum().cast(pl.Int64),
        (pl.col("length").median() / _MINUTE).alias("minutes"),
    )


def _by_gaps(events: pl.DataFrame) -> pl.DataFrame:
    """One row per visit (customer_id, length in microseconds, bought): a longer gap or another customer starts one."""
    if not events.height:
        return events.select("customer_id", pl.lit(0, pl.Int64).alias("length"), "bought")
    ordered = events.sort("customer_id", "time")
    times: NDArray[np.int64] = ordered["time"].to_physical().to_numpy()
    start = np.ones(len(times), dtype=np.bool_)
    start[1:] = times[1:] - times[:-1] > GAP_MINUTES * _MINUTE
    start |= (ordered["customer_id"] != ordered["customer_id"].shift()).fill_null(value=True).to_numpy()
    first = np.flatnonzero(start)
    last = np.append(first[1:], len(times)) - 1
    bought = np.logical_or.reduceat(ordered["bought"].to_numpy(), first)
    customers = ordered["customer_id"].gather(pl.Series(first).cast(pl.get_index_type()))
    return pl.DataFrame({"customer_id": customers, "length": times[last] - times[first], "bought": bought})


# -- features ------------------------------------------------------------------------------------------------


def _features(
    joined: pl.DataFrame,
    roles: frozenset[str],
    words: _Words,
    levels: dict[str, str],
    snapshot: date,
    clocked: bool,
) -> pl.DataFrame:
    """The features in the order they are shown, sorted by customer."""
    since_first = (pl.lit(snapshot) - pl.col("first").dt.date()).dt.total_days()
    columns = [
        pl.col("visits"),
        pl.col("events"),
        (pl.lit(snapshot) - pl.col("last").dt.date()).dt.total_days().alias("days_since_visit"),
        (pl.col("visits") * MONTH_DAYS / pl.max_horizontal(since_first, pl.lit(MONTH_DAYS))).alias("visits_per_month"),
        (pl.col("events") / pl.col("visits")).alias("events_per_visit"),
    ]
    if clocked:
        columns.append(pl.col("minutes").alias("typical_minutes"))
    columns += [pl.col(_COUNTS[kind]) for kind in words.kinds]
    if {"view", "add"} <= set(words.kinds):
        columns.append(_per("adds", "views").alias("add_rate"))
    if {"view", "purchase"} <= set(words.kinds):
        columns.append(_per("purchases", "views").alias("purchase_rate"))
    if "purchase" in words.kinds:
        columns.append((pl.col("bought") / pl.col("visits")).alias("buying_visit_share"))
    if _products_viewed(roles, words):
        columns.append(pl.col("distinct_products_viewed"))
    names = [f"share_{name}" for name in dict.fromkeys(levels.values())]
    total = pl.sum_horizontal(names) if names else pl.lit(0)
    columns += [pl.when(total > 0).then(pl.col(name) / total).alias(name) for name in names]
    return joined.sort("customer_id").select("customer_id", *columns)


def _per(part: str, whole: str) -> pl.Expr:
    """part / whole; missing, not infinite, where the whole is 0."""
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))


def _notes(made: list[str], roles: frozenset[str], levels: dict[str, str], source: str) -> tuple[FeatureNote, ...]:
    visit = (
        f"sessions as the table names them; events without one by gaps over {GAP_MINUTES} minutes"
        if "session" in roles
        else f"runs of a customer's events without a gap of more than {GAP_MINUTES} minutes"
    )
    looked = "viewed" if "event" in roles else "of all events"
    known = {
        "visits": ("visits", visit),
        "events": ("events", "all events before the snapshot, whatever they are called"),
        "days_since_visit": ("days", "calendar days from the last event to the snapshot"),
        "visits_per_month": (
            "visits",
            f"visits per {MONTH_DAYS} days, from the first event to the snapshot, or over {MONTH_DAYS} days if longer",
        ),
        "events_per_visit": ("events", "events / visits"),
        "typical_minutes": ("minutes", "from a visit's first event to its last, median over the visits"),
        **{_COUNTS[kind]: ("events", _COUNT_WORDS[kind]) for kind in _KINDS},
        "add_rate": ("per view", "adds / views; missing without a view"),
        "purchase_rate": ("per view", "purchases / views; missing without a view"),
        "buying_visit_share": ("share", "visits with a purchase / visits"),
        "distinct_products_viewed": ("products", f"different products {looked}"),
        **{name: ("share", definition) for name, definition in _share_definitions(levels).items()},
    }
    return tuple(FeatureNote(name, *known[name], source) for name in made)


def _share_definitions(levels: dict[str, str]) -> dict[str, str]:
    """Feature -> what it is the share of."""
    found: dict[str, str] = {}
    for level, name in levels.items():
        shown = "the rarer devices or channels" if name == "other_channel" else f"“{level}”"
        found.setdefault(f"share_{name}", f"share of the events with a device or channel that are on {shown}")
    return found


def _told(words: _Words, levels: dict[str, str]) -> tuple[str, ...]:
    told = []
    if words.unknown:
        shown = ", ".join(f"“{word}”" for word in words.unknown[:5])
        more = f" and {len(words.unknown) - 5:,} more" if len(words.unknown) > 5 else ""
        told.append(f"{shown}{more} are no views, adds, purchases or searches; they count as events only")
    rare = [level for level, name in levels.items() if name == "other_channel"]
    if rare:
        told.append(f"{len(rare):,} rarer devices or channels share one column, share_other_channel")
    return tuple(told)
