"""The app itself on terminals, pipes and data that mean it no good; each check must fail on a bare Textual app.

The launcher's own tests (`test_terminal.py`) say more on descriptors and signals; here the whole program is shown to
keep what they promise. Everything waits for text on the screen or for silence.
"""

from __future__ import annotations

import csv
import random
import shlex
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from segtui import paths
from segtui.session import autosave
from tests.tui.pty_tools import (
    HERE,
    PYTHON,
    Terminal,
    Tmux,
    above_seven_bits,
    driven,
    has_tmux,
    sgr_parameters,
)
from tests.tui.stub_app import HOSTILE

APP = f"{PYTHON} -m segtui"
BARE = f"{PYTHON} {HERE / 'bare_app.py'}"
SECRET = "secret-cell-value"

Check = Callable[[str, float], None]


def both(check: Check) -> None:
    """The check holds for the app and fails for bare Textual, which does not deserve the same patience."""
    check(APP, 30)
    with pytest.raises(AssertionError) as failure:
        check(BARE, 2)
    print(f"bare Textual: {failure.value}")


@pytest.fixture(scope="module")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 customers in three plain groups; names in every row."""
    path = tmp_path_factory.mktemp("data") / "shop.csv"
    draw = random.Random(5)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["customer_id", "recency", "frequency", "monetary"])
        for n in range(400):
            group = n % 3
            row = [draw.gauss(60 * group + 10, 8), draw.gauss(12 - 4 * group, 1), draw.gauss(900 - 300 * group, 60)]
            out.writerow([f"{SECRET}-{n:04d}", *(f"{value:.3f}" for value in row)])
    return path


def write_hostile(path: Path, cells: list[str]) -> Path:
    """200 customers in two groups; column names and cells are `cells`."""
    draw = random.Random(6)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["customer_id", cells[0], cells[-1], cells[3], cells[2]])
        for n in range(200):
            text = [f"{cells[n % len(cells)]}{n}", cells[n % 4]]
            out.writerow([text[0], draw.gauss(n % 2 * 50, 5), draw.gauss(n % 2 * 9, 1), text[1], draw.random()])
    return path


def ready(terminal: Terminal) -> None:
    """Wait for segments on the screen."""
    terminal.wait_for(lambda screen: "k 4" in screen.replace("Choose k 4", ""))  # which stands in the tabs


def leave(terminal: Terminal) -> None:
    terminal.press("q")
    assert terminal.wait_exit(5) == 0
    assert terminal.processes() == []


def quoted(path: Path) -> str:
    return shlex.quote(str(path))


def saved_k() -> list[int]:
    """k of every saved session."""
    return [saved.recipe.cluster.k for saved in autosave.offered(paths.state_folder())]


# -- 1: data that drives the terminal --------------------------------------------------------------------


def walk_through_hostile_data(command: str, path: Path, patience: float) -> None:
    with Terminal(f"exec {command} {quoted(path)}", columns=120, rows=36, patience=patience) as terminal:
        ready(terminal)
        for key in "1234561":
            terminal.press(key)
            terminal.settle(0.15)
        terminal.press("\r")  # all customers in a table
        terminal.settle(0.3)
        terminal.press("\x7f")
        terminal.settle(0.2)
        terminal.press("4")
        terminal.settle(0.2)
        found = driven(terminal.raw)
        assert not found, " ".join(found)
        leave(terminal)


def test_hostile_data_stays_data(tmp_path: Path):
    path = write_hostile(tmp_path / "a\x1b]52;c;cm0=\x07[bold]b[red] \u202ecsv\x9b31m.csv", list(HOSTILE))
    walk_through_hostile_data(APP, path, 30)
    with pytest.raises(AssertionError, match="the program ended"):  # markup in a cell
        walk_through_hostile_data(BARE, path, 10)
    controls = [cell for cell in HOSTILE if "[" not in cell]
    with pytest.raises(AssertionError, match=r"ESC P.*U\+009B"):  # which reach the terminal
        walk_through_hostile_data(BARE, write_hostile(tmp_path / "controls.csv", controls), 10)


def test_hostile_file_name_in_an_error(tmp_path: Path):
    path = tmp_path / "no\x1b]52;c;cm0=\x07[/x]\x9b31m\u202e.csv"

    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command} {quoted(path)}", patience=patience) as terminal:
            terminal.wait_for(lambda screen: "no such file" in screen or "no file" in screen)
            terminal.settle()
            assert driven(terminal.raw) == []
            assert terminal.processes(), "the app has ended"

    both(check)


# -- 2: signals ------------------------------------------------------------------------------------------


def started_and_changed(command: str, customers: Path, patience: float) -> Terminal:
    """The app with k at 5."""
    terminal = Terminal(f"exec {command} {quoted(customers)}", patience=patience)
    ready(terminal)
    terminal.press("+")
    terminal.wait_for("k 5")
    terminal.settle()
    return terminal


def test_terminate_saves_and_gives_the_terminal_back(customers: Path):
    def check(command: str, patience: float) -> None:
        with started_and_changed(command, customers, patience) as terminal:
            terminal.signal(signal.SIGTERM)
            assert terminal.wait_exit(5) == 143
            assert b"\x1b[?1049l" in terminal.raw[-400:]
            assert b"\x1b[?1003l" in terminal.raw[-400:]
            assert 5 in saved_k()

    both(check)


@pytest.mark.parametrize("wrapper", ["{}", "trap '' HUP; {}"])
def test_a_dropped_connection_saves_and_ends(customers: Path, wrapper: str):
    def check(command: str, patience: float) -> None:
        with Terminal(wrapper.format(f"exec {command} {quoted(customers)}"), patience=patience) as terminal:
            ready(terminal)
            terminal.press("+")
            terminal.wait_for("k 5")
            terminal.hang_up()
            assert terminal.wait_exit(2) == 129
            assert terminal.processes() == []
            assert 5 in saved_k()

    both(check)


# -- 3: pipes, redirects, kinds of terminal --------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "env"),
    [
        ("cat {file} | {app} -", {}),
        ("{app} {file} < /dev/null > /dev/null", {"COLUMNS": "50", "LINES": "12"}),
        ("{app} {file} 2> /dev/null", {}),
    ],
)
def test_pipes_and_redirects(customers: Path, line: str, env: dict[str, str]):
    def check(command: str, patience: float) -> None:
        text = line.format(app=command, file=quoted(customers))
        with Terminal(text, env=env, columns=90, rows=28, patience=patience) as terminal:
            ready(terminal)
            terminal.press("+")
            terminal.wait_for("k 5")
            terminal.settle()
            before = terminal.cpu_seconds()
            terminal.bytes_within(0.8)
            assert terminal.cpu_seconds() - before < 0.15
            terminal.resize(70, 20)
            terminal.settle()
            used = max(len(row.rstrip()) for row in terminal.screen.display[:20])
            assert 60 <= used <= 70
            leave(terminal)

    both(check)


def test_no_terminal(customers: Path):
    def check(command: str, patience: float) -> None:
        done = subprocess.run(
            [*command.split(), str(customers)],
            start_new_session=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=patience, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert "segtui run" in done.stderr

    check(APP, 30)
    with pytest.raises((AssertionError, subprocess.TimeoutExpired)):
        check(BARE, 3)


@pytest.mark.parametrize(
    ("term", "seven_bits", "colours"),
    [
        ("screen", False, True),
        ("linux", True, True),
        ("vt100", True, False),
        ("dumb", True, False),
        ("unknown-term", False, True),
    ],
)
def test_kinds_of_terminal(customers: Path, term: str, seven_bits: bool, colours: bool):
    with Terminal(f"exec {APP} {quoted(customers)}", term=term) as terminal:
        ready(terminal)
        for key in "2345+":
            terminal.press(key)
            terminal.settle(0.15)
        terminal.wait_for("k 5")
        terminal.press("4")
        terminal.settle(0.3)
        if seven_bits:
            assert above_seven_bits(terminal.raw) == b""
        if not colours:
            assert sgr_parameters(terminal.raw) <= {"0", "1", "4", "7", "39", "49"}
        else:
            assert not sgr_parameters(terminal.raw) <= {"0", "1", "4", "7", "39", "49"}
        leave(terminal)


# -- 4: without colour -----------------------------------------------------------------------------------


def test_no_colour_and_still_every_segment_can_be_told(customers: Path):
    def check(command: str, patience: float) -> None:
        with Terminal(
            f"exec {command} {quoted(customers)}", env={"NO_COLOR": "1"}, columns=100, rows=36, patience=patience
        ) as terminal:
            ready(terminal)
            terminal.settle()
            assert sgr_parameters(terminal.raw) <= {"0", "1", "4", "7", "39", "49"}
            terminal.press("5")
            terminal.wait_for("component 1")
            terminal.settle()
            for letter in "ABCD":  # the map is drawn with letters
                drawn = sum(row[:60].upper().count(letter * 2) for row in terminal.screen.display[5:])
                assert drawn, f"no {letter} on the map:\n{terminal.text}"
            assert sgr_parameters(terminal.raw) <= {"0", "1", "4", "7", "39", "49"}

    both(check)


def test_seven_bits_in_every_pane(customers: Path):
    def check(command: str, patience: float) -> None:
        with Terminal(
            f"exec {command} {quoted(customers)} --ascii", columns=100, rows=30, patience=patience
        ) as terminal:
            ready(terminal)
            for key in ("1", "2", "3", "4", "5", "p", "p", "p", "p", "6", "7", "8", "?", "\x7f", ":"):
                terminal.press(key)
                terminal.settle(0.15)
            assert above_seven_bits(terminal.raw) == b""

    both(check)


# -- 5: leaving and stopping -----------------------------------------------------------------------------


def test_leaving_while_it_computes(tmp_path: Path):
    """The prompt is back within a second, and nothing is left running."""
    path = tmp_path / "many.csv"
    draw = random.Random(1)
    with path.open("w") as file:
        file.write("a,b,c,d\n")
        file.writelines(
            f"{draw.random():.6f},{draw.random():.6f},{draw.random():.6f},{draw.gauss(0, 1):.6f}\n"
            for _ in range(150_000)
        )

    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command} {path}", env={"BARE_BUSY": "1"}, patience=patience) as terminal:
            ready(terminal)
            terminal.press("+")
            terminal.wait_for("k 5")
            terminal.press("+")
            terminal.press("q")
            pressed = time.monotonic()
            assert terminal.wait_exit(patience) == 0
            assert time.monotonic() - pressed < 2.0  # 0.5 s on a machine with nothing else to do
            assert terminal.processes() == []

    both(check)


# -- 7: sizes --------------------------------------------------------------------------------------------


def test_odd_sizes_and_a_storm_of_them(customers: Path):
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command} {quoted(customers)}", patience=patience) as terminal:
            ready(terminal)
            for columns, rows in ((20, 5), (300, 100), (60, 16)):
                terminal.resize(columns, rows)
                terminal.settle(0.3)
                assert terminal.processes(), f"ended at {columns}x{rows}"
                if rows == 5:
                    assert "nlarge" in terminal.text, "too small, and it does not say what to do"
                else:
                    assert max(len(row.rstrip()) for row in terminal.screen.display) > columns * 0.9
            terminal.press("+")
            for step in range(50):
                terminal.resize(60 + step, 16 + step % 20)
                terminal.read(0.02)
            terminal.resize(80, 24)
            terminal.settle()
            terminal.wait_for("k 5")
            leave(terminal)

    both(check)


# -- 8: bytes --------------------------------------------------------------------------------------------


def test_few_bytes(customers: Path):
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command} {quoted(customers)}", env={"BARE_BUSY": "1"}, patience=patience) as terminal:
            ready(terminal)
            terminal.settle(0.8)
            assert terminal.bytes_within(2.0) == 0, "it writes while nothing happens"
            before = len(terminal.raw)
            terminal.press("+")
            terminal.wait_for("k 5")
            terminal.settle(0.8)
            assert len(terminal.raw) - before <= 12_000

    both(check)


# -- 9: a crash ------------------------------------------------------------------------------------------


def test_a_crash_shows_no_customer_and_loses_nothing(customers: Path):
    def check(command: str, patience: float) -> None:
        with Terminal(
            f"exec {command} {quoted(customers)}", env={"SEGTUI_TEST_CRASH": "render"}, patience=patience
        ) as terminal:
            ready(terminal)
            terminal.press("+")
            terminal.wait_for("k 5")
            terminal.settle()
            taken_over = len(terminal.raw)
            terminal.press("\x1b[24~")  # F12
            assert terminal.wait_exit(5) == 1
            assert b"crash-test-customer" not in terminal.raw[taken_over:]
            assert SECRET.encode() not in terminal.raw[taken_over:]
            assert "segtui stopped" in terminal.text
            log = paths.log_file().read_text()
            assert "crash-test-customer" not in log
            assert SECRET not in log
            assert stat.S_IMODE(paths.log_file().stat().st_mode) == 0o600
            assert 5 in saved_k()

    both(check)


# -- tmux ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not has_tmux(), reason="tmux is not installed")
def test_in_tmux(customers: Path):
    with Tmux(f"{APP} {quoted(customers)}") as tmux:
        tmux.wait_for("run 1  k 4")
        tmux.run("send-keys", "+")
        tmux.wait_for("k 5")
        tmux.run("resize-window", "-x", "100", "-y", "30")
        tmux.wait_for("k 5")
        tmux.run("send-keys", "q")
