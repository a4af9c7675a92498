"""What the command line promises: data alone on standard output, messages that help, and the exit status."""

import io
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui import __version__, cli, printing
from segtui.clean_text import ascii_text, cells, clean, cut
from segtui.cli import main
from segtui.headless import RunOptions, recipe_for
from segtui.progress import Progress
from segtui.recipe import FeatureSpec, PrepareSpec, Recipe, SourceSpec
from segtui.recipe_file import load, save

HOSTILE = "\x1b]52;c;cm0=\x07\x9b31m\u202e[/bold]"


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """Three plain groups of customers by two numbers, and a column of two levels."""
    rng = np.random.default_rng(5)
    group = np.arange(90) % 3
    frame = pl.DataFrame(
        {
            "id": [f"{i:04}" for i in range(90)],
            "spend": (np.array([10, 100, 300])[group] + rng.normal(0, 3, 90)).round(2),
            "visits": np.array([20, 5, 12])[group] + rng.integers(0, 3, 90),
            "club": ["yes please" if i % 2 else "never" for i in range(90)],
        }
    )
    path = tmp_path / "customers.csv"
    frame.write_csv(path)
    return path


def segtui(*argv: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "segtui", *argv]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)  # type: ignore[call-overload]


# -- run ---------------------------------------------------------------------------------------------------


