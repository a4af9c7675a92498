"""What arrives at the event loop from elsewhere: the session's events and results of small errands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from segtui.session.events import Event
    from segtui.tui.bridge import SessionLike


class SessionReady(Message):
    """The session is there and can be spoken to."""

    def __init__(self, session: SessionLike) -> None:
        super().__init__()
        self.session = session


class SessionMissing(Message):
    """The session could not be made; `reason` is for the analyst."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class SessionSpoke(Message):
    """The session said something, on its own thread; handled in one place, `SegApp.on_session_spoke`."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class ErrandDone(Message):
    """A small errand on a thread of its own came back; `then` runs on the event loop."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self.then = then
