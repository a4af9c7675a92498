"""Labelled files read back: the same customers in the same segments, whatever the format, the order or the padding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui.cluster.prediction import NOBODY
from segtui.deliver import labelled
from segtui.errors import AnalysisError, SourceError
from segtui.explain.compare import Labelling, compared, labelling
from segtui.explain.delivered import Delivered, delivered
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import ClusterSpec, GatherSpec, LabelledSpec, Recipe, SourceSpec
from segtui.results import Answer, Dataset


@dataclass(frozen=True)
class Shop:
    """A table opened, segmented, and ready to be delivered."""

    dataset: Dataset
    answer: Answer
    recipe: Recipe
    pipeline: Pipeline

    def write(self, path: Path, **options: object) -> Path:
        ground = finish(self.pipeline.ground(self.recipe))
        spec = LabelledSpec(str(path), **options)
        finish(labelled.write(ground.dataset, self.recipe.gather, self.answer, ground.matrix, spec))
        return path

    @property
    def own(self) -> Labelling:
        return labelling(self.answer, finish(self.pipeline.ground(self.recipe)).at, self.dataset.customers)


def opened(path: Path, id_column: str = "customer", names: tuple[tuple[str, str], ...] = ()) -> Shop:
    gather = GatherSpec((SourceSpec(str(path)),), id_column)
    recipe = Recipe(gather=gather, cluster=ClusterSpec(k=3), names=names)
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    return Shop(pipeline.dataset, finish(pipeline.exact(recipe, lambda step: None)), recipe, pipeline)


def table(ids: list[object], **more: list[object]) -> pl.DataFrame:
    random = np.random.default_rng(7)
    kind = random.integers(0, 3, len(ids))
    spend = random.lognormal(np.array([2.0, 4.0, 6.0])[kind], 0.3).round(2)
    visits = random.poisson(np.array([20.0, 6.0, 1.0])[kind])
    return pl.DataFrame({"customer": ids, "spend": spend, "visits": visits, **more}, strict=False)


def read(dataset: Dataset, path: Path, *, loose: bool = False) -> Delivered:
    return finish(delivered(dataset, SourceSpec(str(path)), loose=loose))


PADDED = [f"{i:04d}" for i in range(200)]


@pytest.mark.parametrize("ending", ["csv", "tsv", "ndjson", "parquet", "arrow", "xlsx"])
@pytest.mark.parametrize(
    "ids", [PADDED, list(range(200)), [f"c {i}" for i in range(200)]], ids=["padded", "whole", "text"]
)
def test_what_was_delivered_comes_back(tmp_path: Path, ending: str, ids: list[object]) -> None:
    if ending == "xlsx":
        pytest.importorskip("xlsxwriter")
        pytest.importorskip("fastexcel")
    table(ids).write_csv(tmp_path / "in.csv")
    shop = opened(tmp_path / "in.csv", names=(("B", "= the good ones"),))
    found = read(shop.dataset, shop.write(tmp_path / f"out.{ending}"))
    assert (found.rows, found.matched, found.absent, found.strangers) == (200, 200, 0, 0)
    assert found.labelling.letters == ("A", "B", "C")
    assert found.labelling.names == shop.own.names
    assert found.labelling.names[1] == "= the good ones"
    assert found.labelling.labels.tolist() == shop.own.labels.tolist()
    assert found.labelling.space is None
    both = finish(compared(found.labelling, shop.own, None))
    assert (both.ari, len(both.movers), both.comparable) == (1.0, 0, False)


@pytest.mark.parametrize("write", [pl.DataFrame.write_parquet, pl.DataFrame.write_csv])
@pytest.mark.parametrize("ending", ["csv", "parquet", "ndjson"])
def test_ids_kept_as_decimal_numbers(tmp_path: Path, write: Callable, ending: str) -> None:
    """17850.0 in a text file stays as it was written; in a typed one it becomes the whole number it stands for."""
    path = tmp_path / ("in.csv" if write is pl.DataFrame.write_csv else "in.parquet")
    write(table([17_850.0 + i for i in range(200)]), path)
    shop = opened(path)
    assert shop.dataset.frame["customer"].dtype == pl.Int64
    found = read(shop.dataset, shop.write(tmp_path / f"out.{ending}"))
    assert found.labelling.labels.tolist() == shop.own.labels.tolist()
    # and as a spreadsheet or a data frame may give it back
    pl.read_parquet(shop.write(tmp_path / "again.parquet")).cast({"customer": pl.Float64}).write_csv(
        tmp_path / "float.csv"
    )
    assert read(shop.dataset, tmp_path / "float.csv").labelling.labels.tolist() == shop.own.labels.tolist()


def test_text_ids_are_the_same_only_as_they_are_written(tmp_path: Path) -> None:
    """7, 007 and " 7" are three customers; a file that a spreadsheet cannot run as formulas keeps them as well."""
    ids = ["7", "007", " 7", "+49 170", "-5x", "=1", "7.0", *(f"c{i}" for i in range(93))]
    table(ids).write_csv(tmp_path / "in.csv")
    shop = opened(tmp_path / "in.csv")
    for number, safe in enumerate((False, True)):
        found = read(shop.dataset, shop.write(tmp_path / f"out{number}.csv", csv_safe=safe))
        assert found.matched == 100
        assert found.labelling.labels.tolist() == shop.own.labels.tolist()


def test_rows_in_another_order_customers_gone_and_strangers(tmp_path: Path) -> None:
    table(PADDED).write_csv(tmp_path / "in.csv")
    shop = opened(tmp_path / "in.csv")
    whole = pl.read_csv(shop.write(tmp_path / "out.csv"), infer_schema=False)
    gone, kept = (
        whole.sample(fraction=1.0, shuffle=True, seed=5).head(40),
        whole.sample(fraction=1.0, shuffle=True, seed=5)[40:],
    )
    new = kept.head(3).with_columns(pl.Series("customer", ["9001", "9002", "9002"]), segment=pl.lit("A"))
    pl.concat([kept, new]).write_csv(tmp_path / "other.csv")
    found = read(shop.dataset, tmp_path / "other.csv")
    assert (found.rows, found.matched, found.absent, found.strangers) == (163, 160, 40, 3)
    absent = shop.dataset.frame["customer"].is_in(gone["customer"].implode()).to_numpy()
    assert (found.labelling.labels == NOBODY).tolist() == absent.tolist()
    assert found.labelling.labels[~absent].tolist() == shop.own.labels[~absent].tolist()
    both = finish(compared(found.labelling, shop.own, None))
    assert (both.customers, both.only_before, both.only_after) == (160, 0, 40)


def test_padding_counts_unless_ids_are_taken_loosely(tmp_path: Path) -> None:
    table(PADDED).write_csv(tmp_path / "in.csv")
    shop = opened(tmp_path / "in.csv")
    out = pl.read_csv(shop.write(tmp_path / "out.csv"), infer_schema=False)
    out.with_columns(pl.col("customer").cast(pl.Int64)).write_csv(tmp_path / "bare.csv")
    with pytest.raises(AnalysisError, match="none of its customers") as caught:
        read(shop.dataset, tmp_path / "bare.csv")
    assert "200 would match if ids were compared loosely" in caught.value.hint
    found = read(shop.dataset, tmp_path / "bare.csv", loose=True)
    assert found.labelling.labels.tolist() == shop.own.labels.tolist()


def test_a_source_with_a_segment_of_its_own(tmp_path: Path) -> None:
    """What was delivered is called segment_2 and stands behind; a second delivery of it is segment_3."""
    own = ["retail" if i % 2 else "trade" for i in range(200)]
    table(PADDED, segment=own, segment_name=own).write_csv(tmp_path / "in.csv")
    shop = opened(tmp_path / "in.csv")
    first = shop.write(tmp_path / "first.csv")
    assert pl.read_csv(first).columns[5:7] == ["segment_2", "segment_name_2"]
    found = read(shop.dataset, first)
    assert found.labelling.letters == ("A", "B", "C")
    assert found.labelling.names == shop.own.names
    again = opened(first)
    assert "segment_3" in pl.read_csv(again.write(tmp_path / "second.csv")).columns
    assert read(again.dataset, tmp_path / "second.csv").labelling.labels.tolist() == again.own.labels.tolist()


def test_rows_that_were_left_out_have_no_segment(tmp_path: Path) -> None:
    """A repeated id and a row without one: neither stands against the row that was labelled."""
    frame = table(PADDED)
    extra = pl.DataFrame({"customer": ["0003", None], "spend": [1.0, 2.0], "visits": [1, 2]})
    pl.concat([frame, extra]).write_csv(tmp_path / "in.csv")
    shop = opened(tmp_path / "in.csv")
    assert shop.dataset.customers == 200
    found = read(shop.dataset, shop.write(tmp_path / "out.csv"))
    assert (found.rows, found.matched, found.strangers) == (200, 200, 0)


def test_segments_of_other_makers_are_ordered_as_one_reads_them(tmp_path: Path) -> None:
    table(PADDED).write_csv(tmp_path / "in.csv")
    shop = opened(tmp_path / "in.csv")
    for given, order in (
        ((10, 9, 2), ("2", "9", "10")),
        (("AA", "B", "Z"), ("B", "Z", "AA")),
        (("x", "AAA", "1"), ("1", "AAA", "x")),
    ):
        segment = [given[i % 3] for i in range(200)]
        pl.DataFrame({"customer": PADDED, "segment": segment}, strict=False).write_csv(tmp_path / "other.csv")
        found = read(shop.dataset, tmp_path / "other.csv").labelling
        assert (found.letters, found.names) == (order, ("", "", ""))
        assert np.bincount(found.labels).tolist() == [segment.count(type(given[0])(one)) for one in order]
    floats = pl.DataFrame({"customer": PADDED, "segment": [float(i % 2) for i in range(200)]})
    floats.write_parquet(tmp_path / "other.parquet")
    assert read(shop.dataset, tmp_path / "other.parquet").labelling.letters == ("0", "1")


# -- what is refused -------------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    table(PADDED).write_csv(tmp_path / "in.csv")
    return opened(tmp_path / "in.csv")


def refused(shop: Shop, tmp_path: Path, frame: pl.DataFrame) -> SourceError | AnalysisError:
    frame.write_csv(tmp_path / "other.csv")
    with pytest.raises((SourceError, AnalysisError)) as caught:
        read(shop.dataset, tmp_path / "other.csv")
    assert caught.value.where == str(tmp_path / "other.csv")
    assert caught.value.hint
    return caught.value


def test_no_id_column(shop: Shop, tmp_path: Path) -> None:
    error = refused(shop, tmp_path, pl.DataFrame({"Customer": PADDED, "segment": ["A"] * 200}))
    assert "no column “customer”" in error.what
    assert "is it “Customer”? Then rename it" in error.hint
    error = refused(shop, tmp_path, pl.DataFrame({"nr": PADDED, "segment": ["A"] * 200}))
    assert "Its columns are nr, segment; add it to the file." in error.hint


def test_no_segment_column_or_nothing_in_it(shop: Shop, tmp_path: Path) -> None:
    assert "no column “segment”" in refused(shop, tmp_path, table(PADDED)).what
    empty = table(PADDED).with_columns(segment=pl.lit(None, dtype=pl.String))
    assert "none of its rows has a segment" in refused(shop, tmp_path, empty).what
    notes = (
        table(PADDED)
        .with_columns(segment=pl.Series([f"note {i}" for i in range(200)]))
        .vstack(
            table([f"x{i}" for i in range(100)])
            .cast({"customer": pl.String})
            .with_columns(segment=pl.Series([f"n{i}" for i in range(100)]))
        )
    )
    assert "300 different values" in refused(shop, tmp_path, notes).what


def test_one_customer_in_two_segments(shop: Shop, tmp_path: Path) -> None:
    frame = pl.DataFrame({"customer": [*PADDED, "0007", "0007"], "segment": ["A"] * 200 + ["A", "B"]})
    assert refused(shop, tmp_path, frame).what == "customer 0007 is in two segments at once (A and B)"
    same = frame.with_columns(segment=pl.lit("A"))
    same.write_csv(tmp_path / "same.csv")
    assert read(shop.dataset, tmp_path / "same.csv").matched == 200


def test_nobody_is_found(shop: Shop, tmp_path: Path) -> None:
    frame = pl.DataFrame({"customer": [f"x{i}" for i in range(5)], "segment": ["A"] * 5})
    error = refused(shop, tmp_path, frame)
    assert error.what == ("none of its customers (x0, x1, x2 …) is among those that are open (0000, 0001, 0002 …)")


def test_data_without_ids_are_told_so(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="have no id"):
        finish(delivered(replace(shop.dataset, id_column=None), SourceSpec("other.csv")))


def test_a_file_that_is_not_there(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        read(shop.dataset, tmp_path / "missing.csv")
