"""What a table is about and what its columns stand for, from their names and their values, with the reason.

A customer table has one row per customer; where the column that names the customer repeats itself, the table holds
order lines or events. Names are compared without case, blanks and signs, so that "Cus_ID" is "cusid".
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field

import polars as pl

from segtui.errors import RecipeError
from segtui.gather.table import Table
from segtui.results import Column, ColumnType, Kind

CUSTOMER_NAMES = frozenset((
    "customerid", "custid", "cusid", "customer", "customerno", "customernumber", "customernr", "customerkey",
    "customercode", "customerref", "clientid", "client", "clientno", "userid", "user", "userno", "memberid",
    "member", "memberno", "accountid", "account", "accountno", "accountnumber", "householdid", "householdkey",
    "household", "contactid", "personid", "buyerid", "shopperid", "subscriberid", "loyaltyid", "loyaltycard",
    "cardid", "cardno", "cardnumber", "visitorid", "kundennummer", "kundenid", "kundennr", "kundeid", "clientcode",
    "profileid", "guestid", "patronid",
))  # fmt: skip
WEAK_ID_NAMES = frozenset((
    "id", "key", "uid", "uuid", "guid", "email", "emailaddress", "recordid", "rowid", "no", "nr", "number", "index",
))  # fmt: skip
ORDER_NAMES = frozenset((
    "orderid", "order", "orderno", "ordernumber", "invoice", "invoiceno", "invoiceid", "invoicenumber",
    "transactionid", "transaction", "transactionno", "basketid", "basket", "receipt", "receiptid", "receiptno",
    "purchaseid", "billno", "billid", "ticketid", "cartid", "checkoutid",
))  # fmt: skip
PRODUCT_NAMES = frozenset((
    "productid", "product", "productname", "productcode", "sku", "stockcode", "itemid", "item", "itemname", "asin",
    "asinisbn", "ean", "upc", "article", "articleid", "articleno", "materialno",
))  # fmt: skip
QUANTITY_NAMES = frozenset((
    "quantity", "qty", "units", "itemcount", "pieces",
))  # fmt: skip
PRICE_NAMES = frozenset((
    "price", "unitprice", "salesvalue", "linetotal", "itemtotal", "priceperunit", "purchasepriceperunit",
))  # fmt: skip
EVENT_NAMES = frozenset((
    "event", "eventtype", "eventname", "action", "page", "pageurl", "url", "pageview", "session", "sessionid",
    "activity",
))  # fmt: skip
DATE_NAMES = frozenset((
    "date", "datetime", "time", "timestamp", "orderdate", "invoicedate", "transactiondate", "transactiontimestamp",
    "purchasedate", "eventtime", "eventdate", "createdat", "occurredat",
))  # fmt: skip
REVENUE_NAMES = (
    "monetary", "monetaryvalue", "revenue", "totalrevenue", "totalspend", "totalspent", "spend", "spent",
    "totalsales", "sales", "salesvalue", "turnover", "totalamount", "amountspent", "amount", "purchaseamount",
    "totalpurchases", "totalvalue", "ordervalue", "lifetimevalue", "customervalue", "ltv", "clv", "spending",
)  # fmt: skip
_REVENUE_WORDS = frozenset((
    "monetary", "revenue", "spend", "spent", "sales", "turnover",
))  # fmt: skip
_FOREIGN = frozenset(
    ("campaign", "coupon", "store", "shop", "product", "order", "category", "segment", "region", "zip")
)
"""What an id column may name that is no customer."""

_NOT_REVENUE_WORDS = frozenset((
    "score", "count", "number", "income", "index", "rank", "segment", "share", "pct", "percent", "rate", "average",
    "avg", "mean", "date", "days", "category", "id", "limit", "flag", "visits", "per",
))  # fmt: skip

ENOUGH_UNIQUE, ENOUGH_UNIQUE_ALONE = 0.8, 0.5
"""Share of different values an id column of customers needs: with columns of order lines beside it, and without."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a table is taken for. `roles` maps role -> column name; "customer_id" is the id column."""

    kind: Kind
    reason: str
    roles: dict[str, str] = field(default_factory=dict)

    @property
    def id_column(self) -> str | None:
        return self.roles.get("customer_id")


def find(table: Table, id_column: str | None, said: object = None) -> Findings:
    """What `table` is about. `id_column` as in GatherSpec: None proposes one, "" says that there is none.

    Raises RecipeError where the named column does not exist.
    """
    roles = _roles(table.columns)
    if revenue := _revenue(table):
        roles["revenue"] = revenue
    roles.pop("customer_id", None)
    if id_column == "":
        return Findings(Kind.CUSTOMERS, "every row is one customer, as you said", roles)
    if id_column is not None:
        return _with_named_id(table, id_column, roles)
    return _proposed(table, roles)


def plain(name: str) -> str:
    """A column name without case, blanks and signs."""
    return re.sub(r"[\W_]+", "", name).lower()


