"""Stock, sourcing, prices, forecasts, reports, reconciliation know nobody: they work as `blind` (001-22)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from oms.catalog import queries as catalog
from oms.desk.home import queries as home
from oms.desk.stock import queries as ledger
from oms.finance import sheets
from oms.finance.costs import actions as costs
from oms.finance.costs.actions import Statement
from oms.finance.period import Period, quarter_of
from oms.finance.profit.queries import Profit, profit
from oms.finance.tax import queries as taxes
from oms.finance.tax.queries import Scheme
from oms.fulfillment import actions as sending
from oms.fulfillment import queries as parts
from oms.insights import actions as insights
from oms.insights import queries as standing
from oms.insights.actions import Rule
from oms.inventory import actions as stock
from oms.inventory import handlers as shelf_work
from oms.inventory import queries as shelves
from oms.inventory.actions import Count, Move
from oms.inventory.models import Warehouse
from oms.inventory.sourcing import Destination, plan
from oms.inventory.states import MovementKind
from oms.kernel import clock, db, jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import UnavailableError
from oms.kernel.money import Money
from oms.kernel.outbox import Message
from oms.orders import handlers as orders
from oms.orders import queries as agreements
from oms.orders.models import Order
from oms.payments import actions as money
from oms.payments import gateway
from oms.payments import handlers as paying
from oms.payments.reconciling import Difference, differences
from oms.pricing.queries import Where, quote
from tests import make
from tests.fakes import Party

LEIDEN = Where("eu", "en", "NL", "", "2311 EZ")
TO = Destination("NL", "23")


@pytest.fixture
def blind(shop: None, stripe: Party, settings: Settings) -> Iterator[make.Shop]:
    """A shop with a paid order, of which from here on nothing can be had but what `blind` may have."""
    with transaction() as session:
        small = make.small_shop(session)
    for units in (2, 1):
        ref = make.pay(make.order({small.clock: units, small.pencil: 3}), stripe)
        truth = gateway.look_up(ref)
        with transaction() as session:
            money.apply_truth(session, truth)
    jobs.drain()
    db.configure("", "", role=Role.BLIND, logins={"blind": settings.logins["blind"]})
    yield small
    db.configure(settings.database_url, settings.keyring_url, logins=settings.logins)


def as_blind(work: Callable[[Session], object]) -> Callable[[], object]:
    """Return a piece of work in a transaction of the only role there is."""

    def done() -> object:
        with transaction() as session:
            return work(session)

    return done


def reconciled(since: datetime, until: datetime) -> list[Difference]:
    """Compare with Stripe as the command does, which is in no transaction when it asks."""
    with reading() as session:
        return list(differences(session, since=since, until=until))


def works(small: make.Shop) -> dict[str, Callable[[], object]]:
    """Every job of stock, sourcing, prices, reports and reconciliation, by name."""
    one, house = small.clock, small.leiden
    now = clock.now()
    month = timedelta(days=30)
    with reading() as session:
        order = session.scalars(select(Order.id).order_by(Order.id).limit(1)).one()
    return {
        "receive goods": as_blind(lambda s: stock.receive(s, one, house, 4, by=SYSTEM)),
        "count a shelf": as_blind(
            lambda s: stock.record_count(s, Count(one, house, 30, "yearly"), by=SYSTEM)
        ),
        "write goods off": as_blind(
            lambda s: stock.move(s, [Move(one, house, MovementKind.WRITE_OFF, -1)], by=SYSTEM)
        ),
        "tell lists what sold out": lambda: shelf_work.tell_lists(
            Message(1, "stock.crossed_zero", {"variant": one})
        ),
        "say what is available": as_blind(lambda s: shelves.available(s, [one, small.pencil])),
        "say what is where": as_blind(lambda s: shelves.by_warehouse(s, [one])),
        "hold for an order": as_blind(lambda s: shelves.held_for(s, order)),
        "compare counters with the ledger": as_blind(shelves.drifts),
        "read the ledger": as_blind(lambda s: ledger.ledger(s, catalog.variant_of(s, "RETRO-CLOCK"), [])),
        "choose a warehouse": as_blind(
            lambda s: plan([], shelves.by_warehouse(s, [one]), shelves.sources(s), TO)
        ),
        "name warehouses": as_blind(lambda s: s.scalars(select(Warehouse)).all()),
        "quote": as_blind(lambda s: quote(s, {one: 1}, LEIDEN, "")),
        "offer ways of delivery": as_blind(lambda s: quote(s, {one: 3, small.pencil: 2}, LEIDEN, "post-eu")),
        "make fulfillment orders": as_blind(lambda s: sending.make_parts(s, order)),
        "list what is to be sent": as_blind(parts.sent_counts),
        "close what is finished": orders.close_finished,
        "forecast demand": as_blind(lambda s: insights.forecast_due(s, 10)),
        "say how a SKU is bought": as_blind(
            lambda s: insights.set_rule(s, one, Rule(reorder_at=90), by=SYSTEM)
        ),
        "find what to reorder": as_blind(insights.watch),
        "list what to order": as_blind(standing.to_order),
        "find what is to close": as_blind(lambda s: agreements.to_close(s, before=now)),
        "report the day": as_blind(lambda s: home.day(s, now - month)),
        "ask what Stripe kept": paying.note_fees,
        "state a cost": as_blind(
            lambda s: costs.state(s, Statement(one, Money(1200, "EUR"), now.date() - 2 * month), by=SYSTEM)
        ),
        "reckon profit": as_blind(lambda s: profit(s, Period((now - month).date(), (now + month).date()))),
        "report tax by country and rate": as_blind(
            lambda s: taxes.by_rate(s, Period((now - month).date(), (now + month).date()))
        ),
        "report the one-stop shop": as_blind(
            lambda s: taxes.one_stop_shop(s, Scheme.UNION, quarter_of(now.date()))
        ),
        "write every report as a file": as_blind(
            lambda s: [write(s, quarter_of(now.date())) for write in sheets.REPORTS.values()]
        ),
        "reconcile with Stripe": lambda: reconciled(now - month, now + month),
    }


def test_every_job_of_stock_reports_and_reconciliation_passes_as_blind(
    blind: make.Shop, measured: Callable[..., None]
) -> None:
    results = {name: work() for name, work in works(blind).items()}

    assert results["compare counters with the ledger"] == []
    assert results["reconcile with Stripe"] == []
    assert results["forecast demand"] == 2
    assert results["list what to order"]
    assert results["say what is available"] == {blind.clock: 28, blind.pencil: 94}
    assert isinstance(results["report the day"], home.Day)
    assert results["report the day"].units == 9
    earned = results["reckon profit"]
    assert isinstance(earned, Profit)
    whole = earned.totals["EUR"]
    assert (whole.units, whole.goods, whole.unknown_fees) == (9, 3600, 0)
    measured("B38", f"{len(results)} jobs of {len(results)} pass as blind", passed=len(results) >= 29)


def test_whatever_else_is_tried_finds_no_way(blind: make.Shop) -> None:
    denied = pytest.raises(ProgrammingError, match="permission denied for schema personal")
    with denied, reading() as session:
        session.execute(text("SELECT 1 FROM personal.sealed"))
    for role in (Role.WEB, Role.WORKER, Role.MIGRATE):
        with pytest.raises(UnavailableError), transaction(role):
            pass


def test_the_handlers_of_these_rooms_run_as_blind() -> None:
    known = [*jobs.HANDLERS.values(), *jobs.SCHEDULE.values()]
    rooms = ("oms.inventory.", "oms.insights.")
    theirs = {one.run.__name__: one.role for one in known if one.run.__module__.startswith(rooms)}
    names = ("tell_lists", "forecast_demand", "find_what_to_reorder", "look_again")
    assert theirs == dict.fromkeys(names, Role.BLIND)
    assert {one.role for one in known if one.run.__name__ in {"prepare_sending", "close_finished"}} == {
        Role.BLIND
    }
