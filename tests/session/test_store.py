"""The bounded store: what is forgotten, and that shared arrays count once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from segtui.session.store import Store


@dataclass(frozen=True)
class Holder:
    array: np.ndarray
    inner: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True)
class Table:
    frame: pl.DataFrame


def test_the_least_recently_used_goes_first():
    store = Store(limit=300)
    store["a"] = np.zeros(100, np.uint8)
    store["b"] = np.zeros(100, np.uint8)
    store["c"] = np.zeros(100, np.uint8)
    assert store["a"] is not None
    store["d"] = np.zeros(100, np.uint8)
    assert list(store) == ["c", "a", "d"]
    assert store.nbytes == 300


def test_arrays_inside_results_count_and_shared_ones_count_once():
    store = Store(limit=1000)
    shared = np.zeros(400, np.uint8)
    store["a"] = Holder(shared, (np.zeros(10, np.uint8),))
    store["b"] = Holder(shared)
    assert store.nbytes == 410


def test_the_newest_is_kept_whatever_its_size():
    store = Store(limit=10)
    store["a"] = np.zeros(5, np.uint8)
    store["b"] = np.zeros(100, np.uint8)
    assert list(store) == ["b"]


def test_tables_count_too():
    store = Store(limit=1000)
    store["a"] = Table(pl.DataFrame({"x": pl.Series([1, 2, 3], dtype=pl.Int64)}))
    assert store.nbytes == 24
