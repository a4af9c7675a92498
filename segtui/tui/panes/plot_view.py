"""One plot of the Plots pane: its forms, what it waits for, and what it says of the customers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from segtui.results import Answer
from segtui.session.questions import Question
from segtui.tui import format as fmt
from segtui.tui.panes.base import Pane
from segtui.tui.panes.view import View
from segtui.tui.widgets.ink import Line, line, wrap


class PlotView(View):
    """Subclasses give `name` and `draw`; what they cannot do (forms, axes, scrolling) they leave as it is here."""

    forms: ClassVar[tuple[str, ...]] = ()

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self.form = 0
        self.left = 0
        """The first column shown where there are more than fit."""
        self.pending = False
        """Whether what was last painted is unfinished or of before."""
        self.still = False
        """Whether it is painted to be copied or written: without a cursor, and without words on what to press."""
        self._asked: tuple[int, Question] | None = None

    @property
    def shape(self) -> str:
        """The name of the form shown; empty where there is only one."""
        return self.forms[self.form] if self.forms else ""

    def paint(self, width: int, height: int) -> list[Line]:
        answer = self.answer
        self.pending = False
        return [] if answer is None else self.draw(answer, width, height)

    def draw(self, answer: Answer, width: int, height: int) -> list[Line]:
        """Title, plot and caption, at most `height` lines."""
        raise NotImplementedError

    def table(self, answer: Answer) -> str:
        """The numbers behind the plot as tab-separated text; empty while there are none."""
        raise NotImplementedError

    def step_axes(self, answer: Answer, by: int) -> bool:
        """Other axes, or another feature; False where there are none."""
        del answer, by
        return False

    def columns(self, answer: Answer) -> int:
        """How many columns can be scrolled; 0: none."""
        del answer
        return 0

    def whole(self, answer: Answer, width: int, height: int) -> tuple[int, int]:
        """The room that a file needs to hold all rows and columns, at least what is on screen."""
        del answer
        return width, height

    def asked(self, answer: Answer, question: Question) -> object | None:
        """What the worker found, asked for once; None, and pending, as long as it is not there."""
        assert self.session is not None
        found = self.session.found(question)
        if found is None:
            self.pending = True
            if self._asked != (id(answer), question):
                self._asked = (id(answer), question)
                self.session.ask(question)
        return found

    def hint(self, text: str) -> str:
        """Words on what to press, on screen only."""
        return "" if self.still else text

    def _part(self, shown: range, count: int, what: str) -> str:
        """Which columns are shown where not all fit, and how to see the others."""
        told = part_of(shown, count, what)
        return told + self.hint(" (< > scroll)") if told else ""

    def caption(self, answer: Answer, parts: Sequence[str], width: int) -> list[Line]:
        """What the plot rests on and leaves out: every part is said, on as many lines as it takes."""
        told = [*(part for part in parts if part), *standing(answer)]
        return wrap("; ".join(told), width - 1, "dim", "  ")


def waiting(text: str) -> list[Line]:
    """What stands in place of a plot that is being counted."""
    return [line((text, "dim"))]


def customers_of(answer: Answer) -> int:
    """The customers that take part."""
    return sum(answer.segmentation.sizes)


def counted(answer: Answer, missing: int = 0) -> str:
    """How many of the customers a plot counts, and how many it cannot."""
    everybody = customers_of(answer)
    if not missing:
        return f"all {fmt.plural(everybody, 'customer')} counted"
    return (
        f"{fmt.count(everybody - missing)} of {fmt.plural(everybody, 'customer')}, {fmt.count(missing)} without a value"
    )


def standing(answer: Answer) -> list[str]:
    """What holds for every plot of an answer: whom it sets aside, and whether it has converged."""
    told = []
    aside = sum(customers for _, customers in answer.set_aside)
    if aside:
        told.append(f"{fmt.count(aside)} set aside")
    s = answer.segmentation
    if not s.exact:
        told.append(f"segments of a first fit on {fmt.count(s.sampled)} customers, seed {s.seed}")
    return told


def part_of(shown: range, count: int, what: str) -> str:
    """Which columns are shown where not all fit."""
    return "" if len(shown) >= count else f"{what} {shown.start + 1} to {shown.stop} of {count}"


def tsv(head: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    """Tab-separated text: no value is an empty cell; texts are made harmless, numbers keep their digits."""

    def cell(value: object) -> str:
        if value is None:
            return ""
        return f"{value:.10g}" if isinstance(value, float) else fmt.clean(value).replace("\t", " ")

    return "\n".join("\t".join(map(cell, row)) for row in (head, *rows))
