"""PREPARE and the rules of a script: every feature in its own few lines, in the order of the columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segtui.deliver.scripting.text import WIDTH, constant, listed, literal, number, told
from segtui.prepare.clean import MISSING_LEVEL, OTHER_LEVEL
from segtui.prepare.quantile import step_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.deliver.scoring import ScoredFeature, ScoringModel
    from segtui.deliver.scripting.text import Words
    from segtui.explained import Condition
    from segtui.results import MatrixColumn, Transform


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature with its columns. word: its name in the script; at: the column it is read to."""

    scored: ScoredFeature
    columns: tuple[MatrixColumn, ...]
    word: str
    at: str
    words: Words

    @property
    def transform(self) -> Transform | None:
        """Of a number or a scale."""
        return next((c.transform for c in self.columns if c.transform is not None), None)

    @property
    def scale(self) -> tuple[str, ...]:
        """Of an ordinal feature, its levels."""
        return self.transform.order if self.transform is not None else ()

    @property
    def numeric(self) -> bool:
        """Whether it is read as numbers."""
        return self.transform is not None and not self.scale

    @property
    def separator(self) -> str:
        """Between labels."""
        return next((c.separator for c in self.columns if c.separator), "")

    @property
    def fill(self) -> str | None:
        """The level that stands in for a missing one."""
        return next((c.fill for c in self.columns if c.fill is not None), None)

    def says_missing(self, column: MatrixColumn) -> bool:
        """As `prepare.parts.says_missing`."""
        known = bool(column.order) or column.fill is not None or self.scored.type == "number"
        return column.level == MISSING_LEVEL and known

    @property
    def levels(self) -> list[str]:
        """The levels that have a column of their own."""
        own = (c.level for c in self.columns if c.level is not None and not self.says_missing(c))
        return [level for level in own if level != OTHER_LEVEL]

    @property
    def known(self) -> list[str]:
        """What does not count as another level or label."""
        if not self.separator:
            apart = self.fill is None and any(map(self.says_missing, self.columns))
            return [*self.levels, MISSING_LEVEL] if apart else self.levels
        other = any(c.level == OTHER_LEVEL for c in self.columns)
        return list(dict.fromkeys([*self.levels, *([OTHER_LEVEL] if other else []), MISSING_LEVEL]))

    @property
    def constant(self) -> str:
        """The name of the list of its levels."""
        return f"{self.word.upper()}_{'SCALE' if self.scale else 'LABELS' if self.separator else 'LEVELS'}"


def features_of(model: ScoringModel, words: Words) -> list[Feature]:
    """The features that vote."""
    found = []
    for scored in model.features:
        columns = tuple(c for c in model.columns if c.feature == scored.name)
        found.append(Feature(scored, columns, words.names.new(scored.name), words.at(scored.name), words))
    return found


def constants(features: Sequence[Feature]) -> list[str]:
    """The levels of scales, and of blocks with many columns."""
    found = [constant(f.constant, f.scale) for f in features if f.scale]
    found += [constant(f.constant, f.known) for f in features if not f.scale and _named_levels(f)]
    return found


def _named_levels(feature: Feature) -> bool:
    return bool(feature.levels) or any(c.level == OTHER_LEVEL for c in feature.columns)


def tables(features: Sequence[Feature]) -> list[str]:
    """The step tables of quantile transforms."""
    return [_table(f, f.transform) for f in features if f.transform is not None and _has_steps(f.transform)]


def _has_steps(transform: Transform) -> bool:
    return transform.method == "quantile_normal" and bool(transform.knots)


def _table(feature: Feature, transform: Transform) -> str:
    steps = step_table(transform.knots)
    entries = []
    for value, left, at, right in zip(steps.value, steps.left, steps.at, steps.right, strict=True):
        z = [number(at)] if left == at == right else [number(left), number(at), number(right)]
        entries.append(":".join([number(value), *z]))
    lines, line = [], ""
    for entry in entries:
        if line and len(line) + len(entry) + 1 > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {entry}".strip()
    return f'{feature.word.upper()}_STEPS = step_table("""\n' + "\n".join([*lines, line]) + '\n""")'


