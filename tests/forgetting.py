"""People who want to know, and to be forgotten: proofs by mailbox, orders in every stage of their life."""

from flask.testing import FlaskClient
from sqlalchemy import select

from oms.buyers.models import Buyer
from oms.fulfillment import actions as fulfillment
from oms.kernel.db import reading, transaction
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from tests import make
from tests.people import Mailbox, Visitor

GRACE = OrderContact("grace@shop.test")


def proven(client: FlaskClient, email: str, onward: str = "/your-data/") -> Visitor:
    """A guest who has shown that a mailbox is theirs."""
    visitor = Visitor(client)
    visitor.send(f"/account/prove?next={onward}", email=email)
    answer = visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    assert answer.headers["Location"] == onward
    return visitor


def paid(wanted: dict[int, int], **changed: object) -> Order:
    """An order that is paid, with its fulfillment orders."""
    placed = make.order(wanted, **changed)
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        orders.confirm_payment(session, placed.order.id, placed.payment.id)
        fulfillment.make_parts(session, placed.order.id)
    return placed.order


def delivered(wanted: dict[int, int], **changed: object) -> Order:
    """An order that was paid and has arrived."""
    order = paid(wanted, **changed)
    with transaction() as session:
        orders.note_delivery(session, order.id)
    return order


def only_buyer() -> int:
    """The number of the only account there is."""
    with reading() as session:
        return session.scalars(select(Buyer.id)).one()
