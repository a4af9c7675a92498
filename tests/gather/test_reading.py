"""What is read from well-formed files: types, missing words, text as it was, formats, headers, encodings."""

from __future__ import annotations

import datetime
import errno
import gzip
import io
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from segtui.errors import RecipeError, SourceError
from segtui.gather import paths
from segtui.gather.dataset import identity, open_dataset
from segtui.gather.describe import describe
from segtui.gather.preview import preview
from segtui.gather.read import is_text, read_text, read_typed, unique_names
from segtui.gather.sniff import sniff
from segtui.gather.table import read_table
from segtui.progress import finish
from segtui.recipe import GatherSpec, SourceSpec
from segtui.results import Dataset


def zstd(content: bytes) -> bytes:
    """A Zstandard frame that packs nothing: raw blocks, which any reader takes."""
    blocks = [content[i : i + (1 << 16)] for i in range(0, len(content), 1 << 16)]
    heads = [(len(block) << 3 | (i == len(blocks) - 1)).to_bytes(3, "little") for i, block in enumerate(blocks)]
    body = b"".join(head + block for head, block in zip(heads, blocks, strict=True))
    return b"\x28\xb5\x2f\xfd\xa0" + len(content).to_bytes(4, "little") + body


def opened(path: Path | str, id_column: str | None = None) -> Dataset:
    return finish(open_dataset(GatherSpec((SourceSpec(str(path)),), id_column)))


def in_source_order(found: Dataset, name: str) -> list[object]:
    return found.frame[name].gather(found.row.argsort()).to_list()


def write(tmp_path: Path, text: str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_verdict_is_for_the_whole_column(tmp_path: Path) -> None:
    """What the first rows promise does not hold later: nothing may turn to missing, every cell is accounted for."""
    many = 150_000
    rows = [f"{i},{i % 50},{i % 7},{i % 3},2024-01-01,,1" for i in range(1, many)]
    rows[149_000] = f"{149_001},2.5,12k,NA,2024-01-01T10:00,late,007"
    path = write(tmp_path, "customer_id,a,b,c,d,e,f\n" + "\n".join(rows) + "\n")
    found = opened(path)
    kinds = {name: str(kind) for name, kind in found.frame.schema.items()}
    assert kinds["a"] == "Float64"
    assert kinds["b"] == kinds["c"] == "Int64"
    assert kinds["e"] == kinds["f"] == "String"
    assert kinds["d"].startswith("Datetime")
    where = found.row.tolist().index(149_000)
    assert found.frame.row(where, named=True) == {
        "customer_id": 149_001,
        "a": 2.5,
        "b": None,
        "c": None,
        "d": datetime.datetime(2024, 1, 1, 10),
        "e": "late",
        "f": "007",
    }
    column = {column.name: column for column in found.sources[0].columns}
    assert (column["b"].unread, column["b"].examples) == (1, ("“12k” (row 149,001)",))
    assert found.frame["e"].null_count() == many - 2
    assert any("c: 1 × “NA” counts as missing" in w for w in found.warnings)
    assert (
        "b: 1 of 149,999 values could not be read as a whole number and counts as missing: “12k” (row 149,001); set its "
        "reading to text to keep them"
    ) in found.warnings
    assert any("f is text" in w and "007" in w and "row 149,001" in w for w in found.warnings)


def test_the_recipe_says_how_a_column_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "customer_id,when,code\n1,01/02/2024,12\n2,03/02/2024,x\n3,05/02/2024,\n")
    source = (SourceSpec(str(path)),)
    found = finish(read_table(source))
    assert (found.columns[1].reading, found.columns[1].choices) == ("date d/m/y", ("date m/d/y",))
    assert any("Set its reading to “date m/d/y”" in note for note in found.notes)
    forced = finish(read_table(source, {"when": "date m/d/y", "code": "integer", "customer_id": "text"}))
    assert forced.frame.rows() == [
        ("1", datetime.date(2024, 1, 2), 12),
        ("2", datetime.date(2024, 3, 2), None),
        ("3", datetime.date(2024, 5, 2), None),
    ]
    assert forced.columns[1].choices == ("date d/m/y",)
    assert (forced.columns[2].unread, forced.columns[2].missing, forced.columns[2].examples) == (1, 2, ("“x” (row 2)",))
    with pytest.raises(RecipeError, match="there is no reading named “dates”"):
        finish(read_table(source, {"when": "dates"}))
    with pytest.raises(RecipeError, match="no such column"):
        finish(read_table(source, {"then": "date"}))


