"""Is there any structure? A verdict on one segmentation: natural, reproducible or constructive (METHODS B2).

k-means cuts anything into k pieces and reports a respectable silhouette for it, so the silhouette of the segments is
compared with that of draws which have the same columns, correlated as much, and no other structure: a Gaussian copula
with the margins of the data. Groups that show within one column are in the margins, where such draws have them too;
for these every column is tested for more than one mode (Hartigan's dip). Data and draws are clustered alike, on the
same number of rows and with the same effort.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from scipy import special

from segtui.cluster.criteria import scores
from segtui.cluster.dip import dip, holm, jittered, p_value, shared
from segtui.cluster.refit import Refit, refit
from segtui.cluster.sample import differing, generator
from segtui.errors import AnalysisError
from segtui.evidence import STABLE, Dip, Structure, Verdict
from segtui.progress import Progress, Steps
from segtui.results import Converged, FeatureMatrix, MatrixColumn, Segmentation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.results import Floats, Floats32

    Places = NDArray[np.intp]

ROWS = 5_000
"""Customers that are looked at: the first, which in canonical order are a random sample."""

DRAWS = 20
"""Draws that the data is compared with. With 20, p is .048 where no draw has as much; 18 could never reach .05."""

DELTA, LEVEL = 0.05, 0.05
"""What counts as structure beyond margins and correlations: at least so much more silhouette, and p at most this."""

MODES = 0.01
"""A column has more than one mode when its adjusted p is below this."""

FEWEST = 3
"""Different values below which a column is not tested for modes: two values always are two heaps."""

HEAPED = 0.1
"""Share of customers in heaps off any grid, the largest aside, above which a column is not tested for modes. Ratios of
small counts (1/2, 2/3, 3/4) are such: every heap looks like a mode, and there is no step to spread it over."""

PURPOSE_DATA, PURPOSE_COPULA, PURPOSE_DRAW, PURPOSE_JITTER = 51, 52, 53, 54

DOING = "testing structure"

Originals = Sequence[tuple[str, "Floats | None"]]
"""Features and the values of at least the first ROWS customers in original units (nan: missing); None: has none."""

T = TypeVar("T")


def structure(
    values: Floats32,
    columns: tuple[MatrixColumn, ...],
    originals: Originals,
    k: int,
    seed: int,
    jaccard: tuple[float, ...] | None,
) -> Steps[Structure]:
    """The verdict on k segments of `values` (columns, customers in random order), each meant as `columns` says.

    jaccard: mean Jaccard similarity of every segment over resampled fits, None where that was not measured.
    """
    sample = centred(values[:, :ROWS])
    dips = yield from _dips(values[:, :ROWS], columns, dict(originals), seed)
    compared = yield from _compared(sample, columns, k, seed)
    evidence = Evidence(compared, dips, min(jaccard) if jaccard else None)
    verdict = evidence.verdict
    return Structure(
        verdict=verdict,
        meaning=MEANINGS[verdict] if jaccard else NOT_MEASURED,
        k=k,
        silhouette=compared.silhouette,
        null=float(np.mean(compared.null)) if compared.null else None,
        p=compared.p,
        draws=len(compared.null),
        rows=sample.shape[1],
        dips=dips,
        jaccard=evidence.lowest,
        notes=(*compared.notes, *evidence.notes()),
    )


# -- the verdict -----------------------------------------------------------------------------------------

MEANINGS = {
    Verdict.NATURAL: "The segments are groups that are there, and they come back when the customers are drawn anew.",
    Verdict.REPRODUCIBLE: (
        "No gaps show between the segments, but the cuts fall at the same places when the customers are drawn anew."
    ),
    Verdict.CONSTRUCTIVE: (
        "The boundaries move when the customers are drawn anew: take the segments for a useful cut, and where it goes "
        "for your choice."
    ),
}
NOT_MEASURED = (
    "Whether the segments come back was not measured: take them for a useful cut, and where it goes for your choice."
)


@dataclass(frozen=True, slots=True)
class Compared:
    """Squared silhouettes of the data and of draws without its structure. notes: what stood in the way."""

    silhouette: float | None = None
    null: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def p(self) -> float | None:
        """The share of draws, counting the data itself, with at least as much silhouette."""
        if self.silhouette is None or not self.null:
            return None
        return (1 + sum(one >= self.silhouette for one in self.null)) / (1 + len(self.null))

    @property
    def beyond(self) -> bool:
        """Whether the data has more silhouette than margins and correlations give."""
        if self.silhouette is None or self.p is None:
            return False
        return self.silhouette - float(np.mean(self.null)) >= DELTA and self.p <= LEVEL


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict rests on. lowest: the Jaccard similarity of the least stable segment, where it was measured."""

    compared: Compared
    dips: tuple[Dip, ...]
    lowest: float | None

    @property
    def structured(self) -> bool:
        """Structure between columns, or more than one mode within one, in original units."""
        return self.compared.beyond or any(_rejects(one.original) for one in self.dips)

    @property
    def verdict(self) -> Verdict:
        """The rule of METHODS B2; what was not measured counts as not stable."""
        if self.lowest is None or self.lowest < STABLE:
            return Verdict.CONSTRUCTIVE
        return Verdict.NATURAL if self.structured else Verdict.REPRODUCIBLE

    def notes(self) -> tuple[str, ...]:
        """What the verdict does not say, in sentences."""
        said = [note for one in self.dips if (note := _mode_note(one))]
        if self.lowest is None:
            said.append("Stability was not measured, and without it no verdict is better than constructive.")
        elif self.structured and self.lowest < STABLE:
            said.append("There is structure, but not all of these segments come back: another k may fit it better.")
        return tuple(said)


