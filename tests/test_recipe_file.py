"""Recipes come back from TOML as they were, and what does not fit is refused with its place."""

import math
import os
import stat
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui.errors import DeliveryError, RecipeError
from segtui.recipe import (
    CONSEQUENTS,
    HELD_OUT_MOST,
    ITEMS_BY,
    K_MAX,
    K_MIN,
    LONGEST_RULE,
    MISSING_POLICIES,
    SCALES,
    TRANSFORMS,
    TREATMENTS,
    TREE_MOST,
    TRIM_MOST,
    WEEKS_MOST,
    Anchor,
    BasketSpec,
    ClusterSpec,
    DecideSpec,
    FeatureSpec,
    GatherSpec,
    PrepareSpec,
    Recipe,
    SourceSpec,
)
from segtui.recipe_file import from_toml, load, save, to_toml

# Any text that a file can hold, so no lone surrogates; with the characters that TOML must escape.
texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ['"', "a.b", "[x]", "\x1b[31m", "\u0085\u2028", "'''", '"""', "\\", "= #", "", " ", "\r\n"]
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
sources = st.builds(
    SourceSpec,
    path=texts,
    delimiter=st.none() | st.sampled_from([",", ";", "\t", "|", '"']),
    encoding=st.none() | texts,
    header=st.none() | st.booleans(),
)
features = st.builds(
    FeatureSpec,
    name=texts,
    on=st.booleans(),
    transform=st.sampled_from(["auto", *TRANSFORMS]),
    weight=st.floats(0, 1e300),
    treat=st.sampled_from(TREATMENTS),
    order=st.just(()) | st.lists(texts, min_size=2, max_size=5, unique=True).map(tuple),
    missing=st.sampled_from(MISSING_POLICIES),
)
prepares = st.builds(
    PrepareSpec,
    features=st.none() | st.lists(features, max_size=5, unique_by=lambda f: f.name).map(tuple),
    scale=st.sampled_from(SCALES),
    winsorise=st.none() | st.booleans(),
    trim=st.floats(0, TRIM_MOST),
)


@st.composite
def anchors(draw: st.DrawFn) -> Anchor:
    columns = draw(st.lists(texts, max_size=4))
    letters = draw(st.lists(texts, max_size=4, unique=True))
    row = st.lists(numbers, min_size=len(columns), max_size=len(columns)).map(tuple)
    centroids = tuple(draw(row) for _ in letters)
    return Anchor(draw(prepares), tuple(columns), tuple(letters), centroids)


recipes = st.builds(
    Recipe,
    gather=st.builds(GatherSpec, sources=st.lists(sources, max_size=3).map(tuple), id_column=st.none() | texts),
    prepare=prepares,
    cluster=st.builds(
        ClusterSpec,
        k=st.integers(K_MIN, K_MAX),
        seed=st.integers(0, 2**32 - 1),
        restarts=st.integers(0, 10_000),
        max_iter=st.integers(1, 1_000_000),
        tree=st.integers(0, TREE_MOST),
    ),
    baskets=st.builds(
        BasketSpec,
        by=st.sampled_from(ITEMS_BY),
        min_support=st.floats(0, 1),
        min_count=st.integers(1, 10_000),
        min_confidence=st.floats(0, 1),
        min_lift=st.floats(0, 1e6),
        max_length=st.integers(2, LONGEST_RULE),
        consequents=st.sampled_from(CONSEQUENTS),
    ),
    decide=st.builds(
        DecideSpec,
        margin=st.none() | st.floats(0, 1),
        cost=st.none() | st.floats(0, 1e300),
        uplift=st.none() | st.lists(st.floats(-1, 1), min_size=3, max_size=3).map(lambda three: tuple(sorted(three))),
        order_value=st.none() | st.floats(0, 1e300),
        base_rate=st.none() | st.floats(0, 1),
        held_out=st.none() | st.floats(0, HELD_OUT_MOST),
        weeks=st.none() | st.integers(1, WEEKS_MOST),
    ),
    anchor=st.none() | anchors(),
    names=st.dictionaries(texts, texts, max_size=4).map(lambda names: tuple(names.items())),
)


@settings(max_examples=150, deadline=None)
@given(recipes)
def test_every_recipe_comes_back(recipe: Recipe) -> None:
    assert from_toml(to_toml(recipe)) == recipe


def test_a_file_name_that_is_not_utf8_comes_back() -> None:
    recipe = Recipe(gather=GatherSpec((SourceSpec(os.fsdecode(b"caf\xe9.csv")),)))
    assert from_toml(to_toml(recipe)) == recipe