def test_text_in_typed_files(tmp_path: Path) -> None:
    """In Parquet text was chosen; in JSON and Excel numbers and dates are often text by accident."""
    frame = pl.DataFrame(
        {"customer_id": ["1", "2"], "zip": ["12345", "23456"], "spend": ["$1.50", "$2"], "on": ["31.12.2024", None]}
    )
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_json(tmp_path / "a.json")
    stored = finish(read_table((SourceSpec(str(tmp_path / "a.parquet")),)))
    assert [column.reading for column in stored.columns] == ["text", "text", "number", "date d/m/y"]
    loose = finish(read_table((SourceSpec(str(tmp_path / "a.json")),)))
    assert [column.reading for column in loose.columns] == ["integer", "integer", "number", "date d/m/y"]
    assert loose.frame["spend"].to_list() == [1.5, 2.0]
    forced = finish(read_table((SourceSpec(str(tmp_path / "a.parquet")),), {"zip": "integer"}))
    assert forced.frame["zip"].to_list() == [12345, 23456]
    pl.DataFrame({"customer_id": [1, 2], "tags": [["a"], ["b", "c"]]}).write_parquet(tmp_path / "b.parquet")
    as_text = finish(read_table((SourceSpec(str(tmp_path / "b.parquet")),), {"customer_id": "text", "tags": "text"}))
    assert as_text.frame["customer_id"].to_list() == ["1", "2"]


def test_missing_words_are_values_in_text(tmp_path: Path) -> None:
    path = write(tmp_path, "customer_id,country\n1,NA\n2,DE\n3,\n4,NA\n")
    assert in_source_order(opened(path), "country") == ["NA", "DE", None, "NA"]


def test_text_leaves_as_it_came(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,a,b\n007,"",x\n12345678901234567890,, y \n1e5,"a ""b"" c",NA\n')
    frame = pl.concat(list(read_text(SourceSpec(str(path)))))
    assert frame.rows() == [("007", "", "x"), ("12345678901234567890", None, " y "), ("1e5", 'a "b" c', "NA")]
    assert is_text(SourceSpec(str(path)))


def test_pieces_do_not_cut_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from segtui.gather import text

    rows = [[f"k{i}", f'line\none, "{i}"' if i % 3 else f"{i}", "é" * (i % 5)] for i in range(500)]
    frame = pl.DataFrame(rows, schema=["customer_id", "t", "u"], orient="row")
    path = tmp_path / "a.csv"
    frame.write_csv(path)
    for size in (1, 7, 300, 5000):
        monkeypatch.setattr(text, "PIECE", size)
        monkeypatch.setattr(text, "_BLOCK", size)
        got = pl.concat(list(read_text(SourceSpec(str(path)))))
        assert got.with_columns(pl.col("u").fill_null("")).rows() == frame.rows()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("customer_id;größe\r\n1;1,5\r\n2;2,5\r\n".encode(encoding))
    found = opened(path)
    assert in_source_order(found, "größe") == [1.5, 2.5]
    assert preview(SourceSpec(str(path))).columns == ("customer_id", "größe")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    text = "customer_id,name,spend\n1,Anna:or,2.5\n2,Bo & Co,3\n".replace(",", delimiter)
    found = opened(write(tmp_path, text, "a.txt"))
    assert found.frame.columns == ["customer_id", "name", "spend"]
    assert found.revenue == "spend"


def test_stray_quotes_and_old_mac_lines(tmp_path: Path) -> None:
    found = opened(write(tmp_path, 'customer_id,pipe\n1,5" wide\n2,6" wide\n'))
    assert in_source_order(found, "pipe") == ['5" wide', '6" wide']
    path = tmp_path / "mac.csv"
    path.write_bytes(b"customer_id,a\r1,2\r3,4\r")
    assert in_source_order(opened(path), "a") == [2, 4]


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("customer_id,age\n1,2\n", True),
        ("1,2\n3,4\n", False),
        ("c1,34\nc2,55\n", False),
        ("name,city\nAnna,Rome\n", True),
        ("id,2021,2022\n1,10,20\n2,30,40\n", True),
        ("2021-01-01,x\n2021-01-02,y\n", False),
        ("a,b,1\nx,y,z\n", True),
    ],
)
def test_header(tmp_path: Path, text: str, header: bool) -> None:
    path = write(tmp_path, text)
    assert sniff(path, SourceSpec(str(path)), "a").header is header


