"""Customers from several tables: orders rolled up, events and records counted, attributes joined, one row each.

The customers are those of the customer table and of the orders; events and records add to them, and make customers of
their own only where there is neither. Everything that does not match is counted and reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from segtui.errors import AnalysisError
from segtui.gather import cleaning, events, ids, orders, records, scan
from segtui.gather.canonical import canonical_steps
from segtui.gather.features import Features
from segtui.gather.ids import Side
from segtui.gather.join import Joined, order_lines, with_lookups
from segtui.gather.lines import Lines, shifted
from segtui.gather.look import Held, Looked, look_at_all, read_whole
from segtui.gather.people import OTHER_ID, customer_rows
from segtui.gather.rolling import OrderBook, Pass, roll_up
from segtui.gather.scan import in_background
from segtui.gather.stream import lines_as_said, stream
from segtui.progress import Progress, Steps
from segtui.recipe import STEPS, GatherSpec
from segtui.results import CleaningStep, Dataset, FeatureNote, JoinReport, Kind, LeftOut, RollUp

NO_ORDER = "no order that counts"
"""Why a customer of the table is left out where the step `has_orders` is on."""


@dataclass(frozen=True, eq=False, slots=True)
class _Part:
    """Columns for customers from one table. frame: customer_id, once each, and the columns.

    own: whether its customers count as customers. zero: columns that are 0 for who is not in it.
    """

    table: str
    id_name: str
    frame: pl.DataFrame
    notes: tuple[FeatureNote, ...] = ()
    own: bool = False
    zero: frozenset[str] = frozenset()
    repeated: int = 0
    kind: Kind = Kind.CUSTOMERS
    told: tuple[str, ...] = ()


def assemble(looked: Sequence[Looked], spec: GatherSpec, fingerprint: str) -> Steps[Dataset]:
    """One row per customer from all tables.

    Raises AnalysisError where there are no customers, RecipeError, and SourceError.
    """
    looked, book, joined = yield from _orders(looked, spec)
    snapshot = book.snapshot if book is not None else spec.snapshot
    parts, joins = [], list(joined.joins if joined else ())
    if book is not None and joined is not None:
        parts.append(_order_part(book, joined))
    snapshot = snapshot or (yield from _after_last_event(looked))
    for one in looked:
        part, more = yield from _part(one, looked, snapshot)
        joins += more
        if part is not None:
            parts.append(part)
    if not parts:
        raise _no_customers(looked)
    parts.sort(key=lambda part: not part.own)  # those whose customers count come first, the orders before all
    return (yield from _put_together(_Gathered(tuple(looked), spec, fingerprint, tuple(parts), book, snapshot), joins))


# -- each table's part ---------------------------------------------------------------------------------------


def _orders(
    looked: Sequence[Looked], spec: GatherSpec
) -> Steps[tuple[tuple[Looked, ...], OrderBook | None, Joined | None]]:
    """The orders rolled up, and the tables with what was learnt of them on the way."""
    large = next((one for one in looked if not one.whole), None)
    if large is not None and sum(one.kind is Kind.ORDERS for one in looked) > 1:  # lines of several tables
        looked, large = (yield from _all_read(looked)), None
    whole = {one.name: one.lines() for one in looked if one.whole and one.kind in (Kind.ORDERS, Kind.BASKETS)}
    if large is None:
        found = yield from order_lines(looked, whole, spec)
        if found is None or not found.lines.has("customer_id"):
            return tuple(looked), None, None
        joined = _matched(found, spec)
        return tuple(looked), (yield from roll_up(joined.lines, spec)), joined

    def run(lines: Lines, going: Pass) -> Steps[tuple[OrderBook, tuple[OrderBook, Joined]]]:
        found = yield from order_lines(looked, whole | {large.name: lines}, spec, going.counted)
        if found is None or not found.lines.has("customer_id"):
            raise _no_customers(looked)
        joined = _matched(found, spec)
        book = yield from roll_up(joined.lines, spec, going)
        return book, (book, joined)

    told, (book, joined) = yield from stream(large, spec, run)
    return tuple(told if one is large else one for one in looked), book, joined


def _all_read(looked: Sequence[Looked]) -> Steps[list[Looked]]:
    read = []
    for one in looked:
        whole = yield from read_whole(one)
        read.append(whole)
    return read


def order_lines_of(spec: GatherSpec, held: Held | None = None, numbered: bool = False) -> Steps[Lines]:
    """The order lines behind a recipe whose readings are spelled out, joined as for the customers made of them.

    numbered: with the number of the line in its table, where they come from one table.
    """
    looked = yield from look_at_all(spec, held)
    alone = sum(one.kind is Kind.ORDERS for one in looked) == 1
    given = {
        one.name: one.lines(numbered and alone) if one.whole else lines_as_said(one, spec, numbered and alone)
        for one in looked
        if one.kind in (Kind.ORDERS, Kind.BASKETS)
    }
    found = yield from order_lines(looked, given, spec)
    if found is None:
        raise _no_customers(looked)
    return _matched(found, spec).lines


def _matched(joined: Joined, spec: GatherSpec) -> Joined:
    """The lines with ids compared as the recipe asks."""
    if not spec.loose_ids:
        return joined
    written = pl.col("customer_id").cast(pl.String)
    frame = joined.lines.frame.with_columns(
        ids.loosened(pl.col("customer_id")).alias("customer_id"), written.alias(ids.WRITTEN)
    )
    return replace(joined, lines=replace(joined.lines, frame=frame, loose=True))


def _order_part(book: OrderBook, joined: Joined) -> _Part:
    return _Part(
        " + ".join(joined.lines.sources),
        joined.lines.id_name,
        book.rolled.frame,
        book.rolled.notes,
        own=True,
        zero=orders.ZERO_WITHOUT_ORDERS,
        kind=Kind.ORDERS,
    )


def _after_last_event(looked: Sequence[Looked]) -> Steps[date | None]:
    """The day after the last event or record, where there are no orders to say what today is."""
    latest: date | None = None
    for one in looked:
        if one.kind in (Kind.EVENTS, Kind.RECORDS) and one.has("time"):
            asked = one.lines().frame.select(pl.col("time").max().cast(pl.Date))
            (found,) = yield from scan.collect([asked], f"looking at {one.name}")
            day: date | None = found.item()
            latest = max(filter(None, (latest, day)), default=None)
    return shifted(latest, 1) if latest else None


def _part(
    one: Looked, looked: Sequence[Looked], snapshot: date | None
) -> Steps[tuple[_Part | None, tuple[JoinReport, ...]]]:
    if one.kind is Kind.CUSTOMERS and one.has("customer_id"):
        id_name = one.column("customer_id")
        frame, repeated, left_out = yield from customer_rows(one.table, id_name)
        told = tuple(f"{one.name}: {said}" for said in left_out)
        if id_name != "customer_id" and OTHER_ID in frame.columns:
            told += (f"{one.name} has a column customer_id beside “{id_name}”; it is called {OTHER_ID} here",)
        return _Part(one.name, id_name, frame, own=True, repeated=repeated, told=told), ()
    if not one.has("customer_id"):
        return None, ()
    if one.kind is Kind.EVENTS and one.has("time") and snapshot is not None:
        lines = one.lines()
        known = lines.frame.filter(pl.col("customer_id").is_not_null())
        made = yield from in_background(
            lambda: events.roll_up(known, lines.roles, snapshot, one.name), f"rolling up events of {one.name}"
        )
        return _features_part(one, made), ()
    if one.kind in (Kind.RECORDS, Kind.EVENTS):
        lookups = [other for other in looked if other.kind is Kind.LOOKUP]
        frame, columns, joins = with_lookups(one, lookups)
        made = yield from in_background(
            lambda: records.roll_up(
                frame.lazy(), records.short_name(one.name), columns, one.findings.roles, snapshot or date.max, one.name
            ),
            f"rolling up {one.name}",
        )
        return _features_part(one, made), joins
    return None, ()


def _features_part(one: Looked, made: Features) -> _Part:
    return _Part(
        one.name,
        one.column("customer_id"),
        made.frame,
        made.notes,
        zero=made.zero,
        kind=one.kind,
        told=made.told,
    )


# -- together ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Gathered:
    looked: tuple[Looked, ...]
    spec: GatherSpec
    fingerprint: str
    parts: tuple[_Part, ...]
    book: OrderBook | None
    snapshot: date | None


def _put_together(all_of: _Gathered, joins: list[JoinReport]) -> Steps[Dataset]:
    parts, spec = all_of.parts, all_of.spec
    common = ids.common_type([part.frame["customer_id"].dtype for part in parts], spec.loose_ids)
    keyed = [_with_key(part, common, spec.loose_ids) for part in parts]
    id_name = parts[0].id_name
    yield Progress("bringing the tables together")
    base = _base(keyed)
    table, warnings = base, []
    for part in keyed:
        columns, renamed = _free_names(part, table.columns, id_name)
        warnings += renamed
        table = table.join(columns, on="customer_id", how="left", maintain_order="left")
        table = table.with_columns(pl.col(name).fill_null(0) for name in part.zero if name in columns.columns)
    joins += [_joined(keyed, part, spec.loose_ids) for part in keyed[1:]]
    if spec.loose_ids:  # they leave as they came
        table = table.with_columns(pl.col(ids.WRITTEN).alias("customer_id")).drop(ids.WRITTEN)
    table = table.rename({"customer_id": id_name})
    kept, left_out, steps = _with_orders(all_of, base, keyed)
    if len(kept) < 2:
        raise _too_few(all_of, len(kept))
    order = yield from canonical_steps(table, id_name, kept)
    frame = table[order]
    notes = [note for one in all_of.looked for note in one.table.notes]
    notes += [note for part in parts for note in part.told]
    return Dataset(
        frame=frame,
        row=order,
        id_column=id_name,
        input_rows=table.height,
        left_out=left_out,
        sources=tuple(one.report() for one in all_of.looked),
        warnings=tuple(dict.fromkeys([*notes, *_of_orders(all_of), *_unused(all_of), *warnings])),
        fingerprint=all_of.fingerprint,
        revenue=_revenue(frame, all_of),
        joins=tuple(joins),
        rollup=_rollup(all_of, steps, frame, id_name, common),
        table=table,
    )


def _with_key(part: _Part, common: pl.DataType, loose: bool) -> _Part:
    keys = ids.as_key(pl.col("customer_id"), part.frame["customer_id"].dtype, common, loose)
    if not loose:
        return replace(part, frame=part.frame.with_columns(keys.alias("customer_id")))
    frame = ids.with_written(part.frame, keys)
    unique = frame.sort(frame.columns, nulls_last=True).unique("customer_id", keep="first", maintain_order=True)
    return replace(part, frame=unique, repeated=part.repeated + frame.height - unique.height)


def _base(parts: Sequence[_Part]) -> pl.DataFrame:
    """Every customer, by id; where ids are compared loosely as the first table writes them."""
    own = [part for part in parts if part.own] or list(parts)
    names = [name for name in ("customer_id", ids.WRITTEN) if name in own[0].frame.columns]
    keys = pl.concat([part.frame.select(names) for part in own])
    known = keys.filter(pl.col("customer_id").is_not_null())
    return known.unique("customer_id", keep="first", maintain_order=True).sort("customer_id")


def _free_names(part: _Part, taken: Sequence[str], id_name: str) -> tuple[pl.DataFrame, list[str]]:
    """The part's columns under names that are free; what is made here keeps its name, so it must come first."""
    new, warnings = {}, []
    used = {*taken, id_name}
    for name in part.frame.columns:
        if name in ("customer_id", ids.WRITTEN):
            continue
        free, number = name, 1
        while free in used or (free != name and free in part.frame.columns):
            number += 1
            free = f"{name}_{number}"
        if free != name:
            new[name] = free
            warnings.append(f"{part.table} has a column {name} too; it is called {free} here")
        used.add(free)
    return part.frame.drop(ids.WRITTEN, strict=False).rename(new), warnings


