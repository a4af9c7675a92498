"""What a command starts from: a recipe for the sources that were named. Light, for it comes before the first paint."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from segtui.recipe import GatherSpec, Recipe, SourceSpec


@dataclass(frozen=True, slots=True)
class Gathering:
    """What the command line says of how customers come about; None and (): as the recipe has it."""

    snapshot: date | None = None
    holdout: int | None = None
    loose_ids: bool | None = None
    steps: tuple[tuple[str, bool], ...] = ()

    def over(self, spec: GatherSpec) -> GatherSpec:
        """`spec` with what is said here."""
        changed = replace(
            spec,
            snapshot=spec.snapshot if self.snapshot is None else self.snapshot,
            holdout=spec.holdout if self.holdout is None else self.holdout,
            loose_ids=spec.loose_ids if self.loose_ids is None else self.loose_ids,
        )
        for step, on in self.steps:
            changed = changed.with_step(step, on)
        return changed


NOTHING_SAID = Gathering()


def starting_recipe(sources: Sequence[str], recipe: str | None) -> Recipe:
    """The recipe in the file `recipe`, or a fresh one, for these sources where any are given."""
    from segtui.recipe_file import load

    start = Recipe() if recipe is None else load(recipe)
    if not sources:
        return start
    # a file keeps the path that the recipe has for it, however it is spelled now: what is said of its columns hangs
    # on that
    known = {os.path.realpath(source.path): source for source in start.gather.sources}
    chosen = tuple(known.get(os.path.realpath(path), SourceSpec.of(path)) for path in sources)
    return replace(start, gather=replace(start.gather, sources=chosen))


def take_standard_input(sources: Sequence[str]) -> None:
    """Read what is piped in before Polars is imported, whose signal handler keeps ctrl+c from ending the wait."""
    from segtui.gather.paths import STANDARD_INPUT, standard_input

    if STANDARD_INPUT in sources:
        standard_input()
