"""`segtui compare`: who moved between two deliveries or labelled files, and what they are worth."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui import native, printing
from segtui.apply_report import WIDTH, drift_document, drift_lines, fitting, indented
from segtui.printing import Json
from segtui.progress import finish

if TYPE_CHECKING:
    from segtui.deliver.two import Flow, Two
    from segtui.explained import Comparison

TOP = 12
"""Flows that are told in words."""

WIDE = 8
"""Segments of either side up to which the whole table is printed."""


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """What `segtui compare` was asked for. before, after: delivered folders or labelled files."""

    before: str
    after: str
    id_column: str | None = None
    revenue: str | None = None
    loose_ids: bool = False
    as_json: bool = False


def compare(options: CompareOptions) -> None:
    """Read both, compare and print. Raises SourceError, AnalysisError."""
    from segtui.deliver.delivery import to_compare
    from segtui.deliver.two import two

    native.prepare(os.environ)
    before, after = to_compare(options.before), to_compare(options.after)
    with printing.progress_line() as report:
        steps = two(before, after, id_column=options.id_column, revenue=options.revenue, loose=options.loose_ids)
        found = finish(steps, report)
    if options.as_json:
        printing.print_json(document(found))
        return
    for note in found.notes:
        printing.say(f"note: {note}")
    printing.print_lines(lines(found))


# -- json --------------------------------------------------------------------------------------------------


def document(found: Two) -> Json:
    """The comparison as `compare --json` gives it. Of a flow, `revenue` is the money in the second delivery."""
    both = found.comparison
    return {
        "customers": {"both": both.customers, "only_before": both.only_before, "only_after": both.only_after},
        "ari": both.ari,
        "moved": {"count": found.moved, "share": found.moved / both.customers, "by_letter": found.moved_by_letter},
        "migration": [_flow_document(flow) for flow in found.flows],
        "segments": {
            "before": _segments(both.before, both.before_names),
            "after": _segments(both.after, both.after_names),
            "matched": [{"from": both.before[i], "to": both.after[j]} for i, j in both.matched],
        },
        "revenue": {"before": found.revenue[0] or None, "after": found.revenue[1] or None},
        "drift": None if found.drifts is None else [drift_document(drift) for drift in found.drifts],
        "warnings": list(found.notes),
    }


def _flow_document(flow: Flow) -> Json:
    """from, to: null for customers who are in one delivery alone."""
    return {
        "from": flow.before,
        "to": flow.after,
        "customers": flow.customers,
        "share": flow.share,
        "moved": flow.moved,
        "revenue": flow.revenue_after if flow.after is not None else None,
        "revenue_before": flow.revenue_before,
        "revenue_change": change(flow),
    }


def _segments(letters: Iterable[str], names: Iterable[str]) -> list[Json]:
    return [{"segment": letter, "name": name} for letter, name in zip(letters, names, strict=True)]


def change(flow: Flow) -> float | None:
    """What the money of a flow changed by; None where a side says nothing."""
    if flow.revenue_before is None or flow.revenue_after is None:
        return None
    return flow.revenue_after - flow.revenue_before


# -- text --------------------------------------------------------------------------------------------------


def lines(found: Two) -> Iterable[str]:
    """The comparison in lines of at most WIDTH characters."""
    both = found.comparison
    yield from printing.folded(
        f"{both.customers:,} customers are in both, {both.only_before:,} only in the first, "
        f"{both.only_after:,} only in the second",
        WIDTH,
    )
    share = found.moved / both.customers
    yield from printing.folded(
        f"{found.moved:,} of them ({share:.1%}) moved to a segment that theirs did not become; "
        f"agreement (adjusted Rand index) {both.ari:.2f}",
        WIDTH,
    )
    yield ""
    yield from _segment_lines(both)
    yield from _letter_lines(found)
    yield ""
    yield from _table_lines(both)
    yield ""
    yield from _flow_lines(found)
    if found.drifts:
        yield ""
        yield from drift_lines(found.drifts)


def _segment_lines(both: Comparison) -> Iterable[str]:
    """Every segment of the first, and what became of it; then those of the second that none became."""
    rows = []
    matched = dict(both.matched)
    for i, letter in enumerate(both.before):
        size, j = sum(both.table[i]), matched.get(i)
        if j is None:
            rows.append((letter, f"{size:,}", "-", "-", "-", both.before_names[i]))
            continue
        stayed, now = both.table[i][j], sum(row[j] for row in both.table)
        rows.append((letter, f"{size:,}", both.after[j], f"{now:,}", f"{stayed / size:.1%}", _names(both, i, j)))
    for j, letter in enumerate(both.after):
        if j not in matched.values():
            now = sum(row[j] for row in both.table)
            rows.append(("-", "-", letter, f"{now:,}", "-", both.after_names[j]))
    yield from fitting(("before", "customers", "after", "customers", "stayed", "name"), rows, right=(1, 3, 4))


def _names(both: Comparison, i: int, j: int) -> str:
    one, other = both.before_names[i], both.after_names[j]
    return one if one == other or not other else f"{one} -> {other}"


def _letter_lines(found: Two) -> Iterable[str]:
    """Where the letters do not follow the people."""
    pairs = dict(found.swapped)
    if not pairs:
        return
    told = set()
    for one, other in found.swapped:
        if pairs.get(other) == one:
            told |= {tuple(sorted((one, other)))}
    yield ""
    for one, other in sorted(told):
        yield from printing.folded(
            f"the letters {one} and {other} seem swapped: they stand for each other's people", WIDTH
        )
    rest = [f"{one} is {other} now" for one, other in found.swapped if tuple(sorted((one, other))) not in told]
    if rest:
        yield from printing.folded(f"by the people in them, {', '.join(rest)}", WIDTH)
    yield from printing.folded(
        f"segments are matched by their people; by letter alone {found.moved_by_letter:,} customers would seem to move",
        WIDTH,
    )


def _table_lines(both: Comparison) -> Iterable[str]:
    """Customers by segment in both."""
    if max(len(both.before), len(both.after)) > WIDE:
        yield from printing.folded("the table of all segments is too wide to print; --json has it", WIDTH)
        return
    rows = [(letter, *(f"{count:,}" for count in row)) for letter, row in zip(both.before, both.table, strict=True)]
    columns = range(1, len(both.after) + 1)
    yield from fitting(("from \\ to", *both.after), rows, right=columns)


def _flow_lines(found: Two) -> Iterable[str]:
    both = found.comparison
    names = {("before", a): n for a, n in zip(both.before, both.before_names, strict=True)}
    names |= {("after", a): n for a, n in zip(both.after, both.after_names, strict=True)}
    moves = [flow for flow in found.flows if flow.moved]
    if not moves:
        yield "nobody in both moved"
    else:
        yield "moves, the biggest first"
    for flow in moves[:TOP]:
        yield from indented(
            f"{_called(flow.before, names, 'before')} to {_called(flow.after, names, 'after')}: "
            f"{_people(flow.customers)} ({flow.share or 0.0:.1%} of {flow.before}){_money(flow)}"
        )
    rest = moves[TOP:]
    if rest:
        yield from indented(f"{len(rest):,} more moves, {_people(sum(f.customers for f in rest))}")
    yield "stayed, or in one delivery alone"
    for flow in found.flows:
        if flow.after is not None and flow.before is not None:
            if not flow.moved:
                place = flow.before if flow.before == flow.after else f"{flow.before}, which is {flow.after} now"
                yield from indented(f"in {place}: {_people(flow.customers)}{_money(flow)}")
        elif flow.after is None:
            yield from indented(
                f"not in the second any more, from {flow.before}: {_people(flow.customers)}{_money(flow)}"
            )
        else:
            yield from indented(f"only in the second, in {flow.after}: {_people(flow.customers)}{_money(flow)}")


def _called(letter: str | None, names: dict[tuple[str, str], str], side: str) -> str:
    name = names.get((side, letter or ""), "")
    return f"{letter} {name}".rstrip()


def _people(count: int) -> str:
    return "1 customer" if count == 1 else f"{count:,} customers"


def _money(flow: Flow) -> str:
    """What both deliveries say of the money of a flow."""
    change_of = change(flow)
    if change_of is not None:
        sign = "+" if change_of >= 0 else "-"
        before, after = printing.number(flow.revenue_before), printing.number(flow.revenue_after)
        return f", revenue {before} to {after} ({sign}{printing.number(abs(change_of))})"
    known = flow.revenue_after if flow.revenue_before is None else flow.revenue_before
    return "" if known is None else f", revenue {printing.number(known)}"