def _rejects(p: float | None) -> bool:
    return p is not None and p < MODES


def _mode_note(one: Dip) -> str:
    """What a column with several modes comes to."""
    original, scaled = _rejects(one.original), _rejects(one.scaled)
    if original:
        return f"{one.column} has more than one mode{'' if scaled else ', but not on the transformed scale'}."
    if scaled:
        return f"{one.column} has more than one mode on the transformed scale only: the transform made it."
    return ""


# -- modes within a column -------------------------------------------------------------------------------


def _dips(
    sample: Floats32, columns: tuple[MatrixColumn, ...], originals: dict[str, Floats | None], seed: int
) -> Steps[tuple[Dip, ...]]:
    """A dip test of every numeric column in original units and as scaled, adjusted over the columns."""
    found: list[Dip] = []
    for i, (column, scaled) in enumerate(zip(columns, sample, strict=True)):
        if column.transform is None or column.level is not None:
            continue
        yield Progress(DOING, 0.0, f"modes of {column.name}")
        rng = generator(seed, PURPOSE_JITTER, i)
        found.append(_dip(column.name, scaled.astype(np.float64), originals.get(column.feature), rng))
    return adjusted(tuple(found))


def _dip(name: str, scaled: Floats, original: Floats | None, rng: np.random.Generator) -> Dip:
    """The tests of one column, p values not yet adjusted. Filled-in values are nobody's, and left out."""
    if original is None:
        return Dip(name, None, None, reason="it has no values in original units")
    known = ~np.isnan(original[: len(scaled)])
    values, scaled = original[: len(scaled)][known], scaled[known]
    if len(np.unique(values)) < FEWEST:
        return Dip(name, None, None, reason=f"it has fewer than {FEWEST} different values")
    spread, width = jittered(values, rng)
    if not width and shared(values) > HEAPED:
        return Dip(name, None, None, reason="many customers share values that lie on no grid, and each is a mode")
    moved = _carried(spread, values, scaled) if width else scaled
    after = p_value(dip(moved), len(moved)) if len(np.unique(scaled)) >= FEWEST else None
    return Dip(name, p_value(dip(spread), len(spread)), after, width)


