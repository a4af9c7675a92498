"""Sentences with figures in braces: “Half of them ordered {median(recency)} days ago or more.”

What stands in braces is a number of the playbook's language; shares are written as per cent, and so is anything that
ends in :%. {name}, {letter} and {most_different} are texts. Two braces stand for one.
"""

from __future__ import annotations

from dataclasses import dataclass

from segtui.decide.campaigns_words import figure, percent
from segtui.decide.playbook_facts import Facts, most_different, number
from segtui.decide.playbook_parser import Mistake, expression
from segtui.decide.playbook_words import SHARES, Of, Quantity, Tree, is_truth
from segtui.results import Segment

TEXTS = ("name", "letter", "most_different")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a sentence. share: written as per cent."""

    tree: Tree
    share: bool


Template = tuple[str | Figure | tuple[str], ...]
"""Plain text, figures, and (one of TEXTS,)."""


def template(source: str) -> Template:
    """A sentence in parts. Raises Mistake with the place in the sentence."""
    found: list[str | Figure | tuple[str]] = []
    at, plain = 0, ""
    while at < len(source):
        sign = source[at]
        if source[at : at + 2] in ("{{", "}}"):
            plain, at = plain + sign, at + 2
        elif sign == "}":
            raise Mistake("this brace closes nothing", at + 1, "Write }} for a brace itself.")
        elif sign == "{":
            end = _closing(source, at)
            found += [plain, _figure(source[at + 1 : end], at + 1)]
            plain, at = "", end + 1
        else:
            plain, at = plain + sign, at + 1
    return tuple(part for part in (*found, plain) if part != "")


def _closing(source: str, opened: int) -> int:
    """The place of the brace that closes, none within quotes."""
    quoted = False
    at = opened + 1
    while at < len(source):
        if quoted and source[at] == "\\":
            at += 1
        elif source[at] == '"':
            quoted = not quoted
        elif source[at] == "}" and not quoted:
            return at
        at += 1
    raise Mistake("this brace is not closed", opened + 1, "Write {{ for a brace itself.")


def _figure(inside: str, start: int) -> Figure | tuple[str]:
    if inside.strip() in TEXTS:
        return (inside.strip(),)
    share = inside.rstrip().endswith(":%")
    try:
        tree = expression(inside.rstrip().removesuffix(":%"))
    except Mistake as mistake:
        raise Mistake(mistake.what, start + mistake.at, mistake.hint) from None
    if is_truth(tree):
        raise Mistake("a condition cannot be written as a figure", start + 1, "Put a number in the braces.")
    named = tree.function if isinstance(tree, Of) else tree.name if isinstance(tree, Quantity) else ""
    return Figure(tree, share or named in SHARES)


def filled(parts: Template, facts: Facts, segment: Segment) -> str | None:
    """The sentence with the figures of a segment; None where one of them is unknown."""
    words: list[str] = []
    for part in parts:
        if isinstance(part, str):
            words.append(part)
        elif isinstance(part, Figure):
            value = number(part.tree, facts, segment)
            if value is None:
                return None
            words.append(percent(value) if part.share else figure(value))
        else:
            words.append(_text(part[0], facts, segment))
    return "".join(words)


def _text(name: str, facts: Facts, segment: Segment) -> str:
    if name == "letter":
        return segment.letter
    if name == "name":
        return segment.name
    place = most_different(segment)
    if place is None:
        return "nothing"
    column = facts.profile.columns[place]
    mean, overall = segment.means[place], column.mean
    if column.level is not None:
        return f"“{column.feature}” = “{column.level}” ({percent(mean)}, everyone {percent(overall)})"
    return f"“{column.feature}” (mean {figure(mean)}, everyone {figure(overall)})"
