"""What the Decide pane says of a segment, part by part: in brief for the page, in full for the evidence. No drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from segtui.decided.campaigns import Campaigns
from segtui.decided.decisions import Missing
from segtui.decided.prices import ASSOCIATION, Prices
from segtui.decided.value import LifetimeValue, Range
from segtui.tui import format as fmt
from segtui.tui.panes.profile_words import column_title

if TYPE_CHECKING:
    from segtui.decided.campaigns import Proposal
    from segtui.decided.prices import Interval
    from segtui.decided.recommendations import TopProduct
    from segtui.results import Segment
    from segtui.tui.panes.decide_parts import Parts

NO_ORDERS = (
    "What they are worth, buy together and pay is told from order lines: open a file with a column that names the "
    "order (or the customer and the day), and ones for product and price. In Data, e says what a column stands for."
)

NO_PROOF = "Nobody knows yet what a play does: only the difference between its arms will tell."

BRIEF, PAGE, FULL = 0, 1, 2
"""How much is said: on a small screen, on a large one, as evidence."""

ITEMS = 3
"""Items of a segment on the page."""

DIFFERENCES = 3


class Said(NamedTuple):
    """A sentence on the page. part: "who", "worth" …; play: the id of the play that it is about."""

    part: str
    text: str
    role: str = ""
    play: str = ""


# -- who they are ------------------------------------------------------------------------------------------


def who(parts: Parts, segment: Segment, detail: int) -> list[Said]:
    """The segment in a rule, else by what sets it apart; in full both."""
    rule = parts.rules.of(segment.letter) if parts.rules is not None else None
    told = []
    if rule is not None:
        figures = f" (right {fmt.share(rule.precision)} %, covers {fmt.share(rule.coverage)} %)"
        told.append(Said("who", rule.text + ("" if parts.rules is not None and parts.rules.adopted else figures)))
    if detail == FULL or not told:
        told.append(Said("who", _differences(parts, segment, 10 if detail == FULL else DIFFERENCES)))
    return [*told, *rfm(parts, segment, detail)]


def rfm(parts: Parts, segment: Segment, detail: int) -> list[Said]:
    """The customary RFM name that most of them have; in full all names, and what came of the first one."""
    found = parts.campaigns.rfm if isinstance(parts.campaigns, Campaigns) else None
    own = found.of(segment.letter) if found is not None else None
    if found is None or own is None:
        return []
    if detail < FULL:
        return [Said("who", f"By the RFM table {own.said}.")]
    names = ", ".join(f"{name} {fmt.share(customers / own.customers)} %" for name, customers in own.groups)
    told = [f"By the RFM table: {names}. The names are a convention, not a finding."]
    group = found.under(own.largest[0])
    if group is not None and group.later is not None:
        later = group.later
        told.append(
            f"In the holdout {later.active:.0%} of all {group.name} ordered ({later.low:.0%} to {later.high:.0%})."
        )
    return [Said("who", text) for text in told]


def _differences(parts: Parts, segment: Segment, many: int) -> str:
    known = [(d, column) for d, column in zip(segment.differences, parts.answer.profile.columns, strict=True) if d]
    known.sort(key=lambda one: -abs(one[0]))
    told = [f"{column_title(column)} {fmt.difference(d)}" for d, column in known[:many]]
    return f"Against the rest, in standard deviations: {', '.join(told)}." if told else "Nothing sets them apart."


# -- what they are worth -----------------------------------------------------------------------------------


def worth(parts: Parts, segment: Segment, detail: int) -> list[Said]:
    """Expected orders and revenue, or why they are not said."""
    found = parts.value
    if found is None or isinstance(found, Missing):
        return _absent("worth", found)
    if found.refused:
        return [Said("worth", f"Not said: {found.refused}", "dim"), *(_gates(found) if detail == FULL else [])]
    one = parts.worth_of(segment.letter)
    if one is None:
        return [Said("worth", "Not said: none of them has ordered.", "dim")]
    text = f"Over {found.weeks:g} weeks {_range(one.orders, detail)} orders"
    text += f" and {_range(one.value, detail)} of revenue" if one.value is not None else ""
    text += " are expected." if detail == BRIEF else " are expected (95 %, of the model alone)."
    if one.alive is not None and detail > BRIEF:
        text += f" The model takes about {one.alive:,.0f} of {one.customers:,} to be still customers: an estimate."
    said = [Said("worth", text)]
    if detail == BRIEF and one.doubts:
        said.append(Said("worth", "The holdout does not bear these figures out (enter says how far off).", "warn"))
    else:
        said += [Said("worth", doubt, "warn") for doubt in one.doubts]
    if one.unjudged:
        said.append(Said("worth", one.unjudged, "dim"))
    return [*said, *(_gates(found) if detail == FULL else [])]


def _brief(x: float) -> str:
    """About three figures, so that the ends of a narrow range differ."""
    return f"{x / 1e6:,.2f}M" if abs(x) >= 1e6 else f"{x / 1e3:.0f}k" if abs(x) >= 1e5 else f"{x:,.0f}"


def _gates(found: LifetimeValue) -> list[Said]:
    return [
        Said("worth", f"{gate.title}: {'yes' if gate.open else 'no'}; {gate.why}", "" if gate.open else "warn")
        for gate in found.gates
    ]


def _range(value: Range, detail: int) -> str:
    if value.low is None or value.high is None:
        return f"{value.expected:,.0f} (no interval)"
    if detail == BRIEF:
        return f"{_brief(value.expected)} ({_brief(value.low)} to {_brief(value.high)})"
    return f"{value.expected:,.0f} ({value.low:,.0f} to {value.high:,.0f})"


# -- what they buy together --------------------------------------------------------------------------------


def together(parts: Parts, segment: Segment, detail: int) -> list[Said]:
    """The items that they bought most, with a rule as the reason where there is one."""
    found = parts.products
    if found is None or isinstance(found, Missing):
        return _absent("buy", found)
    own = parts.products_of(segment.letter)
    if own is None or not own.products:
        return [Said("buy", "None of them bought anything.", "dim")]
    if detail == FULL:
        said = []
        for one in own.products:
            said.append(Said("buy", f"{_item(one)}, index {one.index:.0f}, {one.buyers:,} of {own.customers:,}"))
            said += [Said("buy", f"  {one.reason}", "dim")] if one.reason else []
        return said
    text = f"Most bought: {', '.join(_item(one) for one in own.products[: ITEMS - (detail == BRIEF)])}."
    known = [one for one in own.products[:ITEMS] if one.reason and detail > BRIEF]
    known.sort(key=lambda one: not one.own)  # what their own baskets say first
    reason = known[0].reason if known else ""
    return [Said("buy", text), *([Said("buy", reason, "dim")] if reason else [])]


def _item(one: TopProduct) -> str:
    return f"{one.item} ({fmt.share(one.share)} %; others {fmt.share(one.rest)} %)"


# -- prices ------------------------------------------------------------------------------------------------


def prices(parts: Parts, segment: Segment, detail: int) -> list[Said]:
    """What they paid for the same goods, and whether it can be told how they buy at other prices."""
    found = parts.prices
    if found is None or isinstance(found, Missing):
        return _absent("prices", found)
    own = parts.prices_of(segment.letter)
    if own is None:
        return [Said("prices", "Not said: no line of theirs carries a price.", "dim")]
    paid, reaction = own.paid, own.reaction
    if paid.index is None:
        said = [Said("prices", f"What they paid cannot be compared. {' '.join(paid.notes)}", "dim")]
    else:
        text = f"They paid {_interval(paid.index)} times the reference price (the median at the same quantity)"
        everyone = found.everyone.paid.index
        text += "" if everyone is None else f"; everyone paid {everyone.value:.3f}"
        text += "" if detail == BRIEF else f" ({paid.compared:.0%} of revenue compared)"
        said = [Said("prices", f"{text}.")]
    if detail < FULL:
        brief = "How they buy at other prices cannot be told: only a test can (enter says why)."
        return [*said, Said("prices", reaction.words if reaction.identified else brief)]
    if paid.below is not None:
        said.append(Said("prices", f"Bought clearly below the usual price: {_interval(paid.below)} of that revenue."))
    said += [Said("prices", note) for note in paid.notes]
    said.append(Said("prices", reaction.words))
    said += [
        Said("prices", f"{one.name}: {one.beta:.2f} ({one.low:.2f} to {one.high:.2f}), {ASSOCIATION}")
        for one in reaction.estimates
    ]
    said += [Said("prices", gate.text, "warn") for gate in reaction.failed]
    return [*said, Said("prices", own.test.words)]


def _interval(value: Interval) -> str:
    return f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})"


# -- what to do --------------------------------------------------------------------------------------------


def plays(parts: Parts, segment: Segment, detail: int) -> list[Said]:
    """Every play that is proposed: what it does, why, how it is put to the test, what it comes to."""
    found = parts.campaigns
    if found is None or isinstance(found, Missing):
        return _absent("do", found)
    own = parts.plays_of(segment.letter)
    if not own:
        return [Said("do", "No play of the playbook fits this segment (v: those of the others).", "dim")]
    return [*several(own, detail == FULL), *(said for one in own for said in play(one, detail == FULL))]


def several(own: tuple[Proposal, ...], full: bool) -> list[Said]:
    """A warning where a segment gets several plays."""
    if len(own) < 2:
        return []
    sizes = sorted({one.size for one in own})
    text = f"{len(own)} plays would address the same {sizes[-1]:,} customers"
    if len(sizes) > 1:
        text = f"{len(own)} plays would address some of the same customers ({sizes[0]:,} to {sizes[-1]:,})"
    if full:
        text += (
            ": choose one, or read the result as what they do together: who is held out of one play of a campaign is "
            "held out of all. Lists mark who is on another one."
        )
    else:
        text += " (lists mark them)."
    return [Said("do", text, "warn")]


def play(one: Proposal, full: bool) -> list[Said]:
    """One play for one segment."""
    told = [(f"{one.title}: {one.does}", "bold"), (f"Why: {one.reason}", "")]
    told += [(note, "") for note in one.notes] if full else []
    told += [(said, "") for said in one.experiment.said] if full else [(f"Proof: {proof(one)}", "")]
    if one.experiment.refused:
        told.append((f"No result can be read from it: {one.experiment.refused}", "warn"))
    role = "key" if one.worth.needs else "warn" if one.worth.impossible else "good"
    told += [(said, role) for said in one.worth.said] if full else [(expected(one), role)]
    return [Said("do", text, role, one.play) for text, role in told]


def proof(one: Proposal) -> str:
    """The arms and what they can show."""
    experiment = one.experiment
    (first, second), (some, others) = experiment.arms, experiment.sizes
    text = f"about {some:,} {first}, {others:,} {second}"
    if experiment.smallest is not None:
        text += f"; they can show {in_points(experiment.smallest)} points or more"
    return text


def in_points(difference: float) -> str:
    """.021 -> 2.1, .135 -> 14: as sentences about plays have it."""
    value = 100 * difference
    return f"{value:.1f}".removesuffix(".0") if abs(value) < 9.95 else f"{value:.0f}"


UPLIFTS = ("low", "middle", "high")


def expected(one: Proposal) -> str:
    """What it comes to, or what is to be entered for that."""
    told = one.worth
    figures = (told.low, told.mid, told.high)
    if told.impossible:
        known = [f"{name} {value:,.0f}" for name, value in zip(UPLIFTS, figures, strict=True) if value is not None]
        return f"Comes to: {', '.join(known) or 'not said'}. {told.impossible}"
    if told.low is None or told.mid is None or told.high is None:
        return f"Comes to: enter (e) {', '.join(told.needs)}." if told.needs else "Comes to: not said."
    return f"Comes to: low {told.low:,.0f}, middle {told.mid:,.0f}, high {told.high:,.0f}, as entered (e)."


# -- what not to conclude ----------------------------------------------------------------------------------


def cautions(parts: Parts, detail: int) -> list[Said]:
    """What the figures above do not say, and what was refused."""
    told = [NO_PROOF]
    told += ["Ranges are 95 %, those of worth of the model alone."] if detail == BRIEF and parts.orders else []
    if isinstance(parts.prices, Prices):
        told.append(f"Prices: {ASSOCIATION}.")
    found = parts.value
    if isinstance(found, LifetimeValue) and not found.refused:
        told += [f"Nothing is said of who is still a customer: {found.no_alive}."] if found.no_alive else []
        told += [f"Nothing is said of money: {found.no_value}."] if found.no_value else []
        told += ["Worth was not checked on later orders: there is no holdout."] if found.calibration is None else []
    if detail < FULL:
        return [Said("not", " ".join(told))]
    told += ["Worth is revenue, not profit, and not discounted."] if isinstance(found, LifetimeValue) else []
    told += parts.campaigns.notes if parts.campaigns is not None and not isinstance(parts.campaigns, Missing) else ()
    notes = parts.prices.notes if isinstance(parts.prices, Prices) else ()
    told += [f"{note[:1].upper()}{note[1:]}." for note in notes]
    return [Said("not", text) for text in told]


def _absent(part: str, found: Missing | None) -> list[Said]:
    return [Said(part, "", "dim") if found is None else Said(part, f"Not said: {found.why}", "dim")]


# -- together ----------------------------------------------------------------------------------------------

TITLES = {
    "who": "who they are", "worth": "what they are worth", "buy": "what they buy together", "prices": "what they pay",
    "needs": "what it needs", "do": "what to do, with what proof", "not": "what not to conclude",
}  # fmt: skip


def page(parts: Parts, segment: Segment, detail: int = PAGE) -> list[Said]:
    """Everything of one segment, so much of it as `detail` says; an empty sentence stands for what is not there yet."""
    said = who(parts, segment, detail)
    if parts.orders:
        for part in (worth, together, prices):
            said += part(parts, segment, detail)
    else:
        said.append(Said("needs", NO_ORDERS, "warn"))
    return [*said, *plays(parts, segment, detail), *cautions(parts, detail)]


def not_offered(found: Campaigns) -> list[str]:
    """Why plays are not offered, in sentences."""
    told = []
    for one in found.not_offered:
        needs = f" (needs {', '.join(one.needs)})" if one.needs else ""
        told.append(f"{one.title}: {one.why}{needs}")
    return told
