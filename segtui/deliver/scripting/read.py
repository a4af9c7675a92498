"""READ of a script: the functions that open the source and make customers of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.deliver.scripting import columns
from segtui.deliver.scripting.columns import Cell
from segtui.deliver.scripting.text import listed
from segtui.gather.sniff import Format

if TYPE_CHECKING:
    from segtui.deliver.scripting.features import Feature
    from segtui.deliver.scripting.plan import Plan
    from segtui.deliver.scripting.rolling import Customers


def read(plan: Plan) -> list[str]:
    """All of them; the first opens a file, the last is `read`."""
    opening = _read_table(plan)
    if plan.lines is None:
        return [opening, _read_customers(plan)]
    lines, call = plan.lines, "sources" if plan.many else "source"
    last = [
        f"def read({plan.parameter}) -> pl.DataFrame:",
        '    """The customers: the id, and the features that vote."""',
        f"    return roll_up(read_lines({call}))",
    ]
    return [opening, _read_lines(plan, lines), lines.counts(), *lines.money(), lines.roll_up(), "\n".join(last)]


# -- one file ----------------------------------------------------------------------------------------------------


def _sources(plan: Plan) -> list[str]:
    """The columns of the source that are needed, as it calls them; none: all of them."""
    if plan.lines is not None:
        used = dict.fromkeys(plan.lines.roles[role] for role in plan.lines.used())
        return [] if plan.lines.whole_rows else list(used)
    names = [feature.scored.name for feature in plan.features]
    if plan.model.id_column:
        names.insert(0, plan.model.id_column)
    if plan.origin.why and plan.origin.buyers_only and "frequency" not in names:
        names.append("frequency")
    return names


def _read_table(plan: Plan) -> str:
    """The function that reads the columns needed from one file."""
    names, origin, at = _sources(plan), plan.origin, plan.words.at
    report = origin.report
    everything = [column.name for column in report.columns] if report is not None else []
    by_name = columns.plain_names(origin.layout, names or everything)
    wanted = [at(name) for name in names]
    if not by_name:  # Polars gives the columns back in the order of the file
        names = sorted(names, key=origin.place)
        wanted = [str(origin.place(name)) for name in names]
    text = origin.layout is None or origin.layout.format is Format.TEXT
    lines = ["def read_table(source: str) -> pl.DataFrame:"]
    lines.append(f'    """The columns that are needed{", all as text" if text else ""}."""')
    if wanted:
        lines.append(listed("columns = [", wanted, "]", 4))
    arguments, head, picks = columns.reading_call(origin, bool(wanted))
    whole = by_name and (picks or not wanted)
    lines.append(listed(f"{'return' if whole else 'table ='} {head}", arguments, ")", 4))
    if not by_name:
        lines.append(listed("table.columns = [", [at(name) for name in names or everything], "]", 4))
    if not whole:
        lines.append("    return table" if not by_name else "    return table.select(columns)")
    return "\n".join(lines)


def _open(plan: Plan) -> str:
    if plan.many:
        return "    table = pl.concat([read_table(source) for source in sources])"
    return "    table = read_table(source)"


# -- order lines, and customers ----------------------------------------------------------------------------------


def _read_lines(plan: Plan, lines: Customers) -> str:
    entries = lines.reading("table")
    if lines.whole_rows:
        entries.append('"first of its kind": table.select(pl.struct(pl.all()).is_first_distinct()).to_series()')
    return "\n".join(
        [
            f"def read_lines({plan.parameter}) -> pl.DataFrame:",
            '    """The order lines, each column under the name of what it stands for."""',
            _open(plan),
            "    return pl.DataFrame(",
            "        {",
            *(f"            {entry}," for entry in entries),
            "        }",
            "    )",
        ]
    )


def _read_customers(plan: Plan) -> str:
    at = plan.words.at
    if plan.model.id_column:
        entries = [f"{at(plan.id)}: {_id(plan)}"]
    else:
        entries = [f"{at(plan.id)}: pl.int_range(1, table.height + 1, eager=True)"]
    entries += [f"{feature.at}: {_value(plan, feature)}" for feature in plan.features]
    if "frequency" in _sources(plan) and not any(f.scored.name == "frequency" for f in plan.features):
        entries.append('"frequency": table["frequency"].cast(pl.Float64)')
    return "\n".join(
        [
            f"def read({plan.parameter}) -> pl.DataFrame:",
            '    """The customers: the id, and the features that vote, in the order of the source."""',
            _open(plan),
            "    return pl.DataFrame(",
            "        {",
            *(f"            {entry}," for entry in entries),
            "        }",
            "    )",
        ]
    )


def _id(plan: Plan) -> str:
    name = plan.model.id_column
    at = f"table[{plan.words.at(name)}]"
    if plan.origin.why:
        return f"read_as({at}, any_text)"
    return columns.id_of(Cell(at, plan.origin.column(name)), plan.origin.kinds.get(name, "String"))


def _value(plan: Plan, feature: Feature) -> str:
    name, at, kind = feature.scored.name, f"table[{feature.at}]", feature.scored.type
    if plan.origin.why:
        guess = "Float64" if any("." in level for level in feature.levels) else "Int64"
        whole = plan.origin.kinds.get(name, guess).startswith("Int")
        return columns.delivered_number(at, kind) if feature.numeric else columns.delivered_text(at, kind, whole)
    cell = Cell(at, plan.origin.column(name))
    return columns.number_of(cell) if feature.numeric else columns.text_of(cell, plan.origin.kinds.get(name, "String"))
