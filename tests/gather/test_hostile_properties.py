"""Whatever bytes a file holds, it opens with counts that add up, or is refused with what, where and a hint."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from segtui.errors import SegtuiError
from segtui.gather import look, scan
from segtui.gather.dataset import open_dataset
from segtui.gather.describe import describe
from segtui.gather.leftout import count_steps, left_out_lines
from segtui.progress import finish
from segtui.recipe import STEPS, GatherSpec, SourceSpec, TableSpec
from segtui.results import Dataset
from tests.gather.making import adds_up, spec_of

T = TypeVar("T")

EXAMPLES = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)

ORDER_NAMES = ("customer_id", "order_id", "order_date", "product", "quantity", "unit_price", "discount", "status",
               "country", "category", "description", "amount")  # fmt: skip
CUSTOMER_NAMES = ("customer_id", "id", "age", "total_spend", "email", "city", "birthday", "segment")
ODD_NAMES = ("", " ", "customer_id", "order_id", "row", "reason", "0", "1", "t0", "key", "left out", "[red]x[/]",
             "\x1b[31m", "名前", "a" * 300, "frequency", "join key", "literal", "len")  # fmt: skip

PLAIN = (
    "1",
    "2",
    "3",
    "10",
    "0",
    "-1",
    "2.50",
    "1e3",
    "007",
    "a",
    "b",
    "c7",
    "X 1",
    "2024-01-31",
    "2024-02-01 10:30:00",
)
ODD = ("", " ", "NA", "n/a", "nan", "inf", "-0", "1,5", "1.234,50", "£3.00", "(4.00)", "50 %", "31/12/2024", "2/30/2024",
       "9999-12-31", "0001-01-01", "99999999999999999999", "1e308", "yes", "no", "true", "[bold]x[/]", "\x1b[2J\x07", "\x00",
       "\u202eabc", "é", "\ufeff", "C1", "=1+1", "'", "\\", "x" * 5_000, "9" * 40)  # fmt: skip
MARKS = (",", ";", "\t", "|", '"', '""', "\n", "\r", "\r\n")


def cell(marks: bool) -> st.SearchStrategy[str]:
    odd = st.sampled_from(ODD + MARKS) if marks else st.sampled_from(ODD)
    return st.one_of(st.sampled_from(PLAIN), st.sampled_from(PLAIN), odd, st.text(max_size=6))


def names() -> st.SearchStrategy[list[str]]:
    some = st.one_of(
        st.lists(st.sampled_from(ORDER_NAMES), min_size=3, max_size=9, unique=True),
        st.lists(st.sampled_from(CUSTOMER_NAMES), min_size=1, max_size=6, unique=True),
    )
    odd = st.lists(st.one_of(st.sampled_from(ODD_NAMES), st.text(max_size=4)), max_size=3)
    return st.tuples(some, odd, st.randoms(use_true_random=False)).map(_shuffled)


def _shuffled(parts: tuple[list[str], list[str], object]) -> list[str]:
    together = [*parts[0], *parts[1]]
    parts[2].shuffle(together)  # type: ignore[attr-defined]
    return together


@st.composite
def hostile(draw: Callable[..., object]) -> bytes:
    """A file that means to be a table and is not quite one."""
    header = draw(names())
    assert isinstance(header, list)
    sep = str(draw(st.sampled_from([",", ",", ";", "\t", "|", "^", " "])))
    end = str(draw(st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n"])))
    quote, marks = draw(st.booleans()), draw(st.booleans())
    ragged = draw(st.sampled_from([0, 0, 0, 1, -1]))
    lines = [header, *_rows(draw, len(header), bool(marks), int(str(ragged)))]
    text = end.join(sep.join(_written(one, sep, bool(quote)) for one in line) for line in lines)
    text += str(draw(st.sampled_from([end, "", end + end, '"'])))
    coding = str(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16", "latin-1"])))
    return text.encode(coding, errors="replace")


def _rows(draw: Callable[..., object], width: int, marks: bool, ragged: int) -> list[list[str]]:
    """Rows from a few different ones, so that customers come again."""
    kinds = draw(st.lists(st.lists(cell(marks), min_size=width, max_size=width), max_size=6))
    assert isinstance(kinds, list)
    if not kinds:
        return []
    times = draw(st.lists(st.integers(0, len(kinds) - 1), min_size=1, max_size=25))
    assert isinstance(times, list)
    rows = [list(kinds[i]) for i in times]
    if ragged > 0:
        rows[len(rows) // 2].append("more")
    elif ragged < 0:
        rows[len(rows) // 2].pop()
    return rows


def _written(one: str, sep: str, quote: bool) -> str:
    if quote and (sep in one or '"' in one or "\n" in one or "\r" in one):
        return '"' + one.replace('"', '""') + '"'
    return one


NO_END = b"customer_id,order_id,order_date,amount\n1,1,9999-12-31,5\n1,2,0001-01-01,5\n2,3,0001-01-03,5\n"


# -- what must hold ------------------------------------------------------------------------------------------


def opened_or_refused(spec: GatherSpec) -> Dataset | None:
    """The dataset, its counts checked; None where it was refused as it should be."""
    dataset, refusal = attempt(lambda: finish(open_dataset(spec)))
    if refusal is not None:
        assert refusal.what.strip()
        assert refusal.where.strip()
        assert refusal.hint.strip()
        return None
    assert dataset is not None
    rows_add_up(dataset)
    return dataset


def attempt(work: Callable[[], T]) -> tuple[T | None, SegtuiError | None]:
    try:
        return work(), None
    except SegtuiError as refusal:
        return None, refusal


def rows_add_up(dataset: Dataset) -> None:
    out = [row for group in dataset.left_out for row in group.rows.tolist()]
    assert sorted([*out, *dataset.row.tolist()]) == list(range(dataset.input_rows))
    assert dataset.frame.height == dataset.customers >= 2
    if dataset.id_column is not None:
        ids = dataset.frame[dataset.id_column]
        assert ids.null_count() == 0
        assert ids.n_unique() == dataset.customers
    if dataset.table is not None:
        assert dataset.table.height == dataset.input_rows
    if dataset.rollup is not None and dataset.rollup.lines:
        assert adds_up(dataset.rollup)
        lines = sum(source.rows for source in dataset.sources if source.kind in ("orders", "baskets"))
        # a table of lines that no customer can be found for is not used, and heads of orders are no lines
        assert dataset.rollup.lines == lines or (dataset.rollup.lines < lines and len(dataset.sources) > 1)
    for name in dataset.frame.columns:
        values = dataset.frame[name]
        if values.dtype.is_float():
            assert not values.is_nan().any(), name
            assert not values.is_infinite().any(), name


def lines_add_up(dataset: Dataset, spec: GatherSpec) -> None:
    if dataset.rollup is None or not dataset.rollup.steps:
        return
    counted = {step.id: step for step in finish(count_steps(dataset, spec))}
    assert set(counted) == set(STEPS)
    out = finish(left_out_lines(dataset, spec, ""))
    assert out.height == dataset.rollup.lines - dataset.rollup.kept
    assert "reason" in out.columns


def tried(content: bytes, **said: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(content)
        if "kind" in said:
            said["tables"] = (TableSpec(str(path), str(said.pop("kind"))),)
        spec = spec_of(path, **said)
        dataset = opened_or_refused(spec)
        if dataset is not None:
            lines_add_up(dataset, spec)
        described(path)


def described(path: Path) -> None:
    reports, refusal = attempt(lambda: finish(describe(GatherSpec((SourceSpec(str(path)),)))))
    if refusal is not None:
        assert refusal.what
        assert refusal.hint
    else:
        assert reports
        assert all(report.rows > 0 and report.columns and report.reason for report in reports)


@EXAMPLES
@given(content=hostile())
@example(content=b"customer_id,order_id,order_date\n1,9999-12-31,1\n1,9999-12-31,1\n1,9999-12-31,1\n")
@example(content=b"customer_id,order_id,order_date\n1,2/30/2024,1\n1,2/30/2024,1\n1,2/30/2024,1\n")
@example(content=b"customer_id,order_id,order_date\n1,1,9999-12-31\n1,1,9999-12-31\n2,1,0001-01-01\n")
def test_hostile_tables(content: bytes) -> None:
    tried(content)


@EXAMPLES
@given(content=hostile(), steps=st.sets(st.sampled_from(STEPS)), loose=st.booleans(), holdout=st.sampled_from([0, 7]))
@example(content=NO_END, steps=set(), loose=False, holdout=7)
def test_hostile_orders(content: bytes, steps: set[str], loose: bool, holdout: int) -> None:
    """The same taken for orders, whatever they are, with any cleaning."""
    switched = tuple((step, step in steps) for step in STEPS)
    tried(content, kind="orders", steps=switched, loose_ids=loose, holdout=holdout)


@EXAMPLES
@given(content=hostile())
@example(content=b"customer_id,order_id,order_date\n")
def test_hostile_streams(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same through the door of large files."""
    with monkeypatch.context() as patch:
        patch.setattr(scan, "LARGE", 0)
        patch.setattr(look, "SAMPLE", 3)
        patch.setattr("segtui.gather.text.PIECE", 200)
        tried(content, kind="orders")


