"""Every input row is in the labelled file, in order, as it was, with its segment or the reason why it has none."""

import json
import os
import stat
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segtui.deliver.labelled import check, format_of, notes, stream, write
from segtui.errors import DeliveryError, UsageError
from segtui.progress import Progress, finish
from segtui.recipe import GatherSpec, LabelledSpec, SourceSpec
from segtui.recipe_file import load, recipe_path

CUSTOMERS = (
    'id,zip,long,note,spend,joined\n'
    '0042,01234,12345678901234567890,"a, b",10.50,2024-01-31\n'
    '7,00007,1,"",20,2024-02-01\n'
    '0007,99999,2,,30.0,\n'
    '7,1,3,"say ""hi""\nthere",40,2024-03-01\n'
    ',5,4, x ,50,2024-03-02\n'
    '9,6,5,=1+1,60,2024-03-03\n'
)  # fmt: skip

LABELS = ["segment", "segment_name", "distance", "segment_note"]


def text_of(path: Path, separator: str = ",") -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False, separator=separator)


@pytest.mark.parametrize(("name", "separator"), [("out.csv", ","), ("out.tsv", "\t")])
def test_text_leaves_as_it_came(opened, tmp_path: Path, name: str, separator: str) -> None:
    case = opened(CUSTOMERS)
    case.write(tmp_path / name)
    before, after = text_of(tmp_path / "in.csv"), text_of(tmp_path / name, separator)
    assert after.columns == [*before.columns, *LABELS]
    assert after.select(before.columns).equals(before, null_equal=True)
    assert before["note"].to_list()[1:3] == ["", None]  # the difference that must survive
    reasons = after["segment_note"].to_list()
    assert sum(reason is None for reason in reasons) == case.dataset.customers == 4
    assert reasons[4] == "no customer id"
    assert sorted(str(reasons[row]) for row in (1, 3)) == ["None", "duplicate customer id"]
    for segment, reason in zip(after["segment"], reasons, strict=True):
        assert (segment is None) == (reason is not None)


def test_labels_and_distances_belong_to_their_rows(opened, tmp_path: Path) -> None:
    spend = [5.0, 1.0, 9.0, 2.0, 8.0, 7.0]
    rows = "".join(f"c{i},{s}\n" for i, s in enumerate(spend))
    case = opened(f"id,spend\n{rows}")
    case.write(tmp_path / "out.csv")
    after = pl.read_csv(tmp_path / "out.csv")
    high = [value > np.median(spend) for value in spend]
    assert after["segment"].to_list() == ["A" if h else "B" for h in high]
    assert after["segment_name"].to_list() == ["high" if h else "low" for h in high]
    centre = {True: 8.0, False: 8 / 3}
    expected = [abs(s - centre[h]) for s, h in zip(spend, high, strict=True)]
    assert after["distance"].to_list() == pytest.approx(expected, rel=1e-6)


def test_the_recipe_stands_beside_and_spells_everything_out(opened, tmp_path: Path) -> None:
    case = opened(CUSTOMERS, id_column=None)
    paths = case.write(tmp_path / "out.csv")
    assert paths == (tmp_path / "out.csv", tmp_path / "out.recipe.toml")
    recipe = load(paths[1])
    assert recipe.gather.id_column == case.dataset.id_column == "id"
    assert recipe.prepare == case.answer.prepare
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o600


def test_typed_formats_get_the_verdict_on_each_column(opened, tmp_path: Path) -> None:
    case = opened(CUSTOMERS)
    for name in ("out.parquet", "out.arrow"):
        case.write(tmp_path / name)
    frame = pl.read_parquet(tmp_path / "out.parquet")
    assert frame.equals(pl.read_ipc(tmp_path / "out.arrow"), null_equal=True)
    assert dict(frame.schema) == {
        "id": pl.String,
        "zip": pl.String,
        "long": pl.String,
        "note": pl.String,
        "spend": pl.Float64,
        "joined": pl.Date,
        "segment": pl.String,
        "segment_name": pl.String,
        "distance": pl.Float32,
        "segment_note": pl.String,
    }
    assert frame["zip"].to_list() == ["01234", "00007", "99999", "1", "5", "6"]
    assert frame["note"].to_list() == ["a, b", "", None, 'say "hi"\nthere', " x ", "=1+1"]
    assert frame["spend"].to_list() == [10.5, 20.0, 30.0, 40.0, 50.0, 60.0]  # rows left out as well
    assert frame["joined"].to_list()[2:5] == [None, date(2024, 3, 1), date(2024, 3, 2)]
    assert frame["segment_note"].to_list()[4] == "no customer id"
    assert frame["segment_note"].to_list()[0] == ""
    assert frame["segment"].null_count() == frame["distance"].null_count() == 2


