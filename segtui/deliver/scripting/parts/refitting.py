"""k-means again, on request."""

from __future__ import annotations

import numpy as np


def refit(points: np.ndarray, k: int, seed: int, restarts: int) -> tuple[np.ndarray, np.ndarray]:
    """k-means from scratch on these points: the segment of every customer, and the centroids."""
    from sklearn.cluster import KMeans

    found = KMeans(n_clusters=k, n_init=restarts, random_state=seed).fit(points.T)
    return found.labels_.astype(np.int64), found.cluster_centers_


def lettered(letters: list[str], segment: np.ndarray, refitted: np.ndarray, k: int) -> list[str]:
    """Letters for the new segments: that of the old one it shares most customers with, or a new one."""
    shared = np.zeros((k, len(letters)), dtype=np.int64)
    np.add.at(shared, (refitted, segment), 1)
    given: dict[int, str] = {}
    for place in np.argsort(-shared, axis=None, kind="stable"):
        new, old = divmod(int(place), len(letters))
        if new not in given and letters[old] not in given.values() and shared[new, old]:
            given[new] = letters[old]
    return [given.get(new, f"new {new + 1}") for new in range(k)]


def compare(old: np.ndarray, new: np.ndarray) -> None:
    """Print how the refitted segments differ from the delivered ones."""
    from sklearn.metrics import adjusted_rand_score

    names, before = np.unique(old, return_counts=True)
    sizes = dict(zip(names.tolist(), before.tolist(), strict=True))
    again, after = np.unique(new, return_counts=True)
    resized = dict(zip(again.tolist(), after.tolist(), strict=True))
    same = float((old == new).mean())
    print(f"refitted: ARI {adjusted_rand_score(old, new):.4f} with the delivered segments,")
    print(f"          {same:.1%} of customers keep their letter")
    print(f"{'segment':>10} {'delivered':>12} {'refitted':>12}")
    for name in sorted(sizes | resized):
        print(f"{name:>10} {sizes.get(name, 0):>12,} {resized.get(name, 0):>12,}")
