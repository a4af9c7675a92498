"""What the worker answers about baskets: rules, drawings of them, what marks segments out, the baskets themselves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui import basketing
from segtui.basket_views import (
    MarkedItem,
    MarkedRule,
    MarkedSegment,
    MarkedView,
    NetworkNode,
    NetworkView,
    RuleFilter,
    ScatterView,
    ShuffledView,
    Use,
    UsesView,
    WorkView,
)
from segtui.baskets import contrast, credibility
from segtui.baskets.hyper import hyper_lift
from segtui.baskets.mined import least_of
from segtui.baskets.ragged import places
from segtui.baskets.words import items_are, side
from segtui.deliver.rules_file import Ruled, frame, write
from segtui.progress import Progress, Steps
from segtui.session.pages import FramePage
from segtui.session.rule_pages import Chosen, LocalRules, chosen

if TYPE_CHECKING:
    from pathlib import Path

    from segtui.basketed import Baskets, Credibility, Marked, Mined, Numbers
    from segtui.pipeline import Pipeline
    from segtui.recipe import Recipe
    from segtui.results import Floats
    from segtui.session.rule_pages import Places

TOLD = 60
"""Items and rules of a segment that are listed, the strongest first."""

PAIRS, ALSO = 60, 3
"""Pairs that a network has at most, and other partners named beside an item."""

BASKETS = 50_000
"""Baskets whose items are put together in one piece."""


def work(pipeline: Pipeline, recipe: Recipe) -> Steps[WorkView]:
    """What mining would take."""
    table = yield from basketing.table(pipeline, recipe)
    found = yield from basketing.expected_work(pipeline, recipe)
    baskets = table.baskets
    least = least_of(recipe.baskets, baskets.count)
    return WorkView(
        recipe.baskets, baskets.count, len(baskets.items), least, found.sets, found.exact, found.complete, table.order,
        items_are(table),
    )  # fmt: skip


def page(pipeline: Pipeline, recipe: Recipe, shown: RuleFilter) -> Steps[LocalRules]:
    """The rules that pass a filter."""
    return LocalRules((yield from chosen(pipeline, recipe, shown)), shown)


def shuffle(pipeline: Pipeline, recipe: Recipe, found: Callable[[ShuffledView], None]) -> Steps[ShuffledView]:
    """The rules against shuffled baskets; `found` hears what is known after every shuffle."""
    known = yield from basketing.credible(pipeline, recipe, lambda now: found(_shuffled(now)))
    return _shuffled(known)


def _shuffled(known: Credibility) -> ShuffledView:
    return ShuffledView(
        known.shuffles,
        known.wanted,
        credibility.wording(known),
        known.share,
        tuple(known.expected.tolist()),
        tuple(known.false_above.tolist()),
    )


# -- uses ------------------------------------------------------------------------------------------------


def uses(pipeline: Pipeline, recipe: Recipe) -> Steps[UsesView]:
    """What baskets are good for, the strongest of each in sentences."""
    from segtui.baskets import next_order, substitutes
    from segtui.baskets.readings import BUNDLE_IS, PROMPT_IS, bundle_sentence, bundles, prompt_sentence, prompts

    table = yield from basketing.table(pipeline, recipe)
    mined = yield from basketing.rules(pipeline, recipe)
    found = yield from basketing.read(pipeline, recipe, table, mined)
    items, rules, good = table.baskets.items, mined.rules, found.readings
    together, offered = bundles(good, rules), prompts(good, rules)
    yield Progress("putting uses into words")
    seldom, later = found.substitutes, found.next_orders
    told = [
        Use(
            "bundles",
            len(together),
            tuple(bundle_sentence(good, rules, i, items) for i in together[:TOLD]),
            BUNDLE_IS,
            f"There are none at these cut-offs. {BUNDLE_IS}",
        ),
        Use(
            "prompts",
            len(offered),
            tuple(prompt_sentence(good, rules, i, items) for i in offered[:TOLD]),
            PROMPT_IS,
            f"There are none at these cut-offs. {PROMPT_IS}",
        ),
        Use(
            "seldom together",
            len(seldom),
            tuple(substitutes.sentence(seldom, i, items) for i in range(min(TOLD, len(seldom)))),
            substitutes.CAVEAT,
        ),
    ]
    if later is None:
        told.append(Use("next order", 0, (), why=found.why_no_next))
    else:
        sentences = tuple(next_order.sentence(later, i, items) for i in range(min(TOLD, len(later))))
        told.append(Use("next order", len(later), sentences, next_order.CAVEAT))
    return UsesView(tuple(told))


# -- segments --------------------------------------------------------------------------------------------


def marked(pipeline: Pipeline, recipe: Recipe) -> Steps[MarkedView]:
    """What marks segments out, the strongest of each."""
    table = yield from basketing.table(pipeline, recipe)
    mined = yield from basketing.rules(pipeline, recipe)
    found = yield from basketing.marked(pipeline, recipe)
    names, segments = table.baskets.items, []
    for at, letter in enumerate(found.letters):
        segments.append(
            MarkedSegment(
                letter,
                int(found.items.baskets[at]),
                _items(found, names, at),
                _rules(found, mined, names, at),
                int(found.rules.marked[:, at].sum()),
            )
        )
        yield Progress("comparing segments", at / len(found.letters))
    notes = dict.fromkeys((*found.items.notes, *found.rules.notes))
    return MarkedView(tuple(segments), tuple(notes))


def _items(found: Marked, names: tuple[str, ...], at: int) -> tuple[MarkedItem, ...]:
    told = found.items
    z = told.z[:, at]
    order = np.argsort(-np.abs(np.where(np.isfinite(z), z, 0.0)), kind="stable")[:TOLD]
    return tuple(
        MarkedItem(
            names[i],
            int(told.counts[i, at]),
            float(told.share[i, at]),
            float(told.rest_share[i, at]),
            float(z[i]),
            float(told.q[i, at]),
        )
        for i in order.tolist()
        if math.isfinite(z[i])
    )


def _rules(found: Marked, mined: Mined, names: tuple[str, ...], at: int) -> tuple[MarkedRule, ...]:
    """Those that mark the segment out first, then the others that were tested, by difference."""
    told, rules = found.rules, mined.rules
    size = np.where(told.few[:, at], -1.0, np.abs(told.difference[:, at]) + 2.0 * told.marked[:, at])
    rows = []
    for i in np.argsort(-size, kind="stable")[:TOLD].tolist():
        if size[i] < 0:
            break
        x, y = side(rules.antecedents[i].tolist(), names), side(rules.consequents[i].tolist(), names)
        text = f"{' + '.join(x)} -> {' + '.join(y)}"
        shares = (told.confidence, told.rest_confidence, told.difference, told.low, told.high)
        numbers = (*shares, told.q, told.support_difference)
        c, r, d, low, high, q, s = (float(one[i, at]) for one in numbers)
        letter = found.letters[at]
        words = f"{contrast.wording(told, i, at, text, letter)} {contrast.why_marked(told, i, at, letter)}"
        rows.append(MarkedRule(x, y, c, r, d, low, high, q, s, bool(told.marked[i, at]), words))
    return tuple(rows)


# -- baskets behind a rule -------------------------------------------------------------------------------


def behind(pipeline: Pipeline, recipe: Recipe, rule: int) -> Steps[FramePage]:
    """The baskets with all items of a rule: what they are called, whose they are, their items, the rule's own first."""
    table = yield from basketing.table(pipeline, recipe)
    mined = yield from basketing.rules(pipeline, recipe)
    baskets = table.baskets
    sides = np.concatenate((mined.rules.antecedents[rule], mined.rules.consequents[rule]))
    wanted = sides[sides >= 0]
    rows = yield from _with_all(baskets, wanted)
    starts, sizes = baskets.starts[rows], baskets.sizes[rows]
    names = np.array(baskets.items, dtype=object)
    rule_items, items = tuple(names[wanted]), list[str]()
    for first in range(0, len(rows), BASKETS):
        part = slice(first, first + BASKETS)
        index = baskets.index[places(starts[part], sizes[part])]
        others = np.split(index[~np.isin(index, wanted)], np.cumsum(sizes[part] - len(wanted))[:-1])
        items += [" | ".join((*rule_items, *names[one])) for one in others]
        yield Progress("listing baskets", first / len(rows))
    ids = [baskets.ids[row] for row in rows.tolist()] if baskets.ids is not None else [str(row + 1) for row in rows]
    columns: dict[str, pl.Series] = {"basket": pl.Series(ids, dtype=pl.String)}
    dataset = pipeline.dataset
    if baskets.owner is not None and dataset.id_column is not None:
        owner = pl.Series(baskets.owner[rows])
        own = dataset.frame[dataset.id_column].cast(pl.String)
        columns["customer"] = own.gather(owner.set(owner < 0, None))
    columns |= {"size": pl.Series(sizes), "items": pl.Series(items, dtype=pl.String)}
    return FramePage(pl.DataFrame(columns), wide=("items",), said=f"{len(rows):,} of {baskets.count:,}")


