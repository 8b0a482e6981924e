"""A shop with books to keep: two countries, two rates of tax, refunds; and all that it reports."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, timedelta

from sqlalchemy import Column, Table, select, text
from sqlalchemy.orm import Session

from oms import tables
from oms.catalog import queries as catalog
from oms.desk.home import queries as home
from oms.desk.stock import queries as shelf_books
from oms.finance import sheets
from oms.finance.costs import actions as costs
from oms.finance.costs.actions import Statement
from oms.finance.period import Period
from oms.inventory import queries as shelves
from oms.kernel import clock, jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Base, Role, reading, transaction
from oms.kernel.money import Money
from oms.orders import actions as ordering
from oms.orders.models import Order, OrderLine
from oms.orders.personal import OrderContact
from oms.orders.refunding import actions as refunding
from oms.orders.refunding.actions import Wanted
from oms.payments import handlers as payments
from oms.payments.reconciling import differences
from oms.pricing.models import TaxRate
from oms.pricing.queries import Where, quote
from oms.web import doctor
from tests import make
from tests.fakes import Party
from tests.make import Shop
from tests.oms.fulfillment.conftest import House

MONTH = timedelta(days=30)
# People whose parcels go by carrier: more to one address would wait for a look.
SENT = (0, 5)
EVER = Period(date(2020, 1, 1), date(2040, 12, 31))
# The shop's own reports of money, as it gives them out: revenue, goods, fees, postage, profit and tax.
MONEY = {
    "profit by SKU": "skus",
    "profit by order": "orders",
    "tax by country and rate": "tax",
    "one-stop shop": "oss",
    "import one-stop shop": "ioss",
    "unit costs": "costs",
}
# What it tells besides, by statements that any of its reports could ask; `blind` may ask all of it.
TOLD = {
    "orders": "SELECT date_trunc('day', placed_at), market_code, currency, state, count(*), sum(goods),"
    " sum(delivery), sum(tax), sum(total) FROM orders WHERE placed_at IS NOT NULL GROUP BY 1, 2, 3, 4",
    "goods": "SELECT sku, sum(quantity), sum(total) FROM order_lines GROUP BY 1",
    "settlement": "SELECT state, currency, count(*), sum(amount), sum(captured), sum(refunded)"
    " FROM payments GROUP BY 1, 2",
    "refunds": "SELECT o.country, r.state, r.currency, count(*), sum(r.amount) FROM refunds r"
    " JOIN payments p ON p.id = r.payment_id JOIN orders o ON o.id = p.order_id GROUP BY 1, 2, 3",
    "refunded lines": "SELECT l.order_line_id IS NULL, sum(l.quantity), sum(l.amount) FROM refund_lines l"
    " GROUP BY 1",
    "stock": "SELECT warehouse_id, variant_id, on_hand, reserved, allocated FROM stock_levels",
    "movements": "SELECT kind, variant_id, warehouse_id, count(*), sum(quantity) FROM stock_movements"
    " GROUP BY 1, 2, 3",
}
assert tables.MODULES


def furnish(session: Session) -> Shop:
    """A shop that sells at a full and at a reduced rate to two countries."""
    small = make.small_shop(session, clocks=2000, pencils=5000)
    session.execute(text("UPDATE products SET tax_class = 'reduced' WHERE handle = 'cedar-pencil'"))
    for country, rate in (("NL", 900), ("DE", 700)):
        session.add(
            TaxRate(
                country=country,
                tax_class="reduced",
                basis_points=rate,
                valid_from=date(2012, 1, 1),
                source="t",
            )
        )
    for variant, cost in ((small.clock, 1210), (small.pencil, 37)):
        costs.state(session, Statement(variant, Money(cost, "EUR"), date(2020, 1, 1)), by=SYSTEM)
    return small


def traded(small: Shop, stripe: Party, people: int) -> list[list[str]]:
    """Let people buy once or twice, some with money back; return the units of each."""
    everybody = [_person(small, stripe, number) for number in range(people)]
    payments.note_fees()
    return everybody


def _person(small: Shop, stripe: Party, number: int) -> list[str]:
    baskets: list[dict[int, int]] = [
        {small.clock: 1},
        {small.pencil: 1 + number % 4},
        {small.clock: 1, small.pencil: 2},
    ]
    wanted = [baskets[number % 3]] if number % 2 else [baskets[number % 3], {small.planner: 1}]
    units = []
    for basket in wanted:
        order = _bought(stripe, basket, number)
        if number in SENT and not order.is_digital:
            house = House(small, stripe)
            house.hand_over(house.pack(order))
        with transaction() as session:
            ordering.note_delivery(session, order.id)
        units.append(order.unit)
    if number % 4 == 0:
        _money_back(order, delivery=number % 8 == 0)
    return units


def _bought(stripe: Party, basket: dict[int, int], number: int) -> Order:
    changed: dict[str, object] = {"contact": OrderContact(f"buyer-{number}@crowd.example")}
    if number // 2 % 2:
        where = Where("eu", "de", "DE", "", "10115")
        with reading() as session:
            shown = quote(session, basket, where, "").quote
        changed |= {"where": where, "shown": shown.fingerprint}
        changed |= {} if shown.is_digital else {"delivery": replace(make.ADA, country="DE", postcode="10115")}
    placed = make.order(basket, **changed)
    make.learn(make.pay(placed, stripe))
    return placed.order


def _money_back(order: Order, *, delivery: bool) -> None:
    with transaction() as session:
        line = session.scalars(select(OrderLine.id).where(OrderLine.order_id == order.id).limit(1)).one()
        refunding.refund(session, order.id, Wanted({line: 1}, delivery, "Goodwill"), by=SYSTEM)
    jobs.drain()


def reports(small: Shop) -> dict[str, str]:
    """Every report of the shop by name, as the role that knows nobody reads it."""
    now = clock.now()
    found: dict[str, object] = {}
    with reading(Role.BLIND) as session:
        for name, asked in TOLD.items():
            found[name] = sorted([str(part) for part in row] for row in session.execute(text(asked)))
        found |= {name: sheets.REPORTS[sheet](session, EVER) for name, sheet in MONEY.items()}
        found["the day"] = asdict(home.day(session, now.replace(hour=0, minute=0, second=0) - MONTH))
        found["drifts"] = [asdict(one) for one in shelves.drifts(session)]
        found["available"] = shelves.available(session, [small.clock, small.pencil])
        levels = shelves.by_warehouse(session, [small.clock, small.pencil])
        found["on the shelves"] = sorted(str(one) for one in levels.items())
        for sku in ("RETRO-CLOCK", "CEDAR-PENCIL"):
            booked = shelf_books.ledger(session, catalog.variant_of(session, sku), [])
            found[f"ledger of {sku}"] = [
                (one.movement.id, one.movement.kind, one.movement.quantity, one.on_hand, one.order_number)
                for one in booked
            ]
    with reading(Role.BLIND) as session:
        since, until = now - MONTH, now + MONTH
        found["compared with Stripe"] = [
            asdict(one) for one in differences(session, since=since, until=until)
        ]
    found["doctor"] = [(one.name, one.health) for one in doctor.examine()]
    return {name: json.dumps(told, default=str, sort_keys=True) for name, told in found.items()}


def broken() -> list[str]:
    """Return every reference of a row to another that is not there: by foreign key, or by its name."""
    with reading(Role.MIGRATE) as session:
        return [f"{told}: {lost}" for told, asked in references() if (lost := session.scalar(text(asked)))]


def references() -> Iterator[tuple[str, str]]:
    """Give every column that names a row of another table, and the statement that counts what it misses."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for parent, key in _named(table, column):
                there = f"SELECT 1 FROM {parent.fullname} p WHERE p.{key} = c.{column.name}"
                lost = f"c.{column.name} IS NOT NULL AND NOT EXISTS ({there})"
                yield f"{table.name}.{column.name}", f"SELECT count(*) FROM {table.fullname} c WHERE {lost}"


def _named(table: Table, column: Column[object]) -> list[tuple[Table, str]]:
    keyed = [(key.column.table, key.column.name) for key in column.foreign_keys]
    if keyed or not column.name.endswith("_id"):
        return keyed
    named = Base.metadata.tables.get(column.name.removesuffix("_id") + "s")
    return [(named, "id")] if named is not None and named is not table and "id" in named.columns else []
