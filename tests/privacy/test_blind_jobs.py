"""B38 beyond single jobs: which jobs are blind, that each is while it works, and the same at a real size."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from oms import worker
from oms.inventory import queries as shelves
from oms.kernel import clock, jobs, outbox
from oms.kernel.db import Role, reading, transaction
from oms.kernel.jobs import HANDLERS, SCHEDULE
from oms.kernel.outbox import Message
from oms.payments import actions, gateway
from oms.payments.actions import RefundAsked, RefundPart
from oms.payments.models import Payment
from oms.payments.reconciling import Difference, differences
from tests import make
from tests.fakes import Party, wait_until
from tests.faults.test_races import buy
from tests.make import GUEST, Shop
from tests.running import RunningShop

Measured = Callable[..., None]
# What works by itself and sees nobody; whoever adds one that could be blind says so here.
BLIND = [
    "channels.listing.tell_after_sale",
    "channels.listing.tell_changes",
    "channels.selling.ask",
    "channels.selling.believe",
    "fulfillment.prepare_sending",
    "fulfillment.tracking.believe",
    "insights.find_what_to_reorder",
    "insights.forecast_demand",
    "insights.look_again",
    "inventory.tell_lists",
    "orders.close_finished",
    "payments.note_fees",
    "risk.let_go_on",
    "risk.watch_cards",
]
# Rooms of stock, prices, goods, delivery and reports: what works there by itself has to be blind.
# But for a parcel's address, and for its number, which a marketplace is asked for and told.
ADDRESSED = ("channels.addresses.", "channels.parcels.")
ROOMS = ("inventory.", "pricing.", "catalog.", "finance.", "channels.", "insights.")


def walked() -> dict[str, str]:
    """Every reaction and every job of the clock that worker and relay know, with the role it declares."""
    assert worker.HANDLERS
    known = sorted({**HANDLERS, **SCHEDULE}.items())
    return {name: str(one.role) for name, one in known if one.run.__module__.startswith("oms.")}


def seeing() -> list[str]:
    """The jobs of rooms that know nobody, and that could see people all the same."""
    rest = {name: role for name, role in walked().items() if not name.startswith(ADDRESSED)}
    return [name for name, role in rest.items() if name.startswith(ROOMS) and role != Role.BLIND]


def test_every_job_has_a_role_and_those_that_know_nobody_are_blind(measured: Measured) -> None:
    found = walked()
    assert set(found.values()) <= {str(Role.WORKER), str(Role.BLIND)}
    assert [name for name, role in found.items() if role == Role.BLIND] == BLIND
    told = f"{len(found)} jobs have a role, {len(BLIND)} are blind, {len(seeing())} more should be"
    measured("B38", told, passed=not seeing())


def test_a_job_of_the_shelves_that_sees_people_is_noticed() -> None:
    def peek(_message: Message) -> None:
        """A job of the shelves that would see people."""

    peek.__module__ = "oms.inventory.handlers"
    planted = jobs.Handler("inventory.peek", "order.placed", Role.WORKER, peek)
    HANDLERS[planted.name] = planted
    try:
        assert seeing() == [planted.name]
    finally:
        del HANDLERS[planted.name]


def who() -> tuple[str, bool]:
    """Who is signed in, in the middle of a job, and whether what people gave could be read."""
    with reading() as session:
        name = str(session.scalar(select(func.current_user())))
    try:
        with reading() as session:
            session.execute(text("SELECT 1 FROM personal.sealed LIMIT 1"))
    except ProgrammingError:
        return name, False
    return name, True


@pytest.fixture
def probed() -> Iterator[dict[str, tuple[str, bool]]]:
    """What each blind job sees of the database when worker or relay runs it, in the job's own place."""
    seen: dict[str, tuple[str, bool]] = {}
    before = {**HANDLERS}, {**SCHEDULE}

    def probe(name: str) -> Callable[..., None]:
        def look(*_given: object) -> None:
            seen[name] = who()

        return look

    for known, all_of_them in zip((HANDLERS, SCHEDULE), before, strict=True):
        known.clear()
        known.update({n: replace(one, run=probe(n)) for n, one in all_of_them.items() if n in BLIND})
    yield seen
    HANDLERS.update(before[0])
    SCHEDULE.update(before[1])


