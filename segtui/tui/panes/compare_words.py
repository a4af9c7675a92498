"""The words of a comparison: what the sides are called, how their scores compare, and what sets movers apart."""

from __future__ import annotations

from math import isinf
from pathlib import PurePath
from typing import TYPE_CHECKING

from segtui.recipe import SourceSpec
from segtui.tui import format as fmt
from segtui.tui.panes.map_view import letter_place
from segtui.tui.screens.bars import better_or_worse
from segtui.tui.widgets.ink import Run, seg

if TYPE_CHECKING:
    from segtui.explained import ComparedSide, Comparison, Difference, Migration, Move
    from segtui.results import Scores
    from segtui.tui.charset import Charset

SideRef = int | SourceSpec
"""A run by its number, or a labelled file."""

CLEAR = 0.5
"""From this standardised difference on a column is said to set movers apart."""

SMALL = 0.2
"""Below this one a column has no line of its own."""

FEW = 10
"""Below so many customers a difference says little."""


def arrow(signs: Charset) -> str:
    """From one side to the other."""
    return "->" if signs.ascii else signs.right


def side_name(side: SideRef) -> str:
    """What a side is called."""
    return f"run {side}" if isinstance(side, int) else fmt.clean(PurePath(side.path).name or side.path, 40)


def side_title(side: SideRef, known: ComparedSide | None) -> str:
    """What a side is called, and what it is."""
    if known is None:
        return side_name(side)
    parts = [f"{known.segments} segments" if isinstance(side, SourceSpec) else f"k {known.segments}"]
    parts += ["by rules"] if known.by_rules else []
    parts += [fmt.plural(len(known.features), "feature")] if known.features else []
    parts += [known.scale] if known.scale not in ("", "auto") else []
    return f"{side_name(side)}: {', '.join(parts)}"


def role_of(letter: str, place: int) -> str:
    """The colour of a segment: by its letter, or where it has none by its place."""
    plain = letter.isascii() and letter.isalpha() and letter.isupper() and len(letter) <= 2
    return seg(letter_place(letter) if plain else place)


# -- how the two compare ---------------------------------------------------------------------------------------


def scores_line(found: Migration, signs: Charset) -> list[Run]:
    """The scores of both sides, or why they do not compare."""
    one, other = found.before.scores, found.after.scores
    if not found.comparison.comparable or one is None or other is None:
        return [(" scores n/c: ", "dim"), (fmt.clean(found.comparison.why), "warn"), (" (not comparable)", "dim")]
    same_k = found.before.segments == found.after.segments
    runs: list[Run] = []
    for name, field, more, judged in (
        ("sil2" if signs.ascii else "sil²", "silhouette_squared", True, True),
        ("DB", "davies_bouldin", False, True),
        ("inertia", "inertia", False, same_k),  # it falls with every k
    ):
        runs += [("  " if runs else " ", ""), (f"{name} ", "dim"), *_two(one, other, field, more, judged, signs)]
    return runs


def _two(one: Scores, other: Scores, field: str, more: bool, judged: bool, signs: Charset) -> list[Run]:
    then: float | None = getattr(one, field)
    now: float | None = getattr(other, field)
    text = [fmt.short(v) if field == "inertia" else fmt.score(v, 3 if more else 2) for v in (then, now)]
    runs: list[Run] = [(f"{text[0]} {arrow(signs)} {text[1]}", "")]
    if judged and then is not None and now is not None:
        sign, role = better_or_worse(now, then, more)
        runs.append((f" {sign}", role))
    return runs


def moved_line(found: Comparison, names: tuple[str, str]) -> list[list[Run]]:
    """Who stayed and who moved, longest wording first."""
    moved = found.customers - found.stayed
    runs: list[Run] = [
        (f" stayed {fmt.count(found.stayed)} ({fmt.share(found.stayed / found.customers)} %)", "good"),
        (f"  moved {fmt.count(moved)} ({fmt.share(moved / found.customers)} %)", "warn" if moved else ""),
        (f"  ARI {fmt.score(found.ari, 2)}", "bold"),
    ]
    alone = [
        f"only in {name} {fmt.count(count)}"
        for name, count in zip(names, (found.only_before, found.only_after), strict=True)
        if count
    ]
    short = [f"in one alone {fmt.count(found.only_before + found.only_after)}"] if alone else []
    money, share = _money_moved(found)
    rests = ([*alone, *money], [*alone, *share], alone, [*short, *share], short)
    return [[*runs, *((f"  {text}", "dim") for text in rest)] for rest in rests]


def _money_moved(found: Comparison) -> tuple[list[str], list[str]]:
    """How much money is with those who moved, in more and in fewer words; nothing where there is none."""
    if found.revenue is None:
        return [], []
    total = sum(map(sum, found.revenue))
    moved = total - sum(found.revenue[i][j] for i, j in found.matched)
    if not (total > 0 and 0 <= moved <= total):  # a share of money that is partly owed says nothing
        return [f"revenue moved {fmt.short(moved)}"], []
    share = f"{fmt.share(moved / total)} %"
    return [f"revenue moved {fmt.short(moved)} ({share})"], [f"revenue moved {share}"]


