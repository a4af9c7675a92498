"""The command table as Textual bindings; every binding carries the command's id, so that `[keys]` can change it."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from segtui.tui.commands import EVERYWHERE, commands_for


def bindings_for(*places: str) -> list[BindingType]:
    """The bindings of these places; each calls `SegApp.action_do` with the command's id."""
    seen: dict[str, Binding] = {}
    for place in places:
        for c in commands_for(place):
            if not c.keys:
                continue
            seen.setdefault(
                c.id,
                Binding(",".join(c.keys), f"app.do('{c.id}')", c.title, show=False, id=c.id, priority=c.priority),
            )
    return list(seen.values())


def app_bindings() -> list[BindingType]:
    """The bindings that work everywhere."""
    return bindings_for(EVERYWHERE)
