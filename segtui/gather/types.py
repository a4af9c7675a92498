"""The type of a column, as a verdict on all of its values, and their conversion piece by piece.

A type is proposed from the first piece and kept only as long as every later value fits: a whole number column that
meets 1.5 becomes numbers, one that meets "12k" becomes text, and the values converted so far are read again as
text. Nothing turns into a missing value in silence. "NA", "-" and the like count as missing only in columns that
are otherwise numbers, dates or yes/no, and are counted word by word. Codes with leading zeros and numbers of more
than 15 digits stay text: as numbers they would lose what they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import polars as pl

from segtui.results import ColumnType

MISSING_WORDS = ("", "na", "n/a", "#n/a", "null", "none", "nan", "-")
"""Words for "no value", compared in lower case without blanks around them."""

TRUE_WORDS, FALSE_WORDS = ("true", "yes"), ("false", "no")

MOST_DIGITS = 15
"""Digits that survive as a number everywhere (floats included)."""

_SAMPLE = 2_000
_TOO_LONG = 10**MOST_DIGITS
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?( ?(Z|[+-]\d{2}:?\d{2}))?$"


class Parse(Enum):
    """How the text of a column is read."""

    EMPTY = "empty"
    INTEGER = "integer"
    NUMBER = "number"
    COMMA = "number with a decimal comma"
    YES_NO = "yes/no"
    DATE = "date"
    TIME = "date and time"
    TEXT = "text"


TYPE_OF = {
    Parse.EMPTY: ColumnType.EMPTY,
    Parse.INTEGER: ColumnType.INTEGER,
    Parse.NUMBER: ColumnType.NUMBER,
    Parse.COMMA: ColumnType.NUMBER,
    Parse.YES_NO: ColumnType.YES_NO,
    Parse.DATE: ColumnType.DATE,
    Parse.TIME: ColumnType.DATE,
    Parse.TEXT: ColumnType.TEXT,
}

_STORED: dict[Parse, pl.DataType] = {
    Parse.EMPTY: pl.String(),
    Parse.INTEGER: pl.Int64(),
    Parse.NUMBER: pl.Float64(),
    Parse.COMMA: pl.Float64(),
    Parse.YES_NO: pl.Boolean(),
    Parse.DATE: pl.Date(),
    Parse.TIME: pl.Datetime("us"),
    Parse.TEXT: pl.String(),
}


def _integers(values: pl.Series) -> pl.Series:
    return values.cast(pl.Int64, strict=False)


def _numbers(values: pl.Series) -> pl.Series:
    return values.cast(pl.Float64, strict=False)


def _comma_numbers(values: pl.Series) -> pl.Series:
    dotted = values.str.contains(".", literal=True)
    swapped = _numbers(values.str.replace(",", ".", literal=True))
    return _cleared(swapped, dotted) if dotted.any() else swapped


def _yes_no(values: pl.Series) -> pl.Series:
    lower = values.str.to_lowercase()
    yes, no = lower.is_in(TRUE_WORDS), lower.is_in(FALSE_WORDS)
    return _cleared(yes, ~(yes | no).fill_null(True))


def _dates(values: pl.Series) -> pl.Series:
    found = values.str.to_date("%Y-%m-%d", strict=False)
    loose = values.str.len_bytes() != 10  # 2024-1-2 would be read too
    return _cleared(found, loose) if loose.any() else found


def _times(values: pl.Series) -> pl.Series:
    """Dates with a time of day; with an offset they are brought to UTC, a date alone is midnight."""
    text = values.str.replace("T", " ", literal=True).str.replace(r" ?Z$", "+00:00")
    offset = text.str.extract(r" ?([+-]\d{2}:?\d{2})$").str.replace(":", "", literal=True)
    bare = text.str.replace(r" ?[+-]\d{2}:?\d{2}$", "") if offset.is_not_null().any() else text
    # a date alone ends in what looks like an offset; it is never taken apart
    bare = _choose(values.str.contains(_DATE), values + " 00:00:00", bare)
    full = _choose(bare.str.contains(r"^\S+ \d{2}:\d{2}$"), bare + ":00", bare)
    full = _cleared(full, ~values.str.contains(f"{_TIME}|{_DATE}").fill_null(True))
    found = full.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    if not offset.is_not_null().any():
        return found
    shifted = ~values.str.contains(_DATE).fill_null(True) & offset.is_not_null()
    minutes = (offset.str.slice(1, 2).cast(pl.Int64, strict=False) * 60) + offset.str.slice(3, 2).cast(
        pl.Int64, strict=False
    )
    signed = _choose(offset.str.starts_with("-"), -minutes, minutes)
    moved = found - (signed * 60_000_000).cast(pl.Duration("us"))
    return _choose(shifted, moved, found)


def _choose(condition: pl.Series, then: pl.Series, otherwise: pl.Series) -> pl.Series:
    return pl.select(
        pl.when(pl.lit(condition.fill_null(False))).then(pl.lit(then)).otherwise(pl.lit(otherwise))
    ).to_series()  # fmt: skip


def _cleared(values: pl.Series, where: pl.Series) -> pl.Series:
    """`values` without those at `where`."""
    return pl.select(pl.when(~pl.lit(where.fill_null(False))).then(pl.lit(values))).to_series()


_PARSERS: dict[Parse, Callable[[pl.Series], pl.Series]] = {
    Parse.INTEGER: _integers,
    Parse.NUMBER: _numbers,
    Parse.COMMA: _comma_numbers,
    Parse.YES_NO: _yes_no,
    Parse.DATE: _dates,
    Parse.TIME: _times,
}


@dataclass(frozen=True, slots=True)
class Converted:
    """One piece of a column. failed: how many values are neither readable nor a word for missing."""

    values: pl.Series
    words: Counter[str]
    failed: int


def convert(parse: Parse, values: pl.Series) -> Converted:
    """`values` (text) read as `parse`."""
    if parse in (Parse.TEXT, Parse.EMPTY):
        return Converted(_without_empty(values), Counter(), 0)
    found = _PARSERS[parse](values)
    words: Counter[str] = Counter()
    failed = 0
    if found.null_count() != values.null_count():
        found, words, failed = _second_look(parse, values, found)
    if parse in (Parse.INTEGER, Parse.NUMBER, Parse.COMMA):
        found, named, codes = _third_look(values, found)
        words += named
        failed += codes
    return Converted(found, words, failed)


def _second_look(parse: Parse, values: pl.Series, found: pl.Series) -> tuple[pl.Series, Counter[str], int]:
    """Values that were not readable at once: with blanks around them, words for missing, or of another type."""
    unread = found.is_null() & values.is_not_null()
    bare = values.filter(unread).str.strip_chars()
    missing = bare.str.to_lowercase().is_in(MISSING_WORDS)
    words = Counter(word for word in bare.filter(missing).to_list() if word)
    again = _PARSERS[parse](_cleared(bare, missing))
    failed = int((again.is_null() & ~missing).sum())
    if again.null_count() < again.len():
        found = found.scatter(unread.arg_true(), again)
    return found, words, failed


_V, _F = pl.col("v"), pl.col("f")
_ZERO_FIRST = (_V.str.starts_with("0") & (_V.str.len_bytes() > 1) & ~_V.str.starts_with("0.")) | (
    _V.str.starts_with("-0") | _V.str.starts_with("+0")
)
_SUSPECT = [
    _ZERO_FIRST.any().alias("zero"),
    (_F.abs().max() >= _TOO_LONG).fill_null(False).alias("long"),
]
_NOT_A_NUMBER = _F.is_nan().any().alias("nan")


def _third_look(values: pl.Series, found: pl.Series) -> tuple[pl.Series, Counter[str], int]:
    """Numbers in looks only: the word nan, and codes (leading zeros, more digits than a number keeps), counted.

    One pass of cheap questions first: nearly always they settle it, and each pass over a small piece costs more in
    calls than in work.
    """
    both = pl.DataFrame({"v": values, "f": found})
    is_float = found.dtype == pl.Float64
    answers = both.select(*_SUSPECT, *([_NOT_A_NUMBER] if is_float else [])).row(0)
    words: Counter[str] = Counter()
    if is_float and answers[2]:
        words.update(values.filter(found.is_nan().fill_null(False)).str.strip_chars().to_list())
        found = found.fill_nan(None)
    codes = 0
    if answers[0]:
        codes += int(values.str.contains(r"^[+-]?0\d").sum())
    if answers[1]:
        codes += int(values.str.contains(r"^[+-]?\d{16,}$").sum())
    return found, words, codes


def _without_empty(values: pl.Series) -> pl.Series:
    empty = values == ""
    return _cleared(values, empty) if empty.any() else values


def propose(values: pl.Series, decimal_comma: bool) -> Parse:
    """The type that the first values suggest; `decimal_comma`: 1,5 may be a number here."""
    bare = values.drop_nulls().head(_SAMPLE * 5).to_frame("v").select(_V.str.strip_chars())
    bare = bare.filter(~_V.str.to_lowercase().is_in(MISSING_WORDS)).head(_SAMPLE)
    sample = bare.to_series()
    if not sample.len():
        return Parse.EMPTY
    if not _numbers(sample).null_count():  # settled by one cast, as most columns are
        order: tuple[Parse, ...] = (
            (Parse.INTEGER, Parse.NUMBER) if not _integers(sample).null_count() else (Parse.NUMBER,)
        )
    else:
        order = (Parse.COMMA,) if decimal_comma else ()
        order += (Parse.YES_NO, Parse.DATE, Parse.TIME)
    for parse in order:
        tried = convert(parse, sample)
        if not tried.failed and not tried.values.null_count():
            return parse
    return Parse.TEXT


_NEXT: dict[Parse, tuple[Parse, ...]] = {
    Parse.INTEGER: (Parse.NUMBER, Parse.COMMA),
    Parse.DATE: (Parse.TIME,),
}
"""What a column may become without reading it again; everything else becomes text."""


@dataclass(slots=True)
class ColumnBuilder:
    """A column under construction. `reread` says that its earlier pieces are needed again, as text."""

    name: str
    decimal_comma: bool
    parse: Parse = Parse.EMPTY
    reread: bool = False
    words: Counter[str] = field(default_factory=Counter)
    pieces: list[pl.Series] = field(default_factory=list)

    def add(self, values: pl.Series) -> None:
        """Take the next piece of text."""
        if self.reread:
            return
        parse = self._begin(values) if self.parse is Parse.EMPTY else self.parse
        if parse is Parse.EMPTY:
            self.pieces.append(pl.Series([], dtype=pl.String).extend_constant(None, values.len()))
            return
        converted = convert(parse, values)
        if converted.failed:
            converted = self._revise(values)
        self.words.update(converted.words)
        self.pieces.append(converted.values)

    def again(self) -> ColumnBuilder:
        """The builder for the second reading, which cannot fail: everything is text."""
        return ColumnBuilder(self.name, self.decimal_comma, Parse.TEXT)

    def finish(self) -> pl.Series:
        """The whole column."""
        stored = _STORED[self.parse]
        pieces = [piece if piece.dtype == stored else piece.cast(stored) for piece in self.pieces]
        self.pieces = []
        if not pieces:
            return pl.Series(self.name, [], dtype=stored)
        return pl.concat(pieces, rechunk=True).rename(self.name)

    def notes(self, column: pl.Series) -> tuple[str, ...]:
        """What an analyst should know of how the column was read."""
        notes = []
        for word, count in sorted(self.words.items(), key=lambda item: (-item[1], item[0])):
            notes.append(f"{self.name}: {count:,} × “{word}” counts as missing")
        if self.parse is Parse.COMMA:
            notes.append(f"{self.name}: the comma is read as the decimal mark")
        if self.parse is Parse.TEXT:
            notes.extend(_nearly_numbers(self.name, column))
        return tuple(notes)

    def _begin(self, values: pl.Series) -> Parse:
        """The first piece with something in it decides the proposal."""
        proposed = propose(values, self.decimal_comma)
        if proposed is Parse.EMPTY:
            self.words.update(word for word in values.drop_nulls().str.strip_chars().to_list() if word)
        self.parse = proposed
        if proposed is Parse.TEXT and self.words:
            self.reread = True  # in a text column those words are values after all
        return proposed

    def _revise(self, values: pl.Series) -> Converted:
        for wider in _NEXT.get(self.parse, ()):
            if wider is Parse.COMMA and not self.decimal_comma:
                continue
            converted = convert(wider, values)
            if not converted.failed:
                self.parse = wider
                return converted
        self.parse, self.pieces, self.reread = Parse.TEXT, [], bool(self.pieces or self.words)
        self.words.clear()
        return convert(Parse.TEXT, values)


def _nearly_numbers(name: str, column: pl.Series) -> tuple[str, ...]:
    """A text column that is nine tenths numbers is worth a word: which cells keep it from being one."""
    filled = column.drop_nulls()
    if not filled.len() or _numbers(filled.head(_SAMPLE)).null_count() > 0.1 * min(_SAMPLE, filled.len()):
        return ()
    bad = column.is_not_null() & _numbers(column.str.strip_chars()).is_null()
    bad &= ~column.str.strip_chars().str.to_lowercase().is_in(MISSING_WORDS)
    count = int(bad.sum())
    if not count:
        return ()
    row = int(bad.arg_true()[0])
    many = f"{count:,} of its {filled.len():,} cells are no numbers" if count > 1 else "one of its cells is no number"
    return (f"{name} is text: {many}, the first is “{column[row]}” in row {row + 1:,}",)


# -- columns that bring their type ---------------------------------------------------------------------------


def normalise(values: pl.Series, dates_in_text: bool) -> tuple[pl.Series, str]:
    """A typed column as one of the types used here, and a note where that changed it in kind.

    dates_in_text: JSON has no dates; text that is all ISO dates is read as dates.
    """
    kind = values.dtype
    if kind.is_float() or kind.is_decimal():
        numbers = values.cast(pl.Float64)
        return numbers.fill_nan(None), ""
    if kind.is_integer():
        return _whole(values)
    if kind in (pl.Boolean, pl.Date):
        return values, ""
    if kind == pl.Datetime:
        return _plain_time(values), ""
    if kind in (pl.Categorical, pl.Enum, pl.String, pl.Null):
        text = _without_empty(values.cast(pl.String))
        return (_as_dates(text) if dates_in_text else text), ""
    return _written_out(values), f"{values.name}: {_kind_word(kind)} values are written out as text"


def _whole(values: pl.Series) -> tuple[pl.Series, str]:
    largest, smallest = values.max(), values.min()
    if (isinstance(largest, int) and largest >= 2**63) or (isinstance(smallest, int) and smallest < -(2**63)):
        return values.cast(pl.String), f"{values.name}: numbers too long to count with are kept as text"
    return values.cast(pl.Int64), ""


def _plain_time(values: pl.Series) -> pl.Series:
    if getattr(values.dtype, "time_zone", None) is not None:
        values = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return values.cast(pl.Datetime("us"))


def _as_dates(text: pl.Series) -> pl.Series:
    parse = propose(text, decimal_comma=False)
    if parse not in (Parse.DATE, Parse.TIME):
        return text
    converted = convert(parse, text)
    return text if converted.failed or converted.words else converted.values.rename(text.name)


def _written_out(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Struct:
        return values.struct.json_encode()
    if values.dtype == pl.Binary:
        return values.bin.encode("hex")
    if values.dtype == pl.Duration:
        return values.dt.to_string("iso")
    if values.dtype.is_nested() or values.dtype == pl.Object:
        return pl.Series(values.name, [None if v is None else str(v) for v in values.to_list()], dtype=pl.String)
    return values.cast(pl.String)


def _kind_word(kind: pl.DataType) -> str:
    return "nested" if kind.is_nested() else str(kind).lower().split("(", 1)[0]


def column_type(values: pl.Series) -> ColumnType:
    """The verdict on a finished column."""
    if values.null_count() == values.len():
        return ColumnType.EMPTY
    kind = values.dtype
    if kind == pl.Int64:
        return ColumnType.INTEGER
    if kind == pl.Float64:
        return ColumnType.NUMBER
    if kind == pl.Boolean:
        return ColumnType.YES_NO
    return ColumnType.DATE if kind in (pl.Date, pl.Datetime) else ColumnType.TEXT