# -- moves -----------------------------------------------------------------------------------------------------


def move_names(found: Comparison, move: Move) -> tuple[str, str]:
    """Letter and name of both segments."""
    one = f"{fmt.clean(found.before[move.row], 12)} {fmt.clean(found.before_names[move.row])}"
    other = f"{fmt.clean(found.after[move.column], 12)} {fmt.clean(found.after_names[move.column])}"
    return one.strip(), other.strip()


def move_letters(found: Comparison, move: Move, signs: Charset) -> str:
    """From letter to letter."""
    return (
        f"{fmt.clean(found.before[move.row], 12)} {arrow(signs)} "
        f"{fmt.clean(found.after[move.column], 12)}"
    )  # fmt: skip


def in_words(move: Move) -> list[str]:
    """What sets movers apart in a few words, longest wording first."""
    if move.differences is None:
        return [""]
    if not move.others:
        return ["the whole segment went there", "all of it"]
    if min(move.customers, move.others) < 2:
        return ["too few to tell"]
    clear = [one for one in told(move) if abs(one.difference or 0.0) >= CLEAR]
    if not clear:
        return [
            "hardly differ from those who stayed" if move.stayed else "hardly differ from the others",
            "no clear difference",
        ]
    parts = [f"{label(one)} {value(one, one.mean)} (not {value(one, one.other)})" for one in clear[:3]]
    short = f"{label(clear[0])} {value(clear[0], clear[0].mean)}"
    return [*(", ".join(parts[:count]) for count in range(len(parts), 0, -1)), short]


def details(found: Migration, move: Move, names: tuple[str, str]) -> list[str]:
    """A move in one sentence, longest wording first: how many, how much money, how many near to a border."""
    one = fmt.clean(found.comparison.before[move.row], 12)
    text = f"{fmt.plural(move.customers, 'customer')}, {fmt.share(move.share)} % of {one}"
    total = sum(map(sum, found.comparison.revenue or ()))
    money = share = ""
    if move.revenue is not None:
        money = f"; revenue {fmt.short(move.revenue)}"
        share = f" ({fmt.share(move.revenue / total)} % of all)" if total > 0 and 0 <= move.revenue <= total else ""
    if move.near is None or found.border is None:
        return [text + money + share, text + money, text]
    where, near = f" of {names[found.border]}", fmt.count(move.near)
    long, short = (
        f"; near a border{where} (within {found.within:.0%}): {near}",
        f"; near a border ({found.within:.0%}): {near}",
    )
    return [text + money + share + long, text + money + long, text + money + short, text + short, text]


def against(found: Migration, move: Move) -> str:
    """Whom movers are held against, and how many of both were looked at."""
    if move.differences is None:
        return "what sets movers apart is told of the biggest moves only"
    letter = fmt.clean(found.comparison.before[move.row], 12)
    if not move.others:
        return f"the whole of {letter} went there, so there is nobody to hold them against"
    who = (
        f"those who stayed ({fmt.count(move.others)})"
        if move.stayed
        else f"the others of {letter} ({fmt.count(move.others)})"
    )
    text = f"movers against {who}"
    if move.looked_at < move.customers or move.others_looked_at < move.others:
        text += f", on a random {fmt.count(move.looked_at)} and {fmt.count(move.others_looked_at)} of them"
    if move.customers < FEW or move.others < FEW:
        text += "; so few customers say little"
    return text


def told(move: Move) -> list[Difference]:
    """The differences worth a line; of two levels that are each other's opposite the first."""
    found: list[Difference] = []
    for one in move.differences or ():
        large = one.difference is not None and abs(one.difference) >= SMALL
        if large and not any(_opposite(one, other) for other in found):
            found.append(one)
    return found


def _opposite(one: Difference, other: Difference) -> bool:
    """Whether two levels of one feature have everyone between them, in both groups."""
    if one.feature != other.feature or not (one.is_share and other.is_share):
        return False
    return abs(one.mean + other.mean - 1.0) < 1e-9 and abs(one.other + other.other - 1.0) < 1e-9


def heading(found: Comparison, move: Move, names: tuple[str, str], signs: Charset) -> str:
    """From letter to letter; where they are the same letter, whose segment it is by overlap."""
    letters = move_letters(found, move, signs)
    if found.before[move.row] != found.after[move.column]:
        return letters
    became = {j: fmt.clean(found.before[i], 12) for i, j in found.matched}.get(move.column)
    if became is None:
        return letters
    return f"{letters} (by overlap {fmt.clean(found.after[move.column], 12)} of {names[1]} is {became} of {names[0]})"


def label(one: Difference) -> str:
    """A column, or one level of it."""
    name = fmt.clean(one.feature, 28)
    return name if one.level is None else f"{name} {fmt.clean(one.level, 20)}"


def value(one: Difference, number: float) -> str:
    """A mean in its unit, or a share."""
    return f"{fmt.share(number)} %" if one.is_share and number == number else fmt.number(number, 3)


def size_of(one: Difference) -> str:
    """The standardised difference with its sign."""
    if one.difference is None:
        return "no value"
    return "no spread" if isinf(one.difference) else f"{fmt.difference(one.difference)} sd"
