"""The functions of `parts` that a script uses, and what these use, cut out of their files."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources

from segtui.deliver.scripting import parts

SECTIONS = ("reading", "dates", "orders", "preparing", "assigning", "refitting")
"""The files, in the order in which they follow each other."""


def needed(source: Iterable[str]) -> dict[str, list[str]]:
    """Section -> the definitions that `source` needs, directly or not, in the order of the file."""
    known = {name: definition for section in SECTIONS for name, definition in _definitions(section).items()}
    wanted: set[str] = set()
    waiting = list(source)
    while waiting:
        new = (_names(waiting.pop()) & known.keys()) - wanted
        wanted |= new
        waiting += [known[name] for name in sorted(new)]
    return {
        section: [text for name, text in _definitions(section).items() if name in wanted] for section in SECTIONS
    }  # fmt: skip


def defined() -> frozenset[str]:
    """Every name that the parts define."""
    return frozenset(name for section in SECTIONS for name in _definitions(section))


@cache
def _definitions(section: str) -> dict[str, str]:
    """The functions and constants of one file, by name."""
    text = resources.files(parts).joinpath(f"{section}.py").read_text(encoding="utf-8")
    lines = text.splitlines()
    return {name: "\n".join(lines[first - 1 : last]) for name, first, last in _places(ast.parse(text))}


def _places(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node.lineno, node.end_lineno or node.lineno
        elif isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name):
            yield target.id, node.lineno, node.end_lineno or node.lineno


def _names(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
