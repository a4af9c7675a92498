"""The launcher: makes the process fit for a full-screen app, runs it, and gives the terminal back as it was.

Textual draws on stderr, reads fd 0 and asks fd 1 for the size. So a pipe into the app hangs it, a redirect pins it to
80x24, native libraries write across the screen, and a signal leaves the terminal broken. All of that is settled here,
in an order that matters: the descriptors first, then what Textual and numpy read from the environment, then the app.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import datetime as dt
import fcntl
import functools
import gc
import os
import select
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from segtui import native
from segtui.clean_text import clean
from segtui.paths import private_folder, state_folder
from segtui.recipe import Recipe
from segtui.tui import colour, config, crash, theme

if TYPE_CHECKING:
    from textual.theme import Theme

    from segtui.tui.safety import SafeApp

NO_TERMINAL = 2
INTERRUPTED = 130
HUNG_UP = 128 + signal.SIGHUP
TERMINATED = 128 + signal.SIGTERM

_SAVE_SECONDS = 0.7
"""A signal waits this long for the session to be written; after every change it was written anyway."""
_LEAVE_SECONDS = 2.0
"""After SIGTERM the app has this long to leave by itself."""
_SPOOL_DAYS = 7

_RESTORE = (
    "\x1b[<u\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2004l\x1b[?1004l\x1b[?2048l\x1b[?7h"
    "\x1b[0m\x1b[?1049l\x1b[?25h"
)
"""Takes back everything Textual's driver switches on."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything the app is made with, decided before Textual is imported (themes: once it may be)."""

    recipe: Recipe | None
    state: Path
    theme: str
    themes: tuple[Theme, ...]
    keymap: dict[str, str]
    ascii_only: bool
    mono: bool
    mouse: bool
    problems: tuple[str, ...]


MakeApp = Callable[[Setup], "SafeApp"]


def launch(
    recipe: Recipe | None,
    theme: str | None = None,
    ascii_only: bool = False,
    mouse: bool = True,
    *,
    make_app: MakeApp | None = None,
) -> int:
    """Run the terminal app until the analyst leaves. Returns the exit status.

    recipe: None or one without sources: the open screen. theme, ascii_only, mouse: the command line's wishes; the
    settings and the terminal decide where they say nothing. make_app: another app than SegApp, for tests.
    """
    for variable in ("COLUMNS", "LINES"):  # they would pin the size for ever
        os.environ.pop(variable, None)
    tty = _open_tty()
    if tty is None:
        print("segtui: no terminal to draw on; use `segtui run` without one.", file=sys.stderr)
        return NO_TERMINAL
    try:
        recipe = _spooled(recipe, tty)
    except _NoInput as error:
        print(f"segtui: {error}", file=sys.stderr)
        return error.status
    descriptors = _Descriptors(tty)
    try:
        with descriptors:
            return _run(recipe, theme, ascii_only, mouse, make_app or _segtui_app, tty)
    except KeyboardInterrupt:  # before the app took over
        return INTERRUPTED


def _run(
    recipe: Recipe | None, theme_name: str | None, ascii_only: bool, mouse: bool, make_app: MakeApp, tty: int
) -> int:
    """Make the app and run it, with the descriptors as it needs them."""
    app: SafeApp | None = None
    report: crash.CrashReport | None = None
    attributes = _attributes(tty)
    crash.install_hooks()
    with _early_signals(tty, attributes):
        try:
            setup = _prepare(recipe, theme_name, ascii_only, mouse)
            _tolerate_any_input()
            app = make_app(setup)
            app.give_back_terminal = functools.partial(_restore, tty, attributes, whole=True)
            app.run(mouse=setup.mouse)
            report = app.crashed
        except Exception as error:  # outside the app's own handler: while it was made, or while it closed down
            report = crash.report(error)
    gc.freeze()  # the interpreter's last collection would take 0.2 s with all that is loaded
    _restore(tty, attributes, whole=report is not None)
    if report is not None:
        saved = app.saved_sentence() if app is not None else "No session was open."
        _say(tty, *report.lines(saved))
        return 1
    return (app.return_code or 0) if app is not None else 1


