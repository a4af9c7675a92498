"""A one-line input that shows harmless text only and leaves up, down and tab to whoever stands around it."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import Input


class LineInput(Input):
    """An Input for prompts. Posts `Pressed` for the keys that move in a list beside it."""

    class Pressed(Message):
        """A key that is not text: up, down, tab, shift+tab, pageup, pagedown."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    async def _on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down", "tab", "shift+tab", "pageup", "pagedown"):
            event.stop()
            event.prevent_default()
            self.post_message(self.Pressed(event.key))
            return
        await super()._on_key(event)
