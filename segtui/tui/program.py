"""Commands of the program rather than the analysis: panes, copying, export, help, theme, leaving."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from segtui.tui import format as fmt
from segtui.tui.screens.customers import CustomersScreen
from segtui.tui.screens.main import MainScreen

if TYPE_CHECKING:
    from segtui.recipe import DeliverySpec, LabelledSpec
    from segtui.session.questions import Question
    from segtui.tui.app import SegApp
    from segtui.tui.panes.decide import DecidePane

TWICE_SECONDS = 2.0
"""Within this time a second ctrl+c leaves the program."""


class Program:
    """The commands that leave the recipe as it is."""

    def __init__(self, app: SegApp, mouse: bool) -> None:
        self.app = app
        self._mouse = mouse
        self._offered: DeliverySpec | None = None
        self._last_stop = 0.0

    def do_stop(self, _: str) -> None:
        now = time.monotonic()
        if now - self._last_stop <= TWICE_SECONDS:
            self.app.exit()
            return
        self._last_stop = now
        stopped = self.app.session.stop() if self.app.session is not None else None
        if not stopped:
            self.app.say("nothing is running; ctrl+c once more quits")

    # panes

    async def _go(self, place: str) -> None:
        if isinstance(self.app.screen, MainScreen):
            await self.app.screen.show_pane(place)

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

    async def do_go_baskets(self, _: str) -> None:
        await self._go("baskets")

    async def do_go_decide(self, _: str) -> None:
        await self._go("decide")

    async def do_go_runs(self, _: str) -> None:
        await self._go("runs")

    async def do_next_pane(self, _: str) -> None:
        if isinstance(self.app.screen, MainScreen):
            await self._go(self.app.screen.neighbour(1))

    async def do_previous_pane(self, _: str) -> None:
        if isinstance(self.app.screen, MainScreen):
            await self._go(self.app.screen.neighbour(-1))

    # copying

    def do_copy(self, _: str) -> None:
        self._copy(whole=False)

    def do_copy_table(self, _: str) -> None:
        self._copy(whole=True)

    def _copy(self, *, whole: bool) -> None:
        source = getattr(self.app.screen, "pane", None) or self.app.screen
        copied = getattr(source, "copied", None)
        text, what = copied(whole) if copied is not None else ("", "")
        if not text:
            self.app.say("there is nothing to copy here")
            return
        from segtui.tui import clipboard

        # tmux is asked in a process of its own, which may take a while.
        self.app.errand(
            lambda: clipboard.copy(text, self._write), lambda sentence: self.app.say(f"{what}: {sentence}", "done")
        )

    def _write(self, data: str) -> None:
        driver = self.app._driver
        if driver is not None and not self.app.is_headless:
            self.app.call_from_thread(driver.write, data)

    def do_export(self, argument: str) -> None:
        assert self.app.session is not None
        from segtui.tui.screens.export import ExportScreen

        path = argument.strip() or f"{self._stem()}_segments.csv"
        self.app.show(ExportScreen(self.app, path), self._export)

    def _export(self, spec: LabelledSpec | None) -> None:
        if spec is not None and self.app.session is not None:
            self.app.exporting = True
            self.app.status.quieten()
            from segtui.progress import Progress

            self.app.status.job = Progress(f"exporting to {fmt.clean(spec.path)}")
            self.app.session.export(spec)
            self.app.redraw()

    def do_deliver(self, argument: str) -> None:
        """Ask what to put into a folder and where; what was chosen before is offered again."""
        assert self.app.session is not None
        from segtui.recipe import DeliverySpec
        from segtui.tui.screens.deliver import DeliverScreen

        spec = self._offered or DeliverySpec(f"{self._stem()}_delivery")
        spec = replace(spec, folder=argument.strip() or spec.folder)
        self.app.show(DeliverScreen(self.app, self.app.status, spec, self.app.delivered), self._deliver)

    def _deliver(self, spec: DeliverySpec | None) -> None:
        if spec is not None and self.app.session is not None:
            self._offered = replace(spec, overwrite=False)
            self.app.exporting = True
            self.app.status.quieten()
            from segtui.progress import Progress

            self.app.status.job = Progress(f"delivering to {fmt.clean(spec.folder)}")
            self.app.session.deliver(spec)
            self.app.redraw()

    def _stem(self) -> str:
        """What the first source is called, without folder and ending."""
        sources = self.app.session.recipe.gather.sources if self.app.session is not None else ()
        return (Path(sources[0].path).name.split(".")[0] if sources else "") or "customers"

    def do_export_table(self, argument: str) -> None:
        """Ask where to write the table on screen, and once more before something is replaced."""
        screen = self.app.screen
        if not isinstance(screen, CustomersScreen):
            self.app.say("open a table first")
        else:
            self._ask_where("Write the whole table as CSV to", screen.question, screen.file_name(), argument)

    def do_export_movers(self, argument: str) -> None:
        """Ask where to write everyone who moved."""
        from segtui.tui.screens.compare import CompareScreen

        screen = self.app.screen
        movers = screen.compared.movers() if isinstance(screen, CompareScreen) else None
        if not isinstance(screen, CompareScreen) or movers is None:
            self.app.say("there are no movers to write")
        else:
            self._ask_where("Write everyone who moved as CSV to", movers, screen.compared.file_name(), argument)

    def do_export_rules(self, argument: str) -> None:
        """Ask where to write every rule."""
        from segtui.tui.panes.baskets import BasketsPane

        screen = self.app.screen
        pane = screen.panes.get("baskets") if isinstance(screen, MainScreen) else None
        question = pane.export_question() if isinstance(pane, BasketsPane) else None
        if question is None:
            self.app.say("there are no rules to write")
        else:
            self._ask_where("Write every rule to (.csv, .tsv, .parquet or .ndjson)", question, "rules.csv", argument)

    def _decide(self) -> DecidePane | None:
        from segtui.tui.panes.decide import DecidePane

        screen = self.app.screen
        pane = screen.panes.get("decide") if isinstance(screen, MainScreen) else None
        return pane if isinstance(pane, DecidePane) else None

    def do_open_evidence(self, _: str) -> None:
        """Show what the Decide pane rests on, in full."""
        from segtui.tui.screens.reading import ReadingScreen

        pane = self._decide()
        heading, said = pane.evidence() if pane is not None else ("", [])
        if said:
            self.app.show(ReadingScreen(self.app, heading, said))
        else:
            self.app.say("there is nothing to read yet")

    def do_export_list(self, argument: str) -> None:
        """Ask for the campaign's name and for a path, and write the list of the play under the cursor; among ways of
        recommending, the lists by the one under the cursor."""
        from segtui.tui.panes.decide import list_file, typed_list

        pane = self._decide()
        if pane is not None and pane.view is pane.board:
            self._write_recommended(pane, argument, here=True)
            return
        if pane is None or not pane.play() or pane.stale:
            wait = pane is not None and pane.stale
            why = "wait for the new segments to converge" if wait else "there is no play under the cursor"
            self.app.say(why, "error")  # above the progress, which would hide it
            return
        campaign, path = typed_list(argument)

        def named(name: str) -> None:
            question = pane.list_of_play(name.strip())
            if question is not None:
                title = f"Write the list of {fmt.clean(question.play, 30)} as CSV to"
                self._ask_where(title, question, list_file(question.campaign, question.play), path)

        if campaign:
            named(campaign)
        else:
            title = "Name of the campaign (who is held out hangs on it)"
            self.app.prompt(title, pane.campaign, _campaign, named)

    def do_export_recommendations(self, argument: str) -> None:
        """Ask for a path, and write what to recommend to every customer."""
        pane = self._decide()
        if pane is not None:
            self._write_recommended(pane, argument, here=False)

    def _write_recommended(self, pane: DecidePane, argument: str, *, here: bool) -> None:
        question, told = pane.recommended(here=here)
        if question is None:
            self.app.say(told, "error")  # above the progress, which would hide it
        else:
            self._ask_where(f"Write {told} to", question, "recommendations.csv", argument)

    def _ask_where(self, title: str, question: Question, name: str, argument: str) -> None:
        """Write a table to the path that was typed, or ask for one."""
        if argument.strip():
            self._write_table(question, argument)
        else:
            self.app.prompt(title, name, _path, lambda path: self._write_table(question, path))

    def _write_table(self, question: Question, typed: str) -> None:
        path = os.path.expanduser(typed.strip())

        def looked(there: object) -> None:
            if there:
                title = f"{fmt.clean(os.path.basename(path))} exists: type yes to replace it"
                self.app.prompt(title, "", _yes, lambda _: self._begin_table(question, path, overwrite=True))
            else:
                self._begin_table(question, path, overwrite=False)

        self.app.errand(lambda: os.path.lexists(path), looked)

    def _begin_table(self, question: Question, path: str, *, overwrite: bool) -> None:
        if self.app.session is not None:
            self.app.exporting = True
            self.app.say(f"writing {fmt.clean(path)}")
            self.app.session.export_table(question, path, overwrite=overwrite)

    def do_compare(self, argument: str) -> None:
        """Compare the current run with the one before, or with what was typed."""
        self.app.compare(argument)

    def do_command_line(self, _: str) -> None:
        from segtui.tui.screens.command_line import CommandLine

        self.app.show(CommandLine(self.app.why_not), self._called)

    def _called(self, call: tuple[str, str] | None) -> None:
        if call is not None:
            self.app.run_command(*call)

    def do_help(self, _: str) -> None:
        from segtui.tui.screens.help import HelpScreen

        self.app.show(
            HelpScreen(self.app.why_not, self.app.keys_of), lambda id: self.app.run_command(id) if id else None
        )

    def do_messages(self, _: str) -> None:
        from segtui.tui.screens.messages_log import MessagesScreen

        self.app.show(MessagesScreen(self.app, self.app.status))

    def do_set_theme(self, argument: str) -> None:
        names = self.app.offered_themes or (self.app.theme,)
        wanted = argument.strip().lower()
        if wanted and wanted not in names:
            self.app.say(f"no theme is called {fmt.clean(argument, 20)}; there are {', '.join(names)}", "error")
            return
        if not wanted:
            wanted = names[(names.index(self.app.theme) + 1) % len(names)] if self.app.theme in names else names[0]
        self.app.forget_inks()
        self.app.theme = wanted
        self.app.say(f"theme {wanted}")

    def do_zoom(self, _: str) -> None:
        if isinstance(self.app.screen, MainScreen):
            self.app.say("zoomed: z gives the other lines back" if self.app.screen.zoom() else "all lines are back")

    def do_mouse(self, _: str) -> None:
        self._mouse = not self._mouse
        driver = self.app._driver
        if driver is not None:
            driver._mouse = True  # the driver's own switches do nothing where it was started without a mouse
            switch = getattr(driver, "_enable_mouse_support" if self._mouse else "_disable_mouse_support", None)
            if switch is not None:
                switch()
        self.app.say("mouse on" if self._mouse else "mouse off: the terminal selects text; m brings it back")

    def do_redraw(self, _: str) -> None:
        self.app.screen.refresh(layout=True)
        self.app.refresh()

    def do_suspend(self, _: str) -> None:
        self.app.action_suspend_process()

    def do_quit(self, _: str) -> None:
        if self.app.exporting:
            self.app.prompt("An export is running; type yes to leave without it", "", _yes, lambda _: self.app.exit())
        else:
            self.app.exit()


def _yes(text: str) -> str:
    return "" if text.strip().lower() in ("y", "yes") else "type yes, or press esc to leave everything as it is"


def _campaign(text: str) -> str:
    return "" if text.strip() else "a name is needed, such as spring-2026"


def _path(text: str) -> str:
    return "" if text.strip() else "a path is needed"
