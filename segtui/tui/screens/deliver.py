"""The screen of a delivery: where to, which parts and formats; shows first rows and sizes, asks before it replaces."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from segtui.errors import SegtuiError
from segtui.recipe import LABELLED_FORMATS, PARTS, DeliverySpec
from segtui.session.questions import DeliveryQuestion, Question
from segtui.tui import format as fmt
from segtui.tui.panes.base import Desk
from segtui.tui.screens.delivery_words import ABOUT, LABELLED, SAFE, SAID, WITHHOLD, contents, page
from segtui.tui.screens.export import Preview
from segtui.tui.widgets.ink import Line, line
from segtui.tui.widgets.line_input import LineInput
from segtui.tui.widgets.pick_list import PickList

if TYPE_CHECKING:
    from segtui.session.delivery_view import DeliveryView, LabelledSize
    from segtui.session.events import FolderWritten
    from segtui.tui.status import Status


class Choices(PickList, can_focus=True):
    """What can be switched; space does so."""

    BINDINGS: ClassVar = [
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("ctrl+d,pagedown", "step(8)", show=False),
        Binding("ctrl+u,pageup", "step(-8)", show=False),
        Binding("g,home", "step(-99)", show=False),
        Binding("G,end", "step(99)", show=False),
        Binding("space", "screen.turn", show=False),
        Binding("tab,shift+tab", "screen.to_path", show=False),
        Binding("enter", "screen.write", show=False),
    ]

    def action_step(self, by: int) -> None:
        """Move; above the first row lies the path."""
        if by == -1 and not any(self.selectable[: self.at]):
            self.screen.query_one(LineInput).focus()
        else:
            self.move(by)


class DeliverScreen(Screen[DeliverySpec | None]):
    """Returns what to write, or None. spec: what is offered; last: what was written before."""

    CSS_PATH = "../styles/deliver.tcss"
    BINDINGS: ClassVar = [Binding("escape,ctrl+g", "give_up", show=False)]

    def __init__(self, desk: Desk, status: Status, spec: DeliverySpec, last: FolderWritten | None) -> None:
        super().__init__()
        self.desk = desk
        self.place = "deliver"
        self._status = status
        self._last = last
        self._path = spec.folder
        self._on = {*spec.parts, *spec.formats, *((SAFE,) if spec.csv_safe else ())}
        self._on |= {WITHHOLD} if spec.withhold else set()
        self._keys: list[str] = []
        self._confirmed = ""
        self._view: DeliveryView | None = None

    def compose(self) -> ComposeResult:
        """Path, choices, problem, warning, first rows."""
        yield Static(Text(" Deliver: a folder with everything known of these segments"), id="title", markup=False)
        yield LineInput(fmt.clean(self._path), placeholder="path of the folder to write", id="line")
        yield Choices(id="choices")
        yield Static(Text(""), id="problem", markup=False)
        yield Static(Text(""), id="warning", markup=False)
        yield Preview()
        yield Static(Text(" enter write   tab choices   space on or off   esc back"), id="foot", markup=False)

    def on_mount(self) -> None:
        """Show the choices, ask for first rows and sizes."""
        self.query_one(Choices).at = 1
        self._refill()
        self.set_focus(self.query_one(LineInput))
        self.new_answer()

    def new_answer(self) -> None:
        """Other segments are on screen: ask about them."""
        session = self.desk.session
        if session is not None:
            if session.found(DeliveryQuestion()) is None:
                session.ask(DeliveryQuestion())
            self.found(DeliveryQuestion())

    def found(self, question: Question) -> None:
        """First rows and sizes may be there."""
        session = self.desk.session
        view = session.found(DeliveryQuestion()) if session is not None else None
        if view is None or question != DeliveryQuestion():
            return
        self._view = cast("DeliveryView", view)
        self.query_one(Preview).page = page(self._view)
        self.query_one(Preview).repaint()
        self._refill()

    def ended(self) -> None:
        """A job failed or was stopped: where it was this question, the first rows do not come."""
        if self._view is None:
            self._tell(f"no first rows: {self._status.text}")

    # -- what can be chosen -----------------------------------------------------------------------------------

    def _refill(self) -> None:
        rows = [("", _heading("parts", "the recipe and a passport come with them"))]
        rows += [(part, self._part(part)) for part in PARTS]
        rows.append(("", _heading("formats", "of labelled customers and orders; other tables are CSV")))
        rows += [(form, self._format(form)) for form in LABELLED_FORMATS]
        rows.append(("", _heading("how")))
        rows += [(key, self._switch(key, said)) for key, said in SAID.items()]
        if self._last is not None:
            files = f"{fmt.plural(len(self._last.files), 'file')}, {fmt.size(self._last.size)}: space lists them"
            rows.append(("", _heading("delivered last")))
            rows.append(("last", line(f"   {fmt.clean(self._last.folder, 36)}  ", (files, "dim"))))
        self._keys = [key for key, _ in rows]
        choices = self.query_one(Choices)
        choices.fill([row for _, row in rows], [bool(key) for key, _ in rows], choices.at)
        self.query_one("#warning", Static).update(Text(self._warning()))

    def _switch(self, key: str, said: str, *, possible: bool = True) -> Line:
        signs = self.desk.charset
        sign = (signs.on if key in self._on else signs.off) if possible else f" {signs.dash} "
        name = "" if possible else "dim"
        return line((f"   {sign} ", name or "bold"), (f"{key:<16}", name), (said, "dim"))

    def _part(self, part: str) -> Line:
        why = self._cannot().get(part)
        size = None
        if self._view is not None and part in LABELLED:
            size = self._view.customers if part == "customers" else self._view.orders
        told = f", {size.rows:,} rows {self.desk.charset.times} {size.columns}" if size is not None else ""
        if why is not None:
            return self._switch(part, f"not here: {fmt.clean(why)}", possible=False)
        return self._switch(part, ABOUT[part] + told)

    def _format(self, form: str) -> Line:
        tables = self._labelled()
        sizes = [table.about(form) for table in tables]
        if self._view is None:
            said = ""
        elif not tables:
            said = "neither customers nor orders are chosen"
        elif any(size is None for size in sizes):
            said = "size not known before it is written"
        else:
            said = f"about {fmt.size(sum(size or 0.0 for size in sizes))}"
        return self._switch(form, said)

    def _labelled(self) -> list[LabelledSize]:
        """The labelled tables that are chosen and can be."""
        if self._view is None:
            return []
        sizes = {"customers": self._view.customers, "orders": self._view.orders}
        return [size for part, size in sizes.items() if part in self._on and size is not None]

    def _cannot(self) -> dict[str, str]:
        return dict(self._view.cannot) if self._view is not None else {}

    def _warning(self) -> str:
        if self._view is None or not self._view.formulas or SAFE in self._on or "customers" not in self._on:
            return ""
        columns = ", ".join(f"{fmt.clean(name, 20)} ({many:,})" for name, many in self._view.formulas[:3])
        more = f" and {len(self._view.formulas) - 3} more columns" if len(self._view.formulas) > 3 else ""
        whole = self._view.looked >= self._view.customers.rows
        where = "there are" if whole else f"in the first {self._view.looked:,} rows"
        return f" ! {where} cells that begin with = + - @ (csv-safe guards them): {columns}{more}"

    # -- keys -------------------------------------------------------------------------------------------------

    def on_input_changed(self, _: LineInput.Changed) -> None:
        """Another path is another question."""
        self._confirmed = ""
        self._tell("")

    def on_line_input_pressed(self, event: LineInput.Pressed) -> None:
        """Tab and down lead to the choices."""
        if event.key in ("tab", "down"):
            self.query_one(Choices).focus()

    def action_to_path(self) -> None:
        """Back to the path."""
        self.set_focus(self.query_one(LineInput))

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """A click switches a row."""
        self.action_turn()

    def action_turn(self) -> None:
        """Switch what is under the cursor."""
        key = self._keys[self.query_one(Choices).at]
        why = self._cannot().get(key)
        if key == "last" and self._last is not None:
            self._list(self._last)
        elif why is not None:
            self._tell(f"{key} cannot be: {why}")
        else:
            self._on ^= {key}
            self._tell("")
            self._refill()

    def _list(self, last: FolderWritten) -> None:
        from segtui.tui.screens.reading import ReadingScreen

        self.app.push_screen(ReadingScreen(self.desk, f"Delivered to {fmt.clean(last.folder, 60)}", contents(last)))

    def on_input_submitted(self, _: LineInput.Submitted) -> None:
        """Write."""
        self.action_write()

    def action_write(self) -> None:
        """Write; where there is a delivery already, enter must be pressed again."""
        spec, problem = self._asked()
        if spec is None:
            self._tell(problem)
            return
        wanted = spec
        self.desk.errand(_standing(self.desk, wanted), lambda there: self._go(wanted, cast("bool | str", there)))

    def _asked(self) -> tuple[DeliverySpec | None, str]:
        """What is chosen, or why it cannot be written."""
        folder = os.path.expanduser(self.query_one(LineInput).value.strip())
        parts = tuple(part for part in PARTS if part in self._on and part not in self._cannot())
        formats = tuple(form for form in LABELLED_FORMATS if form in self._on)
        if not folder:
            return None, "a path is needed"
        if not parts:
            return None, "choose at least one part, with tab and space"
        if not formats and any(part in LABELLED for part in parts):
            return None, "choose a format for customers and orders, with tab and space"
        safe, withhold = SAFE in self._on, WITHHOLD in self._on
        return DeliverySpec(folder, parts, formats or ("csv",), csv_safe=safe, withhold=withhold), ""

    def _go(self, spec: DeliverySpec, there: bool | str) -> None:
        if not self.is_attached:
            return
        if isinstance(there, str):
            self._tell(there)
        elif there and self._confirmed != spec.folder:
            self._confirmed = spec.folder
            self._tell(f"{spec.folder} holds an earlier delivery: enter once more replaces it, esc keeps it")
        else:
            self.dismiss(replace(spec, overwrite=there))

    def _tell(self, problem: str) -> None:
        self.query_one("#problem", Static).update(Text(f" ! {fmt.clean(problem)}" if problem else ""))

    def action_give_up(self) -> None:
        """Write nothing."""
        self.dismiss(None)


def _heading(title: str, said: str = "") -> Line:
    return line((f" {title}", "title"), (f"  {said}", "dim"))


def _standing(desk: Desk, spec: DeliverySpec) -> Callable[[], bool | str]:
    """Whether an earlier delivery stands there, or why none can; for an errand, because it touches the disk."""

    def look() -> bool | str:
        try:
            return desk.session is not None and desk.session.standing(spec)
        except SegtuiError as error:
            return str(error)

    return look
