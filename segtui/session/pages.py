"""Tables of any length that a screen reads a page at a time: customers, and the rows left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segtui.results import Answer, Cell, Dataset, PageColumn

if TYPE_CHECKING:
    from segtui.explained import Nearby
    from segtui.results import Rows

SEARCHED_AT_ONCE = 100_000


def cell(value: object) -> Cell:
    """A value as a table shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


class CustomersPage:
    """Customers at some positions, in this order: row number, id, segment, then every column."""

    said = ""

    def __init__(self, dataset: Dataset, answer: Answer, at: Rows) -> None:
        self._at = at
        self._row = dataset.row
        self._letters = np.array(answer.letters)
        self._labels = answer.segmentation.labels
        first = [dataset.id_column] if dataset.id_column else []
        self._frame = dataset.frame.select([*first, *(c for c in dataset.frame.columns if c not in first)])
        numeric = [dtype.is_numeric() for dtype in self._frame.dtypes]
        named = tuple(PageColumn(n, q) for n, q in zip(self._frame.columns, numeric, strict=True))
        self.columns: tuple[PageColumn, ...] = (PageColumn("row", True), PageColumn("segment", False), *named)

    @classmethod
    def of_segment(cls, dataset: Dataset, answer: Answer, letter: str | None) -> CustomersPage:
        """The customers of a segment (None: all) in source order."""
        labels = answer.segmentation.labels
        cluster = None if letter is None else answer.letters.index(letter)
        members = np.arange(len(labels)) if cluster is None else np.flatnonzero(labels == cluster)
        return cls(dataset, answer, members[np.argsort(dataset.row[members], kind="stable")])

    @property
    def row_count(self) -> int:
        return len(self._at)

    def rows(self, start: int, stop: int) -> list[tuple[Cell, ...]]:
        at = self._at[max(0, start) : stop]
        values = self._frame[at].rows()
        return [
            (int(self._row[i]) + 1, str(self._letters[self._labels[i]]), *map(cell, row))
            for i, row in zip(at, values, strict=True)
        ]

    def find(self, text: str, start: int, forward: bool = True) -> int | None:
        spans = _spans(start, self.row_count, forward)
        texts = [c for c, t in self._frame.schema.items() if t == pl.String or c == self._frame.columns[0]]
        for low, high in spans:
            part = self._frame[self._at[low:high]].select(texts)
            hits = part.select(pl.any_horizontal(_contains(c, text) for c in texts)).to_series().fill_null(False)
            found = hits.arg_true()
            if len(found):
                return low + int(found[0] if forward else found[-1])
        return None


class LeftOutPage:
    """The source rows that are no customer, or set aside: row number and reason."""

    columns: tuple[PageColumn, ...] = (PageColumn("row", True), PageColumn("reason", False))
    said = ""

    def __init__(self, dataset: Dataset) -> None:
        self._rows = np.concatenate([part.rows for part in dataset.left_out]) if dataset.left_out else np.empty(0, int)
        reasons = [np.full(len(part.rows), i) for i, part in enumerate(dataset.left_out)]
        self._why = np.concatenate(reasons) if reasons else np.empty(0, int)
        order = np.argsort(self._rows, kind="stable")
        self._rows, self._why = self._rows[order], self._why[order]
        self._reasons = tuple(part.reason for part in dataset.left_out)

    @property
    def row_count(self) -> int:
        return len(self._rows)

    def rows(self, start: int, stop: int) -> list[tuple[Cell, ...]]:
        part = slice(max(0, start), stop)
        return [(int(r) + 1, self._reasons[w]) for r, w in zip(self._rows[part], self._why[part], strict=True)]

    def find(self, text: str, start: int, forward: bool = True) -> int | None:
        wanted = [i for i, reason in enumerate(self._reasons) if text.lower() in reason.lower()]
        hits = np.flatnonzero(np.isin(self._why, wanted))
        after = hits[hits >= start] if forward else hits[hits <= start][::-1]
        return int(after[0]) if len(after) else None


class FramePage:
    """Any frame as it stands; a column named row is the number of a source row.

    titles: where its names are no titles; wide: those of texts that are to be read whole. said: for the heading.
    """

    def __init__(
        self, frame: pl.DataFrame, titles: Sequence[str] | None = None, *, wide: Sequence[str] = (), said: str = ""
    ) -> None:
        self._frame = frame
        self.said = said
        self.columns: tuple[PageColumn, ...] = tuple(
            PageColumn(title, kind.is_numeric(), title in wide)
            for title, kind in zip(titles or frame.columns, frame.dtypes, strict=True)
        )

    @property
    def row_count(self) -> int:
        return self._frame.height

    def rows(self, start: int, stop: int) -> list[tuple[Cell, ...]]:
        return [tuple(map(cell, row)) for row in self._frame[max(0, start) : stop].rows()]

    def find(self, text: str, start: int, forward: bool = True) -> int | None:
        texts = [name for name, kind in self._frame.schema.items() if kind == pl.String]
        for low, high in _spans(start, self.row_count, forward):
            part = self._frame[low:high].select(texts)
            hits = part.select(pl.any_horizontal(_contains(c, text) for c in texts)).to_series().fill_null(False)
            found = hits.arg_true()
            if len(found):
                return low + int(found[0] if forward else found[-1])
        return None


def nearby_page(dataset: Dataset, answer: Answer, found: Nearby) -> FramePage:
    """Customers worth a look: row, segment, id, how far they are, and their columns, those that vote first."""
    at = np.array([member.position for member in found.members], dtype=np.int64)
    first = [dataset.id_column] if dataset.id_column else []
    votes = [feature.name for feature in answer.space.features if feature.on]
    rest = [name for name in dict.fromkeys((*votes, *dataset.frame.columns)) if name not in first]
    values = dataset.frame.select([*first, *rest])[at]
    told: list[tuple[str, pl.Series]] = [
        ("row", pl.Series(dataset.row[at] + 1)),
        ("segment", pl.Series([member.letter for member in found.members], dtype=pl.String)),
        *((name, values[name]) for name in first),
    ]
    if found.texts:
        farther = [None if m.margin is None else 100 * m.margin for m in found.members]
        told += [
            ("smallest change", pl.Series(found.texts, dtype=pl.String)),
            ("next", pl.Series([m.second for m in found.members], dtype=pl.String)),
            ("% to next", pl.Series(farther, dtype=pl.Float64).round(2)),
        ]
    told.append(("distance", pl.Series([m.distance for m in found.members], dtype=pl.Float64).round(3)))
    told += [(name, values[name]) for name in rest]
    # a column of the data may be called like one of these, so that the frame has names of its own
    frame = pl.DataFrame([values.alias(f"{i}") for i, (_, values) in enumerate(told)])
    said = f"{len(at):,} of {found.of:,}"
    return FramePage(frame, [title for title, _ in told], wide=("smallest change",), said=said)


def _contains(column: str, text: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).str.to_lowercase().str.contains(text.lower(), literal=True)


def _spans(start: int, count: int, forward: bool) -> list[tuple[int, int]]:
    """Stretches of rows to search, nearest first."""
    if forward:
        return [(i, min(i + SEARCHED_AT_ONCE, count)) for i in range(max(0, start), count, SEARCHED_AT_ONCE)]
    return [(max(0, i - SEARCHED_AT_ONCE), i) for i in range(min(start + 1, count), 0, -SEARCHED_AT_ONCE)]
