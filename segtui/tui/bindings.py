"""The command table as Textual bindings; every binding carries the command's id, so that `[keys]` can change it."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from segtui.tui.commands import EVERYWHERE, commands_for

UNBOUND = "no-key"
"""A name that no key has: a binding must exist for `[keys]` of the config to give it one."""


def bindings_for(*places: str) -> list[BindingType]:
    """The bindings of these places; each calls `SegApp.action_do` with the command's id."""
    seen: dict[str, Binding] = {}
    for place in places:
        for c in commands_for(place):
            keys = ",".join(c.keys) or UNBOUND
            seen.setdefault(c.id, Binding(keys, f"app.do('{c.id}')", c.title, show=False, id=c.id, priority=c.priority))
    return list(seen.values())


def app_bindings() -> list[BindingType]:
    """The bindings that work everywhere."""
    return bindings_for(EVERYWHERE)
