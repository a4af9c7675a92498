"""Columns of a large table typed while they stream by: cheaply at first, a second look only at what resists.

Polars calls `Readers.read` with batches on its own threads, several at once, each row exactly once. What cannot be
read is kept by what it says, so that one pass gives the values, the words for missing, and examples of the rest.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from segtui.gather.reading import As, Reading, is_missing, plain_values, values
from segtui.gather.reading.numbers import MOST_DIGITS
from segtui.gather.reading.propose import RIVALS
from segtui.gather.reading.reading import NUMBER

MOST_KEPT = 50_000
"""Different unreadable texts kept of a column; beyond that its values are no such thing, and need no more proof."""

_V = pl.col("v")
_LARGEST = 10**MOST_DIGITS
_TIMES = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f")


def first_look(reading: Reading, raw: pl.Series) -> pl.Series:
    """What `plain_values` gives, cheaper still where a batch holds nothing unusual; null where it does not read.

    Cells that a bare cast would take and the reading does not (codes such as 007, numbers of too many digits) are
    looked for by what they begin with, which is a fraction of what testing every cell costs.
    """
    if reading.kind is As.TIME and reading.order == "ymd":
        found = _times(raw)
        if found is not None:
            return found
    if reading.kind is As.INTEGER or reading == NUMBER:
        typed = raw.cast(reading.dtype, strict=False)
        if _in_range(typed):
            return _without_codes(reading, raw, typed)
    return pl.DataFrame({"v": raw}).select(plain_values(reading, _V)).to_series()


def _in_range(typed: pl.Series) -> bool:
    """Whether all numbers have no more digits than a number keeps, and none is infinite or NaN."""
    smallest, largest = typed.min(), typed.max()
    if not isinstance(smallest, int | float) or not isinstance(largest, int | float):
        return False
    return smallest > -_LARGEST and largest < _LARGEST and not (typed.dtype.is_float() and typed.is_nan().any())


def _without_codes(reading: Reading, raw: pl.Series, typed: pl.Series) -> pl.Series:
    """`typed` without the cells that are codes rather than numbers: 007, -01."""
    places = (raw < "1").arg_true()  # those that begin with 0, a sign or a blank
    if not places.len():
        return typed
    cells = raw.gather(places)
    usual = ((cells >= "-1") & (cells < "-:")) | (cells == "0")
    if reading.kind is As.NUMBER:
        usual |= cells.str.starts_with("0.")
    if usual.all():
        return typed
    looked = pl.DataFrame({"v": cells}).select(plain_values(reading, _V)).to_series()
    return typed.scatter(places, looked) if looked.null_count() else typed


def _times(raw: pl.Series) -> pl.Series | None:
    """ISO times as programs write them; None where the batch holds anything else."""
    first = raw.drop_nulls()[:1]
    lengths = raw.str.len_bytes()
    shortest, longest = lengths.min(), lengths.max()
    if (
        not first.len()
        or not isinstance(shortest, int)
        or not isinstance(longest, int)
        or not 19 <= shortest <= longest <= 29
    ):
        return None
    form = _TIMES[0] if first[0][10] == "T" else _TIMES[1]
    found = raw.str.to_datetime(form, time_unit="us", strict=False, cache=True)
    return found if found.null_count() == raw.null_count() else None


@dataclass(eq=False, slots=True)
class Resisted:
    """The texts of a column that could not be read, and how often each came."""

    texts: Counter[str] = field(default_factory=Counter)
    given_up: bool = False
    rows: int = 0
    latest_day: int = 0
    """Of dates, the highest day of the month that was read: above 12 it settles which of two numbers is the day."""


class Readers:
    """Reads the columns named in `readings` (column -> reading), and adds their values as `t` and the column's name.

    noted: a column of few different values, which are all noted.
    """

    def __init__(self, readings: Mapping[str, Reading], noted: str | None = None) -> None:
        self._readings = dict(readings)
        self._noted = noted
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin again: every row will come once more."""
        with self._lock:
            self.resisted = {name: Resisted() for name in self._readings}
            self._values: set[str] = set()

    def noted_values(self) -> pl.Series:
        """All values of the column `noted`."""
        return pl.Series(sorted(self._values), dtype=pl.String)

    def schema(self, raw: Mapping[str, pl.DataType]) -> dict[str, pl.DataType]:
        """The columns that come out of `read`, which gets those of `raw`."""
        return {**raw, **{f"t{name}": reading.dtype for name, reading in self._readings.items()}}

    def read(self, batch: pl.DataFrame) -> pl.DataFrame:
        """A batch of text columns with the values of those that are to be read."""
        made = []
        for name, reading in self._readings.items():
            raw = batch[name]
            typed = first_look(reading, raw)
            if typed.null_count() > raw.null_count():
                typed = self._second_look(name, reading, raw, typed)
            if reading.order != "ymd":
                self._keep_day(name, typed)
            made.append(typed.alias(f"t{name}"))
        if self._noted is not None:
            with self._lock:
                self._values.update(batch[self._noted].unique().drop_nulls().to_list())
        return batch.hstack(made)

    def _second_look(self, name: str, reading: Reading, raw: pl.Series, typed: pl.Series) -> pl.Series:
        places = (typed.is_null() & raw.is_not_null()).arg_true()
        looked = pl.DataFrame({"v": raw.gather(places)}).with_columns(values(reading, _V).alias("t"))
        rest = looked.filter(pl.col("t").is_null())["v"]
        self._keep(name, rest)
        again = looked["t"]
        return typed if again.null_count() == again.len() else typed.scatter(places, again)

    def _keep_day(self, name: str, typed: pl.Series) -> None:
        latest = typed.dt.day().max()
        if isinstance(latest, int):
            with self._lock:
                self.resisted[name].latest_day = max(self.resisted[name].latest_day, latest)

    def _keep(self, name: str, rest: pl.Series) -> None:
        if not rest.len():
            return
        with self._lock:
            kept = self.resisted[name]
            kept.rows += rest.len()
            if not kept.given_up:
                counts = rest.value_counts()
                kept.texts.update(dict(zip(counts["v"].to_list(), counts["count"].to_list(), strict=True)))
                if len(kept.texts) > MOST_KEPT:
                    kept.given_up = True
                    kept.texts.clear()

    def choices(self, name: str) -> tuple[Reading, ...]:
        """The other order of day and month, where every date could be read so just as well."""
        rival = RIVALS.get(self._readings[name])
        undecided = rival is not None and rival.order != "ymd" and 0 < self.resisted[name].latest_day <= 12
        return (rival,) if rival is not None and undecided else ()

    def would_read(self, name: str, other: Reading) -> bool:
        """Whether another reading reads any of what resisted."""
        kept = self.resisted[name]
        if kept.given_up:
            return True
        texts = pl.DataFrame({"v": list(kept.texts)}, schema={"v": pl.String})
        return bool(texts.select(values(other, _V).is_not_null().any()).item())

    def verdict(self, name: str) -> tuple[int, int, tuple[str, ...]]:
        """(words for missing, unreadable values, examples of those, the most frequent first) of a column."""
        kept = self.resisted[name]
        if kept.given_up or not kept.texts:
            return 0, kept.rows, ()
        texts = pl.DataFrame({"v": list(kept.texts), "n": list(kept.texts.values())})
        told = texts.with_columns(is_missing(self._readings[name], _V).fill_null(True).alias("word"))
        words = int(told.filter(pl.col("word"))["n"].sum())
        unread = told.filter(~pl.col("word")).sort(["n", "v"], descending=[True, False])
        return words, int(unread["n"].sum()), tuple(unread["v"].head(5).to_list())
