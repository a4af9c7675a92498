"""Decisions through the pipeline and on the command line: about the people of the labelled file, filed, or refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui import deciding
from segtui.cli import main
from segtui.decide import recommend_board
from segtui.decide.playbook import FILE, Playbook, parse, shipped
from segtui.decided.campaigns import Inputs
from segtui.decided.recommendations import Leaderboard, Method, Protocol, Purpose
from segtui.decided.value import Verdict
from segtui.deciding_past import Earlier
from segtui.errors import AnalysisError, UsageError
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import DecideSpec, FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec
from segtui.recipe_file import load, save


def opened(recipe: Recipe) -> Pipeline:
    made = Pipeline()
    finish(made.open(recipe))
    return made


@pytest.fixture(scope="module")
def recipe(examples: Path) -> Recipe:
    return Recipe(gather=GatherSpec((SourceSpec(str(examples / "orders.csv")),)))


@pytest.fixture(scope="module")
def pipeline(recipe: Recipe) -> Pipeline:
    return opened(recipe)


@pytest.fixture(scope="module")
def book() -> Playbook:
    return parse(shipped(), FILE)


# -- plays and value ---------------------------------------------------------------------------------------


def test_plays_are_about_the_segments_of_the_answer(pipeline: Pipeline, recipe: Recipe, book: Playbook) -> None:
    found = finish(deciding.plays(pipeline, recipe, of=book))
    assert found.proposals
    answer = finish(pipeline.exact(recipe, lambda step: None))
    sizes = dict(zip(answer.letters, answer.segmentation.sizes, strict=True))
    assert all(one.members == sizes[one.letter] for one in found.proposals)
    assert all(one.size == one.members or one.only is not None for one in found.proposals)
    assert {one.play for one in found.proposals} | {one.play for one in found.not_offered} == {p.id for p in book.plays}


def test_plays_are_filed_under_what_was_entered_and_what_segments_are_called(
    pipeline: Pipeline, recipe: Recipe, book: Playbook
) -> None:
    found = finish(deciding.plays(pipeline, recipe, of=book))
    assert finish(deciding.plays(pipeline, recipe, of=book)) is found
    named = finish(deciding.plays(pipeline, recipe.with_name(found.proposals[0].letter, "Our best"), of=book))
    assert named.proposals[0].segment == "Our best"
    entered = finish(
        deciding.plays(pipeline, recipe, Inputs(margin=0.4, cost=0.5, low=0.01, mid=0.02, high=0.05), book)
    )
    first = next(one for one in entered.proposals if one.worth.mid is not None)
    value = first.worth.order_value
    assert first.worth.mid == pytest.approx(first.experiment.sizes[0] * (0.02 * 0.4 * value - 0.5))
    with pytest.raises(UsageError):
        finish(deciding.plays(pipeline, recipe, Inputs(margin=3.0), book))


def test_value_is_of_every_customer_and_by_letter(pipeline: Pipeline, recipe: Recipe) -> None:
    found = finish(deciding.value(pipeline, recipe))
    assert found.refused == ""
    assert found.all is not None
    assert [one.letter for one in found.segments] == ["A", "B", "C", "D"]
    assert found.all.orders.expected == pytest.approx(sum(one.orders.expected for one in found.segments))
    answer = finish(pipeline.exact(recipe, lambda step: None))
    sizes = dict(zip(answer.letters, answer.segmentation.sizes, strict=True))
    assert {one.letter: one.customers for one in found.segments} == sizes
    assert found.calibration is None
    assert finish(deciding.value(pipeline, recipe)) is found


def test_value_is_checked_on_the_orders_of_the_holdout(recipe: Recipe, examples: Path) -> None:
    kept_apart = replace(recipe, gather=replace(recipe.gather, holdout=90))
    pipeline = opened(kept_apart)
    found = finish(deciding.value(pipeline, kept_apart))
    assert found.calibration is not None
    rollup = pipeline.dataset.rollup
    assert rollup is not None
    assert rollup.holdout is not None
    start, end = rollup.holdout
    assert (end - start).days == 90
    lines = pl.read_csv(examples / "orders.csv", schema_overrides={"customer_id": pl.String}, try_parse_dates=True)
    counted = lines.filter(pl.col("quantity") > 0, pl.col("unit_price") > 0)
    before = set(counted.filter(pl.col("order_date") < start)["customer_id"])
    later = counted.filter(pl.col("order_date") >= start, pl.col("order_date") < end)
    days = later.select("customer_id", "order_date").unique().filter(pl.col("customer_id").is_in(list(before)))
    assert found.calibration.orders.observed == days.height
    off = {
        check.group
        for check in (*found.calibration.orders_by_segment, *found.calibration.spend_by_segment)
        if check.verdict is Verdict.OFF
    }
    assert {one.letter for one in found.segments if not one.trusted} == off == {"A", "C", "D"}


# -- recommendations ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def heard(pipeline: Pipeline, recipe: Recipe) -> list[Leaderboard]:
    boards: list[Leaderboard] = []
    boards.append(finish(deciding.recommended(pipeline, recipe, boards.append)))
    return boards


def test_the_board_grows_and_judges_segments_of_the_past(
    pipeline: Pipeline, recipe: Recipe, heard: list[Leaderboard]
) -> None:
    board = heard[-1]
    counts = [len(one.standings) for one in heard]
    assert counts == sorted(counts)
    assert [one.complete for one in heard] == [False] * (len(heard) - 1) + [True]
    assert {one.method for one in board.verdicts} == set(Method) - {Method.POPULARITY}
    by_time = board.standing(Method.SEGMENT, Purpose.NEW, Protocol.TIME)
    assert by_time is not None
    assert board.standing(Method.SEGMENT, Purpose.NEW, Protocol.LAST) is None
    assert any("no segments of that past" in note for note in board.notes)
    assert finish(deciding.recommended(pipeline, recipe)) is board


def test_other_segments_count_anew_what_methods_found(
    pipeline: Pipeline, recipe: Recipe, heard: list[Leaderboard], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Method] = []
    scorer = recommend_board.scorer

    def counted(method: Method, *rest: object) -> object:
        made.append(method)
        return scorer(method, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(recommend_board, "scorer", counted)
    five = recipe.with_k(5)
    board = finish(deciding.recommended(pipeline, five))
    assert made == [Method.SEGMENT]  # under the one protocol that has segments of the past
    fresh = finish(deciding.recommended(opened(five), five))
    assert board.standings == fresh.standings
    assert board.verdicts == fresh.verdicts


def test_lists_are_made_of_what_is_offered(pipeline: Pipeline, recipe: Recipe, heard: list[Leaderboard]) -> None:
    offered = heard[-1].offered(Purpose.NEW)
    assert offered
    found = finish(deciding.lists(pipeline, recipe, Purpose.NEW))
    assert found.method is offered[0]
    assert len(found.customers) == pipeline.dataset.customers
    with pytest.raises(AnalysisError, match="not offered for discovery"):
        finish(deciding.lists(pipeline, recipe, Purpose.NEW, Method.PERSONAL))
    assert finish(deciding.lists(pipeline, recipe, Purpose.AGAIN, Method.POPULARITY)).method is Method.POPULARITY


def test_products_count_the_customers_of_each_segment(pipeline: Pipeline, recipe: Recipe, examples: Path) -> None:
    found = finish(deciding.products(pipeline, recipe))
    segments = finish(deciding.segments_of(pipeline, recipe))
    ids = pipeline.dataset.frame[pipeline.dataset.id_column]
    members = set(ids.filter(pl.Series(segments.places == found[0].segment)).to_list())
    lines = pl.read_csv(examples / "orders.csv", schema_overrides={"customer_id": pl.String})
    counted = lines.filter(pl.col("quantity") > 0, pl.col("unit_price") > 0)
    for one in found[0].products:
        buyers = set(counted.filter(pl.col("product") == one.item)["customer_id"])
        assert one.buyers == len(buyers & members)


def test_segments_of_the_past_are_those_of_a_run_at_that_day(pipeline: Pipeline, recipe: Recipe) -> None:
    day = date(2025, 1, 2)
    segments = finish(deciding.segments_of(pipeline, recipe))
    earlier = Earlier(pipeline, recipe, segments.places, 4)
    labels = finish(earlier.labels(day))
    assert labels is not None
    explicit = pipeline.explicit(recipe)
    then = replace(recipe, prepare=explicit.prepare, gather=replace(recipe.gather, snapshot=day))
    past = opened(then)
    fit = finish(past.exact(then, lambda step: None)).segmentation
    place = {one: at for at, one in enumerate(pipeline.dataset.frame["customer_id"].to_list())}
    where = [place[one] for one in past.dataset.frame["customer_id"].to_list()]
    pairs = set(zip(labels[where].tolist(), fit.labels.tolist(), strict=True))
    assert len(pairs) == 4  # the same people together, each segment under one number
    others = np.ones(len(labels), dtype=bool)
    others[where] = False
    assert set(labels[others].tolist()) == {255}
    assert pipeline.dataset.rollup is not None
    assert pipeline.dataset.rollup.snapshot is not None
    assert pipeline.dataset.rollup.snapshot > day  # what is on screen is as it was


def test_a_feature_that_may_know_the_future_makes_no_segments_of_the_past(examples: Path) -> None:
    sources = tuple(SourceSpec(str(examples / name)) for name in ("orders.csv", "customers.csv"))
    features = (FeatureSpec("frequency"), FeatureSpec("age"))
    recipe = Recipe(gather=GatherSpec(sources), prepare=PrepareSpec(features))
    pipeline = opened(recipe)
    segments = finish(deciding.segments_of(pipeline, recipe))
    earlier = Earlier(pipeline, recipe, segments.places, 4)
    assert finish(earlier.labels(date(2025, 1, 2))) is None
    assert earlier.notes == ["segments vote with age, which may know what came after 2025-01-02"]


# -- segtui run --decide -----------------------------------------------------------------------------------


def test_the_document_agrees_with_the_labelled_file(examples: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "labelled.csv"
    sources = [str(examples / name) for name in ("orders.csv", "customers.csv")]
    entered = ["--margin", "0.4", "--cost", "0.5", "--uplift", "0.01,0.02,0.05"]
    assert main(["run", *sources, "--decide", *entered, "--json", "--out", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)["decisions"]
    assert set(told) == {"inputs", "campaigns", "value", "prices", "recommendations"}
    labelled = pl.read_csv(out, infer_schema_length=0).filter(pl.col("segment") != "")
    sizes = dict(labelled.group_by("segment").len().iter_rows())
    names = dict(labelled.select("segment", "segment_name").unique().iter_rows())

    assert not told["campaigns"]["refused"]
    assert told["campaigns"]["plays"]
    for play in told["campaigns"]["plays"]:
        assert (play["members"], play["segment_name"]) == (sizes[play["segment"]], names[play["segment"]])
        assert play["size"] == play["members"] or play["only"]
        assert sum(play["experiment"]["sizes"]) == play["size"]
    assert sum(cell["figures"]["customers"] for cell in told["campaigns"]["rfm"]["cells"]) == labelled.height

    assert not told["value"]["refused"]
    assert {one["segment"]: one["customers"] for one in told["value"]["segments"]} == sizes
    assert told["value"]["all"]["customers"] == labelled.height

    assert not told["prices"]["refused"]
    assert {one["letter"]: one["customers"] for one in told["prices"]["segments"]} == sizes
    assert told["prices"]["everyone"]["customers"] == labelled.height

    board = told["recommendations"]
    assert not board["refused"]
    assert {one["segment"]: one["customers"] for one in board["products"]} == sizes
    by_method = {(one["method"], one["purpose"]): one["offered"] for one in board["verdicts"]}
    assert board["offered"]["discovery"] == [m for (m, p), yes in by_method.items() if p == "discovery" and yes]
    for one in board["methods"]:
        assert one["hit_at_10"]["low"] <= one["hit_at_10"]["value"] <= one["hit_at_10"]["high"]
        assert set(one["segments"]) <= set(sizes)


def test_without_orders_plays_remain_and_the_rest_says_why(examples: Path, capsys) -> None:
    assert main(["run", str(examples / "customers.csv"), "--decide", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["decisions"]
    assert told["campaigns"]["plays"]
    for part in ("value", "prices", "recommendations"):
        assert told[part]["refused"]
        assert "no order lines" in told[part]["reasons"][0]


def test_a_horizon_beyond_what_was_seen_is_refused(examples: Path, capsys) -> None:
    assert main(["run", str(examples / "orders.csv"), "--decide", "--weeks", "500", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["decisions"]["value"]
    assert told["refused"]
    assert "500 weeks ahead" in told["reasons"][0]


def test_printed_decisions_fit_80_columns(examples: Path, capsys) -> None:
    assert main(["run", str(examples / "orders.csv"), "--decide", "--holdout", "90"]) == 0
    lines = capsys.readouterr().out.splitlines()
    # D has 24 orders in the holdout, too few to weigh but for being 3.6 times off; the money of A is off, its orders not
    start = next(at for at, line in enumerate(lines) if line.startswith("value: "))
    assert [line[:3].strip() for line in lines[start + 2 : start + 6]] == ["A !", "B", "C !", "D !"]
    assert any(line.startswith("all ") for line in lines)  # what everyone paid, beside the segments
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("campaigns: ") for line in lines)
    assert any(line.startswith("value: expected over 52 weeks") for line in lines)
    assert any(line.startswith("prices: what was paid") for line in lines)
    assert any(line.startswith("discovery ") for line in lines)


@pytest.mark.parametrize("given", [["--margin", "40"], ["--cost", "-1"], ["--uplift", "0.1"], ["--uplift", "3,2,1"]])
def test_what_cannot_be_entered_is_wrong_usage(given: list[str], examples: Path, capsys) -> None:
    assert main(["run", str(examples / "orders.csv"), "--decide", *given]) == 2
    assert given[0] in capsys.readouterr().err


# -- lists that are handed out ---------------------------------------------------------------------------------


def test_lists_are_written_headless_and_agree_with_the_document(examples: Path, tmp_path: Path, capsys) -> None:
    folder, recommended, labelled = tmp_path / "spring", tmp_path / "recommended.parquet", tmp_path / "labelled.csv"
    given = ["--lists", str(folder), "--campaign", "spring", "--recommend-out", str(recommended), "--held-out", "0.5"]
    sources = [str(examples / "orders.csv")]
    assert main(["run", *sources, "--decide", *given, "--json", "--out", str(labelled)]) == 0
    told = json.loads(capsys.readouterr().out)["decisions"]
    segments = dict(pl.read_csv(labelled, infer_schema_length=0).select("customer_id", "segment").iter_rows())

    files = [pl.read_csv(path, infer_schema_length=0) for path in folder.iterdir()]
    assert len(files) == 2 * len({one["play"] for one in told["campaigns"]["plays"]})
    lists = pl.concat(files)
    assert all(segments[id] == letter for id, letter in lists.select("customer_id", "segment").iter_rows())
    sizes = {(one["play"], one["segment"]): one["size"] for one in told["campaigns"]["plays"]}
    counted = lists.group_by("play", "segment").len()
    assert {(play, letter): n for play, letter, n in counted.iter_rows()} == sizes
    several = lists.group_by("customer_id").agg(pl.col("arm").is_in(["held out", "usual discount"]).n_unique() == 1)
    assert several["arm"].all()  # who is held out of one play is held out of all
    for pair in told["campaigns"]["overlaps"]:
        marked = lists.filter(pl.col("play") == pair["plays"][0], pl.col("also_in").str.contains(pair["plays"][1]))
        assert marked.height == pair["customers"]
    assert told["inputs"]["held_out"] == 0.5
    assert lists["arm"].is_in(["held out", "usual discount"]).mean() == pytest.approx(0.5, abs=0.03)

    rows = pl.read_parquet(recommended)
    assert rows.columns == ["customer_id", "segment", "purpose", "method", "rank", "item", "score"]
    methods = {purpose: offered[0] for purpose, offered in told["recommendations"]["offered"].items() if offered}
    assert dict(rows.select("purpose", "method").unique().iter_rows()) == methods
    assert all(segments[id] == letter for id, letter in rows.select("customer_id", "segment").unique().iter_rows())
    ranks = rows.group_by("customer_id", "purpose", maintain_order=True).agg("rank")["rank"].to_list()
    assert all(one == list(range(1, len(one) + 1)) for one in ranks)


def test_a_method_can_be_named_and_is_refused_where_it_is_not_offered(examples: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "r.csv"
    run = ["run", str(examples / "orders.csv"), "--decide", "--recommend-out", str(out), "--recommend-by"]
    assert main([*run, "personal-frequency"]) == 1
    said = capsys.readouterr()
    assert "personal frequency is not offered for buy again" in said.err
    assert "campaigns: " in said.out  # what could be done was done
    assert not out.exists()
    assert main([*run, "popularity"]) == 0
    rows = pl.read_csv(out, infer_schema_length=0)
    assert set(rows["purpose"]) == {"buy again", "discovery"}
    assert set(rows["method"]) == {"popularity"}
    assert main([*run, "popularity"]) == 1  # it is there already
    assert "--overwrite" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--recommend-out", "r.csv"], "Add --decide"),
        (["--lists", "spring", "--campaign", "spring"], "Add --decide"),
        (["--decide", "--lists", "spring"], "name of the campaign"),
        (["--decide", "--campaign", "spring"], "name of the campaign"),
        (["--decide", "--lists", "spring", "--campaign", " "], "no name"),
        (["--decide", "--recommend-by", "ease"], "Add --recommend-out"),
        (["--decide", "--recommend-out", "r.doc"], "cannot be written as doc"),
        (["--decide", "--recommend-out", "r.csv", "--recommend-by", "als"], "there is no method 'als'"),
        (["--decide", "--held-out", "0.95"], "from 0 to 0.9"),
    ],
)
def test_lists_that_cannot_be_asked_for(
    given: list[str], says: str, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", str(examples / "orders.csv"), *given]) == 2
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_orders_there_is_nothing_to_recommend(examples: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "r.csv"
    assert main(["run", str(examples / "customers.csv"), "--decide", "--recommend-out", str(out)]) == 1
    assert "no order lines" in capsys.readouterr().err
    assert not out.exists()


def test_what_is_entered_comes_from_the_recipe_and_flags_override_it(examples: Path, tmp_path: Path, capsys) -> None:
    spec = DecideSpec(margin=0.4, cost=0.5, uplift=(0.01, 0.02, 0.05), weeks=26)
    path = tmp_path / "r.toml"
    save(path, Recipe(gather=GatherSpec((SourceSpec(str(examples / "orders.csv")),)), decide=spec))
    out = tmp_path / "labelled.csv"
    assert main(["run", "--recipe", str(path), "--decide", "--cost", "1", "--json", "--out", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)["decisions"]
    assert {name: told["inputs"][name] for name in ("margin", "cost", "low", "mid", "high", "held_out", "base_rate")} == {
        "margin": 0.4, "cost": 1.0, "low": 0.01, "mid": 0.02, "high": 0.05, "held_out": 0.2, "base_rate": None,
    }  # fmt: skip
    assert told["value"]["weeks"] == 26
    assert load(tmp_path / "labelled.recipe.toml").decide == replace(spec, cost=1.0)


def test_names_within_segments_are_told(examples: Path, capsys) -> None:
    assert main(["run", str(examples / "orders.csv"), "--decide", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    sizes = {one["segment"]: one["size"] for one in told["segments"]}
    rfm = told["decisions"]["campaigns"]["rfm"]
    assert {one["segment"]: one["customers"] for one in rfm["segments"]} == sizes
    named = {one["name"]: one["customers"] for one in rfm["named"] if one["customers"]}
    summed: dict[str, int] = {}
    for one in rfm["segments"]:
        assert (
            one["share"]
            == one["groups"][one["largest"]] / one["customers"]
            == max(one["groups"].values()) / one["customers"]
        )
        for name, customers in one["groups"].items():
            summed[name] = summed.get(name, 0) + customers
    assert summed == named


def test_reasons_say_whose_baskets_they_are_of(pipeline: Pipeline, recipe: Recipe) -> None:
    found = finish(deciding.products(pipeline, recipe))
    given = [item for one in found for item in one.products if item.reason]
    assert given
    for item in given:
        assert ("of their own baskets" in item.reason) == item.own
        assert ("baskets of all customers" in item.reason) == (not item.own)
    assert any(item.own for item in given)