def _joined(parts: Sequence[_Part], part: _Part, loose: bool) -> JoinReport:
    """What of `part` matches the first table of customers."""
    first = parts[0]
    either = part.own or not first.own
    done = "customers of either table are kept" if either else "who is only in the second is no customer here"
    if part.zero:
        done += "; who is not in it counts as 0"
    if part.repeated:
        done += f"; of {part.repeated:,} repeated ids one row each was taken"
    return ids.report(
        Side(first.table, first.id_name, first.frame["customer_id"]),
        Side(part.table, part.id_name, part.frame["customer_id"], part.repeated),
        done,
        loose,
    )


def _with_orders(
    all_of: _Gathered, base: pl.DataFrame, parts: Sequence[_Part]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], tuple[LeftOut, ...], tuple[CleaningStep, ...]]:
    """The rows that are customers, those left out for want of an order, and the steps with that one counted."""
    everyone = np.arange(base.height, dtype=np.int64)
    if all_of.book is None:
        return everyone, (), ()
    buyers = parts[0].frame.filter(pl.col("frequency") > 0)["customer_id"]
    ordered = base["customer_id"].is_in(buyers.implode()).to_numpy()
    without = np.flatnonzero(~ordered).astype(np.int64)
    on = all_of.spec.step_on("has_orders")
    step = CleaningStep("has_orders", cleaning.HAS_ORDERS, on, len(without))
    steps = (*all_of.book.steps, step)
    if not on or not len(without):
        return everyone, (), steps
    return np.flatnonzero(ordered).astype(np.int64), (LeftOut(NO_ORDER, without),), steps


