"""A copy tells what happened too: paid, sent, money back, withdrawn, the notice that was shown (B10)."""

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

from oms.inventory import actions as stock
from oms.kernel import jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.payments import actions as money
from oms.payments import queries as payments
from oms.payments.actions import RefundAsked, RefundPart
from oms.privacy.copies import handlers as copies
from oms.privacy.schema import queries as schemas
from oms.returns import actions as returns
from oms.returns.actions import Declaration
from oms.returns.personal import WithdrawalStatement
from tests.fakes import Party
from tests.forgetting import GRACE, copy, proven, taken
from tests.make import GUEST, Shop
from tests.oms.fulfillment.conftest import House
from tests.people import Mailbox, Visitor


@pytest.fixture
def house(small: Shop, stripe: Party, carrier: Party, settings: Settings) -> House:
    copies.configure(settings)
    with transaction() as session:
        stock.locate_warehouse(session, small.leiden, "Oude Vest 12", "Leiden")
    return House(small, stripe)


def arrived(house: House, carrier: Party) -> Order:
    """A clock that was paid, sent, delivered, and withdrawn from, with ten euros back."""
    order = house.buy({house.shop.clock: 1}, notice_version="2026-11-01")
    house.hand_over(house.pack(order))
    with transaction() as session:
        orders.note_delivery(session, order.id)
        [paid] = payments.of_order(session, order.id)
        part = RefundPart(None, 0, 1000, paid.captured)
        money.request_refund(session, RefundAsked(paid.id, (part,), "It ticks too loud"), by=SYSTEM)
    jobs.drain()
    with reading() as session:
        keys = returns.prepare(session, order)
    with transaction() as session:
        said = WithdrawalStatement("Ada Lind", "ada@shop.test")
        returns.withdraw(session, Declaration(order.id, said, keys), by=GUEST)
    jobs.drain()
    return order


def test_a_copy_tells_what_happened_with_an_order_and_of_no_other(
    house: House, carrier: Party, store: FlaskClient
) -> None:
    house.buy({house.shop.clock: 1}, contact=GRACE)
    order = arrived(house, carrier)
    visitor = proven(store, "ada@shop.test")
    told = copy(visitor)

    schema = Draft202012Validator(schemas.schema(told["$schema"]), format_checker=FormatChecker())
    assert [error.message for error in schema.iter_errors(told)] == []
    own = [one for one in told["happened"] if one["unit"] == order.unit]
    assert [(one["what"], one["detail"], one["amount"], one["currency"]) for one in own] == [
        ("notice_shown", "2026-11-01", None, ""),
        ("paid", "", 3660, "EUR"),
        ("sent", "hollow", None, ""),
        ("refunded", "succeeded: It ticks too loud", 1000, "EUR"),
        ("withdrawn", "declared", None, ""),
    ]
    assert {one["unit"].partition(":")[0] for one in told["happened"]} <= {"order", "request"}
    assert len({one["unit"] for one in told["happened"] if one["unit"].startswith("order:")}) == 1
    files = {name: content.decode() for name, content in taken(visitor).items()}
    assert "<li><b>Money back</b>, " in files["your-data.html"]
    assert ": €10.00<br>" in files["your-data.html"]
    assert "It ticks too loud,1000 minor units of EUR" in files["your-data.csv"]


def test_an_account_is_told_when_it_was_opened_and_last_seen(
    house: House, carrier: Party, store: FlaskClient
) -> None:
    visitor = Visitor(store)
    visitor.send("/account/sign-in", email="ada@shop.test")
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    found = [one for one in copy(visitor)["happened"] if one["unit"].startswith("account:")]
    assert {(one["what"], one["detail"]) for one in found} >= {
        ("account_opened", "eu en"),
        ("last_active", ""),
    }
