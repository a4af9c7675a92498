"""The launcher on a minimal app: descriptors, signals, colour, what data can do. Each check must fail on bare Textual.

The stub stands in for the app, so that these say what the launcher does; `test_hostile.py` repeats what matters on the
app itself.
"""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from segtui import paths
from tests.tui.pty_tools import (
    HERE,
    PYTHON,
    Gone,
    Terminal,
    Tmux,
    above_seven_bits,
    driven,
    has_tmux,
    sgr_parameters,
)

STUB = f"{PYTHON} {HERE / 'stub_app.py'}"
BARE = f"{STUB} bare"

Check = Callable[[str, float], None]


def both(check: Check) -> None:
    """The check holds with the launcher and fails without: otherwise it would prove nothing.

    The second argument is how long to wait for what bare Textual is not expected to do.
    """
    check(STUB, 20)
    with pytest.raises(AssertionError):
        check(BARE, 2)


def ready(terminal: Terminal, size: str = "80x24", seconds: float = 30.0) -> None:
    terminal.wait_for(f"size {size} ready", seconds)


def quits(terminal: Terminal, status: int = 0) -> None:
    terminal.press("q")
    assert terminal.wait_exit() == status


def idle(terminal: Terminal) -> None:
    """Hardly any processor time is used while nothing happens."""
    before = terminal.cpu_seconds()
    terminal.bytes_within(0.8)
    assert terminal.cpu_seconds() - before < 0.2


# -- descriptors -----------------------------------------------------------------------------------------


def test_keys_work_and_the_terminal_is_given_back():
    with Terminal(f"exec {STUB}") as terminal:
        ready(terminal)
        terminal.press("ab")
        terminal.wait_for("keys 2 last b")
        quits(terminal)
        assert b"\x1b[?1049l" in terminal.raw
        assert b"\x1b[?1003l" in terminal.raw


@pytest.mark.parametrize("line", ["echo a,b | {} -", "{} </dev/null"])
def test_standard_input_that_is_no_terminal(line: str):
    def check(command: str, patience: float) -> None:
        with Terminal(line.format(command)) as terminal:
            ready(terminal)
            terminal.press("a")
            terminal.wait_for("keys 1 last a", patience)
            idle(terminal)
            quits(terminal)

    both(check)


def test_piped_data_arrives_as_a_source_that_only_its_owner_can_read():
    with Terminal(f"seq 1 100000 | {STUB} -") as terminal:
        terminal.wait_for("source of 588895 bytes")
        (kept,) = (paths.state_folder() / "stdin").iterdir()
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        quits(terminal)


def test_a_dash_without_a_pipe_says_so():
    with Terminal(f"exec {STUB} -") as terminal:
        assert terminal.wait_exit() == 2
        assert "standard input is the terminal" in terminal.text


def test_redirected_output_does_not_pin_the_size(tmp_path: Path):
    def check(command: str, patience: float) -> None:
        with Terminal(f"{command} > {tmp_path / 'out'}", columns=100, rows=30) as terminal:
            ready(terminal, "100x30", patience)
            terminal.resize(70, 20)
            ready(terminal, "70x20", patience)
            quits(terminal)

    both(check)


def test_exported_size_is_ignored():
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command}", env={"COLUMNS": "50", "LINES": "10"}) as terminal:
            ready(terminal, "80x24", patience)
            terminal.resize(90, 30)
            ready(terminal, "90x30", patience)

    both(check)


def test_redirected_errors_do_not_take_the_screen_with_them(tmp_path: Path):
    def check(command: str, patience: float) -> None:
        with Terminal(f"{command} 2> {tmp_path / 'err'}") as terminal:
            ready(terminal, "80x24", patience)
            quits(terminal)

    both(check)


def test_native_noise_goes_to_the_log():
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command}") as terminal:
            ready(terminal)
            terminal.press("e")
            terminal.wait_for("keys 1 last e")
            terminal.settle()
            assert b"native noise" not in terminal.raw
            assert "native noise" in paths.log_file().read_text()
            assert stat.S_IMODE(paths.log_file().stat().st_mode) == 0o600

    both(check)


def test_closed_descriptors():
    with Terminal(f"exec {STUB} <&- >&- 2>&-") as terminal:
        ready(terminal)
        quits(terminal)


def test_no_terminal_at_all():
    done = subprocess.run(
        STUB.split(), start_new_session=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 2
    assert "segtui run" in done.stderr
    assert done.stdout == ""


# -- signals ---------------------------------------------------------------------------------------------


def saved() -> str:
    """What the stub's autosave wrote: the number of keys pressed."""
    path = paths.state_folder() / "stub.txt"
    assert path.exists(), "nothing was saved"
    text = path.read_text()
    path.unlink()
    return text


def test_terminate():
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command}") as terminal:
            ready(terminal)
            before = terminal_modes(terminal)
            terminal.press("a")
            terminal.wait_for("keys 1")
            terminal.signal(signal.SIGTERM)
            assert terminal.wait_exit() == 143
            tail = terminal.raw[-400:]
            assert b"\x1b[?1049l" in tail
            assert b"\x1b[?1003l" in tail
            assert before
        assert saved() == "1"

    both(check)