def _rollup(
    all_of: _Gathered, steps: tuple[CleaningStep, ...], frame: pl.DataFrame, id_name: str, common: pl.DataType
) -> RollUp:
    book = all_of.book
    notes = tuple(note for part in all_of.parts for note in part.notes)
    given = all_of.spec.snapshot is not None or bool(book and book.holdout)
    if book is None:
        return RollUp(0, 0, 0, 0, 0.0, (), all_of.snapshot, given, None, None, notes, proposed=_proposed(notes))
    rolled = book.rolled
    order = {id: place for place, id in enumerate(STEPS)}
    return RollUp(
        lines=book.lines,
        kept=book.kept,
        later=book.later,
        orders=rolled.orders,
        revenue=rolled.revenue,
        steps=tuple(sorted(steps, key=lambda step: order[step.id])),
        snapshot=book.snapshot,
        snapshot_given=all_of.spec.snapshot is not None,
        first_day=rolled.first_day,
        last_day=rolled.last_day,
        features=notes,
        holdout=book.holdout,
        outcome=_outcome(rolled.outcome, frame, id_name, common, all_of.spec.loose_ids),
        proposed=_proposed(notes),
    )


_CORE = (("recency", "frequency", "monetary"), ("days_since_visit", "visits", "events_per_visit"))
"""What starts switched on, of orders or else of events: with twenty features that say much the same, k-means listens
to whatever was measured most often, and the first answer tells nobody anything."""


