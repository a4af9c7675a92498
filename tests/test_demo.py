"""Generated customers: the same for the same seed, whole or not there, and of the kinds that the story tells."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui import demo
from segtui.errors import DeliveryError, SourceError, UsageError


def test_same_seed_same_table(tmp_path: Path) -> None:
    one = pl.read_parquet(demo.generate(2_000, 7, tmp_path / "a"))
    two = pl.read_parquet(demo.generate(2_000, 7, tmp_path / "b"))
    other = pl.read_parquet(demo.generate(2_000, 8, tmp_path / "a"))
    assert one.equals(two)
    assert not one.equals(other)
    assert sorted(file.suffix for file in (tmp_path / "a").iterdir()) == [".parquet", ".parquet"]


def test_columns_and_ids(tmp_path: Path) -> None:
    table = pl.read_parquet(demo.generate(1_234, 0, tmp_path))
    assert table.columns == ["customer_id", *demo.FEATURES]
    assert table.schema["customer_id"] == pl.String
    assert table["customer_id"].n_unique() == 1_234
    assert table["customer_id"].str.starts_with("0").all()
    assert table.null_count().sum_horizontal().item() == 0
    assert table.select(pl.exclude("customer_id").is_finite().all()).row(0) == (True,) * len(demo.FEATURES)
    assert (table["tenure"] >= table["recency"]).all()


def test_more_than_one_chunk_is_written_in_order(tmp_path: Path) -> None:
    customers = demo.CHUNK + 5
    table = pl.read_parquet(demo.generate(customers, 0, tmp_path))
    assert table.height == customers
    assert table["customer_id"].is_sorted()
    assert demo.planted(customers).shape == (customers,)


def test_kinds_are_as_the_story_tells(tmp_path: Path) -> None:
    customers = 60_000
    table = pl.read_parquet(demo.generate(customers, 0, tmp_path))
    kinds = demo.planted(customers)
    for number, kind in enumerate(demo.KINDS):
        members = table.filter(pl.Series(kinds == number))
        assert members.height / customers == pytest.approx(kind.share, abs=0.01)
        assert np.log(members["recency"].median() / kind.recency) == pytest.approx(0, abs=0.1)
        assert np.log(members["average_order_value"].median() / kind.basket) == pytest.approx(0, abs=0.1)
    revenue = table.with_columns(kind=kinds).group_by("kind").agg(pl.col("monetary").sum()).sort("kind")["monetary"]
    assert 0.4 < revenue[5] / revenue.sum() < 0.5
    assert table["monetary"].skew() > 3


def test_no_customers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="0 customers"):
        demo.generate(0, 0, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_half_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(rng: np.random.Generator, size: int) -> dict[str, pl.Series]:
        if size > 1:
            raise OSError("no space left on device")
        return working(rng, size)

    working = demo._features
    monkeypatch.setattr(demo, "_features", broken)
    with pytest.raises(DeliveryError, match=r"could not be written.*no space left on device"):
        demo.generate(100, 0, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_plainly(tmp_path: Path) -> None:
    """In a process of its own, which may write no file above 4 kB."""
    code = """
import resource, signal, sys
from pathlib import Path
from segtui import demo
from segtui.errors import DeliveryError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    demo.generate(50_000, 0, Path(sys.argv[1]))
except DeliveryError as error:
    print(error)
"""
    result = subprocess.run([sys.executable, "-c", code, str(tmp_path)], text=True, capture_output=True)
    assert re.search("could not be written: .*File too large.*Free some space", result.stdout), result
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("not a folder", encoding="utf-8")
    with pytest.raises(DeliveryError, match="folder: the generated customers could not be written"):
        demo.generate(100, 0, tmp_path / "folder")


def test_missing_examples_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "__file__", str(tmp_path / "segtui" / "demo.py"))
    with pytest.raises(SourceError, match="Install segtui again"):
        demo.example_paths()
