"""What segments are, on request: said in rules, what it costs to take the rules for them, and which features drive them
and which deserve to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.errors import AnalysisError
from segtui.explained import Adoption, Adoptions, Drivers, LeafRule, Nearby, Rulebook, SegmentRule, SegmentRules
from segtui.pipeline import unwatched
from segtui.progress import Steps, as_part
from segtui.recipe import TREE_MOST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segtui.cluster.ground import Ground
    from segtui.evidence import Later
    from segtui.pipeline import Pipeline
    from segtui.recipe import Recipe
    from segtui.results import Labels

LARGER = 2
"""Leaves per segment of the larger tree, whose price stands beside that of the smallest one."""

OR = " or "
"""Between the rules of one segment."""


def rules(pipeline: Pipeline, recipe: Recipe) -> Steps[SegmentRules]:
    """The converged segments of `recipe` in one rule each, and what the small and the larger tree cost.

    Where a tree was adopted: its rules, which then are the segments.
    """
    ground = yield from pipeline.ground(recipe)
    fit = yield from pipeline.segmentation(recipe, ground, unwatched, exact=True)
    letters = yield from pipeline.letters(recipe, ground, fit)
    small = yield from _rulebook(pipeline, recipe, fit.k)
    large = yield from _rulebook(pipeline, recipe, LARGER * fit.k)
    say = yield from _words(ground)
    if recipe.cluster.tree:
        book = yield from adopted_rules(pipeline, recipe)
        whole = [
            SegmentRule(letter, OR.join(say(leaf) for leaf in book.rules_of(cluster)), fit.sizes[cluster], 1.0, 1.0)
            for cluster, letter in enumerate(letters)
        ]
        return SegmentRules(_by_letter(whole), small, large, adopted=True)
    told = [
        SegmentRule(letter, say(leaf), leaf.customers, leaf.precision, small.coverage(leaf))
        for cluster, letter in enumerate(letters)
        for leaf in small.rules_of(cluster)[:1]
    ]
    return SegmentRules(_by_letter(told), small, large)


def adopted_rules(pipeline: Pipeline, recipe: Recipe) -> Steps[Rulebook]:
    """The tree that is the segmentation of `recipe`, which must have adopted one."""
    return (yield from _rulebook(pipeline, recipe, recipe.cluster.tree * recipe.cluster.k))


def _words(ground: Ground) -> Steps[Callable[[LeafRule], str]]:
    """What puts a rule into words."""
    from segtui.explain.rule_words import conditions_text
    from segtui.explain.rules import features_of_labels, features_with_gaps

    gaps = yield from features_with_gaps(ground.dataset, ground.matrix.columns)
    labels = features_of_labels(ground.matrix.columns)
    return lambda leaf: conditions_text(leaf, gaps=gaps, labels=labels)


def _by_letter(told: Sequence[SegmentRule]) -> tuple[SegmentRule, ...]:
    return tuple(sorted(told, key=lambda rule: (len(rule.letter), rule.letter)))


def _rulebook(pipeline: Pipeline, recipe: Recipe, leaves: int) -> Steps[Rulebook]:
    """A tree for the k-means of a recipe, whether or not one was adopted."""
    from segtui.explain.tree import rulebook

    recipe = recipe.with_tree(0)
    ground = yield from pipeline.ground(recipe)
    fit = yield from pipeline.segmentation(recipe, ground, unwatched, exact=True)
    name = f"rulebook {leaves} {pipeline.name('exact', recipe)}"
    return (yield from pipeline.filed_as(name, Rulebook, lambda: rulebook(ground.dataset, ground.matrix, fit, leaves)))


# -- a tree as the segmentation ----------------------------------------------------------------------------


def adoptions(pipeline: Pipeline, recipe: Recipe) -> Steps[Adoptions]:
    """What each tree would make of the segments of `recipe`. Its segmentation is filed, so that adopting is instant."""
    ground = yield from pipeline.ground(recipe)
    fit = yield from pipeline.segmentation(recipe, ground, unwatched, exact=True)
    letters = yield from pipeline.letters(recipe, ground, fit)  # a tree keeps the numbers of the clusters
    rows: list[Adoption] = []
    for tree in range(TREE_MOST + 1):
        one = _adoption(pipeline, recipe.with_tree(tree), letters)
        rows.append((yield from as_part(one, "growing trees", tree / (TREE_MOST + 1), 1 / (TREE_MOST + 1))))
    return Adoptions(recipe.cluster.k, tuple(rows), recipe.cluster.tree)


def _adoption(pipeline: Pipeline, recipe: Recipe, letters: Sequence[str]) -> Steps[Adoption]:
    from segtui.explain.lab import spread_out

    ground = yield from pipeline.ground(recipe)
    tree, means = recipe.cluster.tree, recipe.with_tree(0)
    plain = yield from pipeline.segmentation(means, ground, unwatched, exact=True)
    book = (yield from _rulebook(pipeline, recipe, tree * plain.k)) if tree else None
    rules = 0 if book is None else len(book.leaves)
    try:
        fit = yield from pipeline.segmentation(recipe, ground, unwatched, exact=True)
    except AnalysisError as error:
        return Adoption(tree, rules, 0.0, 0.0, None, failed=str(error))
    scores = yield from pipeline.scores(recipe, ground.matrix, fit)
    known = _later(pipeline, spread_out(fit.labels, ground.at, pipeline.dataset.customers))
    texts: list[SegmentRule] = []
    if book is not None:
        say = yield from _words(ground)
        texts = [
            SegmentRule(letters[leaf.cluster], say(leaf), leaf.customers, leaf.precision, book.coverage(leaf))
            for leaf in sorted(book.leaves, key=lambda leaf: -leaf.right)
        ]
    return Adoption(
        tree=tree,
        rules=rules,
        agreed=1.0 if book is None else book.fidelity,
        price=1.0 if book is None else book.price,
        silhouette=scores.silhouette_squared,
        spend=known.spend if known else None,
        active=known.active if known else None,
        texts=_by_letter(texts),
    )


def _later(pipeline: Pipeline, labels: Labels) -> Later | None:
    """What segments know of later orders; None without a holdout."""
    from segtui.cluster.prediction import Outcome, later

    rollup = pipeline.dataset.rollup
    if rollup is None or rollup.outcome is None:
        return None
    return later(Outcome.of(rollup.outcome), labels)


# -- customers worth a look --------------------------------------------------------------------------------

TYPICAL, NEAREST = 50, 200
"""How many customers of a segment are listed: those nearest to its centroid, and those nearest to a border."""


def typical(pipeline: Pipeline, recipe: Recipe, letter: str) -> Steps[Nearby]:
    """The customers of a segment nearest to its centroid, nearest first. Raises AnalysisError for no such letter."""
    from segtui.explain.members import exemplars

    ground = yield from pipeline.ground(recipe)
    fit = yield from pipeline.segmentation(recipe, ground, unwatched, exact=True)
    letters = yield from pipeline.letters(recipe, ground, fit)
    cluster = _cluster(letters, letter)
    found = yield from exemplars(ground.dataset, ground.matrix, fit, letters, TYPICAL)
    return Nearby(letter, tuple(member for member in found if member.letter == letter), fit.sizes[cluster])


def near_border(pipeline: Pipeline, recipe: Recipe, letter: str) -> Steps[Nearby]:
    """The customers of a segment whose second-best centroid is at most 10 % farther away, the closest call first, each
    with the smallest change of one feature that would move them. Raises AnalysisError where a tree was adopted."""
    import numpy as np

    from segtui.explain.change_words import change_text
    from segtui.explain.members import borders, members

    if recipe.cluster.tree:
        raise AnalysisError(
            "segments by rules have no centroids to lie between",
            hint="Their borders are the thresholds of the rules (a in Segments).",
        )
    ground = yield from pipeline.ground(recipe)
    fit = yield from pipeline.segmentation(recipe, ground, unwatched, exact=True)
    letters = yield from pipeline.letters(recipe, ground, fit)
    own = fit.labels == _cluster(letters, letter)
    all_of_them = yield from borders(ground.dataset, ground.matrix, fit, letters)
    closest = all_of_them.closest(NEAREST, own)
    found = yield from members(ground.dataset, ground.matrix, fit, letters, closest)
    texts = tuple(change_text(member.change, ground.matrix.columns) for member in found)
    return Nearby(letter, found, int(np.count_nonzero(all_of_them.near & own)), texts)


def _cluster(letters: Sequence[str], letter: str) -> int:
    if letter not in letters:
        raise AnalysisError(f"there is no segment {letter} any more", hint="Go back to the segments.")
    return letters.index(letter)


# -- features ----------------------------------------------------------------------------------------------


def drivers(pipeline: Pipeline, recipe: Recipe) -> Steps[Drivers]:
    """Influence and relevance of every feature of `recipe`, on its converged clusters (of k-means, also where a tree
    was adopted: influence asks what moves customers to another centroid)."""
    from segtui.explain.drivers import drivers as compute

    recipe = recipe.with_tree(0)
    ground = yield from pipeline.ground(recipe)
    fit = yield from pipeline.segmentation(recipe, ground, unwatched, exact=True)
    name = f"drivers {pipeline.name('exact', recipe)}"
    return (yield from pipeline.filed_as(name, Drivers, lambda: compute(ground.matrix, fit, fit.seed)))
