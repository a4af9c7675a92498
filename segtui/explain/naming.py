"""Honest automatic names: what sets a segment apart, in words and units, and nothing beyond that.

A name states the two strongest standardised differences that hold for most members ("Recent · high spend 1.9k").
A numeric feature qualifies at |d| >= .5 when the middle half of the members lies wholly on one side of the overall
median; a level when it is at least 1.5 times as common as overall and 5 points more. Features that made
the clusters speak before others. Nothing qualifies: "Average customers". No personas, no causes, no
currency: the data does not know them. Texts from a file are passed on uncleaned, as everywhere below the screen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf, isnan

from segtui.prepare.clean import MISSING_LEVEL, OTHER_LEVEL

SEPARATOR = " · "
NOTHING_SPECIAL = "Average customers"
WIDTH = 28
"""Cells a name should fit in; figures and the third part give way first, the two strongest parts never."""

CLEAR = 0.5
"""Least |standardised difference| that is worth a word."""

LIFT, POINTS = 1.5, 0.05
"""How much more common a level must be: as a ratio and as a difference of shares."""

PARTS = 2

COUNTED = frozenset(
    {
        "orders", "visits", "purchases", "sessions", "items", "clicks", "returns", "complaints", "logins",
        "events", "views", "products", "transactions", "invoices", "baskets", "categories", "brands", "stores",
        "calls", "tickets", "coupons", "emails", "opens", "referrals", "reviews", "refunds"
    }
)  # fmt: skip
"""Things one has many or few of."""

COUNT_WORDS = frozenset({"n", "nr", "num", "no", "number", "count", "of", "total"})
LAST_WORDS = frozenset({"last", "latest", "recent"})
ACTS = frozenset({"order", "purchase", "visit", "login", "activity", "contact", "transaction"})
SCORE_WORDS = frozenset({"score", "rank", "quintile", "quartile", "decile"})


@dataclass(frozen=True, slots=True)
class Trait:
    """What one column says about one segment. difference may be infinite (no spread) or nan (undefined).

    is_share: the means are shares, of a level (which has no quartiles) or of the ones in a column of 0 and 1.
    scale: the levels behind the scores 1 … m of an ordinal column.
    """

    feature: str
    level: str | None
    is_share: bool
    used: bool
    difference: float
    mean: float
    overall_mean: float
    overall_median: float
    low_quartile: float
    high_quartile: float
    scale: tuple[str, ...] = ()

    @property
    def high(self) -> bool:
        return self.difference > 0


@dataclass(frozen=True, slots=True)
class _Part:
    """A trait in words: the plain words, and the same with a figure where one says more."""

    words: str
    figured: str
    recency: bool = False
    place: int = 1


def name_segments(
    traits: Sequence[Sequence[Trait]], letters: Sequence[str], given: Sequence[str] | None = None
) -> tuple[str, ...]:
    """A name for every segment, no two alike, none like a name that the analyst gave to another segment.

    traits, letters and given ("" for none) are aligned by segment. Equal names each get their next clear feature, and
    their letter when there is none left.
    """
    clear = [_clear_parts(of_segment) for of_segment in traits]
    wanted = [PARTS] * len(clear)
    names = [_compose(parts, PARTS) for parts in clear]
    while alike := _alike(names):
        longer = [i for i in alike if wanted[i] < len(clear[i])]
        if not longer:
            break
        for i in longer:
            wanted[i] += 1
            names[i] = _compose(clear[i], wanted[i])
    return _with_letters(names, letters, given or [""] * len(names))


def compact(number: float) -> str:
    """A number in at most four characters or so: 0.042, 0.42, 3.4, 34, 1.9k, 34k, 2.1M."""
    if isnan(number) or isinf(number):
        return "?"
    size, unit = abs(number), ""
    for next_unit in ("k", "M", "G", "T"):
        if size < 999.5:
            break
        size, unit = size / 1000, next_unit
    sign = "-" if number < 0 else ""
    if size < 1 and not unit:
        text = f"{size:.2g}" if size >= 0.0001 or size == 0 else f"{size:.0e}"
    else:
        text = f"{size:.1f}" if size < 9.95 else f"{size:.0f}"
        text = text.removesuffix(".0")
    return f"{sign}{text}{unit}"


# -- which features speak ----------------------------------------------------------------------------------


def _clear_parts(traits: Sequence[Trait]) -> list[_Part]:
    """What can be said of a segment, strongest first; every feature speaks once, those in use first."""
    ordered = sorted(
        (trait for trait in traits if _is_clear(trait)), key=lambda trait: (not trait.used, -abs(trait.difference))
    )
    parts: list[_Part] = []
    said: set[str] = set()
    for trait in ordered:
        if trait.feature not in said:
            said.add(trait.feature)
            parts.append(_part(trait))
    return parts


def _is_clear(trait: Trait) -> bool:
    if isnan(trait.difference) or abs(trait.difference) < CLEAR:
        return False
    if trait.is_share:
        share, overall = _speaking_shares(trait)
        return share >= LIFT * overall and share - overall >= POINTS
    if trait.high:
        return trait.low_quartile > trait.overall_median
    return trait.high_quartile < trait.overall_median


def _speaking_shares(trait: Trait) -> tuple[float, float]:
    """Shares in the segment and overall of what is more common here: the level, or "no" of a yes/no column."""
    if trait.level is None and not trait.high:
        return 1.0 - trait.mean, 1.0 - trait.overall_mean
    return trait.mean, trait.overall_mean


# -- words -------------------------------------------------------------------------------------------------


def _compose(parts: Sequence[_Part], wanted: int) -> str:
    """The first `wanted` parts as a name, and a recency word where there is room for it."""
    if not parts:
        return NOTHING_SPECIAL
    needed = list(parts[:wanted])
    spare = [part for part in parts[wanted:] if part.recency][:1]
    tries = [_join(needed + spare, len(needed) + 1), _join(needed, len(needed)), _join(needed, 1), _join(needed, 0)]
    if spare:
        tries[1:1] = [_join(needed + spare, 1), _join(needed + spare, 0)]
    return next((text for text in tries if len(text) <= WIDTH), tries[-1])


def _join(parts: Sequence[_Part], figures: int) -> str:
    """Parts as one text, the first `figures` of those that have a figure with it."""
    texts: list[tuple[int, str]] = []
    for part in parts:
        figured = figures > 0 and part.figured != part.words
        figures -= figured
        texts.append((part.place, part.figured if figured else part.words))
    # A stable sort: recency, frequency, then the rest by strength, so that similar segments read alike.
    text = SEPARATOR.join(words for _, words in sorted(texts, key=lambda placed: placed[0]))
    return text[:1].upper() + text[1:]


def _part(trait: Trait) -> _Part:
    words = feature_words(trait.feature)
    if trait.is_share:
        return _share_part(trait, " ".join(words))
    if _tells_recency(words):
        word = "long ago" if trait.high else "recent"
        return _Part(word, word, recency=True, place=-1)
    if words[-1] == "frequency" and len(words) <= 2:
        word = "frequent" if trait.high else "infrequent"
        return _Part(word, word, place=0)
    if words[-1].lower() in COUNTED:
        text = ("many " if trait.high else "few ") + " ".join(_without_count_words(words))
    else:
        text = ("high " if trait.high else "low ") + " ".join(words)
    return _Part(text, f"{text} {_figure(trait)}")


def _figure(trait: Trait) -> str:
    """The mean, on an ordinal scale the level that it is nearest to."""
    if not trait.scale or isnan(trait.mean):
        return compact(trait.mean)
    return trait.scale[max(0, min(len(trait.scale), round(trait.mean)) - 1)].strip()


def _share_part(trait: Trait, words: str) -> _Part:
    """ "mostly Female" only where most are; a level that is merely more common is "more Female"."""
    share, _ = _speaking_shares(trait)
    level = trait.level if trait.level is not None else "yes" if trait.high else "no"
    text = f"{'mostly' if share > 0.5 else 'more'} {_level_words(level, words)}"
    return _Part(text, text)


def _level_words(level: str, words: str) -> str:
    """A level by itself where it says enough ("Female"), else with its feature ("sex F", "unknown plan")."""
    plain = level.strip().casefold()
    if plain in ("yes", "true"):
        return words
    if plain in ("no", "false"):
        return f"no {words}"
    if level == MISSING_LEVEL:
        return f"unknown {words}"
    if level == OTHER_LEVEL:
        return f"other {words}"
    speaks = len(plain) > 1 and any(character.isalpha() for character in plain)
    return level if speaks else f"{words} {level}"


def feature_words(feature: str) -> list[str]:
    """A column name as words: "DaysSinceLast_Order" -> days since last order; abbreviations keep their capitals."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", feature.replace("_", " ").replace(".", " "))
    return [word.lower() if word.istitle() and len(word) > 1 else word for word in spaced.split()] or [feature]


