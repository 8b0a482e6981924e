"""The page of one order: masked until somebody says why, and who looked is written down."""

import pytest

from oms.fulfillment import actions as fulfillment
from oms.fulfillment.states import FulfillmentState
from oms.kernel import audit, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.orders import actions as agreement
from oms.orders.models import Order
from oms.staff.states import StaffRole
from tests import forgetting, make
from tests.make import Shop
from tests.oms.desk.conftest import Seat, paid
from tests.people import Visitor, words

SECRETS = ("Ada Lind", "Rapenburg", "2311 EZ", "ada@shop.test")


@pytest.fixture
def service(small: Shop, seat: Seat) -> Visitor:
    """Give somebody of service."""
    return seat(StaffRole.SERVICE)


def test_the_page_shows_goods_and_money_and_masks_the_person(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 2, small.pencil: 1})
    page = service.get(f"/orders/{order.number}")
    assert page.status_code == 200
    text = words(page)
    for seen in (
        order.number,
        "RETRO-CLOCK",
        "€62.00",
        "€69.50",
        "Leiden",
        "captured",
        "A··· L···",
        "placed",
    ):
        assert seen in text
    assert [secret for secret in SECRETS if secret in page.text] == []
    with reading() as session:
        assert audit.about(session, order.unit) == []


def test_revealing_needs_a_reason_and_is_audited(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 1})
    path = f"/orders/{order.number}"
    refused = service.send(f"{path}/reveal", page=path, reason="because")
    assert refused.status_code == 422
    assert [secret for secret in SECRETS if secret in refused.text] == []
    with reading() as session:
        assert audit.about(session, order.unit) == []
    page = service.send(f"{path}/reveal", page=path, reason="returned")
    assert [secret for secret in SECRETS if secret not in words(page)] == []
    assert page.headers["Cache-Control"] == "no-store"
    assert 'data-reveal="60"' in page.text
    with reading() as session:
        subject = vault.subject_of(session, order.unit)
        assert subject is not None
        looks = audit.about_subject(session, subject)
    assert {(look.verb, look.by.kind, look.by.reason) for look in looks} == {
        ("vault.open", "staff", "The parcel came back")
    }
    assert len(looks) == 2


def test_finance_sees_money_and_nobody(small: Shop, seat: Seat) -> None:
    order = paid({small.clock: 1})
    finance = seat(StaffRole.FINANCE)
    page = finance.get(f"/orders/{order.number}")
    assert "captured" in words(page)
    assert "Reveal" not in words(page)
    assert finance.send(f"/orders/{order.number}/reveal", page=f"/orders/{order.number}").status_code == 403


def test_privacy_sees_no_payments_and_a_packer_no_order(small: Shop, seat: Seat) -> None:
    order = paid({small.clock: 1})
    assert "captured" not in words(seat(StaffRole.PRIVACY).get(f"/orders/{order.number}"))
    assert seat(StaffRole.PICKER_PACKER).get(f"/orders/{order.number}").status_code == 403


def test_when_the_person_has_gone_the_counterfoil_stays(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 1})
    vault.destroy_unit(order.unit)
    text = words(service.get(f"/orders/{order.number}"))
    assert "€36.60" in text
    assert "A···" not in text
    assert "Nothing of the buyer is kept any more." in text


def test_another_way_of_writing_the_number_leads_to_the_page(small: Shop, service: Visitor) -> None:
    order = paid({small.pencil: 1})
    assert service.get(f"/orders/{order.number.lower()}").location == f"/orders/{order.number}"
    assert service.get("/orders/0000-0000-00").status_code == 404


def test_an_order_without_parts_says_why_in_every_state(small: Shop, service: Visitor) -> None:
    def page_of(order: Order) -> str:
        return words(service.get(f"/orders/{order.number}"))

    waiting = make.order({small.clock: 1}).order
    assert "Nothing is sent before the payment has come." in page_of(waiting)
    with transaction() as session:
        agreement.lapse(session, waiting.id)
    assert "No payment came, so nothing is sent." in page_of(waiting)
    fresh = paid({small.clock: 1})
    assert "Its goods are being shared out to the warehouses." in page_of(fresh)
    with transaction() as session:
        fulfillment.make_parts(session, fresh.id)
    assert "From Leiden" in page_of(fresh)
    read = forgetting.paid({small.planner: 1})
    assert "Downloads only: nothing of it is sent." in page_of(read)
    assert "Hold" not in page_of(read)
    placed = make.order({small.planner: 1})
    ended = placed.order
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        agreement.confirm_payment(session, ended.id, placed.payment.id)
        fulfillment.cancel_order(session, ended.id, by=SYSTEM, why="a test")
    assert "It was cancelled before anything was prepared." in page_of(ended)


def test_the_head_of_the_page_says_how_far_sending_is(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 1})
    with transaction() as session:
        (part,) = fulfillment.make_parts(session, order.id)
        part.become(FulfillmentState.IN_PROGRESS)
    assert f"Order {order.number} being packed" in words(service.get(f"/orders/{order.number}"))
