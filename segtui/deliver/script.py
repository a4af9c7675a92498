"""The delivered script: stand-alone Python that reads, prepares and assigns as the app did, written for one analysis.

Every expression is written for the features at hand (`scripting.features`, `scripting.lines`); the functions they use
are cut out of `scripting.parts`, so that nothing is in the script that it does not need. It must give every customer
the segment that the app gives, and refits only when asked.
"""

from __future__ import annotations

import ast
import textwrap
from typing import TYPE_CHECKING

from segtui.deliver.scripting import columns, features
from segtui.deliver.scripting.columns import Cell
from segtui.deliver.scripting.lines import Lines
from segtui.deliver.scripting.needed import defined, needed
from segtui.deliver.scripting.origin import origin
from segtui.deliver.scripting.text import Names, listed, literal, long_text, number, told
from segtui.gather.sniff import Format

if TYPE_CHECKING:
    from segtui.deliver.handover import Handover
    from segtui.deliver.scoring import ScoringModel
    from segtui.deliver.scripting.features import Feature
    from segtui.deliver.scripting.origin import Origin

RESTARTS = 10
"""k-means starts of a refit where the recipe names none."""

_TAKEN = (
    "customers", "columns", "points", "segment", "distance", "letter", "known", "level", "source", "sources", "table",
    "x", "met", "main", "read", "prepare", "by_rules", "read_table", "argparse", "gzip", "date", "timedelta", "Path",
)  # fmt: skip


def script(model: ScoringModel, handover: Handover | None = None, delivered: str = "customers.csv") -> str:
    """The text of segment.py.

    handover: says how the sources were read; without it, and where a feature comes from something that a script does
    not know, the script begins with the delivered table of customers, whose name is `delivered`.
    """
    return _Script(model, handover, delivered).text()


