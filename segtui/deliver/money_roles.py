"""The columns of order lines that their money was made of, and which of them new order lines lack.

Without its discount a line still has a price, so that features of money would be made all the same, of another kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.gather.lines import base_role
from segtui.results import Kind

if TYPE_CHECKING:
    from collections.abc import Collection

    from segtui.results import Dataset

MAKE_MONEY = ("quantity", "unit_price", "amount", "discount")


def money_roles(dataset: Dataset) -> tuple[tuple[str, str], ...]:
    """(role, column) of what makes the money of order lines; of each role the columns of the table with most."""
    if dataset.rollup is None:
        return ()
    orders = [source.roles for source in dataset.sources if source.kind is Kind.ORDERS]
    found: list[tuple[str, str]] = []
    for wanted in MAKE_MONEY:
        each = [[column for role, column in roles.items() if base_role(role) == wanted] for roles in orders]
        found += [(wanted, column) for column in max(each, key=len, default=[])]
    return tuple(found)


def lost_roles(
    then: Collection[tuple[str, str]], dataset: Dataset, voting: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """(role, column) of then that have no column now; () where no feature that votes is made of order lines."""
    if dataset.rollup is None:
        return ()
    orders = {source.path for source in dataset.sources if source.kind is Kind.ORDERS}
    if not any(note.name in voting and note.source in orders for note in dataset.rollup.features):
        return ()
    now = money_roles(dataset)
    lost: list[tuple[str, str]] = []
    for wanted in MAKE_MONEY:
        old = [column for role, column in then if role == wanted]
        new = [column for role, column in now if role == wanted]
        gone = [column for column in old if column not in new]
        lost += [(wanted, column) for column in gone[: max(0, len(old) - len(new))]]
    return tuple(lost)
