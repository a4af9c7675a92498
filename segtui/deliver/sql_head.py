"""The comment that the delivered SQL begins with: what it is, what it reads, how it is used, what it does not cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.deliver.scoring import BUYS
from segtui.deliver.sql_dialects import remark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.deliver.scoring import ScoringModel
    from segtui.deliver.sql_columns import Source
    from segtui.deliver.sql_dialects import Dialect

_TYPES = {
    "number": "number",
    "yes/no": "yes/no (a boolean, or 0 and 1 where there are none)",
    "date": "date",
    "text": "text",
}

_BETWEEN = {";": "semicolon", "|": "bar", ",": "comma"}


def head(model: ScoringModel, sources: Sequence[Source], dialect: Dialect, table: str) -> str:
    """Lines that begin with --, each of which stays a comment whatever the names in it are."""
    lines = [
        f"The segment of every customer of {table}, as segtui found them. One statement, for {dialect.title}.",
        "",
        f"Reads {table}: one row per customer, with the columns of the labelled file (without the added ones),",
        "typed, in the units of that file, NULL where there is no value:",
    ]
    if model.id_column:
        lines.append(f"  {model.id_column}: whatever tells customers apart, handed through")
    lines += [f"  {source.feature.name}: {_told(source)}" for source in sources]
    if model.buyers:
        lines.append(f"  {BUYS}: who has no order (0, or no value) has no segment")
    lines += ["", "Gives, per row: " + ("the id" if model.id_column else "these columns") + ", segment (a letter),"]
    lines += ["segment_name, and distance to the centre of the segment in the scaled space. Segments:"]
    lines += [
        f"  {letter}: {name} ({size:,} customers when this was made)"
        for letter, name, size in sorted(zip(model.letters, model.names, model.sizes, strict=True))
    ]
    how = "the rules of a tree say" if model.rules else "the nearest centre says (of equally near ones the first)"
    lines += ["", f"The segment is what {how}.", *_use(dialect), "", "Not covered:", *_not_covered(sources, dialect)]
    return "".join(f"-- {remark(line)}".rstrip() + "\n" for line in lines)


def _told(source: Source) -> str:
    kind = _TYPES[source.feature.type]
    if source.order:
        kind += ", one of " + ", ".join(f"“{level}”" for level in source.order[:8]) + (" …" if source.order[8:] else "")
        kind += " (however capitals and blanks are set), anything else counts as no value"
    elif source.separator:
        kind += f", labels with a {_BETWEEN.get(source.separator, source.separator)} between them"
    transform = next((c.transform for c in source.columns if c.transform is not None), None)
    fill = next((c.fill for c in source.columns if c.fill is not None), None)
    if source.feature.aside:
        return f"{kind}, without a value there is no segment"
    if transform is not None:
        level = transform.order[int(transform.fill) - 1] if transform.order else f"{transform.fill:,.6g}"
        return f"{kind}, without a value taken for {level}"
    return f"{kind}, without a value taken for “{fill}”" if fill is not None else kind


def _use(dialect: Dialect) -> list[str]:
    told = [
        "Run it as it is, or put CREATE TABLE … AS or CREATE VIEW … AS before it. Names are written as in the file:"
    ]
    if dialect.name == "snowflake":
        return [
            *told,
            "a column that was created without quotes is in capitals here: change its name in the first part.",
        ]
    if dialect.name == "bigquery":
        return [*told, "a column that had to be renamed when it was loaded must be renamed in the first part as well."]
    return [*told, "a column that has another name in the table is to be changed in the first part."]


def _not_covered(sources: Sequence[Source], dialect: Dialect) -> list[str]:
    told = [
        "  How the columns come about: from orders and events, segtui makes them (segtui run … --out).",
        "  Customers that were trimmed as outliers when segments were made: here they get one like all others.",
        "  NaN and infinite numbers count as no value, where the database has them.",
    ]
    if any(source.order or source.separator for source in sources):
        told.append(
            "  Blanks around levels and labels other than spaces, tabs, line ends and no-break spaces, or more than 15."
        )
    if dialect.name == "postgresql":
        told.append("  Numbers other than 0 that are nearer to it than 1e-100: PostgreSQL may stop at an underflow.")
    if dialect.name in ("spark", "bigquery", "snowflake"):
        told.append(f"  segtui's tests read this statement in the grammar of {dialect.title}, but cannot run it there.")
    return told