def _segtui_app(setup: Setup) -> SafeApp:
    """The app itself; importing it imports Textual."""
    from segtui.tui.app import SegApp

    return SegApp(
        setup.recipe,
        state=setup.state,
        theme=setup.theme,
        themes=setup.themes,
        keymap=setup.keymap,
        ascii_only=setup.ascii_only,
        mono=setup.mono,
        mouse=setup.mouse,
        problems=setup.problems,
    )


# -- what is decided before Textual is there -------------------------------------------------------------


def _prepare(recipe: Recipe | None, theme_name: str | None, ascii_only: bool, mouse: bool) -> Setup:
    """Settings, colour, signs and themes; sets the environment that Textual and numpy read when imported."""
    settings = config.load()
    level: colour.Level = "mono" if theme_name == theme.MONO else colour.level(os.environ)
    _set_environment(level)
    from segtui.tui import charset, keymap  # these know Rich and Textual
    from segtui.tui.commands import COMMANDS

    found, broken = theme.load()
    themes, unusable = theme.textual_themes(found)
    chosen, not_found = theme.pick(theme_name, settings.theme, level, [one.name for one in themes])
    keys, wrong_keys = keymap.validate(settings.keys, COMMANDS, settings.path)
    if settings.ascii is None:
        ascii_only = ascii_only or charset.needs_ascii(os.environ)
    return Setup(
        recipe=recipe,
        state=state_folder(),
        theme=chosen,
        themes=themes,
        keymap=keys,
        ascii_only=ascii_only or settings.ascii is True,
        mono=level == "mono",
        mouse=mouse and settings.mouse is not False,
        problems=(*settings.problems, *broken, *unusable, *not_found, *wrong_keys),
    )


def _set_environment(level: colour.Level) -> None:
    colour.prepare(os.environ, level)
    os.environ["TEXTUAL_ANIMATIONS"] = "none"  # a fading widget costs 40 kB a second over SSH
    if os.environ.get("TERM", "dumb") in ("linux", "vt100", "dumb", "unknown"):
        os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"  # they would print the request
    native.prepare(os.environ)


