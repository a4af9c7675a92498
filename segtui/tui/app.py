"""The terminal app: turns key presses into commands and the session's events into what is on screen.

No analysis state lives here: a command makes a new recipe and hands it to the session. The event loop never computes.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from rich.style import Style
from textual import events
from textual.app import SystemCommand
from textual.color import Color, ColorParseError
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Input

from segtui.tui import format as fmt
from segtui.tui.bindings import app_bindings
from segtui.tui.bridge import MakeSession, SessionLike, errand, make_real_session, start_session
from segtui.tui.commands import PANES, Command, command
from segtui.tui.messages import ErrandDone, SessionMissing, SessionReady, SessionSpoke
from segtui.tui.opening import Opening
from segtui.tui.safety import SafeApp
from segtui.tui.screens.bars import why_missing
from segtui.tui.screens.main import MainScreen
from segtui.tui.status import Status
from segtui.tui.theme import segment_colors
from segtui.tui.widgets.ink import Ink, Palette, colour_styles, mono_styles

if TYPE_CHECKING:
    from segtui.recipe import Recipe
    from segtui.results import TraceStep
    from segtui.session.events import FolderWritten
    from segtui.session.questions import Question
    from segtui.tui.hearing import Hearing

T = TypeVar("T")

CURSOR_STRENGTH = {True: 0.35, False: 0.2}
"""How much of the theme's cursor colour the line under the cursor has, on dark and on light ground."""