@EXAMPLES
@given(one=hostile(), other=hostile(), loose=st.booleans())
def test_hostile_pairs(one: bytes, other: bytes, loose: bool) -> None:
    """Two files at once: joined somehow, or refused."""
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder) / "one.csv", Path(folder) / "other.csv"
        for path, content in zip(paths, (one, other), strict=True):
            path.write_bytes(content)
        dataset = opened_or_refused(spec_of(*paths, loose_ids=loose))
        assert dataset is None or isinstance(dataset.frame, pl.DataFrame)


LINES = pl.DataFrame(
    {
        "customer_id": [1.0, 2.0, 1.0, None] * 5,
        "order_id": [f"o{i // 2}" for i in range(20)],
        "order_date": ["2024-01-31", "2024-02-01", None, "2024-02-29"] * 5,
        "quantity": [1, -1, 2, 3] * 5,
        "unit_price": [1.5, 2.5, float("nan"), float("inf")] * 5,
    }
)


@EXAMPLES
@given(
    form=st.sampled_from(["parquet", "arrow", "ndjson"]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=3),
    cut=st.one_of(st.none(), st.floats(0, 1)),
    beside=st.booleans(),
)
def test_damaged_typed_files(form: str, changes: list[tuple[float, int]], cut: float | None, beside: bool) -> None:
    """A file that a copy or a transfer has damaged; beside: with another table, where its columns are asked for first."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{form}"
        {"parquet": LINES.write_parquet, "arrow": LINES.write_ipc, "ndjson": LINES.write_ndjson}[form](path)
        content = bytearray(path.read_bytes())
        for place, byte in changes:
            content[int(place * (len(content) - 1))] = byte
        path.write_bytes(bytes(content[: len(content) if cut is None else int(cut * len(content))]))
        other = Path(folder) / "people.csv"
        other.write_text("customer_id,age\n1,30\n2,40\n3,50\n")
        opened_or_refused(spec_of(path, other) if beside else spec_of(path))


@EXAMPLES
@given(
    content=st.one_of(st.binary(max_size=400), st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
)
def test_any_bytes(content: bytes) -> None:
    tried(content)
