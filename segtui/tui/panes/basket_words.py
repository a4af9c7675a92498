"""What is typed and said in the Baskets pane: cut-offs, filters, and names of measures. No drawing."""

from __future__ import annotations

import math
import shlex
from dataclasses import replace

from segtui.basket_views import SIGNS, SORTS, RuleFilter, WorkView
from segtui.recipe import CONSEQUENTS, ITEMS_BY, BasketSpec
from segtui.tui import format as fmt

CUTOFFS = (
    ("min_support", "support", "share of baskets that hold all items of a rule, such as 0.005 or 0.5 %"),
    ("min_count", "min-count", "baskets that a rule needs besides"),
    ("min_confidence", "confidence", "of the baskets with what is before the arrow, the share with what is after it"),
    ("min_lift", "lift", "how many times more often than by shares alone; 0 keeps all"),
    ("max_length", "length", "items of a rule, both sides together"),
    ("consequents", "consequents", "items after the arrow: one or any number"),
    ("by", "by", "what an item is: product, category or brand"),
)
"""Field of BasketSpec, the word for it on the command line, and what it is."""

SORT_NAMES = {name: name.replace("_", " ") for name in SORTS}

LONGEST = 8


def shown_cutoff(spec: BasketSpec, field: str) -> str:
    """A cut-off as it is read and typed."""
    value = getattr(spec, field)
    return (
        f"{f'{100 * value:.12f}'.rstrip('0').rstrip('.')} %"
        if field == "min_support"
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def with_cutoff(spec: BasketSpec, field: str, typed: str) -> BasketSpec | str:
    """The cut-offs with one that was typed; else what is wrong with it."""
    text = typed.strip().lower()
    if field in ("consequents", "by"):
        among = CONSEQUENTS if field == "consequents" else ITEMS_BY
        return replace(spec, **{field: text}) if text in among else f"choose one of {', '.join(among)}"  # type: ignore[arg-type]
    if field in ("min_count", "max_length"):
        low, high = (1, 10**9) if field == "min_count" else (2, LONGEST)
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            return f"a whole number from {low}" + (f" to {high}" if field == "max_length" else "")
        return replace(spec, **{field: int(text)})  # type: ignore[arg-type]
    percent = text.endswith("%")
    try:
        value = float(text.removesuffix("%").replace(",", ".")) / (100 if percent else 1)
    except ValueError:
        return "a number, such as 0.005 or 0.5 %" if field != "min_lift" else "a number, such as 1.2"
    if field == "min_lift":
        return replace(spec, min_lift=value) if 0 <= value < 1e9 else "a number from 0"
    if not 0 <= value <= 1 or (field == "min_support" and value == 0):
        return "a share of 1, or a percentage: 0.005 or 0.5 %"
    return replace(spec, **{field: value})  # type: ignore[arg-type]


def cutoffs(spec: BasketSpec) -> str:
    """The cut-offs in one phrase."""
    text = f"support {shown_cutoff(spec, 'min_support')}, confidence {spec.min_confidence:g}"
    text += f", lift {spec.min_lift:g}" if spec.min_lift else ""
    text += f", {fmt.count(spec.min_count)} baskets" if spec.min_count > 1 else ""
    text += f", up to {spec.max_length} items"
    text += "" if spec.consequents == "one" else ", any consequent"
    return text if spec.by == "product" else f"{text}, by {spec.by}"


def typed_filter(text: str, before: RuleFilter) -> RuleFilter | str:
    """A filter as it is typed: from:TEXT, to:TEXT, len:N, seg:A, a measure as lift>2, and texts that either side may
    hold; a text of several words in double quotes. Sorting, families and folding stay. Else what is wrong."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.quotes, lexer.escape, lexer.commenters = True, '"', "", ""
    try:
        words = list(lexer)
    except ValueError:
        return 'a quotation mark " is not closed'
    contains: list[str] = []
    start: list[str] = []
    end: list[str] = []
    length, segment = 0, ""
    measured: list[tuple[str, str, float]] = []
    for word in words:
        one = typed_measure(word)
        if isinstance(one, str):
            return one
        if one is not None:
            measured.append(one)
            continue
        name, colon, value = word.partition(":")
        name = name.lower()
        if not colon or name not in ("from", "to", "len", "seg"):
            contains.append(word)
        elif not value:
            return f"what is to follow {name}: is missing"
        elif name == "len":
            if not (value.isascii() and value.isdigit() and 2 <= int(value) <= LONGEST):
                return f"len: takes a number from 2 to {LONGEST}"
            length = int(value)
        elif name == "seg":
            segment = value.upper()
        else:
            (start if name == "from" else end).append(value)
    return replace(
        before,
        contains=tuple(contains),
        before=tuple(start),
        after=tuple(end),
        length=length,
        segment=segment,
        measured=tuple(measured),
    )


def typed_measure(word: str) -> tuple[str, str, float] | str | None:
    """What is asked of a measure, as in `lift>2.5`; what is wrong with it; None where the word is a text: before the
    sign is no measure, which may be shortened to three letters."""
    at, sign = min(((word.find(sign), sign) for sign in SIGNS if sign in word), default=(-1, ""), key=_first_longest)
    name = sort_named(word[:at]) if at >= 3 else ""
    if not name:
        return None
    typed = word[at + len(sign) :]
    percent = typed.endswith("%")
    try:
        number = float(typed.removesuffix("%").replace(",", ".")) / (100 if percent else 1)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        return f"what is to follow {word[:at]}{sign} is a number, as in lift>2.5"
    return name, sign, number


def _first_longest(found: tuple[int, str]) -> tuple[int, int]:
    return found[0], -len(found[1])


def filter_text(shown: RuleFilter) -> str:
    """A filter as one would type it."""
    parts = [f"from:{text}" for text in shown.before] + [f"to:{text}" for text in shown.after]
    parts += [f"len:{shown.length}"] if shown.length else []
    parts += [f"seg:{shown.segment}"] if shown.segment else []
    parts += [f"{name}{sign}{number:.12g}" for name, sign, number in shown.measured]
    parts += list(shown.contains)
    return " ".join(f'"{part}"' if " " in part else part for part in parts)


def sort_named(typed: str) -> str:
    """The measure that a beginning of its name means; nothing where there is none."""
    wanted = typed.strip().lower().replace(" ", "_").replace("-", "_")
    return next((name for name in SORTS if wanted and name.startswith(wanted)), "")


def estimate(work: WorkView) -> str:
    """What mining would take, in a sentence."""
    sets = fmt.count(work.sets) if work.exact and work.complete else f"about {fmt.short(work.sets)}"
    if not work.complete:
        sets = f"more than {fmt.short(work.sets)}"
    return (
        f"{fmt.plural(work.baskets, 'basket')} of {fmt.plural(work.items, 'item')}: {sets} itemsets are expected in at "
        f"least {fmt.plural(work.least, 'basket')}"
    )


def arrow(before: tuple[str, ...], after: tuple[str, ...], plain: bool) -> tuple[str, str, str]:
    """Both sides of a rule, made harmless, and the sign between them."""
    return " + ".join(map(fmt.clean, before)), "->" if plain else "→", " + ".join(map(fmt.clean, after))
