"""What is said of a feature beyond its scale: does it move the segments, should it, and what would switching it do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from segtui.explained import DRIVES, DUPLICATE, NEITHER, QUIET, UNSUPPORTED, Driver, Drivers, Toggle
from segtui.tui import format as fmt

MEANS = {
    DRIVES: "drives segments",
    UNSUPPORTED: "influential but not relevant, probable noise",
    QUIET: "relevant, but moves few",
    NEITHER: "moves few, and agrees with no other feature",
}
EARLIER = "earlier run: "
SOMEBODY = 0.005
"""Below this share who would move rounds to nobody."""

UNSETTLED = 0.05
"""Share of customers who differ between two near-equal solutions from which that is said."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the features. drivers, toggles: of the answer on screen or of an earlier one; the first only
    where `current`, the second only where `tried_now`."""

    drivers: Drivers | None = None
    current: bool = False
    toggles: Mapping[str, Toggle] = field(default_factory=dict)
    tried_now: bool = False

    def driver(self, feature: str) -> Driver | None:
        """One feature, as far as it is known."""
        return self.drivers.of(feature) if self.drivers is not None else None

    def suggested(self) -> tuple[Driver, ...]:
        """The features for which something is suggested, now."""
        return tuple(d for d in self.drivers.drivers if d.suggestion) if self.drivers and self.current else ()

    # -- cells ----------------------------------------------------------------------------------------------

    def influence(self, feature: str) -> str:
        """.23; in brackets where it is that of an earlier run."""
        driver = self.driver(feature)
        return self._cell(fmt.score(driver.influence, 2), self.current) if driver is not None else ""

    def hinov(self, feature: str) -> str:
        """.58; a question mark where the feature moves segments without being relevant."""
        driver = self.driver(feature)
        if driver is None:
            return ""
        if driver.verdict == DUPLICATE:
            return self._cell("dup", self.current)
        mark = "?" if driver.verdict == UNSUPPORTED and self.current else ""
        return self._cell(fmt.score(driver.hinov, 2), self.current) + mark

    def sparse(self, feature: str) -> str:
        """1.00; nothing for a duplicate."""
        driver = self.driver(feature)
        if driver is None or driver.sparse is None:
            return ""
        return self._cell(fmt.score(driver.sparse, 2), self.current)

    def switch(self, feature: str, pending: str) -> str:
        """+.31? where switching on would likely move 31 % of customers, -.31? where switching off would."""
        toggle = self.toggles.get(feature)
        if toggle is None:
            return pending
        if toggle.moved is None:
            return fmt.NOTHING
        share = "0" if toggle.moved < SOMEBODY else fmt.score(toggle.moved, 2)
        text = f"{'+' if toggle.on else '-'}{share}"
        return f"{text}?" if self.tried_now else f"({text})"

    def row(self, feature: str) -> str:
        """What is known now as tab-separated text: influence, HINoV, sparse weight, verdict, share who would move."""
        driver = self.driver(feature) if self.current else None
        toggle = self.toggles.get(feature) if self.tried_now else None
        numbers = (driver.influence, driver.hinov, driver.sparse) if driver else (None, None, None)
        cells = [_number(value) for value in (*numbers, toggle.moved if toggle else None)]
        cells.insert(3, driver.verdict if driver else "")
        return "\t".join(cells)

    def _cell(self, text: str, current: bool) -> str:
        return text if current or text == fmt.NOTHING else f"({text})"

    # -- in words -------------------------------------------------------------------------------------------

    def drives(self, feature: str, key: str) -> str:
        """Influence and relevance with what follows from them; key: what applies a suggestion."""
        driver, drivers = self.driver(feature), self.drivers
        if driver is None or drivers is None:
            return ""
        text = f"influence {fmt.score(driver.influence, 2)}{_on(drivers.rows, drivers.customers)}"
        if driver.hinov is not None:
            text += f", relevance HINoV {fmt.score(driver.hinov, 2)} sparse {fmt.score(driver.sparse, 2)}"
            text += _on(drivers.relevance_rows, drivers.customers)
        if driver.duplicate_of:
            text += f": it says nearly the same as “{fmt.clean(driver.duplicate_of, 40)}”"
        elif driver.verdict in MEANS:
            text += f": {MEANS[driver.verdict]}"
        if driver.suggestion and self.current:
            text += f"; {key} switches it off"
        return text if self.current else EARLIER + text

    def general(self) -> str:
        """Why relevance says little of all features, where it does."""
        notes = self.drivers.notes if self.drivers is not None and self.current else ()
        return next((fmt.clean(note) for note in notes if note.startswith(("relevance says little", "no feature"))), "")

    def effect(self, feature: str, customers: int) -> str:
        """What switching the feature would likely do, or why that cannot be said."""
        toggle = self.toggles.get(feature)
        if toggle is None:
            return ""
        how = "on" if toggle.on else "off"
        if toggle.moved is None:
            return f"not tried {how}: {fmt.clean(toggle.failed)}"
        who = f"about {fmt.share(toggle.moved)} % of customers" if toggle.moved else "probably nobody"
        text = f"switched {how}, {who} would move (ARI {fmt.score(toggle.ari, 2)}{_on(toggle.rows, customers, '; ')})"
        if toggle.unsettled >= UNSETTLED:
            text += f", on top of {fmt.share(toggle.unsettled)} % who differ in a near-equal solution"
        return text if self.tried_now else EARLIER + text


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _on(rows: int, customers: int, before: str = "") -> str:
    """What was sampled, where anything was."""
    if rows >= customers:
        return ""
    text = f"{fmt.short(rows)} of {fmt.short(customers)}"
    return before + text if before else f" ({text})"