class _Script:
    def __init__(self, model: ScoringModel, handover: Handover | None, delivered: str) -> None:
        self.model = model
        self.origin: Origin = origin(model, handover, delivered)
        self.features: list[Feature] = features.features_of(model, Names([*_TAKEN, *defined()]))
        cluster = handover.answer.recipe.cluster if handover is not None else None
        self.seed = cluster.seed if cluster is not None else 0
        self.restarts = (cluster.restarts if cluster is not None else 0) or RESTARTS
        self.trimmed = bool(handover is not None and handover.answer.recipe.prepare.trim)
        self.lines: Lines | None = None
        rollup = self.origin.rollup
        if rollup is not None and not self.origin.why:
            self.lines = Lines(self.origin, rollup, [feature.scored.name for feature in self.features])
        self.id = self._id_name()

    def _id_name(self) -> str:
        """What the id is called in the script's own table and in what it writes."""
        if self.lines is not None:
            return "customer_id"
        taken = {*(feature.scored.name for feature in self.features), "segment", "segment_name", "distance"}
        wanted = self.model.id_column or "row"
        while wanted in taken:
            wanted += "_2"
        return wanted

    def text(self) -> str:
        """All of it."""
        own = {
            "read": self._read(),
            "prepare": [features.prepare(self.features)],
            "assign": [*([features.rules(self.model, self.features)] if self.model.rules else []), _LABELLED],
            "main": [self._main()],
        }
        tables = features.tables(self.features)
        made = needed([*(text for part in own.values() for text in part), *tables])
        sections = [
            ("READ", [*made["reading"], *made["dates"], *own["read"][:1], *made["orders"], *own["read"][1:]]),
            ("PREPARE", [*made["preparing"], *own["prepare"]]),
            ("ASSIGN", [*made["assigning"][:-1], *own["assign"], made["assigning"][-1]]),
            ("REFIT, only when asked", made["refitting"]),
        ]
        body = "".join(_section(title, texts) for title, texts in sections)
        if tables:
            body += "\n\n# -- STEP TABLES: value:z, or value:z left of it:at it:right of it\n\n# fmt: off\n"
            body += "\n".join(tables) + "\n# fmt: on\n"
        constants = self._constants()
        head = "\n".join([self._docstring(), "", *_imports(constants + body + own["main"][0]), "", constants])
        return f'{head}\n{body}\n\n{own["main"][0]}\n\n\nif __name__ == "__main__":\n    main()\n'

    # -- head ------------------------------------------------------------------------------------------------------

    def _docstring(self) -> str:
        model = self.model
        names = ", ".join(told(file.rsplit("/", 1)[-1]) for file in self.origin.files[:3])
        begin = "order lines, makes one row per customer" if self.lines is not None else "customers"
        how = "puts them where the rules of a tree say" if model.rules else "puts each to the nearest centroid"
        count = f"{len(self.features)} feature{'s' if len(self.features) > 1 else ''}"
        paragraphs = [
            f"Reads {begin}, brings {count} to scale as segtui did, and {how}. Nothing is fitted, unless --refit asks "
            "for k-means from scratch on the same features and scales."
        ]
        if self.origin.why:
            paragraphs.append(
                "It begins with the table of customers that was delivered beside it, and not with the sources: "
                f"{told(self.origin.why, 120)}."
            )
        if self.trimmed:
            paragraphs.append("Customers that were trimmed as far from every centre get the nearest segment here.")
        layout = self.origin.layout
        excel = ", fastexcel" if layout is not None and layout.format is Format.EXCEL else ""
        told_lines = [f'"""Puts customers in the {model.k} segments that segtui found.', "", f"Made from {names}."]
        for paragraph in paragraphs:
            told_lines += ["", *textwrap.wrap(paragraph, 96)]
        return "\n".join(
            [
                *told_lines,
                "",
                "    python segment.py [SOURCE] --out FILE [--refit] [--k K]",
                "",
                f"Needs Python 3.11, polars 2{excel} and numpy; --refit needs scikit-learn.",
                '"""',
            ]
        )

    def _constants(self) -> str:
        model = self.model
        order = sorted(range(model.k), key=lambda i: (len(model.letters[i]), model.letters[i]))
        names = [f"    {literal(model.letters[i])}: {literal(model.names[i])}," for i in order]
        files = self.origin.files
        found = [long_text("SOURCE", files[0])] if len(files) == 1 else [_listed_texts("SOURCES", files)]
        if self.lines is not None:
            found += self.lines.constants()
        found += [
            "",
            "\n".join(["SEGMENTS = {", *names, "}"]),
            self._letters(),
            self._centroids(),
        ]
        if levels := features.constants(self.features):
            found += ["", *levels]
        return "\n".join(found)

    def _letters(self) -> str:
        letters = [literal(letter) for letter in self.model.letters]
        line = f"LETTERS = np.array([{', '.join(letters)}], dtype=object)  # one per centroid"
        if len(line) <= 100:
            return line
        return "\n".join([listed("LETTERS = np.array(\n    [", letters, "    ],\n    dtype=object,\n)")])

    def _centroids(self) -> str:
        rows = [[number(value) for value in row] for row in self.model.centroids]
        lines = [
            f"        [{', '.join(row)}],  # {letter}" for row, letter in zip(rows, self.model.letters, strict=True)
        ]
        said = "# One row per letter, one number per column of prepare(): scaled and weighted."
        if max(map(len, lines)) <= 100:
            return "\n".join([said, "CENTROIDS = np.array(", "    [", *lines, "    ]", ")"])
        from segtui.deliver.scripting.text import numbers

        parts = [said, "# fmt: off", "CENTROIDS = np.array(["]
        for row, letter in zip(self.model.centroids, self.model.letters, strict=True):
            parts += [f"    [  # {letter}", *numbers(row, 8), "    ],"]
        return "\n".join([*parts, "])", "# fmt: on"])

    # -- read ------------------------------------------------------------------------------------------------------

    def _read(self) -> list[str]:
        if self.lines is not None:
            return [self._read_table(), *self._read_lines()]
        return [self._read_table(), self._read_customers()]

    def _sources(self) -> list[str]:
        """The columns of the source that are needed, as it calls them."""
        if self.lines is not None:
            return list(dict.fromkeys(self.lines.roles[role] for role in self.lines.used()))
        own = [feature.scored.name for feature in self.features]
        names = [self.model.id_column, *own] if self.model.id_column else own
        if self.origin.why and self.origin.buyers_only and "frequency" not in names:
            names.append("frequency")
        return names

    def _read_table(self) -> str:
        """The function that reads the columns needed from one file."""
        names, layout = self._sources(), self.origin.layout
        everything = self.lines is not None and self.lines.whole_rows
        by_name = columns.plain_names(layout, names)
        lines = ["def read_table(source: str) -> pl.DataFrame:"]
        text = layout is None or layout.format is Format.TEXT
        lines.append(f'    """The columns that are needed{", all as text" if text else ""}."""')
        wanted = [literal(name) if by_name else str(self.origin.place(name)) for name in names]
        if everything:
            wanted = []
        if not by_name and not everything:
            wanted = [str(place) for place in sorted(map(self.origin.place, names))]
            names = sorted(names, key=self.origin.place)
        lines.append(listed("columns = [", wanted, "]", 4)) if wanted else None
        arguments, head, picks = columns.reading_call(self.origin, "columns" if wanted else "None")
        if not wanted:
            arguments = [one for one in arguments if one != "columns=None"]
        if picks and by_name:
            lines.append(listed(f"return {head}", arguments, ")", 4))
        elif by_name:
            lines.append(listed(f"table = {head}", arguments, ")", 4))
            lines.append("    return table.select(columns)" if wanted else "    return table")
        else:
            lines.append(listed(f"table = {head}", arguments, ")", 4))
            given = [c.name for c in self.origin.report.columns] if everything and self.origin.report else names
            lines.append(listed("table.columns = [", [literal(name) for name in given], "]", 4))
            lines.append("    return table")
        return _folded("\n".join(lines))

    def _open(self) -> list[str]:
        if len(self.origin.files) > 1:
            return ["    table = pl.concat([read_table(source) for source in sources])"]
        return ["    table = read_table(source)"]

    @property
    def _given(self) -> str:
        return "sources: list[str]" if len(self.origin.files) > 1 else "source: str"

    def _read_lines(self) -> list[str]:
        assert self.lines is not None
        reading = [
            f"def read_lines({self._given}) -> pl.DataFrame:",
            '    """The order lines, each column under the name of what it stands for."""',
            *self._open(),
        ]
        if self.lines.whole_rows:
            reading.append("    first = table.select(pl.struct(pl.all()).is_first_distinct()).to_series()")
        entries = [f"            {entry}," for entry in self.lines.reading("table")]
        entries = [entry.replace('": ', '": ', 1) for entry in entries]
        if self.lines.whole_rows:
            entries.append('            "first of its kind": first,')
        reading += ["    return pl.DataFrame(", "        {", *entries, "        }", "    )"]
        call = "sources" if len(self.origin.files) > 1 else "source"
        read = [
            f"def read({self._given}) -> pl.DataFrame:",
            '    """The customers: the id, and the features that vote."""',
            f"    return roll_up(read_lines({call}))",
        ]
        return ["\n".join(reading), self.lines.counts(), *self.lines.money(), self.lines.roll_up(), "\n".join(read)]

    def _read_customers(self) -> str:
        lines = [
            f"def read({self._given}) -> pl.DataFrame:",
            '    """The customers: the id, and the features that vote, in the order of the source."""',
            *self._open(),
            "    return pl.DataFrame(",
            "        {",
        ]
        if self.model.id_column:
            lines.append(f"            {literal(self.id)}: {self._id()},")
        else:
            lines.append(f"            {literal(self.id)}: pl.int_range(1, table.height + 1, eager=True),")
        lines += [f"            {feature.at}: {self._value(feature)}," for feature in self.features]
        if self.origin.why and "frequency" in self._sources() and "frequency" not in self._voting:
            lines.append('            "frequency": table["frequency"].cast(pl.Float64),')
        return "\n".join([*lines, "        }", "    )"])

    @property
    def _voting(self) -> set[str]:
        return {feature.scored.name for feature in self.features}

    def _id(self) -> str:
        name = self.model.id_column
        at = f"table[{literal(name)}]"
        if self.origin.why:
            return f"read_as({at}, any_text)"
        return columns.id_of(Cell(at, self.origin.column(name)), self.origin.kinds.get(name, "String"))

    def _value(self, feature: Feature) -> str:
        at, kind = f"table[{feature.at}]", feature.scored.type
        if self.origin.why:
            whole = self.origin.kinds.get(feature.scored.name, "Int64" if _whole(feature) else "").startswith("Int")
            return columns.delivered_number(at, kind) if feature.numeric else columns.delivered_text(at, kind, whole)
        cell = Cell(at, self.origin.column(feature.scored.name))
        if feature.numeric:
            return columns.number_of(cell)
        return columns.text_of(cell, self.origin.kinds.get(feature.scored.name, "String"))

    # -- main ------------------------------------------------------------------------------------------------------

    def _main(self) -> str:
        many = len(self.origin.files) > 1
        source = 'nargs="*", default=SOURCES' if many else 'nargs="?", default=SOURCE'
        given = "asked.source"
        if not many and self.origin.files[0] == "-":
            source = 'nargs="?", default="/dev/stdin"'
        if self.origin.why:
            source = 'nargs="?", default=beside'
        what = "a file of order lines" if self.lines is not None else "a table of customers"
        known = self._known()
        found = "segment, distance = nearest(points, CENTROIDS)"
        if self.model.rules:
            found = "segment = by_rules(customers)\n    distance = own_distance(points, CENTROIDS, segment)"
        at, points = ("[known]", "points[:, known]") if known else ("", "points")
        id_name = self.model.id_column if self.lines is not None else ""
        alias = f".alias({literal(self._free(id_name))})" if id_name and id_name != self.id else ""
        return "\n".join(
            [
                "def main() -> None:",
                '    """Segments for the customers of a file."""',
                *(["    beside = str(Path(__file__).with_name(SOURCE))"] if self.origin.why else []),
                '    parser = argparse.ArgumentParser(description="Put customers in their segments.")',
                f'    parser.add_argument("source", {source}, help="{what}")',
                '    parser.add_argument("--out", required=True, help="CSV, TSV or Parquet, by its ending")',
                '    parser.add_argument("--refit", action="store_true", help="k-means from scratch")',
                f'    parser.add_argument("--k", type=int, help="segments of a refit ({self.model.k})")',
                "    asked = parser.parse_args()",
                "    if asked.k is not None and not asked.refit:",
                '        parser.error("--k is of use with --refit alone")',
                f"    customers = read({given})",
                "    points = prepare(customers)",
                f"    {found}",
                "    letter = LETTERS[segment]",
                *known,
                "    if asked.refit:",
                "        k = asked.k or len(CENTROIDS)",
                f"        again = refit({points}, letter{at}, k, {self.seed}, {self.restarts})",
                f"        letter{at}, distance{at} = again" if known else "        letter, distance = again",
                f"    table = labelled(customers[{literal(self.id)}]{alias}, letter, distance)",
                "    write(table, asked.out)",
                '    print(f"{table.height:,} customers: {asked.out}")'
                if not known
                else '    print(f"{table.height:,} customers, {(~known).sum():,} without a segment: {asked.out}")',
            ]
        )

    def _free(self, name: str) -> str:
        """The id as the source calls it, unless that is the name of an added column."""
        return f"{name}_2" if name in ("segment", "segment_name", "distance") else name

    def _known(self) -> list[str]:
        """Lines that say who has a segment, and take it from the others; none where everybody has one."""
        lines = features.aside(self.features)
        if self.origin.why and self.origin.buyers_only:
            lines.insert(0, '    known &= numbers(customers["frequency"]) > 0  # who never ordered has no segment')
        if self.model.id_column and self.lines is None:
            lines.insert(0, f"    known &= customers[{literal(self.id)}].is_not_null().to_numpy()")
        if not lines:
            return []
        return [
            "    known = np.ones(customers.height, dtype=bool)",
            *lines,
            "    letter[~known], distance[~known] = None, np.nan",
        ]