def _tolerate_any_input() -> None:
    """Let a byte that is no UTF-8 (a paste from an old terminal) be a replacement sign instead of the end of the app.

    Textual's driver decodes strictly, in a thread, and a failure there stops the app. Guarded by a test.
    """
    from textual.drivers import linux_driver

    def tolerant(encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
        return functools.partial(codecs.getincrementaldecoder(encoding), "replace")

    linux_driver.getincrementaldecoder = tolerant  # type: ignore[attr-defined,assignment]


# -- standard input as data ------------------------------------------------------------------------------


class _NoInput(Exception):
    """Standard input was asked for as data and cannot be had."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


def _spooled(recipe: Recipe | None, tty: int) -> Recipe | None:
    """`recipe` with standard input ("-") copied to a file, because a source is read more than once.

    The copy lies in the state folder, readable by its owner only, and stays a week, so that a saved session that
    was made from a pipe can be taken up again.
    """
    _drop_old_spools()
    if recipe is None or all(source.path != "-" for source in recipe.gather.sources):
        return recipe
    if os.isatty(0):
        raise _NoInput("`-` reads from a pipe, and standard input is the terminal; give a file instead.", 2)
    try:
        path = _spool(tty)
    except KeyboardInterrupt:
        raise _NoInput("stopped while reading standard input.", INTERRUPTED) from None
    except OSError as error:
        raise _NoInput(f"standard input could not be kept in {clean(_spool_folder())}: {error.strerror}.", 1) from None
    sources = tuple(replace(s, path=str(path)) if s.path == "-" else s for s in recipe.gather.sources)
    return replace(recipe, gather=replace(recipe.gather, sources=sources))


def _spool_folder() -> Path:
    return state_folder() / "stdin"


def _spool(tty: int) -> Path:
    folder = private_folder(_spool_folder())
    path = folder / f"stdin-{dt.datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    done, told, width = 0, time.monotonic(), 0
    try:
        with os.fdopen(handle, "wb") as file:
            while block := os.read(0, 1 << 20):
                file.write(block)
                done += len(block)
                if time.monotonic() - told > 0.25:
                    told = time.monotonic()
                    line = f"reading standard input: {done / 1e6:,.1f} MB (ctrl+c stops)"
                    width = max(width, len(line))
                    os.write(tty, b"\r" + line.encode("ascii"))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        if width:
            os.write(tty, b"\r" + b" " * width + b"\r")
    return path


def _drop_old_spools() -> None:
    oldest = time.time() - _SPOOL_DAYS * 86_400
    with contextlib.suppress(OSError):
        for entry in os.scandir(_spool_folder()):
            if entry.name.startswith("stdin-") and entry.stat().st_mtime < oldest:
                os.unlink(entry.path)


# -- descriptors -----------------------------------------------------------------------------------------


def _open_tty() -> int | None:
    """The controlling terminal, on a descriptor out of the way of 0, 1 and 2 (they may be closed)."""
    try:
        tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
    if tty > 2:
        return tty
    moved = fcntl.fcntl(tty, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(tty)
    return moved


class _Descriptors:
    """While entered: 0 and 1 are the terminal, 2 is the log, and Textual's driver writes to the terminal."""

    def __init__(self, tty: int) -> None:
        self.tty = tty
        self.kept: dict[int, int | None] = {}
        self.streams: tuple[TextIO | None, TextIO | None, TextIO | None, TextIO | None] | None = None

    def __enter__(self) -> None:
        self.streams = (sys.stdin, sys.__stdin__, sys.__stdout__, sys.__stderr__)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
        for number in (0, 1, 2):
            try:
                self.kept[number] = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 10)
            except OSError:  # closed
                self.kept[number] = None
        if not os.isatty(0):
            os.dup2(self.tty, 0)
        if not os.isatty(1):
            os.dup2(self.tty, 1)
        log = crash.open_log()
        if log is None:
            log = os.open(os.devnull, os.O_WRONLY)
        os.dup2(log, 2)
        os.close(log)
        stdin = open(0, encoding="utf-8", errors="replace", closefd=False)
        sys.stdin = stdin
        sys.__stdin__ = stdin  # type: ignore[misc]  # Textual's driver takes its descriptor from here
        if sys.__stdout__ is None:
            sys.__stdout__ = open(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]
        screen = open(self.tty, "w", encoding="utf-8", errors="replace", closefd=False)
        sys.__stderr__ = screen  # type: ignore[misc]

    def __exit__(self, *error: object) -> None:
        if sys.__stderr__ is not None:
            with contextlib.suppress(OSError, ValueError):
                sys.__stderr__.flush()
        for number, kept in self.kept.items():
            if kept is None:
                with contextlib.suppress(OSError):
                    os.close(number)
            else:
                os.dup2(kept, number)
                os.close(kept)
        if self.streams is not None:
            sys.stdin, sys.__stdin__, sys.__stdout__, sys.__stderr__ = self.streams  # type: ignore[misc,assignment]


def _say(tty: int, *lines: str) -> None:
    """Lines on the terminal itself, wherever stdout and stderr go."""
    with contextlib.suppress(OSError):
        os.write(tty, "".join(f"{clean(line)}\r\n" for line in lines).encode("utf-8", "replace"))


# -- giving the terminal back ----------------------------------------------------------------------------

_Attributes = list[object]


def _attributes(tty: int) -> _Attributes | None:
    try:
        return list(termios.tcgetattr(tty))
    except termios.error:
        return None


