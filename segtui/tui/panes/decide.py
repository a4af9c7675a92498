"""Decide: what to do with each segment, what it is worth, with what proof, and what not to conclude. Three views."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from segtui.decided.campaigns import Campaigns, Inputs
from segtui.decided.recommendations import Leaderboard
from segtui.recipe import DecideSpec
from segtui.session.events import DECIDING, LOOKING_UP, RECOMMENDING
from segtui.session.questions import (
    LeaderboardQuestion,
    OfDecisions,
    PlayListQuestion,
    PlaysQuestion,
    PricesQuestion,
    ProductsQuestion,
    Question,
    RecommendedQuestion,
    RulesQuestion,
    ValueQuestion,
)
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes import decide_inputs as entered
from segtui.tui.panes.base import Desk
from segtui.tui.panes.decide_page import PageView
from segtui.tui.panes.decide_parts import Parts
from segtui.tui.panes.decide_tables import PURPOSES, BoardView, PlaysView
from segtui.tui.panes.views import ViewsPane
from segtui.tui.widgets.ink import BLANK, Line, Run, first_fitting, line

if TYPE_CHECKING:
    from segtui.results import Answer
    from segtui.tui.panes.view import View

PART_OF: dict[str, type] = {
    "worth": ValueQuestion, "buy": ProductsQuestion, "prices": PricesQuestion, "do": PlaysQuestion,
    "board": LeaderboardQuestion,
}  # fmt: skip
"""What is asked for a part of the page."""


class DecidePane(ViewsPane):
    """Asks for nothing before it is looked at; then for one part after the other, the leaderboard last."""

    place = "decide"
    title = "Decide"
    BINDINGS: ClassVar = bindings_for("decide", LISTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.page, self.plays, self.board = PageView(self), PlaysView(self), BoardView(self)
        self.views: tuple[View, ...] = (self.page, self.plays, self.board)
        self.cursor = self.view.cursor
        self.campaign = ""
        """The name that arms were last drawn under."""
        self._asked: Question | None = None
        self._ended: dict[tuple[str, Question], str] = {}
        """How work on a part ended that came to nothing, by answer."""
        self._last: Parts | None = None
        self._resumed = False
        """Whether what was stopped goes on, and nobody has said yet that it is done."""

    @property
    def spec(self) -> DecideSpec:
        """What was entered: a part of the recipe."""
        return self.session.recipe.decide if self.session is not None else DecideSpec()

    @property
    def inputs(self) -> Inputs:
        """The same, as plays take it."""
        return Inputs.of(self.spec)

    @property
    def _orders(self) -> bool:
        dataset = self.session.dataset if self.session is not None else None
        return dataset is not None and dataset.rollup is not None and bool(dataset.rollup.steps)

    # -- what is there --------------------------------------------------------------------------------------

    def _settled(self) -> Answer | None:
        """The answer to decide about: converged, and that of the recipe."""
        session, answer = self.session, self.answer
        fits = session is not None and answer is not None and answer.exact and not session.stale and not session.reopens
        return answer if fits else None

    @property
    def stale(self) -> bool:
        """Whether what is on screen is about earlier segments."""
        settled = self._settled()
        return self._last is not None and (settled is None or settled.fingerprint != self._last.answer.fingerprint)

    def parts(self) -> Parts | None:
        """What is known, of the earlier segments until the new ones have converged."""
        session, answer = self.session, self._settled()
        if session is None or answer is None:
            return self._last
        same = self._last is not None and self._last.answer.fingerprint == answer.fingerprint
        last = self._last if same else None
        inputs = self.inputs
        plays = session.found(PlaysQuestion(inputs))
        if plays is None and last is not None and last.campaigns is not None:
            plays, inputs = last.campaigns, last.inputs  # until those for the new inputs are there

        def found(question: Question) -> object | None:
            return session.found(question)

        self._last = Parts(
            answer, self._orders, inputs,
            cast("Campaigns | None", plays), *(cast("None", found(one)) for one in (self._valued, *_OTHERS)),
        )  # fmt: skip
        return self._last

    def state(self, part: str) -> str:
        """How a part stands that is not there yet."""
        kind, dots = PART_OF[part], self.signs.ellipsis
        asked: dict[type, OfDecisions] = {PlaysQuestion: PlaysQuestion(self.inputs), ValueQuestion: self._valued}
        question: OfDecisions = asked.get(kind) or kind()
        answer, session = self._settled(), self.session
        ended = self._ended.get((answer.fingerprint, question)) if answer is not None else None
        if ended is not None:
            return f"{fmt.clean(ended)} (C goes on)"
        return f"computing{dots} (ctrl+c stops)" if session and session.deciding(question) else f"to come{dots}"

    # -- asking ---------------------------------------------------------------------------------------------

    def on_answer(self) -> None:
        self.ask()

    def on_found(self, question: Question) -> None:
        self.ask()
        self.repaint()

    def on_ended(self, job: str, text: str) -> None:
        """Work on a part was stopped or failed."""
        answer = self._settled()
        if answer is None or job not in (DECIDING, RECOMMENDING, LOOKING_UP) or self._asked is None:
            return
        question = LeaderboardQuestion() if job == RECOMMENDING else self._asked
        if (job == LOOKING_UP) == isinstance(question, RulesQuestion):
            self._ended[answer.fingerprint, question] = text
            self.call_later(self.ask)
        self.repaint()

    @property
    def _valued(self) -> ValueQuestion:
        return ValueQuestion(self.spec.horizon)

    def _wanted(self) -> tuple[Question, ...]:
        """Parts in the order in which they are asked for."""
        plays = PlaysQuestion(self.inputs)
        if not self._orders:
            return plays, RulesQuestion()
        return plays, PricesQuestion(), self._valued, ProductsQuestion(), RulesQuestion(), LeaderboardQuestion()

    def ask(self) -> None:
        """Ask for the part that is missing next."""
        session, answer = self.session, self._settled()
        if session is None or answer is None or not self.is_attached or not self.display:
            return
        for question in self._wanted():
            known = session.found(question)
            there = getattr(known, "complete", known is not None)
            if not there and (answer.fingerprint, question) not in self._ended:
                self._asked = question
                session.ask_aside(question)
                return
        if self._resumed:
            self._resumed = False
            self.desk.say("what was stopped is done", "done")

    def do_resume_decide(self, _: str) -> None:
        """Go on with what was stopped or failed."""
        answer = self._settled()
        before = len(self._ended)
        self._ended = {key: text for key, text in self._ended.items() if answer is None or key[0] != answer.fingerprint}
        self._resumed = len(self._ended) < before
        self.desk.say("going on with what was stopped" if self._resumed else "nothing was stopped")
        self.ask()
        self.repaint()

    def shown_view(self) -> None:
        self.ask()

    # -- what the user enters -------------------------------------------------------------------------------

    def do_change_inputs(self, _: str) -> None:
        choices = [
            (f"{word} {entered.shown(self.spec, field) or fmt.NOTHING}", what) for field, word, what in entered.FIELDS
        ]
        self.desk.pick("Which input?", choices, 0, lambda at: self._ask_input(*entered.FIELDS[at]))

    def _ask_input(self, field: str, word: str, what: str) -> None:
        def check(text: str) -> str:
            found = entered.with_input(self.spec, field, text)
            return found if isinstance(found, str) else ""

        def take(text: str) -> None:
            found = entered.with_input(self.spec, field, text)
            if isinstance(found, str):
                self.desk.say(f"{word}: {found}", "error")
            else:
                self._use(found)

        self.desk.prompt(f"{word.capitalize()}: {what}", entered.shown(self.spec, field), check, take)

    def do_set_inputs(self, argument: str) -> None:
        found = entered.typed_inputs(self.spec, argument)
        if isinstance(found, str):
            self.desk.say(f"inputs: {found}", "error")
        else:
            self._use(found)

    def _use(self, spec: DecideSpec) -> None:
        if self.session is None or spec == self.spec:
            return
        told = entered.changed(self.spec, spec)
        self.desk.change(replace(self.session.recipe, decide=spec), f"decide: {told}")
        self.desk.say(f"inputs: {told}")
        self.ask()
        self.repaint()

    # -- lists and evidence ---------------------------------------------------------------------------------

    def list_of_play(self, campaign: str) -> PlayListQuestion | None:
        """The list of the play under the cursor; None where there is none."""
        play = self.play()
        if not play or self.stale:
            return None
        self.campaign = campaign
        return PlayListQuestion(self.inputs, play, campaign)

    def play(self) -> str:
        """The play under the cursor; "" where there is none."""
        view = self.plays if self.view is self.plays else self.page
        return "" if self.view is self.board else view.play()

    def recommended(self, *, here: bool) -> tuple[RecommendedQuestion | None, str]:
        """What to recommend, by the way under the cursor (here) or the best for every purpose: the question and what it
        is in words; None with the reason."""
        parts = self.parts()
        board = parts.board if parts is not None else None
        if self.stale:
            return None, "wait for the new segments to converge"
        if not isinstance(board, Leaderboard):
            return None, fmt.clean(board.why) if board is not None else "wait for the comparison of recommendations"
        if not board.complete:
            return None, "wait for the comparison of recommendations"
        if here:
            return self.board.question(board)
        purposes = tuple(one for one in PURPOSES if board.offered(one))
        if not purposes:
            return None, "no method is clearly better than popularity: take that under recommend (V, x)"
        return RecommendedQuestion(purposes), " and ".join(f"{one} by {board.offered(one)[0]}" for one in purposes)

    def evidence(self) -> tuple[str, list[tuple[str, str]]]:
        """What the view in front rests on: a title, and sentences with their roles."""
        view = cast("PageView | PlaysView | BoardView", self.view)
        return {"segment": "Segment", "plays": "Plays", "recommend": "Recommendations"}[view.name], view.evidence()

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        if self.session is None or self.session.dataset is None or self.nobody:
            return self.waiting(width)
        if self.parts() is None:
            text = f"Waiting for the converged segments{self.signs.ellipsis}" if self.answer is not None else ""
            return self.waiting(width, text)
        return [self._strip(width), *self.view.paint(width, height - 1)][:height] or [BLANK]

    def _strip(self, width: int) -> Line:
        runs = self.names()
        keys: list[Run] = [(" v ", "key"), ("next", "dim")]
        if self.stale:
            return first_fitting((line(*runs, ("  of earlier segments", "warn bold")), line(*runs)), width)
        if self._last is not None and self._last.inputs != self.inputs:
            return first_fitting((line(*runs, ("  plays for earlier inputs", "warn bold")), line(*runs)), width)
        tail: list[Run] = [("  e ", "key"), (entered.summary(self.spec), "")]
        return first_fitting((line(*runs, *keys, *tail), line(*runs, *tail), line(*runs, *keys)), width)


_OTHERS = (PricesQuestion(), ProductsQuestion(), LeaderboardQuestion(), RulesQuestion())


def list_file(campaign: str, play: str) -> str:
    """The file that the list of a play is written to unless another is typed: "spring-2026-win-back.csv"."""
    name = re.sub(r"[^a-z0-9]+", "-", campaign.lower()).strip("-")
    return f"{name[:40]}-{play}.csv" if name else f"{play}.csv"


def typed_list(argument: str) -> tuple[str, str]:
    """Campaign and path as typed; empty where left out."""
    try:
        words = shlex.split(argument)
    except ValueError:
        words = argument.split()
    return (words[0] if words else "", " ".join(words[1:]))
