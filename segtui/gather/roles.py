"""What a table is about and what its columns stand for: the verdict on names (`names`) and values (`evidence`).

Every column is scored for every role: by its name, and where names do not say, by its values. Roles then go to columns,
best score first; a column has one role. What the analyst said (`recipe.TableSpec`) stands over all of it. The kind of
the table follows from the roles and from how often the customers' ids repeat.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from segtui.errors import RecipeError
from segtui.gather import evidence
from segtui.gather.evidence import Facts
from segtui.gather.listed import separator_of
from segtui.gather.names import (
    REVENUE_NAMES,
    WEAK_ID_NAMES,
    ideas,
    may_be_a_complaint,
    names_an_id,
    names_something_else,
    plain,
    says_revenue,
    scores,
    understood,
    words,
)
from segtui.gather.table import Table
from segtui.recipe import ROLES, TableSpec
from segtui.results import ColumnType, Kind

__all__ = ("MANY", "Findings", "columns_of", "find", "plain", "words")

MANY = ("category", "discount")
"""Roles that several columns may have; they are numbered from the second on ("discount_2")."""

ENOUGH_UNIQUE, ENOUGH_UNIQUE_ALONE = 0.8, 0.5
"""Share of different values an id column of customers needs: with columns of other tables beside it, and without."""

SURE = 0.5
"""A name that says less than this gives no role by itself."""

BY_VALUE = 0.45
"""What values that speak for themselves count for, against names: less than any name that is sure."""

_FEW_LEVELS = 60
_MONEY = ("unit_price", "amount")

_REPORTED = {
    Kind.CUSTOMERS: ("customer_id", "time", "revenue"),
    Kind.UNKNOWN: ("customer_id", "time", "revenue"),
    Kind.ORDERS: (
        "customer_id", "order_id", "time", "product", "product_name", "category", "brand", "quantity", "unit_price",
        "amount",
        "discount", "status", "country", "channel",
    ),
    Kind.EVENTS: (
        "customer_id", "time", "event", "session", "channel", "product", "product_name", "category", "brand", "country",
        "unit_price", "quantity",
    ),
    Kind.BASKETS: ("order_id", "product", "product_name", "category", "brand", "time", "quantity", "unit_price"),
    Kind.PRODUCTS: ("product", "product_name", "category", "brand", "unit_price"),
    Kind.RECORDS: ("customer_id", "time", "product", "channel", "status", "country"),
    Kind.LOOKUP: (),
}  # fmt: skip
"""The roles that mean something in a table of each kind; the others are not reported, unless the analyst gave them."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a table is taken for. `roles` maps role -> column name; "customer_id" is the id column."""

    kind: Kind
    reason: str
    roles: dict[str, str] = field(default_factory=dict)

    @property
    def id_column(self) -> str | None:
        return self.roles.get("customer_id")


def find(table: Table, id_column: str | None, said: TableSpec | None = None, rows: int | None = None) -> Findings:
    """What `table` is about. `id_column` as in GatherSpec: None proposes one, "" says that there is none.

    said: the analyst's word on this table, which wins. rows: of the whole table, where `table.frame` holds only its
    first rows (`table.columns` then count over all rows). Raises RecipeError where a named column does not exist.
    """
    said = said or TableSpec("")
    _check(table, id_column, said)
    look = _look(table, id_column, said, rows)
    verdict = _said_kind(look, said) or _kind(look)
    named = tuple(column.role for column in said.columns if column.role)
    return Findings(verdict.kind, verdict.reason, _reported(verdict, named))


def columns_of(roles: dict[str, str], role: str) -> tuple[str, ...]:
    """The columns of a role that may have several, in order: of discount, discount_2, …"""
    numbered = [(int(name.rpartition("_")[2]), column) for name, column in roles.items() if _base(name) == role != name]
    first = [(1, roles[role])] if role in roles else []
    return tuple(column for _, column in sorted([*first, *numbered]))


