"""Results by fingerprint, bounded in bytes; what was used longest ago goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, MutableMapping
from dataclasses import fields, is_dataclass

DEFAULT_LIMIT = 160 * 2**20


def arrays_in(result: object) -> dict[int, int]:
    """Bytes of every array and table that a result holds, by its identity (shared arrays count once).

    Looks into the fields of dataclasses and at the members of tuples, but not into those members: a trace of
    hundreds of steps holds no array, and this runs at every key press.
    """
    if isinstance(result, tuple):
        return {id(part): part.nbytes for part in result if isinstance(getattr(part, "nbytes", None), int)}
    nbytes = getattr(result, "nbytes", None)
    if isinstance(nbytes, int):
        return {id(result): nbytes}
    size = getattr(result, "estimated_size", None)  # a table
    if callable(size):
        return {id(result): int(size())}
    found: dict[int, int] = {}
    if is_dataclass(result):
        for part in fields(result):
            found |= arrays_in(getattr(result, part.name))
    return found


class Store(MutableMapping[str, object]):
    """A mapping that forgets the least recently used results once their arrays exceed `limit` bytes.

    Safe to use from two threads. The newest result is always kept, whatever its size.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self._limit = limit
        self._results: OrderedDict[str, object] = OrderedDict()
        self._arrays: dict[str, dict[int, int]] = {}
        self._lock = threading.RLock()

    @property
    def nbytes(self) -> int:
        """Bytes held in arrays."""
        with self._lock:
            shared: dict[int, int] = {}
            for arrays in self._arrays.values():
                shared |= arrays
            return sum(shared.values())

    def __getitem__(self, name: str) -> object:
        with self._lock:
            self._results.move_to_end(name)
            return self._results[name]

    def __setitem__(self, name: str, result: object) -> None:
        with self._lock:
            self._results[name] = result
            self._results.move_to_end(name)
            self._arrays[name] = arrays_in(result)
            self._forget()

    def __delitem__(self, name: str) -> None:
        with self._lock:
            del self._results[name]
            del self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(tuple(self._results))

    def __len__(self) -> int:
        return len(self._results)

    def _forget(self) -> None:
        while len(self._results) > 1 and self.nbytes > self._limit:
            del self[next(iter(self._results))]
