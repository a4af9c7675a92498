"""Segments in rules and what drives them, through the pipeline: true in original units, filed, and printed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from segtui import explaining
from segtui.cli import main
from segtui.errors import AnalysisError
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import FeatureSpec, GatherSpec, PrepareSpec, Recipe, SourceSpec
from segtui.session.local import LocalEngine
from segtui.session.questions import BorderQuestion, RulesQuestion, TypicalQuestion


@pytest.fixture(scope="module")
def recipe(examples: Path) -> Recipe:
    names = ("recency", "frequency", "monetary", "tenure", "discount_share")
    features = tuple(FeatureSpec(name) for name in names)
    sources = (SourceSpec(str(examples / "customers.csv")),)
    return Recipe(gather=GatherSpec(sources), prepare=PrepareSpec(features)).with_k(5)


def opened(recipe: Recipe) -> Pipeline:
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    return pipeline


def test_every_segment_in_one_rule(recipe: Recipe) -> None:
    pipeline = opened(recipe)
    found = finish(explaining.rules(pipeline, recipe))
    assert [rule.letter for rule in found.rules] == ["A", "B", "C", "D", "E"]
    for rule in found.rules:
        assert 0.8 < rule.precision <= 1  # the shop's kinds of customer are planted, and simple to say
        assert 0.8 < rule.coverage <= 1
        assert any(name in rule.text for name in ("recency", "frequency", "monetary", "tenure", "discount_share"))
    assert (found.small.method, found.large.method) == ("imm", "cart")
    assert 1.0 <= found.small.price < 1.2
    assert found.large.fidelity >= found.small.fidelity
    assert found.of("C") == found.rules[2]
    assert found.of("Z") is None


def test_a_rule_holds_for_whom_it_says(recipe: Recipe) -> None:
    """The first rule, evaluated on the file by hand."""
    pipeline = opened(recipe)
    rule = finish(explaining.rules(pipeline, recipe)).rules[0]
    frame = pipeline.dataset.frame
    code = rule.text.replace(",", "")
    columns = {name: frame[name].to_list() for name in frame.columns if name in code}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    assert sum(bool(eval(code, {}, row)) for row in rows) == rule.customers


def test_what_drives_the_segments(recipe: Recipe) -> None:
    pipeline = opened(recipe)
    found = finish(explaining.drivers(pipeline, recipe))
    assert {driver.feature for driver in found.drivers} == {f.name for f in recipe.prepare.features or ()}
    assert found == finish(explaining.drivers(pipeline, recipe))
    frequency = found.of("frequency")
    assert frequency is not None
    assert frequency.influence > 0.02
    assert found.of("age") is None


def test_the_engine_answers_for_the_screen(recipe: Recipe) -> None:
    engine = LocalEngine({})
    finish(engine.open(recipe))
    answer = finish(engine.exact(recipe, lambda step: None))
    found = finish(engine.reply(RulesQuestion(), answer))
    assert found == finish(explaining.rules(engine, recipe))


def test_an_adopted_tree_is_the_segmentation(recipe: Recipe) -> None:
    """Who is in a segment is who its rules hold for, evaluated on the file by hand, also where there are several."""
    for tree in (1, 2):
        pipeline = opened(recipe)
        adopting = recipe.with_tree(tree)
        answer = finish(pipeline.exact(adopting, lambda step: None))
        told = finish(explaining.rules(pipeline, adopting))
        frame = pipeline.dataset.frame
        labels = answer.segmentation.labels
        assert told.adopted
        for rule in told.rules:
            code = rule.text.replace(",", "")
            columns = {name: frame[name].to_list() for name in frame.columns if name in code}
            rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
            holds = [bool(eval(code, {}, row)) for row in rows]
            assert holds == (labels == answer.letters.index(rule.letter)).tolist()


def test_what_every_tree_would_make_of_the_segments(recipe: Recipe) -> None:
    pipeline = opened(recipe)
    found = finish(explaining.adoptions(pipeline, recipe.with_tree(2)))
    assert (found.k, found.shown, [row.tree for row in found.rows]) == (5, 2, [0, 1, 2, 3])
    means, *trees = found.rows
    assert (means.agreed, means.price, means.texts, means.spend) == (1.0, 1.0, (), None)
    for row in trees:
        answer = finish(pipeline.exact(recipe.with_tree(row.tree), lambda step: None))
        plain = finish(pipeline.exact(recipe, lambda step: None))
        same = answer.segmentation.labels == plain.segmentation.labels
        assert row.agreed == pytest.approx(same.mean())
        assert row.price == pytest.approx(answer.scores.inertia / plain.scores.inertia, rel=1e-4)
        assert row.silhouette == answer.scores.silhouette_squared
        assert sum(rule.customers for rule in row.texts) == pipeline.dataset.customers
    assert [row.rules for row in trees] == sorted(row.rules for row in trees)


def test_what_rests_on_k_means_is_the_same_with_a_tree(recipe: Recipe) -> None:
    pipeline = opened(recipe)
    assert finish(explaining.drivers(pipeline, recipe)) == finish(explaining.drivers(pipeline, recipe.with_tree(1)))


def test_the_command_line(examples: Path, capsys) -> None:
    path = str(examples / "customers.csv")
    run = ["run", path, "--k", "3", "--features", "recency,frequency,monetary", "--explain"]
    assert main([*run, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [one["segment"] for one in document["rules"]["segments"]] == ["A", "B", "C"]
    assert [tree["method"] for tree in document["rules"]["trees"]] == ["imm", "cart"]
    assert [one["feature"] for one in document["drivers"]["features"]] == ["recency", "frequency", "monetary"]
    assert main(run) == 0
    out = capsys.readouterr().out
    assert "in a rule" in out
    assert "influence" in out


def test_customers_worth_a_look(recipe: Recipe) -> None:
    """The nearest and the border cases, against distances worked out from the centroids."""
    pipeline = opened(recipe)
    answer = finish(pipeline.exact(recipe, lambda step: None))
    ground = finish(pipeline.ground(recipe))
    values, fit = ground.matrix.values.astype(float), answer.segmentation
    away = np.sqrt(((values[:, None, :] - fit.centroids.T[:, :, None]) ** 2).sum(axis=0))
    two = np.sort(away, axis=0)[:2]
    b = answer.letters.index("B")
    own = np.flatnonzero(fit.labels == b)
    nearest = finish(explaining.typical(pipeline, recipe, "B"))
    assert (nearest.of, len(nearest.members)) == (len(own), 50)
    assert [m.distance for m in nearest.members] == pytest.approx(sorted(away[b, own])[:50], rel=1e-5)
    border = finish(explaining.near_border(pipeline, recipe, "B"))
    close = own[two[1, own] <= 1.1 * two[0, own]]
    assert border.of == len(close)
    assert {m.position for m in border.members} == set(close[np.argsort(two[1, close] / two[0, close])][:200])
    for member, text in zip(border.members, border.texts, strict=True):
        assert text.endswith(f"makes it {member.change.letter}" if member.change else "")
    with pytest.raises(AnalysisError, match="no segment Z"):
        finish(explaining.typical(pipeline, recipe, "Z"))
    with pytest.raises(AnalysisError, match="no centroids to lie between"):
        finish(explaining.near_border(pipeline, recipe.with_tree(1), "B"))


def test_tables_of_them_for_the_screen(recipe: Recipe) -> None:
    engine = LocalEngine({})
    finish(engine.open(recipe))
    answer = finish(engine.exact(recipe, lambda step: None))
    page = finish(engine.reply(BorderQuestion("A"), answer))
    titles = [column.title for column in page.columns]
    assert titles[:7] == ["row", "segment", "customer_id", "smallest change", "next", "% to next", "distance"]
    assert titles[7:12] == ["recency", "frequency", "monetary", "tenure", "discount_share"]
    first = page.rows(0, 1)[0]
    assert first[1] == "A"
    assert 0 <= first[5] <= 10
    assert page.said.startswith(f"{page.row_count:,} of ")
    typical = finish(engine.reply(TypicalQuestion("A"), answer))
    distances = [row[3] for row in typical.rows(0, typical.row_count)]
    assert distances == sorted(distances)
