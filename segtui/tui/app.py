"""The terminal app: turns key presses into commands and the session's events into what is on screen.

No analysis state lives here: a command makes a new recipe and hands it to the session. The event loop never computes.
"""

from __future__ import annotations

import inspect
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.app import SystemCommand
from textual.color import Color
from textual.screen import Screen
from textual.theme import Theme

from segtui.progress import Progress
from segtui.recipe import K_MAX, K_MIN, SCALES, GatherSpec, LabelledSpec, Recipe, SourceSpec
from segtui.results import TraceStep
from segtui.session.events import (
    Answered,
    Event,
    Exported,
    Failed,
    Found,
    Idle,
    Opened,
    Previewed,
    Progressed,
    StoppedByAnalyst,
    Swept,
)
from segtui.session.questions import Question
from segtui.tui import format as fmt
from segtui.tui.bindings import app_bindings
from segtui.tui.bridge import MakeSession, SessionLike, errand, make_real_session, start_session
from segtui.tui.commands import NEEDS, PANES, Command, command
from segtui.tui.messages import ErrandDone, SessionMissing, SessionReady, SessionSpoke
from segtui.tui.safety import SafeApp
from segtui.tui.screens.bars import is_there
from segtui.tui.screens.main import MainScreen
from segtui.tui.status import Status
from segtui.tui.theme import segment_colors
from segtui.tui.widgets.ink import Ink, Palette, colour_styles, mono_styles

if TYPE_CHECKING:
    from segtui.tui.screens.open import Wish

