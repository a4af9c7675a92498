"""A fake engine whose answers are made by hand and can be held back, for screens without data or k-means."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np

from segtui.basket_views import ShuffledView
from segtui.decided.decisions import Missing
from segtui.decided.recommendations import Leaderboard
from segtui.errors import SegtuiError, SourceError
from segtui.evidence import Assessment, Prediction, Sweep, SweepRow
from segtui.explained import (
    Adoption,
    Adoptions,
    Migration,
    Rulebook,
    SegmentRule,
    SegmentRules,
    SegmentSilhouette,
    SilhouetteView,
    Toggle,
)
from segtui.progress import Progress, Steps
from segtui.recipe import (
    STEPS,
    Anchor,
    BasketSpec,
    DecideSpec,
    DeliverySpec,
    FeatureSpec,
    GatherSpec,
    LabelledSpec,
    PrepareSpec,
    Recipe,
)
from segtui.results import (
    Answer,
    Box,
    Cell,
    CleaningStep,
    Column,
    ColumnType,
    Converged,
    Dataset,
    Distribution,
    FeatureNote,
    FeatureSpace,
    FeatureVerdict,
    Flag,
    Inspection,
    JoinReport,
    Kind,
    Lab,
    LabRow,
    LeftOut,
    MapGrid,
    MatrixColumn,
    PageColumn,
    Preview,
    Profile,
    ProfileColumn,
    RollUp,
    Scores,
    Segment,
    Segmentation,
    SourceReport,
    TraceStep,
)  # fmt: skip
from segtui.session.events import FolderWritten
from segtui.session.questions import (
    AdoptionQuestion,
    BasketsQuestion,
    BorderQuestion,
    ComparisonQuestion,
    CustomersQuestion,
    DeliveryQuestion,
    DistributionQuestion,
    DriversQuestion,
    LabQuestion,
    LeaderboardQuestion,
    LeftOutQuestion,
    MapQuestion,
    MarkedQuestion,
    MisfitsQuestion,
    MoversQuestion,
    NetworkQuestion,
    PlayListQuestion,
    PlaysQuestion,
    PredictionQuestion,
    PricesQuestion,
    ProductsQuestion,
    Question,
    RuleBasketsQuestion,
    RulesQuestion,
    ScatterQuestion,
    SilhouetteQuestion,
    StepCountsQuestion,
    StepRowsQuestion,
    TypicalQuestion,
    UsesQuestion,
    ValueQuestion,
    WorkQuestion,
)
from tests.tui import fake_baskets, fake_compare, fake_decisions, fake_delivery
from tests.tui import fake_evidence as evidence
from tests.tui.fake_evidence import letter

CUSTOMERS = 18_412
MARKUP = "ACME [/bold] [red]Ltd"
ESCAPE = "x\x1b]52;c;cm0gLXJmIH4=\x1b\\y\x9bz\u202e"
NUMERIC = ("recency", "frequency", "monetary", "tenure_days", "discount_share", "basket_size", "margin_pct")


def verdicts(odd: bool = False) -> tuple[FeatureVerdict, ...]:
    histograms = [(9, 7, 5, 3, 2, 1, 1, 0), (1, 2, 6, 9, 6, 2, 1, 1), (20, 6, 3, 2, 1, 1, 0, 1)]
    rows = [
        FeatureVerdict("customer_id", ColumnType.INTEGER, True, 0.0, CUSTOMERS, (5,) * 8, (Flag("id-like", "every value is different"),),
                       True, "it names a customer: every value is different", "none", "an id carries no behaviour")
    ]  # fmt: skip
    for i, name in enumerate(NUMERIC):
        flags = (Flag("skewed", "skewness 3.4: few customers hold most of it"),) if i == 2 else ()
        rows.append(
            FeatureVerdict(name, ColumnType.NUMBER, True, 0.0 if i != 4 else 0.123, 812 + i, histograms[i % 3], flags, True, "",
                           "log1p" if i == 2 else "z", "skewness 3.4 falls to 0.2" if i == 2 else "close to symmetric")
        )  # fmt: skip
    rows.append(FeatureVerdict("country", ColumnType.TEXT, False, 0.0, 5, (9000, 5000, 2000, 1412, 1000), (), True, "", "none",
                               "five levels become five weighted 0/1 columns",
                               levels=("Norway", "Sweden", "Denmark, Faroes", "Finland", "[red]Iceland")))  # fmt: skip
    rows.append(FeatureVerdict("currency", ColumnType.TEXT, False, 0.0, 1, (CUSTOMERS,), (Flag("constant", "one value only"),), False,
                               "constant: one value only", "none", ""))  # fmt: skip
    if odd:
        rows[1] = replace(rows[1], name=MARKUP)
        rows[2] = replace(rows[2], name=ESCAPE)
    return tuple(rows)


SURVEY = (
    FeatureVerdict("newsletter", ColumnType.TEXT, False, 0.04, 6, (2000, 3000, 5000, 4000, 3676), (Flag("off the scale", "“it depends” (736 customers) is not on it and counts as missing"),), True, "", "none",
                   "an ordered scale (how often): Never … Always; one column of scores 1 to 5, 0.67 of a vote", treatment="ordinal",
                   levels=("Never", "Rarely", "Sometimes", "Often", "Always"), off_scale=("it depends",)),
    FeatureVerdict("interests", ColumnType.TEXT, False, 0.0, 41, (9000, 7000, 3000), (), True, "", "none",
                   "several labels in a cell, with ; between them: one 0/1 column for each of 3, together half a vote",
                   treatment="labels", levels=("Beauty", "Groceries", "Toys"), separator=";"),
)  # fmt: skip
SURVEY_NOTES = (
    "newsletter: 736 missing (4.0%) set to the median, “Sometimes”, and a 0/1 column says for whom",
    "interests: 2 labels with fewer than 1 % of customers collapsed to (other)",
)

LAB = Lab(
    4,
    (
        LabRow("auto", (6_000, 5_500, 4_000, 2_912), 0.61, 0.223, 0.101),
        LabRow("z", (17_900, 400, 100, 12), 0.58, 0.169, 0.08, ("the smallest segment has 12 customers",)),
        LabRow("robust", (18_000, 300, 100, 12), 0.57, 0.167, 0.08),
        LabRow("log", (6_100, 5_400, 4_000, 2_912), 0.6, 0.22, 0.1),
        LabRow("quantile", (5_000, 4_800, 4_700, 3_912), 0.5, 0.21, 0.1),
        LabRow("none", (), None, failed="only 3 distinct customers"),
    ),
    (
        (1.0, 0.11, 0.06, 0.93, 0.7, None),
        (0.11, 1.0, 0.88, 0.12, 0.1, None),
        (0.06, 0.88, 1.0, 0.07, 0.05, None),
        (0.93, 0.12, 0.07, 1.0, 0.7, None),
        (0.7, 0.1, 0.05, 0.7, 1.0, None),
        (None,) * 6,
    ),
    0,
    (date(2011, 9, 1), date(2011, 12, 10)),
)


def rolled_up(gather: GatherSpec) -> Dataset:
    """Customers made of orders, products and customers, as a recipe gathers them."""
    days = "date m/d/y" if gather.table("data/orders.csv").columns else "date d/m/y"
    other = "date d/m/y" if days == "date m/d/y" else "date m/d/y"
    orders = SourceReport(
        "data/orders.csv", Kind.ORDERS, "order_id comes with several lines, customer_id with several orders", 75_012,
        {"order_id": "order_id", "customer_id": "customer", "time": "order_date", "product": "sku", "quantity": "quantity",
         "unit_price": "unit price", "discount": "voucher", "discount_2": "rebate", "status": "status"},
        (Column("order_id", ColumnType.TEXT, 0, 18_940, approximate=True, reading="text"),
         Column("customer", ColumnType.INTEGER, 135, 2_401, reading="integer"),
         Column("order_date", ColumnType.DATE, 0, 731, reading=days, choices=(other,)),
         Column("sku", ColumnType.TEXT, 0, 310, reading="text"),
         Column("quantity", ColumnType.INTEGER, 0, 48, reading="integer"),
         Column("unit price", ColumnType.NUMBER, 14, 1_204, (("skewed", "skewness 8.1: few prices are very high"),), True,
                "number 1.234,5", (), 14, ("N/A", "on request", ESCAPE)),
         Column("voucher", ColumnType.NUMBER, 61_000, 12, reading="number"),
         Column("rebate", ColumnType.NUMBER, 0, 5, reading="number"),
         Column("status", ColumnType.TEXT, 0, 4, reading="text"),
         Column("comment", ColumnType.EMPTY, 75_012, 0, (("empty", "no value in any row"),), reading="empty")),
        ("delimiter ';', encoding cp1252",), 12)  # fmt: skip
    customers = SourceReport(
        "data/customers.csv", Kind.CUSTOMERS, "one row per value of customer_id", 2_412, {"customer_id": "customer_id"},
        (Column("customer_id", ColumnType.TEXT, 0, 2_412, reading="text"),
         Column("country", ColumnType.TEXT, 31, 5, reading="text"), Column("newsletter", ColumnType.YES_NO, 0, 2, reading="yes/no")),
    )  # fmt: skip
    products = SourceReport("data/products.parquet", Kind.PRODUCTS, "one row per value of sku", 312,
                            {"product": "sku", "category": "group", "category_2": "subgroup"},
                            (Column("sku", ColumnType.TEXT, 0, 312), Column("group", ColumnType.TEXT, 0, 9),
                             Column("subgroup", ColumnType.TEXT, 0, 41)))  # fmt: skip
    loose = gather.loose_ids
    joins = (
        JoinReport("data/orders.csv", "data/customers.csv", ("customer", "customer_id"), 2_398 if loose else 2_377, 3 if loose else 24,
                   14 if loose else 35, ("90071", "90072"), ("00412", "00938"), 0,
                   "every customer of orders.csv is kept; what customers.csv says of them is empty where it has no row"),
        JoinReport("data/orders.csv", "data/products.parquet", ("sku", "sku"), 309, 1, 3, ("POSTAGE",), ("A-1", "A-2", "A-3"), 2,
                   "every line keeps its place; of 2 repeated keys one row was taken"),
    )  # fmt: skip
    found = {
        "customer_id": 135,
        "not_cancelled": 1_912,
        "quantity": 9,
        "price": 40,
        "duplicates": 0,
        "non_products": 0,
        "has_orders": 0,
    }
    steps = tuple(
        CleaningStep(id, STEP_TITLES[id], gather.step_on(id), (PROPOSED_ROWS[id] if id in PROPOSED_ROWS else found[id]) if gather.step_on(id) else None,
                     id != "test_accounts") for id in STEPS)  # fmt: skip
    later = 0 if gather.snapshot is None else 812
    left = sum(step.rows or 0 for step in steps if step.on and step.applies) + later
    notes = (
        FeatureNote("recency", "days", "days from the last order to the snapshot", "data/orders.csv"),
        FeatureNote("frequency", "orders", "number of orders", "data/orders.csv"),
        FeatureNote("monetary", "money", "what was paid for all lines, after discounts", "data/orders.csv"),
        FeatureNote("tenure_days", "days", "days from the first order to the snapshot", "data/orders.csv"),
        FeatureNote("discount_share", "share", "lines bought with a discount, as a share of all lines", "data/orders.csv"),
        FeatureNote("favourite_group", "", "the group of products bought most often", "data/products.parquet"),
    )  # fmt: skip
    end = gather.snapshot or date(2011, 12, 10)
    first = end if gather.snapshot else end - timedelta(days=gather.holdout)
    rollup = RollUp(
        75_012, 75_012 - left, later, 18_322, 1_204_551.5, steps, first, gather.snapshot is not None, date(2009, 12, 1), date(2011, 12, 9),
        notes, (first, first + timedelta(days=gather.holdout)) if gather.holdout else None, None)  # fmt: skip
    return Dataset(frame=cast("object", None), row=np.arange(CUSTOMERS, dtype=np.int64), id_column="customer",  # type: ignore[arg-type]
                   input_rows=CUSTOMERS, left_out=(), sources=(orders, customers, products),
                   warnings=("24 customers of orders.csv are not in customers.csv",),
                   fingerprint=f"rolled up {gather!r}", revenue="monetary", joins=joins, rollup=rollup)  # fmt: skip


def _segmenting(recipe: Recipe) -> Recipe:
    """What segments hang on: not on what is entered to decide about them."""
    return replace(recipe, decide=DecideSpec())


STEP_TITLES = {
    "customer_id": "no customer id", "not_cancelled": "cancelled", "quantity": "quantity not above 0", "price": "price not above 0",
    "duplicates": "exact duplicate of another line", "non_products": "no product (postage, fees, manual entries)",
    "test_accounts": "test account or test product", "has_orders": "customer without an order that counts",
}  # fmt: skip
PROPOSED_ROWS = {"duplicates": 34, "non_products": 211}


class Page:
    """A million rows that exist only when looked at."""

    def __init__(self, count: int, odd: bool = False) -> None:
        self.columns = (
            PageColumn("row", True), PageColumn("segment", False), PageColumn("customer_id", True),
            *(PageColumn(name, True) for name in NUMERIC), PageColumn("country", False),
        )  # fmt: skip
        self.row_count = count
        self.said = ""
        self.fetched: list[tuple[int, int]] = []
        self._odd = odd

    def rows(self, start: int, stop: int) -> list[tuple[Cell, ...]]:
        self.fetched.append((start, stop))
        country = ESCAPE if self._odd else "Norway"
        return [
            (i + 1, "AB"[i % 2], 10_000 + i, *(i * 1.5 + j for j in range(len(NUMERIC))), country)
            for i in range(start, min(stop, self.row_count))
        ]

    def find(self, text: str, start: int, forward: bool = True) -> int | None:
        if not text.isdigit():
            return None
        row = int(text) - 10_000
        inside = start <= row < self.row_count if forward else 0 <= row <= start
        return row if inside else None


class FakeEngine:
    """Computes nothing; `hold` makes a step wait until it is let go.

    odd: names hold markup and escape sequences. orders: the data is rolled up from orders. survey: with an ordered scale
    and a column of labels. broken: what to raise, by job.
    """

    def __init__(self, *, odd: bool = False, orders: bool = False, survey: bool = False) -> None:
        self.odd = odd
        self.survey = survey
        self.orders = orders
        self.opened: dict[GatherSpec, tuple[Dataset, Inspection]] = {}
        self.gathered: GatherSpec | None = None
        self.tables: list[tuple[Question, str, bool]] = []
        self.broken: dict[str, SegtuiError | Exception] = {}
        self.gates: dict[str, threading.Event] = {}
        self.started: list[str] = []
        self.closed: list[str] = []
        self.exported: list[LabelledSpec] = []
        self.delivered: list[DeliverySpec] = []
        self.stands: bool | SegtuiError = False
        """What is found where a folder is to be delivered."""
        self.done: dict[Recipe, Answer] = {}
        self.replies: list[Question] = []
        self.page = Page(1_000_000, odd)
        self.assessed: Assessment | None = None
        """What every assessment comes to, instead of what is usual."""
        self.migrated: Migration | None = None
        """What every comparison comes to, instead of what is usual."""
        self.failing = ""
        """What is added to the message of a k that fails."""
        self.sets = 83
        """Itemsets that mining is expected to give."""
        self.predicted: list[PredictionQuestion] = []
        self._about = self._replies()
        self.tried: list[str] = []

    # -- holding back -----------------------------------------------------------------------------------

    @contextmanager
    def held(self, job: str) -> Iterator[threading.Event]:
        """Within it `job` (open, first, exact, sweep, reply, export) goes on and on without getting anywhere."""
        gate = self.gates[job] = threading.Event()
        try:
            yield gate
        finally:
            gate.set()
            del self.gates[job]

    def _work(self, job: str, text: str) -> Steps[None]:
        self.started.append(job)
        try:
            yield Progress(text, 0.25, "4,603 rows")
            while (gate := self.gates.get(job)) is not None and not gate.wait(0.002):
                yield Progress(text, 0.5, "9,206 rows")
            if job in self.broken:
                raise self.broken[job]
        except GeneratorExit:
            self.closed.append(job)
            raise

    # -- the engine -------------------------------------------------------------------------------------

    def preview(self, recipe: Recipe) -> Preview:
        path = recipe.gather.sources[0].path
        if "missing" in path:
            raise SourceError(
                "there is no such file", where=path, hint="Check the path, or press o to choose another file"
            )
        columns = tuple(v.name for v in self._verdicts())
        return Preview(
            path, columns, tuple(tuple(f"{i}.{j}" if j % 4 else None for j in range(len(columns))) for i in range(30))
        )

    def open(self, recipe: Recipe) -> Steps[tuple[Dataset, Inspection]]:
        if recipe.gather not in self.opened:
            yield from self._work("open", "reading orders.csv" if self.orders else "reading customers.csv")
            data = (rolled_up(recipe.gather), Inspection(verdicts(), ())) if self.orders else self._customers(recipe)
            self.opened[recipe.gather] = data
        self.gathered = recipe.gather
        return self.opened[recipe.gather]

    def fits(self, anchor: Anchor) -> Steps[bool]:
        yield Progress("comparing columns")
        return True

    def _verdicts(self) -> tuple[FeatureVerdict, ...]:
        return (*verdicts(self.odd), *(SURVEY if self.survey else ()))

    def _customers(self, recipe: Recipe) -> tuple[Dataset, Inspection]:
        found = self._verdicts()
        columns = tuple(
            Column(v.name, v.type, round(v.missing * CUSTOMERS), v.distinct, tuple((f.name, f.reason) for f in v.flags))
            for v in found
        )
        path = recipe.gather.sources[0].path
        report = SourceReport(path, Kind.CUSTOMERS, "one row per value of customer_id", CUSTOMERS + 12, {"customer_id": "customer_id"}, columns,
                              ("delimiter ',', encoding utf-8",))  # fmt: skip
        left = LeftOut("customer_id is missing", np.arange(12, dtype=np.int64))
        dataset = Dataset(frame=cast("object", None), row=np.arange(CUSTOMERS, dtype=np.int64), id_column="customer_id",  # type: ignore[arg-type]
                          input_rows=CUSTOMERS + 12, left_out=(left,), sources=(report,), warnings=(), fingerprint="f", revenue="monetary")  # fmt: skip
        return dataset, Inspection(found, ())

    def filed(self, recipe: Recipe) -> Answer | None:
        done = self.done.get(_segmenting(recipe)) if recipe.gather == self.gathered else None
        return None if done is None else replace(done, recipe=recipe)

    def explicit(self, recipe: Recipe) -> Recipe:
        if recipe.prepare.features is not None:
            return recipe
        return recipe.with_features(Inspection(self._verdicts(), ()).proposal())

    def anchor(self, answer: Answer) -> Anchor:
        return Anchor(PrepareSpec(), ("a",), answer.letters, tuple((float(i),) for i in range(len(answer.letters))))

    def first(self, recipe: Recipe, trace: Callable[[TraceStep], None]) -> Steps[Answer]:
        trace(TraceStep(0, 3, 8000, 21_000.0, 0.05))
        yield from self._work("first", f"fitting k={recipe.cluster.k}")
        return self.done.setdefault(_segmenting(recipe), self.answer(recipe, exact=False))

    def exact(self, recipe: Recipe, trace: Callable[[TraceStep], None]) -> Steps[Answer]:
        trace(TraceStep(0, 7, CUSTOMERS, 48_000.0, 0.003))
        yield from self._work("exact", "converging on all customers")
        answer = self.done[_segmenting(recipe)] = self.answer(recipe, exact=True)
        return answer

    def sweep(
        self, recipe: Recipe, ks: Sequence[int], trace: Callable[[TraceStep], None], found: Callable[[Sweep], None]
    ) -> Steps[Sweep]:
        later, rows = recipe.gather.holdout > 0, {}
        for k in ks:
            yield from self._work("sweep", f"sweep: k={k}")
            rows[k] = self._swept(recipe, k, k == ks[0], later, complete=False)
            found(evidence.swept(tuple(rows.values())))
        for k in ks:
            yield from self._work("further", f"sweep: stability of k={k}")
            rows[k] = self._swept(recipe, k, k == ks[0], later, complete=True)
            found(evidence.swept(tuple(rows.values())))
        return evidence.swept(tuple(rows.values()))

    def _swept(self, recipe: Recipe, k: int, first: bool, later: bool, *, complete: bool) -> SweepRow:
        if k >= 12:
            return SweepRow(k, None, 0, 0, evidence.FAILED + self.failing)
        return evidence.row(k, self.scores(recipe, k), CUSTOMERS, first, later, complete=complete)

    def assess(self, recipe: Recipe) -> Steps[Assessment]:
        yield from self._work("assess", "assessing: how stable the segments are")
        return self.assessed or evidence.assessment("", recipe.cluster.k, self._on(recipe))

    def _on(self, recipe: Recipe) -> list[str]:
        return [f.name for f in self.explicit(recipe).prepare.features or () if f.on]

    def toggle(self, recipe: Recipe, feature: str) -> Steps[Toggle]:
        self.tried.append(feature)
        yield from self._work("toggle", "trying features")
        return evidence.toggle(self._on(recipe), feature)

    def reply(self, question: Question, answer: Answer | None) -> Steps[object]:
        self.replies.append(question)
        of_baskets = isinstance(question, BasketsQuestion)
        if isinstance(question, PlaysQuestion | ValueQuestion | PricesQuestion | ProductsQuestion):
            yield from self._work(type(question).__name__, "deciding")
        yield from self._work("mine" if of_baskets else "reply", "mining rules" if of_baskets else "looking up")
        if isinstance(question, StepCountsQuestion):
            return self._counted_steps()
        if isinstance(question, LeftOutQuestion | StepRowsQuestion | RuleBasketsQuestion):
            return self.page
        if isinstance(question, WorkQuestion):
            return fake_baskets.work(question.spec, self.sets)
        if isinstance(question, BasketsQuestion):
            return fake_baskets.FakeRules(question.spec, question.shown)
        if isinstance(question, ScatterQuestion):
            return fake_baskets.scatter(question.columns, question.rows)
        if isinstance(question, NetworkQuestion):
            return fake_baskets.network()
        if isinstance(question, UsesQuestion):
            return fake_baskets.uses()
        assert answer is not None
        return self._about[type(question)](question, answer)

    def _replies(self) -> dict[type, Callable[[Any, Answer], object]]:
        page = dict.fromkeys(
            (CustomersQuestion, TypicalQuestion, BorderQuestion, MisfitsQuestion, MoversQuestion),
            lambda asked, answer: self.page,
        )
        return {
            **page,
            MapQuestion: self._grid,
            DistributionQuestion: self._distribution,
            SilhouetteQuestion: lambda asked, answer: self._silhouettes(asked.steps, answer),
            RulesQuestion: lambda asked, answer: self._rules(answer),
            AdoptionQuestion: lambda asked, answer: self._adoptions(answer),
            DriversQuestion: lambda asked, answer: evidence.drivers(self._on(answer.recipe), CUSTOMERS),
            LabQuestion: lambda asked, answer: LAB,
            ComparisonQuestion: lambda asked, answer: self.migrated or fake_compare.migration(asked),
            PredictionQuestion: self._prediction,
            PlaysQuestion: lambda asked, answer: fake_decisions.campaigns(asked.inputs, answer.letters),
            ValueQuestion: lambda asked, answer: fake_decisions.value(answer.letters),
            PricesQuestion: lambda asked, answer: fake_decisions.prices(answer.letters),
            ProductsQuestion: lambda asked, answer: fake_decisions.products(answer.letters),
            PlayListQuestion: lambda asked, answer: self.page,
            MarkedQuestion: lambda asked, answer: fake_baskets.marked(),
            DeliveryQuestion: lambda asked, answer: fake_delivery.view(self.orders, self.odd),
        }

    def shuffle(self, spec: BasketSpec, found: Callable[[ShuffledView], None]) -> Steps[ShuffledView]:
        for done in (1, 20):
            yield from self._work(f"shuffle {done}", "shuffling baskets")
            view = fake_baskets.shuffle(found, done)
        return view

    def recommend(self, recipe: Recipe, found: Callable[[Leaderboard], None]) -> Steps[Leaderboard | Missing]:
        self.replies.append(LeaderboardQuestion())
        for complete in (False, True):
            yield from self._work("recommended" if complete else "recommend", "recommendations")
            board = fake_decisions.board(complete=complete)
            found(board)
        return board

    def _counted_steps(self) -> tuple[CleaningStep, ...]:
        assert self.gathered is not None
        made = self.opened[self.gathered][0].rollup
        assert made is not None
        return tuple(replace(s, rows=PROPOSED_ROWS.get(s.id, 0)) if s.rows is None else s for s in made.steps)

    def _rules(self, answer: Answer) -> SegmentRules:
        book = Rulebook("imm", (), answer.segmentation.sizes, 0.9, 1.1, 20_000)
        letters = [segment.letter for segment in answer.profile.segments]
        rules = [SegmentRule(one, f"recency <= {40 + 10 * n}", 1_000, 0.91, 0.84) for n, one in enumerate(letters)]
        return SegmentRules(tuple(rules), book, book)

    def _adoptions(self, answer: Answer) -> Adoptions:
        """Trees that cost less the more rules they have; with three each it leaves a segment out."""
        letters = [segment.letter for segment in answer.profile.segments]
        rows = [Adoption(0, 0, 1.0, 1.0, 0.51)]
        for tree, agreed, price in ((1, 0.83, 1.13), (2, 0.89, 1.09)):
            texts = tuple(
                SegmentRule(letter, f"recency <= {40 + 10 * n} and monetary > {part}", 1_000, 0.91, 0.84)
                for n, letter in enumerate(letters)
                for part in range(tree)
            )
            rows.append(Adoption(tree, len(texts), agreed, price, 0.45, texts=texts))
        rows.append(Adoption(3, 9, 0.0, 0.0, None, failed="a tree of 9 rules reaches 4 of 5 segments"))
        return Adoptions(answer.segmentation.k, tuple(rows), answer.recipe.cluster.tree)

    def _prediction(self, question: PredictionQuestion, answer: Answer | None) -> Prediction:
        assert answer is not None
        self.predicted.append(question)
        made = self.opened[answer.recipe.gather][0].rollup
        assert made is not None
        assert made.holdout is not None
        on = self._on(answer.recipe)
        return evidence.prediction(answer.recipe, on, question.tried, made.holdout, CUSTOMERS)

    def _silhouettes(self, steps: int, answer: Answer) -> SilhouetteView:
        """Falling curves; every second segment has a few misfits."""
        segments = tuple(
            SegmentSilhouette(
                s.letter, s.size, 0.5 - 0.03 * n, s.size // 20 * (n % 2),
                tuple(0.9 - (1.2 if n % 2 else 0.7) * i / max(1, steps - 1) for i in range(steps)),
            )
            for n, s in enumerate(answer.profile.segments)
        )  # fmt: skip
        return SilhouetteView(segments, 0.46, CUSTOMERS, np.arange(5, dtype=np.int64))

    def export(self, recipe: Recipe, spec: LabelledSpec) -> Steps[tuple[tuple[Path, ...], tuple[str, ...]]]:
        yield from self._work("export", f"writing {spec.path}")
        self.exported.append(spec)
        return (Path(spec.path), Path(spec.path + ".recipe.toml")), ()

    def standing(self, gather: GatherSpec, spec: DeliverySpec) -> bool:
        if isinstance(self.stands, SegtuiError):
            raise self.stands
        return self.stands

    def deliver(self, recipe: Recipe, spec: DeliverySpec) -> Steps[FolderWritten]:
        yield from self._work("deliver", "delivery: delivering customers")
        self.delivered.append(spec)
        return fake_delivery.written(spec)

    def export_table(
        self, question: Question, answer: Answer | None, path: str, overwrite: bool
    ) -> Steps[tuple[Path, ...]]:
        yield from self._work("export", f"writing {path}")
        self.tables.append((question, path, overwrite))
        return (Path(path),)

    # -- by hand ----------------------------------------------------------------------------------------

    def scores(self, recipe: Recipe, k: int) -> Scores:
        on = [f.name for f in self.explicit(recipe).prepare.features or () if f.on]
        space = f"{on}{recipe.prepare.scale}"
        return Scores(
            space,
            60_000.0 / k,
            0.6,
            0.3 + 0.05 * (5 - abs(k - 5)),
            5_000.0 - 100 * k,
            0.9 + 0.05 * abs(k - 4),
            -100_000.0 + 1_100 * k,
        )

    def answer(self, recipe: Recipe, *, exact: bool) -> Answer:
        k = recipe.cluster.k
        features = tuple(f for f in self.explicit(recipe).prepare.features or () if f.on)
        sizes = [CUSTOMERS * (k - j) * 2 // (k * (k + 1)) for j in range(k)]
        sizes[0] += CUSTOMERS - sum(sizes)
        labels = np.repeat(np.arange(k, dtype=np.uint8), sizes)
        space = FeatureSpace(tuple(MatrixColumn(f.name, None, None, f.weight) for f in features),
                               features, {f.name: f.weight / sum(g.weight for g in features) for f in features}, SURVEY_NOTES if self.survey else (), "m")  # fmt: skip
        trace = tuple(TraceStep(r, i, 8000 if r < 3 else CUSTOMERS, (70_000 - 900 * i + 200 * r) * (0.4 if r < 3 else 1), 0.3 / (i + 1))
                      for r in range(4) for i in range(1, 9))  # fmt: skip
        segmentation = Segmentation(
            labels, np.zeros((k, len(features))), tuple(sizes), 60_000.0 / k, exact, Converged.LABELS, 34 if exact else 8, CUSTOMERS if exact else 8000,
            recipe.cluster.seed, trace, evidence.restarts(k),
        )  # fmt: skip
        letters = tuple(letter(j) for j in range(k))
        return Answer(
            recipe,
            recipe.prepare,
            space,
            segmentation,
            letters,
            self._profile(recipe, sizes, letters),
            self.scores(recipe, k),
            0.38,
            fingerprint=f"{_segmenting(recipe)!r} {exact}",
            people=f"all but {set_aside(recipe)!r}",
            set_aside=set_aside(recipe),
        )

    def _profile(self, recipe: Recipe, sizes: list[int], letters: tuple[str, ...]) -> Profile:
        given = dict(recipe.names)
        names = [v.name for v in verdicts(self.odd) if v.numeric and v.proposed]
        columns = (
            *(ProfileColumn(n, None, True, 100.0 * (i + 1), 30.0) for i, n in enumerate(names)),
            ProfileColumn("country", "Norway", False, 0.31, 0.4),
        )
        segments = []
        for j, (size, own) in enumerate(zip(sizes, letters, strict=True)):
            auto = ESCAPE if self.odd and j == 1 else MARKUP if self.odd else f"high {names[j % len(names)]}"
            differences = tuple(round(2.4 - 0.7 * ((i + j) % 7), 2) for i in range(len(columns)))
            means = tuple(c.mean * (1 + d / 3) for c, d in zip(columns, differences, strict=True))
            indexes = tuple(100 * m / c.mean for m, c in zip(means, columns, strict=True))
            segments.append(
                Segment(own, j, given.get(own, auto), auto, size, size / CUSTOMERS, means, indexes, differences)
            )
        return Profile(columns, tuple(segments), CUSTOMERS)

    def _grid(self, question: MapQuestion, answer: Answer) -> MapGrid:
        k = len(answer.letters)
        majority = np.full((question.rows, question.columns), -1, np.int16)
        counts = np.zeros((question.rows, question.columns), np.int64)
        centres = []
        for j in range(k):
            row, column = (j * 7 + 2) % question.rows, (j * 17 + 6) % question.columns
            centres.append((row, column))
            for y in range(max(0, row - 2), min(question.rows, row + 3)):
                for x in range(max(0, column - 6), min(question.columns, column + 7)):
                    if abs(y - row) * 3 + abs(x - column) < 8:
                        majority[y, x], counts[y, x] = j, 40 - 4 * abs(x - column) - 5 * abs(y - row)
        return MapGrid(
            majority,
            counts,
            512,
            CUSTOMERS,
            question.x,
            question.y,
            (-4.0, 6.0),
            (-3.0, 4.0),
            0.61 if "component" in question.x else None,
            tuple(centres),
        )

    def _distribution(self, question: DistributionQuestion, answer: Answer) -> Distribution:
        k = len(answer.letters)
        if question.feature == "country":
            return Distribution(
                "country", (), ("Norway", "Sweden", "other"), tuple((60 - j, 30, 10 + j) for j in range(k)), CUSTOMERS
            )
        bins = min(40, question.bins)
        counts = tuple(tuple(max(0, 100 - 6 * abs(i - 5 - 4 * j)) for i in range(bins)) for j in range(k))
        boxes = tuple(
            Box(
                4_000 + j,
                5.0 + 20 * j,
                30.0 + 30 * j,
                55.0 + 40 * j,
                80.0 + 45 * j,
                150.0 + 60 * j,
                j,
                31 * j,
                0.0,
                390.0,
            )
            for j in range(k)
        )
        wide = question.bins
        lines = tuple(
            tuple(max(0.0, 1 - abs(i - wide * (j + 1) / (k + 1)) / 12) for i in range(wide)) for j in range(k)
        )
        return Distribution(
            question.feature,
            tuple(float(i * 10) for i in range(bins + 1)),
            (),
            counts,
            CUSTOMERS - (2_265 if question.feature == "discount_share" else 0),
            missing=2_265 if question.feature == "discount_share" else 0,
            placed=CUSTOMERS,
            boxes=boxes,
            densities=lines,
            span=(0.0, bins * 10.0),
        )


def set_aside(recipe: Recipe) -> tuple[tuple[str, int], ...]:
    """Whom a recipe sets aside, by reason; the segments of the fake keep them all the same."""
    missing = {v.name: round(v.missing * CUSTOMERS) for v in (*verdicts(), *SURVEY)}
    asking = [f.name for f in recipe.prepare.features or () if f.on and f.missing == "aside" and missing.get(f.name)]
    trimmed = [("trimmed: farther from every centre than most", round(recipe.prepare.trim * CUSTOMERS))]
    return (*((f"no value in {name}", missing[name]) for name in asking), *(trimmed if recipe.prepare.trim else ()))


MOMENT = datetime(2024, 1, 31, 14, 2, 11)

__all__ = ["CUSTOMERS", "ESCAPE", "MARKUP", "MOMENT", "FakeEngine", "FeatureSpec", "Page"]
