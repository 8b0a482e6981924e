"""A small shop with its desk, and staff who are signed in."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from oms.kernel.db import transaction
from oms.orders import actions as agreement
from oms.orders.models import Order
from oms.staff.states import StaffRole
from tests import make
from tests.oms.fulfillment.conftest import house  # noqa: F401 - pytest finds it here
from tests.people import Office, Visitor, seated

Seat = Callable[[StaffRole], Visitor]


@pytest.fixture
def seat(desk: FlaskClient) -> Seat:
    """Give somebody of a role at a browser of their own, signed in."""

    def taken(role: StaffRole) -> Visitor:
        return seated(desk.application.test_client(), Office().employ(f"{role}@shop.test", role))

    return taken


def paid(wanted: dict[int, int], name: str = "Ada Lind", email: str = "ada@shop.test") -> Order:
    """Place an order that is paid; Stripe is not asked."""
    placed = make.order(
        wanted,
        delivery=replace(make.ADA, name=name),
        contact=replace(make.ADAS_MAILBOX, email=email),
    )
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        agreement.confirm_payment(session, placed.order.id, placed.payment.id)
    return placed.order
