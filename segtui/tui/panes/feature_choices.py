"""What can be chosen for one feature beside its scale and weight, in words: its treatment, its order, its gaps."""

from __future__ import annotations

from collections.abc import Iterable

from segtui.recipe import MISSING_POLICIES, TREATMENTS, TRIM_MOST, FeatureSpec
from segtui.results import FeatureVerdict
from segtui.tui import format as fmt

BETWEEN = " < "
"""Between two levels of an order; a comma may be part of a level."""

_TREATMENT_MEANS = {
    "numeric": "a quantity: one scaled column",
    "ordinal": "an ordered scale: one column of scores 1, 2, 3",
    "nominal": "levels without an order: one weighted 0/1 column each",
    "labels": "several labels in a cell: one weighted 0/1 column each",
}
_POLICY_MEANS = {
    "median": "the median fills the gaps",
    "most_frequent": "the most frequent value fills the gaps",
    "indicator": "filled in, and a 0/1 column says for whom",
    "level": "no answer is a level of its own",
    "aside": "customers without a value are left out",
}
NO_PART = {"numeric": ("level",), "ordinal": ("level",), "nominal": ("median",), "labels": ("median",)}
"""The policies that a treatment does not know."""


def treatments(verdict: FeatureVerdict) -> tuple[str, ...]:
    """What the column can be taken for, "auto" first."""
    possible = {
        "numeric": verdict.numeric,
        "ordinal": bool(verdict.levels),
        "nominal": True,
        "labels": bool(verdict.separator),
    }
    return tuple(name for name in TREATMENTS if possible.get(name, True))


def treatment_choices(verdict: FeatureVerdict) -> list[tuple[str, str]]:
    """`treatments` with what each means."""
    return [
        ("as found", verdict.taken_for) if name == "auto" else (name, _TREATMENT_MEANS[name])
        for name in treatments(verdict)
    ]


def policies(treatment: str) -> tuple[str, ...]:
    """What can be done about missing values of a feature so treated, "auto" first."""
    return tuple(name for name in MISSING_POLICIES if name not in NO_PART[treatment])


def policy_choices(treatment: str) -> list[tuple[str, str]]:
    """`policies` with what each means."""
    scored = treatment in ("numeric", "ordinal")
    found = "the median; from 1 % missing on with a column that says for whom" if scored else _POLICY_MEANS["level"]
    return [("as found", found) if name == "auto" else (name, _POLICY_MEANS[name]) for name in policies(treatment)]


def order_of(spec: FeatureSpec, verdict: FeatureVerdict) -> str:
    """The order of the levels as it is typed: that of the recipe, else the order found."""
    return BETWEEN.join(fmt.clean(level) for level in spec.order or verdict.levels)


def read_order(text: str, verdict: FeatureVerdict) -> tuple[str, ...]:
    """The levels that were typed in order, as they are written in the data; what is no level stays as it was typed.

    Known levels are looked for first, in whatever case, because a level may hold the sign itself (“< 25 < 25-40”).
    """
    written = {fmt.clean(level).strip(): level for level in verdict.levels}
    order: list[str] = []
    rest = text.strip()
    while rest:
        typed = _known_start(rest, written) or rest.partition("<")[0].strip()
        if typed:
            same = (name for name in written if name.casefold() == typed.casefold())
            order.append(written.get(typed, written.get(next(same, ""), typed)))
        rest = rest[len(typed) :].strip().removeprefix("<").strip()
    return tuple(order)


def _known_start(text: str, names: Iterable[str]) -> str:
    """The longest name that the text begins with, up to its end or the next sign, as it is typed; else nothing."""
    for name in sorted(names, key=len, reverse=True):
        typed, after = text[: len(name)], text[len(name) :].strip()
        if typed.casefold() == name.casefold() and (not after or after.startswith("<")):
            return typed
    return ""


def check_order(text: str, verdict: FeatureVerdict) -> str:
    """What is wrong with an order that was typed."""
    order = read_order(text, verdict)
    unknown = [level for level in order if level not in verdict.levels]
    if unknown:
        return f"no level is called {fmt.clean(unknown[0], 30)}"
    if len(set(order)) < len(order):
        return "every level has one place"
    if len(order) < 2:
        return "give the levels from lowest to highest with < between them"
    return ""


def check_trim(text: str) -> str:
    """What is wrong with a share of customers to trim, in per cent."""
    try:
        value = float(text.strip().removesuffix("%"))
    except ValueError:
        return f"{fmt.clean(text, 20)} is not a number"
    if not 0 <= value <= 100 * TRIM_MOST:
        return f"between 0 (nobody) and {100 * TRIM_MOST:g} % of customers can be trimmed"
    return ""