def test_compressed(tmp_path: Path) -> None:
    text = "customer_id,a\n" + "".join(f"k{i},{i / 4}\n" for i in range(1000))
    plain = opened(write(tmp_path, text))
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    zstd = tmp_path / "a.csv.zst"
    pl.read_csv(io.BytesIO(text.encode())).write_csv(zstd, compression="zstd")
    for path in (packed, zstd):
        assert opened(path).frame.equals(plain.frame)
        assert len(preview(SourceSpec(str(path))).rows) == 200


def test_typed_formats_agree(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "customer_id": [17.0, 18.0, None, 20.0],
            "spend": [1.5, float("nan"), 2.0, 3.25],
            "visits": [1, 2, None, 4],
            "plan": ["a", None, "b", "a"],
            "active": [True, False, None, True],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_ipc(tmp_path / "a.arrow")
    frame.write_ipc_stream(tmp_path / "s.arrow")
    clean = frame.with_columns(pl.col("spend").fill_nan(None))
    clean.write_ndjson(tmp_path / "a.ndjson")
    clean.write_json(tmp_path / "a.json")
    results = [opened(tmp_path / n) for n in ("a.parquet", "a.arrow", "s.arrow", "a.ndjson", "a.json")]
    for found in results:
        assert found.frame.equals(results[0].frame)
        assert found.id_column == "customer_id"
        assert found.frame["customer_id"].dtype == pl.Int64
        assert any("whole number" in w for w in found.warnings)
        assert [(g.reason, g.rows.tolist()) for g in found.left_out] == [("no customer id", [2])]
    assert not is_text(SourceSpec(str(tmp_path / "a.parquet")))
    assert pl.concat(list(read_typed(SourceSpec(str(tmp_path / "a.parquet"))))).equals(frame)
    assert preview(SourceSpec(str(tmp_path / "a.json")), 2).rows[0] == ("17.0", "1.5", "1", "a", "true")


def test_typed_odd_columns(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "customer_id": ["a", "b"],
            "when": [datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)] * 2,
            "tags": [["x"], ["y", "z"]],
            "level": pl.Series(["lo", "hi"], dtype=pl.Categorical),
            "none": [None, None],
            "small": pl.Series([1, 2], dtype=pl.UInt8),
            "took": [datetime.timedelta(seconds=90), None],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    found = opened(tmp_path / "a.parquet")
    assert [str(kind) for kind in found.frame.dtypes] == [
        "String",
        "Datetime(time_unit='us', time_zone=None)",
        "String",
        "String",
        "String",
        "Int64",
        "String",
    ]
    assert any("tags" in w for w in found.warnings)
    assert in_source_order(found, "took") == ["PT1M30S", None]


ZSTD_TEXT = 'id,two,c\r\n1,"x\r\ny",\r\n2,"",é\n\r\n3,"a\rb",z\r\n'


def test_zstd_keeps_line_ends_inside_of_cells(tmp_path: Path) -> None:
    def rows(path: Path) -> pl.DataFrame:
        return pl.concat(list(read_text(SourceSpec(str(path)))))

    (tmp_path / "a.csv").write_bytes(ZSTD_TEXT.encode())
    (tmp_path / "a.csv.zst").write_bytes(zstd(ZSTD_TEXT.encode()))
    (tmp_path / "b.csv.zst").write_bytes(zstd(("id,c\r\n" + '1,"x\r\ny"\r\n' * 300_000).encode()))
    assert rows(tmp_path / "a.csv.zst").equals(rows(tmp_path / "a.csv"))
    assert rows(tmp_path / "b.csv.zst")["c"].unique().to_list() == ["x\r\ny"]


def test_packed_json_lines_keep_the_order_of_columns(tmp_path: Path) -> None:
    lines = "".join(f'{{"id": {i}, "b": {i % 3}, "a": "x"}}\n' for i in range(9)).encode()
    (tmp_path / "a.ndjson.zst").write_bytes(zstd(lines))
    assert opened(tmp_path / "a.ndjson.zst").frame.columns == ["id", "b", "a"]


def test_excel(tmp_path: Path) -> None:
    pytest.importorskip("fastexcel")
    pytest.importorskip("xlsxwriter")
    pl.DataFrame({"customer_id": [1, 2, 3], "spend": [1.5, 2.5, 3.5]}).write_excel(tmp_path / "a.xlsx")
    assert in_source_order(opened(tmp_path / "a.xlsx"), "spend") == [1.5, 2.5, 3.5]
    pl.DataFrame().write_excel(tmp_path / "none.xlsx")
    with pytest.raises(SourceError, match="its first sheet is empty"):
        opened(tmp_path / "none.xlsx")


def test_excel_says_nothing_on_standard_error(tmp_path: Path) -> None:
    """The reader logs a remark on a column without values; in the terminal app that would land on the screen."""
    pytest.importorskip("fastexcel")
    pytest.importorskip("xlsxwriter")
    pl.DataFrame({"customer_id": [1, 2, 3], "void": [None] * 3}).write_excel(tmp_path / "a.xlsx")
    command = [sys.executable, "-m", "segtui", "describe", str(tmp_path / "a.xlsx")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_spooled", [])
    piped = (tmp_path / "in").open("w+")
    piped.write("customer_id,a\n1,2\n2,3\n")
    piped.seek(0)
    monkeypatch.setattr(sys, "stdin", piped)
    assert preview(SourceSpec("-")).columns == ("customer_id", "a")
    assert in_source_order(opened("-"), "a") == [2, 3]
    for copy in paths._spooled:
        copy.unlink()


def test_no_room_for_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(paths, "_spooled", [])
    monkeypatch.setattr(paths.shutil, "copyfileobj", full)
    monkeypatch.setattr(paths.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"id,a\n1,2\n")))
    with pytest.raises(SourceError, match=r"standard input: it cannot be kept in .*No space left.*TMPDIR"):
        opened("-")


