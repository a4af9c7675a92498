"""READ of a script that begins with order lines: what the lines that count say of every customer."""

from __future__ import annotations

from segtui.deliver.scripting.lines import IN_TIME, MONEY, SINCE, Lines
from segtui.deliver.scripting.text import WIDTH, listed
from segtui.gather.orders import _DEFINITIONS, EVENING, RECENT


class Customers(Lines):
    """The order lines of one analysis, and the customers that are made of them."""

    # -- customers -------------------------------------------------------------------------------------------------

    def roll_up(self) -> str:
        """The function that makes customers of lines."""
        lines = [
            "def roll_up(lines: pl.DataFrame) -> pl.DataFrame:",
            '    """One row per customer with an order that counts, by id."""',
        ]
        lines.append("    kept = lines.filter(counts())")
        lines += self._snapshot()
        if self.wanted & (IN_TIME | {"country"}) or not self.has("order_id"):
            lines.append('    kept = kept.with_columns(day=pl.col("time").cast(pl.Date))') if self.has("time") else None
        lines += self._grouped()
        lines += self._joined()
        made = [f"{name}={self._feature(name)}" for name in _DEFINITIONS if name in self.wanted]
        lines.append('    return customers.sort("customer_id").select(')
        lines += ['        "customer_id",', *(f"        {one}," for one in made), "    )"]
        return "\n".join(lines)

    def _snapshot(self) -> list[str]:
        if self.gather.snapshot is not None:
            return ['    kept = kept.filter(pl.col("time") < SNAPSHOT)']
        if not self.has("time") or not (self.cut or self.wanted & SINCE):
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
        money = bool(self.wanted & MONEY) and not self.has("amount")
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
        if self.wanted & MONEY or self._returns_money:
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