_LABELLED = '''def labelled(ids: pl.Series, letter: np.ndarray, distance: np.ndarray) -> pl.DataFrame:
    """The id, the segment with its name, and the distance to its centre."""
    return pl.DataFrame(
        {
            ids.name: ids,
            "segment": pl.Series(letter, dtype=pl.String),
            "segment_name": pl.Series([SEGMENTS.get(one) for one in letter], dtype=pl.String),
            "distance": pl.Series(distance, nan_to_null=True),
        }
    )'''


def _whole(feature: Feature) -> bool:
    return not any("." in level for level in feature.levels)


def _section(title: str, texts: list[str]) -> str:
    rule = f"# -- {title} "
    rule += "-" * (100 - len(rule))
    body = f"\n\n{rule}\n\n\n"
    for i, text in enumerate(texts):
        if i:
            body += "\n" if _is_constant(texts[i - 1]) and _is_constant(text) else "\n\n\n"
        body += text
    return body + "\n"


def _is_constant(text: str) -> bool:
    return not text.startswith("def ")


def _listed_texts(name: str, items: tuple[str, ...]) -> str:
    from segtui.deliver.scripting.text import constant

    return constant(name, items)


def _folded(text: str) -> str:
    """Functions are kept as they are; lines that nothing can shorten are left to themselves."""
    long = any(len(line) > 100 for line in text.split("\n"))
    return f"# fmt: off\n{text}\n# fmt: on" if long else text


_MODULES = {
    "argparse": "import argparse",
    "gzip": "import gzip",
    "re": "import re",
    "Callable": "from collections.abc import Callable",
    "Path": "from pathlib import Path",
}


def _imports(text: str) -> list[str]:
    """What the script imports: no more than it uses."""
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    plain = [line for name, line in _MODULES.items() if name in used and line.startswith("import")]
    others = [line for name, line in _MODULES.items() if name in used and line.startswith("from")]
    days = [name for name in ("date", "timedelta") if name in used and not _defines(text, name)]
    if days:
        others = sorted([*others, f"from datetime import {', '.join(days)}"])
    return ["from __future__ import annotations", "", *plain, *others, "", "import numpy as np", "import polars as pl"]


def _defines(text: str, name: str) -> bool:
    return f"def {name}(" in text
