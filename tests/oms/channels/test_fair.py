"""From a sale at a marketplace to its parcel: taken, addressed, labelled, told, and stock told after it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.channels.addresses import actions as addresses
from oms.channels.listing import queries as listed
from oms.channels.listing import runs as listing
from oms.channels.models import Connection, Listing
from oms.channels.selling import queries, runs
from oms.channels.states import Scope
from oms.inventory import actions as stock
from oms.kernel import clock, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.egress import disclosed
from oms.kernel.register import Purpose
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.personal import ChannelDelivery
from tests import make
from tests.markets import MARKETS, Deal, Item, Person
from tests.oms.channels.conftest import THEN, Fair, offered, pencils, waits_for
from tests.oms.fulfillment.conftest import PACKER

each = pytest.mark.parametrize("market", MARKETS)


def told(fair: Fair, market: str) -> int:
    """How many units were last said to be there."""
    rows = [row for row in fair.party.get("ledger")["stock"] if row["market"] == market]
    return int(rows[-1]["units"])


@each
def test_a_sale_becomes_a_parcel_and_the_marketplace_hears_of_it(fair: Fair, market: str) -> None:
    ref = fair.sell(market, pencils(1, 3))
    assert fair.ask() == 1
    order = fair.order(ref)
    with reading() as session:
        kept = vault.open_record(session, ChannelDelivery, order.unit, purpose=Purpose.DELIVERY, by=PACKER)
    assert kept is not None
    who = Person()
    assert (kept.name, kept.postcode, kept.country) == (who.name, who.postcode, "DE")
    assert kept.street.endswith(who.street)
    assert kept.phone == ""
    assert vault.ends(order.unit).keys() == {"channel.delivery"}
    sent = fair.house.hand_over(fair.house.pack(order))
    assert fair.house.label(sent)[0] == "bought"
    [parcel] = fair.party.get("ledger")["shipments"]
    assert parcel["market"] == market
    with reading() as session:
        given = [row for row in disclosed(session, unit=order.unit) if row.recipient == market]
    assert [row.fields for row in given] == [["shipment.tracking.number"]]


def test_stock_is_told_after_a_sale_wherever_it_was(fair: Fair) -> None:
    for market in MARKETS:
        offered(fair, market, "CEDAR-PENCIL", fair.house.shop.pencil)
    assert listing.tell() == 3
    assert [told(fair, market) for market in MARKETS] == [1000] * 3
    assert listing.tell() == 0
    fair.sell("tiktok", pencils(1, 4))
    fair.ask()
    assert [told(fair, market) for market in MARKETS] == [996] * 3
    fair.house.buy({fair.house.shop.pencil: 6})
    assert [told(fair, market) for market in MARKETS] == [990] * 3


def test_what_is_withdrawn_is_told_to_be_gone_and_one_that_is_away_keeps_no_other(fair: Fair) -> None:
    gone = offered(fair, "amazon", "CEDAR-PENCIL", fair.house.shop.pencil)
    offered(fair, "shopify", "CEDAR-PENCIL", fair.house.shop.pencil)
    listing.tell()
    with transaction() as session:
        session.get_one(Listing, gone).is_offered = False
        stock.receive(session, fair.house.shop.pencil, fair.house.shop.leiden, 7, by=SYSTEM)
    fair.party.fault("error", path="/amazon/listings", count=1)
    listing.tell()
    assert told(fair, "shopify") == 1007
    with reading() as session:
        assert session.get_one(Listing, gone).trouble
    listing.tell()
    assert told(fair, "amazon") == 0


@each
def test_without_leave_for_addresses_none_is_asked_for_and_with_it_it_comes(fair: Fair, market: str) -> None:
    allow(fair, market, set(Scope) - {Scope.ADDRESSES})
    ref = fair.sell(market, pencils(1))
    fair.ask()
    order = fair.order(ref)
    assert not kept(order.unit)
    assert not [call for call in fair.calls() if call["restricted"]]
    allow(fair, market, set(Scope))
    due_again()
    jobs.drain()
    assert kept(order.unit)


def allow(fair: Fair, market: str, scopes: set[Scope]) -> None:
    with transaction() as session:
        session.get_one(Connection, fair.connection(market).id).scopes = sorted(scopes)


def due_again() -> None:
    with transaction() as session:
        make.due_now(session)


def kept(unit: str) -> bool:
    with reading() as session:
        found = vault.open_record(session, ChannelDelivery, unit, purpose=Purpose.DELIVERY, by=PACKER)
    return found is not None


@each
def test_a_marketplace_that_turns_us_away_is_not_asked_again(fair: Fair, market: str) -> None:
    fair.sell(market, pencils(1))
    fair.party.post(f"markets/{market}/revoke")
    fair.ask()
    found = fair.connection(market)
    assert found.revoked_at is not None
    before = len(fair.calls())
    fair.sell(market, pencils(2))
    fair.ask()
    listing.tell()
    assert len([call for call in fair.calls()[before:] if call["market"] == market]) == 0
    assert fair.house.count("SELECT count(*) FROM orders") == 0


def test_what_was_promised_a_moment_ago_is_not_short(fair: Fair) -> None:
    ref = fair.sell("amazon", pencils(1, 3))
    assert (runs.ask_all(), runs.fill_short()) == (1, 0)
    jobs.drain()
    assert [part.state for part in fair.house.parts(fair.order(ref))] == ["open"]
    assert fair.house.level(fair.house.shop.pencil) == (1000, 0, 3)


def untaxed(number: int) -> Deal:
    return replace(pencils(number, delivery_tax=0), items=(Item("CEDAR-PENCIL", 1, 190),))


@each
def test_a_tax_that_nobody_tells_is_that_of_our_own_sale(fair: Fair, market: str) -> None:
    ref = fair.sell(market, untaxed(1))
    fair.ask()
    order = fair.order(ref)
    assert (order.goods, order.delivery, order.total) == (190, 490, 680)
    assert (order.tax, order.delivery_tax) == (30 + 78, 78)
    rows = "SELECT count(*) FROM order_taxes WHERE (basis_points, net, tax) = (1900, 572, 108)"
    assert fair.house.count(rows) == 1


def test_who_owes_no_tax_there_owes_none_here(fair: Fair) -> None:
    ref = fair.sell("shopify", untaxed(1), tax_exempt=True)
    fair.ask()
    assert (fair.order(ref).tax, fair.order(ref).total) == (0, 680)


def test_a_pass_that_ended_early_is_asked_for_anew(fair: Fair) -> None:
    fair.ask()
    ref = fair.sell("amazon", pencils(1))
    fair.party.fault("error", path="/amazon/orders", status=403, count=1)
    assert fair.ask() == 1
    assert fair.connection("amazon").revoked_at is None
    assert kept(fair.order(ref).unit)


PLACES = {"amazon": "/amazon/tokens", "shopify": "/shopify/admin", "tiktok": "/tiktok/order/202309/orders"}


@each
def test_one_thing_that_is_forbidden_waits_and_ends_nothing_else(fair: Fair, market: str) -> None:
    ref = fair.sell(market, pencils(1))
    runs.ask_all()
    fair.party.fault("error", path=PLACES[market], status=403, count=2)
    jobs.drain()
    assert not kept(fair.order(ref).unit)
    assert waits_for(fair.order(ref)) == [addresses.FORBIDDEN]
    assert fair.connection(market).revoked_at is None
    second = fair.sell(market, pencils(2))
    fair.party.heal()
    due_again()
    fair.ask()
    assert [kept(fair.order(one).unit) for one in (ref, second)] == [True, True]
    assert [waits_for(fair.order(one)) for one in (ref, second)] == [[], []]


def test_a_marketplace_that_is_away_loses_nothing(fair: Fair) -> None:
    ref = fair.sell("shopify", pencils(1))
    fair.party.fault("error", path="/shopify", count=1)
    assert fair.ask() == 0
    assert fair.connection("shopify").trouble
    assert fair.ask() == 1
    assert fair.connection("shopify").trouble == ""
    assert fair.order(ref).state == "placed"


def test_three_at_once_take_every_sale_once_and_no_unit_twice(fair: Fair) -> None:
    refs = [fair.sell("amazon", replace(pencils(n), items=(Item("RETRO-CLOCK", 3, 3100),))) for n in range(8)]
    connection = fair.connection("amazon")
    with ThreadPoolExecutor(3) as crew:
        list(crew.map(lambda _number: runs.ask(connection), range(3)))
    jobs.drain()
    taken = [fair.order(ref) for ref in refs]
    assert fair.house.count("SELECT count(*) FROM orders") == 8
    assert fair.house.level(fair.house.shop.clock) == (20, 0, 18)
    assert len([order for order in taken if fair.house.parts(order)]) == 6


def again(fair: Fair, market: str) -> None:
    """Let the marketplace and somebody at the desk allow everything anew."""
    fair.party.post(f"markets/{market}/allow")
    with transaction() as session:
        found = session.get_one(Connection, fair.connection(market).id)
        found.revoked_at, found.revoked_why = None, ""


@each
def test_what_was_turned_away_is_done_once_it_is_allowed_anew(fair: Fair, market: str) -> None:
    ref = fair.sell(market, pencils(1))
    assert runs.ask_all() == 1
    fair.party.post(f"markets/{market}/revoke")
    jobs.drain()
    order = fair.order(ref)
    assert not kept(order.unit)
    again(fair, market)
    due_again()
    jobs.drain()
    assert kept(order.unit)
    shipment = fair.house.pack(order)
    fair.party.post(f"markets/{market}/revoke")
    fair.house.hand_over(shipment)
    assert fair.party.get("ledger")["shipments"] == []
    again(fair, market)
    due_again()
    jobs.drain()
    assert len(fair.party.get("ledger")["shipments"]) == 1


def test_an_address_is_asked_for_when_there_is_something_to_send(fair: Fair) -> None:
    ref = fair.sell("amazon", replace(pencils(1), items=(Item("RETRO-CLOCK", 25, 3100),)))
    fair.ask()
    assert not kept(fair.order(ref).unit)
    with transaction() as session:
        stock.receive(session, fair.house.shop.clock, fair.house.shop.leiden, 5, by=SYSTEM)
        [held] = orders.open_holds(session, fair.order(ref).id)
        agreement.lift_hold(session, held.id, by=PACKER, why="somebody released it")
    assert runs.fill_short() == 1
    assert runs.fill_short() == 0
    jobs.drain()
    assert kept(fair.order(ref).unit)


def test_no_account_keeps_another_from_hearing_what_is_left(fair: Fair) -> None:
    for number in range(3):
        offered(fair, "amazon", f"PENCIL-{number}", fair.house.shop.pencil)
    offered(fair, "shopify", "CEDAR-PENCIL", fair.house.shop.pencil)
    allow(fair, "amazon", {Scope.ORDERS})
    with reading() as session:
        found = listed.to_tell(session, None, most=1)
    assert [one.connection.code for one in found] == ["shopify-own"]
    allow(fair, "amazon", set(Scope))
    with reading() as session:
        found = listed.to_tell(session, None, most=1)
    assert sorted(one.connection.code for one in found) == ["amazon-eu", "shopify-own"]


def test_a_sale_from_before_it_was_allowed_is_not_taken(fair: Fair) -> None:
    fair.sell("shopify", pencils(1, at=THEN - timedelta(days=60)))
    with transaction() as session:
        session.get_one(Connection, fair.connection("shopify").id).asked_to = THEN - timedelta(days=90)
    fair.ask()
    assert fair.house.count("SELECT count(*) FROM orders") == 0


def test_what_was_called_off_there_frees_the_goods(fair: Fair) -> None:
    ref = fair.sell("amazon", pencils(1, 2))
    fair.ask()
    fair.party.post("markets/amazon/cancel", ref=ref)
    fair.ask()
    assert fair.order(ref).state == "cancelled"
    assert fair.house.level(fair.house.shop.pencil) == (1000, 0, 0)


def test_a_number_comes_only_where_the_carrier_calls(fair: Fair) -> None:
    who = replace(Person(), phone="+31 20 5550123")
    ref = fair.sell("shopify", pencils(1, person=who))
    fair.ask()
    with reading() as session:
        kept_here = vault.open_record(
            session, ChannelDelivery, fair.order(ref).unit, purpose=Purpose.DELIVERY, by=PACKER
        )
    assert kept_here is not None
    assert kept_here.phone == ""


def test_what_waited_for_its_listing_is_taken_though_nothing_changed_there(fair: Fair) -> None:
    theirs = replace(pencils(1), items=(Item("THEIR-PENCIL", 2, 190, tax=61),))
    ref = fair.sell("shopify", theirs)
    fair.ask()
    assert fair.house.count("SELECT count(*) FROM orders") == 0
    for number in range(2, 5):
        fair.sell("shopify", pencils(number, at=clock.now()))
    fair.ask()
    offered(fair, "shopify", "THEIR-PENCIL", fair.house.shop.pencil)
    fair.ask()
    assert [line.sku for line in fair.order(ref).lines] == ["CEDAR-PENCIL"]


@pytest.fixture
def no_sevens(fair: Fair) -> Iterator[None]:
    """A database that takes no line of seven units: any fault of ours."""
    with transaction(Role.MIGRATE) as session:
        session.execute(text("ALTER TABLE order_lines ADD CONSTRAINT planted CHECK (quantity <> 7)"))
    yield
    with transaction(Role.MIGRATE) as session:
        session.execute(text("ALTER TABLE order_lines DROP CONSTRAINT IF EXISTS planted"))


def test_an_order_that_breaks_keeps_no_other_and_is_asked_about_again(fair: Fair, no_sevens: None) -> None:
    broken = fair.sell("amazon", pencils(1, 7))
    unread = fair.sell("amazon", pencils(2, currency="euro"))
    good = fair.sell("amazon", pencils(3))
    fair.ask()
    assert fair.order(good).state == "placed"
    with reading() as session:
        found = queries.locked(session, fair.connection("amazon").id, broken)
    assert (found.order_id, found.trouble) == (
        None,
        "It could not be taken (IntegrityError). It is asked about again.",
    )
    with transaction(Role.MIGRATE) as session:
        session.execute(text("ALTER TABLE order_lines DROP CONSTRAINT planted"))
    fair.sell("amazon", pencils(2, at=clock.now()))
    fair.ask()
    assert [fair.order(ref).state for ref in (broken, unread)] == ["placed", "placed"]


@pytest.mark.parametrize("market", ["shopify", "tiktok"])
def test_a_ring_that_is_not_signed_or_of_nobody_is_refused(
    fair: Fair, store: FlaskClient, market: str
) -> None:
    ref = fair.sell(market, pencils(1))
    told = fair.party.post(f"markets/{market}/ring", ref=ref)
    code = fair.connection(market).code
    forged = {name: value[:-2] + "00" for name, value in told["headers"].items()}
    for path, headers, status in (
        (code, forged, 401),
        (code, {}, 401),
        ("amazon-eu", told["headers"], 401),
        ("nobody", told["headers"], 404),
    ):
        answer = store.post(f"/webhooks/channels/{path}", data=told["body"], headers=headers)
        assert (path, answer.status_code) == (path, status)
    assert fair.house.count("SELECT count(*) FROM webhook_events") == 0
    answer = store.post(f"/webhooks/channels/{code}", data=told["body"], headers=told["headers"])
    assert answer.status_code == 204
    jobs.drain()
    assert fair.order(ref).state == "placed"
