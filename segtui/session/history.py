"""Undo and redo: a pointer over recipes that are never thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One recipe of the history. number counts from 1; parent is the entry it was made from, 0 for the first."""

    number: int
    label: str
    value: T
    parent: int


class History(Generic[T]):
    """A growing list of values and where we stand in it.

    Undo goes to the parent, redo to the child that was visited last. A new value after an undo starts a
    branch; nothing is discarded and there is no limit.
    """

    def __init__(self, value: T, label: str = "opened") -> None:
        self._entries: list[Entry[T]] = [Entry(1, label, value, 0)]
        self._last_child: dict[int, int] = {}
        self._at = 1

    @classmethod
    def of(cls, entries: Sequence[Entry[T]], at: int) -> History[T]:
        """A history as it was saved: oldest first, perhaps with gaps; numbers are given anew."""
        new = {entry.number: i for i, entry in enumerate(entries, start=1)}
        history = cls(entries[0].value, entries[0].label)
        history._entries = [
            Entry(new[e.number], e.label, e.value, new.get(e.parent, new[e.number] - 1)) for e in entries
        ]
        history._last_child = {entry.parent: entry.number for entry in history._entries}
        history._stand(new.get(at, len(entries)))
        return history

    @property
    def entries(self) -> tuple[Entry[T], ...]:
        """All entries, oldest first."""
        return tuple(self._entries)

    @property
    def current(self) -> Entry[T]:
        """The entry we stand at."""
        return self._entries[self._at - 1]

    @property
    def undone_to(self) -> Entry[T] | None:
        """Where undo would go."""
        return self._entries[self.current.parent - 1] if self.current.parent else None

    @property
    def redone_to(self) -> Entry[T] | None:
        """Where redo would go."""
        child = self._last_child.get(self._at)
        return self._entries[child - 1] if child else None

    def push(self, value: T, label: str) -> Entry[T]:
        """Add a value made from the current one, and stand there."""
        entry = Entry(len(self._entries) + 1, label, value, self._at)
        self._entries.append(entry)
        self._stand(entry.number)
        return entry

    def amend(self, value: T) -> None:
        """Replace the current value without a step to undo (what is no decision of the analyst)."""
        self._entries[self._at - 1] = replace(self.current, value=value)

    def undo(self) -> bool:
        """Go to the parent; False where there is none."""
        if self.undone_to is None:
            return False
        self._last_child[self.current.parent] = self._at
        self._at = self.current.parent
        return True

    def redo(self) -> bool:
        """Go back to the child that was left last; False where there is none."""
        child = self.redone_to
        if child is None:
            return False
        self._at = child.number
        return True

    def go(self, number: int) -> bool:
        """Stand at any entry; False where there is no such number, or we stand there already."""
        if not 1 <= number <= len(self._entries) or number == self._at:
            return False
        self._stand(number)
        return True

    def _stand(self, number: int) -> None:
        """Stand at an entry and make every redo on the way lead here."""
        self._at = number
        child = number
        while parent := self._entries[child - 1].parent:
            self._last_child[parent] = child
            child = parent
