"""Baskets: what is bought together, how far to believe it, and what marks segments out. Five views and the cut-offs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from segtui.basket_views import READINGS, SORTS, RuleFilter, ShuffledView, WorkView
from segtui.session.events import MINING, SHUFFLING
from segtui.session.questions import (
    BasketsQuestion,
    MarkedQuestion,
    OfBaskets,
    Question,
    RuleBasketsQuestion,
    WorkQuestion,
    needs_segments,
)
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LISTS
from segtui.tui.panes import basket_words as words
from segtui.tui.panes.base import Desk
from segtui.tui.panes.basket_drawings import NetworkPlot, ScatterPlot
from segtui.tui.panes.basket_rules import RulesView
from segtui.tui.panes.basket_segments import SegmentsView
from segtui.tui.panes.basket_uses import UsesPlot
from segtui.tui.panes.view import told
from segtui.tui.panes.views import ViewsPane
from segtui.tui.widgets.ink import BLANK, Line, Run, first_fitting, line

if TYPE_CHECKING:
    from segtui.basket_views import RulesPage
    from segtui.recipe import BasketSpec
    from segtui.tui.panes.view import View

MUCH = 200_000
"""Expected itemsets from which mining waits for a key."""

NO_ORDERS = (
    "Baskets are made of order lines: open a file with a column that names the order (or the customer and the day) and "
    "one that names the product, alone or together with the customers. In Data, e says what a column stands for."
)


class BasketsPane(ViewsPane):
    """Asks for nothing before it is looked at."""

    place = "baskets"
    title = "Baskets"
    shows_recipe = True
    above = 2
    BINDINGS: ClassVar = bindings_for("baskets", LISTS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rules, self.segments = RulesView(self), SegmentsView(self)
        self.views: tuple[View, ...] = (self.rules, self.segments, UsesPlot(self), ScatterPlot(self), NetworkPlot(self))
        self.drawn: tuple[View, ...] = self.views[3:]
        """Views that draw the rules which pass the filter."""
        self.cursor = self.view.cursor
        self.shown = RuleFilter()
        self.ended = ""
        """How the last work ended, where it came to nothing."""
        self._ended_spec: BasketSpec | None = None
        self._last: tuple[str, RulesPage] | None = None
        self._started: BasketSpec | None = None
        """Cut-offs for which a key started mining, though much was expected."""
        self._quiet: set[BasketSpec] = set()
        """Cut-offs whose shuffles were stopped by key."""

    @property
    def spec(self) -> BasketSpec | None:
        """The cut-offs asked for."""
        return self.session.recipe.baskets if self.session is not None else None

    @property
    def _has_baskets(self) -> bool:
        dataset = self.session.dataset if self.session is not None else None
        return dataset is not None and dataset.has_baskets

    # -- what is there --------------------------------------------------------------------------------------

    def page(self) -> RulesPage | None:
        """The rules, those of an earlier question until they are there."""
        session = self.session
        if session is None or session.dataset is None or self.spec is None:
            return None
        data = session.dataset.fingerprint
        found = session.found(BasketsQuestion(self.spec, self.shown))
        if found is not None:
            self._last = data, cast("RulesPage", found)
        return self._last[1] if self._last is not None and self._last[0] == data else None

    @property
    def stale(self) -> bool:
        """Whether the rules on screen are those of other cut-offs or another filter."""
        page = self.page()
        return page is not None and (page.spec != self.spec or page.shown != self.shown)

    def work(self) -> WorkView | None:
        """What mining would take."""
        found = self.session.found(WorkQuestion(self.spec)) if self.session and self.spec else None
        return found if isinstance(found, WorkView) else None

    def shuffles(self) -> ShuffledView | None:
        """What shuffles say of the rules on screen."""
        page = self.page()
        return self.session.shuffled(page.spec) if self.session and page else None

    def asked(self, question: Question | None) -> object | None:
        """The reply to what a view draws; None where it is not there yet."""
        return self.session.found(question) if self.session is not None and question is not None else None

    # -- asking ---------------------------------------------------------------------------------------------

    def on_answer(self) -> None:
        self.ask()

    def on_found(self, question: Question) -> None:
        if isinstance(question, OfBaskets | MarkedQuestion):
            self.ended = ""
            self.ask()
        self.repaint()

    def on_ended(self, job: str, text: str) -> None:
        """Work on baskets was stopped or failed."""
        if job == MINING:
            self.ended, self._ended_spec = text, self.spec
        elif job == SHUFFLING and self.spec is not None:
            self._quiet.add(self.spec)

    def ask(self) -> None:
        """Ask for what is missing next: the estimate, the rules, what the view in front draws; then shuffle."""
        session, spec = self.session, self.spec
        if session is None or spec is None or not self._has_baskets or session.reopens:
            return
        if self.ended and self._ended_spec == spec:
            return
        self.ended = ""
        if not self.is_attached or not self.display:
            return
        work = self.work()
        if work is None:
            session.ask_aside(WorkQuestion(spec))
            return
        if work.sets > MUCH and self._started != spec:
            return
        rules = BasketsQuestion(spec, self.shown)
        if session.found(rules) is None:
            if not needs_segments(rules) or self.segments.question() is not None:
                session.ask_aside(rules)
            return
        question = getattr(self.view, "question", lambda: None)()
        if question is not None and session.found(question) is None:
            page = self.page()
            if page is not None and page.found:
                session.ask_aside(question)
                return
        page = self.page()
        if page is not None and page.found and spec not in self._quiet:
            session.shuffle(spec)

    def _again(self) -> None:
        """Something else is asked for."""
        self.ended = ""
        self.ask()
        self.repaint()

    # -- views ----------------------------------------------------------------------------------------------

    def shown_view(self) -> None:
        self._again()

    def do_next_segment(self, _: str) -> None:
        self.view.step(1)
        self.move_to(0)

    def do_previous_segment(self, _: str) -> None:
        self.view.step(-1)
        self.move_to(0)

    def do_items_or_rules(self, _: str) -> None:
        if self.view is not self.segments:
            self.show_view(self.views.index(self.segments))
        else:
            self.segments.rules = not self.segments.rules
            self.move_to(0)

    # -- cut-offs -------------------------------------------------------------------------------------------

    def do_change_cutoffs(self, _: str) -> None:
        spec = self.spec
        if spec is None:
            return
        work = self.work()
        now = f"now {fmt.clean(work.items_are, 50)}; " if work is not None and work.items_are else ""
        choices = [
            (f"{word} {words.shown_cutoff(spec, field)}", now * (field == "by") + what)
            for field, word, what in words.CUTOFFS
        ]
        self.desk.pick("Which cut-off?", choices, 0, lambda at: self._ask_cutoff(words.CUTOFFS[at][0]))

    def _ask_cutoff(self, field: str) -> None:
        spec = self.spec
        if spec is None:
            return
        word, what = next((word, what) for name, word, what in words.CUTOFFS if name == field)

        def check(text: str) -> str:
            found = words.with_cutoff(spec, field, text)
            return found if isinstance(found, str) else ""

        title = f"{word.capitalize()}: {what}"
        self.desk.prompt(title, words.shown_cutoff(spec, field), check, lambda text: self._set(field, text))

    def _set(self, field: str, typed: str) -> None:
        spec = self.spec
        if spec is None:
            return
        if not typed.strip():
            self._ask_cutoff(field)
            return
        found = words.with_cutoff(spec, field, typed)
        word = next(word for name, word, _ in words.CUTOFFS if name == field)
        if isinstance(found, str):
            self.desk.say(f"{word}: {found}", "error")
        else:
            self._use(found, f"{word} {words.shown_cutoff(found, field)}")

    def _use(self, spec: BasketSpec, label: str) -> None:
        if self.session is not None and spec != self.spec:
            self.desk.change(replace(self.session.recipe, baskets=spec), f"baskets: {label}")
            self._again()

    def do_set_support(self, argument: str) -> None:
        self._set("min_support", argument)

    def do_set_min_count(self, argument: str) -> None:
        self._set("min_count", argument)

    def do_set_confidence(self, argument: str) -> None:
        self._set("min_confidence", argument)

    def do_set_lift(self, argument: str) -> None:
        self._set("min_lift", argument)

    def do_set_length(self, argument: str) -> None:
        self._set("max_length", argument)

    def do_set_consequents(self, argument: str) -> None:
        self._set("consequents", argument)

    def do_set_items_by(self, argument: str) -> None:
        self._set("by", argument)

    # -- which rules, in which order ------------------------------------------------------------------------

    def _to_rules(self, *also: View) -> None:
        """Go to the rules, where the view in front has nothing of what a key changes. also: views that have."""
        if self.view is not self.rules and self.view not in also:
            self.show_view(self.views.index(self.rules))

    def _filter(self, shown: RuleFilter) -> None:
        sorts = (shown.sort, shown.folded) != (self.shown.sort, self.shown.folded)
        self._to_rules(*(() if sorts else self.drawn))
        self.shown = shown
        self.rules.cursor.move(0, 1)
        self._again()

    def do_sort_rules(self, argument: str) -> None:
        self._to_rules()
        if argument.strip():
            name = words.sort_named(argument)
            if name:
                self._filter(replace(self.shown, sort=name))
            else:
                self.desk.say(f"no measure is called {fmt.clean(argument, 30)}; there are {', '.join(SORTS)}", "error")
            return
        choices = [(words.SORT_NAMES[name], "") for name in SORTS]
        at = SORTS.index(self.shown.sort)
        self.desk.pick("Sort rules by", choices, at, lambda i: self._filter(replace(self.shown, sort=SORTS[i])))

    def do_filter_rules(self, argument: str) -> None:
        self._to_rules(*self.drawn)

        def read(text: str) -> RuleFilter | str:
            found = words.typed_filter(text, self.shown)
            if isinstance(found, RuleFilter) and found.segment and self.nobody:
                return "seg: asks for segments, and these baskets have no customers"
            letters = self.answer.letters if self.answer is not None else ()
            if isinstance(found, RuleFilter) and found.segment and letters and found.segment not in letters:
                return f"there is no segment {fmt.clean(found.segment, 12)}; there are {', '.join(letters)}"
            return found

        def check(text: str) -> str:
            found = read(text)
            return found if isinstance(found, str) else ""

        def take(text: str) -> None:
            found = read(text)
            if isinstance(found, str):
                self.desk.say(f"filter: {found}", "error")
            else:
                self._filter(found)

        if argument.strip():
            take(argument)
        else:
            title = "Rules with: text from:TEXT to:TEXT len:N seg:A lift>2 conf>=.5 count>100"
            self.desk.prompt(title, words.filter_text(self.shown), check, take)

    def do_hide_families(self, _: str) -> None:
        self._filter(replace(self.shown, families=not self.shown.families))

    def do_fold_rules(self, _: str) -> None:
        self._filter(replace(self.shown, folded=not self.shown.folded))

    def do_next_use(self, _: str) -> None:
        at = (READINGS.index(self.shown.reading) + 1) % len(READINGS)
        self._filter(replace(self.shown, reading=READINGS[at]))

    def do_productive_rules(self, _: str) -> None:
        self._filter(replace(self.shown, productive=not self.shown.productive))

    # -- what a key starts ----------------------------------------------------------------------------------

    def do_shuffle(self, _: str) -> None:
        session, spec = self.session, self.spec
        if session is None or spec is None:
            return
        known = session.shuffled(spec)
        if session.shuffling:
            session.stop_shuffling()
            self._quiet.add(spec)
            self.desk.say("shuffles stopped; what they came to stands (C goes on)")
        elif known is not None and known.shuffles == known.wanted:
            self.desk.say(f"all {known.wanted} shuffles are done")
        elif session.found(BasketsQuestion(spec, self.shown)) is None:
            self.desk.say("there are no rules yet")
        else:
            self._quiet.discard(spec)
            session.shuffle(spec)
        self.repaint()

    def do_open_baskets(self, _: str) -> None:
        """The baskets of the rule; before there are rules it starts mining, where there are none it widens."""
        page, spec = self.page(), self.spec
        if spec is None:
            return
        if page is None or page.spec != spec:
            self._started = spec
            self._again()
        elif not page.found:
            if page.wider is not None and page.wider != spec:
                self._use(page.wider, words.cutoffs(page.wider))
        elif self.view is self.rules:
            row = self.rules.under_cursor()
            if row is not None:
                x, sign, y = words.arrow(row.antecedent, row.consequent, self.signs.ascii)
                self.desk.open_table(f"Baskets with {x} {sign} {y}", RuleBasketsQuestion(page.spec, row.number))
        elif self.ended or self._unanswered():
            self._again()
        else:
            self._to_rules()

    def _unanswered(self) -> bool:
        """Whether what the view in front draws is not there."""
        question = getattr(self.view, "question", lambda: None)()
        return question is not None and self.asked(question) is None

    def export_question(self) -> BasketsQuestion | None:
        """What is written: every rule at the cut-offs on screen."""
        page = self.page()
        return BasketsQuestion(page.spec) if page is not None and page.found else None

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        session = self.session
        if session is None or session.dataset is None:
            return self.waiting(width)
        if not self._has_baskets:
            return [BLANK, *told(NO_ORDERS, width, "")]
        room = height - 2
        lines = self.view.paint(width, room) if self.page() is not None else self._before(width)
        return [self._strip(width), self._summary(width), *lines[:room]]

    def drawing(self) -> list[Line]:
        """What stands in the place of a drawing that is not there."""
        self.call_later(self.ask)  # the room for it may be another one now
        page = self.page()
        if page is not None and not page.found:
            return self.rules.paint(self.size.width, 12)
        return [line((f"  {fmt.clean(self.ended) or 'counting' + self.signs.ellipsis}", "dim"))]

    def _before(self, width: int) -> list[Line]:
        """Before there are rules: what is expected, what goes on, or how it ended."""
        session, work = self.session, self.work()
        assert session is not None
        lines = [BLANK]
        if work is not None:
            lines += told(words.estimate(work) + ".", width, "")
        if self.ended:
            lines += told(f"{fmt.clean(self.ended)} (enter starts again, e changes the cut-offs)", width, "warn")
        elif session.mining:
            lines.append(
                line((f" mining{self.signs.ellipsis}  the line below says how far it is (ctrl+c stops)", "dim"))
            )
        elif work is not None and work.sets > MUCH:
            lines += told("That is much: enter mines all the same, e changes the cut-offs.", width, "key")
        else:
            lines.append(line((f" {session.busy or 'looking at baskets'}{self.signs.ellipsis}", "dim")))
        return lines

    def _strip(self, width: int) -> Line:
        runs = self.names()
        cut = words.cutoffs(self.spec) if self.spec else ""
        keys: list[Run] = [(" v ", "key"), ("next", "dim")]
        tail: list[Run] = [("  e ", "key"), (cut, "")]
        spec = self.spec
        brief = f"{words.shown_cutoff(spec, 'min_support')}, {spec.min_confidence:g}" if spec else ""
        short: list[Run] = [("  e ", "key"), (f"support, confidence {brief}", "")]
        return first_fitting(
            (line(*runs, *keys, *tail), line(*runs, *tail), line(*runs, *short), line(*runs, *keys)), width
        )

    def _summary(self, width: int) -> Line:
        """How many rules, how they are filtered and sorted, and whether they are those that were asked for."""
        page = self.page()
        if page is None:
            return BLANK
        parts = [f"{fmt.count(page.row_count)} of {fmt.plural(page.found, 'rule')}"]
        parts.append(f"by {words.SORT_NAMES[page.shown.sort]} (s)")
        text = words.filter_text(page.shown)
        parts += [f"/ {fmt.clean(text, 30)}"] if text else []
        parts += [f"{page.shown.reading}s (p)"] if page.shown.reading else []
        parts += ["productive (P)"] if page.shown.productive else []
        parts += [f"{fmt.count(page.within)} within families hidden (w)"] if page.within else []
        parts += [f"{fmt.count(page.folded)} folded (d)"] if page.folded else []
        parts.append(f"{fmt.plural(page.baskets, 'basket')}")
        work = self.work()
        parts += [fmt.clean(work.items_are, 50)] if work is not None and work.items_are else []
        sep = "; "
        variants = [line((f" {sep.join(parts[:count])}", "dim")) for count in range(len(parts), 0, -1)]
        if page.spec != self.spec:
            mark: Run = (f" earlier cut-offs: {words.cutoffs(page.spec)}", "warn bold")
            state = self._state()
            brief: Run = (f" earlier cut-offs; {state}", "warn bold")  # what to do counts more than what they were
            return first_fitting((line(mark, (f"; {state}", "warn")), line(brief)), width)
        if page.shown != self.shown:
            return line((f" filtering{self.signs.ellipsis} ", "warn bold"), *variants[-1].runs)
        return first_fitting(variants, width)

    def _state(self) -> str:
        work = self.work()
        if self.ended:
            return fmt.clean(self.ended)
        if work is not None and work.sets > MUCH and self._started != self.spec:
            return f"{fmt.short(work.sets)} itemsets expected, enter mines"
        return f"mining{self.signs.ellipsis}"
