"""The ground every screen stands on: signals, crashes and what may reach the terminal, apart from any customer.

`SegApp` derives from `SafeApp`; the launcher (`terminal.py`) prepares the process for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from textual import events
from textual.app import App, RenderResult
from textual.filter import LineFilter
from textual.widget import Widget

from segtui.tui import charset, crash
from segtui.tui.colour import Level
from segtui.tui.filters import AsciiFilter, ControlFilter, MonoFilter
from segtui.tui.theme import MONO

CRASH_VARIABLE = "SEGTUI_TEST_CRASH"
"""Tests set it to "render" and press F12 to see what a crash leaves behind."""


class SafeApp(App[None]):
    """An app that leaves the terminal as it found it and keeps customers off it where they must not be.

    state: folder for saved sessions; None: nothing is stored. ascii_only: 7-bit characters only. mono: no colour.
    level: the colours in use. crashed: what happened, once it has.
    """

    def __init__(self, *, state: Path | None = None, ascii_only: bool = False, mono: bool = False) -> None:
        super().__init__()
        self.state = state
        self.ascii_only = ascii_only
        self.mono = mono
        self.charset = charset.choose(ascii_only)
        self.crashed: crash.CrashReport | None = None
        self.give_back_terminal: Callable[[], None] = lambda: None  # the launcher's, for when Textual cannot
        self._control_filter = ControlFilter()
        self._ascii_filter = AsciiFilter()
        self._mono_filter = MonoFilter()

    # -- what a derived app says ---------------------------------------------------------------------------

    def autosave(self) -> None:
        """Keep the session. May be called from any thread and at any moment, so it must not touch widgets."""

    def saved_sentence(self) -> str:
        """Where the session is, for the last line after a crash."""
        return "Nothing was to be kept." if self.state is None else "The session is kept; start segtui to go on."

    def interrupt(self) -> None:
        """SIGINT from outside: the same as ctrl+c."""
        self.simulate_key("ctrl+c")

    # -- colour --------------------------------------------------------------------------------------------

    @property
    def level(self) -> Level:
        """The colours that can be used now."""
        if self.plain:
            return "mono"
        systems: dict[str | None, Level] = {"standard": "16", "256": "256", "truecolor": "truecolor"}
        return systems.get(self.console.color_system, "256")

    @property
    def plain(self) -> bool:
        """Whether the screen is drawn without colour: the terminal has none, or the theme asks for it."""
        return self.mono or self.theme == MONO

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Filters for every line of every widget."""
        text = self._ascii_filter if self.ascii_only else self._control_filter
        if self.plain:
            return (text, self._mono_filter)
        return (text, *super().get_line_filters())

    def _set_pointer_shape(self, shape: str) -> None:
        """Nothing: Textual would send a control sequence that plain terminals print. Guarded by a test."""

    # -- signals and crashes -------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Listen to signals from here on (Textual calls this besides the derived app's own)."""
        from segtui.tui.terminal import install_signals

        if not self.is_headless:
            install_signals(self)

    def _handle_exception(self, error: Exception) -> None:
        """Textual's private hook for an unforeseen error; guarded by a test."""
        self._return_code = 1
        if self._exception is None:  # what Textual's test driver raises again
            self._exception = error
            self._exception_event.set()
        if self.crashed is None:
            self.crashed = crash.report(error)
            try:
                self.autosave()
            except Exception as second:
                crash.report(second)
        self._close_messages_no_wait()

    def on_key(self, event: events.Key) -> None:
        """Crash on request, in tests only."""
        if event.key == "f12" and os.environ.get(CRASH_VARIABLE) == "render":
            self.screen.mount(_Crash())


class _Crash(Widget):
    """Fails while drawing itself, with a customer in a local variable and in the text of the error."""

    def render(self) -> RenderResult:
        customer = "crash-test-customer@example.invalid"
        raise ValueError(f"could not convert string to float: {customer!r}")