def _carried(moved: Floats, values: Floats, scaled: Floats) -> Floats:
    """Where `moved` values come to lie on a scale known at `values`: on straight lines between them and beyond."""
    at, first = np.unique(values, return_index=True)
    to = scaled[first]
    left = np.clip(np.searchsorted(at, moved) - 1, 0, len(at) - 2)
    slope = np.diff(to) / np.diff(at)
    carried: Floats = to[left] + slope[left] * (moved - at[left])
    return carried


def adjusted(found: tuple[Dip, ...]) -> tuple[Dip, ...]:
    """Holm's adjustment over the columns, for each scale by itself."""
    original = _over([one.original for one in found])
    scaled = _over([one.scaled for one in found])
    return tuple(
        Dip(one.column, before, after, one.jitter, one.reason)
        for one, before, after in zip(found, original, scaled, strict=True)
    )


def _over(p_values: list[float | None]) -> list[float | None]:
    rest = iter(holm([p for p in p_values if p is not None]))
    return [None if p is None else next(rest) for p in p_values]


# -- more silhouette than margins and correlations give --------------------------------------------------


def _compared(sample: Floats32, columns: tuple[MatrixColumn, ...], k: int, seed: int) -> Steps[Compared]:
    """The squared silhouette of k clusters of `sample`, and of as many of each copula draw."""
    if k < 2:
        return Compared(notes=("One segment has no silhouette to compare.",))
    try:
        yield from differing(sample, k)
    except AnalysisError as error:
        return Compared(
            notes=(f"No silhouettes to compare: among the {sample.shape[1]:,} customers looked at, {error}.",)
        )
    own = yield from _silhouette(sample, k, generator(seed, PURPOSE_DATA, k), 0.05, "data")
    if own is None:
        return Compared(notes=("No silhouettes to compare: every customer is a segment.",))
    law = yield from copula(sample, columns, generator(seed, PURPOSE_COPULA))
    null: list[float] = []
    for draw in range(DRAWS):
        detail = f"draw {draw + 1} of {DRAWS}"
        share = 0.1 + 0.9 * draw / DRAWS
        yield Progress(DOING, share, detail)
        rng = generator(seed, PURPOSE_DRAW, k, draw)
        drawn = yield from copula_draw(law, rng)
        found = yield from _silhouette(drawn, k, rng, share, detail)
        null += [] if found is None else [found]
    notes = ("With one variable there are no correlations: only its modes speak.",) if len(law.variables) < 2 else ()
    return Compared(own, tuple(null), notes)


def _silhouette(sample: Floats32, k: int, rng: np.random.Generator, share: float, detail: str) -> Steps[float | None]:
    return (yield from _told(squared_silhouette(sample, k, rng), share, detail))


def squared_silhouette(sample: Floats32, k: int, rng: np.random.Generator) -> Steps[float | None]:
    """The mean squared silhouette of k clusters fitted afresh; None where fewer than two have members."""
    fit = yield from refit(sample, k, rng)
    return (yield from scores(FeatureMatrix(sample, (), (), {}, (), ""), _segmentation(fit, k))).silhouette_squared


def _segmentation(fit: Refit, k: int) -> Segmentation:
    """What `scores` takes, of a fit that nobody will see."""
    sizes = tuple(np.bincount(fit.labels, minlength=k).tolist())
    rows = len(fit.labels)
    return Segmentation(fit.labels, fit.centroids, sizes, fit.inertia, False, Converged.TOLERANCE, 0, rows, 0, (), ())


def _told(steps: Steps[T], share: float, detail: str) -> Steps[T]:
    """The pieces of other work, told as pieces of this one."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: T = stop.value
            return result
        yield Progress(DOING, share, detail)


def centred(values: Floats32) -> Floats32:
    """Columns around 0, where float32 tells customers apart best; nothing here depends on where they lie."""
    wide = values.astype(np.float64)
    return np.ascontiguousarray(wide - wide.mean(axis=1, keepdims=True), dtype=np.float32)


# -- Gaussian copula -------------------------------------------------------------------------------------

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
