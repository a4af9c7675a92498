"""What the status line says, and the log of everything it ever said."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segtui.progress import Progress

KEPT = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of the log."""

    when: datetime
    kind: str
    text: str


@dataclass
class Status:
    """The sentence on the status line (kind: info, done, warn, error) and the job that runs, if any."""

    text: str = ""
    kind: str = "info"
    job: Progress | None = None
    log: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))

    def say(self, text: str, kind: str = "info") -> None:
        """Show a sentence, already cleaned, and keep it in the log."""
        self.text, self.kind = text, kind
        if text:
            self.log.append(Entry(datetime.now(), kind, text))

    def note(self, text: str, kind: str = "info") -> None:
        """Keep a sentence, already cleaned, in the log only, unless it is there."""
        if all(entry.text != text for entry in self.log):
            self.log.append(Entry(datetime.now(), kind, text))

    def quieten(self) -> None:
        """Something new was asked for: what was said before is no longer about it."""
        self.text, self.kind = "", "info"