def terminal_modes(terminal: Terminal) -> bool:
    """Whether the app has taken the terminal over."""
    return b"\x1b[?1049h" in terminal.raw


def test_hang_up_signal():
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command}") as terminal:
            ready(terminal)
            terminal.press("a")
            terminal.wait_for("keys 1")
            terminal.signal(signal.SIGHUP)
            assert terminal.wait_exit(2) == 129
        assert saved() == "1"

    both(check)


@pytest.mark.parametrize("wrapper", ["exec {}", "trap '' HUP; exec {}"])
def test_the_terminal_goes_away(wrapper: str):
    def check(command: str, patience: float) -> None:
        with Terminal(wrapper.format(command)) as terminal:
            ready(terminal)
            terminal.press("a")
            terminal.wait_for("keys 1")
            terminal.hang_up()
            assert terminal.wait_exit(2) == 129
        assert saved() == "1"

    both(check)


def test_interrupt_from_outside_is_ctrl_c():
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command}") as terminal:
            ready(terminal)
            terminal.signal(signal.SIGINT)
            terminal.wait_for("keys 1 last ctrl+c", patience)

    both(check)


# -- what data can do ------------------------------------------------------------------------------------


def test_forgotten_cells_cannot_drive_the_terminal():
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command} hostile") as terminal:
            ready(terminal)
            terminal.settle()
            assert driven(terminal.raw) == []
            terminal.press("a")
            terminal.wait_for("keys 1")

    both(check)


def test_bytes_that_are_no_utf8_do_not_end_the_app():
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command}") as terminal:
            ready(terminal)
            terminal.press(b"\xe9\xff")
            terminal.press("a")
            terminal.wait_for("last a", patience)

    both(check)


def test_crash_keeps_customers_off_terminal_and_log():
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command} crash", env={"SEGTUI_TEST_CRASH": "render"}) as terminal:
            ready(terminal)
            terminal.press("a")
            terminal.wait_for("keys 1")
            terminal.press("\x1b[24~")  # F12
            status = terminal.wait_exit()
            assert b"crash-test-customer" not in terminal.raw
            assert status == 1
            assert "segtui stopped: ValueError in safety.py:" in terminal.text
            assert "segtui.log" in "".join(terminal.text.split())
            log = paths.log_file().read_text()
            assert "in render" in log
            assert "crash-test-customer" not in log
        assert saved() in ("1", "2")

    both(check)


# -- colour and signs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("term", "env"), [("xterm-256color", {"NO_COLOR": "1"}), ("vt100", {}), ("dumb", {})])
def test_no_colour_is_sent_where_there_is_none(term: str, env: dict[str, str]):
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command}", term=term, env=env) as terminal:
            ready(terminal)
            terminal.settle()
            assert sgr_parameters(terminal.raw) <= {"0", "1", "4", "7", "39", "49"}

    both(check)


@pytest.mark.parametrize(
    ("term", "env", "kind"),
    [
        ("alacritty", {}, "48;5;"),
        ("unknown-term", {}, "48;5;"),
        ("xterm-256color", {"COLORTERM": "truecolor"}, "48;2;"),
    ],
)
def test_colours_that_the_terminal_has_are_used(term: str, env: dict[str, str], kind: str):
    with Terminal(f"exec {STUB}", term=term, env=env) as terminal:
        ready(terminal)
        terminal.settle()
        assert any(kind in parameter for parameter in sgr_parameters(terminal.raw))


@pytest.mark.parametrize(
    ("term", "env"),
    [("linux", {}), ("xterm", {"LANG": "C"}), ("xterm", {"LANG": None}), ("xterm", {"LC_ALL": "de_DE"})],
)
def test_seven_bits_by_itself(term: str, env: dict[str, str | None]):
    def check(command: str, patience: float) -> None:
        with Terminal(f"exec {command} hostile", term=term, env=env) as terminal:
            ready(terminal)
            terminal.settle()
            assert above_seven_bits(terminal.raw) == b""

    both(check)


# -- tmux ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not has_tmux(), reason="tmux is not installed")
def test_in_tmux_with_resize():
    with Tmux(STUB) as tmux:
        tmux.wait_for("size 80x24 ready")
        tmux.run("send-keys", "a")
        tmux.wait_for("keys 1 last a")
        tmux.run("resize-window", "-x", "60", "-y", "16")
        tmux.wait_for("size 60x16 ready")


@pytest.mark.skipif(not has_tmux(), reason="tmux is not installed")
def test_copying_in_tmux_reaches_its_buffer(tmp_path: Path):
    """tmux drops an OSC 52 from an application by default, so the copy goes to tmux itself."""
    script = tmp_path / "copies.py"
    script.write_text(
        "import sys, time\nfrom segtui.tui.clipboard import copy\n"
        "print(copy('segment A\\n', sys.stdout.write), flush=True)\ntime.sleep(60)\n"
    )
    with Tmux(f"{PYTHON} {script}") as tmux:
        tmux.wait_for("copied to tmux")
        assert tmux.run("show-buffer") == "segment A\n"


def test_a_terminal_that_ends_early_is_reported():
    with Terminal("exit 3") as terminal:
        with pytest.raises(Gone):
            terminal.wait_for("never")
        assert terminal.wait_exit() == 3
        assert os.path.exists("/proc")
