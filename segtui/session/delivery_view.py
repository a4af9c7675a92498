"""What the screen of a delivery is shown before anything is written: first rows, sizes, and what cannot be."""

from __future__ import annotations

from dataclasses import dataclass

from segtui.results import Cell


@dataclass(frozen=True, slots=True)
class LabelledSize:
    """A labelled table as it will be. rows, columns: of all of it, with the added columns.

    sizes: (format, about how many bytes), for the formats of which the first rows tell it.
    """

    rows: int
    columns: int
    sizes: tuple[tuple[str, float], ...]

    def about(self, form: str) -> float | None:
        """Bytes in one format; None where they are not known before it is written."""
        return dict(self.sizes).get(form)


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """columns, rows: the first labelled rows. looked: how many rows were looked at for `formulas`: (column, cells that
    a spreadsheet would run as a formula). cannot: (part, why it cannot be), as far as it is known without computing.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    customers: LabelledSize
    orders: LabelledSize | None
    looked: int
    formulas: tuple[tuple[str, int], ...]
    cannot: tuple[tuple[str, str], ...]
