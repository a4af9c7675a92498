"""A column read piece by piece under one reading, with an account of every value that it did not read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from segtui.gather.reading import dates, numbers, words
from segtui.gather.reading.propose import RIVALS
from segtui.gather.reading.reading import As, Reading
from segtui.gather.reading.tally import Tally, tally
from segtui.gather.reading.values import is_missing, plain_values, values

EXAMPLES = 5
"""Different unread values that are shown."""

_REMEMBERED = 1_000
"""Different unread values that are told apart; the others are only counted."""

_ENOUGH = 100
"""Values that only this reading reads, after which its rival is not asked any more."""

_V, _F = pl.col("v"), pl.col("f")

_MARKS: dict[str, str] = {
    "per cent": "%",
    "negative": rf"[(]|\d[^\d]*{numbers.MINUS}[^\d]*$",
    "short year": dates.SHORT_YEAR,
    "zone": dates.ZONED,
}
"""What a note tells of, and how it shows in the text."""


@dataclass(slots=True)
class Unread:
    """Values that could not be read: how many, and which, with their first rows (0-based)."""

    count: int = 0
    cells: Counter[str] = field(default_factory=Counter)
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, cells: pl.Series, rows: pl.Series) -> None:
        self.count += cells.len()
        frame = pl.DataFrame({"v": cells, "r": rows})
        groups = frame.group_by("v").agg(pl.len().alias("n"), pl.col("r").min()).sort("r")
        for cell, count, row in groups.iter_rows():
            if cell in self.rows or len(self.rows) < _REMEMBERED:
                self.cells[cell] += count
                self.rows.setdefault(cell, row)

    def examples(self) -> tuple[tuple[str, int, int], ...]:
        """(cell, how often, first row), the most frequent first."""
        ranked = sorted(self.cells.items(), key=lambda item: (-item[1], self.rows[item[0]]))
        return tuple((cell, count, self.rows[cell]) for cell, count in ranked[:EXAMPLES])


@dataclass(slots=True)
class Converter:
    """Pieces of one column under one reading.

    read, missing, rows: values read, missing in any way, and seen. words: those for missing, each counted. tally: what
    other readings would make of the unread. ahead: values known to be read here and not by the rival reading; complete
    while the rival has been asked of every piece. doubtful: whether any number would be another one there. currencies,
    marks, letters: how often each currency, unusual form and word of one letter was met. widened: whether the first
    pieces were read under a narrower reading.
    """

    reading: Reading
    rows: int = 0
    read: int = 0
    ahead: int = 0
    doubtful: bool = False
    words: Counter[str] = field(default_factory=Counter)
    currencies: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    unread: Unread = field(default_factory=Unread)
    tally: Tally = field(default_factory=Tally)
    pieces: list[pl.Series] = field(default_factory=list)
    widened: bool = False
    _last: pl.DataFrame | None = None

    def add(self, text: pl.Series) -> None:
        """Read the next piece."""
        frame = pl.DataFrame({"v": text})
        found = frame.select(_plain(self.reading)).to_series()
        self.read += found.len() - found.null_count()
        self._last = None
        if self.reading.kind is not As.TEXT:
            self._ask_rival(text, found)
            if found.null_count() != text.null_count():
                found = self._look_again(text, found)
        self.pieces.append(found)
        self.rows += text.len()

    def widen(self, reading: Reading) -> None:
        """Go on under a reading that reads all that was read so far as the same values.

        Only while nothing was left unread before the last piece: its unread values are read again.
        """
        self.reading, self.widened = reading, True
        self.pieces = [piece.cast(reading.dtype) for piece in self.pieces]
        again, self.tally, self.unread = self._last, Tally(), Unread()
        if again is None:
            return
        second = again.select("v", "r", _full(reading))
        first = self.rows - self.pieces[-1].len()
        self._count(second)
        self.pieces[-1] = self.pieces[-1].scatter(second["r"] - first, second["f"])

    def finish(self) -> pl.Series:
        """The whole column."""
        pieces, self.pieces = self.pieces, []
        return pl.concat(pieces, rechunk=True) if pieces else pl.Series([], dtype=self.reading.dtype)

    def _look_again(self, text: pl.Series, found: pl.Series) -> pl.Series:
        """What was not plain: other forms, words for missing, and what cannot be read."""
        left = (found.is_null() & text.is_not_null()).arg_true()
        cells = text.gather(left)
        second = pl.DataFrame({"v": cells, "r": left.cast(pl.Int64) + self.rows}).with_columns(
            _full(self.reading), is_missing(self.reading, _V).alias("missing")
        )
        said = second.filter(pl.col("missing")).to_series().str.strip_chars()
        self.words.update(word for word in said.to_list() if word)
        got = self._count(second.filter(~pl.col("missing")))
        return found.scatter(left, second["f"]) if got else found

    def _count(self, second: pl.DataFrame) -> int:
        """Keep the account of values that were not plain; the number of those that were read."""
        unread = second.filter(_F.is_null()).select("v", "r")
        if unread.height:
            self._last = unread
            self.unread.add(unread["v"], unread["r"])
            self.tally.add(tally(unread["v"]))
        got = second.filter(_F.is_not_null())
        if got.height:
            self.read += got.height
            self._note(got)
            if self._asking():
                self._ask_full(got)
        return got.height

    def _note(self, got: pl.DataFrame) -> None:
        """What the analyst is told of values in unusual forms."""
        if self.reading.kind is As.NUMBER:
            self._count_marks(got, "per cent", "negative")
            money = got.select(_V.str.extract(f"({numbers.CURRENCY})").alias("c")).drop_nulls().to_series()
            self.currencies.update(dict(money.value_counts().iter_rows()))
        elif self.reading.kind in (As.DATE, As.TIME):
            self._count_marks(got, "short year", "zone")
        elif self.reading.kind is As.YES_NO:
            self.letters.update(got.select(words.folded(_V)).filter(_V.is_in(words.COUNTED)).to_series().to_list())

    def _count_marks(self, got: pl.DataFrame, *names: str) -> None:
        self.marks.update(
            got.select(_V.str.contains(_MARKS[name]).sum().alias(name) for name in names).row(0, named=True)
        )

    # -- the other reading that the same text may have ---------------------------------------------------------

    def _asking(self) -> bool:
        return self.reading in RIVALS and self.ahead < _ENOUGH

    def _ask_rival(self, text: pl.Series, found: pl.Series) -> None:
        """Of the plain values: how many the rival does not read, by a cheap question."""
        if not self._asking() or found.null_count() == found.len():
            return
        frame = pl.DataFrame({"v": text, "f": found})
        if self.reading.kind is As.NUMBER:
            only_here, doubtful = frame.select(_settled(self.reading.decimal)).row(0)
            self.doubtful |= bool(doubtful)
            self.ahead += int(only_here)
            return
        only_here = (_F.dt.day() > 12) | _V.str.contains(".", literal=True)  # dots stand in dates with the day first
        self.ahead += int(frame.filter(_F.is_not_null()).select(only_here.sum()).item())
        self._count_days(frame.filter(_F.is_not_null()))

    def _ask_full(self, got: pl.DataFrame) -> None:
        rival = RIVALS[self.reading]
        other = got.select(values(rival, _V)).to_series()
        self.ahead += other.null_count()
        self._count_days(got)
        if self.reading.kind is As.NUMBER:
            self.doubtful |= bool(got.filter(other.is_not_null()).select(_V.str.contains(r"\d[.,]\d").any()).item())

    def _count_days(self, got: pl.DataFrame) -> None:
        """How far the dates reach in either order, which decides where nothing else does."""
        if self.reading.kind is As.NUMBER or self.ahead:
            return
        self.tally.count_days(self.reading.order, got["f"])
        rival = RIVALS[self.reading]
        self.tally.count_days(rival.order, got.select(values(rival, _V)).to_series())


# Building an expression costs as much as running it on a small piece, and there may be thousands of columns.


@cache
def _plain(reading: Reading) -> pl.Expr:
    return plain_values(reading, _V).alias("f")


@cache
def _full(reading: Reading) -> pl.Expr:
    return values(reading, _V).alias("f")


@cache
def _settled(decimal: str) -> list[pl.Expr]:
    """Of plain numbers: how many only this decimal mark reads, and whether any would be another one with the other."""
    settled = numbers.settles_point(_V) if decimal == "." else numbers.settles_comma(_V)
    read = _F.is_not_null()
    return [(settled & read).sum().alias("settled"), (_V.str.contains(r"[.,]") & read).any().alias("doubtful")]
