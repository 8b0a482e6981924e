"""People with orders in every stage, who are erased, and everything of them that is told or brought again."""

import json
import random
import time
from dataclasses import dataclass
from typing import Any

import requests
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import Role, reading, transaction
from oms.kernel.register import Job
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.orders.placing.actions import Placed
from oms.orders.states import OrderState
from oms.payments import actions as money
from oms.payments.gateway import API_VERSION
from oms.privacy.access import queries as access
from oms.privacy.arrivals import actions as arrivals
from oms.privacy.arrivals import queries as copies
from oms.privacy.erasure import actions as erasing
from oms.privacy.erasure.actions import Wish
from oms.privacy.states import Way
from tests import make
from tests.fakes import OURS, STRIPE_KEY, Party
from tests.oms.fulfillment.conftest import House
from tests.oms.fulfillment.test_sending import tracking_number
from tests.oms.fulfillment.test_tracking import send
from tests.oms.payments.test_any_order import (
    debit_came,
    declined_then_paid,
    expired,
    opened,
    paid,
    refund_came_back,
    refunded,
)
from tests.oms.payments.test_webhooks import ring, signature
from tests.privacy.canaries import Person
from tests.privacy.fields import brought_along, filled_person

SCHEMA = "http://localhost/your-data/schema.json"
IMPORT = SYSTEM.doing(Job.ARRIVALS)
_THEMSELVES = Actor(ActorKind.BUYER, "self")
# What an order, its goods, its money and the stock are, without what leads to anybody.
FIGURES = {
    "orders": "SELECT number, state, market_code, currency, country, goods, delivery, tax, total FROM orders",
    "lines": "SELECT order_id, sku, quantity, unit_price, total FROM order_lines",
    "taxes": "SELECT order_id, basis_points, net, tax FROM order_taxes",
    "payments": "SELECT order_id, state, amount, captured, refunded, currency FROM payments",
    "refunds": "SELECT order_id, state, amount, currency FROM refunds",
    "refunded lines": "SELECT order_line_id, quantity, amount FROM refund_lines",
    "stock": "SELECT warehouse_id, variant_id, on_hand, reserved, allocated FROM stock_levels",
    "movements": "SELECT kind, variant_id, warehouse_id, quantity FROM stock_movements",
}


@dataclass
class Returning:
    """Somebody with an order, the files that they or a thief of files kept, and what parties tell of it."""

    who: Person
    order: Order
    tracking: str = ""
    files: tuple[bytes, ...] = ()

    @property
    def told(self) -> dict[str, str]:
        """What Stripe and a carrier know of them."""
        return {what: self.who.strings[what] for what in ("name", "email", "mobile", "new_street", "city")}


def figures() -> dict[str, list[str]]:
    """Every figure of the shop, in an order of its own."""
    with reading(Role.MIGRATE) as session:
        return {
            name: sorted(str(tuple(row)) for row in session.execute(text(asked)))
            for name, asked in FIGURES.items()
        }


def disputed(placed: Placed, ref: str, stripe: Party) -> None:
    """Pay; the bank takes it back, and gives in."""
    stripe.pay(ref)
    with reading() as session:
        chosen = text("SELECT intent_ref FROM payments WHERE order_id = :one")
        make.learn(ref)
        intent = session.scalar(chosen, {"one": placed.order.id})
    made = stripe.post(f"charges/{intent}/dispute")["dispute"]
    stripe.post(f"disputes/{made['id']}/close", status="won")


STORIES = (paid, refunded, disputed, declined_then_paid, debit_came, expired, refund_came_back)


def bought(house: House, number: int) -> Returning:
    """Let somebody new buy pencils; what becomes of it goes round by number, and every second is sent."""
    who, story = filled_person(), STORIES[number % len(STORIES)]
    said = who.strings
    home = {"name": said["name"], "street": said["new_street"], "postcode": said["zip"], "city": said["city"]}
    placed = make.order(
        {house.shop.pencil: 1 + number % 3},
        contact=OrderContact(said["email"]),
        delivery=OrderDelivery(country="NL", **home),
    )
    ref = opened(placed)
    with transaction() as session:
        money.note_session(session, placed.payment.id, ref)
    story(placed, ref, house.stripe)
    make.learn(ref)
    mine, order = Returning(who, placed.order), house.order(placed.order.id)
    if order.state is OrderState.PLACED and number % 2 == 0:
        house.hand_over(house.pack(order))
        mine.tracking = tracking_number(house, order.number)
    if order.state is OrderState.PLACED:
        with transaction() as session:
            orders.note_delivery(session, order.id)
    jobs.drain()
    return mine