def words(name: str) -> list[str]:
    """The words of a column name: "TotalSpend_12m" -> total, spend, 12m."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+\w*", name)]


# -- the kind of table ---------------------------------------------------------------------------------------


def _with_named_id(table: Table, id_column: str, roles: dict[str, str]) -> Findings:
    names = [column.name for column in table.columns]
    if id_column not in names:
        near = difflib.get_close_matches(id_column, names, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"The columns are {', '.join(names[:8])}."
        raise RecipeError(f"there is no column “{id_column}” to identify customers", where=id_column, hint=hint)
    column = next(column for column in table.columns if column.name == id_column)
    return _by_customer(table, column, roles, f"the column “{id_column}”, which you chose,")


def _proposed(table: Table, roles: dict[str, str]) -> Findings:
    known = {column.name: column for column in table.columns if column.type is not ColumnType.EMPTY}
    for name in known:
        if plain(name) in CUSTOMER_NAMES and known[name].type is not ColumnType.DATE:
            return _by_customer(table, known[name], roles, f"“{name}”")
    without_customer = _without_customer(table, roles)
    if without_customer is not None:
        return without_customer
    column = _weak_id(table)
    if column is not None:
        return _by_customer(table, column, roles, f"“{column.name}”")
    return Findings(Kind.CUSTOMERS, "no column identifies a customer, so every row is taken for one", roles)


def _by_customer(table: Table, column: Column, roles: dict[str, str], called: str) -> Findings:
    filled = table.frame.height - column.missing
    unique = column.distinct / filled if filled else 0.0
    roles = {**roles, "customer_id": column.name}
    signs = [roles[role] for role in ("order_id", "product", "quantity", "price", "event") if role in roles]
    if unique >= (ENOUGH_UNIQUE if signs else ENOUGH_UNIQUE_ALONE):
        share = "each value once" if column.distinct == filled else f"{unique:.1%} of its values are different"
        return Findings(Kind.CUSTOMERS, f"{called} identifies customers ({share})", roles)
    repeats = f"{called} has {column.distinct:,} different values in {filled:,} rows"
    beside = f", beside {', '.join(f'“{name}”' for name in signs[:3])}" if signs else ""
    if "event" in roles and "price" not in roles and "quantity" not in roles:
        return Findings(Kind.EVENTS, f"{repeats}{beside}: several events per customer", roles)
    return Findings(Kind.ORDERS, f"{repeats}{beside}: several rows per customer", roles)


def _without_customer(table: Table, roles: dict[str, str]) -> Findings | None:
    """Tables that name orders, products or events, and no customer."""
    order, product = roles.get("order_id"), roles.get("product")
    if order and product:
        repeated = _unique_share(table, order) < ENOUGH_UNIQUE
        line = [name for role in ("quantity", "price", "date") if (name := roles.get(role))]
        if repeated and not line and len(table.columns) <= 4:
            return Findings(Kind.BASKETS, f"“{order}” groups the items in “{product}”", roles)
        if repeated or line:
            return Findings(Kind.ORDERS, f"“{order}” and “{product}” are those of order lines", roles)
    if order and ("quantity" in roles or "price" in roles) and _unique_share(table, order) < ENOUGH_UNIQUE:
        return Findings(Kind.ORDERS, f"“{order}” repeats itself, beside amounts", roles)
    if "event" in roles and "date" in roles:
        return Findings(Kind.EVENTS, f"“{roles['event']}” and “{roles['date']}” are those of events", roles)
    if product and not order and _unique_share(table, product) >= 0.99:
        return Findings(Kind.PRODUCTS, f"“{product}” names every product once, and there is no customer", roles)
    return None


def _unique_share(table: Table, name: str) -> float:
    column = next(column for column in table.columns if column.name == name)
    filled = table.frame.height - column.missing
    return column.distinct / filled if filled else 0.0


def _weak_id(table: Table) -> Column | None:
    """A column that is an id by its values, and at least a little by its name or place."""
    usable = [c for c in table.columns if c.type in (ColumnType.INTEGER, ColumnType.TEXT, ColumnType.NUMBER)]
    for column in usable:
        if plain(column.name) in WEAK_ID_NAMES and _unique_share(table, column.name) >= ENOUGH_UNIQUE:
            return column
    for column in usable:
        said = words(column.name)
        named = said[-1:] in (["id"], ["no"], ["nr"], ["key"], ["code"], ["number"]) and not _FOREIGN & set(said)
        if named and column.type is not ColumnType.NUMBER and _unique_share(table, column.name) >= 0.99:
            return column
    first = table.columns[0]
    return first if table.frame.height >= 10 and _counts_rows(table, first) else None


def _counts_rows(table: Table, column: Column) -> bool:
    """Whether the first column is a code or a running number, whatever it is called."""
    if column.missing or column.distinct < table.frame.height:
        return False
    values = table.frame[column.name]
    if column.type is ColumnType.TEXT:
        return not (values.str.len_chars() > 40).any() and bool(values.str.contains(r"\d").all())
    if values.dtype != pl.Int64:
        return False
    span = (values.max(), values.min())
    return isinstance(span[0], int) and isinstance(span[1], int) and span[0] - span[1] + 1 == values.len()


# -- the roles of columns ------------------------------------------------------------------------------------


def _roles(columns: tuple[Column, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    tables = (
        ("order_id", ORDER_NAMES), ("product", PRODUCT_NAMES), ("quantity", QUANTITY_NAMES), ("price", PRICE_NAMES),
        ("event", EVENT_NAMES), ("date", DATE_NAMES),
    )  # fmt: skip
    for role, names in tables:
        for column in columns:
            if plain(column.name) in names:
                found.setdefault(role, column.name)
    dates = [column.name for column in columns if column.type is ColumnType.DATE]
    if dates and "date" not in found:
        found["date"] = dates[0]
    return found


def _revenue(table: Table) -> str | None:
    """The column that holds money per customer, by its name; income is what people earn, not what they spend."""
    numeric = [c.name for c in table.columns if c.type in (ColumnType.INTEGER, ColumnType.NUMBER)]
    exact = {plain(name): name for name in reversed(numeric)}
    for candidate in REVENUE_NAMES:
        if candidate in exact and _earns(table.frame[exact[candidate]]):
            return exact[candidate]
    for name in numeric:
        said = set(words(name))
        if said & _REVENUE_WORDS and not said & _NOT_REVENUE_WORDS and _earns(table.frame[name]):
            return name
    return None


def _earns(values: pl.Series) -> bool:
    total = values.sum()
    return isinstance(total, int | float) and total > 0
