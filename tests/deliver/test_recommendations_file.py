"""The file of recommendations: its rows by hand, formats, formulas, and nothing where there is nothing to say."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui.decided.recommendations import CustomerLists, Method, Purpose
from segtui.deliver import recommendations_file
from segtui.deliver.recommendations_file import Recommended, write
from segtui.errors import AnalysisError, DeliveryError, UsageError
from segtui.progress import finish


def lists(purpose: Purpose, customers: list[int], items: list[list[int]]) -> CustomerLists:
    """Items by number; the score is ten less the place."""
    numbers = np.array(items, dtype=np.int32)
    scores = np.where(numbers >= 0, 10.0 - np.arange(numbers.shape[1]), -np.inf).astype(np.float32)
    names = ("tea", "=cmd()", "jam")
    return CustomerLists(Method.EASE, purpose, names, np.array(customers, dtype=np.int64), numbers, scores)


def made(name: str = "CustomerID", missing: tuple[str, ...] = ()) -> Recommended:
    """Four customers, of whom the third never bought and the last has no segment."""
    found = (lists(Purpose.AGAIN, [0, 1, 3], [[1, 0], [2, -1], [0, -1]]), lists(Purpose.NEW, [0, 1, 3], [[2, -1]] * 3))
    places = np.array([1, 0, 0, 255], dtype=np.uint8)
    return Recommended(found, pl.Series(name, ["007", "8", "9", "+10"]), places, ("A", "B"), missing)


HEADER = ["CustomerID", "segment", "purpose", "method", "rank", "item", "score"]


def test_rows_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    assert finish(write(made(), str(path), (), overwrite=False)) == (path,)
    assert path.read_text(encoding="utf-8").splitlines() == [
        ",".join(HEADER),
        "007,B,buy again,EASE,1,=cmd(),10.0",
        "007,B,buy again,EASE,2,tea,9.0",
        "007,B,discovery,EASE,1,jam,10.0",
        "8,A,buy again,EASE,1,jam,10.0",
        "8,A,discovery,EASE,1,jam,10.0",
        "+10,,buy again,EASE,1,tea,10.0",
        "+10,,discovery,EASE,1,jam,10.0",
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("piece", [1, 2, 5_000])
def test_pieces_make_no_difference(piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommendations_file, "PIECE", piece)
    for ending in ("parquet", "csv", "tsv", "ndjson"):
        finish(write(made(), str(tmp_path / f"r.{ending}"), (), overwrite=True))
    table = pl.read_parquet(tmp_path / "r.parquet")
    assert table.columns == HEADER
    assert table.height == made().rows == 7
    assert table["CustomerID"].to_list() == ["007"] * 3 + ["8"] * 2 + ["+10"] * 2
    assert table["rank"].to_list() == [1, 2, 1, 1, 1, 1, 1]
    assert table["segment"].to_list()[-1] is None
    plain = pl.read_ndjson(tmp_path / "r.ndjson")
    assert plain["item"].to_list() == table["item"].to_list()
    assert pl.read_csv(tmp_path / "r.tsv", separator="\t", infer_schema_length=0).height == 7


def test_formulas_are_disarmed_on_request(tmp_path: Path) -> None:
    finish(write(made(), str(tmp_path / "r.csv"), (), overwrite=False, csv_safe=True))
    told = (tmp_path / "r.csv").read_text(encoding="utf-8")
    assert "'=cmd()" in told
    assert "\n+10," in told  # a number stays one


def test_an_id_by_the_name_of_a_column(tmp_path: Path) -> None:
    finish(write(made("item"), str(tmp_path / "r.csv"), (), overwrite=False))
    header = (tmp_path / "r.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "item,segment,purpose,method,rank,item_2,score"


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    nothing = Recommended((), made().ids, made().places, ("A", "B"), ("no method is better.",))
    with pytest.raises(AnalysisError, match="no method is better"):
        finish(write(nothing, str(tmp_path / "r.csv"), (), overwrite=False))
    with pytest.raises(UsageError, match="cannot be written as txt"):
        finish(write(made(), str(tmp_path / "r.txt"), (), overwrite=False))
    source = tmp_path / "orders.csv"
    source.write_text("x")
    with pytest.raises(DeliveryError, match="one of the sources"):
        finish(write(made(), str(source), (source,), overwrite=True))
    begun = write(made(), str(tmp_path / "r.csv"), (), overwrite=False)
    next(begun)
    begun.close()
    assert list(tmp_path.iterdir()) == [source]
