"""k-means again, on request."""

from __future__ import annotations

import numpy as np


def refit(
    points: np.ndarray,
    before: np.ndarray,
    k: int,
    seed: int,
    restarts: int,
) -> tuple[np.ndarray, np.ndarray]:
    """k-means from scratch on these points: new letters for every customer, and distances.

    before: the letters that the delivered segments give them, for what is printed.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    found = KMeans(n_clusters=k, n_init=restarts, random_state=seed).fit(points.T)
    after = np.array(matched(before, found.labels_, k))[found.labels_]
    print(f"refitted with k = {k}: ARI {adjusted_rand_score(before, after):.4f}", end=", ")
    print(f"{(before == after).mean():.1%} of customers keep their letter")
    print(f"{'segment':>10} {'delivered':>12} {'refitted':>12}")
    for letter in np.unique(np.concatenate((before, after))):
        sizes = ((before == letter).sum(), (after == letter).sum())
        print(f"{letter:>10} {sizes[0]:>12,} {sizes[1]:>12,}")
    return after, found.transform(points.T).min(axis=1)


def matched(before: np.ndarray, clusters: np.ndarray, k: int) -> list[str]:
    """A letter per cluster: that of the segment it shares most customers with, or a new one."""
    letters, place = np.unique(before, return_inverse=True)
    shared = np.zeros((k, len(letters)), dtype=np.int64)
    np.add.at(shared, (clusters, place), 1)
    given: dict[int, str] = {}
    for best in np.argsort(-shared, axis=None, kind="stable"):
        cluster, old = divmod(int(best), len(letters))
        if shared[cluster, old] and cluster not in given and letters[old] not in given.values():
            given[cluster] = str(letters[old])
    return [given.get(cluster, f"new {cluster + 1}") for cluster in range(k)]
