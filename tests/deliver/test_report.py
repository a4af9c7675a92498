"""report.html without a browser: what it is built of, what it says, and that every figure is the labelled file's."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from segtui.deliver import report_charts as charts
from segtui.deliver.html import Markup, element, joined, style_sheet, text
from segtui.deliver.report import page
from segtui.deliver.report_baskets import strongest
from segtui.deliver.report_told import file_name
from segtui.deliver.tables import small_segments
from segtui.progress import finish
from segtui.recipe import FEWEST, ClusterSpec, GatherSpec, Recipe, SourceSpec
from tests.deliver import report_cases
from tests.deliver.report_cases import HOSTILE, Case

VOID = {"meta", "br", "hr", "col", "rect", "circle", "line"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.children)

    def all(self, tag: str = "") -> list[Element]:
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if not tag or child.tag == tag:
                    found.append(child)
                found += child.all(tag)
        return found


class Tree(HTMLParser):
    """A strict reader: every element that is opened is closed, in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.root = Element("root", {})
        self.open = [self.root]
        self.feed(source)
        self.close()
        assert len(self.open) == 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        one = Element(tag, dict(attrs))
        self.open[-1].children.append(one)
        if tag != "meta":
            self.open.append(one)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def tree(source: str) -> Element:
    return Tree(source).root


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return report_cases.orders(tmp_path_factory.mktemp("orders"))