class SegApp(SafeApp):
    """See the module.

    recipe: what to open; None or one without sources: the open screen. state: where sessions are kept. themes: those
    offered, registered here. keymap: command id -> keys, checked already. problems: what to report at the start.
    make_session: makes the session off the event loop; tests put a fake in.
    """

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = app_bindings()
    CSS_PATH: ClassVar = ["styles/main.tcss", "styles/open.tcss"]  # those of a first screen must be the app's

    def __init__(
        self,
        recipe: Recipe | None = None,
        *,
        state: Path | None = None,
        theme: str | None = None,
        themes: Sequence[Theme] = (),
        keymap: Mapping[str, str] | None = None,
        ascii_only: bool = False,
        mono: bool = False,
        mouse: bool = True,
        problems: Sequence[str] = (),
        make_session: MakeSession = make_real_session,
    ) -> None:
        super().__init__(state=state, ascii_only=ascii_only, mono=mono)
        self.animation_level = "none"
        self.session: SessionLike | None = None
        self.status = Status()
        self.traces: deque[TraceStep] = deque(maxlen=400)
        self.offered_themes = tuple(t.name for t in themes)
        for each in themes:
            self.register_theme(each)
        if theme is not None:
            self.theme = theme
        if keymap:
            self.set_keymap(dict(keymap))
        self._keys = {id: tuple(key.strip() for key in keys.split(",")) for id, keys in (keymap or {}).items()}
        self.opening = Opening(self)
        self.exporting = False
        self.delivered: FolderWritten | None = None
        self._given = recipe if recipe is not None and recipe.gather.sources else None
        self._make_session = make_session
        self.problems = tuple(problems)
        self._mouse = mouse
        self._inks: dict[tuple[str, Style], Ink] = {}
        self._pushed: Awaitable[None] | None = None
        self._doers: tuple[object, ...] = ()
        self._hearing: Hearing | None = None

    # -- what the panes use (panes.base.Desk) ---------------------------------------------------------------

    def change(self, recipe: Recipe, label: str) -> None:
        """Make a recipe the current one."""
        if self.session is None:
            return
        self.status.quieten()
        self.traces.clear()
        self.session.change(recipe, label)
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen):
                screen.recipe_changed()

    def say(self, text: str, kind: str = "info") -> None:
        """Put a sentence on the status line."""
        self.status.say(fmt.clean(text), kind)
        self.redraw_lines()

    def prompt(self, title: str, text: str, check: Callable[[str], str], then: Callable[[str], None]) -> None:
        """Ask for a line of text; `then` gets it, unless it was given up."""
        from segtui.tui.screens.prompt import Prompt

        def answered(result: str | None) -> None:
            if result is not None:
                then(result)

        self.show(Prompt(title, text, check), answered)

    def pick(self, title: str, choices: Sequence[tuple[str, str]], at: int, then: Callable[[int], None]) -> None:
        """Ask for one of several things; `then` gets its place, unless it was given up."""
        from segtui.tui.screens.pick import Pick

        def answered(result: int | None) -> None:
            if result is not None:
                then(result)

        self.show(Pick(title, choices, at), answered)

    def open_table(self, title: str, question: Question, *others: tuple[str, Question]) -> None:
        """Show a table on a screen of its own."""
        from segtui.tui.screens.customers import CustomersScreen

        self.show(CustomersScreen(self, self.status, ((title, question), *others)))

    def open_lab(self) -> None:
        """Show the scaling lab on a screen of its own."""
        from segtui.tui.screens.lab import LabScreen

        self.show(LabScreen(self, self.status))

    def open_prediction(self) -> None:
        """Show what segments know of later orders on a screen of its own."""
        from segtui.tui.screens.prediction import PredictionScreen

        self.show(PredictionScreen(self, self.status))

    def open_adoption(self) -> None:
        """Show what trees would make of the segments on a screen of its own."""
        from segtui.tui.screens.adoption import AdoptionScreen

        self.show(AdoptionScreen(self, self.status))

    def compare(self, sides: str) -> None:
        """Show who moved between two runs on a screen of its own."""
        from segtui.tui.screens.compare import CompareScreen
        from segtui.tui.screens.compare_sides import named

        if self.session is None:
            return
        found = named(sides, self.session)
        if isinstance(found, str):
            self.say(f"compare: {found}", "error")
        else:
            self.show(CompareScreen(self, self.status, found))

    def errand(self, work: Callable[[], object], then: Callable[[object], None]) -> None:
        """Do something short on a thread, then `then` on the event loop."""
        errand(self, work, then, lambda error: self.say(f"{type(error).__name__}: {error}", "error"))

    def ink(self, base: Style) -> Ink:
        """Styles under the current theme on this background."""
        key = (self.theme, base)
        ink = self._inks.get(key)
        if ink is None:
            styles = mono_styles() if self.plain else colour_styles(self._palette())
            ink = self._inks[key] = Ink(base, styles)
        return ink

    def _palette(self) -> Palette:
        """The theme's colours as inks; alpha is blended here, because a terminal has none."""
        theme, variables = self.current_theme, self.theme_variables

        def named(name: str, part: float = 1.0) -> str:
            return _rich_name(variables.get(name, ""), variables.get("background", ""), part)

        return Palette(
            dim=named("foreground-muted"),
            title=named("primary"),
            accent=named("accent"),
            good=named("success"),
            bad=named("error"),
            warn=named("warning"),
            bar=named("secondary"),
            cursor="" if theme.ansi else named("block-cursor-background", CURSOR_STRENGTH[theme.dark]),
            tab="" if theme.ansi else named("block-cursor-background"),
            tab_text="" if theme.ansi else named("block-cursor-foreground"),
            panel="" if theme.ansi or named("panel") == named("background") else named("panel"),
            segments=segment_colors(theme, self.level),
        )

    # -- starting and leaving -------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[object]:
        """The analysis, or without a file the open screen."""
        if self._given is not None:
            return self.make_main()  # type: ignore[return-value]
        from segtui.tui.screens.open import OpenScreen

        problem = " ".join(self.problems)
        return OpenScreen(self, self.state, self.opening.wished, first=True, problem=problem)  # type: ignore[return-value]

    def make_main(self) -> MainScreen:
        """The screen of the analysis."""
        return MainScreen(self, self.status)

    def on_mount(self) -> None:
        """The session is made once something is on screen."""
        if self._given is not None:
            self.opening.open(self._given)
        self.call_after_refresh(start_session, self, self._make_session, self.state)
        self.watch(self, "theme", self.forget_inks, init=False)

    def forget_inks(self) -> None:
        """The theme is another one."""
        self._inks.clear()

    def on_session_ready(self, message: SessionReady) -> None:
        """Open what was asked for."""
        self.session = message.session
        message.session.start()
        for problem in self.problems:
            self.status.say(fmt.clean(problem), "warn")
        self.opening.session_ready()
        self.redraw()

    def on_session_missing(self, message: SessionMissing) -> None:
        """Without a session nothing can be done, but the reason can be read."""
        self.say(f"the analysis could not be started: {message.reason}", "error")

    def autosave(self) -> None:
        """Keep the session; may be called from any thread."""
        if self.session is not None:
            self.session.save()

    async def on_unmount(self) -> None:
        """Let the session end."""
        if self.session is not None:
            self.session.close()

    # -- commands -------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Act on bound keys in the order they were typed.

        Textual sends a key round the focused widget first. Keys that arrive together, as they do over a slow line,
        would then all go to whatever had the focus before the first of them was acted on.
        """
        if isinstance(event, events.Key) and not isinstance(self.focused, Input) and self._driver is not None:
            for priority in (True, False):
                if await self._check_bindings(event.key, priority=priority):
                    return
        await super().on_event(event)

    def show(self, screen: Screen[T], then: Callable[[T | None], None] | None = None) -> None:
        """Show a screen; the command that does so ends once it can take keys."""
        self._pushed = self.push_screen(screen, then)

    async def action_do(self, id: str) -> None:
        """A key was pressed."""
        await self.perform(id)

    def run_command(self, id: str, argument: str = "") -> None:
        """Do what a command does, from a mouse click, the help screen or the command line."""
        self.call_later(self.perform, id, argument)

    async def perform(self, id: str, argument: str = "") -> None:
        """Find who can do it, the pane first, then the screen, then the app, and have it done."""
        wanted = command(id)
        why_not = self.why_not(wanted)
        if why_not:
            self.say(f"{wanted.title}: {why_not}", "info")
            return
        if isinstance(self.screen, MainScreen):
            pane = next((place for place in wanted.where if place in PANES), None)
            if pane is not None and self.screen.place not in wanted.where:
                await self.screen.show_pane(pane)
        name = "do_" + id.replace("-", "_")
        for target in (getattr(self.screen, "pane", None), self.screen, *self._all_doers()):
            handler: Callable[[str], Awaitable[None] | None] | None = getattr(target, name, None)
            if handler is not None:
                result = handler(argument)
                if inspect.isawaitable(result):
                    await result
                break
        pushed, self._pushed = self._pushed, None
        if pushed is not None:
            await pushed

    def _all_doers(self) -> tuple[object, ...]:
        """Who does what no pane and no screen does; made when first needed, after the first paint."""
        if not self._doers:
            from segtui.tui.program import Program
            from segtui.tui.whatif import WhatIf

            self._doers = (WhatIf(self), Program(self, self._mouse), self.opening)
        return self._doers

    def go_to(self, place: str) -> None:
        """Bring a pane to the front."""
        self.run_command("go-" + place.replace("_", "-"))

    def why_not(self, wanted: Command) -> str:
        """Why a command cannot run now, or nothing."""
        return why_missing(wanted.needs, self.session)

    def keys_of(self, id: str) -> tuple[str, ...]:
        """The keys of a command, with what the config changed."""
        return self._keys.get(id, command(id).keys)

    def get_system_commands(self, screen: Screen[object]) -> list[SystemCommand]:
        """None of Textual's own: they would write screenshots with customers in them."""
        del screen
        return []

    # -- what comes back ------------------------------------------------------------------------------------

    def on_session_spoke(self, message: SessionSpoke) -> None:
        """The session said something."""
        if self._hearing is None:
            from segtui.tui.hearing import Hearing

            self._hearing = Hearing(self)
        if self.session is not None:
            self._hearing.heard(message.event, self.session)

    def on_errand_done(self, message: ErrandDone) -> None:
        """Hand the result of an errand to whoever sent it."""
        message.then()

    def redraw(self) -> None:
        """Redraw what changed anywhere in the analysis."""
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen):
                screen.refresh_all()

    def redraw_lines(self) -> None:
        """Redraw what changed in the lines around panes and tables."""
        for screen in self.screen_stack:
            refresh = getattr(screen, "refresh_lines", None)
            if refresh is not None:
                refresh()


def _rich_name(value: str, background: str, part: float) -> str:
    """A theme's colour as Rich understands it, `part` of it over the background; empty where there is none."""
    name = value.split()[0] if value else ""
    if not name or name.startswith("auto") or name == "transparent":
        return ""
    if name.startswith("ansi_"):
        return "" if name == "ansi_default" else name.removeprefix("ansi_")
    try:
        colour, ground = Color.parse(name), Color.parse(background)
    except ColorParseError:
        return ""
    strength = colour.a * part
    return (colour if strength >= 1 else ground.blend(colour, strength, 1.0)).hex6.lower()
