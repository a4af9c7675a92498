"""What customers buy together, in the report: the rules that chance does not give, and what marks each segment out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from segtui.baskets import contrast
from segtui.baskets.credibility import wording
from segtui.baskets.words import FEW, listed, nothing_found, sentence, side
from segtui.deliver.html import Markup, element, joined
from segtui.deliver.report_blocks import bullets, caveats, paragraph, part, table, under
from segtui.progress import Progress
from segtui.recipe import FEWEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.basketed import Marked
    from segtui.deliver.html import Child
    from segtui.deliver.report_told import Told
    from segtui.deliver.rules_file import Ruled
    from segtui.progress import Steps
    from segtui.results import Floats

TITLE = "What they buy together"

RULES, ITEMS, MARKS = 8, 5, 2
"""Rules that are told, items of a segment, and rules that mark it out."""

LOOKED_AT = 1_000
"""Rules among which those that are told are chosen."""

MORE = 1.1
"""How much more frequent an item must be in its baskets: z is about its share of all that is bought."""

LEVEL = 0.05
"""Adjusted p above which an item is not told as a mark of a segment."""


def baskets(told: Told) -> Steps[Markup | None]:
    """The part on baskets; None where it was not asked for."""
    ruled = told.handover.ruled
    if ruled is None:
        why = told.handover.why_not("rules")
        said = paragraph("There is nothing to say: ", told.say(why))
        return part("together", TITLE, said) if why else None
    rules = joined(*_rules(told, ruled))
    yield Progress("choosing rules")
    marks = yield from _marks(told, ruled)
    return part("together", TITLE, rules, under("What marks segments out", marks))


def _rules(told: Told, ruled: Ruled) -> Iterator[Child]:
    mined, items = ruled.mined, ruled.table.baskets.items
    of = f"{ruled.table.baskets.count:,} baskets of {len(items):,} items"
    kind = "" if ruled.table.order == "basket" else f" (a basket is one {ruled.table.order})"
    if not len(mined.rules):
        why, hint = nothing_found(mined)
        yield paragraph(f"In {of}{kind} nothing stands out: ", told.say(why), ". ", told.say(hint))
        return
    chosen = strongest(ruled)
    yield paragraph(
        f"In {of}{kind}, {len(mined.rules):,} rules hold in at least {mined.least:,} baskets and in "
        f"{mined.spec.min_confidence:.0%} of the baskets they speak of. "
        + ("Told here are those with the most baskets beyond chance, every item once." if chosen else "")
    )
    known = ruled.credibility
    if chosen:
        yield bullets(
            told.say(sentence(mined, i, items, None if known is None else float(known.expected[i]))) for i in chosen
        )
    else:
        yield paragraph("None of them stands out from what chance gives, so none is told.")
    if known is not None:
        yield paragraph(told.say(wording(known)), kind="muted")
    yield caveats("Bought together does not say that one item sells the other. Only a test does.")


def strongest(ruled: Ruled) -> list[int]:
    """The rules that are told: in enough baskets, no simpler rule as good, more often than in every shuffle, the most
    baskets beyond chance first; of rules that share an item only the first. Looks at the first LOOKED_AT of them."""
    rules, known = ruled.mined.rules, ruled.credibility
    fit = (rules.counts >= max(FEW, FEWEST)) & ~rules.redundant & (rules.lift > 1.0)
    beyond = rules.extra_baskets
    if known is not None:
        fit &= known.p <= 1.0 / (known.shuffles + 1) + 1e-9
        beyond = rules.counts - known.expected
    chosen: list[int] = []
    told: set[int] = set()
    for i in _first(np.flatnonzero(fit), beyond, LOOKED_AT):
        items = {n for n in [*rules.antecedents[i].tolist(), *rules.consequents[i].tolist()] if n >= 0}
        if not items & told and len(chosen) < RULES:
            chosen.append(i)
            told |= items
    return chosen


def _first(rows: NDArray[np.intp], size: Floats, many: int) -> list[int]:
    """The `many` of some rows with the largest size, in order; of equal ones the lower row first."""
    if len(rows) > many:
        least = np.partition(size[rows], len(rows) - many)[len(rows) - many]
        rows = rows[size[rows] >= least]
    ordered: list[int] = rows[np.argsort(-size[rows], kind="stable")][:many].tolist()
    return ordered


# -- segments ----------------------------------------------------------------------------------------------


def _marks(told: Told, ruled: Ruled) -> Steps[Markup]:
    marked = told.handover.marked
    if marked is None:
        why = told.handover.why_not("marked")
        return paragraph("This cannot be said: ", told.say(why)) if why else joined()
    rows: list[list[Child]] = []
    words: list[Markup] = []
    for one in told.shown:
        if one.letter not in marked.letters:
            continue
        at = marked.letters.index(one.letter)
        found = _items(marked, ruled, at)
        baskets = f"{int(marked.items.baskets[at]):,}"
        rows.append([told.letter(one.letter), baskets, bullets(found, kind="plain") if found else "nothing stands out"])
        words += _rule_marks(told, marked, ruled, at)
        yield Progress("comparing what segments buy")
    titles = ("segment", "baskets", "share of its baskets")
    notes = dict.fromkeys((*marked.items.notes, *marked.rules.notes))
    return joined(
        table("What each segment buys more of than the others", titles, rows, right=(1,), kind="words"),
        bullets(words),
        caveats(*(told.sentence(note) for note in notes)),
    )


def _items(marked: Marked, ruled: Ruled, at: int) -> list[Markup]:
    """The items with the largest z above 0, in enough baskets of the segment."""
    found, names = marked.items, ruled.table.baskets.items
    z = found.z[:, at]
    fit = np.isfinite(z) & (z > 0) & (found.counts[:, at] >= FEWEST) & (found.q[:, at] < LEVEL)
    fit &= found.share[:, at] >= MORE * found.rest_share[:, at]
    return [
        joined(
            element("bdi", names[i]),
            f": {_percent(found.share[i, at])} (all others {_percent(found.rest_share[i, at])})",
        )
        for i in _first(np.flatnonzero(fit), z, ITEMS)
    ]


def _percent(share: float) -> str:
    return f"{100 * float(share):.1f}\u00a0%"


def _rule_marks(told: Told, marked: Marked, ruled: Ruled, at: int) -> list[Markup]:
    found, rules, names = marked.rules, ruled.mined.rules, ruled.table.baskets.items
    if not len(rules):
        return []
    said = []
    for i in _first(np.flatnonzero(found.marked[:, at]), np.abs(found.difference[:, at]), MARKS):
        x, y = (listed(side(one[i].tolist(), names)) for one in (rules.antecedents, rules.consequents))
        said.append(told.say(contrast.wording(found, i, at, f"{x} → {y}", marked.letters[at])))
    return said