@pytest.fixture(scope="module")
def customers(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return report_cases.customers(tmp_path_factory.mktemp("customers"))


@pytest.fixture(scope="module")
def jewellery(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Real customers without an id, without orders and without revenue."""
    recipe = Recipe(GatherSpec((SourceSpec(str(shared_data / "jewellery.csv")),)), cluster=ClusterSpec(k=3))
    return report_cases.case_of(recipe, tmp_path_factory.mktemp("jewellery"))


@pytest.fixture(params=["orders", "customers", "jewellery"])
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.getfixturevalue(request.param)
    return found


# -- the builder -------------------------------------------------------------------------------------------


def test_texts_and_attributes_are_escaped_and_markup_is_not_escaped_again() -> None:
    inner = element("b", "<&>")
    assert element("p", inner, "a\x1b", title='"x"', hidden=True, id=None) == (
        '<p title="&quot;x&quot;" hidden><b>&lt;&amp;&gt;</b>a\ufffd</p>'
    )
    assert joined("<", Markup("<i></i>"), ["&"], None) == "&lt;<i></i>&amp;"
    assert text("5 %") == "5\u00a0%"
    assert element("div", class_="a", aria_label="b") == '<div class="a" aria-label="b"></div>'


def test_markup_as_an_attribute_cannot_leave_it() -> None:
    assert element("p", title=element("b", class_="x")) == '<p title="&lt;b class=&quot;x&quot;&gt;&lt;/b&gt;"></p>'


def test_a_style_sheet_cannot_end_its_element() -> None:
    with pytest.raises(ValueError, match="markup"):
        style_sheet("</style>")


# -- structure ---------------------------------------------------------------------------------------------


def test_headings_are_one_h1_and_then_in_order(case: Case) -> None:
    levels = [int(one.tag[1]) for one in tree(case.page()).all() if re.fullmatch(r"h[1-6]", one.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_ids_are_unique_and_every_reference_has_one(case: Case) -> None:
    elements = tree(case.page()).all()
    ids = [one.attributes["id"] for one in elements if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    for one in elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert one.attributes.get(name) in (None, *ids)
        if one.tag == "a":
            assert (one.attributes["href"] or "")[1:] in ids


def test_it_is_made_for_screen_readers(case: Case) -> None:
    root = tree(case.page())
    assert root.all("html")[0].attributes["lang"] == "en"
    assert [len(root.all(tag)) for tag in ("main", "nav", "header")] == [1, 1, 1]
    assert root.all("body")[0].children[0].attributes["class"] == "skip"
    for table in root.all("table"):
        assert table.all("caption")[0].text
        assert all(th.attributes["scope"] in ("col", "row") for th in table.all("th"))
        wide = {len(row.all("th") + row.all("td")) for row in table.all("tr")}
        assert len(wide) == 1
    regions = [one for one in root.all("div") if one.attributes.get("role") == "region"]
    assert len(regions) == len(root.all("table"))
    assert all(one.attributes["tabindex"] == "0" and one.attributes["aria-label"] for one in regions)
    assert len(root.all("svg")) >= len(case.handover.answer.letters)
    for svg in root.all("svg"):
        assert svg.attributes["role"] == "img"
        assert svg.all("title")[0].text
        assert svg.all("desc")[0].text
    assert all(figure.all("figcaption") for figure in root.all("figure"))


def test_nothing_is_referred_to_and_no_script_runs(customers: Case) -> None:
    source = customers.page()
    for forbidden in ("http:", "https:", "src=", "url(", "@import", "<script", "<link", "javascript:", "<iframe"):
        assert forbidden not in source
    (policy,) = [m for m in tree(source).all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy"]
    assert policy.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert not [one for one in tree(source).all() if any(name.startswith("on") for name in one.attributes)]


def test_hostile_names_stay_text(orders: Case) -> None:
    source = orders.page()
    root = tree(source)
    assert {one.tag for one in root.all()}.isdisjoint({"script", "img", "iframe", "i", "link", "object", "form"})
    assert len(root.all("style")) == len(root.all("title")) - len(root.all("svg")) == 1
    assert not [one for one in root.all() if {"src", "onerror", "style"} & set(one.attributes)]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", source)
    said = root.all("main")[0].text
    assert HOSTILE[0] in said
    assert HOSTILE[2] in root.all("article")[0].text
    assert root.all("h1")[0].text == "Customer segments: shop <b>&co orders"


def test_where_files_lie_is_not_told(case: Case) -> None:
    source = case.page()
    for one in case.handover.gather.sources:
        assert str(Path(one.path).parent) not in source
    assert file_name("/a/b c.csv") == "b c.csv"
    assert file_name("s3://who:secret@bucket/x/orders.csv?token=1") == "orders.csv"
    assert file_name("C:\\data\\orders.csv") == "orders.csv"


def test_the_same_hand_over_gives_the_same_bytes(case: Case) -> None:
    assert case.page() == case.page()


def test_work_is_done_in_pieces(case: Case) -> None:
    assert len(list(page(case.handover))) >= 8


# -- figures -----------------------------------------------------------------------------------------------


def figures(source: str, what: str) -> dict[tuple[str, str, str], set[tuple[float, str]]]:
    """(segment, feature, level) -> every (exact value, text) of one kind that the page holds."""
    found: dict[tuple[str, str, str], set[tuple[float, str]]] = {}
    for one in tree(source).all("data"):
        about = one.attributes
        if about["data-what"] == what:
            key = tuple(about.get(f"data-{name}") or "" for name in ("segment", "feature", "level"))
            found.setdefault(key, set()).add((float(about["value"] or "nan"), one.text))
    return found


def test_sizes_and_shares_are_those_of_the_labelled_file(case: Case) -> None:
    source = case.page()
    counted = dict(case.labelled.drop_nulls("segment").group_by("segment").len().iter_rows())
    sizes, shares = figures(source, "size"), figures(source, "share")
    assert set(counted) == {letter for letter, _, _ in sizes}
    for letter, count in counted.items():
        assert sizes[letter, "", ""] == {(count, f"{count:,}")}
        ((value, said),) = shares[letter, "", ""]
        share = count / sum(counted.values())
        assert value == pytest.approx(share, rel=1e-12)
        assert said == f"{100 * share:.1f}\u00a0%"
    ((everyone, said),) = figures(source, "customers")["", "", ""]
    assert everyone == sum(counted.values())
    assert said == f"{everyone:,.0f} customers"


def test_shares_of_revenue_are_those_of_the_labelled_file(orders: Case) -> None:
    found = figures(orders.page(), "revenue-share")
    money = orders.labelled.drop_nulls("segment").group_by("segment").agg(pl.col("monetary").sum())
    everyone = money["monetary"].sum()
    for letter, spent in money.iter_rows():
        ((value, said),) = found[letter, "", ""]
        assert value == pytest.approx(spent / everyone, rel=1e-9)
        assert said == f"{100 * spent / everyone:.1f}\u00a0%"


def mean_of(column: pl.Series, level: str, levels: set[str]) -> float | None:
    """The mean of a column of the labelled file, or the share of a level; None for words on a scale."""
    words = column.cast(pl.String)
    if column.dtype == pl.Boolean:
        words = words.replace({"true": "yes", "false": "no"})
    if level == "(missing)":
        return column.is_null().mean()
    if level == "(other)":
        return (words.is_not_null() & ~words.is_in(levels)).mean()
    if level:
        return (words == level).fill_null(False).mean()
    return None if column.dtype == pl.String else column.cast(pl.Float64).mean()


def test_means_are_those_of_the_labelled_file(case: Case) -> None:
    source = case.page()
    labelled = case.labelled.drop_nulls("segment")
    means, averages = figures(source, "mean"), figures(source, "average")
    assert {feature for _, feature, _ in means} >= {one.name for one in case.handover.answer.space.features}
    levels: dict[str, set[str]] = {}
    for _, feature, level in averages:
        levels.setdefault(feature, set()).add(level)
    for (letter, feature, level), told in {**means, **averages}.items():
        rows = labelled.filter(pl.col("segment") == letter) if letter else labelled
        exact = mean_of(rows[feature], level, levels[feature])
        if exact is None:
            continue
        for value, said in told:
            assert value == pytest.approx(exact, rel=1e-6)
            number = float(said.removesuffix("\u00a0%").replace(",", "").split()[0])
            shown = exact * 100 if said.endswith("%") else exact
            assert number == pytest.approx(shown, abs=max(0.06 if said.endswith("%") else 0.006, 0.006 * abs(shown)))


def test_bars_are_as_long_as_their_figures(customers: Case) -> None:
    svg = next(one for one in tree(customers.page()).all("svg") if one.attributes["aria-labelledby"] == "sizes-title")
    widths = [float((rect.attributes["width"] or "").rstrip("%")) for rect in svg.all("rect")]
    shares = [one.share for one in customers.handover.answer.profile.segments]
    assert widths == pytest.approx([charts.WIDEST * share / max(shares) for share in shares], abs=0.01)


# -- what is said ------------------------------------------------------------------------------------------


def part(source: str, id: str) -> str:
    return next(one.text for one in tree(source).all("section") if one.attributes["id"] == id)


def test_cleaning_is_told_with_its_counts(orders: Case) -> None:
    rollup = orders.handover.whole.rollup
    assert rollup is not None
    said = part(orders.page(), "made")
    for number in (rollup.lines, rollup.kept):
        assert f"{number:,}" in said
    assert f"Seed{orders.handover.answer.segmentation.seed}" in said


def test_criteria_that_disagree_are_said_to(case: Case) -> None:
    sweep = case.handover.sweep
    assert sweep is not None
    picked = {pick.k for pick in sweep.picks if pick.k is not None and not pick.never}
    assert ("The criteria disagree" in part(case.page(), "sure")) == (len(picked) > 1)


def test_what_cannot_be_said_is_refused_with_the_reason(customers: Case) -> None:
    source = customers.page()
    assert "There is nothing to say: there are no baskets here" in part(source, "together")
    assert "Nothing is said of prices" in part(source, "do")


def test_parts_that_were_not_asked_for_are_left_out(orders: Case) -> None:
    bare = replace(
        orders.handover, assessment=None, sweep=None, prediction=None, drivers=None, ruled=None, marked=None,
        decisions=None, reasons=(),
    )  # fmt: skip
    sections = [one.attributes["id"] for one in tree(finish(page(bare))).all("section")]
    assert sections == ["asked", "segments", "made", "words"]


def test_rules_that_are_told_beat_every_shuffle_and_name_an_item_once(orders: Case) -> None:
    ruled = orders.handover.ruled
    assert ruled is not None
    known, rules = ruled.credibility, ruled.mined.rules
    assert known is not None
    chosen = strongest(ruled)
    assert chosen
    items: list[int] = []
    for i in chosen:
        assert rules.counts[i] > known.expected[i]
        assert known.p[i] == pytest.approx(1 / (known.shuffles + 1))
        items += [n for n in [*rules.antecedents[i], *rules.consequents[i]] if n >= 0]
    assert len(items) == len(set(items))


def test_no_value_is_made_up_where_nothing_was_entered(orders: Case) -> None:
    said = part(orders.page(), "do")
    assert "no margin, cost of a contact or uplift was entered" in said


# -- withholding -------------------------------------------------------------------------------------------


def test_small_segments_are_withheld_and_the_next_smallest_with_a_single_one(customers: Case) -> None:
    sizes = {one.letter: one.size for one in customers.handover.answer.profile.segments}
    (tiny,) = [letter for letter, size in sizes.items() if size < FEWEST]
    gone = small_segments(customers.handover)
    assert tiny in gone
    assert len(gone) == 2
    assert max(sizes[letter] for letter in gone) == sorted(sizes.values())[1]
    source = customers.page(withhold=True)
    told = {letter for what in ("size", "share", "mean", "stability") for letter, _, _ in figures(source, what)}
    assert told == set(sizes) - gone
    assert "withheld" in source
    assert f"fewer than {FEWEST} customers are withheld" in source
    assert not any(letter in gone for letter, _, _ in figures(source, "mean"))
    for one in customers.handover.answer.profile.segments:
        assert (one.name in source) == (one.letter not in gone)


def test_without_being_asked_nothing_is_withheld(customers: Case) -> None:
    assert "withheld" not in customers.page()


def test_a_share_of_few_customers_is_withheld(customers: Case) -> None:
    """Five customers have the colour violet: no cell may tell of 1 to 9 customers."""
    found = figures(customers.page(withhold=True), "mean")
    sizes = {one.letter: one.size for one in customers.handover.answer.profile.segments}
    for (letter, _, level), told in found.items():
        for value, _ in told if level else ():
            assert round(value * sizes[letter]) == 0 or value * sizes[letter] >= FEWEST - 1e-6
    averages = figures(customers.page(withhold=True), "average")
    assert not any(level == "violet <i>" for _, _, level in averages)


def test_small_counts_in_sentences_are_withheld(orders: Case) -> None:
    noted = replace(orders.handover, warnings=("segment B has 3 customers", "13 customers; 4 extreme values are held"))
    said = part(finish(page(noted, withhold=True)), "made")
    assert "Segment B has fewer than 10 customers." in said
    assert "13 customers; fewer than 10 extreme values are held" in said
    assert "Segment B has 3 customers." in part(finish(page(noted)), "made")


def test_nan_is_told_as_no_value(orders: Case) -> None:
    profile = orders.handover.answer.profile
    has_gap = any(math.isnan(mean) for one in profile.segments for mean in one.means)
    assert "nan" not in re.sub(r"<[^>]*>", " ", orders.page()).lower().split()
    assert ("no value" in orders.page()) or not has_gap
