"""The smallest change of a customer in words."""

from __future__ import annotations

import pytest

from segtui.explain.change_words import change_text
from segtui.explained import Change
from segtui.results import MatrixColumn, Transform

PLAIN = Transform("none", 0.0, 1.0, 0.0)
COLUMNS = (
    MatrixColumn("monetary", None, PLAIN, 1.0),
    MatrixColumn("how often", None, Transform("none", 0.0, 1.0, 0.0, order=("never", "sometimes", "always")), 1.0),
    MatrixColumn("country", "FR", None, 1.0),
    MatrixColumn("bought", "Beauty", None, 1.0, separator=";"),
)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (Change("monetary", 812.4, 1140.0, "B", 0.1), "monetary 812.4 to 1,140 makes it B"),
        (Change("how often", 1.0, 3.0, "C", 0.1), "how often never to always makes it C"),
        (Change("country=FR", 1.0, 0.0, "A", 0.1), "country is not FR makes it A"),
        (Change("country=FR", 0.0, 1.0, "A", 0.1), "country is FR makes it A"),
        (Change("bought=Beauty", 0.0, 1.0, "A", 0.1), "bought has Beauty makes it A"),
        (Change("bought=Beauty", 1.0, 0.0, "A", 0.1), "bought has not Beauty makes it A"),
        (None, ""),
    ],
)
def test_in_words(change: Change | None, says: str) -> None:
    assert change_text(change, COLUMNS) == says
