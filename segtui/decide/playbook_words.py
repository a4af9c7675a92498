"""The words of a play's condition as a tree, and the tree as text again.

condition := both ("or" both)* · both := denial ("and" denial)* · denial := "not" denial | comparison
comparison := sum [("<" | "<=" | ">" | ">=" | "==" | "!=") sum] · sum := product (("+" | "-") product)*
product := signed (("*" | "/") signed)* · signed := "-" signed | primary
primary := number ["%"] | "(" condition ")" | quantity | function "(" feature ["=" level] ")" | "has" "(" feature ")"
A feature or level is a bare word, or any text in double quotes (\\" and \\\\ inside).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OF_FEATURE = {
    "mean": "mean of the segment",
    "median": "median of the segment",
    "spread": "standard deviation in the segment",
    "index": "100 * mean / mean of everyone",
    "difference": "standardised difference from the rest",
    "missing": "share of the segment without a value",
    "overall": "mean of everyone",
    "overall_median": "median of everyone",
    "share": "share of the segment at a level: share(channel = web)",
    "overall_share": "share of everyone at a level",
}
"""Functions of a feature and what they are."""

OF_LEVEL = ("share", "overall_share")
"""Those that take a level as well, as `index` and `difference` may."""

EITHER = ("index", "difference")

QUANTITIES = {
    "size": "customers in the segment",
    "customers": "customers in all",
    "segments": "segments in all",
    "customer_share": "size / customers",
    "revenue_share": "share of all revenue",
    "order_share": "share of all orders",
    "largest_difference": "largest |difference| of a number or level in the profile",
}
"""Numbers without a feature."""

SHARES = ("share", "overall_share", "missing", "customer_share", "revenue_share", "order_share")
"""What is written as per cent in a sentence."""

ASKED = {
    "orders": "customers' orders: how many each has",
    "revenue": "money per customer",
    "holdout": "a holdout: days that no feature sees",
    "structure": "a verdict that segments are more than slices (Choose k)",
}
"""What `has` knows beside features."""

KEYWORDS = frozenset({"and", "or", "not", "has", *OF_FEATURE, *QUANTITIES})


@dataclass(frozen=True, slots=True)
class Number:
    """A number, 0 or more; 20 % is 0.2."""

    value: float


@dataclass(frozen=True, slots=True)
class Quantity:
    """One of QUANTITIES."""

    name: str


@dataclass(frozen=True, slots=True)
class Of:
    """A function of a feature, or of one of its levels."""

    function: str
    feature: str
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Has:
    """Whether the data have a feature, or one of ASKED."""

    what: str


@dataclass(frozen=True, slots=True)
class Minus:
    """A number with the other sign."""

    of: Tree


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides and what stands between them: + - * / < <= > >= == != and or."""

    sign: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Not:
    """What is true where the other is false."""

    of: Tree


Tree = Number | Quantity | Of | Has | Minus | Pair | Not

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


def is_truth(tree: Tree) -> bool:
    """Whether it is true or false, and not a number."""
    return isinstance(tree, Has | Not) or (isinstance(tree, Pair) and tree.sign in (*COMPARISONS, "and", "or"))


def features(tree: Tree) -> frozenset[str]:
    """The features that it names, those within `has` apart."""
    if isinstance(tree, Of):
        return frozenset({tree.feature})
    return frozenset[str]().union(*(features(part) for part in parts(tree)))


def parts(tree: Tree) -> tuple[Tree, ...]:
    """The trees right below."""
    if isinstance(tree, Pair):
        return tree.left, tree.right
    return (tree.of,) if isinstance(tree, Minus | Not) else ()


def text(tree: Tree) -> str:
    """As text with every bracket written; parsing it gives the same tree."""
    match tree:
        case Number(value):
            return repr(value)
        case Quantity(name):
            return name
        case Has(what):
            return f"has({word(what)})"
        case Of(function, feature, level):
            return f"{function}({word(feature)}{'' if level is None else ' = ' + word(level)})"
        case Minus(of):
            return f"(-{text(of)})"
        case Not(of):
            return f"(not {text(of)})"
        case Pair(sign, left, right):
            return f"({text(left)} {sign} {text(right)})"


def word(name: str) -> str:
    """A feature or level as it is written in a condition."""
    if re.fullmatch(r"[^\W\d]\w*", name) and name not in KEYWORDS:
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
