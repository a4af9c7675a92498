"""The customer map as panes show it: asks for the grid that fits, keeps the last one until the new one is there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from segtui.results import Answer, Inspection, MapGrid
from segtui.session.questions import MapQuestion
from segtui.tui import format as fmt
from segtui.tui.bridge import SessionLike
from segtui.tui.charset import Charset
from segtui.tui.widgets.cell_map import Cells, map_lines
from segtui.tui.widgets.ink import Line, line

SHARE = re.compile(r" \(\d+%\)$")
"""The share of the variance in the title of a component."""
COMPONENTS = ("component 1", "component 2", "component 3")


@dataclass
class _Drawn:
    """A grid as lines, and what it was drawn for."""

    key: tuple[int, MapQuestion]
    grid: MapGrid
    lines: list[Line]
    captions: tuple[str, ...]


class MapView:
    """One map: its axes, the grid last drawn, and the question that fits the space."""

    def __init__(self) -> None:
        self.pair = 0
        self.own: tuple[str, str] | None = None
        """Axes that were typed; None: one of the pairs that are stepped through."""
        self._drawn: _Drawn | None = None
        self._asked: tuple[int, MapQuestion] | None = None
        self._wanted: MapQuestion | None = None

    def pairs(self, answer: Answer) -> list[tuple[str, str]]:
        """The pairs of axes: components first, then every two features, strongest votes first."""
        votes = answer.space.votes
        names = sorted((f.name for f in answer.space.features), key=lambda name: -votes.get(name, 0.0))
        axes = [(COMPONENTS[0], COMPONENTS[1])]
        if len(answer.space.columns) > 2:
            axes += [(COMPONENTS[0], COMPONENTS[2]), (COMPONENTS[1], COMPONENTS[2])]
        numeric = {c.feature for c in answer.space.columns if c.level is None}
        names = [name for name in names if name in numeric]
        return axes + [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]

    def axes(self, answer: Answer) -> tuple[str, str]:
        """The axes shown."""
        pairs = self.pairs(answer)
        return self.own or pairs[self.pair % len(pairs)]

    def step(self, answer: Answer, by: int) -> tuple[str, str]:
        """Go to another pair of axes."""
        pairs = self.pairs(answer)
        self.own = None
        self.pair = (self.pair + by) % len(pairs)
        return pairs[self.pair]

    def choose(self, answer: Answer, typed: str, inspection: Inspection | None) -> bool:
        """Take two axes by name, the first to the right and the second upwards; False where they are not two."""
        found = two_of(typed, axis_names(answer, inspection))
        if found is None:
            return False
        pairs = self.pairs(answer)
        self.own = None if found in pairs else found
        self.pair = pairs.index(found) if found in pairs else self.pair
        return True

    @property
    def grid(self) -> MapGrid | None:
        """The map last drawn."""
        return self._drawn.grid if self._drawn else None

    def is_ready(self, answer: Answer) -> bool:
        """Whether what was last drawn is of this answer and these axes."""
        return self._drawn is not None and self._drawn.key == self._wanted_key(answer)

    def _wanted_key(self, answer: Answer) -> tuple[int, MapQuestion] | None:
        return None if self._wanted is None else (id(answer), self._wanted)

    def lines(self, session: SessionLike, signs: Charset, width: int, height: int) -> list[Line]:
        """Caption and map in exactly this space; asks for what is missing."""
        answer = session.shown
        if answer is None or width < 10 or height < 4:
            return []
        x, y = self.axes(answer)
        question = self._wanted = MapQuestion(x, y, width - 2, height - 3)
        key = (id(answer), question)
        if self._drawn is None or self._drawn.key != key:
            grid = session.found(question)
            if isinstance(grid, MapGrid):
                self._drawn = _Drawn(key, grid, _draw(grid, answer, signs, width), _captions(grid, signs))
            elif self._asked != key:
                self._asked = key
                session.ask(question)
        if self._drawn is None:
            return [line((f"customer map, {fmt.clean(x)} by {fmt.clean(y)}: drawing{signs.ellipsis}", "dim"))]
        old = "" if self._drawn.key == key else f"  ({signs.ellipsis} being drawn)"
        room = max(1, width - len(old))
        caption = next((c for c in self._drawn.captions if len(c) <= room), self._drawn.captions[-1])
        caption = fmt.cut(caption, room, signs.ellipsis)
        return [line((caption, "title"), (old, "warn")), *self._drawn.lines][:height]


def axis_names(answer: Answer, inspection: Inspection | None) -> dict[str, str]:
    """What can be typed for an axis, in lower case, and the axis it stands for: components by number, every feature
    with numbers, and the 0/1 columns of levels that took part."""
    names = {f"component {n}": f"component {n}" for n in range(1, len(answer.space.columns) + 1)}
    names |= {f"pc{n}": f"component {n}" for n in range(1, len(answer.space.columns) + 1)}
    numeric = {verdict.name for verdict in inspection.features if verdict.numeric} if inspection else set()
    columns = [c.feature for c in answer.profile.columns if c.level is None and (c.used or c.feature in numeric)]
    return names | {name.lower(): name for name in (*columns, *(c.name for c in answer.space.columns))}


def two_of(typed: str, names: dict[str, str]) -> tuple[str, str] | None:
    """Two names that make up a text, with blanks, a comma, "x" or "by" between them; names may hold blanks."""
    text = " ".join(typed.lower().split())
    for first, x in sorted(names.items(), key=lambda item: -len(item[0])):
        if not text.startswith(first):
            continue
        rest = text[len(first) :]
        for between in (" by ", " x ", ", ", ",", " "):
            second = rest.removeprefix(between)
            if second != rest and second in names and names[second] != x:
                return x, names[second]
    return None


def map_notes(grid: MapGrid, *, short: bool = False) -> str:
    """Whom the map counts and where, for the caption."""
    shown = grid.customers - grid.missing
    told = [f"all {fmt.plural(shown, 'customer')} counted"]
    if grid.missing:
        told = [
            f"{fmt.count(shown)} of {fmt.count(grid.customers)} customers, {fmt.count(grid.missing)} without a value"
        ]
    if grid.clamped:
        told.append(f"{fmt.count(grid.clamped)} beyond the axes" + ("" if short else ", in the border cells"))
    return "; ".join(told)


def _captions(grid: MapGrid, signs: Charset) -> tuple[str, ...]:
    """What the map shows and what it hides, longest wording first."""
    share = fmt.share(grid.overlapped / grid.customers if grid.customers else 0.0)
    axes = f"{fmt.clean(grid.x_title)} {signs.times} {fmt.clean(grid.y_title)}"
    explained = "" if grid.explained is None else f", {fmt.share(grid.explained)} % of the variance"
    shorter = "" if grid.explained is None else f", {fmt.share(grid.explained)} % var."
    return (
        f"{axes}{explained} {signs.middle_dot} {fmt.count(grid.customers)} customers, {share} % overlapped",
        f"{axes}{explained}, {share} % overlapped",
        f"{axes}{shorter}, {share} % overlap",
        f"{shorter.removeprefix(', ')}, {share} % overlap".removeprefix(", "),
    )


def _draw(grid: MapGrid, answer: Answer, signs: Charset, width: int) -> list[Line]:
    place = [letter_place(letter) for letter in answer.letters]
    groups = [[place[c] if c >= 0 else -1 for c in row] for row in grid.majority.tolist()]
    centres = tuple((place[j], row, column) for j, (row, column) in enumerate(grid.centres))
    body = map_lines(Cells(groups, grid.counts.tolist(), centres))
    lines = [line((signs.vline, "dim"), *row.runs) for row in body]
    lines.append(line((signs.corner_bl if not signs.ascii else "+", "dim"), (signs.rule * (width - 2), "dim")))
    low, high = fmt.number(grid.x_range[0], 3), fmt.number(grid.x_range[1], 3)
    room = max(4, width - len(low) - len(high) - 4)
    wordings = axis_wordings(grid, signs)
    middle = next((text for text in wordings if len(text) <= room), fmt.cut(wordings[-1], room, signs.ellipsis))
    lines.append(
        line((f" {low}", "dim"), (middle.center(max(1, width - 2 - len(low) - len(high))), "dim"), (high, "dim"))
    )
    return lines


def axis_wordings(grid: MapGrid, signs: Charset) -> tuple[str, ...]:
    """What goes to the right and what upwards, longest wording first: both names outlast shares and ranges."""
    x, y = fmt.clean(grid.x_title), fmt.clean(grid.y_title)
    span = f"{fmt.number(grid.y_range[0], 3)} to {fmt.number(grid.y_range[1], 3)}"
    x_name, y_name = (SHARE.sub("", title) for title in (x, y))
    return (
        f"{x} {signs.right}   up: {y} {span}",
        f"{x} {signs.right}   up: {y}",
        f"{x_name} {signs.right}   up: {y_name}",
    )


def letter_place(letter: str) -> int:
    """The place of a segment's letter in the alphabet: A 0, Z 25, AA 26."""
    place = 0
    for character in letter:
        place = place * 26 + ord(character) - 64
    return max(0, place - 1)