def test_rows_left_out_are_read_as_their_columns_are(opened, tmp_path: Path) -> None:
    """By the reading that was recorded: the type alone does not say what 2/1/2024 or 1.234 is."""
    case = opened(
        'id;spend;joined;member\na;"1.234,50 €";01/13/2024;ja\nb;20,5;01/14/2024;nein\nc;5 %;02/15/2024;ja\n'
        ";1.234;2/1/2024;Ja\n;(3,00);2/1/2024;nein\n"
    )
    case.write(tmp_path / "out.parquet")
    frame = pl.read_parquet(tmp_path / "out.parquet")
    assert frame["spend"].to_list() == [1234.5, 20.5, 0.05, 1234.0, -3.0]
    assert frame["joined"].to_list()[3:] == [date(2024, 2, 1)] * 2
    assert frame["member"].to_list() == [True, False, True, True, False]


def test_ndjson_from_text_keeps_the_text(opened, tmp_path: Path) -> None:
    case = opened(CUSTOMERS)
    case.write(tmp_path / "out.ndjson")
    rows = [json.loads(line) for line in (tmp_path / "out.ndjson").read_text().splitlines()]
    assert [row["zip"] for row in rows][:2] == ["01234", "00007"]
    assert [row["note"] for row in rows][1:3] == ["", None]
    assert rows[4]["segment"] is None
    assert rows[4]["segment_note"] == "no customer id"
    assert rows[5]["segment_note"] == ""


def typed_source() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [3.0, 1.0, 2.0, None],
            "spend": pl.Series([1.25, 2.5, 3.75, 9.0], dtype=pl.Float32),
            "small": pl.Series([1, None, 3, 4], dtype=pl.Int8),
            "text": ["", None, "007", "x"],
            "when": pl.Series(
                [datetime(2024, 1, 2, 3, 4, 5, 678901), None, None, None], dtype=pl.Datetime("us", "UTC")
            ),
            "tags": [["a", "b"], [], None, ["c"]],
            "money": pl.Series(["1.10", "2.20", None, "3.30"]).cast(pl.Decimal(10, 2)),
            "kind": pl.Series(["u", "v", "u", None], dtype=pl.Categorical),
        }
    )


@pytest.mark.parametrize("name", ["out.parquet", "out.arrow"])
def test_typed_sources_keep_their_types(opened, tmp_path: Path, name: str) -> None:
    source = typed_source()
    case = opened(lambda path: source.write_parquet(path), "in.parquet")
    case.write(tmp_path / name)
    after = pl.read_parquet(tmp_path / name) if name.endswith("parquet") else pl.read_ipc(tmp_path / name)
    assert after["id"].to_list() == [3, 1, 2, None]
    assert after["id"].dtype == pl.Int64
    rest = [column for column in source.columns if column != "id"]
    assert after.select(rest).equals(source.select(rest), null_equal=True)
    assert {c: after.schema[c] for c in rest if c != "kind"} == {c: source.schema[c] for c in rest if c != "kind"}
    assert after["segment_note"].to_list() == ["", "", "", "no customer id"]


def test_typed_sources_to_text(opened, tmp_path: Path) -> None:
    case = opened(lambda path: typed_source().write_parquet(path), "in.parquet")
    case.write(tmp_path / "out.csv")
    after = text_of(tmp_path / "out.csv")
    assert after["id"].to_list() == ["3", "1", "2", None]
    assert after["spend"].to_list() == ["1.25", "2.5", "3.75", "9.0"]
    assert after["text"].to_list() == ["", None, "007", "x"]
    assert after["money"].to_list() == ["1.10", "2.20", None, "3.30"]


@pytest.mark.parametrize("name", ["out.csv", "out.tsv", "out.ndjson"])
def test_kinds_that_no_text_format_knows_are_written_out(opened, tmp_path: Path, name: str) -> None:
    source = pl.DataFrame(
        {
            "id": ["a", "b", "c"],
            "spend": [1.0, 2.0, 3.0],
            "mark": [b"\x00\xff", b"", None],
            "took": [timedelta(seconds=90), None, timedelta(days=1)],
        }
    )
    case = opened(lambda path: source.write_parquet(path), "in.parquet")
    case.write(tmp_path / name)
    lines = (tmp_path / name).read_text().splitlines()
    assert [("00ff" in line, "PT1M30S" in line, "P1D" in line) for line in lines[-3:]] == [
        (True, True, False),
        (False, False, False),
        (False, False, True),
    ]


