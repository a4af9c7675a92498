"""An analysis as a value: everything needed to repeat it, one frozen part per stage."""

from __future__ import annotations

from dataclasses import dataclass, replace

VERSION = 1
"""Recipe format. A file from a newer version is refused; older ones are migrated when read."""

TRANSFORMS = ("none", "z", "log1p", "yeo_johnson", "quantile_normal", "robust")
"""How one numeric feature is brought to scale. The middle four end in a z-score; robust is median and IQR."""

SCALES = ("auto", "z", "robust", "log", "quantile", "none")
"""How all features are brought to scale unless a feature says otherwise. `auto`: the transform proposed for
each column (the only one that may winsorise); `log`: log1p where no value is negative, else yeo_johnson."""

K_MIN, K_MAX = 2, 50


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One input and how to read it; None means: find out.

    path: as the analyst gave it ("-" is standard input).
    """

    path: str
    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None


@dataclass(frozen=True, slots=True)
class GatherSpec:
    """Which sources, and which column identifies a customer.

    id_column: a column name; None: the proposed one; "": there is none.
    """

    sources: tuple[SourceSpec, ...] = ()
    id_column: str | None = None


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One feature: whether it votes, how it is brought to scale, and how loud it is.

    transform: one of TRANSFORMS, or "auto": follow `PrepareSpec.scale`.
    weight: multiplies the scaled column; 1 is one ordinary vote.
    """

    name: str
    on: bool = True
    transform: str = "auto"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class PrepareSpec:
    """Which features and how they are scaled.

    features: None: the proposed ones. Otherwise what is not listed is off.
    """

    features: tuple[FeatureSpec, ...] | None = None
    scale: str = "auto"


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    """How k-means is run.

    restarts: number of k-means++ starts; 0 means as many as the size of the data calls for
    (`cluster.kmeans.restarts_for`).
    """

    k: int = 4
    seed: int = 0
    restarts: int = 0
    max_iter: int = 300


@dataclass(frozen=True, slots=True)
class Anchor:
    """An exact earlier segmentation that later ones take their letters from.

    prepare: the features it was made with, all explicit. letters and centroids (scaled, weighted space,
    one row per letter, columns as the matrix of `prepare` has them) belong together by position.
    """

    prepare: PrepareSpec
    columns: tuple[str, ...]
    letters: tuple[str, ...]
    centroids: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole analysis. Screens never hold state of their own: a key press makes a new Recipe."""

    gather: GatherSpec = GatherSpec()
    prepare: PrepareSpec = PrepareSpec()
    cluster: ClusterSpec = ClusterSpec()
    anchor: Anchor | None = None
    names: tuple[tuple[str, str], ...] = ()
    """Names the analyst gave, as (letter, name)."""

    version: int = VERSION

    def with_k(self, k: int) -> Recipe:
        """The same recipe with `k` clusters, held within K_MIN..K_MAX."""
        return replace(self, cluster=replace(self.cluster, k=max(K_MIN, min(K_MAX, k))))

    def with_features(self, features: tuple[FeatureSpec, ...]) -> Recipe:
        """The same recipe with these features."""
        return replace(self, prepare=replace(self.prepare, features=features))

    def with_feature(self, changed: FeatureSpec) -> Recipe:
        """The same recipe with one feature changed; the features must be explicit already."""
        features = self.prepare.features or ()
        return self.with_features(tuple(changed if f.name == changed.name else f for f in features))

    def with_name(self, letter: str, name: str) -> Recipe:
        """The same recipe with a segment renamed; an empty name gives the automatic one back."""
        names = {**dict(self.names), letter: name}
        return replace(self, names=tuple((a, b) for a, b in sorted(names.items()) if b))


LABELLED_FORMATS = ("csv", "tsv", "ndjson", "parquet", "arrow", "xlsx")


@dataclass(frozen=True, slots=True)
class LabelledSpec:
    """A labelled file to write; not part of the analysis, so not part of a Recipe.

    format: one of LABELLED_FORMATS; None: by the path's ending. csv_safe: prefix text cells that a
    spreadsheet would run as a formula with an apostrophe.
    """

    path: str
    format: str | None = None
    overwrite: bool = False
    csv_safe: bool = False
