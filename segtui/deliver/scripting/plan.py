"""What a script is written from: the model, where it begins, its features and the names they have in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui.deliver.scripting.features import features_of
from segtui.deliver.scripting.needed import defined
from segtui.deliver.scripting.origin import origin
from segtui.deliver.scripting.rolling import Customers
from segtui.deliver.scripting.text import Names, Words

if TYPE_CHECKING:
    from segtui.deliver.handover import Handover
    from segtui.deliver.scoring import ScoringModel
    from segtui.deliver.scripting.features import Feature
    from segtui.deliver.scripting.origin import Origin

RESTARTS = 10
"""k-means starts of a refit where the recipe names none."""

_TAKEN = (
    "customers", "columns", "points", "segment", "distance", "letter", "known", "level", "source", "sources", "table",
    "x", "met", "member", "main", "read", "read_lines", "prepare", "by_rules", "read_table", "labelled", "argparse",
    "gzip", "date", "timedelta", "Path", "Callable", "segments", "letters", "centroids", "snapshot", "holdout",
)  # fmt: skip

ADDED = ("segment", "segment_name", "distance")


@dataclass(frozen=True, slots=True)
class Plan:
    """One script. lines: where it begins with order lines. id: what the id is called in the script's own table.

    words: texts that are too long to stand in a line, by the names they have. restarts, seed: of a refit.
    """

    model: ScoringModel
    origin: Origin
    features: list[Feature]
    lines: Customers | None
    id: str
    words: Words
    seed: int = 0
    restarts: int = RESTARTS
    trimmed: bool = False

    @property
    def many(self) -> bool:
        """Whether the source is several files."""
        return len(self.origin.files) > 1

    @property
    def parameter(self) -> str:
        """What functions that read are given."""
        return "sources: list[str]" if self.many else "source: str"


def planned(model: ScoringModel, handover: Handover | None, delivered: str) -> Plan:
    """The plan of `script`, with the same parameters."""
    begin = origin(model, handover, delivered)
    words = Words(Names([*_TAKEN, *map(str.lower, defined())]))
    features = features_of(model, words)
    lines = None
    if begin.rollup is not None and not begin.why:
        lines = Customers(begin, begin.rollup, [feature.scored.name for feature in features], words)
    if handover is None:
        return Plan(model, begin, features, lines, _id_name(model, lines), words)
    recipe = handover.answer.recipe
    restarts = recipe.cluster.restarts or RESTARTS
    id, trimmed = _id_name(model, lines), recipe.prepare.trim > 0.0
    return Plan(model, begin, features, lines, id, words, recipe.cluster.seed, restarts, trimmed)


def _id_name(model: ScoringModel, lines: Customers | None) -> str:
    if lines is not None:
        return "customer_id"
    taken = {*(feature.name for feature in model.features), *ADDED}
    wanted = model.id_column or "row"
    while wanted in taken:
        wanted += "_2"
    return wanted