def test_a_workbook_keeps_every_digit(opened, tmp_path: Path) -> None:
    spend = [2.3796462709189137, 0.1 + 0.2, 1e-300, -1.7976931348623157e308]
    frame = pl.DataFrame({"id": ["a", "b", "c", "d"], "visits": [1, 2, 3, 4], "spend": spend})
    case = opened(lambda path: frame.write_parquet(path), "in.parquet", "visits")
    case.write(tmp_path / "out.xlsx")
    assert pl.read_excel(tmp_path / "out.xlsx")["spend"].to_list() == spend


def test_json_lines_keep_their_numbers(opened, tmp_path: Path) -> None:
    lines = '{"id":"a","n":9007199254740993,"spend":1.5}\n{"id":"b","n":2,"spend":2.5}\n{"id":"c","n":3,"spend":3.5}\n'
    case = opened(lines, "in.ndjson")
    case.write(tmp_path / "out.ndjson")
    rows = [json.loads(line) for line in (tmp_path / "out.ndjson").read_text().splitlines()]
    assert rows[0]["n"] == 9007199254740993
    assert [row["spend"] for row in rows] == [1.5, 2.5, 3.5]


def test_a_workbook(opened, tmp_path: Path) -> None:
    case = opened(CUSTOMERS)
    case.write(tmp_path / "out.xlsx")
    frame = pl.read_excel(tmp_path / "out.xlsx")
    assert frame["zip"].to_list() == ["01234", "00007", "99999", "1", "5", "6"]
    assert frame["long"].to_list()[0] == "12345678901234567890"
    assert frame["note"].to_list()[5] == "=1+1"  # text, not a formula
    assert frame["note"].to_list()[1:3] == ["", None]
    assert frame["spend"].to_list() == [10.5, 20.0, 30.0, 40.0, 50.0, 60.0]
    assert frame["joined"].to_list()[0] == date(2024, 1, 31)


def test_long_numbers_stay_whole_in_a_workbook(opened, tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": ["a", "b", "c"], "spend": [1.0, 2.0, 3.0], "n": [2**53 + 1, -(10**15), 5]})
    case = opened(lambda path: frame.write_parquet(path), "in.parquet")
    case.write(tmp_path / "out.xlsx")
    assert [str(v) for v in pl.read_excel(tmp_path / "out.xlsx")["n"]] == [str(2**53 + 1), str(-(10**15)), "5"]


def test_too_long_a_text_for_a_workbook(opened, tmp_path: Path) -> None:
    case = opened(f"id,spend,t\na,1,{'x' * 40_000}\nb,2,\nc,3,\n")
    with pytest.raises(DeliveryError, match="40,000 characters"):
        case.write(tmp_path / "out.xlsx")
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_without_xlsxwriter_the_message_says_how_to_get_it(opened, tmp_path: Path, monkeypatch) -> None:
    case = opened(CUSTOMERS)
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(DeliveryError, match=r"pip install 'segtui\[excel\]'"):
        case.write(tmp_path / "out.xlsx")
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_a_name_already_taken_gives_way_and_is_said(opened, tmp_path: Path) -> None:
    case = opened("id,segment,segment_2,spend\na,old,older,1\nb,old,older,2\nc,old,older,3\n")
    case.write(tmp_path / "out.csv")
    after = text_of(tmp_path / "out.csv")
    assert after.columns == ["id", "segment", "segment_2", "spend", "segment_3", *LABELS[1:]]
    assert after["segment"].to_list() == ["old"] * 3
    (note,) = notes(case.dataset, case.answer)
    assert "segment_3" in note


def test_a_folder_that_is_the_source_is_not_written_into(tmp_path: Path) -> None:
    """Otherwise the labelled file would be a part of the data the next time."""
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "a.csv").write_text("id,spend\na,1\nb,2\n")
    gather = GatherSpec((SourceSpec(str(parts)),), "id")
    with pytest.raises(DeliveryError, match="is the source"):
        check(gather, LabelledSpec(str(parts / "out.csv")))
    check(gather, LabelledSpec(str(tmp_path / "out.csv")))


