"""READ of a script that begins with order lines: which lines count, and what they say of every customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.deliver.scripting.columns import Cell, lines_number, lines_text, order_id_of
from segtui.deliver.scripting.text import WIDTH, listed, literal
from segtui.gather import cleaning
from segtui.gather.lines import base_role
from segtui.gather.orders import _DEFINITIONS, EVENING, RECENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segtui.deliver.scripting.origin import Origin
    from segtui.results import RollUp

_NUMBERS = ("quantity", "unit_price", "amount", "discount")
_IN_TIME = {"recency", "tenure", "typical_gap", "gap_spread", "trend", "weekend_share", "evening_share"}
_SINCE = {"recency", "tenure", "trend"}
_MONEY = {"monetary", "average_order_value", "discount_share", "top_category_share"}


class Lines:
    """The order lines of one analysis, as the script reads them."""

    def __init__(self, origin: Origin, rollup: RollUp, wanted: Sequence[str]) -> None:
        assert origin.report is not None
        assert origin.gather is not None
        self.roles = origin.report.roles
        self.wanted = set(wanted)
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
        if names & {"frequency", "average_order_value", "units_per_order", "lines_per_order", *_IN_TIME}:
            roles |= {"order_id"}
        if names & _IN_TIME or self.cut or (not self.has("order_id") and "order_id" in roles):
            roles |= {"time"}
        if names & _MONEY or ("return_rate" in names and not self.has("quantity")):
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
            cell = Cell(f"{table}[{literal(name)}]", self.origin.column(name))
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

    # -- customers -------------------------------------------------------------------------------------------------

    def roll_up(self) -> str:
        """The function that makes customers of lines."""
        lines = [
            "def roll_up(lines: pl.DataFrame) -> pl.DataFrame:",
            '    """One row per customer with an order that counts, by id."""',
        ]
        if self.whole_rows:
            pass
        lines.append("    kept = lines.filter(counts())")
        lines += self._snapshot()
        if self.wanted & (_IN_TIME | {"country"}) or not self.has("order_id"):
            lines.append('    kept = kept.with_columns(day=pl.col("time").cast(pl.Date))') if self.has("time") else None
        lines += self._grouped()
        lines += self._joined()
        made = [f"{_key(name)}{self._feature(name)}" for name in _DEFINITIONS if name in self.wanted]
        lines.append('    return customers.sort("customer_id").select(')
        lines += ['        "customer_id",', *(f"        {one}," for one in made), "    )"]
        return "\n".join(lines)

    def _snapshot(self) -> list[str]:
        if self.gather.snapshot is not None:
            return ['    kept = kept.filter(pl.col("time") < SNAPSHOT)']
        if not self.has("time") or not (self.cut or self.wanted & _SINCE):
            return []
        after = '    snapshot = kept["time"].cast(pl.Date).max() + timedelta(days=1)'
        if self.rollup.holdout is None:
            return [f"{after}  # {self.rollup.snapshot} when this was made"]
        held = after.replace("days=1", "days=1 - HOLDOUT")
        return [held, '    kept = kept.filter(pl.col("time") < snapshot)']

    @property
    def snapshot(self) -> str:
        """The day that features look back from."""
        return "SNAPSHOT" if self.gather.snapshot is not None else "snapshot"

    def _grouped(self) -> list[str]:
        """What is counted and summed per customer, under the names that features are made of."""
        names, sums = self.wanted, dict[str, str]()
        per_order = names & {"frequency", "average_order_value", "units_per_order", "lines_per_order"}
        if per_order:
            orders = 'pl.col("order_id").n_unique()' if self.has("order_id") else ""
            orders = orders or ('pl.col("day").n_unique()' if self.has("time") else "pl.len()")
            sums["orders"] = orders
        if "lines_per_order" in names:
            sums["lines"] = "pl.len()"
        if names & {"monetary", "average_order_value", "discount_share"} or self._returns_money:
            sums["paid"] = "millionths(paid()).sum()" if not self._asks_shares else "millionths(paid(shares)).sum()"
        if "discount_share" in names:
            sums["off"] = "millionths(taken_off(shares)).sum()"
        if "units_per_order" in names or ("return_rate" in names and self.has("quantity")):
            sums["units"] = 'millionths(pl.col("quantity")).sum()'
        if "distinct_products" in names:
            sums["products"] = 'pl.col("product").drop_nulls().n_unique()'
        if names & {"recency"}:
            sums["last"] = 'pl.col("day").max()'
        if names & {"tenure"}:
            sums["first"] = 'pl.col("day").min()'
        if names & {"typical_gap", "gap_spread", "trend"}:
            sums["days"] = 'pl.col("day").drop_nulls().unique().sort()'
        if "country" in names:
            sums["country"] = self._country()
        before = []
        if self._asks_shares:
            before.append("    shares = discounts_are_shares(lines)")
        inside = [f"        {name}={how}," for name, how in sums.items()]
        return [*before, '    customers = kept.group_by("customer_id").agg(', *inside, "    )"]

    @property
    def _returns_money(self) -> bool:
        return "return_rate" in self.wanted and not self.has("quantity")

    @property
    def _asks_shares(self) -> bool:
        """Whether it matters what discounts are."""
        money = bool(self.wanted & _MONEY) and not self.has("amount")
        return bool(self.discounts) and (money or "discount_share" in self.wanted)

    def _country(self) -> str:
        return f"latest_country({'minutes()' if self.has('time') else 'pl.lit(0)'})"

    def _joined(self) -> list[str]:
        """What is counted in another way than line by line."""
        lines: list[str] = []
        if "return_rate" in self.wanted:
            role = "quantity" if self.has("quantity") else "amount"
            sent = f'pl.col("{role}") < 0'
            if self.cut and self.has("time"):
                sent = f'({sent}) & (pl.col("time") < {self.snapshot})'
            lines.append(f"    back = lines.filter({sent})")
            lines.append(f'    back = back.group_by("customer_id").agg(back=millionths(-pl.col("{role}")).sum())')
            lines.append('    customers = customers.join(back, on="customer_id", how="left")')
        if self.wanted & {"weekend_share", "evening_share"}:
            lines += self._placed()
        if self.wanted & {"distinct_categories", "top_category_share"}:
            paid = "paid(shares)" if self._asks_shares else "paid()"
            lines += [
                '    categories = kept.drop_nulls("category").group_by("customer_id", "category")',
                f"    categories = categories.agg(spend=millionths({paid}).sum())",
                '    spend = pl.col("spend")',
                '    categories = categories.group_by("customer_id").agg(',
                "        categories=pl.len(), top=spend.max(), known=spend.sum()",
                "    )",
                '    customers = customers.join(categories, on="customer_id", how="left")',
            ]
        return lines

    def _placed(self) -> list[str]:
        keys = (
            '"customer_id", "order_id"' if self.has("order_id") else '"customer_id", pl.col("time").dt.truncate("1h")'
        )
        lines = ['    placed = kept.drop_nulls("time")']
        if self.has("order_id"):
            lines.append(f'    placed = placed.group_by({keys}).agg(pl.col("time").min())')
        else:
            lines.append(f"    placed = placed.select({keys}).unique()")
        shares = []
        if "weekend_share" in self.wanted:
            shares.append('weekend=(pl.col("time").dt.weekday() >= 6).mean()')
        if "evening_share" in self.wanted:
            shares.append(f'evening=(pl.col("time").dt.hour() >= {EVENING}).mean()')
        lines.append(listed('placed = placed.group_by("customer_id").agg(', shares, ")", 4))
        return [*lines, '    customers = customers.join(placed, on="customer_id", how="left")']

    def _feature(self, name: str) -> str:
        ago = f"({self.snapshot} - pl.element()).dt.total_days()"
        made = {
            "recency": f'({self.snapshot} - pl.col("last")).dt.total_days()',
            "frequency": 'pl.col("orders")',
            "monetary": 'whole("paid")',
            "average_order_value": 'whole("paid") / pl.col("orders")',
            "tenure": f'({self.snapshot} - pl.col("first")).dt.total_days()',
            "typical_gap": "gaps().list.median()",
            "gap_spread": "gap_spread()",
            "trend": f'trend(pl.col("days").list.eval({ago}), {RECENT})',
            "units_per_order": 'whole("units") / pl.col("orders")',
            "lines_per_order": 'pl.col("lines") / pl.col("orders")',
            "distinct_products": 'pl.col("products").cast(pl.Int64)',
            "distinct_categories": 'pl.col("categories").fill_null(0).cast(pl.Int64)',
            "top_category_share": 'pl.when(pl.col("known") > 0).then(pl.col("top") / pl.col("known"))',
            "return_rate": self._return_rate(),
            "discount_share": 'share_of(pl.col("off"), pl.col("paid") + pl.col("off"))',
            "weekend_share": 'pl.col("weekend")',
            "evening_share": 'pl.col("evening")',
            "country": 'pl.col("country")',
        }
        return made[name]

    def _return_rate(self) -> str:
        of = "units" if self.has("quantity") else "paid"
        return f'share_of(pl.col("back").fill_null(0), pl.col("{of}"))'

    # -- money -----------------------------------------------------------------------------------------------------

    def money(self) -> list[str]:
        """The functions that say what was paid for a line, where features ask for it."""
        found = []
        if self._asks_shares:
            largest = ", ".join(f'pl.col("{name}").abs().max()' for name in self.discounts)
            body = [f"    largest = lines.select({largest}).row(0)"]
            if len(body[0]) > WIDTH:
                names = ", ".join(f'"{name}"' for name in self.discounts)
                body = [f"    largest = lines.select(pl.col({names}).abs().max()).row(0)"]
            found.append(
                "\n".join(
                    [
                        "def discounts_are_shares(lines: pl.DataFrame) -> bool:",
                        '    """Whether discounts are shares of the price: none is above 1."""',
                        *body,
                        "    values = [value for value in largest if value is not None]",
                        "    return bool(values) and max(values) <= 1.0",
                    ]
                )
            )
        if self.wanted & _MONEY or self._returns_money:
            found.append(self._paid())
        if "discount_share" in self.wanted:
            found.append(self._taken_off())
        return found

    def _paid(self) -> str:
        given = "shares: bool" if self._asks_shares else ""
        lines = [f"def paid({given}) -> pl.Expr:", '    """What was paid for an order line, after discounts."""']
        if self.has("amount"):
            return "\n".join([*lines, '    return pl.col("amount")'])
        price = 'pl.col("unit_price") * pl.col("quantity")' if self.has("quantity") else 'pl.col("unit_price")'
        if not self.discounts:
            return "\n".join([*lines, f"    return {price}"])
        names = ", ".join(f'"{name}"' for name in self.discounts)
        names = f"({names},)" if len(self.discounts) == 1 else f"({names})"
        return "\n".join(
            [
                *lines,
                f"    price = {price}",
                f"    for name in {names}:",
                "        off = pl.col(name).fill_null(0.0)",
                "        price = price * (1.0 - off) if shares else price - off.abs()",
                "    return price",
            ]
        )

    def _taken_off(self) -> str:
        names = ", ".join(f'"{name}"' for name in self.discounts)
        lines = [
            "def taken_off(shares: bool) -> pl.Expr:",
            '    """What discounts took off an order line."""',
            f"    names = [{names}]",
            "    if not shares:",
            "        return pl.sum_horizontal(pl.col(name).fill_null(0.0).abs() for name in names)",
        ]
        if self.has("amount"):
            return "\n".join(
                [
                    *lines,
                    "    left = pl.lit(1.0)",
                    "    for name in names:",
                    "        left = left * (1.0 - pl.col(name).fill_null(0.0).clip(0.0, 0.999999))",
                    '    return pl.col("amount") / left - pl.col("amount")',
                ]
            )
        full = 'pl.col("unit_price") * pl.col("quantity")' if self.has("quantity") else 'pl.col("unit_price")'
        return "\n".join([*lines, f"    return {full} - paid(shares)"])


_LEFT_OUT = {
    "customer_id": 'pl.col("customer_id").is_null()',
    "quantity": '~(pl.col("quantity") > 0).fill_null(False)',
    "price": "",
    "non_products": "",
    "test_accounts": "",
}


def _key(name: str) -> str:
    return f"{name}="


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
