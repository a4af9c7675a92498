"""What criteria pick and what the rule suggests, by hand."""

from __future__ import annotations

from segtui.cluster.picks import picks
from segtui.cluster.suggest import suggestion
from segtui.evidence import Gap, Later, Silhouettes, Stability, Strength, SweepRow
from segtui.results import Scores


def row(k, *, silhouette=0.4, ch=100.0, db=1.0, bic=-10.0, lowest=0.9, ps=0.9, spend=None, smallest=500, **more):
    return SweepRow(
        k,
        Scores("s", 1_000.0 / k, 0.5, silhouette, ch, db, bic),
        smallest,
        9,
        sizes=(smallest, 10_000 - smallest),
        silhouettes=Silhouettes((0.1,) * k, silhouette - 0.1, 0.2, (0.1,) * k, 100, sampled=True),
        gap=Gap(k / 10, 0.01, 20, 100),
        strength=Strength(ps, 0.01, 10, 50),
        stability=Stability((lowest,) + (0.95,) * (k - 1), (0.0,) * k, (0.9,), 20, 100),
        later=None if spend is None else Later(spend, 0.1),
        **more,
    )


def picked(rows):
    return {pick.id: pick.k for pick in picks(rows)}


def test_every_criterion_by_its_own_rule():
    rows = (
        row(2, silhouette=0.5, ch=90, db=1.2, bic=-30, lowest=0.99, ps=0.95, spend=0.10),
        row(3, silhouette=0.4, ch=99, db=0.9, bic=-20, lowest=0.76, ps=0.80, spend=0.20),
        row(4, silhouette=0.3, ch=80, db=0.8, bic=-10, lowest=0.75, ps=0.79, spend=0.205),
        row(5, silhouette=0.2, ch=70, db=0.9, bic=-12, lowest=0.60, ps=0.50, spend=0.209),
    )
    assert picked(rows) == {
        "silhouette_squared": 2, "silhouette": 2, "calinski_harabasz": 3, "davies_bouldin": 4, "bic": 4,
        "gap": None, "strength": 3, "stability": 4, "later": 3, "inertia": None,
    }  # fmt: skip


def test_inertia_is_never_asked():
    (never,) = [pick for pick in picks((row(2), row(3))) if pick.never]
    assert (never.id, never.k, never.why) == ("inertia", None, "drawn, never asked")


def test_what_cannot_be_computed_says_why():
    bare = SweepRow(2, Scores("s", 1.0, 0.5, None, None, None), 1, 1, reasons=(("gap", "no distance"),))
    by_id = {pick.id: pick for pick in picks((bare,))}
    assert by_id["gap"].why == "no distance"
    assert by_id["stability"].why == "not computed"
    pending = SweepRow(2, Scores("s", 1.0, 0.5, None, None, None), 1, 1, pending=True)
    assert {pick.why for pick in picks((pending,)) if pick.id == "strength"} == {"being computed"}
    low = picks((row(2, ps=0.5), row(3, ps=0.4)))
    assert [pick.why for pick in low if pick.id == "strength"] == ["no k reaches 0.80; the best is 0.50"]


def test_the_largest_k_that_holds():
    rows = (row(2), row(3, lowest=0.8), row(4, lowest=0.7), row(5, lowest=0.76), row(6, lowest=0.9, smallest=99))
    found = suggestion(rows)
    assert found.k == 5  # 4 does not hold, and 6 has a segment of less than 1 %
    assert "largest k" in found.reason


def test_halves_that_share_nobody_have_a_say():
    rows = (row(2, ps=0.95), row(3, ps=0.81), row(4, ps=0.79), row(5, ps=0.3))
    found = suggestion(rows)
    assert found.k == 3
    assert "strength 0.81" in found.reason
    weak = tuple(row(k, ps=0.5) for k in (2, 3))
    assert suggestion(weak).k == 3  # where no k has that strength, it is not asked for, and that is said
    assert "no such k has a prediction strength of 0.80" in suggestion(weak).reason
    assert "no more than one group" in suggestion(weak, Gap(9.0, 0.01, 20, 100)).reason
    assert "no more than one group" not in suggestion(weak, Gap(0.0, 0.01, 20, 100)).reason


def test_the_smallest_that_predicts_as_well():
    rows = (row(2, spend=0.10), row(3, spend=0.20), row(4, spend=0.21), row(5, spend=0.30, lowest=0.5))
    found = suggestion(rows)
    assert found.k == 3  # .20 is 95 % of .21; 5 predicts more and does not hold
    assert "later spend" in found.reason


def test_where_no_k_holds_it_says_so():
    found = suggestion((row(2, lowest=0.4), row(3, lowest=0.7), row(4, lowest=0.7)))
    assert found.k == 3
    assert found.reason.startswith("no k holds")


def test_nothing_measured_nothing_suggested():
    assert suggestion((SweepRow(2, None, 0, 0, failed="1 customer"),)).k is None
    assert suggestion(()).k is None