def _tells_recency(words: Sequence[str]) -> bool:
    """Whether a column says how long ago a customer was last active ("orders last 30 days" does not)."""
    known = [word.lower() for word in words]
    if SCORE_WORDS & set(known):
        return False  # a score may run either way
    if "since" in known:
        return bool((LAST_WORDS | ACTS) & set(known[known.index("since") :]))
    return "recency" in known or (known[-1] == "ago" and bool(LAST_WORDS & set(known)))


def _without_count_words(words: Sequence[str]) -> list[str]:
    rest = list(words)
    while len(rest) > 1 and rest[0].lower() in COUNT_WORDS:
        rest.pop(0)
    return rest


# -- no two alike ------------------------------------------------------------------------------------------


def _alike(names: Sequence[str]) -> list[int]:
    """Positions of names that say the same, in whatever order."""
    said = [frozenset(name.casefold().split(SEPARATOR)) for name in names]
    counted = Counter(said)
    return [i for i, parts in enumerate(said) if counted[parts] > 1]


def _with_letters(names: Sequence[str], letters: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """The names, with the letter behind those that would still read like another segment's."""
    alike = set(_alike(names))
    found = []
    for i, name in enumerate(names):
        taken = {other.casefold() for j, other in enumerate(given) if j != i and other}
        found.append(f"{name} {letters[i]}" if i in alike or name.casefold() in taken else name)
    return tuple(found)
