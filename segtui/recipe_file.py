"""Recipes to TOML and back: readable, versioned, and strict about what does not fit."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn, TypeVar

from segtui.atomic import WholeFiles
from segtui.errors import RecipeError
from segtui.recipe import (
    CONSEQUENTS,
    HELD_OUT_MOST,
    ITEMS_BY,
    K_MAX,
    K_MIN,
    KINDS,
    LONGEST_RULE,
    MISSING_POLICIES,
    ROLES,
    SCALES,
    STEPS,
    TRANSFORMS,
    TREATMENTS,
    TREE_MOST,
    TRIM_MOST,
    VERSION,
    WEEKS_MOST,
    Anchor,
    BasketSpec,
    ClusterSpec,
    ColumnSpec,
    DecideSpec,
    FeatureSpec,
    GatherSpec,
    PrepareSpec,
    Recipe,
    SourceSpec,
    TableSpec,
)

HEADING = """\
# A segtui recipe: everything needed to repeat one segmentation.
# Open it:    segtui --recipe THIS_FILE          Run it:    segtui run --recipe THIS_FILE
# A key that is left out means: find out, or the default.

"""

MAX_SEED = 2**32 - 1
MOST_DAYS = 36_500

T = TypeVar("T", str, int, float, bool)


# -- writing -----------------------------------------------------------------------------------------------


def to_toml(recipe: Recipe) -> str:
    """`recipe` as TOML text; `from_toml` gives an equal recipe back."""
    import tomli_w

    document: dict[str, object] = {"version": recipe.version, "gather": _gather(recipe.gather)}
    document["prepare"] = _prepare(recipe.prepare)
    cluster = recipe.cluster
    document["cluster"] = {
        "k": cluster.k,
        "seed": cluster.seed,
        "restarts": cluster.restarts,
        "max_iter": cluster.max_iter,
        **({"tree": cluster.tree} if cluster.tree else {}),
    }
    if recipe.baskets != BasketSpec():
        document["baskets"] = asdict(recipe.baskets)
    if recipe.decide != DecideSpec():
        document["decide"] = _decide(recipe.decide)
    if recipe.names:
        document["names"] = dict(recipe.names)
    if recipe.anchor is not None:
        document["anchor"] = _anchor(recipe.anchor)
    return HEADING + tomli_w.dumps(document)


def save(path: str | os.PathLike[str], recipe: Recipe) -> None:
    """Write `recipe` to `path`, whole or not at all, replacing what is there. Raises DeliveryError."""
    with WholeFiles(overwrite=True) as files:
        files.stage(path).write_text(to_toml(recipe), encoding="utf-8")
        files.commit()


def recipe_path(target: Path) -> Path:
    """Where the recipe of the labelled file `target` stands."""
    return target.with_name(f"{target.stem}.recipe.toml")


def _gather(spec: GatherSpec) -> dict[str, object]:
    table: dict[str, object] = {}
    if spec.id_column is not None:
        table["id_column"] = spec.id_column
    if spec.loose_ids:
        table["loose_ids"] = True
    if spec.snapshot is not None:
        table["snapshot"] = spec.snapshot
    if spec.holdout:
        table["holdout"] = spec.holdout
    if spec.sources:
        table["sources"] = [_source(source) for source in spec.sources]
    if spec.tables:
        table["tables"] = [_said(said) for said in spec.tables]
    if spec.steps:
        table["steps"] = dict(spec.steps)
    return table


def _said(spec: TableSpec) -> dict[str, object]:
    """What the analyst says of a table."""
    table = _path(spec.path)
    if spec.kind is not None:
        table["kind"] = spec.kind
    if spec.columns:
        table["columns"] = [
            {
                key: value
                for key, value in (("name", column.name), ("reading", column.reading), ("role", column.role))
                if value is not None
            }
            for column in spec.columns
        ]
    return table


def _source(spec: SourceSpec) -> dict[str, object]:
    given = {"delimiter": spec.delimiter, "encoding": spec.encoding, "header": spec.header, "sheet": spec.sheet}
    return {**_path(spec.path), **{key: value for key, value in given.items() if value is not None}}


def _path(path: str) -> dict[str, object]:
    """A path as text, or as bytes in hexadecimal where the file's name is not valid UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return {"path_bytes": os.fsencode(path).hex()}
    return {"path": path}


