"""README.txt of a delivery: what each file is, what it tells, and what it does not tell."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch

WIDTH = 88

CAMPAIGN = "{campaign}"
"""Stands for the campaign's name."""

ABOUT = (
    ("customers.*", "Every input row and column as it was, in input order (made of orders: one row per "
     "customer, by id), with segment, segment_name, distance (to "
     "the own centre, in the scaled space) and segment_note (why there is no segment). Holds customers."),
    ("orders*.*", "Every order line as it was, in input order, with the segment of its customer. Holds customers."),
    ("segments.csv", "Who the segments are: size and share. jaccard and dissolved are filled only where the "
     "evidence was "
     "computed: how firmly each comes back when customers are drawn anew (jaccard: from .75 stable, below .60 not to "
     "be trusted; dissolved: the share of draws in which its best match was .50 or less). Letters are names, "
     "not ranks of worth."),
    ("segment_rules.csv", "Each segment in one rule, with how far the rule is right (precision) and how much of the "
     "segment it holds for (coverage). Unless a tree was adopted, the segments are what the centres say."),
    ("profiles.csv", "Means, medians and spreads in original units, by segment and over all customers. "
     "difference: of the "
     "mean from that of all others, in standard deviations; index: 100 is the mean of all. Medians are not told over "
     "all. Tests stand at columns that took no part in the clustering alone; with the others a test would "
     "always succeed."),
    ("features.csv", "Every column of the customer table: whether it votes, how loud, and how it is brought to "
     "scale."),
    ("drivers.csv", "What moves the clusters now (influence) and what agrees with the other features (relevance)."),
    ("evidence.csv", "Every criterion for every k, and which of them pick it. None of them decides alone."),
    ("evidence_picks.csv", "The k that each criterion picks, why, and what it tends to prefer."),
    ("later_orders.csv", "What segments know of orders that no feature saw. The segments need not be causes."),
    ("rules.csv", "Association rules with all measures and what shuffled baskets give too (shuffle_p, shuffle_count). "
     "They say what is bought together, not what would follow from an offer."),
    ("marked_*.csv", "Rules and items that mark a segment out against all other segments."),
    ("leaderboard.csv", "How every way of recommending fares beside popularity, with 95 % intervals."),
    ("products.csv", "For each segment the items that the largest share of its customers bought."),
    ("recommendations.csv", "A list for every customer. Scores compare within one list alone. Holds customers."),
    ("prices.csv", "What segments paid for the same goods. The reaction to prices is an association in past prices, "
     "not an experiment."),
    ("price_estimates.csv", "Every specification behind that."),
    ("value.csv", "Orders and revenue expected of each segment: revenue, not profit, and not discounted. The interval "
     "is that of the model's parameters alone. checked: whether a holdout could judge the segment; borne_out: "
     "whether it "
     "leaves the figures standing, empty where nothing was checked. at_risk: the share whose chance of still "
     "ordering is "
     "below 0.3."),
    ("customer_value.csv", "The same by customer; single customers do otherwise by chance. Holds customers."),
    ("campaigns.csv", "Plays for the segments, what an experiment could show, and what they may be worth by the "
     "figures that were entered. customers: those on the list; segment_*: the whole segment, of which a play "
     "may address "
     "some only. Nothing is said of an effect before it is measured."),
    ("rfm.csv", "Customers by recency, frequency and money."),
    ("lists/*", "Who is contacted and who is held out in each play, drawn by a hash of the campaign and the customer "
     "id: whoever is held out is held out of every play. The campaign is {campaign}: under this name the arms are "
     "always these, another (--campaign) draws anew. Without the arm that is held out nothing can be learned. "
     "Holds customers."),
    ("model.json", "Centres or rules with the transforms: what scores new customers. It has the sizes of segments."),
    ("score*.sql", "The same as SQL. The comment at its head says which columns it needs."),
    ("segment.py", "The same as a script that needs Python, polars and numpy, and scikit-learn to refit."),
    ("report.html", "One page for whoever decides."),
    ("recipe.toml", "Everything needed to repeat this: segtui run --recipe recipe.toml, from anywhere, for "
     "the paths in it are absolute."),
    ("passport.json", "Hashes of the sources and of these files, rows at each step, settings, criteria, versions."),
)  # fmt: skip


def readme(
    names: Sequence[str], missing: Mapping[str, str], warnings: Sequence[str], campaign: str, *, hide: bool, safe: bool
) -> str:
    """The text. names: files that are there; missing: why a part is not; campaign: the name that arms are
    drawn under."""
    lines = ["A delivery of segtui: customer segments, and everything needed to repeat them.", ""]
    for pattern, told in ABOUT:
        here = [name for name in names if fnmatch(name, pattern)]
        if here:
            lines += [
                *textwrap.wrap(", ".join(here), WIDTH, break_on_hyphens=False),
                *_folded(told.replace(CAMPAIGN, campaign)),
                "",
            ]
    if missing:
        lines += ["Not here:", *(line for part, why in missing.items() for line in _folded(f"{part}: {why}")), ""]
    if warnings:
        lines += ["To know:", *(line for one in warnings for line in _folded(one)), ""]
    private = "Files that hold customers are readable by their owner alone. Take care whom you pass them on to."
    lines += textwrap.wrap(private, WIDTH)
    if safe:
        guarded = (
            "Cells that a spreadsheet would run as a formula have an apostrophe before them; to repeat these files "
        )
        lines += textwrap.wrap(f"{guarded}byte for byte, give --csv-safe again.", WIDTH)
    if hide:
        told = "Figures of fewer than 10 customers are withheld from the tables and the page, and so are figures they "
        lines += textwrap.wrap(
            f"{told}could be computed from. The files that hold customers and model.json have all.", WIDTH
        )
    return "\n".join(lines) + "\n"


def _folded(text: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), WIDTH, initial_indent="  ", subsequent_indent="  ")
