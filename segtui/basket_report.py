"""Association rules as `segtui rules` gives them: a JSON document, and printed lines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from segtui import printing
from segtui.baskets.credibility import wording
from segtui.baskets.words import items_are, nothing_found, sentence, side
from segtui.clean_text import clean
from segtui.deliver.rules_file import MEASURES, Ruled
from segtui.printing import Json

if TYPE_CHECKING:
    from segtui.basketed import BasketTable, Marks

WIDTH = 80
SHOWN = 20
"""Rules that are printed; a file or --json has all of them."""

# -- as a document -----------------------------------------------------------------------------------------


def document(ruled: Ruled) -> Json:
    """Everything, as `rules --json` gives it."""
    table, mined = ruled.table, ruled.mined
    known, holds = ruled.credibility, ruled.productive.holds
    found: Json = {
        "baskets": table.baskets.count,
        "items": len(table.baskets.items),
        "by": mined.spec.by,
        "basket": table.order,
        "item_column": table.column or None,
        "id_column": table.ids or None,
        "left_out": {"without a basket": table.encoded.no_order, "without an item": table.encoded.no_item},
        "repeated": table.encoded.repeated,
        "min_support": mined.spec.min_support,
        "min_count": mined.least,
        "min_confidence": mined.spec.min_confidence,
        "min_lift": mined.spec.min_lift,
        "max_length": mined.spec.max_length,
        "consequents": mined.spec.consequents,
        "itemsets": mined.itemsets,
        "basket_size_lift": _finite(mined.size_lift),
        "rules_tried": mined.tried,
        "productive_level": ruled.productive.level,
        "rules": [_rule(ruled, i, holds) for i in range(len(mined.rules))],
        "false_discovery_share": None if known is None else known.share,
        "false_discovery_range": None if known is None or known.range is None else list(known.range),
        "shuffles": 0 if known is None else known.shuffles,
    }
    if not len(mined.rules):
        found["problem"], found["hint"] = nothing_found(mined)
    return found


def _rule(ruled: Ruled, i: int, holds: Marks) -> Json:
    rules, items, known = ruled.mined.rules, ruled.table.baskets.items, ruled.credibility
    told: Json = {
        "antecedent": list(side(rules.antecedents[i].tolist(), items)),
        "consequent": list(side(rules.consequents[i].tolist(), items)),
        "count": int(rules.counts[i]),
        "antecedent_count": int(rules.antecedent_counts[i]),
        "consequent_count": int(rules.consequent_counts[i]),
        **{name: _finite(float(getattr(rules, name)[i])) for name in MEASURES},
        "hyper_lift": float(ruled.hyper_lift[i]),
        "redundant": bool(rules.redundant[i]),
        "productive_p": float(ruled.productive.p[i]),
        "productive": bool(holds[i]),
    }
    if known is not None:
        told |= {
            "shuffle_p": float(known.p[i]),
            "shuffle_count": float(known.expected[i]),
            "false_share_above": _finite(float(known.false_above[i])),
        }
    return told


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


# -- for a person ------------------------------------------------------------------------------------------


def lines(ruled: Ruled) -> Iterator[str]:
    """The baskets, the strongest rules, and how far to believe them."""
    table, mined = ruled.table, ruled.mined
    told = "" if table.order == "basket" else f"; a basket is one {table.order}"
    items = clean(items_are(table))
    text = f"{table.baskets.count:,} baskets of {len(table.baskets.items):,} items{told}{'; ' if items else ''}{items}"
    yield from printing.folded(text, WIDTH)
    yield from _left_out(table)
    if not len(mined.rules):
        why, hint = nothing_found(mined)
        yield from printing.folded(f"No rules: {why}. {hint}", WIDTH)
        return
    spec = mined.spec
    many = "1 rule" if len(mined.rules) == 1 else f"{len(mined.rules):,} rules"
    yield from printing.folded(
        f"{many} from {mined.itemsets:,} itemsets in at least {mined.least:,} baskets "
        f"({mined.least / table.baskets.count:.2%}), confidence from {spec.min_confidence:g}",
        WIDTH,
    )
    yield ""
    yield from _table(ruled)
    if len(mined.rules) > SHOWN:
        yield f"… and {len(mined.rules) - SHOWN:,} more (--out FILE or --json has all)"
    yield ""
    expected = None if ruled.credibility is None else float(ruled.credibility.expected[0])
    yield from printing.folded(sentence(mined, 0, table.baskets.items, expected), WIDTH)
    if ruled.credibility is not None:
        yield from printing.folded(wording(ruled.credibility), WIDTH)


def _left_out(table: BasketTable) -> Iterator[str]:
    told = table.encoded
    for many, what in ((told.no_order, "name no basket"), (told.no_item, "name no item")):
        if many:
            yield f"{many:,} {'line' if many == 1 else 'lines'} left out: they {what}"


def _table(ruled: Ruled) -> Iterable[str]:
    """Numbers first, then the names in full: cut ones cannot be told apart, and a terminal wraps by itself."""
    rules, items = ruled.mined.rules, ruled.table.baskets.items
    known = ruled.credibility
    rows = [
        (
            f"{rules.counts[i]:,}",
            f"{rules.confidence[i]:.2f}",
            f"{rules.lift[i]:.1f}",
            f"{rules.extra_baskets[i]:,.0f}",
            *([] if known is None else [f"{known.expected[i]:,.0f}", f"{known.false_above[i]:.2f}"]),
            clean(
                " -> ".join(" + ".join(side(one[i].tolist(), items)) for one in (rules.antecedents, rules.consequents))
            ),
        )
        for i in range(min(SHOWN, len(rules)))
    ]
    titles = ("count", "conf", "lift", "extra", *(["shuffled", "false"] if known else []), "rule")
    return printing.table(titles, rows, right=range(len(titles) - 1))
