"""Canonical order: customers sorted by a hash of their id, so that no result depends on how a file was sorted.

The hash is our own, in 64-bit arithmetic that is the same in every process, on every machine and with every
version of Polars (whose own hash promises that for one version only). The first m customers in this order are a
random sample of all customers.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from segtui.progress import Progress, Steps, finish

Hashes = NDArray[np.uint64]

_PIECE = 100_000
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MISSING = np.uint64(0x5851F42D4C957F2D)
_BASE = 0x100000001B3
_POWERS = 64


def canonical_order(frame: pl.DataFrame, id_column: str | None) -> NDArray[np.int64]:
    """Source rows in canonical order: element i is the source row of customer i.

    Without an id column all values are hashed together; customers with equal values are then interchangeable.
    """
    return finish(canonical_steps(frame, id_column, np.arange(frame.height, dtype=np.int64)))


def canonical_steps(frame: pl.DataFrame, id_column: str | None, rows: NDArray[np.int64]) -> Steps[NDArray[np.int64]]:
    """`canonical_order` in pieces, for some of the rows."""
    names = frame.columns if id_column is None else [id_column]
    hashes = (yield from hash_rows(frame, names))[rows]
    yield Progress("ordering the customers")
    order = np.argsort(hashes)
    ordered = hashes[order]
    if np.any(ordered[1:] == ordered[:-1]):  # two ids with one hash, or customers with equal values: one fixed order
        yield Progress("ordering the customers", None, "customers alike")
        ranks = rows if id_column is None else frame[id_column].rank("dense").fill_null(0).to_numpy()[rows]
        order = np.lexsort((ranks, hashes))
    return rows[order]


def hash_rows(frame: pl.DataFrame, names: list[str]) -> Steps[Hashes]:
    """One hash per row over the named columns, from values alone."""
    result = np.zeros(frame.height, dtype=np.uint64)
    for name in names:
        column = frame[name]
        size = _piece(column)
        for start in range(0, frame.height, size):
            part = slice(start, min(start + size, frame.height))
            result[part] = _mix(result[part] * _GOLDEN + _hash(column[part]))
            yield Progress("ordering the customers", None, name)
    return result


def _piece(values: pl.Series) -> int:
    """Rows to hash at once: about a megabyte of text."""
    if values.dtype != pl.String:
        return _PIECE
    mean = values.str.len_bytes().mean()
    return max(1, min(_PIECE, int((1 << 20) / max(1.0, mean if isinstance(mean, float) else 1.0))))


def _hash(values: pl.Series) -> Hashes:
    """One hash per value; equal values of one column have equal hashes."""
    hashes = _hash_text(values) if values.dtype == pl.String else _mix(_bits(values))
    if values.null_count():
        hashes[values.is_null().to_numpy()] = _MISSING
    return hashes


def _bits(values: pl.Series) -> Hashes:
    if values.dtype == pl.Float64:
        numbers = values.fill_null(0.0).to_numpy() + 0.0  # minus zero is zero
        return numbers.view(np.uint64)
    return values.to_physical().cast(pl.Int64).fill_null(0).to_numpy().astype(np.int64).view(np.uint64)


def _hash_text(values: pl.Series) -> Hashes:
    """A polynomial in the bytes of each text, finished with a mixing step."""
    filled = values.fill_null("")
    lengths = filled.str.len_bytes().to_numpy().astype(np.int64)
    hashes = lengths.astype(np.uint64)
    joined: str = filled.str.join("").item()
    data = np.frombuffer(joined.encode(), dtype=np.uint8)
    if data.size:
        ends = np.cumsum(lengths)
        starts = ends - lengths
        place = np.arange(data.size, dtype=np.int64) - np.repeat(starts, lengths)
        terms = (data.astype(np.uint64) + np.uint64(1)) * _power_table(int(lengths.max()))[place]
        filled_rows = np.flatnonzero(lengths)
        hashes[filled_rows] += np.add.reduceat(terms, starts[filled_rows])
    return _mix(hashes)


def _power_table(longest: int) -> Hashes:
    powers = np.full(max(longest, _POWERS), _BASE, dtype=np.uint64)
    powers[0] = 1
    return np.multiply.accumulate(powers)


def _mix(values: Hashes) -> Hashes:
    """The finishing step of splitmix64: every bit of the input moves every bit of the output."""
    mixed = values + _GOLDEN
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