def test_a_given_name_stands_beside_the_automatic_one(opened, tmp_path: Path) -> None:
    case = opened("id,spend\na,1\nb,2\nc,3\nd,4\n", names=("Thrifty", "high"))
    case.write(tmp_path / "out.csv")
    after = text_of(tmp_path / "out.csv")
    assert after.columns[2:] == ["segment", "segment_name", "segment_auto_name", "distance", "segment_note"]
    assert after.row(0)[2:5] == ("B", "Thrifty", "low")


def test_formulas_are_kept_from_running_only_when_asked(opened, tmp_path: Path) -> None:
    rows = ["=1+1", "+cmd", "-2.5", "-x", "@sum", "\t=1", "a=b", "+49 123", ""]
    source = 'id,=t,spend\n' + "".join(f'{i},"{text}",{i}\n' for i, text in enumerate(rows))  # fmt: skip
    case = opened(source)
    case.write(tmp_path / "plain.csv")
    assert text_of(tmp_path / "plain.csv")["=t"].to_list() == rows
    case.write(tmp_path / "safe.csv", csv_safe=True)
    assert text_of(tmp_path / "safe.csv")["'=t"].to_list() == [
        "'=1+1", "'+cmd", "-2.5", "'-x", "'@sum", "'\t=1", "a=b", "+49 123", "",
    ]  # fmt: skip


# -- what must not happen ----------------------------------------------------------------------------------


def test_both_files_or_none(opened, tmp_path: Path) -> None:
    case = opened(CUSTOMERS)
    (tmp_path / "out.recipe.toml").write_text("mine")
    with pytest.raises(DeliveryError, match="exists already"):
        case.write(tmp_path / "out.csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.csv", "out.recipe.toml"]
    case.write(tmp_path / "out.csv", overwrite=True)
    case.write(tmp_path / "out.parquet")  # the same recipe stands there already: no conflict
    with pytest.raises(DeliveryError, match="exists already"):
        case.write(tmp_path / "out.parquet")


@pytest.mark.parametrize("name", ["out.csv", "out.ndjson", "out.parquet", "out.arrow", "out.xlsx"])
def test_stopping_leaves_nothing(opened, tmp_path: Path, name: str) -> None:
    rows = "".join(f"c{i},{i}\n" for i in range(5_000))
    case = opened(f"id,spend\n{rows}")
    steps = write(case.dataset, case.gather, case.answer, case.matrix, LabelledSpec(str(tmp_path / name)))
    next(steps)
    assert isinstance(next(steps), Progress)
    steps.close()
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_a_changed_source_is_not_labelled(opened, tmp_path: Path) -> None:
    case = opened(CUSTOMERS)
    with open(tmp_path / "in.csv", "a") as file:
        file.write("10,1,1,1,1,\n")
    with pytest.raises(DeliveryError, match="has changed"):
        case.write(tmp_path / "out.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
@pytest.mark.parametrize("change", ["longer", "shorter"])
def test_rows_that_do_not_match_their_labels(opened, tmp_path: Path, monkeypatch, name: str, change: str) -> None:
    case = opened(CUSTOMERS)
    monkeypatch.setattr("segtui.deliver.labelled.identity", lambda gather: case.dataset.fingerprint)
    lines = CUSTOMERS.splitlines(keepends=True)
    (tmp_path / "in.csv").write_text("".join(lines[:-1] if change == "shorter" else [*lines, lines[-1]]))
    with pytest.raises(DeliveryError, match="has changed"):
        case.write(tmp_path / name)
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_the_target_must_not_be_the_source(opened, tmp_path: Path) -> None:
    case = opened(CUSTOMERS)
    (tmp_path / "link.csv").symlink_to(tmp_path / "in.csv")
    for name in ("in.csv", "link.csv"):
        with pytest.raises(DeliveryError, match="one of the sources"):
            case.write(tmp_path / name, overwrite=True)
    assert (tmp_path / "in.csv").read_text() == CUSTOMERS


def test_an_approximate_answer_is_not_handed_over(opened, tmp_path: Path) -> None:
    from dataclasses import replace

    case = opened(CUSTOMERS)
    answer = replace(case.answer, segmentation=replace(case.answer.segmentation, exact=False))
    with pytest.raises(DeliveryError, match="approximate"):
        finish(write(case.dataset, case.gather, answer, case.matrix, LabelledSpec(str(tmp_path / "out.csv"))))


@pytest.mark.parametrize("name", ["out", "out.txt", "out.xls", "out.csv.bak"])
def test_an_unknown_ending(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"\.parquet"):
        format_of(LabelledSpec(str(tmp_path / name)))
    assert format_of(LabelledSpec(str(tmp_path / name), "csv")) == "csv"


def test_a_missing_folder_is_found_before_any_work(opened, tmp_path: Path) -> None:
    case = opened(CUSTOMERS)
    with pytest.raises(DeliveryError, match="folder does not exist"):
        check(case.gather, LabelledSpec(str(tmp_path / "no" / "out.csv")))


def test_standard_output_takes_text_only(opened, tmp_path: Path) -> None:
    case = opened(CUSTOMERS)
    with open(tmp_path / "stream", "wb") as out:
        finish(stream(case.dataset, case.gather, case.answer, case.matrix, LabelledSpec("-", "csv"), out))
    case.write(tmp_path / "out.csv")
    assert (tmp_path / "stream").read_bytes() == (tmp_path / "out.csv").read_bytes()
    with pytest.raises(UsageError), open(os.devnull, "wb") as out:
        finish(stream(case.dataset, case.gather, case.answer, case.matrix, LabelledSpec("-", "parquet"), out))


def test_the_recipe_path() -> None:
    assert recipe_path(Path("a/b.c.csv")) == Path("a/b.c.recipe.toml")


LIMITED = """
import resource, signal, sys
sys.path[:0] = {path!r}
from pathlib import Path
from conftest import answer_for, Case
from segtui.errors import DeliveryError
from segtui.gather.dataset import open_dataset
from segtui.progress import finish
from segtui.recipe import GatherSpec, SourceSpec
gather = GatherSpec((SourceSpec(sys.argv[1]),), "id")
dataset = finish(open_dataset(gather))
case = Case(dataset, gather, answer_for(dataset, gather, "spend"))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    case.write(Path(sys.argv[2]))
except DeliveryError as error:
    print(error)
"""


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.arrow", "out.xlsx"])
def test_a_disk_that_fills_up_half_way(tmp_path: Path, name: str) -> None:
    """A limit on the size of files stands in for the full disk: writing fails in the middle, in earnest."""
    rng = np.random.default_rng(0)
    pl.DataFrame({"id": np.arange(50_000), "spend": rng.random(50_000)}).write_csv(tmp_path / "in.csv")
    script = LIMITED.format(path=[str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "in.csv"), str(tmp_path / name)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Nothing was written" in done.stdout, done.stderr
    assert f"{name}: the file would be larger than is allowed" in done.stdout
    assert done.stderr == ""
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


# -- properties --------------------------------------------------------------------------------------------

cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6) | st.sampled_from(
    ["", "007", "1e400", "NaN", "null", 'a"b', "a,b", "x\ny", "-0", "12345678901234567890", " "]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.none() | cells, st.integers(0, 99)), min_size=4, max_size=12))