# -- prepare -----------------------------------------------------------------------------------------------------


def raw(feature: Feature) -> str:
    """The line that takes the feature's values from the customers."""
    at = f"customers[{feature.at}]"
    if feature.numeric:
        return f"    {feature.word} = numbers({at})"
    if feature.scale:
        return f"    {feature.word} = scores({at}, {feature.constant})"
    if not feature.levels and all(feature.says_missing(c) for c in feature.columns):
        return f"    {feature.word} = {at}"
    fill = MISSING_LEVEL if feature.fill is None else feature.fill
    return f"    {feature.word} = {at}.fill_null({feature.words.at(fill)})"


def prepare(features: Sequence[Feature]) -> str:
    """The function that makes points of customers."""
    lines = [
        "def prepare(customers: pl.DataFrame) -> np.ndarray:",
        '    """The customers as points, one row per column of CENTROIDS, in float64."""',
        "    columns = []",
    ]
    for feature in features:
        lines += ["", f"    # {_said(feature)}", raw(feature), *_columns(feature)]
    return "\n".join([*lines, "", "    return np.array(columns)"])


_METHODS = {
    "none": "as it is",
    "z": "z-score",
    "log1p": "log(1 + x), then a z-score",
    "yeo_johnson": "Yeo-Johnson, then a z-score",
    "quantile_normal": "normal quantile of its rank, then a z-score",
    "robust": "less the median, over the interquartile range",
}


def _said(feature: Feature) -> str:
    name, transform = told(feature.scored.name, 30), feature.transform
    if feature.scale:
        return f"{name}: 1, 2, ... by the place on its scale"
    if transform is not None:
        held = "" if transform.low is None else f"held at {transform.low:.6g} and {transform.high:.6g}, "
        return f"{name}: {held}{_METHODS[transform.method]}"
    return f"{name}: one 0/1 column per {'label' if feature.separator else 'level'}, weighed as a block"


def _columns(feature: Feature) -> list[str]:
    lines: list[str] = []
    run: list[MatrixColumn] = []

    def flush() -> None:
        if run:
            lines.extend(_block(feature, [str(c.level) for c in run], run[0].weight))
            run.clear()

    for column in feature.columns:
        plain = column.transform is None and column.level != OTHER_LEVEL and not feature.says_missing(column)
        if not plain or (run and run[0].weight != column.weight):
            flush()
        if plain:
            run.append(column)
        elif column.transform is not None:
            lines += _scaled(feature.word, column.transform, column.weight)
        else:
            lines += _weighed(_member(feature, column.level), column.weight)
    flush()
    return lines


def _weighed(member: str, weight: float) -> list[str]:
    line = f"    columns.append({member} * {number(weight)})"
    if len(line) <= WIDTH:
        return [line]
    return [f"    member = {member}", f"    columns.append(member * {number(weight)})"]


def _block(feature: Feature, levels: list[str], weight: float) -> list[str]:
    """One column for each of these levels."""
    call = f"has({feature.word}, {literal(feature.separator)}, level)" if feature.separator else ""
    call = call or f"is_at({feature.word}, level)"
    if levels == feature.known:
        return [f"    for level in {feature.constant}:", f"        columns.append({call} * {number(weight)})"]
    start = feature.known.index(levels[0])
    if feature.known[start : start + len(levels)] == levels:
        ends = f"[{start or ''}:{start + len(levels)}]"
        head = f"    for level in {feature.constant}{ends}:"
        return [head, f"        columns.append({call} * {number(weight)})"]
    return [  # a level that is there twice cannot be
        listed("for level in (", [*map(literal, levels), ""], "):", 4),
        f"        columns.append({call} * {number(weight)})",
    ]


def _member(feature: Feature, level: str | None) -> str:
    """Who is at a level, has a label, or has no value."""
    word = feature.word
    if level == MISSING_LEVEL and any(feature.says_missing(c) for c in feature.columns):
        if feature.transform is not None:
            return f"np.isnan({word})"
        given = f"customers[{feature.at}]"
        return f"is_missing({given})"
    if level == OTHER_LEVEL:
        if feature.separator:
            return f"has_other({word}, {literal(feature.separator)}, {feature.constant})"
        return f"is_at_none({word}, {feature.constant})"
    place = f"{feature.constant}[{feature.known.index(str(level))}]"
    shown = literal(str(level)) if len(literal(str(level))) <= 30 else place
    return f"has({word}, {literal(feature.separator)}, {shown})" if feature.separator else f"is_at({word}, {shown})"


