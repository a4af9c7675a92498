"""The language of the playbook: what it says, where it complains, and that no text breaks it; and the file around it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.decide import playbook
from segtui.decide.playbook import parse
from segtui.decide.playbook_facts import number, truth
from segtui.decide.playbook_parser import Mistake, condition, expression
from segtui.decide.playbook_template import filled, template
from segtui.decide.playbook_words import (
    COMPARISONS,
    OF_FEATURE,
    OF_LEVEL,
    QUANTITIES,
    Has,
    Minus,
    Not,
    Number,
    Of,
    Pair,
    Quantity,
    Tree,
    text,
)  # fmt: skip
from segtui.decided.campaigns import Only
from segtui.errors import UsageError
from tests.decide.making import profile_of

FACTS = profile_of(
    {"recency": (40.0, 80.0), "Recommend ": (9.0, 6.0), "channel=web": (0.3, 0.6), "zero": (0.0, 0.0)},
    revenue_share=0.5,
)
A = FACTS.profile.segments[0]


def value(source: str) -> float | None:
    return number(expression(source), FACTS, A)


def holds(source: str) -> bool | None:
    return truth(condition(source), FACTS, A)


# -- values by hand --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("8 / 4 / 2", 1), ("5 - 2 - 1", 2), ("-2 * -3", 6), ("20 %", 0.2),
        ("1.5e2", 150), (".5", 0.5), ("size", 100), ("customers", 400), ("segments", 2), ("customer_share", 0.25),
        ("revenue_share", 0.5), ("order_share", None), ("mean(recency)", 40), ("median(recency)", 40),
        ("overall(recency)", 80), ("overall_median(recency)", 80), ("index(recency)", 50), ("difference(recency)", -0.5),
        ("share(channel = web)", 0.3), ("share(channel == Web)", 0.3), ("overall_share(channel = web)", 0.6),
        ("index(channel = web)", 50), ('mean("Recommend ")', 9), ("mean(recommend)", 9), ("missing(recency)", 0),
        ("largest_difference", 0.5), ("1 / 0", None), ("1 / zero_of_nothing_known", None), ("index(zero)", None),
        ("mean(unheard_of)", None), ("share(channel = app)", None), ("spread(recency)", None), ("1e308 * 10", None),
    ],
)  # fmt: skip
def test_numbers(source: str, expected: float | None) -> None:
    if "zero_of" in source:
        with pytest.raises(Mistake):
            value(source)
        return
    assert value(source) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("size > 99", True), ("size >= 100 and size <= 100", True), ("size == 100 and size != 100", False),
        ("not size > 100", True), ("not not size > 100", False), ("size < 1 or size > 1 and size > 2", True),
        ("(size < 1 or size > 1) and size > 200", False), ("has(recency)", True), ("has(unheard_of)", False),
        ("has(structure)", None), ("mean(x) > 1", None), ("mean(x) > 1 and size < 1", False),
        ("mean(x) > 1 or size > 1", True), ("not mean(x) > 1", None), ("not has(x) or mean(x) > 1", True),
        ("(has(x)) and mean(x) > 1", False), ("revenue_share >= 1.5 * customer_share", True),
        ("median(recency) < .5 * overall_median(recency)", False),
    ],
)  # fmt: skip
def test_three_truths(source: str, expected: bool | None) -> None:
    assert holds(source) is expected


# -- what it says of mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "at", "what", "hint"),
    [
        ("medain(recency) > 1", 1, "“medain” is not known", "Did you mean “median”?"),
        ("recency > 1", 1, "“recency” is not known", "mean(recency) or median(recency)"),
        ("mean(recency) = 1", 15, "“=” compares nothing", "=="),
        ("1 < size < 3", 10, "two comparisons", "a < b and b < c"),
        ("size", 1, "a number, not a condition", "Compare"),
        ("size and size > 1", 1, "here should be a condition", "brackets"),
        ("size > 1 or 2", 13, "here should be a condition", "brackets"),
        ("(size > 1) + 2 > 3", 1, "here should be a number", "brackets"),
        ("size > (1 > 2)", 8, "here should be a number", "brackets"),
        ("not size", 5, "here should be a condition", "brackets"),
        ("size >", 7, "something is missing", "Finish"),
        ("", 1, "something is missing", "Finish"),
        ("size > 1)", 9, "one word too many", "and / or"),
        ("(size > 1", 10, "“)” is missing", "bracket"),
        ("mean recency > 1", 6, "“(” is missing", "mean(feature)"),
        ("share(channel) > 1", 1, "share needs a level", "share(feature = level)"),
        ("mean(channel = web) > 1", 1, "mean takes no level", "mean(feature)"),
        ("mean(and) > 1", 6, "name of a feature", "double quotes"),
        ('mean("open) > 1', 6, "cannot be read", "quotation mark"),
        ("size > 1; size", 9, "cannot be read", "Known are"),
        ("__import__('os')", 12, "cannot be read", "Known are"),
        ("size > 1e999", 8, "too large", "smaller"),
        ("size ! 1", 6, "cannot be read", "Known are"),
    ],
)
def test_mistakes(source: str, at: int, what: str, hint: str) -> None:
    with pytest.raises(Mistake) as raised:
        condition(source)
    assert raised.value.at == at
    assert what in raised.value.what
    assert hint in raised.value.hint


@pytest.mark.parametrize(
    "source",
    ["(" * 5_000, "not " * 400, "- " * 900 + "1", "1+" * 900 + "1", "size>1 and " * 150 + "size>1", "x" * 9_000],
)
def test_depth_and_length_are_bounded(source: str) -> None:
    with pytest.raises(Mistake):
        condition(source)


# -- properties ------------------------------------------------------------------------------------------------

names = st.one_of(st.from_regex(r"[a-z_]\w{0,6}", fullmatch=True), st.text(max_size=6))
numbers = st.one_of(
    st.builds(Number, st.floats(0, 1e300)),
    st.builds(Quantity, st.sampled_from(list(QUANTITIES))),
    st.builds(Of, st.sampled_from([f for f in OF_FEATURE if f not in OF_LEVEL]), names),
    st.builds(Of, st.sampled_from([*OF_LEVEL, "index"]), names, names),
)
sums = st.recursive(
    numbers, lambda s: st.one_of(st.builds(Minus, s), st.builds(Pair, st.sampled_from("+-*/"), s, s)), max_leaves=5
)
conditions: st.SearchStrategy[Tree] = st.recursive(
    st.one_of(st.builds(Has, names), st.builds(Pair, st.sampled_from(COMPARISONS), sums, sums)),
    lambda c: st.one_of(st.builds(Not, c), st.builds(Pair, st.sampled_from(["and", "or"]), c, c)),
    max_leaves=5,
)


def tried(source: str) -> Tree | Mistake:
    try:
        return condition(source)
    except Mistake as mistake:
        return mistake


@given(conditions)
def test_round_trip(tree: Tree) -> None:
    again = tried(text(tree))
    assert again == tree or (isinstance(again, Mistake) and "too much inside" in again.what)
    assert truth(tree, FACTS, A) in (True, False, None)


@given(st.one_of(st.text(), st.text('()<>=!+-*/%. 0123456789sizeandornothas"\\'), st.text("()not -1")))
def test_no_text_breaks_it(source: str) -> None:
    found = tried(source)
    if isinstance(found, Mistake):
        assert 1 <= found.at <= len(source) + 1
        assert found.hint
    else:
        assert truth(found, FACTS, A) in (True, False, None)


@given(st.one_of(st.text(), st.text('{}:% "size')))
def test_no_sentence_breaks_it(source: str) -> None:
    try:
        parts = template(source)
    except Mistake:
        return
    filled(parts, FACTS, A)


# -- sentences -------------------------------------------------------------------------------------------------


def test_sentences_by_hand() -> None:
    source = "{letter} {name}: {customer_share} of {customers}, {mean(recency)} days, {mean(recency) / 80:%} {{x}}"
    assert filled(template(source), FACTS, A) == "A Segment A: 25 % of 400, 40 days, 50 % {x}"
    assert filled(template("{mean(unheard_of)}"), FACTS, A) is None
    assert filled(template("{most_different}"), FACTS, A) == "“recency” (mean 40, everyone 80)"
    assert filled(template('{share("channel" = "web")}'), FACTS, A) == "30 %"


@pytest.mark.parametrize(
    ("source", "at"), [("a {size", 3), ("a } b", 3), ("{size > 1}", 2), ("ab {sise}", 5), ("{}", 2)]
)
def test_sentences_that_cannot_be(source: str, at: int) -> None:
    with pytest.raises(Mistake) as raised:
        template(source)
    assert raised.value.at == at


# -- the file --------------------------------------------------------------------------------------------------

PLAY = '[[play]]\nid = "x"\ntitle = "X"\ndoes = "Do it."\nwhen = "size > 1"\nreason = "{size}"\n'


def test_the_shipped_one(tmp_path: Path) -> None:
    book = playbook.load(None)
    assert book == playbook.load(tmp_path)  # no file there
    assert book.path == "playbook.toml"
    assert {play.id for play in book.plays} >= {
        "win-back", "second-order", "replenishment", "cross-sell", "early-access", "leave-alone",
    }  # fmt: skip


def test_every_word_is_explained_at_the_top() -> None:
    top = playbook.shipped().split("[features.recency]")[0]
    assert all(word in top for word in (*OF_FEATURE, *QUANTITIES, *playbook.KEYS, "has(holdout)", "has(structure)"))


def test_ones_own_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / "playbook.toml").write_text(PLAY, encoding="utf-8")
    book = playbook.load(tmp_path)
    assert [play.id for play in book.plays] == ["x"]
    assert book.plays[0].arms == ("contacted", "held out")
    assert book.path == str(tmp_path / "playbook.toml")


@pytest.mark.parametrize(
    ("text_", "where", "what"),
    [
        (PLAY.replace("size > 1", "sise > 1"), "play 1 (“x”), when, character 1", "“sise” is not known"),
        (PLAY.replace("{size}", "{sise}"), "play 1 (“x”), reason, character 2", "“sise” is not known"),
        (PLAY.replace('"x"', '"X Y"'), "play 1", "cannot be an id"),
        (PLAY.replace('title = "X"', ""), "play 1 (“x”)", "“title” is missing"),
        (PLAY.replace('"size > 1"', "1"), "when", "a text in quotes"),
        (PLAY + 'only = "mean(f) < 2"\n', "play 1 (“x”), only, character 1", "says of no customer"),
        (PLAY + 'colour = "red"\n', "play 1 (“x”)", "“colour” is not known"),
        (PLAY + 'arms = ["a", "a"]\n', "arms", "two different"),
        (PLAY + 'compare = "all"\n', "compare", "“all” is not known"),
        (PLAY + "notes = [1]\n", "notes", "list of texts"),
        (PLAY + PLAY, "play “x”", "stands above"),
        ("play = 1", "play", "a list"),
        ("play = [1]", "play 1", "a table"),
        ("[features]\nx = 1", "features, x", "a table"),
        ("[features.x]\nnames = []", "features, x", "no names"),
        ("[[plays]]", "playbook.toml", "“plays” is not known"),
        ("this is no toml", "playbook.toml", "no TOML"),
    ],
)
def test_mistakes_in_the_file(text_: str, where: str, what: str) -> None:
    with pytest.raises(UsageError) as raised:
        playbook.parse(text_, "playbook.toml")
    assert where in raised.value.where
    assert what in raised.value.what
    assert raised.value.hint
    assert raised.value.where.startswith("playbook.toml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "playbook.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        playbook.load(tmp_path)
    file.write_bytes(b"#" * (playbook.MOST_BYTES + 1))
    with pytest.raises(UsageError, match="larger than 1 MB"):
        playbook.load(tmp_path)


@given(st.text())
def test_no_file_breaks_it(text_: str) -> None:
    with suppress(UsageError):
        assert playbook.parse(text_, "playbook.toml").path == "playbook.toml"


def test_whom_a_play_is_for() -> None:
    def only(text: str) -> Only | None:
        return parse(PLAY + f"only = '{text}'\n", "p").plays[0].only

    assert parse(PLAY, "p").plays[0].only is None
    assert only("frequency < 2") == Only("frequency", "<", 2.0)
    assert only('"Average order value" >= 12.5') == Only("Average order value", ">=", 12.5)
    assert only("answered( recommend )") == Only("recommend", "answered", 0.0)