def _restore(tty: int, attributes: _Attributes | None, *, whole: bool) -> None:
    """Put the terminal's modes back. whole: also leave the alternate screen; else only what Textual forgets."""
    with contextlib.suppress(OSError, termios.error):
        if attributes is not None:
            termios.tcsetattr(tty, termios.TCSANOW, attributes)  # type: ignore[arg-type]
        _, writable, _ = select.select([], [tty], [], 0.2)
        if writable:  # a stalled terminal must not hold us
            os.write(tty, (_RESTORE if whole else "\x1b[?1016l").encode("ascii"))


@contextlib.contextmanager
def _early_signals(tty: int, attributes: _Attributes | None) -> Iterator[None]:
    """Signals before the app listens and after it stopped listening: restore and leave."""

    def leave(number: int, _frame: FrameType | None) -> None:
        _restore(tty, attributes, whole=True)
        os._exit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        signal.signal(signal.SIGINT, signal.default_int_handler)


# -- signals while the app runs --------------------------------------------------------------------------


def install_signals(app: SafeApp) -> None:
    """SIGTERM: saved, terminal restored, 143. SIGHUP or a dead terminal: saved, 129 at once. SIGINT: ctrl+c.

    Called on the event loop, in the main thread. Plain handlers, not the loop's own: they run even while the loop is
    held up by a terminal that has stopped reading.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    signals = _Signals(app, loop)
    signal.signal(signal.SIGTERM, signals.terminate)
    signal.signal(signal.SIGHUP, signals.hang_up)
    signal.signal(signal.SIGINT, signals.interrupt)
    threading.Thread(target=signals.watch_terminal, args=(0,), name="terminal-watch", daemon=True).start()


class _Signals:
    """What signals do to one running app."""

    def __init__(self, app: SafeApp, loop: asyncio.AbstractEventLoop) -> None:
        self.app = app
        self.loop = loop
        self.leaving = threading.Event()

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.app.interrupt)

    def terminate(self, _number: int, _frame: FrameType | None) -> None:
        if self.leaving.is_set():
            return
        self.leaving.set()
        threading.Thread(target=self._force_leave, name="leave", daemon=True).start()
        self._save()
        try:
            self.loop.call_soon_threadsafe(functools.partial(self.app.exit, return_code=TERMINATED))
        except RuntimeError:  # the loop has ended already
            self._leave_now()

    def hang_up(self, _number: int = signal.SIGHUP, _frame: FrameType | None = None) -> None:
        if self.leaving.is_set():
            return
        self.leaving.set()
        self._save()
        os._exit(HUNG_UP)  # nobody is there to see the screen restored, and writing to it may block

    def watch_terminal(self, tty: int) -> None:
        """Wait for the terminal to go away: SIGHUP may be ignored or sent to somebody else.

        A dead terminal is always readable, and the driver would read nothing from it for ever at full speed.
        """
        poller = select.poll()
        poller.register(tty, 0)  # errors are always reported; input is none of our business
        while True:
            try:
                events = poller.poll()
            except OSError:
                return
            if any(mask & select.POLLNVAL for _, mask in events):
                return  # a system on which terminals cannot be polled
            if any(mask & (select.POLLHUP | select.POLLERR) for _, mask in events):
                self.hang_up()
                return

    def _save(self) -> None:
        """Keep the session, but do not wait for a disk that has stopped answering."""
        saving = threading.Thread(target=self._autosave, name="autosave", daemon=True)
        saving.start()
        saving.join(_SAVE_SECONDS)

    def _autosave(self) -> None:
        try:
            self.app.autosave()
        except Exception as error:
            crash.report(error)

    def _force_leave(self) -> None:
        time.sleep(_LEAVE_SECONDS)
        self._leave_now()

    def _leave_now(self) -> None:
        self.app.give_back_terminal()
        os._exit(TERMINATED)
