"""The command of a script: what it is asked, in which order it works, and what it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.deliver.scripting import features
from segtui.deliver.scripting.text import literal

if TYPE_CHECKING:
    from segtui.deliver.scripting.plan import Plan

LABELLED = '''def labelled(ids: pl.Series, letter: np.ndarray, distance: np.ndarray) -> pl.DataFrame:
    """The id, the segment with its name, and the distance to its centre."""
    return pl.DataFrame(
        {
            ids.name: ids,
            "segment": pl.Series(letter, dtype=pl.String),
            "segment_name": pl.Series([SEGMENTS.get(one) for one in letter], dtype=pl.String),
            "distance": pl.Series(distance, nan_to_null=True),
        }
    )'''
"""The function that makes the table to write."""


def main(plan: Plan) -> str:
    """The function `main`."""
    what = "a file of order lines" if plan.lines is not None else "a table of customers"
    known = _known(plan)
    without = ", {(~known).sum():,} without a segment" if known else ""
    lines = [
        "def main() -> None:",
        '    """Segments for the customers of a file."""',
        *(["    beside = str(Path(__file__).with_name(SOURCE))"] if plan.origin.why else []),
        '    parser = argparse.ArgumentParser(description="Put customers in their segments.")',
        f'    parser.add_argument("source", {_source(plan)}, help="{what}")',
        '    parser.add_argument("--out", required=True, help="CSV, TSV or Parquet, by its ending")',
        '    parser.add_argument("--refit", action="store_true", help="k-means from scratch")',
        f'    parser.add_argument("--k", type=int, help="segments of a refit ({plan.model.k})")',
        "    asked = parser.parse_args()",
        "    if asked.k is not None and not asked.refit:",
        '        parser.error("--k is of use with --refit alone")',
        "",
        "    customers = read(asked.source)",
        "    points = prepare(customers)",
    ]
    if plan.model.rules:
        lines += ["    segment = by_rules(customers)", "    distance = own_distance(points, CENTROIDS, segment)"]
    else:
        lines.append("    segment, distance = nearest(points, CENTROIDS)")
    lines += [
        "    letter = LETTERS[segment]",
        *known,
        "    if asked.refit:",
        "        k = asked.k or len(CENTROIDS)",
        *_refitted(plan, bool(known)),
        "",
        f"    table = labelled(customers[{plan.words.at(plan.id)}]{_alias(plan)}, letter, distance)",
        "    write(table, asked.out)",
        f'    print(f"{{table.height:,}} customers{without}: {{asked.out}}")',
    ]
    return "\n".join(lines)


def _refitted(plan: Plan, some: bool) -> list[str]:
    """some: whether somebody has no segment, and takes no part."""
    if not some:
        return [f"        letter, distance = refit(points, letter, k, {plan.seed}, {plan.restarts})"]
    return [
        f"        again = refit(points[:, known], letter[known], k, {plan.seed}, {plan.restarts})",
        "        letter[known], distance[known] = again",
    ]


def _source(plan: Plan) -> str:
    if plan.many:
        return 'nargs="*", default=SOURCES'
    if plan.origin.files[0] == "-":
        return 'nargs="?", default="/dev/stdin"'
    return f'nargs="?", default={"beside" if plan.origin.why else "SOURCE"}'


def _alias(plan: Plan) -> str:
    """The id of customers of order lines is called as in the lines, unless an added column is called so."""
    name = plan.model.id_column
    if plan.lines is None or not name or name == plan.id:
        return ""
    return f".alias({literal(f'{name}_2') if name in ('segment', 'segment_name', 'distance') else plan.words.at(name)})"


def _known(plan: Plan) -> list[str]:
    """Lines that say who has a segment, and take it from the others; none where everybody has one."""
    lines = features.aside(plan.features)
    if plan.origin.why and plan.origin.buyers_only:
        lines[:0] = ["    # who never ordered has no segment", '    known &= numbers(customers["frequency"]) > 0']
    if plan.model.id_column and plan.lines is None:
        lines.insert(0, f"    known &= customers[{plan.words.at(plan.id)}].is_not_null().to_numpy()")
    if not lines:
        return []
    return [
        "    known = np.ones(customers.height, dtype=bool)",
        *lines,
        "    letter[~known], distance[~known] = None, np.nan",
    ]