TWICE_SECONDS = 2.0
"""Within this time a second ctrl+c leaves the program."""
MOST_RESTARTS, MOST_ITERATIONS, HIGHEST_SEED = 1000, 100_000, 2**32 - 1


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
        given = recipe if recipe is not None and recipe.gather.sources else None
        self._starts_open = given is None
        self._waiting: Callable[[], None] | None = (lambda: self._open(given)) if given is not None else None
        """What to do once the session is there."""
        self._make_session = make_session
        self._problems = problems
        self._problems_told = False
        self._mouse = mouse
        self._inks: dict[tuple[str, Style], Ink] = {}
        self._last_stop = 0.0
        self._exporting = False
        self._opening = False

    # -- what the panes use (panes.base.Desk) ---------------------------------------------------------------

    def change(self, recipe: Recipe, label: str) -> None:
        """Make a recipe the current one."""
        if self.session is None:
            return
        self.status.quieten()
        self.traces.clear()
        self.session.change(recipe, label)
        self._redraw()

    def say(self, text: str, kind: str = "info") -> None:
        """Put a sentence on the status line."""
        self.status.say(fmt.clean(text), kind)
        self._redraw_lines()

    def prompt(self, title: str, text: str, check: Callable[[str], str], then: Callable[[str], None]) -> None:
        """Ask for a line of text; `then` gets it, unless it was given up."""
        from segtui.tui.screens.prompt import Prompt

        def answered(result: str | None) -> None:
            if result is not None:
                then(result)

        self.push_screen(Prompt(title, text, check), answered)

    def open_table(self, title: str, question: Question) -> None:
        """Show a table on a screen of its own."""
        from segtui.tui.screens.customers import CustomersScreen

        self.push_screen(CustomersScreen(self, self.status, title, question))

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
        theme = self.current_theme
        variables = self.theme_variables

        def own(name: str, variable: str) -> str:
            value = getattr(theme, name, None) or variables.get(variable, "")
            return _rich_name(value)

        return Palette(
            dim="" if theme.ansi else _rich_name(variables.get("foreground-muted", "")),
            title=own("primary", "primary"),
            accent=own("accent", "accent"),
            good=own("success", "success"),
            bad=own("error", "error"),
            warn=own("warning", "warning"),
            bar=own("secondary", "secondary"),
            cursor="" if theme.ansi else _rich_name(variables.get("surface-active", "") or variables.get("panel", "")),
            panel="" if theme.ansi else _rich_name(variables.get("panel", "")),
            segments=segment_colors(theme, self.level),
        )

    # -- starting and leaving -------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[object]:
        """The analysis, or without a file the open screen."""
        if not self._starts_open:
            return self._main()  # type: ignore[return-value]
        from segtui.tui.screens.open import OpenScreen

        problem = " ".join(self._problems)
        return OpenScreen(self, self.state, self._wished, first=True, problem=problem)  # type: ignore[return-value]

    def _main(self) -> MainScreen:
        return MainScreen(self, self.status)

    def on_mount(self) -> None:
        """The session is made once something is on screen."""
        self.call_after_refresh(start_session, self, self._make_session, self.state)
        self.watch(self, "theme", self._theme_changed, init=False)

    def _theme_changed(self) -> None:
        self._inks.clear()

    def on_session_ready(self, message: SessionReady) -> None:
        """Open what was asked for."""
        self.session = message.session
        message.session.start()
        for problem in self._problems:
            self.status.say(fmt.clean(problem), "warn")
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()
        self._redraw()

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
        for target in (getattr(self.screen, "pane", None), self.screen, self):
            handler: Callable[[str], Awaitable[None] | None] | None = getattr(target, name, None)
            if handler is not None:
                result = handler(argument)
                if inspect.isawaitable(result):
                    await result
                return

    def why_not(self, wanted: Command) -> str:
        """Why a command cannot run now, or nothing."""
        return "" if is_there(wanted.needs, self.session) else NEEDS[wanted.needs]

    def keys_of(self, id: str) -> tuple[str, ...]:
        """The keys of a command, with what the config changed."""
        return self._keys.get(id, command(id).keys)

    def get_system_commands(self, screen: Screen[object]) -> list[SystemCommand]:
        """None of Textual's own: they would write screenshots with customers in them."""
        del screen
        return []

    # what if

    def _recipe(self) -> Recipe:
        assert self.session is not None
        return self.session.recipe

    def _set_k(self, k: int) -> None:
        recipe = self._recipe()
        now = recipe.cluster.k
        wanted = recipe.with_k(k)
        if wanted.cluster.k == now:
            self.say(f"k lies between {K_MIN} and {K_MAX}")
            return
        arrow = self.charset.right if not self.ascii_only else "->"
        self.change(wanted, f"k {now}{arrow}{wanted.cluster.k}")

    def do_more_segments(self, _: str) -> None:
        self._set_k(self._recipe().cluster.k + 1)

    def do_fewer_segments(self, _: str) -> None:
        self._set_k(self._recipe().cluster.k - 1)

    def _number(self, argument: str, title: str, now: int, low: int, high: int, then: Callable[[int], None]) -> None:
        """Take a whole number from the argument, or ask for it."""

        def check(text: str) -> str:
            text = text.strip()
            if not text.isascii() or not text.isdigit():
                return f"{fmt.clean(text, 20)} is not a whole number" if text else "a whole number is needed"
            return "" if low <= int(text) <= high else f"from {low} to {high:,}"

        if not argument:
            self.prompt(f"{title} ({low} to {high:,})", str(now), check, lambda text: then(int(text)))
        elif problem := check(argument):
            self.say(f"{title}: {problem}", "error")
        else:
            then(int(argument))

    def do_set_k(self, argument: str) -> None:
        self._number(argument, "Number of segments", self._recipe().cluster.k, K_MIN, K_MAX, self._set_k)

    def _set_cluster(self, name: str, value: int) -> None:
        recipe = self._recipe()
        if name == "seed":
            cluster = replace(recipe.cluster, seed=value)
        elif name == "restarts":
            cluster = replace(recipe.cluster, restarts=value)
        else:
            cluster = replace(recipe.cluster, max_iter=value)
        if cluster != recipe.cluster:
            self.change(replace(recipe, cluster=cluster), f"{name} {value}")

    def do_set_seed(self, argument: str) -> None:
        now = self._recipe().cluster.seed
        self._number(argument, "Seed", now, 0, HIGHEST_SEED, lambda value: self._set_cluster("seed", value))

    def do_set_restarts(self, argument: str) -> None:
        now = self._recipe().cluster.restarts
        title = "Restarts, 0 for as many as the size of the data asks"
        self._number(argument, title, now, 0, MOST_RESTARTS, lambda value: self._set_cluster("restarts", value))

    def do_set_max_iter(self, argument: str) -> None:
        now = self._recipe().cluster.max_iter
        self._number(argument, "Most iterations", now, 1, MOST_ITERATIONS, lambda v: self._set_cluster("max_iter", v))

    def do_cycle_scale(self, argument: str) -> None:
        recipe = self._recipe()
        wanted = argument.strip().lower() or SCALES[(SCALES.index(recipe.prepare.scale) + 1) % len(SCALES)]
        if wanted not in SCALES:
            self.say(f"no scale is called {fmt.clean(argument, 20)}; there are {', '.join(SCALES)}", "error")
        else:
            self.change(replace(recipe, prepare=replace(recipe.prepare, scale=wanted)), f"scale {wanted}")

    def do_undo(self, _: str) -> None:
        assert self.session is not None
        label = self.session.undo_label
        self._moved(self.session.undo(), f"undone: {label}", "there is nothing to undo")

    def do_redo(self, _: str) -> None:
        assert self.session is not None
        label = self.session.redo_label
        self._moved(self.session.redo(), f"redone: {label}", "there is nothing to redo")

    def _moved(self, moved: bool, text: str, nothing: str) -> None:
        self.traces.clear()
        self.status.text = ""
        self.status.kind = "info"
        self.say(text if moved else nothing, "done" if moved else "info")
        self._redraw()

    def do_set_baseline(self, _: str) -> None:
        assert self.session is not None
        if self.session.baseline():
            self.say("baseline set: these segments keep their letters from now on", "done")
        else:
            self.say("a baseline must be exact: wait until the run line says so")

    def do_stop(self, _: str) -> None:
        now = time.monotonic()
        if now - self._last_stop <= TWICE_SECONDS:
            self.exit()
            return
        self._last_stop = now
        stopped = self.session.stop() if self.session is not None else None
        if not stopped:
            self.say("nothing is running; ctrl+c once more quits")

    # panes

    async def _go(self, place: str) -> None:
        if isinstance(self.screen, MainScreen):
            await self.screen.show_pane(place)

    async def do_go_data(self, _: str) -> None:
        await self._go("data")

    async def do_go_features(self, _: str) -> None:
        await self._go("features")

    async def do_go_choose_k(self, _: str) -> None:
        await self._go("choose_k")

    async def do_go_segments(self, _: str) -> None:
        await self._go("segments")

    async def do_go_plots(self, _: str) -> None:
        await self._go("plots")

    async def do_go_runs(self, _: str) -> None:
        await self._go("runs")

    async def do_next_pane(self, _: str) -> None:
        if isinstance(self.screen, MainScreen):
            await self._go(self.screen.neighbour(1))

    async def do_previous_pane(self, _: str) -> None:
        if isinstance(self.screen, MainScreen):
            await self._go(self.screen.neighbour(-1))

    # copying

    def do_copy(self, _: str) -> None:
        self._copy(whole=False)

    def do_copy_table(self, _: str) -> None:
        self._copy(whole=True)

    def _copy(self, *, whole: bool) -> None:
        source = getattr(self.screen, "pane", None) or self.screen
        copied = getattr(source, "copied", None)
        text, what = copied(whole) if copied is not None else ("", "")
        if not text:
            self.say("there is nothing to copy here")
            return
        from segtui.tui import clipboard

        # tmux is asked in a process of its own, which may take a while.
        self.errand(lambda: clipboard.copy(text, self._write), lambda sentence: self.say(f"{what}: {sentence}", "done"))

    def _write(self, data: str) -> None:
        driver = self._driver
        if driver is not None and not self.is_headless:
            self.call_from_thread(driver.write, data)

    # files

    def do_open(self, argument: str) -> None:
        if argument:
            self._open(Recipe(gather=GatherSpec((SourceSpec(str(Path(argument).expanduser())),))))
            return
        from segtui.tui.screens.open import OpenScreen

        self.push_screen(OpenScreen(self, self.state, self._wished, first=False))

    def _wished(self, wish: Wish) -> None:
        """Open what was chosen on the open screen."""
        if wish.demo:
            self.errand(_demo_recipe, lambda recipe: self._open(recipe) if isinstance(recipe, Recipe) else None)
        elif wish.saved is not None:
            saved = wish.saved
            self._with_session(lambda session: session.resume(saved))
        else:
            self._open(Recipe(gather=GatherSpec((SourceSpec(wish.path),))))

    def _open(self, recipe: Recipe) -> None:
        self._with_session(lambda session: session.open(recipe))

    def _with_session(self, begin: Callable[[SessionLike], None]) -> None:
        """Begin to open something, as soon as there is a session."""
        self._main_to_front()
        if self.session is None:
            self._waiting = lambda: self._with_session(begin)
            return
        self._begin_opening()
        begin(self.session)
        self._redraw()

    def _main_to_front(self) -> None:
        """Show the analysis. The open screen the app began with stays below it for good."""
        if isinstance(self.screen, MainScreen):
            return
        if any(isinstance(screen, MainScreen) for screen in self.screen_stack):
            while not isinstance(self.screen, MainScreen):
                self.pop_screen()
        else:
            self.push_screen(self._main())

    def _begin_opening(self) -> None:
        self._opening = True
        self.status.quieten()
        self.status.job = Progress("opening")

    def do_export(self, argument: str) -> None:
        assert self.session is not None
        from segtui.tui.screens.export import ExportScreen

        source = self._recipe().gather.sources[0].path if self._recipe().gather.sources else "customers.csv"
        stem = Path(source).name.split(".")[0] or "customers"
        path = argument.strip() or f"{stem}_segments.csv"
        self.push_screen(ExportScreen(self, path), self._export)

    def _export(self, spec: LabelledSpec | None) -> None:
        if spec is not None and self.session is not None:
            self._exporting = True
            self.status.quieten()
            self.status.job = Progress(f"exporting to {fmt.clean(spec.path)}")
            self.session.export(spec)
            self._redraw()

    # the program

    def do_command_line(self, _: str) -> None:
        from segtui.tui.screens.command_line import CommandLine

        self.push_screen(CommandLine(self.why_not), self._called)

    def _called(self, call: tuple[str, str] | None) -> None:
        if call is not None:
            self.run_command(*call)

    def do_help(self, _: str) -> None:
        from segtui.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.why_not, self.keys_of), lambda id: self.run_command(id) if id else None)

    def do_messages(self, _: str) -> None:
        from segtui.tui.screens.messages_log import MessagesScreen

        self.push_screen(MessagesScreen(self, self.status))

    def do_set_theme(self, argument: str) -> None:
        names = self.offered_themes or (self.theme,)
        wanted = argument.strip().lower()
        if wanted and wanted not in names:
            self.say(f"no theme is called {fmt.clean(argument, 20)}; there are {', '.join(names)}", "error")
            return
        if not wanted:
            wanted = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]
        self._inks.clear()
        self.theme = wanted
        self.say(f"theme {wanted}")

    def do_zoom(self, _: str) -> None:
        if isinstance(self.screen, MainScreen):
            self.say("zoomed: z gives the other lines back" if self.screen.zoom() else "all lines are back")

    def do_mouse(self, _: str) -> None:
        self._mouse = not self._mouse
        driver = self._driver
        for name in ("_enable_mouse_support",) if self._mouse else ("_disable_mouse_support",):
            switch = getattr(driver, name, None)
            if switch is not None:
                switch()
        self.say("mouse on" if self._mouse else "mouse off: the terminal selects text; m brings it back")

    def do_redraw(self, _: str) -> None:
        self.screen.refresh(layout=True)
        self.refresh()

    def do_suspend(self, _: str) -> None:
        self.action_suspend_process()

    def do_quit(self, _: str) -> None:
        if self._exporting:
            self.prompt("An export is running; type yes to leave without it", "", _yes, lambda _: self.exit())
        else:
            self.exit()

    # -- what comes back ------------------------------------------------------------------------------------

    def on_errand_done(self, message: ErrandDone) -> None:
        """Hand the result of an errand to whoever sent it."""
        message.then()

    def on_session_spoke(self, message: SessionSpoke) -> None:
        """The one place where events of the session arrive; what is out of date is dropped here."""
        session = self.session
        if session is None:
            return
        event = message.event
        if isinstance(event, Answered):
            if event.answer is session.shown:
                self._answered()
        elif isinstance(event, Progressed):
            self._progressed(event, session)
        elif isinstance(event, Found):
            if session.found(event.question) is not None:
                found = getattr(self.screen, "found", None)
                if found is not None:
                    found(event.question)
        elif isinstance(event, Swept):
            self._redraw()
            if event.finished:
                self.say(f"criteria for {fmt.plural(len(event.rows), 'value')} of k are there: 3 shows them", "done")
        else:
            self._ended(event)

    def _answered(self) -> None:
        assert self.session is not None
        if not self.session.busy:
            self.status.job = None
        if self.status.kind == "error":
            self.status.quieten()
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen):
                screen.new_answer()

    def _progressed(self, event: Progressed, session: SessionLike) -> None:
        if not session.busy and not session.background:
            return
        if event.trace is not None:
            self.traces.append(event.trace)
        self.status.job = event.progress
        self._redraw_lines()
        screen = self.screen
        if isinstance(screen, MainScreen) and screen.place == "choose_k" and screen.pane is not None:
            screen.pane.repaint()

    def _ended(self, event: Event) -> None:
        if isinstance(event, Previewed):
            self._redraw()
        elif isinstance(event, Opened):
            self._opened(event)
        elif isinstance(event, Exported):
            self._exporting = False
            self.status.job = None
            paths = ", ".join(fmt.clean(path) for path in event.paths)
            notes = "".join(f"; {fmt.clean(note)}" for note in event.notes)
            self.say(f"written: {paths}{notes}", "done")
        elif isinstance(event, Failed):
            self._failed(event)
        elif isinstance(event, StoppedByAnalyst):
            self._exporting = self._exporting and event.job != "exporting"
            self.status.job = None
            self.say(f"stopped: {event.job}; what stood before still stands", "done")
            self._redraw()
        elif isinstance(event, Idle):
            self.status.job = None
            self._redraw()

    def _opened(self, event: Opened) -> None:
        self._opening = False
        self.status.job = None
        warnings = [*event.dataset.warnings, *event.inspection.warnings]
        for warning in warnings:
            self.status.say(fmt.clean(warning), "warn")
        customers = fmt.plural(event.dataset.customers, "customer")
        left = event.dataset.input_rows - event.dataset.customers
        rest = f", {fmt.plural(left, 'row')} left out" if left else ""
        more = f"; {fmt.plural(len(warnings), 'warning')}" if warnings else ""
        if self._problems and not self._problems_told:
            more += f"; {fmt.plural(len(self._problems), 'problem')} with settings or themes"
            self._problems_told = True
        more += ", ! shows them" if more else ""
        self.status.say(f"opened: {customers}{rest}{more}", "info")
        self.call_later(self._go, "segments")
        self._redraw()

    def _failed(self, event: Failed) -> None:
        self.status.job = None
        if event.job.startswith("export"):
            self._exporting = False
        text = fmt.clean(event.error)
        was_opening, self._opening = self._opening, False
        self.say(text, "error")
        if was_opening and self.session is not None and self.session.dataset is None:
            self._open_again(text)
        self._redraw()

    def _open_again(self, problem: str) -> None:
        """Nothing could be opened: back to the open screen, with the reason."""
        from segtui.tui.screens.open import OpenScreen

        below: object = self.screen_stack[0]
        if isinstance(below, OpenScreen):
            below.fail(problem)
            while len(self.screen_stack) > 1:
                self.pop_screen()
        else:
            self.push_screen(OpenScreen(self, self.state, self._wished, first=True, problem=problem))

    def _redraw(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen):
                screen.refresh_all()

    def _redraw_lines(self) -> None:
        for screen in self.screen_stack:
            refresh = getattr(screen, "refresh_lines", None)
            if refresh is not None:
                refresh()


def _yes(text: str) -> str:
    return "" if text.strip().lower() in ("y", "yes") else "type yes to leave, or press esc to stay"


def _demo_recipe() -> Recipe:
    """The recipe that opens the shipped example."""
    from segtui import demo

    return Recipe(gather=GatherSpec(tuple(SourceSpec(str(path)) for path in demo.example_paths())))


def _rich_name(value: str) -> str:
    """A theme's colour as Rich understands it; empty where it has none."""
    value = value.split()[0] if value else ""
    if not value or value.startswith("auto") or value == "transparent":
        return ""
    if value.startswith("ansi_"):
        return "" if value == "ansi_default" else value.removeprefix("ansi_")
    try:
        return Color.parse(value).hex6.lower()
    except ValueError:
        return ""