def _with_all(baskets: Baskets, wanted: Numbers) -> Steps[Places]:
    """Baskets that hold all of `wanted`, in order."""
    found: list[Places] = []
    for first in range(0, baskets.count, BASKETS):
        last = min(baskets.count, first + BASKETS)
        index = baskets.index[baskets.starts[first] : baskets.starts[last]]
        row = np.repeat(np.arange(last - first), baskets.sizes[first:last])
        hits = np.bincount(row[np.isin(index, wanted)], minlength=last - first)
        found.append(first + np.flatnonzero(hits == len(wanted)))
        yield Progress("looking for baskets", first / max(1, baskets.count))
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


# -- drawings --------------------------------------------------------------------------------------------


def scatter(pipeline: Pipeline, recipe: Recipe, shown: RuleFilter, columns: int, rows: int) -> Steps[ScatterView]:
    """Support and lift of the rules that pass a filter, counted in cells."""
    made = yield from chosen(pipeline, recipe, replace(shown, folded=False))
    support, lift = made.mined.rules.support[made.at], made.mined.rules.lift[made.at]
    counts = np.zeros((rows, columns), dtype=np.int64)
    if not len(made.at):
        return ScatterView(tuple(map(tuple, counts.tolist())), (0.0, 0.0), (0.0, 0.0), 0)
    x, y = _cells(support, columns), _cells(lift, rows)
    np.add.at(counts, (rows - 1 - y, x), 1)
    yield Progress("counting rules")
    limits = (float(support.min()), float(support.max())), (float(lift.min()), float(lift.max()))
    return ScatterView(tuple(map(tuple, counts.tolist())), *limits, len(made.at))


