"""A column under construction: text goes in piece by piece, typed values and the verdict on all of them come out.

The reading is proposed from the first piece and used at once, so that a large file is read once and its numbers never
lie in memory as text. What does not fit is counted in the same pass. At the end those counts either prove that the
proposal is the verdict on the whole column, or the column is read again as text and the verdict is made from counts of
all its values. So the result does not depend on the order of rows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import polars as pl

from segtui.gather.reading.converter import Converter
from segtui.gather.reading.notes import nearly, notes_on, shown
from segtui.gather.reading.propose import RIVALS, Proposal, accepted, month_first, propose, verdict
from segtui.gather.reading.reading import (
    COMMA_NUMBER,
    DATE,
    DATE_DMY,
    DATE_MDY,
    EMPTY,
    INTEGER,
    NUMBER,
    TEXT,
    TIME,
    TIME_DMY,
    TIME_MDY,
    As,
    Reading,
)
from segtui.gather.reading.tally import Tally, tally
from segtui.gather.types import column_type
from segtui.results import Column

_SAMPLE = 1_000
_PIECE = 50_000

_TRIED, _COUNTED = (300, 2_000), 1_000
"""Values of a text column that are tried first, fewer and then more, and up to how many are counted in full anyway."""

_WORTH_COUNTING = 0.9
"""A text column is counted in full where some type fits this share of a random sample; one whose values fit it to
`propose.SHARE` cannot fall below that."""

_WIDER: dict[Reading, tuple[Reading, ...]] = {
    INTEGER: (NUMBER, COMMA_NUMBER),
    DATE: (DATE_DMY, DATE_MDY, TIME, TIME_DMY, TIME_MDY),
    DATE_DMY: (TIME_DMY,),
    DATE_MDY: (TIME_MDY,),
    TIME: (TIME_DMY, TIME_MDY),
}
"""The readings that read all that a reading reads, as the same values, and more."""


@dataclass(frozen=True, eq=False, slots=True)
class Built:
    """A finished column, the verdict on it, and what an analyst should know of how it was read."""

    values: pl.Series
    column: Column
    notes: tuple[str, ...]


@dataclass(slots=True)
class ColumnBuilder:
    """A column under construction.

    semicolon: see `propose`. forced: the reading that the analyst chose. digits: whether text that consists of digits
    may become whole numbers.
    """

    name: str
    semicolon: bool = False
    forced: Reading | None = None
    digits: bool = True
    _converter: Converter | None = None
    _waiting: list[pl.Series] = field(default_factory=list)
    _given_up: bool = False
    _whole: bool = False

    def __post_init__(self) -> None:
        if self.forced is not None:
            self._converter = Converter(self.forced)

    def add(self, text: pl.Series) -> None:
        """Take the next piece of text."""
        if self._given_up:
            return
        if self._converter is not None:
            self._take(self._converter, text)
            return
        self._waiting.append(text)
        if self._whole:
            return
        reading = propose(spread(text), self.semicolon).reading
        if reading == TEXT:
            self._whole = True
        elif reading != EMPTY:
            self._converter = Converter(reading)
            waiting, self._waiting = self._waiting, []
            for piece in waiting:
                self.add(piece)

    @property
    def reread(self) -> bool:
        """After the last piece: whether all pieces are needed again, by the builder that `again` gives."""
        return self._given_up or (self._converter is not None and self.forced is None and not self._sure())

    def again(self) -> ColumnBuilder:
        """The builder for the second reading, which keeps the text and so needs no third."""
        return ColumnBuilder(self.name, self.semicolon, digits=self.digits, _whole=True)

    def finish(self) -> Built:
        """The whole column."""
        if self._converter is not None:
            return _built(self.name, self._converter, self._choices(self._converter))
        text = pl.concat(self._waiting, rechunk=True) if self._waiting else pl.Series([], dtype=pl.String)
        self._waiting = []
        counted = _counted(text)
        proposal = Proposal(TEXT) if counted is None else verdict(counted, self.semicolon)
        if proposal.reading == INTEGER and not self.digits:
            proposal = Proposal(TEXT)
        converter = Converter(proposal.reading)
        for start in range(0, text.len(), _PIECE):
            converter.add(text.slice(start, _PIECE))
        built = _built(self.name, converter, proposal.choices)
        if proposal.reading == TEXT and counted is not None:
            return replace(built, notes=built.notes + nearly(self.name, text, counted, self.semicolon))
        return built

    def of_whole(self, text: pl.Series) -> Built:
        """The column whose text lies there in one."""
        if self._converter is None:
            self._waiting = [text]
        for start in range(0, text.len() if self._converter is not None else 0, _PIECE):
            self.add(text.slice(start, _PIECE))
        return self.finish()

    # -- the first reading -------------------------------------------------------------------------------------

    def _take(self, converter: Converter, text: pl.Series) -> None:
        before = converter.unread.count
        converter.add(text)
        more = converter.unread.count - before
        if self.forced is not None or not more:
            return
        if converter.tally.codes or 2 * more > text.len() - text.null_count():
            self._give_up()
            return
        wider = self._wider(converter)
        if wider is not None:
            if before:
                self._give_up()
            else:
                converter.widen(wider)

    def _wider(self, converter: Converter) -> Reading | None:
        """The reading that reads more of what this one did not."""
        found = converter.tally.fits
        others = _WIDER.get(converter.reading, ())
        if self.semicolon:
            others = others[::-1] if converter.reading == INTEGER else others
        best = max(others, key=lambda reading: found[reading], default=None)
        return best if best is not None and found[best] else None

    def _give_up(self) -> None:
        self._given_up, self._converter = True, None

    def _sure(self) -> bool:
        """Whether the counts prove that the proposal is the verdict on the whole column."""
        converter = self._converter
        if converter is None:
            return False
        left, reading = converter.tally, converter.reading
        filled = converter.read + converter.unread.count
        if not accepted(converter.read, filled):
            return False
        if reading.kind in (As.INTEGER, As.NUMBER) and left.codes:
            return False
        if reading == INTEGER and left.identifiers:
            return False
        if reading.kind is As.YES_NO and converter.letters:
            return False
        if any(left.fits[other] for other in _WIDER.get(reading, ())):
            return False
        return self._rival_settled(converter)

    def _rival_settled(self, converter: Converter) -> bool:
        rival = RIVALS.get(converter.reading)
        if rival is None:
            return True
        behind = converter.tally.fits[rival]
        if converter.ahead or behind:
            return converter.ahead > behind
        if converter.reading.kind is As.NUMBER:
            return not converter.doubtful or (converter.reading == COMMA_NUMBER) == self.semicolon
        if converter.widened:
            return False
        counted = Tally(filled=converter.read + converter.unread.count, days=converter.tally.days)
        return (converter.reading.order == "mdy") == month_first(counted)

    def _choices(self, converter: Converter) -> tuple[Reading, ...]:
        rival = RIVALS.get(converter.reading)
        if rival is None or converter.ahead or converter.tally.fits[rival]:
            return ()
        if converter.reading.kind is As.NUMBER and not converter.doubtful:
            return ()
        return (rival,) if converter.read else ()


def spread(text: pl.Series) -> pl.Series:
    """Values from all of a piece, to propose a reading from."""
    filled = text.drop_nulls() if text.null_count() else text
    return filled if filled.len() < 2 * _SAMPLE else filled.gather_every(filled.len() // _SAMPLE)


def _counted(text: pl.Series) -> Tally | None:
    """What readings fit a column; None where a look at some of its values shows that it can only be text."""
    filled = text.drop_nulls()
    for tried in _TRIED if text.len() > _COUNTED else ():
        some = tally(filled.sample(min(tried, filled.len()), seed=0))
        if some.codes:
            some.fits = Counter({r: n for r, n in some.fits.items() if r.kind not in (As.INTEGER, As.NUMBER)})
        if some.filled > tried // 4 and max(some.fits.values(), default=0) < _WORTH_COUNTING * some.filled:
            return None
    return tally(text)


def _built(name: str, converter: Converter, choices: tuple[Reading, ...]) -> Built:
    values = converter.finish().rename(name)
    missing = values.null_count()
    distinct = values.n_unique() - (1 if missing else 0)
    column = Column(
        name,
        column_type(values),
        missing,
        distinct,
        (("constant", "every value is the same"),) if distinct == 1 else (),
        reading=str(converter.reading),
        choices=tuple(str(choice) for choice in choices),
        unread=converter.unread.count,
        examples=tuple(shown(example) for example in converter.unread.examples()),
    )
    return Built(values, column, notes_on(name, converter, choices))