def _scaled(word: str, transform: Transform, weight: float) -> list[str]:
    full = f"filled({word}, {number(transform.fill)})"
    if transform.low is not None and transform.high is not None:
        full += f".clip({number(transform.low)}, {number(transform.high)})"
    lines = [f"    x = {full}"]
    if transform.method == "log1p":
        above = "x" if transform.low is not None and transform.low >= 0.0 else "np.maximum(x, 0.0)"
        lines.append(f"    x = np.log1p({above})")
    elif transform.method == "yeo_johnson":
        lines.append(f"    x = yeo_johnson(x, {number(1.0 if transform.power is None else transform.power)})")
    elif transform.method == "quantile_normal":
        lines.append(f"    x = normal_scores(x, {word.upper()}_STEPS)" if transform.knots else "    x = x * 0.0")
    bent = "x"
    if transform.centre:
        sign = "+" if transform.centre < 0 else "-"
        bent = f"x {sign} {number(abs(transform.centre))}"
    if transform.spread != 1.0:
        bent = f"({bent}) / {number(transform.spread)}" if " " in bent else f"{bent} / {number(transform.spread)}"
    if weight != 1.0:
        bent = f"({bent}) * {number(weight)}" if " " in bent and "/" not in bent else f"{bent} * {number(weight)}"
    return [*lines, f"    columns.append({bent})"]


# -- who has no segment, and rules -------------------------------------------------------------------------------


def aside(features: Sequence[Feature]) -> list[str]:
    """Lines that strike out of `known` who has no value in a feature that must be known."""
    lines = []
    for feature in features:
        if feature.scored.aside:
            at = f"customers[{feature.at}]"
            gap = f"np.isnan(numbers({at}))" if feature.numeric else f"is_missing({at})"
            if feature.scale or feature.scored.order:
                gap = f"np.isnan(scores({at}, {feature.constant}))"
            lines.append(f"    known &= ~{gap}")
    return ["    # without a value, no segment", *lines] if lines else []


def rules(model: ScoringModel, features: Sequence[Feature]) -> str:
    """The function that says who is in which segment where a tree does."""
    by_name = {feature.scored.name: feature for feature in features}
    used = {condition.feature for rule in model.rules for condition in rule.conditions}
    lines = [
        "def by_rules(customers: pl.DataFrame) -> np.ndarray:",
        '    """The number of the segment whose rule a customer meets; everybody meets one.',
        "",
        "    A comparison never holds without a value: ~(x > 3) holds then, where x <= 3 does not.",
        '    """',
        *(raw(feature) for feature in features if feature.scored.name in used),
        f"    segment = np.full(customers.height, {model.rules[0].cluster})",
    ]
    for rule in model.rules[1:]:
        conditions = [_condition(by_name[c.feature], c) for c in rule.conditions]
        lines += _where(conditions, rule.cluster)
    return "\n".join([*lines, "    return segment"])


def _where(conditions: list[str], cluster: int) -> list[str]:
    one = f"    segment[{' & '.join(conditions)}] = {cluster}"
    if len(one) <= WIDTH:
        return [one]
    bare = [c[1:-1] if c.startswith("(") else c for c in conditions]
    return [f"    met = {bare[0]}", *(f"    met &= {c}" for c in bare[1:]), f"    segment[met] = {cluster}"]


def _condition(feature: Feature, condition: Condition) -> str:
    if condition.level is not None:
        member = _member(feature, condition.level)
        return member if condition.above else f"~{member}"
    sign, other = (">", "<=") if condition.above else ("<=", ">")
    if condition.missing_holds:  # a comparison with nan does not hold, so its opposite does
        return f"~({feature.word} {other} {number(condition.value)})"
    return f"({feature.word} {sign} {number(condition.value)})"
