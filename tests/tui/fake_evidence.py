"""Evidence on k made by hand for the fake engine: a sweep that fills, an assessment, restarts, a prediction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from segtui.evidence import (
    Assessment,
    Dip,
    Gap,
    Later,
    Pick,
    Prediction,
    PredictionRow,
    Silhouettes,
    Stability,
    Strength,
    Structure,
    Suggestion,
    Sweep,
    SweepRow,
    Verdict,
)
from segtui.explained import DRIVES, DUPLICATE, UNSUPPORTED, Driver, Drivers, Toggle
from segtui.recipe import SCALES, Recipe
from segtui.results import Converged, Restart, Scores

LOWEST = {2: 0.99, 3: 0.93, 4: 0.85, 5: 0.79, 6: 0.76, 7: 0.69, 8: 0.62, 9: 0.55, 10: 0.51, 11: 0.48}
STRENGTH = {2: 0.95, 3: 0.87, 4: 0.73, 5: 0.55, 6: 0.60, 7: 0.45, 8: 0.40, 9: 0.35, 10: 0.31, 11: 0.3}
PLAIN = {2: 0.433, 3: 0.338, 4: 0.337, 5: 0.319, 6: 0.313, 7: 0.309, 8: 0.303, 9: 0.29, 10: 0.285, 11: 0.28}
LATER = {2: 0.188, 3: 0.223, 4: 0.222, 5: 0.245, 6: 0.245, 7: 0.242, 8: 0.258, 9: 0.257, 10: 0.259, 11: 0.258}
NO_HOLDOUT = "no later orders are known: set a holdout"
ALIKE = "customers of a segment do not differ at all, so the logarithm of W has no value"
FAILED = "only 11 distinct customers"


def letter(j: int) -> str:
    return chr(65 + j) if j < 26 else "A" + chr(65 + j - 26)


def flows(k: int, customers: int) -> tuple[tuple[int, ...], ...]:
    """Who goes where from k - 1 to k: one segment splits, every other one loses 2 % to its neighbour."""
    before = sizes(k - 1, customers)
    split = (0, 0, 0, 0, 1, 0, 2, 3, 1, 4, 5, 2, 3)[k % 13]
    table = []
    for i, size in enumerate(before):
        row = [0] * k
        kept = {3: 0.6, 5: 0.5}.get(k, 0.61) if i == split else 0.98
        row[i] = round(size * kept)
        row[k - 1 if i == split else (i + 1) % (k - 1)] += size - row[i]
        table.append(tuple(row))
    return tuple(table)


def sizes(k: int, customers: int) -> tuple[int, ...]:
    if k == 2:
        return (round(customers * 0.6), customers - round(customers * 0.6))
    return tuple(sum(column) for column in zip(*flows(k, customers), strict=True))


def stability(k: int) -> Stability:
    low = LOWEST.get(k, 0.5)
    jaccard = tuple(round(min(0.99, low + 0.06 * ((j * 3 + k) % k)), 2) for j in range(k))
    return Stability(
        jaccard, tuple(0.0 if one > 0.7 else 0.15 for one in jaccard), (low - 0.1, low - 0.02, low), 20, 4_338
    )


def silhouettes(k: int) -> Silhouettes:
    plain = PLAIN.get(k, 0.2)
    squared = tuple(round(0.61 - 0.07 * j, 2) for j in range(k))
    return Silhouettes(squared, plain, plain + 0.01, tuple(plain for _ in range(k)), 2_000, sampled=True)


def row(k: int, scores: Scores, customers: int, first: bool, later: bool, *, complete: bool) -> SweepRow:
    """k as it is after its fit; complete: with all that takes draws."""
    own = sizes(k, customers)
    known = SweepRow(
        k, scores, min(own), 12 + k, "", own, tuple(letter(j) for j in range(k)), () if first else flows(k, customers),
        later=Later(LATER[k], LATER[k] / 2) if later else None, spread=0.004 * k, near_equal=max(0, k - 5),
        reasons=() if later else (("later", NO_HOLDOUT),), pending=True,
    )  # fmt: skip
    if not complete:
        return known
    gap = Gap(0.4 + 0.08 * min(k, 6) - 0.01 * max(0, k - 6), 0.02, 20, 4_338) if k != 9 else None
    reasons = (*known.reasons, *((("gap", ALIKE),) if gap is None else ()))
    return replace(
        known, silhouettes=silhouettes(k), gap=gap, strength=Strength(STRENGTH[k], 0.02, 10, 9_206),
        stability=stability(k), reasons=reasons, pending=False,
    )  # fmt: skip


def picks(rows: Sequence[SweepRow]) -> tuple[Pick, ...]:
    """What the criteria make of rows; they disagree."""
    done = [one for one in rows if not one.pending and one.scores]
    ready = bool(done)
    best = max((one for one in rows if one.scores), key=lambda one: one.scores.silhouette_squared or 0, default=None)
    later = any(one.later for one in rows)
    computed = "being computed"
    return (
        Pick("silhouette_squared", "silhouette, squared distances", best.k if best else None, "largest, .550",
             "few round segments far apart; not to be compared with a Euclidean silhouette, nor across scalings"),
        Pick("silhouette", "silhouette (Kaufman-Rousseeuw)", 2 if ready else None, "largest, .433" if ready else computed,
             "few round segments far apart; below .25 it says nothing, and it cannot rank scalings"),
        Pick("calinski_harabasz", "Calinski-Harabasz", 2, "largest, 4,800", "round segments of equal size, and on skewed data the fewest"),
        Pick("davies_bouldin", "Davies-Bouldin", 4 if len(rows) > 2 else 2, "smallest, .900",
             "compact segments; a few customers far away look like a fine segment to it"),
        Pick("bic", "BIC of equal spheres", 11 if len(rows) > 9 else None, "largest, -88,100",
             "many segments where customers are many: no cloud is made of equal spheres"),
        Pick("gap", "gap", 6 if len(done) > 6 else None, "0.880 is within a standard error of the gap at 7" if len(done) > 6 else "it still rises at the largest k",
             "the first k beyond which more segments gain no more than noise would; it may say one"),
        Pick("strength", "prediction strength", 3 if len(done) > 1 else None, "the largest k of at least 0.80" if ready else computed,
             "few segments that half of the customers predict for the other half; the worst segment decides"),
        Pick("stability", "stability (lowest Jaccard)", 6 if len(done) > 4 else None, "the largest k whose every segment has at least 0.75" if ready else computed,
             "as many segments as all come back when customers are drawn anew; stable is not the same as real"),
        Pick("later", "later spend explained", 5 if later else None, "0.245; the most that any k reaches is 0.259" if later else NO_HOLDOUT,
             "what predicts; it grows with k, so the first k that comes near the most is taken"),
        Pick("inertia", "inertia", None, "drawn, never asked", "falls with every k; its knee follows the range that is plotted, so it is drawn and never asked", never=True),
    )  # fmt: skip


SUGGESTION = Suggestion(
    6,
    "the largest k whose segments all come back when customers are drawn anew (lowest Jaccard 0.76) and are large "
    "enough to act on",
)


def swept(rows: Sequence[SweepRow]) -> Sweep:
    """The rows with their picks, and the suggestion once nothing is pending."""
    waiting = any(one.pending for one in rows)
    return Sweep(tuple(rows), picks(rows), None if waiting or len(rows) < 5 else SUGGESTION)


def structure(k: int, columns: Sequence[str]) -> Structure:
    """No gaps, but stable cuts up to k = 6."""
    low = LOWEST.get(k, 0.5)
    verdict = Verdict.REPRODUCIBLE if low >= 0.75 else Verdict.CONSTRUCTIVE
    meaning = {
        Verdict.REPRODUCIBLE: "No gaps show between the segments, but the cuts fall at the same places when the customers are drawn anew.",
        Verdict.CONSTRUCTIVE: "The boundaries move when the customers are drawn anew: take the segments for a useful cut, and where it goes for your choice.",
    }[verdict]
    dips = [
        Dip(columns[0], 0.16, 0.003, 0.0),
        Dip(columns[1], 0.97, 0.97, 1.0),
        Dip(columns[2], 0.0004, 0.0006, 0.0),
        Dip(columns[3], None, None, 0.0, "it has fewer than 3 different values"),
        *(Dip(name, 1.0, None, 0.0) for name in columns[4:]),
    ]
    return Structure(
        verdict, meaning, k, 0.482, 0.455, 1 / 21, 20, 4_338, tuple(dips), low,
        (f"{columns[0]} has more than one mode on the transformed scale only: the transform made it.",
         f"{columns[2]} has more than one mode."),
    )  # fmt: skip


def assessment(fingerprint: str, k: int, columns: Sequence[str]) -> Assessment:
    return Assessment(fingerprint, silhouettes(k), stability(k), structure(k, columns))


def restarts(k: int) -> tuple[Restart, ...]:
    """Ten of them: some near the best, one of those with other segments, one stopped at the cap."""
    ends = (2.61, 2.613, 2.9, 2.614, 2.624, 2.7, 2.612, 2.66, 2.63, 2.65)
    agreement = (1.0, 0.99, 0.41, 0.98, 0.71, 0.62, 0.99, 0.66, 0.9, 0.7)
    made = []
    for i, (end, alike) in enumerate(zip(ends, agreement, strict=True)):
        steps = 8 + (i * 5 + k) % 17
        path = tuple(end + (4.4 - 0.1 * i - end) * 0.55**step for step in range(steps - 1))
        capped = Converged.MAX_ITER if i == 5 else Converged.TOLERANCE if i == 7 else Converged.LABELS
        made.append(Restart((*path, end), capped, alike))
    return tuple(made)


def prediction(
    recipe: Recipe, on: Sequence[str], tried: Sequence[Recipe], holdout: tuple[date, date], customers: int
) -> Prediction:
    """Scales as METHODS B9 has them; every recipe tried before is a row of its own."""
    base = {"auto": 0.0, "z": -0.08, "robust": -0.1, "log": 0.002, "quantile": -0.01, "none": -0.15}
    ks = tuple(range(2, 9))

    def line(label: str, scale: str, features: Sequence[str], less: float, current: bool = False) -> PredictionRow:
        later = tuple(
            None if label == "none" and k > 5 else Later(max(0.0, LATER[k] + less), LATER[k] / 2 + less / 2) for k in ks
        )
        return PredictionRow(label, tuple(features), scale, later, Later(0.26 + less / 10, 0.14), current)

    rows = [line(scale, scale, on, base[scale], scale == recipe.prepare.scale) for scale in SCALES]
    for one in tried:
        features = one.prepare.features
        names = on if features is None else [spec.name for spec in features if spec.on]
        if one.prepare.scale != recipe.prepare.scale and names == list(on):
            continue
        rows.append(line("tried before", one.prepare.scale, names, -0.03))
    return Prediction(ks, tuple(rows), Later(0.207, 0.11), "", holdout, customers, 0.588)


Found = Callable[[Sweep], None]


def drivers(on: Sequence[str], customers: int) -> Drivers:
    """Where they are on, margin_pct is noise and basket_size says the same as monetary; the rest drives."""
    told = []
    for i, name in enumerate(on):
        moves = round(0.23 - 0.01 * i, 2)
        if name == "margin_pct":
            advice = "try without it: it moves the segments but agrees with no other feature"
            told.append(Driver(name, moves, 0.001, 0.0, "", UNSUPPORTED, advice))
        elif name == "basket_size" and "monetary" in on:
            advice = "switch it off: it says nearly the same as “monetary”"
            told.append(Driver(name, moves, None, None, "monetary", DUPLICATE, advice))
        else:
            told.append(Driver(name, moves, round(1.2 - 0.1 * i, 2), round(1 - 0.1 * i, 2), "", DRIVES))
    rows, alone = min(customers, 20_000), min(customers, 10_000)
    notes = (f"relevance on {alone:,} customers drawn from all {customers:,}",)
    return Drivers(tuple(told), rows, notes, alone, customers)


def toggle(on: Sequence[str], name: str) -> Toggle:
    """Recency moves 31 %, an id is not tried, the last feature stays."""
    if name == "customer_id":
        return Toggle(name, True, None, None, "it names a customer: every value is different")
    if name == "currency":
        return Toggle(name, True, None, None, "constant: one value only")
    if on == [name]:
        return Toggle(name, False, None, None, "it is the only feature that is on")
    return Toggle(name, name not in on, 0.31 if name == "recency" else 0.07, 0.55, rows=10_000)
