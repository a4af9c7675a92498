"""Blocks that the report is put together from: paragraphs, lists, tables that fit any screen, figures with captions."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from segtui.deliver.html import Child, Markup, element, joined


def paragraph(*children: Child, kind: str | None = None) -> Markup:
    """A paragraph."""
    return element("p", *children, class_=kind)


def bullets(items: Iterable[Child], kind: str | None = None) -> Markup:
    """A list; nothing where it has no items."""
    told = [element("li", item) for item in items]
    return element("ul", *told, class_=kind) if told else Markup("")


def facts(rows: Iterable[tuple[str, Child]]) -> Markup:
    """Names and what is to be said of them."""
    return element("dl", *(element("div", element("dt", name), element("dd", value)) for name, value in rows))


def table(
    caption: str, titles: Sequence[str], rows: Iterable[Sequence[Child]], right: Iterable[int] = (), kind: str = ""
) -> Markup:
    """A table whose first column names its rows. It scrolls in a region of its own, which can be reached by key."""
    numbers = frozenset(right)
    return table_of(caption, titles, [element("tr", *cells(row, numbers)) for row in rows], numbers, kind)


def table_of(
    caption: str, titles: Sequence[str], body: Sequence[Markup], right: Iterable[int] = (), kind: str = ""
) -> Markup:
    """The same of rows that are made already."""
    numbers = frozenset(right)
    head = element("tr", *(element("th", t, scope="col", class_=_align(i, numbers)) for i, t in enumerate(titles)))
    whole = element(
        "table",
        element("caption", caption),
        element("thead", head),
        element("tbody", *body),
        class_=kind or None,
    )
    return element("div", whole, class_="scroll", role="region", tabindex="0", aria_label=caption)


def cells(row: Sequence[Child], numbers: Container[int]) -> Iterable[Markup]:
    """The cells of one row, the first of which names it. numbers: columns that are aligned to the right."""
    for i, cell in enumerate(row):
        if isinstance(cell, Cell):
            yield cell
        elif i == 0:
            yield element("th", cell, scope="row", class_=_align(i, numbers))
        else:
            yield element("td", cell, class_=_align(i, numbers))


class Cell(Markup):
    """A cell that brings its own element."""

    __slots__ = ()


def cell(*children: Child, kind: str) -> Cell:
    """A cell of its own kind."""
    return Cell(element("td", *children, class_=kind))


def _align(column: int, numbers: Container[int]) -> str | None:
    return "right" if column in numbers else None


def chart(drawing: Markup, caption: str) -> Markup:
    """A drawing with its caption."""
    return element("figure", drawing, element("figcaption", caption))


def part(id: str, title: str, *children: Child) -> Markup:
    """A part of the page under a heading of the second level, which the contents lead to."""
    return element("section", element("h2", title, id=f"{id}-title"), *children, id=id, aria_labelledby=f"{id}-title")


def under(title: str, *children: Child) -> Markup:
    """Some blocks under a heading of the third level; nothing where there are none."""
    body = joined(*children)
    return Markup(f"{element('h3', title)}{body}") if body else Markup("")


def caveats(*said: Child) -> Markup:
    """What must be borne in mind, set apart: a paragraph, or a list where it is more."""
    told = [one for one in said if one]
    if len(told) == 1:
        return element("p", *told, class_="caveat")
    return bullets(told, kind="caveat")
