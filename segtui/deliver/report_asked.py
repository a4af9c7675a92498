"""The head of the report: the answer in one paragraph; and what was asked, of which data, with which features."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from segtui import figures
from segtui.baskets.words import listed
from segtui.deliver.html import Markup, element, joined
from segtui.deliver.report_blocks import bullets, facts, part, table
from segtui.deliver.report_means import percent
from segtui.deliver.report_told import figure, file_name, withheld
from segtui.deliver.report_words import KINDS, TRANSFORMS, VERDICTS

if TYPE_CHECKING:
    from segtui.deliver.html import Child
    from segtui.deliver.report_told import Told
    from segtui.results import RollUp, Segment

THRIVES = 1.2
"""A segment whose share of revenue is this many times its share of customers is worth a sentence."""


def title(told: Told) -> str:
    """What the page is called: after the first source."""
    sources = told.handover.gather.sources
    name = file_name(sources[0].path).split(".", 1)[0].replace("_", " ").strip(" -") if sources else ""
    return f"Customer segments: {name}" if name else "Customer segments"


def answer(told: Told) -> Markup:
    """The whole page in one paragraph."""
    found = told.handover.answer
    customers = sum(found.segmentation.sizes)
    count = figure(customers, figures.plural(customers, "customer"), "customers")
    pieces: list[Child] = [count, f" fall into {figures.plural(len(found.letters), 'segment')}."]
    for said in (_money(told), _largest(told), _sure(told), _first_play(told)):
        if said is not None:
            pieces += [" ", said]
    return element("p", *pieces, class_="answer")


def _money(told: Told) -> Markup | None:
    """The segments that bring clearly more than their share of customers; at most two of them."""
    if all(one.revenue_share is None for one in told.shown):
        return None
    said = [
        joined(
            told.segment(one),
            f" brings {percent(one.revenue_share)} of the revenue with {percent(one.share)} of customers",
        )
        for one in _rich(told)
    ]
    if not said:
        return joined("Each segment brings about its share of the revenue.")
    return joined(said[0], *(joined("; ", one) for one in said[1:]), ".")


def _rich(told: Told) -> list[Segment]:
    rich = [one for one in told.shown if (one.revenue_share or 0.0) >= THRIVES * one.share]
    return sorted(rich, key=lambda one: -(one.revenue_share or 0.0))[:2]


def _largest(told: Told) -> Markup | None:
    one = max(told.shown, key=lambda one: one.size, default=None)
    if one is None or one in _rich(told):
        return None
    money = "" if one.revenue_share is None else f" and brings {percent(one.revenue_share)} of the revenue"
    return joined("The largest is ", told.segment(one), f": it holds {percent(one.share)} of customers{money}.")


def _sure(told: Told) -> Markup | None:
    found = told.handover.assessment
    if found is None or found.structure is None:
        return None
    return joined(VERDICTS[found.structure.verdict])


def _first_play(told: Told) -> Markup | None:
    decided = told.handover.decisions
    if decided is None or decided.campaigns is None:
        return None
    plays = [one for one in decided.campaigns.proposals if one.letter not in told.hidden]
    if not plays:
        return None
    return joined(f"A first thing to try: {plays[0].title.lower()} for ", told.letter(plays[0].letter), ".")


# -- what was asked ----------------------------------------------------------------------------------------


def asked(told: Told) -> Markup:
    """The part on the question and the data."""
    return part("asked", "What was asked", facts(_question(told)), _features(told), _sources(told))


def _question(told: Told) -> Iterator[tuple[str, Child]]:
    found, whole = told.handover.answer, told.handover.whole
    features = [told.feature(one.name) for one in found.space.features]
    yield (
        "Question",
        joined(f"Which {figures.plural(len(found.letters), 'group')} of customers are alike in {listed(features)}?"),
    )
    yield "Customers", _customers(told)
    rollup = whole.rollup
    if rollup is not None:
        yield from _time(rollup)
    if found.recipe.cluster.tree:
        yield "Made by", joined("rules, so that anyone can say by hand who belongs where.")


def _customers(told: Told) -> Markup:
    whole = told.handover.whole
    lines = [joined(f"{figures.plural(whole.customers, 'customer')} in the data")]
    for reason, customers in told.handover.answer.set_aside:
        counted = withheld() if told.few(customers) else joined(f"{customers:,}")
        lines.append(joined(counted, " set aside: ", told.say(reason)))
    rows = "row" if whole.table is None else "customer"
    for left in whole.left_out:
        counted = withheld() if told.few(len(left.rows)) else joined(figures.plural(len(left.rows), rows))
        lines += [joined(counted, " left out: ", told.say(left.reason))]
    return bullets(lines, kind="plain")


def _time(rollup: RollUp) -> Iterator[tuple[str, Child]]:
    if rollup.orders:
        said = f"{figures.plural(rollup.orders, 'order')} that count"
        if rollup.revenue:
            said += f", worth {figures.money(rollup.revenue)} (no currency is known)"
        yield "Orders", joined(said)
    if rollup.first_day is not None and rollup.last_day is not None:
        yield "Period", joined(f"{figures.date(rollup.first_day)} to {figures.date(rollup.last_day)}")
    if rollup.snapshot is not None:
        why = "chosen" if rollup.snapshot_given else "the day after the last order that counts"
        yield "Snapshot", joined(f"{figures.date(rollup.snapshot)} ({why}): features look back from this day")
    if rollup.holdout is not None:
        first, end = rollup.holdout
        yield "Holdout", joined(f"orders from {first} until before {end} were kept apart, to check the segments with")


def _features(told: Told) -> Markup:
    votes = told.handover.answer.space.votes
    methods: dict[str, str] = {}
    for column in told.handover.answer.space.columns:
        method = column.transform.method if column.transform is not None else ""
        methods.setdefault(column.feature, TRANSFORMS.get(method, "by its levels, each of which a customer has or not"))
    rows: list[list[Child]] = []
    for spec in told.handover.answer.space.features:
        meaning = told.meanings.get(spec.name, "as it stands in the data")
        vote = votes.get(spec.name, 0.0)
        rows.append(
            [
                element("strong", told.feature(spec.name)),
                joined(told.say(meaning), f" (in the files: {spec.name})" if spec.name in told.meanings else ""),
                methods.get(spec.name, ""),
                figure(float(vote), percent(vote), "vote", feature=spec.name),
            ]
        )
    return table(
        "Features that form the segments",
        ("feature", "what it is", "how it was taken", "its say"),
        rows,
        right=(3,),
        kind="text",
    )


def _sources(told: Told) -> Markup:
    rows: list[list[Child]] = []
    for source in told.handover.whole.sources:
        files = "" if source.files == 1 else f", {figures.count(source.files)} files"
        rows.append([told.say(source.path), joined(KINDS[source.kind.value] + files), f"{source.rows:,}"])
    joins = [told.say(_join(told, i) + ".") for i in range(len(told.handover.whole.joins))]
    return joined(
        table("What was read", ("file", "what it holds", "rows"), rows, right=(2,)),
        bullets(joins),
    )


def _join(told: Told, place: int) -> str:
    one = told.handover.whole.joins[place]
    left, right = (told.names.get(path, path) for path in (one.left, one.right))
    said = f"{left} and {right} were brought together by {one.on[0]}: {one.matched:,} found in both"
    for many, where in ((one.only_left, left), (one.only_right, right)):
        if many:
            said += f", {many:,} in {where} alone"
    return f"{said}; {one.done}" if one.done else said