def _cells(values: Floats, many: int) -> Places:
    """The cell of each value on a logarithmic axis from the lowest to the highest."""
    logs = np.log(values)
    length = logs.max() - logs.min()
    if not length > 0:
        return np.full(len(values), many // 2, dtype=np.int64)
    cells: Places = np.minimum(many - 1, ((logs - logs.min()) / length * many).astype(np.int64))
    return cells


def network(pipeline: Pipeline, recipe: Recipe, shown: RuleFilter) -> Steps[NetworkView]:
    """The pairs with the most extra baskets among the rules that pass a filter, as trees."""
    if shown.length > 2:
        return NetworkView((), 0, 0)  # no pair passes the filter
    made = yield from chosen(pipeline, recipe, replace(shown, folded=False, length=2))
    kept, of = _edges(made)
    yield Progress("joining pairs")
    trees = _forest([(a, b) for a, b, _, _ in kept])
    told = {frozenset((a, b)): (count, lift) for a, b, count, lift in kept}
    names = made.table.baskets.items
    nodes = []
    for item, parent, depth, last, also in trees:
        count, lift = told[frozenset((item, parent))] if parent >= 0 else (0, 0.0)
        others = tuple(names[one] for one in also[:ALSO])
        nodes.append(NetworkNode(names[item], depth, last, count, lift, others))
    return NetworkView(tuple(nodes), len(kept), of)


def _edges(made: Chosen) -> tuple[list[tuple[int, int, int, float]], int]:
    """Pairs of items with count and lift, those with the most extra baskets, each once; and how many there are."""
    rules = made.mined.rules
    at = made.at[rules.lift[made.at] > 1]
    if not len(at):
        return [], 0
    at = at[np.argsort(-rules.extra_baskets[at], kind="stable")]
    ends = np.sort(np.column_stack((rules.antecedents[at, 0], rules.consequents[at, 0])).astype(np.int64), axis=1)
    _, first = np.unique(ends[:, 0] * len(made.table.baskets.items) + ends[:, 1], return_index=True)
    first.sort()
    kept = first[:PAIRS]
    numbers = zip(ends[kept].tolist(), rules.counts[at[kept]].tolist(), rules.lift[at[kept]].tolist(), strict=True)
    return [(a, b, count, lift) for (a, b), count, lift in numbers], len(first)


def _forest(edges: list[tuple[int, int]]) -> list[tuple[int, int, int, tuple[bool, ...], list[int]]]:
    """Edges, strongest first, as trees: (item, parent or -1, depth, whether it is the last of its brothers for it and
    all above it, other neighbours). The item with most neighbours is the root of its tree."""
    near: dict[int, list[int]] = {}
    for a, b in edges:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    seen: set[int] = set()
    rows: list[tuple[int, int, int, tuple[bool, ...], list[int]]] = []
    for root in sorted(near, key=lambda item: (-len(near[item]), item)):
        if root in seen:
            continue
        children, parents = _spanned(root, near, seen)
        stack: list[tuple[int, tuple[bool, ...]]] = [(root, ())]
        while stack:
            item, last = stack.pop()
            also = [one for one in near[item] if one not in children[item] and one != parents[item]]
            rows.append((item, parents[item], len(last), last, also))
            below = children[item]
            stack += [(child, (*last, child == below[-1])) for child in reversed(below)]
    return rows


def _spanned(root: int, near: dict[int, list[int]], seen: set[int]) -> tuple[dict[int, list[int]], dict[int, int]]:
    """Children and parents of a tree over all that `root` is joined to, the nearest first; all of it is then seen."""
    children: dict[int, list[int]] = {root: []}
    parents, queue = {root: -1}, [root]
    seen.add(root)
    for item in queue:
        for one in near[item]:
            if one not in seen:
                seen.add(one)
                children[item].append(one)
                children[one], parents[one] = [], item
                queue.append(one)
    return children, parents


# -- the file --------------------------------------------------------------------------------------------


def export(pipeline: Pipeline, recipe: Recipe, path: str, sources: list[Path], overwrite: bool) -> Steps[tuple[Path]]:
    """Write every rule at the cut-offs, with what shuffles say where they are done."""
    table = yield from basketing.table(pipeline, recipe)
    mined = yield from basketing.rules(pipeline, recipe)
    known = basketing.credibility_filed(pipeline, recipe)
    hyper = yield from hyper_lift(mined.rules)
    adding = yield from basketing.productive(pipeline, recipe)
    yield Progress(f"writing {path}", None, f"{len(mined.rules):,} rules")
    return (write(frame(Ruled(table, mined, known, hyper, adding)), path, sources, overwrite=overwrite),)
