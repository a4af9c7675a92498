"""What switching each feature would likely do, filed under the answer it would be done to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segtui.explained import Toggle

ANSWERS_KEPT = 64
"""Answers whose trials are at hand; those of an older one are put together from filed pieces."""


class Trials:
    """Feature -> its trial, per answer (by fingerprint). The worker files, anyone may look: what was handed out never
    changes."""

    def __init__(self) -> None:
        self._by_answer: dict[str, Mapping[str, Toggle]] = {}

    def of(self, answer: str) -> Mapping[str, Toggle]:
        """What is known of one answer."""
        return self._by_answer.get(answer, {})

    def file(self, answer: str, toggle: Toggle) -> None:
        """Add one trial; the answer that was first of too many is forgotten."""
        self._by_answer[answer] = {**self.of(answer), toggle.feature: toggle}
        while len(self._by_answer) > ANSWERS_KEPT:
            del self._by_answer[next(iter(self._by_answer))]