def _proposed(notes: tuple[FeatureNote, ...]) -> tuple[str, ...]:
    made = {note.name for note in notes}
    core = next((names for names in _CORE if made & set(names)), ())
    return tuple(name for name in core if name in made)


def _outcome(
    outcome: pl.DataFrame | None, frame: pl.DataFrame, id_name: str, common: pl.DataType, loose: bool
) -> pl.DataFrame | None:
    """What happened in the holdout window, per customer in canonical order; nothing is 0."""
    if outcome is None:
        return None
    key = ids.as_key(pl.col("customer_id"), outcome["customer_id"].dtype, common, loose)
    mine = ids.as_key(pl.col(id_name), frame[id_name].dtype, common, loose)
    return (
        frame.select(mine.alias("customer_id"))
        .join(outcome.with_columns(key), on="customer_id", how="left", maintain_order="left")
        .select(pl.col("orders").fill_null(0), pl.col("spend").fill_null(0.0))
    )


def _revenue(frame: pl.DataFrame, all_of: _Gathered) -> str | None:
    if "monetary" in frame.columns and all_of.book is not None:
        return "monetary"
    told = (one.findings.roles.get("revenue") for one in all_of.looked)
    return next((name for name in told if name in frame.columns), None)


# -- what can go wrong ---------------------------------------------------------------------------------------


