"""Other tables of several rows per customer: every feature by hand, what is left out, any order of rows."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from segtui.gather import records
from segtui.gather.features import Features
from segtui.gather.records import short_name
from segtui.gather.roles import find
from segtui.gather.table import Table, read_table
from segtui.gather.types import column_type
from segtui.progress import finish
from segtui.recipe import SourceSpec
from segtui.results import Column

SNAPSHOT = date(2025, 3, 1)


def verdicts(frame: pl.DataFrame) -> tuple[Column, ...]:
    return tuple(
        Column(name, column_type(frame[name]), frame[name].null_count(), frame[name].drop_nulls().n_unique())
        for name in frame.columns
    )


def rolled(frame: pl.DataFrame, name: str = "tickets", **roles: str) -> Features:
    return records.roll_up(frame.lazy(), name, verdicts(frame), {"customer_id": "who", **roles}, SNAPSHOT)


TICKETS = pl.DataFrame(
    {
        "ticket_id": [1, 2, 3, 4, 5, 6, 7, 8],  # one per row: says no more than the count
        "who": ["ann", "ann", "ann", "bob", "bob", "ann", None, "ann"],
        "opened": [
            datetime(2025, 1, 5, 23, 0),
            datetime(2025, 2, 1, 8, 0),
            datetime(2025, 2, 27, 12, 0),
            datetime(2025, 1, 31, 1, 0),
            datetime(2025, 1, 30, 1, 0),
            datetime(2025, 3, 1, 0, 0),  # on the snapshot: not seen
            datetime(2025, 1, 1, 0, 0),  # nobody's
            None,  # perhaps after the snapshot: not seen
        ],
        "agent_id": [10, 10, 11, 10, 10, 11, 10, 10],
        "topic": ["late", "Late", "broken", "late", None, "broken", "late", "late"],
        "stars": [1.0, 2.5, 4.0, 3.0, None, 5.0, 5.0, 5.0],
        "minutes": [10, 20, 60, 7, 8, 9, 9, 9],
        "solved": [True, False, True, None, False, True, True, True],
    }
)


def test_every_feature_by_hand() -> None:
    found = rolled(TICKETS, time="opened")
    ann, bob = found.frame.to_dicts()
    assert ann == {
        "customer_id": "ann",
        "tickets": 3,
        "tickets_agent_id": 2,
        "tickets_topic_late": pytest.approx(2 / 3),  # "late" and "Late" are one
        "tickets_topic_broken": pytest.approx(1 / 3),
        "tickets_mean_stars": 2.5,  # 1, 2.5 and 4
        "tickets_mean_minutes": 30,
        "tickets_solved_yes": pytest.approx(2 / 3),
        "tickets_days_since_last": 2,  # 27 February to 1 March
    }
    assert bob == {
        "customer_id": "bob",
        "tickets": 2,
        "tickets_agent_id": 1,
        "tickets_topic_late": 1,  # of the one row with a topic
        "tickets_topic_broken": 0,
        "tickets_mean_stars": 3,
        "tickets_mean_minutes": 7.5,
        "tickets_solved_yes": 0,
        "tickets_days_since_last": 29,
    }
    assert found.zero == {"tickets", "tickets_agent_id"}
    assert [note.name for note in found.notes] == found.frame.columns[1:]
    assert all(note.unit and note.definition and note.source == "tickets" for note in found.notes)
    assert found.told == ("1 rows of tickets have no opened and are not counted: they may be after the snapshot",)


def test_a_count_that_repeats_the_rows_is_dropped() -> None:
    frame = pl.DataFrame({"campaign_id": [1, 2, 1, 3, 2, 3], "who": ["a", "a", "b", "b", "c", "c"]})
    assert rolled(frame, "campaigns").frame.columns == ["customer_id", "campaigns"]
    twice = pl.concat([frame, frame.head(1)])  # a was in campaign 1 twice: 3 rows, 2 campaigns
    assert rolled(twice, "campaigns").frame.to_dicts()[0] == {
        "customer_id": "a",
        "campaigns": 3,
        "campaigns_campaign_id": 2,
    }


def test_without_a_date_all_rows_count() -> None:
    assert rolled(pl.DataFrame({"who": [1, 1, 2]}), "gifts").frame.to_dicts() == [
        {"customer_id": 1, "gifts": 2},
        {"customer_id": 2, "gifts": 1},
    ]


def test_names_do_not_collide() -> None:
    frame = pl.DataFrame({"who": [1, 1, 2, 2], "Rating": [1.5, 2.5, 3.5, 4.5], "rating": [1, 2, 3, 5]})
    assert rolled(frame, "reviews").frame.columns == [
        "customer_id",
        "reviews",
        "reviews_mean_rating",
        "reviews_mean_rating_2",
    ]
    assert rolled(frame, "visits").frame.columns[1] == "visits_records"  # a feature of events has that name
    odd = pl.DataFrame({"who": [1, 1, 2], "customer_id": [5, 5, 5]})
    assert rolled(odd, "cards").frame.columns[0] == "customer_id"


def test_shuffled_rows_give_the_same_bits() -> None:
    frame = pl.DataFrame(
        {"who": [i % 7 for i in range(2_000)], "rate": [(i * 37 % 1_001) / 7 for i in range(2_000)],
         "sort": [("x", "y", "z")[i % 3] for i in range(2_000)], "shop_id": [i % 11 for i in range(2_000)]}
    )  # fmt: skip
    expected = rolled(frame)
    for seed in range(4):
        assert rolled(frame.sample(fraction=1, shuffle=True, seed=seed)).frame.equals(expected.frame)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("data/coupon_redemptions.csv", "coupon_redemptions"),
        ("Coupon Redemptions 2024.csv.gz", "coupon_redemptions_2024"),
        ("C:\\x\\Tickets.XLSX", "tickets"),
        ("-", "records"),
    ],
)
def test_short_names(path: str, name: str) -> None:
    assert short_name(path) == name


def test_complete_journey(shared_data: Path) -> None:
    table: Table = finish(read_table((SourceSpec(str(shared_data / "complete_journey" / "coupon_redemptions.csv")),)))
    roles = find(table, None).roles
    found = records.roll_up(table.frame.lazy(), "coupon_redemptions", table.columns, roles, date(2018, 1, 1))
    assert found.frame.height == 410
    assert found.frame["coupon_redemptions"].sum() == 2_102
    assert found.frame.columns[1:] == [
        "coupon_redemptions",
        "coupon_redemptions_coupon_upc",
        "coupon_redemptions_campaign_id",
        "coupon_redemptions_days_since_last",
    ]
