"""Ordered scales: recognised from the set of levels, and encoded as one column of scores.

Scores are 1 … m by order. The column is scaled so that two customers differ by E[(x1 - x2)^2] = 2q with
q = 1 / (1 + 1 / (m - 1)) (METHODS B7; Hennig & Liao 2013), that is to variance q: two levels speak like a nominal
column (q = 1/2), many levels nearly like a number (q = 1).

A text that is not on the scale ("Unknown", "Prefer not to say") counts as missing, and it is said how many do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.prepare.bands import band, numbered, per_year
from segtui.prepare.clean import level_counts, plain_text
from segtui.prepare.scale_words import FAMILIES, NO_ANSWER, normal, open_ended

if TYPE_CHECKING:
    from segtui.results import Floats

LEAST, MOST = 3, 60
"""Levels of a scale. Two levels have no order that a nominal column would not have as well."""

STRANGERS, STRANGERS_SHARE = 2, 0.05
"""Levels that are neither on the scale nor say "no answer", and the share of customers they may have together."""

Place = Callable[[str], float | None]


@dataclass(frozen=True, slots=True)
class Scale:
    """An ordered scale: `levels` from low to high as they are written, `off` those that are not on it, `what` it is."""

    levels: tuple[str, ...]
    off: tuple[str, ...]
    what: str


def variance(levels: int) -> float:
    """q: the variance of a column of scores with so many levels."""
    return 1.0 / (1.0 + 1.0 / (levels - 1)) if levels > 1 else 0.0


def recognise(counts: Mapping[str, int]) -> Scale | None:
    """The scale that levels (with their customers) are on; None where they are on none."""
    spellings = _spellings(counts)
    if not LEAST <= len(spellings) <= MOST:
        return None
    asked = [level for level in spellings if normal(level) not in NO_ANSWER]
    found = [scale for what, place in _places(asked) if (scale := _scale(spellings, place, what)) is not None]
    return min(found, key=lambda scale: len(scale.off)) if found else None


def _spellings(counts: Mapping[str, int]) -> dict[str, int]:
    """Levels that differ in case and blanks alone as one, under the commonest spelling."""
    together: dict[str, list[tuple[int, str]]] = {}
    for level, customers in counts.items():
        together.setdefault(normal(level), []).append((customers, level))
    best = {key: min(spelled, key=lambda pair: (-pair[0], pair[1]))[1] for key, spelled in together.items()}
    return {best[key]: sum(n for n, _ in spelled) for key, spelled in together.items()}


def _places(levels: Sequence[str]) -> list[tuple[str, Place]]:
    """The ways to place these levels, the surest first."""
    found: list[tuple[str, Place]] = []
    rates = [rate for rate in map(per_year, levels) if rate is not None]
    if len(rates) >= LEAST and max(rates) >= 1.0:  # "never" and "rarely" alone are no such phrases
        found.append(("how often", per_year))
    if (bands := _band_place(levels)) is not None:
        found.append(("bands", bands))
    found += [(family.what, _word_place(family.places)) for family in FAMILIES]
    if sum(numbered(level) is not None for level in levels) == len(levels) and not all(map(str.isdigit, levels)):
        found.append(("numbered answers", numbered))
    return found


def _word_place(places: Mapping[str, int]) -> Place:
    def place(level: str) -> float | None:
        word = normal(level)
        return places.get(word, places.get(open_ended(word)))

    return place


def _band_place(levels: Sequence[str]) -> Place | None:
    """The middle of each band, where the bands lie beside each other and at least one is more than a number."""
    found = sorted((b for b in map(band, levels) if b is not None), key=lambda b: (b.low, b.high))
    if not any(b.open for b in found) or any(one.high > other.low for one, other in pairwise(found)):
        return None

    def place(level: str) -> float | None:
        b = band(level)
        if b is None:
            return None
        return b.low if np.isfinite(b.low) else -1e300  # bands do not overlap, so their lower ends order them

    return place


def _scale(counts: Mapping[str, int], place: Place, what: str) -> Scale | None:
    placed = {level: at for level in counts if (at := place(level)) is not None}
    off = [level for level in counts if level not in placed]
    strangers = [level for level in off if normal(level) not in NO_ANSWER]
    asked = sum(customers for level, customers in counts.items() if normal(level) not in NO_ANSWER)
    few = sum(counts[level] for level in strangers) <= STRANGERS_SHARE * asked
    if len(set(placed.values())) < LEAST or len(strangers) > STRANGERS or not few:
        return None
    order = sorted(placed, key=lambda level: (placed[level], normal(level)))
    return Scale(tuple(order), tuple(sorted(off)), what)


# -- scores ----------------------------------------------------------------------------------------------------


def scores(column: pl.Series, levels: Sequence[str]) -> Floats:
    """1 … m by the order of `levels`, nan for missing and for whatever is not among them; float64."""
    text = plain_text(column)
    at = {normal(level): float(place) for place, level in reversed(list(enumerate(levels, start=1)))}
    written = [t for t in text.unique().to_list() if t is not None]
    known = [t for t in written if normal(t) in at]
    if not known:
        return np.full(column.len(), np.nan)
    numbers = text.replace_strict(known, [at[normal(t)] for t in known], default=None, return_dtype=pl.Float64)
    found: Floats = numbers.to_numpy(writable=True)
    return found


def off_scale(column: pl.Series, levels: Sequence[str]) -> dict[str, int]:
    """The texts that are not on the scale, with the number of customers, commonest first."""
    counts = level_counts(column)
    return strangers({str(text): int(n) for text, n in counts.iter_rows()}, levels)


def strangers(counts: Mapping[str, int], levels: Sequence[str]) -> dict[str, int]:
    """`off_scale` of texts that are counted already."""
    known = {normal(level) for level in levels}
    off = [(text, n) for text, n in counts.items() if normal(text) not in known]
    return dict(sorted(off, key=lambda pair: (-pair[1], pair[0])))


def counted(counts: Mapping[str, int], levels: Sequence[str]) -> tuple[int, ...]:
    """Customers at each level of the scale, however they spell it."""
    by_form: dict[str, int] = {}
    for text, n in counts.items():
        by_form[normal(text)] = by_form.get(normal(text), 0) + n
    return tuple(by_form.get(normal(level), 0) for level in levels)


def by_value(column: pl.Series) -> tuple[str, ...]:
    """The levels of a column of numbers or yes/no in their natural order, as text; () for text."""
    if not (column.dtype.is_numeric() or column.dtype == pl.Boolean):
        return ()
    return tuple(plain_text(column.drop_nulls().unique().sort()).to_list())
