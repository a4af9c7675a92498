"""A tiny builder of HTML: every text and every attribute is made harmless, and nothing else becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from segtui.clean_text import clean

_NOT_ALLOWED = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
"""What no page may hold, beyond what the cleaning door replaces."""

_VOID = frozenset({"meta", "br", "hr", "col"})


class Markup(str):
    """Text that is markup already. Made here alone; anything else is text."""

    __slots__ = ()


Child = str | Iterable[str] | None
"""A text, some markup, several of either, or nothing."""


def text(value: object) -> Markup:
    """`value` as text that a page may hold: harmless, its marks escaped, a figure bound to its unit."""
    if isinstance(value, Markup):
        return value
    plain = _NOT_ALLOWED.sub("\ufffd", clean(value))
    return Markup(escape(plain.replace(" %", "\u00a0%"), quote=True))


def joined(*children: Child) -> Markup:
    """Children one after the other; texts among them are escaped."""
    return Markup("".join(_pieces(children)))


def element(tag: str, *children: Child, **attributes: object) -> Markup:
    """An element. Attributes: `_` stands for `-`, and one at the end is dropped; None and False leave it out, True has
    no value."""
    written = "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{joined(*children)}</{tag}>")


def style_sheet(rules: str) -> Markup:
    """A style sheet of our own; it must not end its own element."""
    if "</" in rules:
        raise ValueError("a style sheet cannot hold markup")
    return Markup(f"<style>\n{rules}</style>")


def _pieces(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            yield text(child)
        else:
            yield from _pieces(child)


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    told = name.rstrip("_").replace("_", "-")
    return f" {told}" if value is True else f' {told}="{text(str(value))}"'
