"""The scaling lab on a screen of its own: what every scale of the same features makes of the customers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from segtui.recipe import SCALES
from segtui.session.questions import LabQuestion, Question
from segtui.tui import format as fmt
from segtui.tui.bindings import bindings_for
from segtui.tui.commands import LAB, LISTS
from segtui.tui.panes.base import Desk
from segtui.tui.screens.asking import AskingScreen, AskingView
from segtui.tui.screens.bars import hint_line
from segtui.tui.widgets.ink import Line, Run, line, wrap

if TYPE_CHECKING:
    from segtui.results import Lab, LabRow
    from segtui.tui.status import Status

HOW_TO_READ = (
    "Scales cannot be ranked by what they explain: each makes a space of its own. Where two agree (near 1) the choice "
    "hardly matters; where they do not, look at the sizes, and at what the segments know of later orders."
)
NO_HOLDOUT = "A holdout (Data pane, e on its line) would add what the segments know of orders that no feature saw."


class LabView(AskingView):
    """One row per scale, their agreement below."""

    place = LAB
    doing = "fitting every scale"
    BINDINGS: ClassVar = bindings_for(LAB, LISTS)

    def wanted(self) -> Question | None:
        return LabQuestion()

    @property
    def lab(self) -> Lab | None:
        return cast("Lab | None", self.reply())

    def came(self) -> None:
        self.cursor.move(self.lab.shown if self.lab else 0, self.row_count())

    def row_count(self) -> int:
        return len(self.lab.rows) if self.lab else 0

    def do_use_scale(self, _: str) -> None:
        """Scale as the row under the cursor does."""
        lab, session = self.lab, self.session
        if lab is None or session is None:
            return
        row = lab.rows[self.cursor.at]
        if row.failed:
            return  # the words below the table say why
        scale = row.scale
        self.screen.dismiss(None)
        if scale in SCALES and self.cursor.at != lab.shown:
            recipe = session.recipe
            self.desk.change(replace(recipe, prepare=recipe.prepare.under(scale)), f"scale: {scale}")

    def do_leave_lab(self, _: str) -> None:
        """Go back by the key that opened it."""
        self.screen.dismiss(None)

    # -- drawing --------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> list[Line]:
        lab = self.lab
        if lab is None:
            lines = [line((" Scaling lab", "title"), ground="head"), *self.not_there(width)]
        else:
            lines = self._table(lab, width)
            lines += self._words(lab, width, height - 1 - len(lines))
        lines = lines[: height - 1]
        return [*lines, *[line("")] * (height - 1 - len(lines)), hint_line(LAB, self.desk, width)]

    def _table(self, lab: Lab, width: int) -> list[Line]:
        self.cursor.move(self.cursor.at, len(lab.rows))
        later = any(row.spend is not None or row.active is not None for row in lab.rows)
        room = max(12, width - 2 - 11 - 10 - 10 - (22 if later else 0) - 1)
        title = f" Scaling lab: the same features, k = {lab.k}, under every scale"
        since = "; the recipe changed since" if self.session is not None and self.session.stale else ""
        head = f"  {'scale':<11}{'sizes':<{room}}{'smallest':>10}{'explained':>10}"
        head += f"{'later spend':>12}{'active':>10}" if later else ""
        lines = [line((title, "title"), (since, "warn bold"), ground="head"), line((head, "dim under"))]
        self.first_row_y = len(lines)
        for i, row in enumerate(lab.rows):
            name = row.scale + (" *" if i == lab.shown else "")
            runs = [(fmt.pad(name, 11), "bold"), *self._row(row, room, later)]
            lines.append(line(self.mark(i), *runs, ground=self.ground(i)))
        return [*lines, line(""), *self._agreement(lab)]

    def _row(self, row: LabRow, room: int, later: bool) -> list[Run]:
        if row.failed:
            return [(fmt.clean(row.failed, room + 20), "warn")]
        sizes = "  ".join(fmt.count(size) for size in row.sizes)
        runs: list[Run] = [
            (fmt.pad(sizes, room, ellipsis=self.signs.ellipsis), ""),
            (f"{fmt.count(row.sizes[-1]):>10}", "warn" if row.warnings else ""),
            (f"{fmt.share(row.explained) + '%' if row.explained is not None else '-':>10}", "dim"),
        ]
        if later:
            runs += [(f"{_number(row.spend):>12}", "accent"), (f"{_number(row.active):>10}", "accent")]
        return runs

    def _agreement(self, lab: Lab) -> list[Line]:
        head = "  agreement  " + "".join(f"{row.scale:>9}" for row in lab.rows)
        lines = [line((head, "dim under"))]
        for row, values in zip(lab.rows, lab.agreement, strict=True):
            runs: list[Run] = [(f"  {row.scale:<11}", "bold")]
            runs += [(f"{_number(value):>9}", "good" if value is not None and value >= 0.8 else "") for value in values]
            lines.append(line(*runs))
        return lines

    def _words(self, lab: Lab, width: int, room: int) -> list[Line]:
        """How to read it, and what is to be said about the row under the cursor; in fewer words where room is short."""
        here = lab.rows[self.cursor.at]
        said = (f"cannot be used: {here.failed}",) if here.failed else here.warnings
        warned = [part for text in said for part in wrap(f"{here.scale}: {fmt.clean(text)}", width - 1, "warn", "  ")]
        read = [part for text in _how_to_read(lab) for part in wrap(text, width - 1, "dim", "  ")]
        if len(warned) + len(read) + 1 > room:
            read = [part for text in _in_short(lab) for part in wrap(text, width - 1, "dim", "  ")]
        spare = room - len(read) - len(warned)
        return [*([line("")] if spare > 0 else []), *read, *warned]

    def copied(self, whole: bool) -> tuple[str, str]:
        lab = self.lab
        if lab is None:
            return "", ""
        chosen = lab.rows if whole else (lab.rows[self.cursor.at],)
        rows = [
            "\t".join(
                (
                    r.scale,
                    fmt.clean(r.failed) or " ".join(map(str, r.sizes)),
                    *map(_number, (r.explained, r.spend, r.active)),
                )
            )
            for r in chosen
        ]
        head = "scale\tsizes\texplained\tlater spend\tlater active"
        return ("\n".join([head, *rows]), "the scales") if whole else (rows[0], "the scale")


class LabScreen(AskingScreen):
    """The lab, computed when it is opened."""

    def __init__(self, desk: Desk, status: Status) -> None:
        super().__init__(LabView(desk, status))


def _how_to_read(lab: Lab) -> list[str]:
    words = ["* as in the recipe. Agreement: adjusted Rand index; 1, the same segments; 0, no more than chance."]
    if lab.holdout is None:
        return [*words, f"{HOW_TO_READ} {NO_HOLDOUT}"]
    first, end = lab.holdout
    return [
        *words,
        "later spend, active: share of the variance between segments of log(1 + spend), and of ordering at all, "
        f"from {fmt.date(first)} until before {fmt.date(end)}",
        HOW_TO_READ,
    ]


def _in_short(lab: Lab) -> list[str]:
    words = ["* the recipe's. Agreement 1: the same segments, 0: chance. Explained is no rank."]
    if lab.holdout is None:
        return words
    return [*words, f"later: share of variance between segments, {' to before '.join(map(fmt.date, lab.holdout))}"]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
