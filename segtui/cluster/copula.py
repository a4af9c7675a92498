"""Draws that have the margins and the correlations of the customers, and no other structure: a Gaussian copula.

Every column keeps exactly the values it has; which customer gets which is decided by correlated normal numbers. What
structure the customers have beyond that, the draws do not (METHODS B2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from segtui.progress import Progress, Steps
from segtui.results import MatrixColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Floats32

    Places = NDArray[np.intp]

DOING = "testing structure"

ROUNDS = 6
"""How often the correlations behind tied columns are corrected."""


@dataclass(frozen=True, eq=False, slots=True)
class Variable:
    """One variable of the copula. places: its columns in the matrix. values: float32 (its columns, rows), rows in
    rising order. order: the row of the data at each place. scores: normal scores in that order, equal values sharing
    the mean of theirs."""

    places: tuple[int, ...]
    values: Floats32
    order: Places
    scores: Floats


@dataclass(frozen=True, eq=False, slots=True)
class Copula:
    """What to draw from. factor: (variables, variables), makes independent normals correlated, variance 1."""

    variables: tuple[Variable, ...]
    factor: Floats


def copula(values: Floats32, columns: tuple[MatrixColumn, ...], rng: np.random.Generator) -> Steps[Copula]:
    """The Gaussian copula with the margins of `values` (columns, rows) and the correlations of their normal scores.

    Ties take part of a correlation away when normal numbers are rounded to them: two halves of the customers that
    correlate by .5 come from normals that correlate by .71. The normals therefore correlate by more than the data,
    found by trial: first as theory has it for small correlations (divided by the standard deviations of the scores),
    then by comparing what a draw has with what it should have.

    One nominal feature is one variable, although it has several columns: its levels in the order of their means on the
    first principal component of the other columns, and a drawn row has one of the patterns that occur. Labels, of which
    a customer may have several, and single 0/1 columns are variables of their own.
    """
    groups = together(columns)
    variables: list[Variable] = []
    for places in groups:
        yield Progress(DOING, 0.05, "margins")
        key = values[places[0]].astype(np.float64) if len(places) == 1 else _level_order(values, places, rng)
        variables.append(_variable(places, key, values))
    data = np.empty((len(groups), values.shape[1]))
    for row, variable in zip(data, variables, strict=True):
        row[variable.order] = variable.scores
    factor = yield from _factor(tuple(variables), _correlation(data), rng)
    return Copula(tuple(variables), factor)


def copula_draw(law: Copula, rng: np.random.Generator) -> Steps[Floats32]:
    """As many rows as the data has, (columns, rows) and in random order; every margin is exactly that of the data."""
    rows = len(law.variables[0].order)
    drawn = np.empty((sum(len(one.places) for one in law.variables), rows), dtype=np.float32)
    latent = law.factor @ rng.standard_normal((len(law.variables), rows))
    for variable, normals in zip(law.variables, latent, strict=True):
        drawn[np.array(variable.places)[:, None], np.argsort(normals)] = variable.values
        yield Progress(DOING, None, "drawing")
    return drawn


def together(columns: tuple[MatrixColumn, ...]) -> list[tuple[int, ...]]:
    """Which columns are one variable: the levels of a nominal feature; every other column by itself."""
    groups: dict[object, list[int]] = {}
    for i, column in enumerate(columns):
        alone = column.level is None or column.separator
        groups.setdefault(i if alone else column.feature, []).append(i)
    return [tuple(places) for places in groups.values()]


def _level_order(values: Floats32, places: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """For every row a number that says its pattern of levels, in the order of the means on a principal component."""
    mark = np.zeros(values.shape[1])
    for row, weight in zip(values[list(places)] > 0, rng.random(len(places)), strict=True):
        mark += weight * row  # the same for the same pattern, another one for others
    _, pattern, counts = np.unique(mark, return_inverse=True, return_counts=True)
    others = np.delete(values, places, axis=0).astype(np.float64)
    if not len(others):
        return pattern.astype(np.float64)
    others -= others.mean(axis=1, keepdims=True)
    _, axes = np.linalg.eigh(others @ others.T)
    means = np.bincount(pattern, axes[:, -1] @ others) / counts
    return np.argsort(np.argsort(means))[pattern].astype(np.float64)


def _variable(places: tuple[int, ...], key: Floats, values: Floats32) -> Variable:
    order = np.argsort(key, kind="stable")
    ranked, rows = key[order], len(key)
    first = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    sizes = np.diff(first, append=rows)
    normal = special.ndtri(np.arange(1, rows + 1) / (rows + 1))
    tied = np.repeat(np.add.reduceat(normal, first) / sizes, sizes)
    return Variable(places, values[list(places)][:, order], order, tied)


def _factor(variables: tuple[Variable, ...], wanted: Floats, rng: np.random.Generator) -> Steps[Floats]:
    """The factor of a copula whose draws correlate as `wanted` (normal scores)."""
    rows, count = len(variables[0].order), len(variables)
    spread = np.array([max(one.scores.std(), 1e-3) for one in variables])
    if rows <= count or spread.min() > 0.99:
        return _root(wanted)
    normals = _uncorrelated(rng.standard_normal((count, rows)))
    yield Progress(DOING, 0.08, "correlations")
    latent = wanted / np.outer(spread, spread)
    scored = np.empty((count, rows))
    for _ in range(ROUNDS):
        root = _root(latent)
        for row, variable, normal in zip(scored, variables, root @ normals, strict=True):
            row[np.argsort(normal)] = variable.scores
            yield Progress(DOING, 0.08, "correlations")
        have = _correlation(scored)
        ratio = np.divide(wanted, have, out=np.ones_like(have), where=np.abs(have) > 0.02)
        latent = (root @ root.T) * np.sqrt(np.clip(ratio, 0.25, 4.0))
    return _root(latent)


def _uncorrelated(normals: Floats) -> Floats:
    """Rows that do not correlate to the last digit, so that a draw has no correlations of its own."""
    moved = normals - normals.mean(axis=1, keepdims=True)
    found: Floats = np.linalg.solve(np.linalg.cholesky(moved @ moved.T / moved.shape[1]), moved)
    return found


def _root(correlations: Floats) -> Floats:
    """A with A A' the nearest thing to these correlations that numbers can have, ones on the diagonal."""
    full = np.clip(correlations, -0.999, 0.999)
    np.fill_diagonal(full, 1.0)
    sizes, axes = np.linalg.eigh(full)
    root = axes * np.sqrt(np.maximum(sizes, 0.0))
    scaled: Floats = root / np.sqrt(np.square(root).sum(axis=1, keepdims=True))
    return scaled


def _correlation(rows: Floats) -> Floats:
    """Correlations of the rows; 0 with one that does not vary."""
    moved = rows - rows.mean(axis=1, keepdims=True)
    size = np.sqrt(np.square(moved).sum(axis=1))
    products = np.outer(size, size)
    found: Floats = np.divide(moved @ moved.T, products, out=np.eye(len(rows)), where=products > 0)
    return found
