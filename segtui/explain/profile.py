"""What segments look like: means, indexes and standardised differences in original units, and honest names.

Means are exact over all customers, in the first answer as in the converged one. Spreads, medians and quartiles come
from a sample for a first answer: the first 20,000 customers (canonical order makes them a random sample), topped up for
small segments; for an exact answer from all. Only columns that took no part in the clustering carry a test, and only in
an exact answer: k-means pulls the groups apart on the others, so that a test of these would always succeed.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan
from typing import TYPE_CHECKING

import numpy as np

from segtui.cluster.dip import holm
from segtui.explain.columns import Description, ProfileCache, descriptions, sum_by
from segtui.explain.group_tests import test_of
from segtui.explain.lettering import letter_position
from segtui.explain.naming import Trait, name_segments
from segtui.explain.summary import SAMPLE, Summary, all_members, sampled_members, summaries_of
from segtui.progress import Progress, Steps
from segtui.results import GroupTest, Profile, ProfileColumn, Segment

if TYPE_CHECKING:
    from segtui.results import Dataset, FeatureMatrix, Floats, Inspection, Segmentation

__all__ = ["SAMPLE", "ProfileCache", "profile", "revenue_by_cluster"]


def profile(
    dataset: Dataset,
    inspection: Inspection,
    matrix: FeatureMatrix,
    segmentation: Segmentation,
    letters: Sequence[str],
    names: dict[str, str],
    cache: ProfileCache,
) -> Steps[Profile]:
    """Describe the clusters of `segmentation`, which carry `letters`. names: letter -> what the analyst calls it."""
    index = segmentation.labels.astype(np.intp)
    yield Progress("describing segments")
    members = all_members(index, segmentation) if segmentation.exact else sampled_members(index, segmentation)
    wanted = descriptions(dataset, inspection, matrix, cache)
    summaries: list[Summary] = []
    kinds: list[Description] = []
    for kind in wanted:
        yield Progress("describing segments", len(summaries) / max(len(wanted), 1), kind.feature)
        found = yield from summaries_of(dataset, kind, index, segmentation, members, cache)
        summaries += found
        kinds += [kind] * len(found)
    order = sorted(range(segmentation.k), key=lambda cluster: letter_position(letters[cluster]))
    in_order = [letters[cluster] for cluster in order]
    speaking = [(kind, summary) for kind, summary in zip(kinds, summaries, strict=True) if not kind.echo]
    traits = [[_trait(kind, summary, cluster) for kind, summary in speaking] for cluster in order]
    auto_names = name_segments(traits, in_order, [names.get(given, "") for given in in_order])
    tests = _tests(kinds, summaries) if segmentation.exact else [None] * len(kinds)
    orders = "frequency" if dataset.rollup is not None else None
    shares = _share_of(dataset.revenue, summaries), _share_of(orders, summaries)
    return Profile(
        columns=tuple(
            ProfileColumn(s.feature, s.level, kind.used, s.mean, s.spread, s.missing_share, test)
            for kind, s, test in zip(kinds, summaries, tests, strict=True)
        ),
        segments=tuple(
            _segment(cluster, letters[cluster], names, auto_name, segmentation, summaries, shares)
            for cluster, auto_name in zip(order, auto_names, strict=True)
        ),
        sampled=len(members.clusters),
    )


def _tests(kinds: Sequence[Description], summaries: Sequence[Summary]) -> list[GroupTest | None]:
    """A test of every column that took no part and repeats none that did; Holm's adjustment over the features."""
    found: dict[Description, GroupTest] = {}
    for kind in dict.fromkeys(kinds):
        if not kind.used and not kind.echo:
            test = test_of([s for other, s in zip(kinds, summaries, strict=True) if other == kind])
            if test is not None:
                found[kind] = test
    adjusted = holm([test.p for test in found.values()])
    told = {kind: GroupTest(test.name, p) for (kind, test), p in zip(found.items(), adjusted, strict=True)}
    return [told.get(kind) for kind in kinds]


def _share_of(feature: str | None, summaries: Sequence[Summary]) -> Floats | None:
    """The total of a numeric column by cluster as shares of all; None where there is nothing to share."""
    totals = [np.nan_to_num(s.means) * s.counts for s in summaries if s.feature == feature and s.level is None]
    return totals[0] / totals[0].sum() if totals and totals[0].sum() > 0 else None


def revenue_by_cluster(dataset: Dataset, segmentation: Segmentation, cache: ProfileCache) -> Steps[Floats | None]:
    """Total money per cluster, for lettering; None where the data has none."""
    if dataset.revenue is None:
        return None
    column = yield from cache.numeric(dataset, dataset.revenue)
    return sum_by(segmentation.labels.astype(np.intp), column.values, segmentation.k)


# -- results -----------------------------------------------------------------------------------------------


def _trait(kind: Description, summary: Summary, cluster: int) -> Trait:
    return Trait(
        feature=summary.feature,
        level=summary.level,
        is_share=summary.is_share,
        used=kind.used,
        difference=float(summary.differences[cluster]),
        mean=float(summary.means[cluster]),
        overall_mean=summary.mean,
        overall_median=summary.median,
        low_quartile=float(summary.low[cluster]),
        high_quartile=float(summary.high[cluster]),
        scale=kind.order if summary.level is None else (),
    )


def _segment(
    cluster: int,
    given: str,
    names: dict[str, str],
    auto_name: str,
    segmentation: Segmentation,
    summaries: Sequence[Summary],
    shares: tuple[Floats | None, ...],
) -> Segment:
    size, (revenue, orders) = segmentation.sizes[cluster], shares
    means = tuple(float(s.means[cluster]) for s in summaries)
    differences = (float(s.differences[cluster]) for s in summaries)
    return Segment(
        letter=given,
        cluster=cluster,
        name=names.get(given) or auto_name,
        auto_name=auto_name,
        size=size,
        share=size / max(sum(segmentation.sizes), 1),
        means=means,
        indexes=tuple(_index(mean, s.mean) for mean, s in zip(means, summaries, strict=True)),
        differences=tuple(value if isfinite(value) else None for value in differences),
        medians=tuple(_known(s.medians[cluster]) for s in summaries),
        spreads=tuple(_known(s.spreads[cluster]) for s in summaries),
        missing=tuple(float(s.missing[cluster]) for s in summaries),
        revenue_share=None if revenue is None else float(revenue[cluster]),
        order_share=None if orders is None else float(orders[cluster]),
    )


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _index(mean: float, overall: float) -> float | None:
    """100 = as the average customer; None where the overall mean is not above 0, or there is no mean."""
    return 100.0 * mean / overall if overall > 0 and not isnan(mean) else None
