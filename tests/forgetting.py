"""People who want to know, and to be forgotten: proofs by mailbox, orders in every stage of their life."""

import io
import json
import zipfile
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from oms.buyers.models import Buyer
from oms.fulfillment import actions as fulfillment
from oms.kernel.db import reading, transaction
from oms.kernel.outbox import Message
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.privacy.copies import handlers as copies
from oms.privacy.copies.models import Copy
from oms.privacy.copies.states import UNDER_WAY
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


def build_copies() -> int:
    """Do what the worker does of every copy that was asked for; how many there were."""
    with reading() as session:
        waiting = list(session.scalars(select(Copy.id).where(Copy.state.in_(UNDER_WAY))))
    for number in waiting:
        copies.build_copy(Message(number, "privacy.copy_asked", {"copy": number}))
    return len(waiting)


def taken(visitor: Visitor) -> dict[str, bytes]:
    """The parts of a copy, asked for, built and taken by somebody at a browser."""
    asked = visitor.send("/your-data/copy", page="/your-data/")
    assert asked.status_code == 303, asked.text
    place = asked.headers["Location"]
    assert build_copies() == 1
    answer = visitor.send(f"{place}/take", page=place)
    assert answer.status_code == 200, answer.headers
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def copy(visitor: Visitor) -> dict[str, Any]:
    """The copy of somebody at a browser, as the JSON it holds."""
    told: dict[str, Any] = json.loads(taken(visitor)["your-data.json"])
    return told
