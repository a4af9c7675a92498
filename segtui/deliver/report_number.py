"""How many segments, in the report: what every criterion picks, how far they disagree, and what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from segtui.baskets.words import listed
from segtui.deliver import report_charts as charts
from segtui.deliver.html import Markup, joined
from segtui.deliver.report_blocks import bullets, chart, paragraph, table
from segtui.deliver.report_means import percent
from segtui.deliver.report_told import nothing, withheld
from segtui.deliver.report_words import CRITERIA
from segtui.evidence import STABLE

if TYPE_CHECKING:
    from segtui.deliver.html import Child
    from segtui.deliver.report_told import Told
    from segtui.evidence import Pick, Sweep, SweepRow


def number_of_segments(told: Told) -> Iterator[Child]:
    """What every criterion picks, what was asked for, and how segments fare by their number."""
    sweep, k = told.handover.sweep, len(told.handover.answer.letters)
    if sweep is None:
        why = told.handover.why_not("sweep")
        if why:
            yield paragraph("Other numbers of segments were not compared: ", told.say(why))
        return
    picks = [pick for pick in sweep.picks if not pick.never]
    yield paragraph(_disagreement(sweep, k))
    rows = [(_asks(pick), pick.k) for pick in picks]
    if rows:
        drawing = charts.dots("picks", "The number of segments that each criterion picks", _ks(sweep), rows, k)
        yield chart(
            drawing, "Large dot: what a criterion picks; none where it picks nothing. Shaded: what was asked for."
        )
    points = [(row.k, row.stability.lowest) for row in sweep.rows if row.stability is not None]
    if points:
        title = "How well the least stable segment comes back, by number of segments"
        drawing = charts.line("comes-back", title, points, STABLE, k)
        yield chart(drawing, f"{title}. Dashed: from {STABLE:.2f} on a segment counts as stable.")
    yield _by_k(told, sweep)
    if picks:
        titles = ("asks for", "picks", "why", "what it tends to prefer")
        yield table(
            "What each criterion says", titles, (_picked(told, pick) for pick in picks), right=(1,), kind="text"
        )
    failed = [f"{row.k} segments: {row.failed}" for row in sweep.rows if row.failed]
    yield bullets(told.sentence(one) for one in failed)


def _picked(told: Told, pick: Pick) -> list[Child]:
    name = f" ({CRITERIA[pick.id][1]})" if pick.id in CRITERIA else ""
    picked = "none" if pick.k is None else str(pick.k)
    return [joined(_asks(pick), name), picked, told.say(pick.why), told.say(pick.favours)]


def _asks(pick: Pick) -> str:
    """What a criterion asks for."""
    return CRITERIA[pick.id][0] if pick.id in CRITERIA else pick.title


def _ks(sweep: Sweep) -> list[int]:
    return [row.k for row in sweep.rows]


def _disagreement(sweep: Sweep, k: int) -> Markup:
    """What was asked for, what would be suggested, and how far the criteria agree."""
    picked = sorted({pick.k for pick in sweep.picks if pick.k is not None and not pick.never})
    said = [f"{k} segments were asked for."]
    if len(picked) == 1:
        said.append(f"Every criterion that picks a number picks {picked[0]}.")
    elif picked:
        said.append(
            f"The criteria disagree: they pick {listed([str(one) for one in picked])}. There is no right number."
        )
    suggestion = sweep.suggestion
    if suggestion is not None and suggestion.k is not None:
        same = "the same number" if suggestion.k == k else f"{suggestion.k} segments"
        said.append(f"Our own rule suggests {same}: {suggestion.reason}.")
    elif suggestion is not None:
        said.append(f"Our own rule suggests none: {suggestion.reason}.")
    return joined(" ".join(said))


def _by_k(told: Told, sweep: Sweep) -> Markup:
    later = any(row.later is not None for row in sweep.rows)
    titles = [
        "segments",
        "clear gaps",
        "comes back (lowest)",
        *(["later spend told"] if later else []),
        "smallest segment",
    ]
    rows = [_k_row(told, row, later) for row in sweep.rows if row.scores is not None]
    return table("The same by number of segments", titles, rows, right=range(len(titles)))


def _k_row(told: Told, row: SweepRow, later: bool) -> list[Child]:
    assert row.scores is not None
    known = [
        None if row.scores.silhouette_squared is None else f"{row.scores.silhouette_squared:.2f}",
        None if row.stability is None else f"{row.stability.lowest:.2f}",
    ]
    if later:
        known.append(_share(None if row.later is None else row.later.spend))
    smallest: Child = withheld() if told.few(row.smallest) else f"{row.smallest:,}"
    return [f"{row.k}", *(nothing() if one is None else one for one in known), smallest]


def _share(value: float | None) -> str | None:
    return None if value is None else percent(value)
