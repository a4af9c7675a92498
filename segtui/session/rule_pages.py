"""Rules as a screen reads them: those that pass a filter, sorted and folded on the worker, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui import basketing
from segtui.basket_views import SMALLEST_FIRST, RuleFilter, RuleRow
from segtui.baskets.folded import MOST, fronts, leaders
from segtui.baskets.kin import within_family
from segtui.baskets.mined import wider
from segtui.baskets.productive import said
from segtui.baskets.readings import readings
from segtui.baskets.words import nothing_found, sentence, side
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.basketed import BasketTable, Mined, Numbers, Productive
    from segtui.pipeline import Pipeline
    from segtui.recipe import BasketSpec, Recipe

    Marks = NDArray[np.bool_]
    Places = NDArray[np.int64]

AT_ONCE = 10_000
"""Rules of which it is found out at once whether they are productive, asked or not."""

NAMES = 20_000
"""Names of items that are searched in one piece."""


COMPARED = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less, "=": np.equal}
"""`basket_views.SIGNS`; what has no value passes none."""


@dataclass(frozen=True, eq=False, slots=True)
class Chosen:
    """Rules to show. at: their places in `mined`, in order; behind: near-identical rules folded behind each;
    folded, within: rules that are folded, and rules within a family that are hidden. productive: of all in `mined`,
    where it was asked for or takes no time."""

    table: BasketTable
    mined: Mined
    at: Places
    behind: Places
    folded: int
    within: int
    productive: Productive | None = None


def chosen(pipeline: Pipeline, recipe: Recipe, shown: RuleFilter) -> Steps[Chosen]:
    """The rules of `recipe` that pass `shown`. Raises AnalysisError."""
    table = yield from basketing.table(pipeline, recipe)
    mined = yield from basketing.rules(pipeline, recipe)
    kept = yield from _kept(table, mined, shown)
    adding = None
    if shown.productive or len(mined.rules) <= AT_ONCE:
        adding = yield from basketing.productive(pipeline, recipe)
        kept &= adding.holds | (not shown.productive)
    if shown.segment:
        kept &= yield from _marking(pipeline, recipe, shown.segment)
    within = 0
    if not shown.families and kept.any():
        name = f"kin {recipe.baskets!r} {pipeline.dataset.fingerprint}"
        items, families = table.baskets.items, table.families
        kin = yield from pipeline.filed_as(name, np.ndarray, lambda: within_family(mined.rules, items, families))
        within = int(np.sum(kept & kin))
        kept &= ~kin
    at = np.flatnonzero(kept)
    at = at[np.argsort(_keys(mined, shown.sort)[at], kind="stable")].astype(np.int64)
    yield Progress("sorting rules")
    behind, folded = np.zeros(len(at), dtype=np.int64), 0
    if shown.folded and len(at):
        at, behind = yield from _folded(table, mined, at, shown.sort)
        folded = int(behind.sum())
    return Chosen(table, mined, at, behind, folded, within, adding)


def _folded(table: BasketTable, mined: Mined, at: Places, sort: str) -> Steps[tuple[Places, Places]]:
    """Rules in order without those that stand behind another, and how many stand behind each."""
    rules = mined.rules.chosen(at[:MOST])
    lead = yield from leaders(table.baskets, rules)
    many = np.unique(lead, return_counts=True)[1] - 1
    first = at[fronts(rules, lead)]
    order = np.argsort(_keys(mined, sort)[first], kind="stable")  # those in front may have another value than leaders
    rest = at[MOST:]
    return np.concatenate((first[order], rest)), np.concatenate((many[order], np.zeros_like(rest)))


def _kept(table: BasketTable, mined: Mined, shown: RuleFilter) -> Steps[Marks]:
    """The rules that pass what is said of names, length and reading (rules,)."""
    rules, names = mined.rules, table.baskets.items
    kept = np.ones(len(rules), dtype=np.bool_)
    if shown.length:
        kept &= rules.lengths == shown.length
    for measure, sign, number in shown.measured:
        kept &= COMPARED[sign](_measure(mined, measure), number)
    if shown.reading:
        good = yield from readings(rules, table)
        kept &= good.bundle if shown.reading == "bundle" else good.prompt
    for texts, sides in (
        (shown.contains, (rules.antecedents, rules.consequents)),
        (shown.before, (rules.antecedents,)),
        (shown.after, (rules.consequents,)),
    ):
        for text in texts:
            has = yield from _items_with(text, names)
            found: Marks = np.zeros(len(rules), dtype=np.bool_)
            for one in sides:
                found |= has[one].any(axis=1)
            kept &= found
    return kept


def _items_with(text: str, names: tuple[str, ...]) -> Steps[Marks]:
    """Whether each item has `text` in its name; one more place at the end, for -1 (items + 1,)."""
    has, wanted = np.zeros(len(names) + 1, dtype=np.bool_), text.casefold()
    for start in range(0, len(names), NAMES):
        part = names[start : start + NAMES]
        has[start : start + len(part)] = [wanted in name.casefold() for name in part]
        yield Progress("looking through names", start / len(names))
    return has


def _marking(pipeline: Pipeline, recipe: Recipe, letter: str) -> Steps[Marks]:
    found = yield from basketing.marked(pipeline, recipe)
    if letter not in found.letters:
        return np.zeros(len(found.rules.marked), dtype=np.bool_)
    column: Marks = found.rules.marked[:, found.letters.index(letter)]
    return column


def _keys(mined: Mined, sort: str) -> NDArray[np.float64]:
    """What puts rules in order, the smallest first; what has no value comes last."""
    keys = np.asarray(_measure(mined, sort), dtype=np.float64)
    return np.nan_to_num(keys if sort in SMALLEST_FIRST else -keys, nan=np.inf, posinf=np.inf, neginf=-np.inf)


def _measure(mined: Mined, sort: str) -> NDArray[np.generic]:
    """What rules are sorted by (rules,)."""
    found: NDArray[np.generic] = getattr(mined.rules, {"count": "counts", "length": "lengths"}.get(sort, sort))
    return found


class LocalRules:
    """`basket_views.RulesPage` of rules in this process."""

    def __init__(self, made: Chosen, shown: RuleFilter) -> None:
        self.shown = shown
        self._made = made
        mined = made.mined
        self.spec: BasketSpec = mined.spec
        self.baskets, self.items = made.table.baskets.count, len(made.table.baskets.items)
        self.least, self.itemsets, self.found = mined.least, mined.itemsets, len(mined.rules)
        self.row_count, self.folded, self.within = len(made.at), made.folded, made.within
        self.problem: tuple[str, str] = ("", "") if self.found else nothing_found(mined)
        self.wider: BasketSpec | None = None if self.found else wider(mined)
        self._measure = _measure(mined, shown.sort)
        self._adds = np.empty(0, dtype=np.bool_) if made.productive is None else made.productive.holds

    def rows(self, start: int, stop: int) -> list[RuleRow]:
        """See RulesPage."""
        return [self._row(place) for place in range(max(0, start), min(stop, self.row_count))]

    def _row(self, place: int) -> RuleRow:
        made, rules, number = self._made, self._made.mined.rules, int(self._made.at[place])
        return RuleRow(
            number=number,
            antecedent=self._names(rules.antecedents[number]),
            consequent=self._names(rules.consequents[number]),
            count=int(rules.counts[number]),
            antecedent_count=int(rules.antecedent_counts[number]),
            support=float(rules.support[number]),
            confidence=float(rules.confidence[number]),
            lift=float(rules.lift[number]),
            extra=float(rules.extra_baskets[number]),
            sorted_by=float(self._measure[number]),
            redundant=bool(rules.improvement[number] <= 0),
            folded=int(made.behind[place]),
            adding="" if made.productive is None else said(made.productive.p[number], self._adds[number]),
        )

    def _names(self, numbers: Numbers) -> tuple[str, ...]:
        return side(numbers.tolist(), self._made.table.baskets.items)

    def sentence(self, row: int, shuffled: float | None) -> str:
        """See RulesPage."""
        return sentence(self._made.mined, int(self._made.at[row]), self._made.table.baskets.items, shuffled)
