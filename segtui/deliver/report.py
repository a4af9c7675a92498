"""report.html: one page with everything that was found, for someone who decides and does not compute.

One file without a script and without a reference to anything else: it fetches nothing, and its policy forbids it to.
The same hand-over gives the same bytes, so no clock is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING

from segtui.deliver import report_asked, report_baskets, report_evidence, report_made, report_plays, report_segments
from segtui.deliver.html import Markup, element, joined, style_sheet
from segtui.deliver.report_told import Told, told
from segtui.progress import Progress, Steps, as_part

if TYPE_CHECKING:
    from segtui.deliver.handover import Handover

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

DOING = "writing the report"


def _at_once(write: Callable[[Told], Markup | None]) -> Callable[[Told], Steps[Markup | None]]:
    """A part that is short enough to be written in one piece."""

    def steps(told: Told) -> Steps[Markup | None]:
        yield Progress(DOING)
        return write(told)

    return steps


PARTS: tuple[tuple[str, str, Callable[[Told], Steps[Markup | None]]], ...] = (
    ("asked", "What was asked", _at_once(report_asked.asked)),
    ("segments", "The segments", report_segments.segments),
    ("sure", "How sure we are", _at_once(report_evidence.evidence)),
    ("together", "What they buy together", report_baskets.baskets),
    ("do", "What to do", _at_once(report_plays.decisions)),
    ("made", "How it was made", _at_once(report_made.made)),
    ("words", "Words used", _at_once(report_made.words)),
)
"""Anchor, name in the contents, and what writes the part; None: it was not asked for."""


def page(handover: Handover, *, withhold: bool = False) -> Steps[str]:
    """The whole page. withhold: figures of fewer than recipe.FEWEST customers are left out of it."""
    told_ = yield from told(handover, withhold)
    parts = []
    for i, (id, name, write) in enumerate(PARTS):
        body = yield from as_part(write(told_), DOING, i / len(PARTS), 1 / len(PARTS))
        if body is not None:
            parts.append((id, name, body))
    yield Progress(DOING, 1.0)
    return _whole(told_, parts)


def _whole(told: Told, parts: list[tuple[str, str, Markup]]) -> str:
    title = report_asked.title(told)
    contents = element(
        "nav",
        element("ul", *(element("li", element("a", name, href=f"#{id}")) for id, name, _ in parts)),
        aria_label="Contents",
    )
    head = joined(
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        style_sheet(_style()),
    )
    body = joined(
        element("a", "Skip to the segments", href="#segments", class_="skip"),
        element("header", element("h1", title), report_asked.answer(told)),
        contents,
        element("main", *(body for _, _, body in parts)),
    )
    return f"<!DOCTYPE html>\n{element('html', element('head', head), element('body', body), lang='en')}\n"


def _style() -> str:
    return resources.files("segtui.deliver").joinpath("report_style.css").read_text(encoding="utf-8")
