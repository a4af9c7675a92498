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
        if not event.is_printable:
            await self._edit_at_once(event)
        await super()._on_key(event)

    async def _edit_at_once(self, event: events.Key) -> None:
        """Do what the key is bound to here and now: bindings are looked up only when the key has gone all the way up,
        and what was typed after it would come first."""
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            event.stop()
            event.prevent_default()
            await self.run_action(binding.action)