def _base(role: str) -> str:
    """The role without its number: discount_2 -> discount."""
    return re.sub(r"_\d+$", "", role)


@dataclass(frozen=True, eq=False, slots=True)
class _Look:
    """Everything the verdict rests on. facts: of the columns that may have a role; roles: as assigned.

    customer: the column that identifies customers, None without one; chosen: whether the analyst named it.
    nobody: the analyst said that there is none.
    """

    facts: tuple[Facts, ...]
    roles: dict[str, str]
    rows: int
    chosen: bool
    nobody: bool

    def fact(self, role: str) -> Facts | None:
        name = self.roles.get(role)
        return next((fact for fact in self.facts if fact.name == name), None)

    def having(self, *roles: str) -> list[str]:
        """The columns of these roles, those there are."""
        return [self.roles[role] for role in roles if role in self.roles]


def _check(table: Table, id_column: str | None, said: TableSpec) -> None:
    names = [column.name for column in table.columns]
    wanted = [(id_column, "to identify customers")] if id_column else []
    wanted += [(column.name, f"to be taken for {column.role}") for column in said.columns if column.role]
    for name, purpose in wanted:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"The columns are {', '.join(names[:8])}."
            raise RecipeError(f"there is no column “{name}” {purpose}", where=name, hint=hint)


# -- the roles of columns ------------------------------------------------------------------------------------


def _look(table: Table, id_column: str | None, said: TableSpec, rows: int | None) -> _Look:
    facts = evidence.facts(table, rows)
    given = _given(said)
    if id_column:
        given = {role: name for role, name in given.items() if name != id_column} | {"customer_id": id_column}
    nothing = {column.name for column in said.columns if column.role == ""} - set(given.values())
    free = tuple(f for f in facts if f.name not in nothing and f.type is not ColumnType.EMPTY)
    chosen = "customer_id" in given
    nobody = id_column == "" and not chosen
    height = table.frame.height if rows is None else rows
    roles = _assigned(free, given, nobody)
    return _Look(tuple(f for f in facts if f in free or f.name in given.values()), roles, height, chosen, nobody)


def _given(said: TableSpec) -> dict[str, str]:
    """Role -> column as the analyst said; a second column of one role is numbered."""
    found: dict[str, str] = {}
    for column in said.columns:
        if column.role:
            found[_numbered(found, column.role)] = column.name
    return found


def _numbered(found: dict[str, str], role: str) -> str:
    """The name under which one more column of this role goes."""
    name, number = role, 1
    while name in found and role in ROLES:
        number += 1
        name = f"{role}_{number}"
    return name


def _assigned(facts: tuple[Facts, ...], given: dict[str, str], nobody: bool) -> dict[str, str]:
    """Role -> column: as given, then by names and telling values, then by the structure of the values."""
    roles = dict(given)
    _assign_best(facts, roles, nobody)
    if not nobody:
        _assign_structure(facts, roles)
    _settle_product(roles, given)
    if (revenue := _revenue(facts)) is not None:
        roles.setdefault("revenue", revenue)
    return roles


def _assign_best(facts: tuple[Facts, ...], roles: dict[str, str], nobody: bool) -> None:
    """Give roles to columns, best score first; of equal scores the column further left comes first."""
    scored = [
        (-score, place, role, fact)
        for place, fact in enumerate(facts)
        if fact.name not in roles.values()
        for role, score in _scores(fact).items()
        if score > 0 and not (nobody and role == "customer_id")
    ]
    several: dict[str, list[Facts]] = {role: [] for role in MANY}
    taken = set(roles.values())
    for _, _, role, fact in sorted(scored, key=lambda one: one[:3]):
        if fact.name in taken:
            continue
        if role in MANY:
            several[role].append(fact)
        elif role in roles:
            continue
        else:
            roles[role] = fact.name
        taken.add(fact.name)
    for role, found in several.items():
        if role == "category":  # coarsest first
            found.sort(key=lambda fact: fact.distinct)
        for fact in found:
            roles[_numbered(roles, role)] = fact.name


