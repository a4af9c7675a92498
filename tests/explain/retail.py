"""RFM of Online Retail with two random columns and a near-copy of the money, as METHODS C3 has measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from segtui.results import FeatureMatrix, Segmentation
from tests.bench.calibrate_drivers import fitted, matrix, rfm, z

NAMES = ("recency", "frequency", "monetary", "noise 1", "noise 2", "copy")
FILE = "online_retail_2010_2011.parquet"


def with_noise_and_copy(shared_data: Path) -> tuple[FeatureMatrix, Segmentation]:
    """Six equal votes and their four clusters. What was copied with how much noise is not known of METHODS; a standard
    deviation of .05 gives its numbers."""
    real = rfm(shared_data / FILE)
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(2, real.shape[1]))
    copy = real[2] + 0.05 * rng.normal(size=real.shape[1])
    values = z(np.vstack([real, noise, copy[None]]))
    made = matrix(values, NAMES)
    return made, fitted(values, made, 4, 0)