def _prepare(spec: PrepareSpec) -> dict[str, object]:
    table: dict[str, object] = {"scale": spec.scale}
    if spec.winsorise is not None:
        table["winsorise"] = spec.winsorise
    if spec.trim:
        table["trim"] = float(spec.trim)
    if spec.features is not None:
        table["features"] = [_feature(feature) for feature in spec.features]
    return table


def _feature(spec: FeatureSpec) -> dict[str, object]:
    """What is as it is by default is left out, but for the settings that every recipe has had."""
    table: dict[str, object] = {
        "name": spec.name,
        "on": spec.on,
        "transform": spec.transform,
        "weight": float(spec.weight),
    }
    default = FeatureSpec(spec.name)
    if spec.treat != default.treat:
        table["treat"] = spec.treat
    if spec.order:
        table["order"] = list(spec.order)
    if spec.missing != default.missing:
        table["missing"] = spec.missing
    return table


def _decide(spec: DecideSpec) -> dict[str, object]:
    """What was entered; what was not is left out."""
    given = {key: value for key, value in asdict(spec).items() if value is not None}
    return given | ({"uplift": list(spec.uplift)} if spec.uplift is not None else {})


def _anchor(anchor: Anchor) -> dict[str, object]:
    return {
        "columns": list(anchor.columns),
        "letters": list(anchor.letters),
        "centroids": [[float(value) for value in row] for row in anchor.centroids],
        "prepare": _prepare(anchor.prepare),
    }


# -- reading -----------------------------------------------------------------------------------------------