def _scores(fact: Facts) -> dict[str, float]:
    """Role -> score of one column: its name where the values can be that, else what the values say by themselves."""
    named = {role: score for role, score in scores(fact.name).items() if _fits(fact, role)}
    least = {role: score for role, score in named.items() if score >= (0.1 if role == "time" else SURE)}
    if fact.dated and "time" not in least:
        least["time"] = 0.2
    seen = evidence.recognised(fact)
    if not least:  # a name that says nothing leaves the word to the values
        return {role: BY_VALUE * share for role, share in seen.items()}
    return {role: score + 0.04 * seen.get(role, 0.0) for role, score in least.items()}


def _fits(fact: Facts, role: str) -> bool:
    """Whether values like these can have the role at all."""
    if role == "time":
        return fact.dated
    if fact.dated or fact.type is ColumnType.YES_NO:
        return False
    if role in ("quantity", *_MONEY, "discount"):
        return fact.numeric or evidence.numbers_among_words(fact)
    if role in ("country", "channel", "event", "status"):
        levels = {"status": _FEW_LEVELS, "event": 5_000}.get(role, 300)
        return fact.type in (ColumnType.TEXT, ColumnType.INTEGER) and fact.distinct <= levels
    if role in ("category", "brand", "product_name"):
        return fact.type is ColumnType.TEXT or (role != "product_name" and fact.type is ColumnType.INTEGER)
    if role in ("customer_id", "order_id", "product", "session"):
        return fact.type is ColumnType.TEXT or fact.whole
    return True


def _assign_structure(facts: tuple[Facts, ...], roles: dict[str, str]) -> None:
    """Let values speak where names do not: at least half of the columns have names that are not understood."""
    unknown = [fact for fact in facts if not understood(fact.name) or not scores(fact.name)]
    if len(unknown) * 2 < len(facts) or ("order_id" in roles and "customer_id" in roles and "product" in roles):
        return
    usable = {fact.name for fact in unknown if not names_something_else(fact.name)} | set(roles.values())
    known = {role: name for role, name in roles.items() if role != "time" or _named(name)}
    if "event" in known and "session" in known:  # a session takes the place of the order
        known["order_id"] = known["session"]
    found = evidence.order_structure(tuple(f for f in facts if f.name in usable), known)
    if "event" in known and "order_id" in found:
        found["session"] = found.pop("order_id")
        found = {r: n for r, n in found.items() if r in ("session", "customer_id", "product", "product_name", "time")}
    roles.update(found)


def _named(name: str) -> bool:
    return bool(scores(name))


def _settle_product(roles: dict[str, str], given: dict[str, str]) -> None:
    """Where products have names and no code, the name is what identifies them."""
    name = roles.get("product_name")
    if "product" in roles or name is None or "product_name" in given:
        return
    if {"product", "sku"} & set(ideas(name)) or "order_id" in roles:
        roles["product"] = roles.pop("product_name")


def _revenue(facts: tuple[Facts, ...]) -> str | None:
    """The column that holds money per customer, by its name; income is what people earn, not what they spend."""
    numeric = [f for f in facts if f.type in (ColumnType.INTEGER, ColumnType.NUMBER)]
    exact = {plain(fact.name): fact for fact in reversed(numeric)}
    named = [exact[name] for name in REVENUE_NAMES if name in exact]
    named += [fact for fact in numeric if says_revenue(fact.name)]
    return next((fact.name for fact in named if _earns(fact.values)), None)


def _earns(values: pl.Series) -> bool:
    total = values.sum()
    return isinstance(total, int | float) and total > 0


# -- the kind of table ---------------------------------------------------------------------------------------


def _said_kind(look: _Look, said: TableSpec) -> Findings | None:
    if said.kind is not None:
        roles = look.roles
        if said.kind == Kind.CUSTOMERS and "customer_id" not in roles and not look.nobody:
            weak = _weak_id(look)
            roles = roles if weak is None else {**roles, "customer_id": weak.name}
        return Findings(Kind(said.kind), f"taken for {said.kind}, as you said", dict(roles))
    if look.nobody:
        return Findings(Kind.CUSTOMERS, "every row is one customer, as you said", dict(look.roles))
    return None


