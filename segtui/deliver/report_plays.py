"""What to do, in the report: plays for the segments with their reasons and experiments, and what not to conclude."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from segtui import figures
from segtui.deliver.html import Markup, element, joined
from segtui.deliver.report_blocks import bullets, facts, paragraph, part, under
from segtui.deliver.report_means import percent
from segtui.deliver.report_money import prices, value
from segtui.deliver.report_products import products
from segtui.evidence import Verdict

if TYPE_CHECKING:
    from segtui.decided.campaigns import Campaigns, Proposal
    from segtui.deliver.html import Child
    from segtui.deliver.report_told import Told


def decisions(told: Told) -> Markup | None:
    """The part on what to do; None where decisions were not asked for."""
    decided = told.handover.decisions
    if decided is None:
        why = told.handover.why_not("decisions")
        return part("do", "What to do", paragraph("This cannot be said: ", told.say(why))) if why else None
    return part(
        "do",
        "What to do",
        under("Plays for the segments", *_plays(told)),
        under("What to recommend", *products(told)),
        under("Prices", *prices(told)),
        under("What customers may bring", *value(told)),
        under("What not to conclude", bullets(_cautions(told))),
    )


# -- plays -------------------------------------------------------------------------------------------------


def _plays(told: Told) -> Iterator[Child]:
    decided = told.handover.decisions
    assert decided is not None
    found = decided.campaigns
    if found is None:
        yield paragraph("None is proposed: ", told.say(decided.why_not("campaigns")))
        return
    if not found.proposals:
        yield paragraph("No segment fits a play of the playbook.")
    if not any(_entered(one) for one in found.proposals) and any(one.worth.needs for one in found.proposals):
        yield paragraph(
            "Nothing is said of what a play is worth: no margin, cost of a contact or uplift was entered, and none is "
            "made up."
        )
    yield element("div", *(_play(told, i, one) for i, one in enumerate(found.proposals)), class_="cards")
    yield bullets(told.sentence(note) for note in found.notes)
    yield _not_offered(told, found)


def _entered(one: Proposal) -> bool:
    return one.worth.mid is not None or one.worth.break_even is not None


def _play(told: Told, place: int, one: Proposal) -> Markup:
    id = f"play-{place}"
    head = element("h4", one.title, " for ", told.letter(one.letter), id=id)
    if one.letter in told.hidden or any(map(told.few, one.counted[2:])):
        return element("article", head, paragraph("Its figures are withheld."), class_="card", aria_labelledby=id)
    money = "" if one.revenue_share is None else f", {percent(one.revenue_share)} of revenue"
    rows: list[tuple[str, Child]] = [
        ("Whom", f"{figures.plural(one.size, 'customer')} {_of(one)}({percent(one.share)}){money}"),
        ("Why", joined(told.say(one.reason), *(joined(" ", told.say(note)) for note in one.notes))),
        ("Test it", told.say(_experiment(one))),
    ]
    if _entered(one):
        rows.append(("Worth", told.say(" ".join(one.worth.said))))
    return element("article", head, paragraph(told.say(one.does)), facts(rows), class_="card play", aria_labelledby=id)


def _of(one: Proposal) -> str:
    return f"of a segment of {figures.count(one.members)} " if one.only is not None else ""


def _experiment(one: Proposal) -> str:
    """Who is held out, and what that can show; where it can show nothing, that."""
    said = one.experiment.said
    return " ".join((*said[:1], one.experiment.refused)) if one.experiment.refused else " ".join(said)


def _not_offered(told: Told, found: Campaigns) -> Markup:
    """Plays that nobody gets, with what the data lack; conditions of the playbook are no reading for everyone."""
    lacking = [joined(element("strong", one.title), ": ", told.say(one.why)) for one in found.not_offered if one.needs]
    unfit = [one.title for one in found.not_offered if not one.needs]
    fits = [joined("No segment fits: ", told.say(", ".join(unfit)), ".")] if unfit else []
    items = [*fits, *lacking]
    return joined(paragraph("Plays that are not proposed:"), bullets(items)) if items else Markup("")


# -- cautions ----------------------------------------------------------------------------------------------


def _cautions(told: Told) -> Iterator[Child]:
    handover = told.handover
    yield "Segments describe what customers did. They do not say why, nor what a customer will do when written to."
    yield "That segments differ in the features they were made from is no finding: it was done on purpose."
    yield (
        "A play has worked when the contacted ordered more than those held out by lot, not when many of them ordered. "
        "Good customers order anyway."
    )
    assessed = handover.assessment
    structure = None if assessed is None else assessed.structure
    if structure is not None and structure.verdict is not Verdict.NATURAL:
        yield "Customers near a border are much like those on its other side. Do not treat them as different people."
    yield "A segment's name says what sets it apart on average. It does not fit each of its customers."
    decided = handover.decisions
    if decided is not None and decided.prices is not None:
        yield "What was bought at other prices in the past is no experiment: other things changed with the prices."
    if decided is not None and decided.value is not None and not decided.value.refused:
        yield "What customers may bring is revenue, not profit, and supposes that nothing changes."
