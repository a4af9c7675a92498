"""Files that are not as they should be: each gets a message that says what, where and what to do."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from segtui.errors import AnalysisError, RecipeError, SegtuiError, SourceError
from segtui.gather.dataset import open_dataset
from segtui.gather.preview import preview
from segtui.progress import finish
from segtui.recipe import GatherSpec, SourceSpec
from segtui.results import Dataset


def opened(path: Path | str, id_column: str | None = None, **how: object) -> Dataset:
    return finish(open_dataset(GatherSpec((SourceSpec(str(path), **how),), id_column)))  # type: ignore[arg-type]


CASES: tuple[tuple[str, str, bytes, type[SegtuiError], str], ...] = (
    ("empty file", "a.csv", b"", SourceError, "empty"),
    ("only blank lines", "a.csv", b"\n\n\n", SourceError, "empty"),
    ("only a mark", "a.csv", b"\xef\xbb\xbf", SourceError, "empty"),
    ("header only", "a.csv", b"customer_id,age\n", SourceError, "no rows"),
    ("header only, no line end", "a.csv", b"customer_id,age", SourceError, "no rows"),
    ("binary junk", "a.csv", bytes(range(256)) * 20, SourceError, "binary"),
    ("zeros", "a.csv", b"\0" * 5000, SourceError, "binary"),
    ("picture", "a.csv", b"\x89PNG\r\n\x1a\n123", SourceError, "picture"),
    ("pdf", "a.csv", b"%PDF-1.7 xxx", SourceError, "PDF"),
    ("too many fields", "a.csv", b"id,a,b\n1,2,3\n2,3,4,5\n3,4,5\n", SourceError, "row 2 (line 3 of the file) has 4"),
    ("too many, tab", "a.tsv", b"id\ta\n1\t2\n2\t3\t4\n", SourceError, "row 2"),
    ("open quote", "a.csv", b'id,a\n1,x\n2,"y\n3,z\n', SourceError, "quote"),
    ("broken quote", "a.csv", b'id,a\n1,"x"y\n2,"y"\n', SourceError, "row 1"),
    ("one customer", "a.csv", b"customer_id,a\n1,2\n", AnalysisError, "only one customer"),
    ("one customer, twice", "a.csv", b"customer_id,a\n7,2\n7,3\n", AnalysisError, "only one customer"),
    ("no parquet", "a.parquet", b"PAR1 and then nothing", SourceError, "Parquet"),
    ("no arrow", "a.arrow", b"ARROW1 and then nothing", SourceError, "Arrow"),
    ("no json", "a.json", b'[{"a": 1,', SourceError, "JSON"),
    ("one object", "a.json", b'{"a":\n [1, 2]}\n\n', SourceError, "not a list"),
    ("broken ndjson", "a.ndjson", b'{"a": 1}\n{"a": \n', SourceError, "NDJSON"),
    (
        "cut gzip",
        "a.csv.gz",
        gzip.compress(b"customer_id,a\n" + os.urandom(9000).hex().encode())[:-2000],
        SourceError,
        "",
    ),
    ("cut zstd", "a.csv.zst", b"\x28\xb5\x2f\xfd" + b"\0" * 40, SourceError, "cannot be unpacked"),
    ("not gzip", "a.csv.gz", b"\x1f\x8b and then nothing", SourceError, ""),
    ("old excel", "a.xls", b"\xd0\xcf\x11\xe0" + b"x" * 100, SourceError, "Excel"),
)


@pytest.mark.parametrize(("name", "content", "error", "says"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_hostile_file(tmp_path: Path, name: str, content: bytes, error: type[SegtuiError], says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error, match=None) as caught:
        opened(path)
    assert says in caught.value.what
    assert str(path) in caught.value.where
    assert caught.value.hint


def test_missing_file_suggests_names(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("a,b\n")
    with pytest.raises(SourceError) as caught:
        opened(tmp_path / "custmers.csv")
    assert "customers.csv" in caught.value.hint
    with pytest.raises(SourceError) as caught:
        opened(tmp_path / "nowhere" / "x.csv")
    assert "nowhere" in caught.value.hint


def test_folder_without_tables(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("x")
    with pytest.raises(SourceError, match="no file that can be read"):
        opened(tmp_path)
    with pytest.raises(SourceError, match="no file matches"):
        opened(tmp_path / "*.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    path.chmod(0)
    with pytest.raises(SourceError, match="permission"):
        opened(path)


def test_short_rows_are_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("customer_id,a,b\n1,2,3\n2,3\n3,4,5\n4\n")
    found = opened(path)
    assert found.customers == 4
    assert any("row 2 has 2 of 3 fields" in w and "1 more" in w for w in found.warnings)


def test_wrong_encoding_named_by_the_analyst(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("customer_id,name\n1,Zoë\n2,Bo\n".encode("cp1252"))
    with pytest.raises(SourceError, match="utf-8"):
        opened(path, encoding="utf-8")
    with pytest.raises(SourceError, match="no encoding named"):
        opened(path, encoding="utf-99")
    assert set(opened(path).frame["name"]) == {"Zoë", "Bo"}


def test_windows_bytes_far_behind_the_head(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = b"".join(b"%d,plain name here\n" % i for i in range(60_000))
    path.write_bytes(b"customer_id,name\n" + rows + "99999999,Zoë\n".encode("cp1252"))
    found = opened(path)
    assert "Zoë" in set(found.frame["name"])
    assert any("Windows-1252" in w for w in found.warnings)


def test_delimiter_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match="delimiter"):
        opened(path, delimiter="||")


def test_unknown_id_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("customer_id,a\n1,2\n2,3\n")
    with pytest.raises(RecipeError, match="customer_id"):
        opened(path, id_column="custmer_id")


def test_names_empty_doubled_and_hostile(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('customer_id,a,,a,a 2,[red]x[/],"\x1b[31m"\n' + "".join(f"{i},1,2,3,4,5,6\n" for i in range(3)))
    found = opened(path)
    assert found.frame.columns == ["customer_id", "a", "column 3", "a 3", "a 2", "[red]x[/]", "\x1b[31m"]
    assert sum("no name" in w for w in found.warnings) == 1
    assert sum("more than once" in w for w in found.warnings) == 1


def test_megabyte_cells_and_many_columns(tmp_path: Path) -> None:
    fat = tmp_path / "fat.csv"
    cell = "x,\n" * 350_000
    fat.write_text("customer_id,a,b\n" + "".join(f'{i},"{cell}",{i}\n' for i in range(4)))
    found = opened(fat)
    assert found.customers == 4
    assert found.frame["a"].str.len_chars().to_list() == [1_050_000] * 4
    assert all(len(cell or "") < 1000 for row in preview(SourceSpec(str(fat))).rows for cell in row)
    wide = tmp_path / "wide.csv"
    names = ",".join(f"c{i}" for i in range(5000))
    wide.write_text(f"customer_id,{names}\n" + "".join(f"k{i},{','.join(['1.5'] * 5000)}\n" for i in range(5)))
    assert opened(wide).frame.shape == (5, 5001)


def test_single_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("spend\n1\n\n3\n4\n")
    found = opened(path)
    assert found.customers == 3
    assert found.input_rows == 4
    assert [(g.reason, g.rows.tolist()) for g in found.left_out] == [("empty row", [1])]
