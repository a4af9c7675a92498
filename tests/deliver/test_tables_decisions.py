"""What the tables of decisions say of a list, of its segment, and of what was checked, by hand."""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace
from typing import cast

import pytest

from segtui.decided.campaigns import Proposal
from segtui.decided.value import Range, SegmentValue
from segtui.deliver.tables_decisions import _borne_out, _proposal


@pytest.mark.parametrize(("only", "members", "segment"), [(object(), 507, 507), (None, 0, 328)])
def test_a_list_and_its_segment_are_told_apart(only: object, members: int, segment: int) -> None:
    trial = SimpleNamespace(arms=("a", "b"), sizes=(300, 28), held_out=0.1, base=0.2, base_from="", smallest=0.1,
                            smallest_spend=None, wanted=None, refused="", said=())  # fmt: skip
    worth = SimpleNamespace(low=None, mid=None, high=None, break_even=None, order_value=None, said=())
    given = dict.fromkeys((field.name for field in fields(Proposal)), "")
    told = {"size": 328, "members": members, "only": only, "share": 0.25, "revenue": 9.0, "later": None}
    one = SimpleNamespace(**{**given, **told, "experiment": trial, "worth": worth})
    row = _proposal(cast(Proposal, one))
    assert (row["customers"], row["segment_customers"]) == (328, segment)
    assert (row["segment_share"], row["segment_revenue"]) == (0.25, 9.0)
    assert not {"share", "revenue", "revenue_share"} & set(row)


def test_what_nobody_checked_is_not_borne_out() -> None:
    def told(trusted: bool = True, unjudged: str = "", check: object = None) -> tuple[object, object]:
        one = SegmentValue("A", 40, None, None, Range(1.0, None, None), None, trusted, (), unjudged)
        row = _borne_out(one, (check, None))  # type: ignore[arg-type]
        return row["checked"], row["borne_out"]

    assert told() == ("no", None)
    assert told(check=object()) == ("yes", True)
    assert told(check=object(), unjudged="too few") == ("no", None)
    assert told(trusted=False, check=object()) == ("yes", False)