def load(path: str | os.PathLike[str]) -> Recipe:
    """The recipe in the file `path`. Raises RecipeError, which says where in the file."""
    where = os.fspath(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RecipeError("this is not a text file in UTF-8", where=where, hint="Give a segtui recipe.") from error
    except OSError as error:
        raise RecipeError(
            f"the recipe could not be read: {error.strerror or error}", where=where, hint="Check the path."
        ) from error
    return from_toml(text, where)


def from_toml(text: str, where: str = "recipe") -> Recipe:
    """The recipe that `text` holds; `where` names it in messages. Raises RecipeError."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RecipeError(f"this is not valid TOML: {error}", where=where, hint="Mend that line.") from error
    table = _Table(document, where, "")
    _check_version(table)
    recipe = Recipe(
        gather=_read_gather(table.table("gather")),
        prepare=_read_prepare(table.table("prepare")),
        cluster=_read_cluster(table.table("cluster")),
        baskets=_read_baskets(table.table("baskets")),
        decide=_read_decide(table.table("decide")),
        anchor=_read_anchor(table.table("anchor")) if table.has("anchor") else None,
        names=_read_names(table.table("names")),
    )
    table.finish()
    return recipe


def _check_version(table: _Table) -> None:
    version = table.get("version", int, 0)
    if version > VERSION:
        table.fail(
            "version",
            f"this recipe has version {version}, and this segtui reads versions up to {VERSION}",
            "Install a newer segtui, or export the recipe again with this one.",
        )
    if version < 1:
        table.fail(
            "version",
            "a recipe begins with its version",
            f'Add a line "version = {VERSION}" if this is a segtui recipe.',
        )


def _read_gather(table: _Table) -> GatherSpec:
    spec = GatherSpec(
        sources=tuple(_read_source(source) for source in table.tables("sources")),
        id_column=table.optional("id_column", str),
        tables=tuple(_read_said(said) for said in table.tables("tables")),
        loose_ids=table.get("loose_ids", bool, False),
        snapshot=table.day("snapshot"),
        holdout=table.between("holdout", 0, 0, MOST_DAYS),
        steps=_read_steps(table.table("steps")),
    )
    table.finish()
    return spec


def _read_said(table: _Table) -> TableSpec:
    columns = tuple(_read_column(column) for column in table.tables("columns"))
    kind = table.choice("kind", KINDS, KINDS[0]) if table.has("kind") else None
    said = TableSpec(_read_path(table), kind, columns)
    table.finish()
    return said


def _read_column(table: _Table) -> ColumnSpec:
    role = table.choice("role", ("", *ROLES), "") if table.has("role") else None
    column = ColumnSpec(table.required("name", str), table.optional("reading", str), role)
    table.finish()
    return column


def _read_steps(table: _Table) -> tuple[tuple[str, bool], ...]:
    for name in table.keys:
        if name not in STEPS:
            table.fail(name, f"there is no cleaning step {name!r}", f"Known are: {', '.join(STEPS)}.")
    return tuple((name, table.get(name, bool, True)) for name in STEPS if name in table.keys)


def _read_source(table: _Table) -> SourceSpec:
    delimiter = table.optional("delimiter", str)
    if delimiter is not None and len(delimiter) != 1:
        table.fail("delimiter", f"a delimiter is one character, not {delimiter!r}")
    spec = SourceSpec(
        path=_read_path(table),
        delimiter=delimiter,
        encoding=table.optional("encoding", str),
        header=table.optional("header", bool),
        sheet=table.optional("sheet", str),
    )
    table.finish()
    return spec


def _read_path(table: _Table) -> str:
    raw = table.optional("path_bytes", str)
    if raw is None:
        return table.required("path", str)
    try:
        return os.fsdecode(bytes.fromhex(raw))
    except ValueError:
        table.fail("path_bytes", "these are not bytes in hexadecimal")


def _read_prepare(table: _Table) -> PrepareSpec:
    features = None
    if table.has("features"):
        features = tuple(_read_feature(feature) for feature in table.tables("features"))
        _refuse_repeated(table, [feature.name for feature in features])
    trim = table.number("trim", 0.0)
    if not 0.0 <= trim <= TRIM_MOST:
        table.fail("trim", f"a share to trim lies between 0 and {TRIM_MOST:g}, not at {trim}", "0.01 is usual.")
    spec = PrepareSpec(
        features=features,
        scale=table.choice("scale", SCALES, PrepareSpec().scale),
        winsorise=table.optional("winsorise", bool),
        trim=trim,
    )
    table.finish()
    return spec


def _refuse_repeated(table: _Table, names: Sequence[str]) -> None:
    from collections import Counter

    for name, times in Counter(names).items():
        if times > 1:
            table.fail("features", f"the feature {name!r} is listed {times} times", "Keep one of them.")


def _read_feature(table: _Table) -> FeatureSpec:
    weight = table.number("weight", 1.0)
    if not (math.isfinite(weight) and weight >= 0):
        table.fail("weight", f"a weight is a number from 0 up, not {weight}", "1 is one ordinary vote.")
    spec = FeatureSpec(
        name=table.required("name", str),
        on=table.get("on", bool, True),
        transform=table.choice("transform", ("auto", *TRANSFORMS), "auto"),
        weight=weight,
        treat=table.choice("treat", TREATMENTS, "auto"),
        order=_read_order(table),
        missing=table.choice("missing", MISSING_POLICIES, "auto"),
    )
    table.finish()
    return spec


def _read_order(table: _Table) -> tuple[str, ...]:
    order = table.texts("order")
    if order and (len(order) < 2 or len(set(order)) < len(order)):
        table.fail("order", "an order lists two levels or more, each once, from lowest to highest")
    return tuple(order)


def _read_cluster(table: _Table) -> ClusterSpec:
    default = ClusterSpec()
    spec = ClusterSpec(
        k=table.between("k", default.k, K_MIN, K_MAX),
        seed=table.between("seed", default.seed, 0, MAX_SEED),
        restarts=table.between("restarts", default.restarts, 0, 10_000),
        max_iter=table.between("max_iter", default.max_iter, 1, 1_000_000),
        tree=table.between("tree", default.tree, 0, TREE_MOST),
    )
    table.finish()
    return spec


def _read_baskets(table: _Table) -> BasketSpec:
    default = BasketSpec()
    spec = BasketSpec(
        by=table.choice("by", ITEMS_BY, default.by),
        min_support=_within(table, "min_support", default.min_support, 1.0),
        min_count=table.between("min_count", default.min_count, 1, MAX_SEED),
        min_confidence=_within(table, "min_confidence", default.min_confidence, 1.0),
        min_lift=_within(table, "min_lift", default.min_lift, math.inf),
        max_length=table.between("max_length", default.max_length, 2, LONGEST_RULE),
        consequents=table.choice("consequents", CONSEQUENTS, default.consequents),
    )
    table.finish()
    return spec


def _read_decide(table: _Table) -> DecideSpec:
    def entered(key: str, most: float) -> float | None:
        return _within(table, key, 0.0, most) if table.has(key) else None

    spec = DecideSpec(
        margin=entered("margin", 1.0),
        cost=_amount(table, "cost"),
        uplift=_read_uplift(table) if table.has("uplift") else None,
        order_value=_amount(table, "order_value"),
        base_rate=entered("base_rate", 1.0),
        held_out=entered("held_out", HELD_OUT_MOST),
        weeks=table.between("weeks", 1, 1, WEEKS_MOST) if table.has("weeks") else None,
    )
    table.finish()
    return spec


def _amount(table: _Table, key: str) -> float | None:
    if not table.has(key):
        return None
    value = table.number(key, 0.0)
    if not (math.isfinite(value) and value >= 0):
        table.fail(key, f"{key} is an amount of 0 or more, not {value:g}")
    return value


def _read_uplift(table: _Table) -> tuple[float, float, float]:
    values = table.numbers("uplift")
    if len(values) != 3 or not -1 <= values[0] <= values[1] <= values[2] <= 1:
        table.fail("uplift", f"uplift is three rising shares, low, middle and high, not {values}", "[0.01, 0.02, 0.04]")
    return values[0], values[1], values[2]


def _within(table: _Table, key: str, default: float, most: float) -> float:
    value = table.number(key, default)
    if not 0.0 <= value <= most:
        table.fail(key, f"{key} lies between 0 and {most:g}, not at {value:g}")
    return value


def _read_names(table: _Table) -> tuple[tuple[str, str], ...]:
    return tuple((letter, table.required(letter, str)) for letter in table.keys)


def _read_anchor(table: _Table) -> Anchor:
    anchor = Anchor(
        prepare=_read_prepare(table.table("prepare")),
        columns=tuple(table.texts("columns")),
        letters=tuple(table.texts("letters")),
        centroids=tuple(table.rows("centroids")),
    )
    if len(anchor.centroids) != len(anchor.letters):
        table.fail("centroids", f"{len(anchor.letters)} letters need as many rows, not {len(anchor.centroids)}")
    if any(len(row) != len(anchor.columns) for row in anchor.centroids):
        table.fail("centroids", f"every row needs {len(anchor.columns)} numbers, one for each of the columns")
    if len(set(anchor.letters)) != len(anchor.letters):
        table.fail("letters", "a letter is listed twice")
    table.finish()
    return anchor


_KINDS = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}


class _Table:
    """A table of the file that knows its own place, hands out values of the type asked for, and what is left over."""

    def __init__(self, values: Mapping[str, object], file: str, place: str) -> None:
        self._values = values
        self._file = file
        self._place = place
        self._known: list[str] = []

    def has(self, key: str) -> bool:
        self._known.append(key)
        return key in self._values

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that the file gives."""
        return tuple(self._values)

    def fail(self, key: str, what: str, hint: str = "") -> NoReturn:
        """Say what is wrong with `key`."""
        raise RecipeError(what, where=f"{self._file}, {self._at(key)}", hint=hint)

    def optional(self, key: str, kind: type[T]) -> T | None:
        """The value of `key`, None where it is not given."""
        if not self.has(key):
            return None
        value = self._values[key]
        # true and false are whole numbers to Python, not to a reader of the file
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fail(key, f"this must be {_KINDS[kind]}, not {value!r}")
        return value

    def get(self, key: str, kind: type[T], default: T) -> T:
        """The value of `key`, or `default`."""
        value = self.optional(key, kind)
        return default if value is None else value

    def required(self, key: str, kind: type[T]) -> T:
        """The value of `key`; it must be there."""
        value = self.optional(key, kind)
        if value is None:
            self.fail(key, f"{key} is missing", f"Give {_KINDS[kind]}.")
        return value

    def number(self, key: str, default: float) -> float:
        """The value of `key`, whole or not."""
        if isinstance(self._values.get(key), int):
            return float(self.get(key, int, 0))
        return self.get(key, float, default)

    def day(self, key: str) -> date | None:
        """A calendar day, None where it is not given."""
        if not self.has(key):
            return None
        value = self._values[key]
        if not isinstance(value, date) or isinstance(value, datetime):
            self.fail(key, f"this must be a day such as 2024-01-31, without quotes, not {value!r}")
        return value

    def between(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self.get(key, int, default)
        if not low <= value <= high:
            self.fail(key, f"{key} must lie between {low} and {high}, not {value}")
        return value

    def choice(self, key: str, choices: Sequence[str], default: str) -> str:
        """One of `choices`."""
        value = self.get(key, str, default)
        if value not in choices:
            self.fail(key, f"{value!r} is none of {', '.join(choices)}", _closest(value, choices))
        return value

    def table(self, key: str) -> _Table:
        """The table under `key`, an empty one where it is not given."""
        self._known.append(key)
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            self.fail(key, f"this must be a table [{self._at(key)}], not {value!r}")
        return _Table(value, self._file, self._at(key))

    def tables(self, key: str) -> tuple[_Table, ...]:
        """The list of tables under `key`."""
        found = []
        for number, value in enumerate(self._list(key), start=1):
            if not isinstance(value, dict):
                self.fail(key, f"entry {number} must be a table in braces, not {value!r}")
            found.append(_Table(value, self._file, f"{self._at(key)} entry {number}"))
        return tuple(found)

    def texts(self, key: str) -> list[str]:
        """The list of texts under `key`."""
        found = []
        for value in self._list(key):
            if not isinstance(value, str):
                self.fail(key, f"this must be a list of texts; {value!r} is none")
            found.append(value)
        return found

    def rows(self, key: str) -> list[tuple[float, ...]]:
        """The list of lists of numbers under `key`."""
        found = []
        for number, row in enumerate(self._list(key), start=1):
            if not isinstance(row, list):
                self.fail(key, f"row {number} must be a list of numbers, not {row!r}")
            found.append(tuple(self._finite(key, value) for value in row))
        return found

    def numbers(self, key: str) -> list[float]:
        """The list of numbers under `key`."""
        return [self._finite(key, value) for value in self._list(key)]

    def finish(self) -> None:
        """Refuse keys that nobody asked for: a misspelt setting must not be ignored in silence."""
        for key in self._values:
            if key not in self._known:
                self.fail(key, f"there is no setting {key!r} here", _closest(key, self._known))

    def _list(self, key: str) -> list[object]:
        self._known.append(key)
        value = self._values.get(key, [])
        if not isinstance(value, list):
            self.fail(key, f"this must be a list, not {value!r}")
        return value

    def _finite(self, key: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.fail(key, f"this must hold finite numbers; {value!r} is none")
        return float(value)

    def _at(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key


def _closest(word: str, choices: Sequence[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, choices, 1)
    return f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(choices)}." if choices else ""
