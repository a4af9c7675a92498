"""Where segment letters come from, for each way of gathering the data that the session has seen.

The first recipe on some data is lettered by itself, and its exact answer becomes the anchor of all others on that data.
When the data is gathered anew (a cleaning step, a role), the anchor of the data before is tried first, so that A stays
the same people; where its columns are gone, the new data gets letters of its own. What was settled once is kept, so
that going back brings the same letters back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from segtui.recipe import Anchor, GatherSpec, Recipe


@dataclass(slots=True)
class Source:
    """Where the letters on some data come from.

    opening: the recipe whose exact answer becomes the anchor. before: the data whose anchor is to be tried first; None
    once that is settled. exact: whether the anchor is settled; until then an approximate one stands in. given: it comes
    from elsewhere, so that no recipe on this data is the one it was made of.
    """

    opening: Recipe
    before: GatherSpec | None = None
    anchor: Anchor | None = None
    exact: bool = False
    given: bool = False


class Letters:
    """The sources of letters by gathering; the first one is that of the data first opened."""

    def __init__(self, opening: Recipe) -> None:
        self._sources: dict[GatherSpec, Source] = {}
        plain = replace(opening, anchor=None)
        given = opening.anchor is not None
        self._sources[opening.gather] = Source(plain, None, opening.anchor, given, given)

    def of(self, gather: GatherSpec) -> Source | None:
        """The source for data that was gathered so; None before it was asked for."""
        return self._sources.get(gather)

    def meet(self, recipe: Recipe, before: GatherSpec) -> Source:
        """The source for a recipe's data; where it is new, the recipe is the opening one there."""
        if recipe.gather not in self._sources:
            self._sources[recipe.gather] = Source(replace(recipe, anchor=None), before)
        return self._sources[recipe.gather]

    def anchor(self, gather: GatherSpec) -> Anchor | None:
        """The settled anchor of data gathered so."""
        source = self.of(gather)
        return source.anchor if source is not None and source.exact else None

    def candidate(self, source: Source) -> Anchor | None:
        """The anchor to try first: that of the data before, or of the one before that."""
        seen: set[GatherSpec] = set()
        before = source.before
        while before is not None and before not in seen:
            seen.add(before)
            earlier = self.of(before)
            if earlier is None:
                return None
            if earlier.exact:
                return earlier.anchor
            before = earlier.before
        return None