def test_folder_and_pattern(tmp_path: Path) -> None:
    write(tmp_path, "customer_id,a\n1,2\n2,3\n", "x[1].csv")
    write(tmp_path, "customer_id,a\n3,4.5\n", "y.csv")
    assert in_source_order(opened(tmp_path), "a") == [2.0, 3.0, 4.5]
    assert in_source_order(opened(tmp_path / "*.csv"), "customer_id") == [1, 2, 3]
    assert opened(tmp_path / "x[1].csv").customers == 2


def test_identity_follows_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "customer_id,a\n1,2\n2,3\n")
    spec = GatherSpec((SourceSpec(str(path)),))
    before = identity(spec)
    assert before == identity(spec)
    assert before != identity(GatherSpec(spec.sources, ""))
    path.write_text("customer_id,a\n1,2\n2,3\n3,4\n")
    assert before != identity(spec)


def test_describe_reads_what_cannot_be_opened(tmp_path: Path) -> None:
    path = write(
        tmp_path, "invoice,customer_id,sku,quantity\n" + "".join(f"{i},{i % 3},s{i % 5},1\n" for i in range(30))
    )
    (report,) = finish(describe(GatherSpec((SourceSpec(str(path)),))))
    assert report.kind == "orders"
    assert report.rows == 30
    assert report.roles["customer_id"] == "customer_id"


def test_unique_names() -> None:
    names, notes = unique_names(("a", "", "a", "column 2", " "))
    assert names == ("a", "column 2 2", "a 2", "column 2", "column 5")
    assert len(set(names)) == 5
    assert len(notes) == 3