def _kind(look: _Look) -> Findings:
    customer = look.fact("customer_id")
    found = _by_customer(look, customer) if customer is not None else _without_customer(look)
    if found is not None:
        return Findings(*found, dict(look.roles))
    listed = _listed_baskets(look)
    if listed is not None:
        return listed
    weak = _weak_id(look)
    if weak is None:
        reason = "no column identifies a customer, so every row is taken for one"
        return Findings(Kind.CUSTOMERS, reason, dict(look.roles))
    look = _Look(look.facts, _with_customer(look.roles, weak.name), look.rows, look.chosen, look.nobody)
    return Findings(*_by_customer(look, weak), look.roles)


def _with_customer(roles: dict[str, str], name: str) -> dict[str, str]:
    return {**{role: column for role, column in roles.items() if column != name}, "customer_id": name}


def _by_customer(look: _Look, customer: Facts) -> tuple[Kind, str]:
    """The kind of a table that names customers: by what stands beside them and how often they repeat."""
    called = f"the column “{customer.name}”, which you chose," if look.chosen else f"“{customer.name}”"
    signs = look.having("order_id", "product", "quantity", *_MONEY, "event", "session")
    once = customer.unique >= (ENOUGH_UNIQUE if signs else ENOUGH_UNIQUE_ALONE)
    if _are_order_heads(look, customer):
        names = _listed(look.having("order_id", "time"))
        return Kind.ORDERS, f"{names} name every order once, and {called} whose it is"
    if once and not _other_id(look, customer):
        share = "each value once" if customer.unique >= 1 else f"{customer.unique:.1%} of its values are different"
        return Kind.CUSTOMERS, f"{called} identifies customers ({share})"
    repeats = f"{called} has {customer.distinct:,} different values in {customer.filled:,} rows"
    if _are_events(look):
        return (
            Kind.EVENTS,
            f"{repeats}, beside {_listed(look.having('event', 'session', 'time'))}: several events per customer",
        )
    money = look.having("order_id", "quantity", *_MONEY)
    if money and not (len(money) == 1 and may_be_a_complaint(money[0])):
        return Kind.ORDERS, f"{repeats}, beside {_listed(money)}: several rows per customer"
    return Kind.RECORDS, f"{repeats}, and no column is an order, a price or a quantity: several records per customer"


def _are_order_heads(look: _Look, customer: Facts) -> bool:
    """One row per order: its id is there once, with a date, and there are no fewer orders than customers."""
    order = look.fact("order_id")
    if order is None or look.chosen or "time" not in look.roles:
        return False
    beside = look.having("product", "quantity", *_MONEY, "status")
    return order.unique >= 0.98 and order.distinct >= customer.distinct and customer.unique < 1 and bool(beside)


def _other_id(look: _Look, customer: Facts) -> bool:
    """Whether something else is named once per row while some customers repeat: tickets, reviews, payments."""
    if customer.unique >= 0.98 or look.chosen:
        return False
    return any(
        f is not customer
        and f.unique >= 1.0
        and f.id_like
        and names_an_id(f.name)
        and f.name not in look.roles.values()
        for f in look.facts
    )


def _are_events(look: _Look) -> bool:
    event = look.fact("event")
    if event is None and "session" not in look.roles:
        return False
    if "time" not in look.roles and event is None:
        return False
    telling = event is not None and bool(evidence.recognised(event).get("event"))
    return telling or not look.having("order_id", "quantity", *_MONEY)


