"""A hand-over as the report tells it: how features are called, what is withheld, and paths cut to names."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui import figures
from segtui.deliver.html import Markup, element, text
from segtui.deliver.report_words import LABELS
from segtui.deliver.tables import small_segments
from segtui.deliver.withhold import few
from segtui.explain.rules import features_of_labels, features_with_gaps
from segtui.recipe import FEWEST

if TYPE_CHECKING:
    from segtui.deliver.handover import Handover
    from segtui.progress import Steps
    from segtui.results import ProfileColumn, Segment

NONE = "–"
WITHHELD = "withheld"
_SMALL = re.compile(r"(?<![\d.,])[1-9](?= (?:customers?|extreme values?)\b)")
"""Few customers in a sentence from below."""

_END_OF_PATH = re.compile(r"[/\\]+")


@dataclass(frozen=True, eq=False, slots=True)
class Told:
    """A hand-over with what the page needs over and over.

    withhold: figures of fewer than FEWEST customers are left out; hidden: letters of the segments that this takes away.
    units, meanings: of features that were made here. names: source path -> the name it is told by. gaps: features that
    some customer has no value of; labels: those whose cells hold several.
    """

    handover: Handover
    withhold: bool
    hidden: frozenset[str]
    units: Mapping[str, str]
    meanings: Mapping[str, str]
    names: Mapping[str, str]
    gaps: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()

    # -- texts

    def say(self, said: object) -> Markup:
        """A sentence from below, with files by their name alone: where they lay is nobody's business here."""
        plain = str(said)
        for path, name in self.names.items():
            plain = plain.replace(path, name)
        return text(_SMALL.sub(f"fewer than {FEWEST}", plain) if self.withhold else plain)

    def sentence(self, said: str) -> Markup:
        """The same with a capital at its beginning and a stop at its end."""
        plain = said.strip()
        stop = "" if plain.endswith((".", "!", "?")) else "."
        return self.say(f"{plain[:1].upper()}{plain[1:]}{stop}")

    def feature(self, name: str, level: str | None = None) -> str:
        """What a column is called in text; what is made here has a plainer name than in the files."""
        plain = LABELS[name] if name in self.units and name in LABELS else name.replace("_", " ")
        return plain if level is None else f"{plain}: {level}"

    def amount(self, column: ProfileColumn, value: float, unit: bool = False) -> str:
        """A mean in the units of its column; a share in percent. unit: with the name of the unit."""
        if math.isnan(value):
            return NONE
        kind = self.units.get(column.feature, "")
        if column.level is not None or kind == "share":
            return f"{figures.share(value)} %"
        if kind == "money":
            return figures.money(value)
        named = unit and kind and kind not in ("day", "from -1 to 1") and column.feature not in LABELS
        return f"{figures.number(value, 3)} {kind}" if named else figures.number(value, 3)

    def letter(self, letter: str) -> Markup:
        """The mark of a segment, wherever it is named."""
        return element("span", letter, class_="letter")

    def segment(self, one: Segment) -> Markup:
        """A segment by letter and name; the name may hold figures, so it goes with them."""
        if one.letter in self.hidden:
            return self.letter(one.letter)
        return Markup(f"{self.letter(one.letter)} {element('bdi', one.name)}")

    # -- withholding

    def few(self, customers: float) -> bool:
        """Whether a figure about so many customers is withheld; nobody at all is no secret."""
        return self.withhold and few(customers)

    @property
    def shown(self) -> tuple[Segment, ...]:
        """The segments whose figures are told, by letter."""
        return tuple(one for one in self.handover.answer.profile.segments if one.letter not in self.hidden)


def told(handover: Handover, withhold: bool) -> Steps[Told]:
    """What the page needs of a hand-over."""
    ground = handover.ground
    gaps = yield from features_with_gaps(ground.dataset, ground.matrix.columns)
    rollup = handover.whole.rollup
    notes = () if rollup is None else rollup.features
    paths = {source.path for source in handover.whole.sources} | {one.path for one in handover.gather.sources}
    return Told(
        handover,
        withhold,
        small_segments(handover) if withhold else frozenset(),
        {note.name: note.unit for note in notes},
        {note.name: note.definition for note in notes},
        {path: file_name(path) for path in sorted(paths, key=lambda path: (-len(path), path)) if file_name(path)},
        gaps,
        features_of_labels(ground.matrix.columns),
    )


def file_name(path: str) -> str:
    """The last part of a path or an address, without what follows a question mark."""
    plain = path.split("?", 1)[0] if "://" in path else path
    return _END_OF_PATH.split(plain.rstrip("/\\"))[-1]


def figure(value: float, shown: str, what: str, **about: object) -> Markup:
    """A figure as a reader sees it, with the exact one behind it. about: what it is of, such as segment or feature."""
    data = {f"data_{name}": of for name, of in about.items()}
    return element("data", shown, value=_exact(value), data_what=what, **data)


def withheld() -> Markup:
    """What stands where a figure is withheld."""
    return element("span", WITHHELD, class_="muted")


def nothing() -> Markup:
    """What stands where there is no figure."""
    return Markup(f"{element('span', NONE, aria_hidden='true')}{element('span', 'no value', class_='unseen')}")


def _exact(value: float) -> str:
    return repr(float(value)) if isinstance(value, float) else str(int(value))
