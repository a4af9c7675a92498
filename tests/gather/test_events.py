"""Events to customers: every feature by hand, sessions to the second, nothing after the snapshot, any order of rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from segtui.gather.events import roll_up
from segtui.gather.features import Features, snake
from segtui.gather.levels import event_kind

SNAPSHOT = date(2025, 3, 1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2025-{text}")


ROWS = [
    # ann, first visit on 10 January: 10:00 to 10:12
    ("ann", at("01-10 10:00:00"), "page_view", "app", "tea"),
    ("ann", at("01-10 10:04:00"), "view", "app", "tea"),
    ("ann", at("01-10 10:10:00"), "add_to_cart", "app", "tea"),
    ("ann", at("01-10 10:12:00"), "purchase", "app", "tea"),
    # ann, second visit on 20 February: 09:00 to 09:20
    ("ann", at("02-20 09:00:00"), "productDetail", "web", "pot"),
    ("ann", at("02-20 09:20:00"), "search", "web", None),
    # ann, third visit on 28 February, one event
    ("ann", at("02-28 23:59:59"), "heartbeat", None, "mug"),
    # bob only adds
    ("bob", at("02-01 08:00:00"), "add", "web", "tea"),
    # not seen: on the snapshot, after it, nobody, at no time
    ("ann", at("03-01 00:00:00"), "view", "tv", "tin"),
    ("cid", at("03-02 00:00:00"), "view", "tv", "tin"),
    (None, at("02-01 00:00:00"), "view", "tv", "tin"),
    ("ann", None, "view", "tv", "tin"),
]


def events(rows: list[tuple] = ROWS) -> pl.DataFrame:
    return pl.DataFrame(
        rows,
        schema={
            "customer_id": pl.String,
            "time": pl.Datetime("us"),
            "event": pl.String,
            "channel": pl.String,
            "product": pl.String,
        },
        orient="row",
    )


def rolled(frame: pl.DataFrame, *roles: str) -> Features:
    known = frozenset(roles or frame.columns) | {"customer_id", "time"}
    return roll_up(frame.lazy(), known, SNAPSHOT, "events.csv")


def test_every_feature_by_hand() -> None:
    found = rolled(events())
    ann, bob = found.frame.to_dicts()
    assert (ann.pop("customer_id"), bob.pop("customer_id")) == ("ann", "bob")
    assert ann == {
        "visits": 3,
        "events": 7,
        "days_since_visit": 1,  # 28 February to 1 March
        "visits_per_month": pytest.approx(3 * 30 / 50),  # 10 January to 1 March: 21 + 28 + 1 days
        "events_per_visit": pytest.approx(7 / 3),
        "typical_minutes": 12,  # the middle one of 0, 12 and 20
        "views": 3,
        "adds": 1,
        "purchases": 1,
        "searches": 1,
        "add_rate": pytest.approx(1 / 3),
        "purchase_rate": pytest.approx(1 / 3),
        "buying_visit_share": pytest.approx(1 / 3),
        "distinct_products_viewed": 2,  # tea and pot; the mug was not viewed
        "share_app": pytest.approx(4 / 6),  # of six events with a channel
        "share_web": pytest.approx(2 / 6),
    }
    assert bob["visits"] == bob["events"] == bob["adds"] == 1
    assert bob["visits_per_month"] == 1  # 28 days count as 30
    assert bob["views"] == 0
    assert bob["add_rate"] is None  # no view: missing, not infinite
    assert bob["purchase_rate"] is None
    assert bob["buying_visit_share"] == 0
    assert bob["distinct_products_viewed"] == 0
    assert (bob["share_app"], bob["share_web"]) == (0, 1)


def test_notes_name_every_feature_and_counts_are_zero_without_events() -> None:
    found = rolled(events())
    assert [note.name for note in found.notes] == found.frame.columns[1:]
    assert all(note.unit and note.definition and note.source == "events.csv" for note in found.notes)
    assert found.zero == {"visits", "events", "views", "adds", "purchases", "searches", "distinct_products_viewed"}
    assert found.told == ("“heartbeat” are no views, adds, purchases or searches; they count as events only",)


@pytest.mark.parametrize(("seconds", "visits"), [(1, 1), (1799, 1), (1800, 1), (1801, 2)])
def test_a_visit_ends_after_more_than_thirty_minutes(seconds: int, visits: int) -> None:
    start = at("02-01 23:50:00")
    rows = [("ann", start, "view", "web", "a"), ("ann", start + timedelta(seconds=seconds), "view", "web", "a")]
    other = [("bob", start + timedelta(seconds=5), "view", "web", "a")]  # somebody else does not keep a visit alive
    frame = rolled(events([*rows, *other])).frame
    assert frame["visits"].to_list() == [visits, 1]
    assert frame["typical_minutes"].to_list() == [seconds / 60 if visits == 1 else 0, 0]


def test_sessions_of_the_data_stand_over_gaps() -> None:
    start = at("02-01 10:00:00")
    sessions = ["a", "a", "b", None, None, None]
    minutes = [0, 90, 91, 200, 215, 300]  # a lasts 90 minutes, b none; then gaps: 200 to 215, and 300
    frame = pl.DataFrame(
        {
            "customer_id": ["ann"] * 6 + ["bob"],
            "time": [start + timedelta(minutes=m) for m in minutes] + [start],
            "session": [*sessions, "a"],  # one name for two people's sessions is two sessions
        }
    )
    found = rolled(frame).frame
    assert found["visits"].to_list() == [4, 1]
    assert found["typical_minutes"].to_list() == [7.5, 0]  # 0, 0, 15 and 90 minutes


def test_days_without_a_clock() -> None:
    frame = pl.DataFrame({"customer_id": [7, 7, 7], "time": [date(2025, 2, 1), date(2025, 2, 1), date(2025, 2, 27)]})
    found = rolled(frame)
    assert found.frame.to_dicts() == [
        {
            "customer_id": 7,
            "visits": 2,
            "events": 3,
            "days_since_visit": 2,
            "visits_per_month": 2.0,  # 28 days count as 30
            "events_per_visit": 1.5,
        }
    ]


def test_rare_channels_share_a_column() -> None:
    names = [name for place, name in enumerate("abcdefgh") for _ in range(9 - place)]  # 9 of a, 8 of b … 2 of h
    rows = [("ann", at("02-01 10:00:00"), "view", name, "x") for name in [*names, "A "]]
    found = rolled(events(rows))
    shares = {name: value for name, value in found.frame.row(0, named=True).items() if name.startswith("share")}
    assert list(shares) == [*(f"share_{name}" for name in "abcdef"), "share_other_channel"]
    assert shares["share_a"] == pytest.approx(10 / 45)  # "A " is a
    assert shares["share_other_channel"] == pytest.approx(5 / 45)  # 3 of g and 2 of h
    assert sum(shares.values()) == pytest.approx(1)
    assert "share_other_channel" in found.told[-1]


def test_one_channel_has_no_share() -> None:
    rows = [row for row in ROWS if row[3] == "app"]
    assert not any(name.startswith("share") for name in rolled(events(rows)).frame.columns)


def test_nothing_before_the_snapshot() -> None:
    found = rolled(events([("ann", at("03-01 00:00:00"), "view", "web", "a")]))
    assert found.frame.height == 0
    assert "visits" in found.frame.columns


def test_shuffled_rows_give_the_same_bits() -> None:
    frame = pl.concat([events(), events([(f"c{i % 40}", at("01-01 00:00:00") + timedelta(seconds=i * i % 4_000_000),
                                          ("view", "cart", "purchase")[i % 3], ("web", "app")[i % 2], f"p{i % 17}")
                                         for i in range(3_000)])])  # fmt: skip
    expected = rolled(frame)
    for seed in range(4):
        again = rolled(frame.sample(fraction=1, shuffle=True, seed=seed))
        assert again.frame.equals(expected.frame)
        assert again.notes == expected.notes


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *[(word, "view") for word in ("view", "page_view", "pageview", "Page View", "detail", "click", "visit", "view_item",
                                      "view_cart", "product view", "Seitenaufruf", "Produktansicht", "vue_produit",
                                      "consultation", "ver producto", "visita")],
        *[(word, "add") for word in ("add", "add_to_cart", "addToCart", "cart", "basket", "Warenkorb", "in den Warenkorb",
                                     "ajout au panier", "añadir al carrito")],
        *[(word, "purchase") for word in ("purchase", "order", "Order Placed", "checkout complete", "complete_checkout", "buy",
                                          "transaction", "Kauf", "Bestellung", "achat", "commande", "compra", "pedido")],
        *[(word, "search") for word in ("search", "site_search", "Suche", "recherche", "buscar", "búsqueda")],
        *[(word, "other") for word in ("remove_from_cart", "begin_checkout", "order_cancelled", "add_to_wishlist",
                                       "add_payment_info", "refund", "checkout")],
        *[(word, "") for word in ("scroll", "login", "heartbeat", "", "42")],
    ],
)  # fmt: skip
def test_event_words(word: str, kind: str) -> None:
    assert event_kind(word) == kind


def test_snake() -> None:
    assert snake("Black Tea (loose)") == "black_tea_loose"
    assert snake("mobileApp") == "mobile_app"
    assert snake("Téléphone") == "telephone"
    assert snake("—") == ""