def _without_customer(look: _Look) -> tuple[Kind, str] | None:
    """Tables that name orders, events, products or something else, and no customer."""
    order, product = look.fact("order_id"), look.fact("product")
    if order is not None:
        found = _orders_or_baskets(look, order, product)
        if found is not None:
            return found
    if look.having("event", "session") and "time" in look.roles and _are_events(look):
        return Kind.EVENTS, f"{_listed(look.having('event', 'session', 'time'))} are those of events"
    if product is not None and order is None and product.unique >= 0.99:
        return Kind.PRODUCTS, f"“{product.name}” names every product once, and there is no customer"
    return _lookup(look)


def _orders_or_baskets(look: _Look, order: Facts, product: Facts | None) -> tuple[Kind, str] | None:
    repeated = order.unique < ENOUGH_UNIQUE
    line = look.having("quantity", *_MONEY, "time")
    if product is not None:
        if repeated and not line:
            return Kind.BASKETS, f"“{order.name}” groups the items in “{product.name}”, and there is no customer"
        if repeated or line:
            return Kind.ORDERS, f"“{order.name}” and “{product.name}” are those of order lines"
    if repeated and look.having("quantity", *_MONEY):
        return Kind.ORDERS, f"“{order.name}” repeats itself, beside amounts"
    return None


def _listed_baskets(look: _Look) -> Findings | None:
    """A table of nothing but baskets and what is in each of them, in one cell."""
    order = look.fact("order_id")
    if "customer_id" in look.roles or order is None or len(look.facts) != 2:
        return None
    items = next(fact for fact in look.facts if fact is not order)
    if items.type is not ColumnType.TEXT or not separator_of(order.values, items.values):
        return None
    reason = f"every row of “{items.name}” lists what is in one “{order.name}”, and there is no customer"
    return Findings(Kind.BASKETS, reason, {"order_id": order.name, "product": items.name})


def _lookup(look: _Look) -> tuple[Kind, str] | None:
    """A table that explains another one's ids: the first id column is that of something else and is there once."""
    for fact in look.facts:
        if fact.id_like and fact.unique >= 0.999 and names_an_id(fact.name) and names_something_else(fact.name):
            return Kind.LOOKUP, f"“{fact.name}” is there once per row and identifies no customer"
    return None


def _weak_id(look: _Look) -> Facts | None:
    """A column that is an id by its values, and at least a little by its name or place."""
    usable = [f for f in look.facts if f.type in (ColumnType.INTEGER, ColumnType.TEXT, ColumnType.NUMBER)]
    for fact in usable:
        if plain(fact.name) in WEAK_ID_NAMES and fact.unique >= ENOUGH_UNIQUE:
            return fact
    for fact in usable:
        named = words(fact.name)[-1:] in (["id"], ["no"], ["nr"], ["key"], ["code"], ["number"])
        if named and not names_something_else(fact.name) and fact.type is not ColumnType.NUMBER and fact.unique >= 0.99:
            return fact
    first = look.facts[0] if look.facts else None
    return first if first is not None and look.rows >= 10 and _counts_rows(look, first) else None


def _counts_rows(look: _Look, fact: Facts) -> bool:
    """Whether the first column is a code or a running number, whatever it is called."""
    if fact.unique < 1 or fact.filled < look.rows:
        return False
    if fact.type is ColumnType.TEXT:
        values = fact.values
        return not (values.str.len_chars() > 40).any() and bool(values.str.contains(r"\d").all())
    return fact.type is ColumnType.INTEGER and fact.high - fact.low + 1 == fact.values.len()


def _listed(names: Iterable[str]) -> str:
    """Names in quotation marks: “a”, “b” and “c”."""
    quoted = [f"“{name}”" for name in list(names)[:3]]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _reported(verdict: Findings, given: tuple[str, ...]) -> dict[str, str]:
    """The roles that mean something in a table of this kind, in the order of recipe.ROLES."""
    wanted = {*_REPORTED[verdict.kind], *given}
    order = {role: place for place, role in enumerate(ROLES)}
    kept = [role for role in verdict.roles if _base(role) in wanted]
    return {role: verdict.roles[role] for role in sorted(kept, key=lambda r: (order[_base(r)], len(r), r))}