FAR_AHEAD = 366
"""Days between the last order and a chosen snapshot from which a year may have been mistyped."""


def _of_orders(all_of: _Gathered) -> list[str]:
    """What is to be said of the orders as a whole."""
    book = all_of.book
    if book is None:
        return []
    said = []
    if "monetary" not in book.rolled.frame.columns:
        said.append("no column says what was paid, so there is no monetary, and no revenue")
    if all_of.spec.snapshot and book.rolled.last_day:
        days = (all_of.spec.snapshot - book.rolled.last_day).days
        if days > FAR_AHEAD:
            said.append(f"the snapshot is {days:,} days after the last order")
    return said


def _unused(all_of: _Gathered) -> list[str]:
    """Tables that nothing was done with."""
    names = {part.table for part in all_of.parts} | {name for one in all_of.parts for name in one.table.split(" + ")}
    quiet = (Kind.PRODUCTS, Kind.LOOKUP)
    return [
        f"{one.name} is not used: {one.findings.reason}"
        for one in all_of.looked
        if one.name not in names and one.kind not in quiet and not (one.has("customer_id") and one.has("order_id"))
    ]


def _no_customers(looked: Sequence[Looked]) -> AnalysisError:
    first = looked[0]
    what = facts(first)
    if first.kind is Kind.ORDERS:
        said = f"no column says whose orders they are, so they can only be taken for one customer's ({what})"
    else:
        said = f"it holds {what} and no customers ({first.findings.reason})"
    hint = "Segments need several customers: name the column that identifies one (segtui run --id COLUMN), or open it "
    hint += "together with a table that has one."
    if first.has("order_id") and first.has("product"):
        hint += " What is bought together can be told all the same: segtui rules."
    return AnalysisError(said, where=first.name, hint=hint)


_CALLED = {
    Kind.ORDERS: "order lines",
    Kind.EVENTS: "events",
    Kind.BASKETS: "basket lines",
    Kind.PRODUCTS: "products",
    Kind.LOOKUP: "names that another table may use",
    Kind.RECORDS: "records",
}


def facts(one: Looked) -> str:
    """What a table holds, in numbers."""
    frame = one.table.frame
    told = [f"{frame.height:,} {_CALLED.get(one.kind, 'rows')}"]
    for role, called in (("order_id", "baskets" if one.kind is Kind.BASKETS else "orders"), ("product", "items")):
        if one.has(role) and one.kind in (Kind.ORDERS, Kind.BASKETS):
            values = frame[one.column(role)]
            if role == "product" and (between := one.between):
                values = values.str.split(between).explode().str.strip_chars()
            told.append(f"{values.drop_nulls().n_unique():,} {called}")
    return ", ".join(told)


def _too_few(all_of: _Gathered, customers: int) -> AnalysisError:
    return AnalysisError(
        "there is only one customer" if customers else "there is no customer with an order that counts",
        where=all_of.parts[0].table,
        hint="Segments need at least two customers, and better a few hundred. "
        f"Check the column that identifies them (“{all_of.parts[0].id_name}”) and the cleaning steps.",
    )