def test_every_job_declared_blind_is_signed_in_as_blind_while_it_works(
    shop: None, probed: dict[str, tuple[str, bool]], measured: Measured
) -> None:
    with transaction() as session:
        for topic in sorted({HANDLERS[name].topic for name in BLIND if name in HANDLERS}):
            outbox.say(session, topic, variant=1, order=1)
    jobs.drain()
    for name in BLIND:
        if name in SCHEDULE:
            assert jobs.run_scheduled(name)
    is_blind = [name for name in BLIND if probed.get(name) == ("counterfoil_blind", False)]
    measured(
        "B38", f"{len(is_blind)} of {len(BLIND)} blind jobs are so while they work", passed=is_blind == BLIND
    )


@pytest.mark.privacy
def test_two_hundred_checkouts_at_once_oversell_nothing(live: RunningShop, measured: Measured) -> None:
    with reading(Role.MIGRATE) as session:
        there = int(session.scalar(text("SELECT sum(on_hand) FROM stock_levels WHERE variant_id = 1")) or 0)
    with ThreadPoolExecutor(24) as crowd:
        ends = Counter(end for end, _ in crowd.map(lambda n: buy(live, n, "RETRO-CLOCK"), range(200)))
    assert live.stripe is not None
    for session in live.stripe.get("ledger")["sessions"]:
        live.stripe.pay(session["id"])
    counted = "SELECT coalesce(sum(allocated), 0) FROM stock_levels WHERE variant_id = 1"

    def allocated() -> int:
        with reading(Role.MIGRATE) as session:
            return int(session.scalar(text(counted)) or 0)

    wait_until(lambda: allocated() == there, patience=120)
    with reading(Role.BLIND) as session:
        drifts = shelves.drifts(session)
    over = ends["ordered"] - there
    told = f"{over} oversells in 200 parallel checkouts of {there} units, {len(drifts)} levels differ"
    measured("B38", told, passed=over == 0 and drifts == [] and set(ends) == {"ordered", "sold out"})


def bought(small: Shop, stripe: Party, orders: int) -> None:
    """Sell so many orders of all sizes; of each third a part is sent back, of each seventh all of it."""
    for number in range(orders):
        placed = make.order({small.pencil: 1 + number % 5})
        truth = gateway.look_up(make.pay(placed, stripe))
        whole, back = placed.payment.amount, 0
        with transaction() as session:
            actions.apply_truth(session, truth)
        if number % 7 == 0:
            back = whole
        elif number % 3 == 0:
            back = 1 + number % 97
        if back:
            asked = RefundAsked(placed.payment.id, (RefundPart(None, 0, back, whole),), "Broken.")
            with transaction() as session:
                actions.request_refund(session, asked, by=GUEST)
    while jobs.drain():
        pass


def explained(stripe: Party) -> tuple[int, int, list[Difference]]:
    """Our cents and Stripe's, captured less sent back, and what differs; asked as `blind`."""
    hour = timedelta(hours=2)
    with reading(Role.BLIND) as session:
        found = list(differences(session, since=clock.now() - hour, until=clock.now() + hour))
        ours = int(session.scalar(select(func.sum(Payment.captured - Payment.refunded))) or 0)
    ledger = stripe.get("ledger")
    taken = sum(one["amount_received"] for one in ledger["payment_intents"])
    return ours, taken - sum(one["amount"] for one in ledger["refunds"]), found


@pytest.mark.parametrize("orders", [8, pytest.param(300, marks=pytest.mark.privacy)])
def test_reconciliation_explains_every_cent(
    shop: None, stripe: Party, orders: int, measured: Measured
) -> None:
    with transaction() as session:
        small = make.small_shop(session, pencils=5 * orders)
    bought(small, stripe, orders)
    ours, theirs, found = explained(stripe)
    assert ours > 0
    told = f"{orders} orders with refunds: {ours} of {theirs} cents explained, {len(found)} differences"
    measured("B38", told, passed=ours == theirs and found == [])
    with transaction(Role.MIGRATE) as session:
        last = "(SELECT max(id) FROM payments WHERE refunded = 0)"
        session.execute(text(f"UPDATE payments SET captured = captured - 1 WHERE id = {last}"))
    planted = explained(stripe)
    assert (planted[0] - ours, [one.what for one in planted[2]]) == (-1, ["amount"])
