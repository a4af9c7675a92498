"""Two deliveries held against each other: counts, agreement, flows and money by hand, and what must be refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from segtui.deliver.delivery import to_compare
from segtui.deliver.two import Flow, Two, two
from segtui.errors import AnalysisError, SourceError
from segtui.progress import finish
from segtui.recipe import ClusterSpec, FeatureSpec, PrepareSpec
from tests.deliver.build import deliver, shop

BEFORE = """\
customer_id,spend,segment,segment_name,distance,segment_note
1,10,A,best,0.1,
2,20,A,best,0.1,
3,30,A,best,0.1,
4,1,B,rest,0.1,
5,2,B,rest,0.1,
6,3,B,rest,0.1,
7,100,B,rest,0.1,
8,,,,,no value in spend
"""
AFTER = """\
customer_id,spend,segment,segment_name,distance,segment_note
6,4,B,rest,0.1,
5,2,B,rest,0.1,
4,1,B,rest,0.1,
3,5,B,rest,0.1,
2,25,A,best,0.1,
1,15,A,best,0.1,
8,7,A,best,0.1,
9,1000,A,best,0.1,
"""


def compared(before: Path, after: Path, **options: object) -> Two:
    return finish(two(to_compare(str(before)), to_compare(str(after)), **options))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "a.csv").write_text(BEFORE)
    (tmp_path / "b.csv").write_text(AFTER)
    return tmp_path / "a.csv", tmp_path / "b.csv"


def flow(found: Two, before: str | None, after: str | None) -> Flow:
    return next(one for one in found.flows if (one.before, one.after) == (before, after))


def test_counts_and_agreement_by_hand(files: tuple[Path, Path]) -> None:
    found = compared(*files)
    both = found.comparison
    assert (both.customers, both.only_before, both.only_after) == (6, 1, 2)
    assert both.table == ((2, 1), (0, 3))
    # pairs together in both 1 + 3 = 4, in A 3 + 3 = 6, in B 1 + 6 = 7, of 15: (4 - 2.8) / (6.5 - 2.8)
    assert both.ari == pytest.approx(1.2 / 3.7)
    assert found.moved == 1
    assert found.swapped == ()


def test_flows_and_money_by_hand(files: tuple[Path, Path]) -> None:
    found = compared(*files)
    assert found.revenue == ("spend", "spend")
    assert flow(found, "A", "B") == Flow("A", "B", 1, 1 / 3, 30.0, 5.0, True)
    assert flow(found, "A", "A") == Flow("A", "A", 2, 2 / 3, 30.0, 40.0, False)
    assert flow(found, "B", None) == Flow("B", None, 1, None, 100.0, None, False)
    assert flow(found, None, "A") == Flow(None, "A", 2, None, None, 1007.0, False)
    assert sum(one.revenue_before or 0.0 for one in found.flows) == 166.0
    assert sum(one.revenue_after or 0.0 for one in found.flows) == 1059.0


def test_letters_that_are_swapped_move_nobody(files: tuple[Path, Path], tmp_path: Path) -> None:
    other = pl.read_csv(files[0]).with_columns(pl.col("segment").replace({"A": "B", "B": "A"}))
    other.write_parquet(tmp_path / "swapped.parquet")
    found = compared(files[0], tmp_path / "swapped.parquet")
    assert found.moved == 0
    assert found.comparison.ari == 1.0
    assert found.swapped == (("A", "B"), ("B", "A"))
    assert found.moved_by_letter == 7


def test_money_may_be_another_column_or_none(files: tuple[Path, Path], tmp_path: Path) -> None:
    for path in files:
        path.write_text(path.read_text().replace("spend", "points", 1))
    found = compared(*files)
    assert found.revenue == ("", "")
    assert flow(found, "A", "B").revenue_before is None
    assert any("--revenue" in note for note in found.notes)
    assert flow(compared(*files, revenue="points"), "A", "B").revenue_before == 30.0
    with pytest.raises(SourceError, match="neither side has a column “worth”"):
        compared(*files, revenue="worth")
    files[1].write_text(files[1].read_text().replace("points", "worth", 1))
    found = compared(*files, revenue="worth")
    assert (flow(found, "A", "B").revenue_before, flow(found, "A", "B").revenue_after) == (None, 5.0)


def test_the_id_is_found_or_named(files: tuple[Path, Path]) -> None:
    for path in files:
        path.write_text(path.read_text().replace("customer_id", "who", 1))
    with pytest.raises(SourceError, match="no column says which customer") as error:
        compared(*files)
    assert "--id" in error.value.hint
    assert compared(*files, id_column="who").comparison.customers == 6
    with pytest.raises(SourceError, match="it has no column “nobody”"):
        compared(*files, id_column="nobody")


def test_ids_that_are_padded(files: tuple[Path, Path], tmp_path: Path) -> None:
    text = pl.read_csv(files[1], infer_schema=False)
    text.with_columns(("000" + pl.col("customer_id")).alias("customer_id")).write_csv(tmp_path / "padded.csv")
    with pytest.raises(AnalysisError, match="no customer of the first") as error:
        compared(files[0], tmp_path / "padded.csv")
    assert error.value.hint.startswith("6 would match")
    assert compared(files[0], tmp_path / "padded.csv", loose=True).comparison.customers == 6


def test_what_is_no_labelled_file(files: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_text("customer_id,spend\n1,2\n")
    with pytest.raises(SourceError, match="no column “segment”"):
        compared(files[0], tmp_path / "plain.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no labelled customers"):
        compared(files[0], tmp_path / "empty")
    (tmp_path / "none.csv").write_text("customer_id,segment\n1,\n")
    with pytest.raises(SourceError, match="none of its rows has a segment"):
        compared(files[0], tmp_path / "none.csv")
    (tmp_path / "torn.csv").write_text("customer_id,segment\n1,A\n1,B\n2,A\n")
    with pytest.raises(SourceError, match="in two segments at once"):
        compared(files[0], tmp_path / "torn.csv")


@pytest.mark.parametrize("ending", ["tsv", "ndjson", "arrow", "xlsx"])
def test_any_format_that_is_read(files: tuple[Path, Path], tmp_path: Path, ending: str) -> None:
    frame = pl.read_csv(files[1]).with_columns(
        pl.Series("gaps", [None, None, *range(6)])
    )  # the first of it are missing
    path = tmp_path / f"b.{ending}"
    write = {
        "tsv": lambda: frame.write_csv(path, separator="\t"),
        "ndjson": lambda: frame.write_ndjson(path),
        "arrow": lambda: frame.write_ipc(path),
        "xlsx": lambda: frame.write_excel(path),
    }
    write[ending]()
    found = compared(files[0], path)
    assert found.comparison.table == ((2, 1), (0, 3))
    assert flow(found, None, "A").revenue_after == 1007.0


def test_deliveries_tell_drift_and_votes(tmp_path: Path) -> None:
    features = (FeatureSpec("spend"), FeatureSpec("visits"), FeatureSpec("plan"))
    then, now = shop(tmp_path / "then.csv"), shop(tmp_path / "now.csv", more=60.0)  # the same draw: the same ids
    deliver(tmp_path / "a", [then], PrepareSpec(features), ClusterSpec(k=3))
    deliver(tmp_path / "b", [now], PrepareSpec(features[:2]), ClusterSpec(k=3), ending=".parquet")
    found = compared(tmp_path / "a", tmp_path / "b")
    assert found.comparison.customers == 900
    assert found.drifts is not None
    assert {one.feature: one.moved.value for one in found.drifts} == {
        "spend": "much",
        "visits": "little",
        "plan": "little",
    }
    assert "voted only in the first: plan" in found.notes
    changes = [one.revenue_after - one.revenue_before for one in found.flows]
    assert sum(changes) == pytest.approx(60.0 * 900)
    back = compared(tmp_path / "a" / "customers.csv", tmp_path / "b")
    assert back.drifts is None
    assert back.comparison.table == found.comparison.table
