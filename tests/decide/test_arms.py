"""Arms by hash: by hand, in balance, and moved by nobody."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.decide import arms
from segtui.decide.arms import Wanted
from segtui.decided.campaigns import Only
from segtui.errors import AnalysisError, UsageError
from segtui.progress import finish
from tests.decide.making import dataset, labels


def lots(campaign: str, ids: list[str]) -> list[int]:
    return finish(arms.lots(campaign, ids)).tolist()


def test_a_lot_by_hand() -> None:
    """printf '6:springC00042' | sha256sum begins with bcb63bb396dfc89b, which is 4411 mod 10,000."""
    digest = hashlib.sha256(b"6:springC00042").hexdigest()
    assert digest.startswith("bcb63bb396dfc89b")
    assert 0xBCB63BB396DFC89B % 10_000 == 4411
    assert lots("spring", ["C00042"]) == [4411]


def test_length_goes_by_bytes() -> None:
    digest = hashlib.sha256(b"4:f\xc3\xbcr7").digest()
    assert lots("für", ["7"]) == [int.from_bytes(digest[:8], "big") % 10_000]


def test_names_that_would_run_together_are_apart() -> None:
    ids = [str(i) for i in range(50)]
    assert lots("spring1", ["7" + i for i in ids]) != lots("spring17", ids)


def test_balance() -> None:
    """Of 20,000 customers 20 % are held out, within 4 standard deviations: 4000 ± 4 * 57."""
    found = np.array(lots("spring", [f"C{i:05}" for i in range(20_000)]))
    assert abs((found < 2_000).sum() - 4_000) < 227
    assert np.abs(np.bincount(found // 1_000, minlength=10) - 2_000).max() < 4 * 42.5


def test_campaigns_draw_anew() -> None:
    """Held out of both at 50 %: a quarter, 2,500 ± 4 * 43."""
    ids = [f"C{i:05}" for i in range(10_000)]
    one, two = np.array(lots("spring/a", ids)) < 5_000, np.array(lots("spring/b", ids)) < 5_000
    assert abs((one & two).sum() - 2_500) < 174


@given(st.lists(st.text(max_size=8), max_size=20), st.lists(st.text(max_size=8), max_size=20), st.text(min_size=1))
def test_adding_customers_moves_nobody(before: list[str], more: list[str], campaign: str) -> None:
    try:
        first = lots(campaign, before)
    except UsageError:
        return
    assert lots(campaign, [*more, *before])[len(more) :] == first
    assert lots(campaign, before[::-1]) == first[::-1]


def test_a_larger_share_only_adds() -> None:
    found = np.array(lots("spring", [str(i) for i in range(500)]))
    for less, more in ((0.1, 0.2), (0.2, 0.5)):
        assert not ((found < arms.threshold(less)) & ~(found < arms.threshold(more))).any()


def test_shares_that_cannot_be() -> None:
    assert (arms.threshold(0), arms.threshold(0.125), arms.threshold(0.9)) == (0, 1_250, 9_000)
    for share in (-0.1, 0.95, float("nan")):
        with pytest.raises(UsageError):
            arms.threshold(share)


def test_hostile_names() -> None:
    with pytest.raises(UsageError, match="half a character"):
        lots("\ud800", ["1"])
    with pytest.raises(UsageError, match="no name"):
        arms.campaign_id("  ")
    assert len(lots("\x1b[2J\x00", ["\x00", "", "\u202e", "é", "e\u0301"])) == 5


def test_lists() -> None:
    ids = ["\x1b[31m", "b", "c", "d", "e"]
    data = dataset(pl.DataFrame({"id": ids}))
    wanted = [
        Wanted("win-back", [0], ("contacted", "held out")), Wanted("newsletter", [0, 1], ("invited", "not invited")),
    ]  # fmt: skip
    found = finish(arms.assigned(data, labels([0, 1, 255, 0, 1]), ("A", "B"), wanted, "spring", 0.5))
    assert found.columns == ["customer_id", "segment", "arm", "play", "campaign", "also_in"]
    assert set(found["campaign"]) == {"spring"}
    assert found["customer_id"].to_list() == ["\x1b[31m", "d", "\x1b[31m", "b", "d", "e"]
    assert found["segment"].to_list() == ["A", "A", "A", "B", "A", "B"]
    assert found["play"].to_list() == ["win-back"] * 2 + ["newsletter"] * 4
    assert found["also_in"].to_list() == ["newsletter"] * 2 + ["win-back", "", "win-back", ""]
    drawn = lots("spring", ["\x1b[31m", "b", "d", "e"])
    assert found["arm"].to_list()[2:] == ["not invited" if lot < 5_000 else "invited" for lot in drawn]


def test_who_is_held_out_is_held_out_of_every_play() -> None:
    """In campaign spring the lot of C00042 is 4411 (`test_a_lot_by_hand`): held out at 45 %, not at 44 %, of both plays;
    so that nobody whom one play leaves alone is written to by the other."""
    data = dataset(pl.DataFrame({"id": [f"C{i:05}" for i in range(301)]}))
    places = labels([0] * 301)
    two = [Wanted("x", [0], ("in", "out")), Wanted("y", [0], ("small", "usual"))]
    for share, arm in ((0.45, ("out", "usual")), (0.44, ("in", "small"))):
        found = finish(arms.assigned(data, places, ("A",), two, "spring", share))
        assert tuple(found.filter(pl.col("customer_id") == "C00042")["arm"]) == arm
        held = [set(found.filter(pl.col("arm") == name)["customer_id"]) for name in ("out", "usual")]
        assert held[0] == held[1]


def test_a_list_holds_those_a_play_is_for() -> None:
    """frequency < 2 leaves a and d; b has ordered twice, of c nothing is known. `also_in` goes by the same."""
    data = dataset(
        pl.DataFrame({"id": list("abcd"), "frequency": [1, 2, None, 1], "score": [None, 9.0, 3.0, float("nan")]})
    )
    every = [
        Wanted("second", [0], ("in", "out"), Only("frequency", "<", 2.0)),
        Wanted("ask", [0], ("in", "out"), Only("score", "answered", 0.0)),
        Wanted("all", [0], ("in", "out")),
    ]
    found = finish(arms.assigned(data, labels([0, 0, 0, 0]), ("A",), every, "s", 0.2))
    assert found.select("customer_id", "play", "also_in").rows() == [
        ("a", "second", "all"), ("d", "second", "all"), ("b", "ask", "all"), ("c", "ask", "all"),
        ("a", "all", "second"), ("b", "all", "ask"), ("c", "all", "ask"), ("d", "all", "second"),
    ]  # fmt: skip


def test_a_list_of_one_play_marks_who_is_in_others() -> None:
    data = dataset(pl.DataFrame({"id": ["a", "b"]}))
    every = [Wanted(play, clusters, ("in", "out")) for play, clusters in (("x", [0, 1]), ("y", [1]), ("z", [1]))]
    found = finish(arms.assigned(data, labels([0, 1]), ("A", "B"), every[:1], "s", 0.2, every))
    assert found.select("customer_id", "play", "also_in").rows() == [("a", "x", ""), ("b", "x", "y, z")]


def test_whole_number_ids_and_nobody() -> None:
    data = dataset(pl.DataFrame({"id": [7, 12346]}))
    found = finish(arms.assigned(data, labels([0, 0]), ("A",), [Wanted("x", [0], ("in", "out"))], "s", 0.2))
    assert found["customer_id"].to_list() == ["7", "12346"]
    empty = finish(arms.assigned(data, labels([255, 255]), ("A",), [Wanted("x", [0], ("in", "out"))], "s", 0.2))
    assert (empty.height, empty.dtypes) == (0, [pl.String] * 6)
    assert finish(arms.assigned(data, labels([0, 0]), ("A",), [], "s", 0.2)).height == 0


def test_no_ids_no_arms() -> None:
    with pytest.raises(AnalysisError, match="no id"):
        arms.customer_ids(dataset(pl.DataFrame({"x": [1]}), None))
    with pytest.raises(AnalysisError, match="1 customers have no id"):
        arms.customer_ids(dataset(pl.DataFrame({"id": ["a", None]})))
