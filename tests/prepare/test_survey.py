"""A survey as people export it: ordered words, several answers in a cell, two questions that differ by a blank."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from segtui import recipe_file
from segtui.deliver.labelled import write
from segtui.pipeline import Pipeline
from segtui.progress import finish
from segtui.recipe import ClusterSpec, FeatureSpec, GatherSpec, LabelledSpec, PrepareSpec, Recipe, SourceSpec
from segtui.results import Answer

OFTEN = ("Less than once a week", "Once a week", "2-3 times a week", "Once a day", "Multiple times a day")
HOW_OFTEN = ("Never", "Rarely", "Sometimes", "Often", "Always")
KINDS = ("Beauty", "Groceries", "Toys", "Books")
ASKED, ASKED_AGAIN = "Recommendations", "Recommendations "


def survey(customers: int = 400) -> str:
    """CSV text: two kinds of people, who browse and buy more or less; a few do not say."""
    random = np.random.default_rng(3)
    lines = [f"respondent_id,{ASKED},Browsing,Bought,{ASKED_AGAIN},age_band"]
    for number in range(customers):
        keen = number % 2
        often = OFTEN[int(np.clip(random.normal(1 + 2.2 * keen, 0.7), 0, 4).round())]
        usual = HOW_OFTEN[int(np.clip(random.normal(1 + 2 * keen, 0.8), 0, 4).round())]
        usual = "Prefer not to say" if number % 40 == 7 else usual
        picked = ";".join(
            kind for kind, p in zip(KINDS, (0.2 + 0.6 * keen, 0.5, 0.3, 0.1), strict=True) if random.random() < p
        )
        age = ("18-24", "25-34", "35-44", "65+")[random.integers(4)]
        lines.append(f"R{number:04d},{usual},{often},{picked},{random.integers(1, 6)},{age}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def opened(tmp_path: Path) -> tuple[Pipeline, Recipe, Path]:
    path = tmp_path / "survey.csv"
    path.write_text(survey(), encoding="utf-8")
    recipe = Recipe(gather=GatherSpec((SourceSpec(str(path)),)), cluster=ClusterSpec(k=2))
    pipeline = Pipeline()
    finish(pipeline.open(recipe))
    return pipeline, recipe, path


def analysed(pipeline: Pipeline, recipe: Recipe) -> Answer:
    return finish(pipeline.exact(recipe, lambda step: None))


def test_order_weights_and_both_columns(opened: tuple[Pipeline, Recipe, Path]) -> None:
    pipeline, recipe, _ = opened
    answer = analysed(pipeline, recipe)
    by_name = {f.name: f for f in answer.prepare.features or ()}
    assert set(by_name) == {ASKED, "Browsing", "Bought", ASKED_AGAIN, "age_band"}
    assert by_name[ASKED].order == HOW_OFTEN
    assert by_name["Browsing"].order == OFTEN
    assert by_name["age_band"].order == ("18-24", "25-34", "35-44", "65+")
    assert by_name["Bought"].treat == "labels"
    # a scale of five 4/5 (and who did not say: p (1 - p) of it again), of four 3/4, labels 1/2, the number 1
    silent = 10 / 400
    votes = {
        ASKED: 0.8 * (1 + silent * (1 - silent)),
        "Browsing": 0.8,
        "Bought": 0.5,
        ASKED_AGAIN: 1.0,
        "age_band": 0.75,
    }
    assert answer.space.votes == pytest.approx({name: v / sum(votes.values()) for name, v in votes.items()}, rel=1e-3)
    assert any("“Prefer not to say” (10 customers) is not on the scale" in note for note in answer.space.notes)
    assert [c.name for c in answer.space.columns if c.feature == ASKED] == [ASKED, f"{ASKED}=(missing)"]


def test_both_columns_go_through_recipe_and_export(opened: tuple[Pipeline, Recipe, Path], tmp_path: Path) -> None:
    pipeline, recipe, path = opened
    answer = analysed(pipeline, recipe)
    again = recipe_file.from_toml(recipe_file.to_toml(pipeline.explicit(recipe)))
    assert again == pipeline.explicit(recipe)
    assert {ASKED, ASKED_AGAIN} <= {f.name for f in again.prepare.features or ()}
    assert np.array_equal(analysed(pipeline, again).segmentation.labels, answer.segmentation.labels)
    ground = finish(pipeline.ground(recipe))
    target = tmp_path / "out.csv"
    finish(write(ground.dataset, recipe.gather, answer, ground.matrix, LabelledSpec(str(target))))
    lines = target.read_text().splitlines()
    source = path.read_text().splitlines()
    assert all(line.startswith(f"{before},") for line, before in zip(lines, source, strict=True))
    profile = {column.feature for column in answer.profile.columns}
    assert {ASKED, ASKED_AGAIN} <= profile


def test_one_of_the_two_can_be_switched_off(opened: tuple[Pipeline, Recipe, Path]) -> None:
    pipeline, recipe, _ = opened
    only = replace(recipe, prepare=PrepareSpec((FeatureSpec(ASKED_AGAIN), FeatureSpec("Browsing"))))
    assert set(analysed(pipeline, only).space.votes) == {ASKED_AGAIN, "Browsing"}


def test_the_order_of_rows_does_not_matter(opened: tuple[Pipeline, Recipe, Path], tmp_path: Path) -> None:
    pipeline, recipe, path = opened
    recipe = replace(recipe, prepare=PrepareSpec(trim=0.05))
    first = labels_by_id(pipeline, recipe)
    head, *rows = path.read_text().splitlines()
    other = tmp_path / "shuffled.csv"
    other.write_text("\n".join([head, *np.random.default_rng(1).permutation(rows)]) + "\n")
    shuffled = Pipeline()
    moved = replace(recipe, gather=GatherSpec((SourceSpec(str(other)),)))
    finish(shuffled.open(moved))
    assert labels_by_id(shuffled, moved) == first
    assert len(first) == 380


def labels_by_id(pipeline: Pipeline, recipe: Recipe) -> dict[str, str]:
    answer = analysed(pipeline, recipe)
    ids = finish(pipeline.ground(recipe)).dataset.frame["respondent_id"].to_list()
    return dict(zip(ids, (answer.letters[label] for label in answer.segmentation.labels), strict=True))


def test_segments_are_described_in_words(opened: tuple[Pipeline, Recipe, Path]) -> None:
    pipeline, recipe, _ = opened
    answer = analysed(pipeline, recipe)
    columns = answer.profile.columns
    place = next(i for i, c in enumerate(columns) if c.feature == "Browsing")
    means = [segment.means[place] for segment in answer.profile.segments]
    assert columns[place].level is None
    assert max(means) - min(means) > 1.5
    assert all(1 <= mean <= 5 for mean in means)
    beauty = next(i for i, c in enumerate(columns) if (c.feature, c.level) == ("Bought", "Beauty"))
    frame = pipeline.dataset.frame
    having = frame["Bought"].fill_null("").str.contains("Beauty").to_numpy()
    for segment in answer.profile.segments:
        members = answer.segmentation.labels == segment.cluster
        assert segment.means[beauty] == pytest.approx(float(having[members].mean()))
    assert pl.Series([s.name for s in answer.profile.segments]).n_unique() == 2
