"""The rows of the Data pane without Textual: made of a dataset and the recipe, drawn within the width they get."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from segtui.recipe import KINDS, ROLES, STEPS, ColumnSpec, GatherSpec, TableSpec
from segtui.tui.charset import ASCII, UNICODE
from segtui.tui.panes.data_lines import Layout
from segtui.tui.panes.data_rows import (
    KIND_MEANS,
    MADE,
    ROLE_MEANS,
    STEP_MEANS,
    ColumnRow,
    FeatureRow,
    Heading,
    LooseRow,
    MadeRow,
    StepRow,
    TableRow,
    TimeRow,
    base_role,
    explain,
    find_columns,
    next_reading,
    rows_of,
)
from tests.tui.driving import ORDERS
from tests.tui.fake import rolled_up

GATHER = ORDERS.gather
ALL = frozenset()
FOLDED = frozenset({"data/orders.csv", "data/customers.csv", "data/products.parquet", MADE})


def rows(gather: GatherSpec = GATHER, folded=ALL, read: GatherSpec | None = None, counts=()):
    return rows_of(rolled_up(read or gather), gather, folded, counts)


def of(kind, among):
    return [row for row in among if isinstance(row, kind)]


def column(name: str, among) -> ColumnRow:
    return next(row for row in of(ColumnRow, among) if row.column.name == name)


def test_everything_that_can_be_said_or_changed_has_its_words():
    assert set(ROLE_MEANS) == set(ROLES)
    assert set(KIND_MEANS) == set(KINDS)
    assert set(STEP_MEANS) == set(STEPS)


def test_keys_tell_rows_apart():
    keys = [row.key for row in rows() if not isinstance(row, Heading)]
    assert len(set(keys)) == len(keys)


def test_folded_tables_still_show_what_asks_for_a_decision():
    shown = of(ColumnRow, rows(folded=FOLDED))
    assert [row.column.name for row in shown] == ["order_date", "unit price"]
    assert [row.asks for row in shown] == [True, False]
    assert len(of(ColumnRow, rows())) == 16
    assert of(FeatureRow, rows(folded=FOLDED)) == []


def test_what_was_chosen_stays_in_sight():
    chosen = GATHER.with_column("data/orders.csv", ColumnSpec("status", role=""))
    assert "status" in [row.column.name for row in of(ColumnRow, rows(chosen, FOLDED))]


def test_roles_are_those_of_the_recipe():
    chosen = GATHER.with_column("data/orders.csv", ColumnSpec("voucher", role="amount"))
    assert column("voucher", rows()).role == "discount"
    assert column("rebate", rows()).role == "discount"
    assert column("voucher", rows(chosen)).role == "amount"
    taken = GATHER.with_column("data/orders.csv", ColumnSpec("comment", role="status"))
    assert column("comment", rows(taken)).role == "status"
    assert column("status", rows(taken)).role == ""
    assert [base_role(role) for role in ("discount_2", "customer_id", "unit_price", "category_12")] == [
        "discount",
        "customer_id",
        "unit_price",
        "category",
    ]


def test_a_step_that_was_switched_and_not_read_yet_waits():
    switched = GATHER.with_step("price", False)
    before = {row.step.id: row for row in of(StepRow, rows(switched, read=GATHER))}
    assert (before["price"].on, before["price"].waits) == (False, True)
    assert (before["quantity"].on, before["quantity"].waits, before["quantity"].rows) == (True, False, 9)
    after = {row.step.id: row for row in of(StepRow, rows(switched))}
    assert (after["price"].on, after["price"].waits, after["price"].rows) == (False, False, None)


def test_counts_asked_for_stand_where_there_were_none():
    steps = rolled_up(GATHER).rollup.steps
    counted = tuple(replace(step, rows=7) for step in steps)
    found = {row.step.id: row.rows for row in of(StepRow, rows(counts=counted))}
    assert (found["duplicates"], found["quantity"]) == (7, 9)


def test_the_snapshot_and_the_holdout_say_where_they_come_from():
    def said(gather, read=None):
        return [(row.value, row.note) for row in of(TimeRow, rows(gather, read=read))]

    assert said(GATHER) == [
        ("2011-12-10", "the day after the last order"),
        ("none", "no orders are kept apart for checking"),
    ]
    chosen = replace(GATHER, snapshot=date(2011, 9, 1), holdout=90)
    assert said(chosen) == [
        ("2011-09-01*", "chosen; 812 lines on or after it"),
        ("90 days*", "2011-09-01 to 2011-11-29: no feature sees them"),
    ]
    assert said(chosen, read=GATHER) == [("2011-09-01*", "chosen"), ("90 days*", "")]


def test_loose_ids_are_asked_for_only_where_tables_meet():
    assert [row.on for row in of(LooseRow, rows(replace(GATHER, loose_ids=True)))] == [True]
    one = replace(rolled_up(GATHER), sources=rolled_up(GATHER).sources[:1], joins=())
    assert of(LooseRow, rows_of(one, GATHER, ALL, ())) == []


def test_columns_are_found_by_name_and_by_table():
    everything = rows()
    assert [row.table.path for row in find_columns(everything, " SKU ")] == ["data/orders.csv", "data/products.parquet"]
    assert [row.table.path for row in find_columns(everything, "products.parquet/sku")] == ["data/products.parquet"]
    assert [row.column.name for row in find_columns(everything, "unit price")] == ["unit price"]
    assert find_columns(everything, "nothing") == []


def test_readings_go_round_through_all_that_fit():
    row = column("order_date", rows())
    seen = []
    for _ in range(4):
        chosen = next_reading(row)
        seen.append(chosen)
        row = replace(row, spec=replace(row.spec, reading=chosen))
    assert seen == ["date m/d/y", "text", None, "date m/d/y"]


def test_what_could_not_be_read_is_counted_and_shown():
    _, said = explain(column("unit price", rows()), rolled_up(GATHER))
    assert "14 values could not be read and count as missing: 'N/A', 'on request'" in said[0][0]
    assert "\x1b" not in said[0][0]
    _, said = explain(column("order_date", rows()), rolled_up(GATHER))
    assert said[0][0] == "read as date d/m/y, but all values fit date m/d/y just as well: d switches"


def test_the_kind_is_that_of_the_recipe():
    chosen = GATHER.with_table(TableSpec("data/products.parquet", kind="lookup"))
    assert [(row.kind, row.chosen) for row in of(TableRow, rows(chosen))] == [
        ("orders", False),
        ("customers", False),
        ("lookup", True),
    ]
    assert of(MadeRow, rows())[0].count == 6


@pytest.mark.parametrize("width", [60, 80, 99, 100, 140, 200])
@pytest.mark.parametrize("signs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_line_fits(width: int, signs):
    layout = Layout(width, signs)
    chosen = replace(GATHER, snapshot=date(2011, 9, 1), holdout=90, loose_ids=True)
    for row in rows(chosen):
        text = layout.heading(row).text if isinstance(row, Heading) else "".join(t for t, _ in layout.row(row))
        if isinstance(row, Heading) and not row.fields:
            assert len(text) == width
        elif width >= 80:
            assert len(text) <= width - (0 if isinstance(row, Heading) else 2), row
        if signs is ASCII:
            assert text.replace("\ufffd", "?").isascii()


def test_sections_without_anything_in_them_are_left_away():
    made = rolled_up(GATHER)
    nothing = replace(made.rollup, lines=0, kept=0, steps=(), features=(), snapshot=None, first_day=None, last_day=None)
    shown = rows_of(replace(made, rollup=nothing, joins=()), GATHER, ALL, ())
    assert [row.title for row in of(Heading, shown) if row.title] == ["Tables", "Worth knowing", "Joins"]
