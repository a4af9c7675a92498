"""Frozen values to plain ones that JSON knows, and back by the types of their fields."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from segtui import results

T = TypeVar("T")


def to_plain(value: object) -> object:
    """`value` as lists, dictionaries, texts and numbers. Dataclasses come as `dataclasses.asdict` gives them."""
    if isinstance(value, Mapping):
        return {str(key): to_plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def from_plain(kind: type[T], value: object) -> T:
    """The dataclass `kind` from what `to_plain` made of it. Raises KeyError, TypeError or ValueError."""
    found: T = _made(kind, value)
    return found


@cache
def _hints(kind: type) -> dict[str, Any]:
    import polars

    return get_type_hints(kind, {**vars(results), "date": date, "pl": polars})


def _made(kind: Any, value: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else _made(next(one for one in inner if one is not type(None)), value)
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_made(one, part) for one, part in zip(kinds, value, strict=True))
    if origin is dict:
        return {str(key): _made(inner[1], one) for key, one in value.items()}
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        return kind(**{f.name: _made(hints[f.name], value[f.name]) for f in fields(kind) if f.name in value})  # type: ignore[operator]
    if kind is date:
        return date.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if not isinstance(value, (int, float) if kind is float else kind):
        raise TypeError(f"{kind} is needed, not {type(value)}")
    return value
