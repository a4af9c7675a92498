"""A scoring model as JSON and back: no pickles, and every float64 comes back as it was."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from segtui.deliver.scoring import ScoredFeature, ScoringModel, Seen
from segtui.errors import SourceError
from segtui.explained import Condition, LeafRule
from segtui.results import MatrixColumn, Transform

VERSION = 1
"""Of the layout. A file of a newer one is refused."""


def to_json(model: ScoringModel) -> str:
    """The model as a JSON document."""
    document = {"segtui_model": VERSION, **asdict(model)}
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str, where: str) -> ScoringModel:
    """The model that a document holds. Raises SourceError where it holds none; `where`: its path, for the message."""
    try:
        document = json.loads(text)
        version = document.pop("segtui_model")
        if version == VERSION:
            return _model(document)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        told = f"it is not a scoring model of segtui ({type(error).__name__})"
        raise SourceError(told, where=where, hint="Give the folder that was delivered, or its model.json.") from error
    raise SourceError(
        f"its layout is {version!r}, and this version reads {VERSION}", where=where, hint="Deliver it again, or update."
    )


def _model(given: dict[str, Any]) -> ScoringModel:
    model = ScoringModel(
        **{
            **given,
            "features": tuple(ScoredFeature(**_tuples(one)) for one in given["features"]),
            "columns": tuple(_column(one) for one in given["columns"]),
            "letters": tuple(given["letters"]),
            "names": tuple(given["names"]),
            "sizes": tuple(given["sizes"]),
            "centroids": tuple(tuple(float(value) for value in row) for row in given["centroids"]),
            "rules": tuple(_rule(one) for one in given["rules"]),
            "seen": tuple(Seen(**_tuples(one)) for one in given["seen"]),
            "votes": tuple(given.get("votes", ())),
            "roles": tuple((str(role), str(column)) for role, column in given.get("roles", ())),
        }
    )
    _check(model)
    return model


def _check(model: ScoringModel) -> None:
    """Raises ValueError where parts do not fit each other, as in a file that somebody edited."""
    named = {feature.name for feature in model.features}
    fits = (
        model.k > 0
        and len(model.names) == len(model.sizes) == len(model.centroids) == model.k
        and all(len(row) == len(model.columns) for row in model.centroids)
        and {column.feature for column in model.columns} == named
        and {seen.feature for seen in model.seen} <= named
        and all(0 <= leaf.cluster < model.k for leaf in model.rules)
        and len(model.votes) in (0, len(model.features))
    )
    if not fits:
        raise ValueError("its parts do not fit each other")


def _column(given: dict[str, Any]) -> MatrixColumn:
    transform = given["transform"]
    fitted = None if transform is None else Transform(**_tuples(transform))
    return MatrixColumn(**{**_tuples(given), "transform": fitted})


def _rule(given: dict[str, Any]) -> LeafRule:
    return LeafRule(**{**given, "conditions": tuple(Condition(**_tuples(one)) for one in given["conditions"])})


def _tuples(given: dict[str, Any]) -> dict[str, Any]:
    """JSON knows lists only; values hold tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
