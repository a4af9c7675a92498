"""The top of a script: what it is, and what it knows of the segments."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from segtui.deliver.scripting import features
from segtui.deliver.scripting.text import WIDTH, constant, listed, literal, long_text, number, numbers, told
from segtui.gather.sniff import Format

if TYPE_CHECKING:
    from segtui.deliver.scripting.plan import Plan


def docstring(plan: Plan) -> str:
    """What the script does, where it begins, and how it is called."""
    files = [told(file.rsplit("/", 1)[-1]) for file in plan.origin.files]
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    begin = "order lines, makes one row per customer" if plan.lines is not None else "customers"
    how = "puts them where the rules of a tree say" if plan.model.rules else "puts each to the nearest centroid"
    count = f"{len(plan.features)} feature{'s' if len(plan.features) > 1 else ''}"
    paragraphs = [
        f"Made from {', '.join(files[:3])}{more}.",
        f"Reads {begin}, brings {count} to scale as segtui did, and {how}. Nothing is fitted, unless --refit asks for "
        "k-means from scratch on the same features and scales.",
    ]
    if plan.origin.why:
        paragraphs.append(
            "It begins with the table of customers that was delivered beside it, and not with the sources: "
            f"{told(plan.origin.why, 120)}."
        )
    if plan.trimmed:
        paragraphs.append("Customers that were trimmed as far from every centre get the nearest segment here.")
    layout = plan.origin.layout
    excel = ", fastexcel" if layout is not None and layout.format is Format.EXCEL else ""
    lines = [f'"""Puts customers in the {plan.model.k} segments that segtui found.']
    for paragraph in paragraphs:
        lines += ["", *textwrap.wrap(paragraph, WIDTH - 4)]
    usage = f"    python segment.py [SOURCE{' ...' if plan.many else ''}] --out FILE [--refit] [--k K]"
    needs = f"Needs Python 3.11, polars 2{excel} and numpy; --refit needs scikit-learn."
    return "\n".join([*lines, "", usage, "", needs, '"""'])


def constants(plan: Plan) -> str:
    """The source, the segments, and the texts that functions refer to."""
    files = plan.origin.files
    found = [constant("SOURCES", files) if plan.many else long_text("SOURCE", files[0])]
    if plan.lines is not None:
        found += plan.lines.constants()
    if words := plan.words.constants():
        found += ["", *words]
    found += ["", _segments(plan), _letters(plan), _centroids(plan)]
    if levels := features.constants(plan.features):
        found += ["", *levels]
    return "\n".join(found)


def _segments(plan: Plan) -> str:
    given = sorted(zip(plan.model.letters, plan.model.names, strict=True), key=lambda pair: (len(pair[0]), pair[0]))
    lines = ["SEGMENTS = {", *(f"    {literal(letter)}: {literal(name)}," for letter, name in given), "}"]
    if max(map(len, lines)) <= WIDTH:
        return "\n".join(lines)
    names = [long_text(f"NAME_OF_{letter}", name) for letter, name in given]
    return "\n".join([*names, "SEGMENTS = {", *(f"    {literal(one)}: NAME_OF_{one}," for one, _ in given), "}"])


def _letters(plan: Plan) -> str:
    letters = [literal(letter) for letter in plan.model.letters]
    line = f"LETTERS = np.array([{', '.join(letters)}], dtype=object)  # one per centroid"
    if len(line) <= WIDTH:
        return line
    return f"LETTERS = np.array(\n{listed('[', letters, ']', 4)},\n    dtype=object,\n)"


def _centroids(plan: Plan) -> str:
    said = "# One row per letter, one number per column of prepare(): scaled and weighted."
    rows = list(zip(plan.model.centroids, plan.model.letters, strict=True))
    lines = [f"        [{', '.join(map(number, row))}],  # {letter}" for row, letter in rows]
    if max(map(len, lines)) <= WIDTH:
        return "\n".join([said, "CENTROIDS = np.array(", "    [", *lines, "    ]", ")"])
    lines = [said, "# fmt: off", "CENTROIDS = np.array(["]
    for row, letter in rows:
        lines += [f"    [  # {letter}", *numbers(row, 8), "    ],"]
    return "\n".join([*lines, "])", "# fmt: on"])