def test_json_is_one_document_and_nothing_else(customers: Path) -> None:
    done = segtui("run", str(customers), "--k", "3", "--features", "spend,visits", "--sweep", "2-4", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["customers"] == 90
    assert document["k"] == 3
    assert document["seed"] == 0
    assert [sorted(feature) for feature in document["features"]] == [["name", "transform", "weight"]] * 2
    assert [feature["name"] for feature in document["features"]] == ["spend", "visits"]
    assert document["exact"] is True
    assert document["converged"] in ("labels", "tolerance", "max_iter")
    assert isinstance(document["iterations"], int)
    assert document["verdict"]["verdict"] in ("natural", "reproducible", "constructive")
    assert document["verdict"]["draws"] == 20
    assert [one["column"] for one in document["verdict"]["dip_tests"]] == ["spend", "visits"]
    assert isinstance(document["warnings"], list)
    segments = document["segments"]
    assert [segment["segment"] for segment in segments] == ["A", "B", "C"]
    assert [segment["size"] for segment in segments] == [30, 30, 30]
    assert math.isclose(sum(segment["share"] for segment in segments), 1)
    assert sorted(round(segment["centroid"]["spend"], -1) for segment in segments) == [10, 100, 300]
    assert [row["k"] for row in document["criteria"]] == [2, 3, 4]
    assert document["criteria"][1]["inertia"] == pytest.approx(document["inertia"])
    here = document["criteria"][1]
    assert sorted(here["stability"]["jaccard"]) == ["A", "B", "C"]
    assert here["stability"]["jaccard"] == {s["segment"]: s["jaccard"] for s in segments}
    assert here["flows"]["from_k"] == 2
    assert sum(map(sum, here["flows"]["customers"])) == 90
    assert here["reasons"] == {"later": "no later orders are known: set a holdout"}
    assert {pick["criterion"] for pick in document["picks"]} >= {"gap", "strength", "stability"}
    assert document["suggestion"]["k"] in (2, 3, 4)
    profile = document["profile"]
    assert [column["feature"] for column in profile["columns"]] == ["spend", "visits", "club", "club"]
    assert [column["test"] for column in profile["columns"][:2]] == [None, None]  # they made the segments
    assert profile["columns"][2]["test"]["name"] == "chi-squared"
    assert [one["segment"] for one in profile["segments"]] == ["A", "B", "C"]
    assert all(len(one["medians"]) == 4 for one in profile["segments"])


def test_k_by_itself(customers: Path, capsys) -> None:
    """Three groups of thirty, far apart: the rule takes the largest k that holds."""
    run = ["run", str(customers), "--k", "auto", "--features", "spend,visits"]
    assert main([*run, "--sweep", "2-6", "--json"]) == 0
    done = capsys.readouterr()
    document = json.loads(done.out)
    assert document["k"] == document["suggestion"]["k"] == 3
    assert [row["k"] for row in document["criteria"]] == [2, 3, 4, 5, 6]
    assert "segtui: k = 3: the largest k whose segments all come back" in done.err
    assert main([*run, "--sweep", "2-6"]) == 0
    out = capsys.readouterr().out
    assert "suggested: k = 3" in out
    assert "structure: " in out


def test_prediction_needs_a_holdout(customers: Path, capsys) -> None:
    assert main(["run", str(customers), "--features", "spend,visits", "--predict"]) == 1
    assert "holdout" in capsys.readouterr().err


def test_a_nominal_feature_has_the_share_of_each_level(customers: Path, capsys) -> None:
    assert main(["run", str(customers), "--features", "spend,club", "--k", "2", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    for segment in document["segments"]:
        assert math.isclose(sum(segment["centroid"]["club"].values()), 1)


def test_the_scaling_lab(customers: Path, capsys) -> None:
    run = ["run", str(customers), "--k", "3", "--features", "spend,visits", "--lab"]
    assert main([*run, "--json"]) == 0
    lab = json.loads(capsys.readouterr().out)["lab"]
    assert (lab["k"], lab["shown"], lab["holdout"]) == (3, "auto", None)
    assert [row["scale"] for row in lab["rows"]] == ["auto", "z", "robust", "log", "quantile", "none"]
    assert lab["rows"][0]["sizes"] == [30, 30, 30]
    assert [row[i] for i, row in enumerate(lab["ari"])] == [1.0] * 6
    assert main(run) == 0
    text = capsys.readouterr().out
    assert "scaling lab, k = 3" in text
    assert "auto *" in text
    assert all(len(line) <= 80 for line in text.splitlines() if line.startswith(("auto", "quantile")))


def test_a_column_that_says_who_has_no_value(customers: Path, tmp_path: Path, capsys) -> None:
    frame = pl.read_csv(customers, schema_overrides={"id": pl.String})
    gaps = frame.with_columns(
        pl.when(pl.int_range(90) % 10 == 0).then(None).otherwise(pl.col("visits")).alias("visits")
    )
    gaps.write_csv(path := tmp_path / "gaps.csv")
    assert main(["run", str(path), "--k", "3", "--features", "spend,visits", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document["segments"][0]["centroid"]) == {"spend", "visits", "visits=(missing)"}
    assert any("9 missing (10.0%) set to the median" in said for said in document["warnings"])


def test_customers_set_aside_are_in_the_labelled_file_with_the_reason(customers: Path, tmp_path: Path, capsys) -> None:
    lines = customers.read_text().splitlines()
    lines[5] = lines[5].split(",")[0] + ",,3,never"
    (path := tmp_path / "gaps.csv").write_text("\n".join(lines) + "\n")
    (recipe := tmp_path / "r.toml").write_text(
        "version = 1\n[prepare]\ntrim = 0.05\nfeatures = [{name = 'spend', missing = 'aside'}, {name = 'visits'}]\n"
    )
    out = tmp_path / "out.csv"
    assert main(["run", str(path), "--recipe", str(recipe), "--k", "3", "--json", "--out", str(out)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["customers"] == 85
    assert document["customers"] + sum(one["rows"] for one in document["left_out"]) == document["input_rows"] == 90
    labelled = pl.read_csv(out, infer_schema=False)
    assert labelled.height == 90
    assert labelled["segment_note"][4] == "no value in spend"
    reason = "trimmed: farther from every centre than 95 % of customers"
    trimmed = labelled.filter(pl.col("segment_note") == reason)
    assert trimmed.height == 4
    assert trimmed["segment"].null_count() == 4
    typed = tmp_path / "out.parquet"
    assert main(["run", str(path), "--recipe", str(recipe), "--k", "3", "--json", "--out", str(typed)]) == 0
    again = pl.read_parquet(typed)
    assert again["segment_note"].fill_null("").to_list() == labelled["segment_note"].fill_null("").to_list()
    assert again["visits"].to_list() == labelled["visits"].cast(pl.Int64).to_list()


def test_labels_to_a_file_and_the_recipe_repeats_them(customers: Path, tmp_path: Path, capsys) -> None:
    assert main(["run", str(customers), "--k", "3", "--out", str(tmp_path / "a.csv")]) == 0
    shown = capsys.readouterr()
    assert "90 customers in 3 segments" in shown.out
    assert "wrote" in shown.err
    labelled = pl.read_csv(tmp_path / "a.csv", infer_schema=False)
    before = pl.read_csv(customers, infer_schema=False)
    assert labelled.select(before.columns).equals(before)
    assert main(["run", "--recipe", str(tmp_path / "a.recipe.toml"), "--out", str(tmp_path / "b.csv")]) == 0
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()
    assert (tmp_path / "b.recipe.toml").read_bytes() == (tmp_path / "a.recipe.toml").read_bytes()


def test_labels_to_standard_output(customers: Path, tmp_path: Path) -> None:
    done = segtui("run", str(customers), "--k", "3", "--out", "-")
    assert done.returncode == 0, done.stderr
    assert main(["run", str(customers), "--k", "3", "--out", str(tmp_path / "a.csv")]) == 0
    assert done.stdout == (tmp_path / "a.csv").read_text()


def test_the_source_may_be_piped_in(customers: Path) -> None:
    done = segtui("run", "-", "--k", "3", "--json", input=customers.read_text())
    assert json.loads(done.stdout)["customers"] == 90


def test_the_readable_result(customers: Path, capsys) -> None:
    assert main(["run", str(customers), "--k", "3", "--features", "spend,visits", "--sweep", "2-3"]) == 0
    out = capsys.readouterr().out
    assert "segment  customers  share  stability  name" in out
    assert "mean" in out
    assert "Davies-Bouldin" in out


def test_flags_override_the_recipe(tmp_path: Path) -> None:
    features = (FeatureSpec("a", transform="log1p", weight=2.0), FeatureSpec("b", on=False))
    start = Recipe(prepare=PrepareSpec(features)).with_k(7)
    save(tmp_path / "r.toml", start)
    recipe = str(tmp_path / "r.toml")
    made = recipe_for(RunOptions(("x.csv",), recipe, "ID", ("b", "a", "c"), 3, False, None, None, 5, 6, 7))
    assert made.gather.sources == (SourceSpec("x.csv"),)
    assert made.gather.id_column == "ID"
    assert (made.cluster.k, made.cluster.seed, made.cluster.restarts, made.cluster.max_iter) == (3, 5, 6, 7)
    assert made.prepare.features == (FeatureSpec("b"), features[0], FeatureSpec("c"))
    scaled = recipe_for(RunOptions(("x.csv",), recipe, scale="z"))
    assert scaled.prepare.scale == "z"
    assert scaled.prepare.features == (FeatureSpec("a", weight=2.0), FeatureSpec("b", on=False))
    assert scaled.cluster.k == 7


def test_names_with_commas_are_quoted(customers: Path, capsys) -> None:
    assert main(["run", str(customers), "--features", 'spend, "a, b"', "--k", "2"]) == 1
    assert "'a, b'" in capsys.readouterr().err


# -- what goes wrong ---------------------------------------------------------------------------------------


def failing(tmp_path: Path, customers: Path) -> list[tuple[str, list[str], int, str]]:
    """What is asked for, the status it must end with, and words that the message must hold."""
    (tmp_path / "there.csv").write_text("mine")
    (tmp_path / "newer.toml").write_text("version = 99\n")
    (tmp_path / "broken.toml").write_text("version = \n")
    (tmp_path / "odd.toml").write_text("version = 1\n[cluster]\nk = 0\n")
    (tmp_path / "link.csv").symlink_to(customers)
    save(tmp_path / "other.toml", Recipe(prepare=PrepareSpec((FeatureSpec("spent"), FeatureSpec("zzz")))))
    run = ["run", str(customers)]
    return [
        ("missing source", ["run", str(tmp_path / "no.csv")], 1, "no such file"),
        ("folder missing", [*run, "--out", str(tmp_path / "no" / "a.csv")], 1, "folder does not exist"),
        ("target is the source", [*run, "--overwrite", "--out", str(customers)], 1, "one of the sources"),
        ("target links to the source", [*run, "--overwrite", "--out", str(tmp_path / "link.csv")], 1, "sources"),
        ("file exists", [*run, "--out", str(tmp_path / "there.csv")], 1, "--overwrite"),
        ("unknown ending", [*run, "--out", str(tmp_path / "a.xyz")], 2, ".parquet"),
        ("not a file", [*run, "--out", "/dev/null", "--overwrite"], 2, "no ending"),
        ("unknown feature", [*run, "--features", "spned"], 1, "did you mean 'spend'"),
        ("recipe for other data", [*run, "--recipe", str(tmp_path / "other.toml")], 1, "'zzz'"),
        ("newer recipe", [*run, "--recipe", str(tmp_path / "newer.toml")], 1, "newer segtui"),
        ("broken recipe", [*run, "--recipe", str(tmp_path / "broken.toml")], 1, "not valid TOML"),
        ("recipe with k = 0", [*run, "--recipe", str(tmp_path / "odd.toml")], 1, "cluster.k"),
        ("missing recipe", [*run, "--recipe", str(tmp_path / "none.toml")], 1, "No such file"),
        ("unknown id", [*run, "--id", "idd"], 1, "idd"),
        ("nothing to analyse", ["run"], 2, "SOURCE"),
        ("k of one", [*run, "--k", "1"], 2, "from 2 to 50"),
        ("k of letters", [*run, "--k", "many"], 2, "whole number"),
        ("sweep backwards", [*run, "--sweep", "5-2"], 2, "2-12"),
        ("unknown scale", [*run, "--scale", "foo"], 2, "invalid choice"),
        ("no names", [*run, "--features", ","], 2, "names of columns"),
        ("unknown flag", [*run, "--foo"], 2, "--foo"),
        ("two things on standard output", [*run, "--json", "--out", "-"], 2, "--json"),
        ("describe nothing", ["describe"], 2, "SOURCE"),
        ("describe what is not there", ["describe", str(tmp_path / "no.csv")], 1, "no such file"),
        ("too few demo customers", ["demo", "--customers", "0"], 2, "at least 1"),
    ]


def test_every_failure_says_what_to_do_and_ends_with_its_status(customers: Path, tmp_path: Path, capsys) -> None:
    cases = failing(tmp_path, customers)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for name, argv, status, words in cases:
        assert main(argv) == status, name
        shown = capsys.readouterr()
        assert words in shown.err, name
        assert shown.out == "", name
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_read_only_place(customers: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode & os.W_OK == 0 and real(path, mode))
    assert main(["run", str(customers), "--out", str(tmp_path / "a.csv")]) == 1
    assert "read-only" in capsys.readouterr().err


def test_hostile_names_reach_no_terminal(tmp_path: Path, capsys) -> None:
    path = tmp_path / "in.csv"
    rows = "".join(f"{i},{i * i},{i % 7}\n" for i in range(40))
    path.write_text(f'id,"{HOSTILE}",b\n{rows}', encoding="utf-8")
    for argv in (
        ["describe", str(path)],
        ["describe", str(path), "--json"],
        ["run", str(path), "--k", "2"],
        ["run", str(path), "--k", "2", "--json"],
        ["run", str(path), "--features", HOSTILE + "x"],
        ["run", HOSTILE],
        ["run", str(path), f"--{HOSTILE}"],
    ):
        main(argv)
        shown = capsys.readouterr()
        assert not set("\x1b\x07\x9b\u202e") & set(shown.out + shown.err), argv


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_standard_output_on_a_full_disk(customers: Path) -> None:
    for argv in (
        ["run", str(customers), "--json"],
        ["run", str(customers), "--out", "-"],
        ["describe", str(customers)],
    ):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "segtui", *argv], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
            )
        assert done.returncode == 1
        assert "segtui: standard output: the disk is full. Free some space" in done.stderr, argv
        assert "Traceback" not in done.stderr


def test_an_error_nobody_foresaw_is_one_line(monkeypatch, capsys) -> None:
    def broken(options: object) -> int:
        raise ValueError("odd \x1b[31m value")

    monkeypatch.setitem(cli._RUNNERS, "where", broken)
    assert main(["where"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "\x1b" not in err
    monkeypatch.setenv("SEGTUI_DEBUG", "1")
    with pytest.raises(ValueError, match="odd"):
        main(["where"])


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), 130), (MemoryError(), 1), (OSError(28, "No space left"), 1)]
)
def test_other_ends(monkeypatch, capsys, error: BaseException, status: int) -> None:
    def broken(options: object) -> int:
        raise error

    monkeypatch.setitem(cli._RUNNERS, "where", broken)
    assert main(["where"]) == status
    assert capsys.readouterr().err.startswith("segtui: ")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_nothing_half_written(tmp_path: Path, number: signal.Signals, status: int) -> None:
    """Input that does not end keeps it at work; its copy of the input shows that it is."""
    copies = tmp_path / "copies"
    copies.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "segtui", "run", "-", "--out", str(tmp_path / "out.csv")],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(copies)},
    )
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.write(b"id,spend\n" + b"1,2\n" * 20_000)
    process.stdin.flush()
    until = time.monotonic() + 20
    while not list(copies.iterdir()) and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.3)  # until it waits for more: Python may miss a signal that comes just before a read
    process.send_signal(number)
    assert process.wait(20) == status
    process.stdin.close()
    process.stderr.close()
    assert list(copies.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["copies"]


def test_a_reader_that_goes_away_is_no_error(customers: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for argv in (["--json"], ["--out", "-"], []):
        command = [sys.executable, "-m", "segtui", "run", str(customers), "--k", "2", *argv]
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
        assert done.returncode == 0
        assert "rror" not in done.stderr
    os.close(writing)


class Screen(io.StringIO):
    """Standard error as a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_progress_line_is_clean_and_leaves_an_empty_line(monkeypatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(printing, "REPORTS_PER_SECOND", 1e9)
    with printing.progress_line() as report:
        report(Progress("reading \x1b[31mlong.csv", 0.5, "1,000 rows"))
        report(Progress("writing"))
    drawn = screen.getvalue().split("\r")
    assert "reading \ufffd[31mlong.csv 50%  1,000 rows  (ctrl+c stops)" in drawn
    assert "\x1b" not in screen.getvalue()
    assert drawn[-1] == ""
    assert drawn[-2].strip() == ""


def test_no_progress_line_in_a_pipe(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with printing.progress_line() as report:
        report(Progress("reading"))
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]


def test_long_work_says_what_it_does_in_a_pipe(monkeypatch) -> None:
    """A line 15 seconds after the beginning and 15 after that; nothing before and between."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    clock = iter([0.0, 1.0, 15.0, 16.0, 31.0])
    monkeypatch.setattr(printing.time, "monotonic", lambda: next(clock))
    with printing.progress_line() as report:
        for at in range(4):
            report(Progress(f"judging \x1b{at}", 0.25 * at, "of 2,000"))
    assert sys.stderr.getvalue().splitlines() == [  # type: ignore[attr-defined]
        "segtui: judging \ufffd1 25% of 2,000", "segtui: judging \ufffd3 75% of 2,000",
    ]  # fmt: skip


# -- the rest ----------------------------------------------------------------------------------------------


def test_describe(customers: Path, capsys) -> None:
    with customers.open("a") as file:
        file.write("0001,5,5,never\n,6,6,never\n")
    assert main(["describe", str(customers), "--json"]) == 0
    (source,) = json.loads(capsys.readouterr().out)["sources"]
    assert source["path"] == str(customers)
    assert source["kind"] == "customers"
    assert source["rows"] == 92
    assert "id" in source["roles"].values()
    assert [column["name"] for column in source["columns"]] == ["id", "spend", "visits", "club"]
    assert set(source["columns"][0]) >= {"name", "type", "missing", "distinct", "flags"}
    assert sum(one["rows"] for one in source["left_out"]) == 2
    assert main(["describe", str(customers)]) == 0
    out = capsys.readouterr().out
    assert "customers, 92 rows, 4 columns" in out
    assert "left out: 1 rows: duplicate customer id" in out


def test_version_and_help(capsys) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"segtui {__version__}\n"
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for command in cli.COMMANDS:
        assert f"segtui {command} " in out
        assert main([command, "--help"]) == 0


def test_where_and_keys_need_no_terminal(capsys) -> None:
    from segtui.tui.commands import COMMANDS

    assert main(["where"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()] == ["config", "state", "cache"]
    assert main(["keys"]) == 0
    out = capsys.readouterr().out
    assert "Everywhere" in out
    assert ":undo" in out
    for command in COMMANDS:  # what [keys] of the config asks for, which is not always the word one types
        assert any(command.id in line.split() for line in out.splitlines()), command.id


@pytest.mark.parametrize(
    ("given", "command", "rest"),
    [
        ([], "open", []),
        (["a.csv", "b.csv"], "open", ["a.csv", "b.csv"]),
        (["run", "a.csv"], "run", ["a.csv"]),
        (["--ascii", "demo"], "demo", ["--ascii"]),
        (["--theme", "run", "demo"], "demo", ["--theme", "run"]),
        (["--theme=run", "a.csv", "run"], "open", ["--theme=run", "a.csv", "run"]),
        (["a.csv", "run"], "open", ["a.csv", "run"]),
        (["--", "run"], "open", ["--", "run"]),
        (["-", "run"], "open", ["-", "run"]),
        (["open", "run"], "open", ["run"]),
    ],
)
def test_the_command_is_the_first_word_that_is_no_option(given: list[str], command: str, rest: list[str]) -> None:
    assert cli._split(given) == (command, rest)


def launched(monkeypatch, *argv: str) -> tuple[Recipe, str | None, bool, bool]:
    calls = []

    def launch(recipe: Recipe, *, theme: str | None, ascii_only: bool, mouse: bool) -> int:
        calls.append((recipe, theme, ascii_only, mouse))
        return 7

    monkeypatch.setattr("segtui.tui.terminal.launch", launch)
    assert main(argv) == 7
    return calls[0]


def test_opening_the_terminal_app(monkeypatch, tmp_path: Path) -> None:
    assert launched(monkeypatch) == (Recipe(), None, False, True)
    recipe, theme, ascii_only, mouse = launched(monkeypatch, "a.csv", "--theme", "paper", "--ascii", "--no-mouse")
    assert recipe.gather.sources == (SourceSpec("a.csv"),)
    assert (theme, ascii_only, mouse) == ("paper", True, False)
    save(tmp_path / "r.toml", Recipe().with_k(9))
    assert launched(monkeypatch, "--recipe", str(tmp_path / "r.toml"))[0].cluster.k == 9


def test_the_demo(monkeypatch) -> None:
    (example,) = launched(monkeypatch, "demo")[0].gather.sources
    assert Path(example.path).name == "customers.csv"
    (generated,) = launched(monkeypatch, "demo", "--customers", "50")[0].gather.sources
    assert pl.read_parquet(generated.path).height == 50


def test_the_recipe_of_the_example_runs(examples: Path, capsys) -> None:
    assert main(["run", str(examples / "customers.csv"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["customers"] == 3000


def test_a_sidecar_spells_out_the_id(customers: Path, tmp_path: Path) -> None:
    assert main(["run", str(customers), "--out", str(tmp_path / "a.csv"), "--json"]) == 0
    assert load(tmp_path / "a.recipe.toml").gather.id_column == "id"


# -- the cleaning door -------------------------------------------------------------------------------------


def test_clean_lets_nothing_through_that_a_terminal_obeys() -> None:
    for code in [*range(0x20), *range(0x7F, 0xA0), 0x200E, 0x202E, 0x2066, 0xFEFF, 0x2028, 0xE0041, 0xD800, 0x061C]:
        assert clean(f"a{chr(code)}b") == "a\ufffdb"
    assert clean("Zoë, 日本, €, e\u0301") == "Zoë, 日本, €, e\u0301"


@pytest.mark.parametrize(
    ("text", "width", "cut_to"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_cutting_counts_cells(text: str, width: int, cut_to: str) -> None:
    assert cut(text, width) == cut_to
    assert cells(cut_to) <= width


def test_seven_bits() -> None:
    assert ascii_text("Café „Straße“ – 5 × 3 … 日") == 'Cafe "Strasse" - 5 x 3 ... ?'
