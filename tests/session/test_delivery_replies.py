"""What is told of a delivery before it is written, on the real engine: rows, sizes, formulas, what cannot be, where."""

from __future__ import annotations

import pytest

from segtui.errors import DeliveryError
from segtui.pipeline import unwatched
from segtui.progress import finish
from segtui.recipe import DeliverySpec, GatherSpec, Recipe, SourceSpec
from segtui.session.local import LocalEngine
from segtui.session.questions import DeliveryQuestion

HEADER = "id,visits,spent,note"


@pytest.fixture
def source(tmp_path):
    """Sixty customers in two lots; the notes of two begin a formula, and one begins a number."""
    notes = {0: "=1+1", 7: "@home", 9: "-5"}
    rows = [f"C{i:03},{i % 7 + (i % 2) * 50},{i % 5 + (i % 2) * 300},{notes.get(i, 'plain')}" for i in range(60)]
    path = tmp_path / "people.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def asked(source):
    """The engine, its answer, and the view of a delivery."""
    engine = LocalEngine({})
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(source)),))).with_k(2)
    finish(engine.open(recipe))
    answer = finish(engine.exact(recipe, unwatched))
    return engine, answer, finish(engine.reply(DeliveryQuestion(), answer))


def test_first_rows_are_those_of_the_file_with_what_is_added(asked):
    _, answer, view = asked
    assert view.columns == (*HEADER.split(","), "segment", "segment_name", "distance", "segment_note")
    assert [row[:4] for row in view.rows] == [
        ("C000", "0", "0", "=1+1"),
        ("C001", "51", "301", "plain"),
        ("C002", "2", "2", "plain"),
    ]
    assert {row[4] for row in view.rows} == set(answer.letters)
    assert (view.customers.rows, view.customers.columns) == (60, 8)


def test_cells_that_begin_a_formula_are_counted_and_numbers_are_not(asked):
    _, _, view = asked
    assert view.formulas == (("note", 2),)
    assert view.looked == 60


def test_customers_alone_carry_no_orders_rules_or_prices(asked):
    _, _, view = asked
    assert view.orders is None
    assert {part for part, _ in view.cannot} == {"orders", "rules", "recommendations", "prices", "value"}


def test_the_size_of_a_small_file_is_what_is_written(asked, tmp_path):
    engine, answer, view = asked
    spec = DeliverySpec(str(tmp_path / "out"), ("customers",), ("csv", "ndjson"))
    files = dict(finish(engine.deliver(answer.recipe, spec)).files)
    assert view.customers.about("csv") == files["customers.csv"]
    assert view.customers.about("ndjson") == pytest.approx(files["customers.ndjson"], rel=0.02)
    assert view.customers.about("xlsx") is None


def test_an_earlier_delivery_may_be_replaced_and_nothing_else(asked, tmp_path, source):
    engine, answer, _ = asked
    gather = answer.recipe.gather
    spec = DeliverySpec(str(tmp_path / "out"), ("customers",))
    assert not engine.standing(gather, spec)
    finish(engine.deliver(answer.recipe, spec))
    assert engine.standing(gather, spec)
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(DeliveryError, match=r"mine\.txt"):
        engine.standing(gather, spec)
    with pytest.raises(DeliveryError, match="no such folder"):
        engine.standing(gather, DeliverySpec(str(tmp_path / "nowhere" / "out")))
    with pytest.raises(DeliveryError, match="holds a source"):
        engine.standing(gather, DeliverySpec(str(source.parent)))


def test_a_source_that_changed_is_told_before_anything_is_written(asked, source):
    engine, answer, _ = asked
    source.write_text(f"{HEADER}\nC000,1,2,plain\n", encoding="utf-8")
    with pytest.raises(DeliveryError, match="changed"):
        finish(engine.reply(DeliveryQuestion(), answer))


def test_orders_are_counted_in_lines(tmp_path):
    rows = [f"O{i},C{i % 40:02},2024-{1 + i % 9:02}-11,P{i % 3},{1 + i % 4},{2.5 + i % 40}" for i in range(200)]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(["order_id,customer_id,date,product,quantity,price", *rows]) + "\n", encoding="utf-8")
    engine = LocalEngine({})
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(path)),))).with_k(2)
    finish(engine.open(recipe))
    answer = finish(engine.exact(recipe, unwatched))
    view = finish(engine.reply(DeliveryQuestion(), answer))
    assert view.customers.rows == 40
    assert view.orders.rows == 200
    assert view.cannot == ()
    spec = DeliverySpec(str(tmp_path / "out"), ("orders",), ("csv",))
    files = dict(finish(engine.deliver(answer.recipe, spec)).files)
    assert view.orders.about("csv") == files["orders.csv"]
