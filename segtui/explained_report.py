"""Rules and drivers as `segtui run --explain` gives them: as parts of the JSON document, and as printed lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from segtui import printing
from segtui.printing import Json

if TYPE_CHECKING:
    from segtui.explained import Drivers, Rulebook, SegmentRules

WIDTH = 80
"""Printed sentences are folded at this width."""


def rules_document(found: SegmentRules) -> Json:
    """Every segment in one rule, and what the two trees cost."""
    return {
        "adopted": found.adopted,
        "segments": [
            {
                "segment": rule.letter,
                "rule": rule.text,
                "customers": rule.customers,
                "precision": rule.precision,
                "coverage": rule.coverage,
            }
            for rule in found.rules
        ],
        "trees": [_tree_document(book) for book in (found.small, found.large)],
    }


def _tree_document(book: Rulebook) -> Json:
    return {"method": book.method, "leaves": len(book.leaves), "fidelity": book.fidelity, "price": book.price}


def drivers_document(found: Drivers) -> Json:
    """Influence and relevance of every feature."""
    return {
        "features": [asdict(driver) for driver in found.drivers],
        "customers": found.rows,
        "notes": list(found.notes),
    }


def rules_lines(found: SegmentRules) -> Iterable[str]:
    """One rule per segment, then the price of saying segments in rules."""
    if found.adopted:
        yield "by rule (the segments are what these say)"
    else:
        yield "in a rule (right: share of whom it holds for that is in the segment; covers: share of the segment)"
    for rule in found.rules:
        figures = "" if found.adopted else f" (right {rule.precision:.0%}, covers {rule.coverage:.0%})"
        yield from printing.folded(f"{rule.letter}: {rule.text}{figures}", WIDTH)
    for book in (found.small, found.large):
        yield from printing.folded(
            f"{len(book.leaves)} rules put {book.fidelity:.1%} of customers where k-means does and cost "
            f"{book.price - 1:.1%} more inertia ({book.method})",
            WIDTH,
        )


def drivers_lines(found: Drivers) -> Iterable[str]:
    """The table of features, and what to do about some."""
    rows = [
        (d.feature, f"{d.influence:.2f}", _known(d.hinov), _known(d.sparse), d.verdict, d.duplicate_of)
        for d in found.drivers
    ]
    titles = ("feature", "influence", "HINoV", "sparse", "verdict", "says the same as")
    yield from printing.table(titles, rows, right=(1, 2, 3))
    for driver in found.drivers:
        if driver.suggestion:
            yield from printing.folded(f"{driver.feature}: {driver.suggestion}", WIDTH)
    for note in found.notes:
        yield from printing.folded(note, WIDTH)


def _known(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