def test_the_file_reads_like_a_recipe() -> None:
    recipe = Recipe(
        gather=GatherSpec((SourceSpec("customers.csv"),), "id"),
        prepare=PrepareSpec((FeatureSpec("spend", transform="log1p"), FeatureSpec("age", on=False))),
        names=(("A", "Loyal"),),
    )
    assert to_toml(recipe) == (
        "# A segtui recipe: everything needed to repeat one segmentation.\n"
        "# Open it:    segtui --recipe THIS_FILE          Run it:    segtui run --recipe THIS_FILE\n"
        "# A key that is left out means: find out, or the default.\n"
        "\n"
        "version = 1\n"
        "\n"
        "[gather]\n"
        'id_column = "id"\n'
        "sources = [\n"
        '    { path = "customers.csv" },\n'
        "]\n"
        "\n"
        "[prepare]\n"
        'scale = "auto"\n'
        "features = [\n"
        '    { name = "spend", on = true, transform = "log1p", weight = 1.0 },\n'
        '    { name = "age", on = false, transform = "auto", weight = 1.0 },\n'
        "]\n"
        "\n"
        "[cluster]\n"
        "k = 4\n"
        "seed = 0\n"
        "restarts = 0\n"
        "max_iter = 300\n"
        "\n"
        "[names]\n"
        'A = "Loyal"\n'
    )


def test_settings_of_preparing_are_written_where_they_are_not_the_default() -> None:
    feature = FeatureSpec("x ", treat="ordinal", order=("low", "high"), missing="aside")
    text = to_toml(Recipe(prepare=PrepareSpec((feature, FeatureSpec("x")), winsorise=False, trim=0.01)))
    found = tomllib.loads(text)["prepare"]
    assert (found["winsorise"], found["trim"]) == (False, 0.01)
    assert found["features"][0] == {
        "name": "x ", "on": True, "transform": "auto", "weight": 1.0, "treat": "ordinal", "order": ["low", "high"],
        "missing": "aside",
    }  # fmt: skip
    assert list(found["features"][1]) == ["name", "on", "transform", "weight"]
    assert [f.name for f in from_toml(text).prepare.features or ()] == ["x ", "x"]


def test_only_what_was_entered_to_decide_is_written() -> None:
    assert "decide" not in tomllib.loads(to_toml(Recipe()))
    spec = DecideSpec(margin=0.4, uplift=(0.01, 0.02, 0.04))
    assert tomllib.loads(to_toml(Recipe(decide=spec)))["decide"] == {"margin": 0.4, "uplift": [0.01, 0.02, 0.04]}
    assert from_toml("version = 1\n[decide]\ncost = 1").decide == DecideSpec(cost=1.0)