def erased(mine: Returning, *, is_member: bool) -> Returning:
    """Keep the copies of somebody, and erase them; a member first brings along what another shop knew."""
    brought = brought_along(mine.who)
    units = [mine.order.unit]
    records = [{"kind": "account.contact", "values": {"email": mine.who.strings["email"]}}]
    old = json.dumps(brought | {"records": [*records, *_list(brought)]}).encode()
    if is_member:
        buyer = arrivals.receive(copies.read(old), market="eu", language="en", by=IMPORT)
        units.append(buyer.unit)
    with reading() as session:
        told = access.copy(access.insight(session, units, by=_THEMSELVES), SCHEMA)
    mine.files = (json.dumps(told).encode(), *((old,) if is_member else ()))
    _erase(units)
    return mine


def _list(brought: dict[str, object]) -> list[object]:
    records = brought["records"]
    assert isinstance(records, list)
    return records


def _erase(units: list[str]) -> None:
    with transaction() as session:
        wish = Wish(tuple(units), Way.NOW, "eu", "en")
        request = erasing.open_request(session, wish)
    erasing.carry_out(request.id)
    assert [unit for unit in units if vault.ends(unit)] == []


def all_events(stripe: Party) -> list[dict[str, Any]]:
    """Everything that Stripe ever told, the oldest first."""
    found: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        page = requests.get(
            f"{stripe.address}/v1/events",
            params={"limit": "100", **more},
            auth=(STRIPE_KEY, ""),
            headers={"Stripe-Version": API_VERSION, **OURS},
            timeout=30,
        ).json()
        found += page["data"]
        if not page["has_more"]:
            return found[::-1]
        more = {"starting_after": found[-1]["id"]}


def naming(event: dict[str, Any], mine: Returning) -> dict[str, Any]:
    """The same event with somebody's name in every place in which Stripe may write one."""
    told = mine.told
    address = {"line1": told["new_street"], "city": told["city"], "country": "NL"}
    person = {"name": told["name"], "email": told["email"], "phone": told["mobile"], "address": address}
    found = event["data"]["object"]
    names = {"customer_details": person, "billing_details": person, "shipping": person}
    more = {"receipt_email": told["email"], "customer_email": told["email"], "description": told["name"]}
    metadata = {**(found.get("metadata") or {}), "buyer": told["name"]}
    return {**event, "data": {"object": {**found, **names, **more, "metadata": metadata}}}


@dataclass
class Post:
    """Lets webhooks come to the store: each event as often and in whichever order is wanted."""

    store: FlaskClient
    people: list[Returning]
    rung: int = 0

    def stripe(self, events: list[dict[str, Any]], *, renamed: str = "") -> None:
        """Tell all of these; `renamed` gives each event another id, as to a shop that forgot the first."""
        for place, event in enumerate(events):
            named = naming(event, self.people[place % len(self.people)])
            body = json.dumps({**named, "id": f"{event['id']}{renamed}"}).encode()
            assert ring(self.store, body, signature(body)).status_code == 204
            self.rung += 1
        jobs.drain()

    def carrier(self, status: str, *, renamed: str = "") -> None:
        """Tell of every parcel; with the name of who took it at the door."""
        for mine in self.people:
            if mine.tracking:
                told = mine.told
                fact = {"tracking_number": mine.tracking, "status": status, "at": int(time.time())}
                names = {
                    "recipient": told,
                    "signed_by": told["name"],
                    "country": "NL",
                    "reference": "parcel-1",
                }
                event = {"id": f"evt_{mine.tracking}_{status}{renamed}", "type": f"parcel.{status}"}
                body = json.dumps({**event, "created": fact["at"], "data": {**fact, **names}}).encode()
                assert send(self.store, body) == 204
                self.rung += 1
        jobs.drain()

    def everything(self, events: list[dict[str, Any]], *, renamed: str = "") -> None:
        """Tell all, twice and in no order."""
        twice = random.Random(11).sample(events * 2, 2 * len(events))  # noqa: S311 - which order is no secret
        self.stripe(twice, renamed=renamed)
        for status in ("delivered", "in_transit", "exception", "delivered", "picked_up"):
            self.carrier(status, renamed=renamed)
