"""READ of a script that begins with order lines: what is read of them, and which of them count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.deliver.scripting.columns import Cell, lines_number, lines_text, order_id_of
from segtui.deliver.scripting.text import WIDTH
from segtui.gather import cleaning
from segtui.gather.lines import base_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.deliver.scripting.origin import Origin
    from segtui.deliver.scripting.text import Words
    from segtui.results import RollUp

_NUMBERS = ("quantity", "unit_price", "amount", "discount")
IN_TIME = {"recency", "tenure", "typical_gap", "gap_spread", "trend", "weekend_share", "evening_share"}
SINCE = {"recency", "tenure", "trend"}
MONEY = {"monetary", "average_order_value", "discount_share", "top_category_share"}


class Lines:
    """The order lines of one analysis, as the script reads them."""

    def __init__(self, origin: Origin, rollup: RollUp, wanted: Sequence[str], words: Words) -> None:
        assert origin.report is not None
        assert origin.gather is not None
        self.roles = origin.report.roles
        self.wanted, self._words = set(wanted), words
        self.steps = {step.id: step for step in rollup.steps if step.on and step.applies}
        self.rollup, self.gather = rollup, origin.gather
        self.cut = self.gather.snapshot is not None or rollup.holdout is not None
        self.discounts = sorted(role for role in self.roles if base_role(role) == "discount")
        self.text_orders = "order_id" in self.roles and str(origin.column(self.roles["order_id"]).type) == "text"
        self.origin = origin

    def has(self, *roles: str) -> bool:
        """Whether the lines have all these roles."""
        return all(role in self.roles for role in roles)

    # -- what is read ----------------------------------------------------------------------------------------------

    def used(self) -> list[str]:
        """The roles that are read, in the order of the file."""
        roles = {"customer_id", *self._cleaned()}
        names = self.wanted
        if names & {"frequency", "average_order_value", "units_per_order", "lines_per_order", *IN_TIME}:
            roles |= {"order_id"}
        if names & IN_TIME or self.cut or (not self.has("order_id") and "order_id" in roles):
            roles |= {"time"}
        if names & MONEY or ("return_rate" in names and not self.has("quantity")):
            roles |= {"amount", "quantity", "unit_price", *self.discounts}
        if names & {"units_per_order", "return_rate"}:
            roles |= {"quantity"}
        if "distinct_products" in names:
            roles |= {"product"}
        if names & {"distinct_categories", "top_category_share"}:
            roles |= {"category"}
        if "country" in names:
            roles |= {"country", "time"}
        return [role for role in self.roles if role in roles]

    def _cleaned(self) -> set[str]:
        looked = {
            "not_cancelled": {"status", "order_id", "quantity", "amount"},
            "quantity": {"quantity"},
            "price": {"unit_price" if self.has("unit_price") else "amount"},
            "non_products": {"product", "product_name"},
            "test_accounts": {"product", "product_name"},
        }
        return {role for step in self.steps for role in looked.get(step, set())}

    @property
    def whole_rows(self) -> bool:
        """Whether all columns of the file are needed, for telling lines apart."""
        return "duplicates" in self.steps

    def reading(self, table: str) -> list[str]:
        """role: expression, for every role that is read."""
        found = []
        for role in self.used():
            name = self.roles[role]
            cell = Cell(f"{table}[{self._words.at(name)}]", self.origin.column(name))
            base = base_role(role)
            if role == "customer_id":
                how = order_id_of(cell)
            elif base in _NUMBERS:
                how = lines_number(cell)
            elif role == "time":
                how = cell.at if cell.kind is None else cell.read
            else:
                how = lines_text(cell)
            found.append(f'"{role}": {how}')
        return found

    # -- which count -----------------------------------------------------------------------------------------------

    def counts(self) -> str:
        """The function that says which lines count."""
        lines = ["def counts() -> pl.Expr:", '    """Whether an order line counts."""', "    left_out = ["]
        for id, step in self.steps.items():
            if id in _LEFT_OUT or id in ("not_cancelled", "duplicates"):
                title = f"{step.title}: {step.rows:,} lines" if step.rows is not None else step.title
                lines.append(f"        # {title}")
                lines += [f"        {text}," for text in self._left_out(id)]
        return "\n".join([*lines, "    ]", "    return ~pl.any_horizontal(one.fill_null(False) for one in left_out)"])

    def _left_out(self, id: str) -> list[str]:
        if id == "not_cancelled":
            return self._cancelled()
        if id == "duplicates":
            return ['~pl.col("first of its kind")']
        if id == "price":
            return [f'~(pl.col("{"unit_price" if self.has("unit_price") else "amount"}") > 0).fill_null(False)']
        if id in ("non_products", "test_accounts"):
            return self._matching(id)
        return [_LEFT_OUT[id]]

    def _matching(self, id: str) -> list[str]:
        if id == "non_products":
            given = [('pl.col("product").cast(pl.String).str.strip_chars()', "product", "NO_PRODUCT_CODE")]
            given += [('pl.col("product_name").cast(pl.String)', "product_name", "NO_PRODUCT_NAME")]
        else:
            roles = ("customer_id", "product", "product_name")
            given = [(f'pl.col("{role}").cast(pl.String)', role, "TEST") for role in roles]
        return [f"{at}.str.contains({pattern})" for at, role, pattern in given if self.has(role)]

    def _cancelled(self) -> list[str]:
        found = []
        if self.has("status"):
            found.append('pl.col("status").cast(pl.String).str.contains(CANCELLED)')
        negative = [f'(pl.col("{role}") < 0)' for role in ("quantity", "amount") if self.has(role)]
        if self.text_orders and negative:
            numbered = 'pl.col("order_id").str.contains("^[Cc][0-9]")'
            found += [f"{numbered} & {one}" for one in negative]
        return found

    def constants(self) -> list[str]:
        """The patterns that cleaning looks for, and the snapshot."""
        given = {
            "CANCELLED": (cleaning._CANCELLED, "not_cancelled" in self.steps and self.has("status")),
            "NO_PRODUCT_CODE": (cleaning._NO_PRODUCT_CODE, "non_products" in self.steps and self.has("product")),
            "NO_PRODUCT_NAME": (cleaning._NO_PRODUCT_NAME, "non_products" in self.steps and self.has("product_name")),
            "TEST": (cleaning._TEST, "test_accounts" in self.steps),
        }
        found = [_pattern(name, text) for name, (text, needed) in given.items() if needed]
        if self.gather.snapshot is not None:
            day = self.gather.snapshot
            found.append(f"SNAPSHOT = date({day.year}, {day.month}, {day.day})  # features see no line from then on")
        elif self.rollup.holdout is not None:
            days = (self.rollup.holdout[1] - self.rollup.holdout[0]).days
            found.append(f"HOLDOUT = {days}  # days at the end that no feature sees")
        return found


_LEFT_OUT = {
    "customer_id": 'pl.col("customer_id").is_null()',
    "quantity": '~(pl.col("quantity") > 0).fill_null(False)',
    "price": "",
    "non_products": "",
    "test_accounts": "",
}


def _pattern(name: str, text: str) -> str:
    """A regular expression over as many lines as it needs."""
    line = f'{name} = r"{text}"'
    if len(line) <= WIDTH:
        return line
    pieces, rest = [], text
    while len(rest) > WIDTH - 8:
        cut = rest.rindex("|", 0, WIDTH - 10) + 1
        pieces.append(rest[:cut])
        rest = rest[cut:]
    return "\n".join([f"{name} = (", *(f'    r"{piece}"' for piece in [*pieces, rest]), ")"])