def test_what_is_left_out_is_the_default() -> None:
    assert from_toml("version = 1") == Recipe()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "version"),
        ("version = 2", "newer segtui"),
        ("version = 0", "version"),
        ("version = true", "whole number"),
        ("version = 1\nk = 3", "no setting 'k'"),
        ("version = 1\n[clusters]\nk = 3", "Did you mean 'cluster'?"),
        ("version = 1\n[cluster]\nsed = 3", "Did you mean 'seed'?"),
        ("version = 1\n[cluster]\nk = 0", "cluster.k: k must lie between 2 and 50, not 0"),
        ("version = 1\n[cluster]\nk = 51", "between 2 and 50"),
        ("version = 1\n[cluster]\nk = 4.0", "whole number"),
        ("version = 1\n[cluster]\nk = '4'", "whole number"),
        ("version = 1\n[cluster]\nseed = -1", "cluster.seed"),
        ("version = 1\n[cluster]\nmax_iter = 0", "cluster.max_iter"),
        ("version = 1\ncluster = 4", "a table [cluster]"),
        ("version = 1\n[prepare]\nscale = 'foo'", "'foo' is none of auto"),
        ("version = 1\n[prepare]\nfeatures = 'a'", "a list"),
        ("version = 1\n[prepare]\nfeatures = ['a']", "entry 1 must be a table"),
        ("version = 1\n[prepare]\nfeatures = [{on = true}]", "name is missing"),
        ("version = 1\n[prepare]\nfeatures = [{name = 'a', transform = 'lg1p'}]", "Did you mean 'log1p'?"),
        ("version = 1\n[prepare]\nfeatures = [{name = 'a', weight = -1}]", "prepare.features entry 1.weight"),
        ("version = 1\n[prepare]\nfeatures = [{name = 'a', weight = nan}]", "not nan"),
        ("version = 1\n[prepare]\nfeatures = [{name = 'a', weight = inf}]", "not inf"),
        ("version = 1\n[prepare]\nfeatures = [{name = 'a', weigth = 2}]", "Did you mean 'weight'?"),
        ("version = 1\n[prepare]\nfeatures = [{name = 'a'}, {name = 'a'}]", "listed 2 times"),
        ("version = 1\n[prepare]\nfeatures = [{name = 'a', treat = 'ordnal'}]", "Did you mean 'ordinal'?"),
        ("version = 1\n[prepare]\nfeatures = [{name = 'a', missing = 'drop'}]", "'drop' is none of auto, median"),
        ("version = 1\n[prepare]\nfeatures = [{name = 'a', order = ['x']}]", "two levels or more"),
        ("version = 1\n[prepare]\nfeatures = [{name = 'a', order = ['x', 'x']}]", "each once"),
        ("version = 1\n[prepare]\nfeatures = [{name = 'a', order = [1, 2]}]", "a list of texts"),
        ("version = 1\n[prepare]\ntrim = 0.2", "between 0 and 0.1, not at 0.2"),
        ("version = 1\n[prepare]\ntrim = nan", "not at nan"),
        ("version = 1\n[prepare]\nwinsorise = 'yes'", "true or false"),
        ("version = 1\n[gather]\nsources = [{}]", "path is missing"),
        ("version = 1\n[gather]\nsources = [{path = 'a', delimiter = ';;'}]", "one character"),
        ("version = 1\n[gather]\nsources = [{path = 'a', header = 1}]", "true or false"),
        ("version = 1\n[gather]\nsources = [{path_bytes = 'xyz'}]", "hexadecimal"),
        ("version = 1\n[names]\nA = 1", "names.A"),
        ("version = 1\n[decide]\nmargin = 40", "between 0 and 1, not at 40"),
        ("version = 1\n[decide]\ncost = -1", "0 or more, not -1"),
        ("version = 1\n[decide]\ncost = inf", "0 or more, not inf"),
        ("version = 1\n[decide]\nuplift = [0.1]", "three rising shares"),
        ("version = 1\n[decide]\nuplift = [0.3, 0.2, 0.4]", "three rising shares"),
        ("version = 1\n[decide]\nuplift = 0.1", "a list"),
        ("version = 1\n[decide]\nheld_out = 0.95", "between 0 and 0.9"),
        ("version = 1\n[decide]\nweeks = 0", "between 1 and 520"),
        ("version = 1\n[decide]\nmargins = 0.4", "Did you mean 'margin'?"),
        ("version = 1\n[anchor]\nletters = ['A']", "as many rows"),
        ("version = 1\n[anchor]\nletters = ['A']\ncolumns = ['x']\ncentroids = [[1, 2]]", "every row needs 1"),
        ("version = 1\n[anchor]\nletters = ['A']\ncolumns = ['x']\ncentroids = [[nan]]", "finite"),
        ("version = 1\n[anchor]\nletters = ['A', 'A']\ncentroids = [[], []]", "listed twice"),
        ("version = 1\nk = = 2", "line 2"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(RecipeError) as caught:
        from_toml(text, "my.toml")
    assert says in str(caught.value)
    assert "my.toml" in caught.value.where


def test_whole_numbers_will_do_for_weights() -> None:
    recipe = from_toml("version = 1\n[prepare]\nfeatures = [{name = 'a', weight = 2}]")
    assert recipe.prepare.features == (FeatureSpec("a", weight=2.0),)
    assert math.isclose(tomllib.loads(to_toml(recipe))["prepare"]["features"][0]["weight"], 2.0)


def test_a_file_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(RecipeError, match="No such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(RecipeError):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"version = 1 # \xe9")
    with pytest.raises(RecipeError, match="UTF-8"):
        load(tmp_path / "latin.toml")


def test_saving_replaces_whole_and_leaves_nothing_else(tmp_path) -> None:
    path = tmp_path / "r.toml"
    save(path, Recipe())
    save(path, Recipe().with_k(7))
    assert load(path).cluster.k == 7
    assert [p.name for p in tmp_path.iterdir()] == ["r.toml"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o111 == 0
    with pytest.raises(DeliveryError, match="folder does not exist"):
        save(tmp_path / "no" / "r.toml", Recipe())