def test_any_text_survives(opened, tmp_path: Path, rows: list[tuple[str | None, int]]) -> None:
    frame = pl.DataFrame(
        {"id": [f"c{i}" for i in range(len(rows))], "t": [row[0] for row in rows], "spend": [row[1] for row in rows]},
        schema={"id": pl.String, "t": pl.String, "spend": pl.String},
        strict=False,
    )
    case = opened(lambda path: frame.write_csv(path))
    target = tmp_path / f"{time.monotonic_ns()}.csv"
    case.write(target)
    assert text_of(target).select(frame.columns).equals(text_of(tmp_path / "in.csv"), null_equal=True)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)))
def test_shuffled_rows_keep_their_labels(opened, tmp_path: Path, order: list[int]) -> None:
    lines = [f"c{i},{i * i}\n" for i in order]
    case = opened("id,spend\n" + "".join(lines))
    target = tmp_path / f"{time.monotonic_ns()}.csv"
    case.write(target)
    after = pl.read_csv(target)
    assert after["id"].to_list() == [f"c{i}" for i in order]
    assert after["segment"].to_list() == ["A" if i > 3 else "B" for i in order]


def test_several_sources_follow_one_another(tmp_path: Path) -> None:
    from segtui.gather.dataset import open_dataset

    from .conftest import Case, answer_for

    for name, ids in (("a.csv", "xy"), ("b.csv", "zw")):
        (tmp_path / name).write_text("id,spend\n" + "".join(f"{i},{ord(i)}\n" for i in ids))
    gather = GatherSpec((SourceSpec(str(tmp_path / "b.csv")), SourceSpec(str(tmp_path / "a.csv"))), "id")
    dataset = finish(open_dataset(gather))
    Case(dataset, gather, answer_for(dataset, gather, "spend")).write(tmp_path / "out.csv")
    assert text_of(tmp_path / "out.csv")["id"].to_list() == ["z", "w", "x", "y"]
