"""Your data: all of it, of this person and of nobody else, once the mailbox is proven."""

import json

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

from oms.fulfillment.personal import ShipmentTracking
from oms.kernel import egress, ids, vault
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.egress import Occasion
from oms.kernel.register import KINDS, Purpose
from oms.orders.personal import OrderContact, OrderDelivery
from oms.privacy.copies import handlers as copies
from tests import make
from tests.forgetting import GRACE, copy, only_buyer, proven
from tests.make import Shop
from tests.people import Mailbox, Visitor, words

CLERK = Actor(ActorKind.STAFF, "2", "she asked where it is", frozenset({"service"}))


@pytest.fixture(autouse=True)
def address(settings: Settings) -> None:
    copies.configure(settings)


def test_a_stranger_proves_a_mailbox_first(store: FlaskClient) -> None:
    assert store.get("/your-data/").headers["Location"] == "/account/prove?next=/your-data/"


def test_a_guest_sees_what_is_known_who_was_told_and_when_it_goes(small: Shop, store: FlaskClient) -> None:
    order = make.order({small.clock: 1}).order
    with transaction() as session:
        vault.open_record(session, OrderDelivery, order.unit, purpose=Purpose.AFTER_SALES, by=CLERK)
    page = words(proven(store, "ada@shop.test").get("/your-data/"))
    for fact in ("Ada Lind", "Rapenburg 70", "2311 EZ", "Leiden", "NL", "ada@shop.test"):
        assert fact in page
    assert "We know 6 facts about you and told 1 other." in page
    assert "Stripe (processor, and controller for its own duties) E-mail Takes the payment" in page
    assert "Staff of the shop Name on the parcel, Street and number, Country, City" in page
    assert f"she asked where it is Order {order.number}" in page
    assert "30 days after delivery" in page
    assert "when your right to return ends" in page
    assert "Ground: the contract with you. Given by you." in page


def test_a_tracking_number_is_known_from_the_carrier_and_not_from_the_buyer(
    small: Shop, store: FlaskClient
) -> None:
    order = make.order({small.clock: 1}).order
    with reading() as session:
        subject = vault.subject_of(session, order.unit)
    assert subject is not None
    keys = vault.prepare(subject, order.unit, ShipmentTracking)
    with transaction() as session:
        vault.seal(session, ShipmentTracking("HP123456789NL"), keys)
    visitor = proven(store, "ada@shop.test")
    page = words(visitor.get("/your-data/"))
    assert (
        "HP123456789NL To show you where the parcel is. Ground: the contract with you. Given by the carrier."
        in page
    )
    sources = {record["kind"]: record["source"] for record in copy(visitor)["records"]}
    assert sources["shipment.tracking"] == "the carrier"
    assert sources["order.contact"] == "you"


def test_a_person_sees_their_own_orders_and_nobody_elses(small: Shop, store: FlaskClient) -> None:
    mine = make.order({small.clock: 1}).order
    hers = make.order({small.pencil: 1}, contact=GRACE).order
    page = words(proven(store, "ada@shop.test").get("/your-data/"))
    assert mine.number in page
    assert hers.number not in page
    assert "grace@shop.test" not in page


def test_a_mailbox_that_nothing_belongs_to_is_told_so(small: Shop, store: FlaskClient) -> None:
    make.order({small.clock: 1})
    visitor = proven(store, "nobody@shop.test")
    page = words(visitor.get("/your-data/"))
    assert "We know nothing that leads to you." in page
    assert copy(visitor)["records"] == copy(visitor)["orders"] == []


def test_the_copy_holds_every_field_and_fits_its_published_schema(small: Shop, store: FlaskClient) -> None:
    order = make.order({small.clock: 2}).order
    visitor = proven(store, "ada@shop.test")
    told = copy(visitor)
    schema = json.loads(visitor.get("/your-data/schema.json").data)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == told["$schema"] == "http://localhost/your-data/schema.json"
    check = Draft202012Validator(schema, format_checker=FormatChecker())
    assert [error.message for error in check.iter_errors(told)] == []
    values = {record["kind"]: record["values"] for record in told["records"]}
    assert values == {
        "order.contact": {"email": "ada@shop.test"},
        "order.delivery": {
            "name": "Ada Lind",
            "street": "Rapenburg 70",
            "country": "NL",
            "city": "Leiden",
            "postcode": "2311 EZ",
        },
    }
    assert [(row["recipient"], row["fields"]) for row in told["disclosures"]] == [
        ("stripe", ["order.contact.email"])
    ]
    [kept] = told["orders"]
    assert (kept["number"], kept["total"], kept["lines"][0]["sku"]) == (order.number, 6760, "RETRO-CLOCK")


def test_a_copy_that_lacks_something_does_not_fit_the_schema(small: Shop, store: FlaskClient) -> None:
    make.order({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    told = copy(visitor)
    check = Draft202012Validator(json.loads(visitor.get("/your-data/schema.json").data))
    del told["records"][0]["ends_at"]
    assert not check.is_valid(told)


def test_every_kind_that_its_person_may_copy_is_in_the_schema(store: FlaskClient) -> None:
    schema = json.loads(store.get("/your-data/schema.json").data)
    ours = [kind for kind in KINDS.values() if Purpose.RIGHTS in kind.purposes]
    assert {
        name: set(part["properties"]["values"]["properties"]) for name, part in schema["$defs"].items()
    } == {kind.name: set(kind.names()) for kind in ours}


def test_a_buyer_who_is_signed_in_needs_no_further_proof(small: Shop, store: FlaskClient) -> None:
    visitor = Visitor(store)
    visitor.send("/account/sign-in", email="ada@shop.test")
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    visitor.send("/account/profile", nickname="Countess", mobile="", country="NL")
    elsewhere = make.order({small.pencil: 1}, contact=GRACE, buyer_id=only_buyer()).order
    page = words(visitor.get("/your-data/"))
    assert "Countess" in page
    assert "Ground: your consent." in page
    assert "grace@shop.test" in page
    assert {r["unit"] for r in copy(visitor)["records"]} == {f"account:{only_buyer()}", elsewhere.unit}


def test_who_we_told_says_which_mail_it_was(small: Shop, store: FlaskClient) -> None:
    order = make.order({small.clock: 1}).order
    with transaction() as session:
        record = OrderContact("ada@shop.test")
        for topic in ("confirmation", "shipped"):
            occasion = Occasion(order.unit, ids.new_id(), Purpose.ORDER_MESSAGES, topic)
            egress.disclose(session, "mail service", occasion, [record])
    visitor = proven(store, "ada@shop.test")
    page = words(visitor.get("/your-data/"))
    assert page.count("The confirmation of your order.") == 1
    assert page.count("The mail that a parcel is on its way.") == 1
    assert [row["message"] for row in copy(visitor)["disclosures"]] == ["shipped", "confirmation", ""]
