"""What baskets are good for, as `segtui rules --readings` gives it: bundles, prompts, items seldom together, and what
comes in the next order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from segtui import printing
from segtui.baskets import next_order, substitutes
from segtui.baskets.readings import BUNDLE_IS, PROMPT_IS, bundle_sentence, bundles, prompt_sentence, prompts
from segtui.printing import Json

if TYPE_CHECKING:
    from segtui.basketed import NextOrders, Substitutes
    from segtui.basketing import Read

WIDTH, INDENT = 80, 2

SHOWN = 5
"""Of each kind that are printed; --json has all."""


def readings_document(found: Read) -> Json:
    """Every reading, as `readings` of `rules --readings --json`."""
    items, rules, later = found.table.baskets.items, found.mined.rules, found.next_orders
    return {
        "bundles": [bundle_sentence(found.readings, rules, i, items) for i in bundles(found.readings, rules)],
        "prompts": [prompt_sentence(found.readings, rules, i, items) for i in prompts(found.readings, rules)],
        "seldom_together": _pairs(found.substitutes, ("first", "second"), items),
        "next_orders": None if later is None else _pairs(later, ("antecedent", "consequent"), items),
        "next_orders_reason": found.why_no_next,
    }


def _pairs(found: Substitutes | NextOrders, sides: tuple[str, str], items: tuple[str, ...]) -> list[Json]:
    """One document a row: both items by name, and every column that has a value per row."""
    columns = {one.name: getattr(found, one.name) for one in fields(found)}
    per_row = {name: of for name, of in columns.items() if isinstance(of, np.ndarray) and len(of) == len(found)}
    return [
        {name: items[int(of[i])] if name in sides else of[i].item() for name, of in per_row.items()}
        for i in range(len(found))
    ]


def readings_lines(found: Read) -> Iterator[str]:
    """The first few of each kind, in sentences."""
    items, rules = found.table.baskets.items, found.mined.rules
    yield from _kind("bundles: bought together either way", bundles(found.readings, rules), len(rules),
                     lambda i: bundle_sentence(found.readings, rules, i, items), BUNDLE_IS)  # fmt: skip
    yield from _kind("prompts: who has the first is likely to take the second", prompts(found.readings, rules),
                     len(rules), lambda i: prompt_sentence(found.readings, rules, i, items), PROMPT_IS)  # fmt: skip
    seldom = found.substitutes
    yield from _kind("seldom together", list(range(len(seldom))), len(seldom),
                     lambda i: substitutes.sentence(seldom, i, items), substitutes.CAVEAT)  # fmt: skip
    later = found.next_orders
    if later is None:
        yield from printing.folded(f"next orders: not said, {found.why_no_next}", WIDTH)
        return
    yield from _kind("in the next order", list(range(len(later))), len(later),
                     lambda i: next_order.sentence(later, i, items), next_order.CAVEAT)  # fmt: skip


def _kind(title: str, rows: list[int], of: int, say: Callable[[int], str], caveat: str = "") -> Iterator[str]:
    yield f"{title}: {len(rows):,}" if len(rows) == of else f"{title}: {len(rows):,} of {of:,} rules"
    for row in rows[:SHOWN]:
        yield from (" " * INDENT + line for line in printing.folded(say(row), WIDTH - INDENT))
    if rows and caveat:
        yield from printing.folded(caveat, WIDTH)
    yield ""
