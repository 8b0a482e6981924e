"""Erasing leaves the counterfoil: every figure to the cent, no thread to anybody, resumable at any line."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import text

from oms.kernel import audit, clock, egress, jobs, vault
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import BadInputError, IllegalMoveError
from oms.notifications import handlers as notifications
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.orders.placing.actions import Placed
from oms.privacy.erasure import actions, queries
from oms.privacy.erasure.actions import Wish
from oms.privacy.models import PrivacyRequest, RequestUnit
from oms.privacy.retention import actions as retention
from oms.privacy.states import RequestState, Way
from tests import make
from tests.forgetting import delivered, paid
from tests.make import Shop
from tests.oms.notifications.test_mails import mails

REPORTS = {
    "totals": "SELECT date_trunc('day', placed_at), market_code, currency, count(*), sum(goods),"
    " sum(delivery), sum(tax), sum(total) FROM orders WHERE placed_at IS NOT NULL GROUP BY 1, 2, 3"
    " ORDER BY 1, 2, 3",
    "tax": "SELECT o.country, t.basis_points, sum(t.net), sum(t.tax) FROM order_taxes t"
    " JOIN orders o ON o.id = t.order_id GROUP BY 1, 2 ORDER BY 1, 2",
    "money": "SELECT state, currency, count(*), sum(captured), sum(refunded) FROM payments"
    " GROUP BY 1, 2 ORDER BY 1, 2",
    "stock": "SELECT warehouse_id, variant_id, on_hand, reserved, allocated FROM stock_levels ORDER BY 1, 2",
    "movements": "SELECT kind, variant_id, sum(quantity) FROM stock_movements GROUP BY 1, 2 ORDER BY 1, 2",
}


def reports() -> bytes:
    """Every figure of the shop, read by the role that may not see a person."""
    with reading(Role.BLIND) as session:
        found = {
            name: [[str(part) for part in row] for row in session.execute(text(asked))]
            for name, asked in REPORTS.items()
        }
    return json.dumps(found).encode()


def erase(*units: str, way: Way = Way.NOW) -> PrivacyRequest:
    with transaction() as session:
        request = actions.open_request(session, Wish(units, way, "eu", "en"))
    actions.carry_out(request.id)
    return again(request.id)


def again(request_id: int) -> PrivacyRequest:
    with reading() as session:
        return session.get_one(PrivacyRequest, request_id)


def _order_of(person: int, variant_id: int, units: int) -> Order:
    contact = OrderContact(f"p{person}@shop.test")
    return delivered({variant_id: units}, contact=contact, buyer_id=100 + person)


def test_thirty_orders_and_ten_people_less_and_not_a_cent_changes(small: Shop) -> None:
    everybody = [_order_of(number // 2, small.pencil, 1 + number % 3) for number in range(30)]
    before = reports()
    for person in range(10):
        erase(*(order.unit for order in everybody[person * 2 : person * 2 + 2]))
    assert reports() == before
    with reading() as session:
        shared = "SELECT count(*) FROM orders WHERE forgotten_at IS NOT NULL AND"
        threads = "(buyer_id IS NOT NULL OR cart_id IS NOT NULL OR placement_hash IS NOT NULL)"
        assert session.scalar(text(f"{shared} {threads}")) == 0
        assert session.scalar(text(f"{shared} true")) == 20
        assert session.scalar(text("SELECT count(DISTINCT forgotten_at) FROM orders")) == 1


def test_the_certificate_counts_and_joins_nothing(small: Shop) -> None:
    one, two = delivered({small.clock: 1}), delivered({small.pencil: 1})
    done = erase(one.unit, two.unit)
    year = clock.now().year + 10
    assert done.certificate == {
        "kinds": {"order.contact": 2, "order.delivery": 2},
        "fields": {
            "order.contact.email": 2,
            "order.delivery.city": 2,
            "order.delivery.country": 2,
            "order.delivery.name": 2,
            "order.delivery.postcode": 2,
            "order.delivery.street": 2,
        },
        "units": {"order": 2},
        "stays": [
            [
                "The counterfoil: goods, amounts, tax, country",
                "Tax law asks us to keep it. It leads to nobody.",
                f"{year}-12-31",
            ]
        ],
    }
    assert done.state is RequestState.FULFILLED
    with reading() as session:
        assert [row.recipient for row in queries.tellings_of(session, done.id)] == ["stripe"]
        said = session.execute(text("SELECT payload FROM outbox_messages WHERE topic = 'privacy.tell'"))
        assert [row.payload for row in said] == [{"request": done.id, "recipient": "stripe"}]


def test_a_payment_reference_that_stays_for_disputes_is_an_exception_with_a_day(small: Shop) -> None:
    order = delivered({small.clock: 1})
    with transaction() as session:
        session.execute(text("UPDATE payments SET intent_ref = 'pi_1'"))
    done = erase(order.unit)
    assert done.state is RequestState.PARTLY_REFUSED
    until = (clock.now() + timedelta(days=120)).date().isoformat()
    assert done.certificate["stays"][1][::2] == ["The payment reference", until]


def test_ledger_and_audit_of_the_erased_name_nobody(small: Shop) -> None:
    order = delivered({small.clock: 1})
    erase(order.unit)
    with reading() as session:
        assert [row.subject_id for row in egress.disclosed(session, unit=order.unit)] == [None]
        assert session.scalar(text("SELECT count(*) FROM audit_details")) == 0
        assert audit.verify(session).broken == ()


def _half_noted(order: Order, request: PrivacyRequest) -> None:
    actions._begin(request.id)


def _half_destroyed(order: Order, request: PrivacyRequest) -> None:
    [row] = actions._begin(request.id) or []
    actions._keep_mailbox(request.id, [order.unit])
    with transaction() as session:
        noted = session.merge(row)
        noted.kinds, noted.recipients = ["order.contact", "order.delivery"], ["stripe"]
    vault.destroy_unit(order.unit)


def _half_certified(order: Order, request: PrivacyRequest) -> None:
    [row] = actions._begin(request.id) or []
    actions._keep_mailbox(request.id, [order.unit])
    actions._erase(row)


@pytest.mark.parametrize("crash", [_half_noted, _half_destroyed, _half_certified])
def test_an_erasure_that_a_crash_cut_is_finished_by_the_clock(
    small: Shop, crash: Callable[[Order, PrivacyRequest], None]
) -> None:
    order = delivered({small.clock: 1})
    with transaction() as session:
        request = actions.open_request(session, Wish((order.unit,), Way.NOW, "eu", "en"))
    crash(order, request)
    jobs.SCHEDULE["privacy.carry_out_requests"].run()
    done = again(request.id)
    assert done.certificate["kinds"] == {"order.contact": 1, "order.delivery": 1}
    assert vault.ends(order.unit) == {}
    assert len(vault.ends(done.certificate_unit)) == 1
    with reading() as session:
        assert session.get_one(Order, order.id).forgotten_at is not None


def test_a_standing_request_is_carried_out_after_delivery_and_return_window(small: Shop) -> None:
    order = paid({small.clock: 1})
    request = erase(order.unit, way=Way.LATER)
    assert request.state is RequestState.IN_PROGRESS
    with transaction() as session:
        actions.orders.note_delivery(session, order.id)
    jobs.SCHEDULE["privacy.carry_out_requests"].run()
    assert again(request.id).state is RequestState.IN_PROGRESS
    with clock.held_at(clock.now() + timedelta(days=30, minutes=1)):
        jobs.SCHEDULE["privacy.carry_out_requests"].run()
    assert again(request.id).state is RequestState.FULFILLED
    assert vault.ends(order.unit) == {}


@pytest.fixture
def lapsed(small: Shop) -> Placed:
    """An order of two clocks that was given up, and that somebody asked to erase."""
    placed = make.order({small.clock: 2})
    with transaction() as session:
        orders.lapse(session, placed.order.id)
    return placed


def asked_for(placed: Placed) -> tuple[PrivacyRequest, RequestUnit]:
    with transaction() as session:
        request = actions.open_request(session, Wish((placed.order.unit,), Way.NOW, "eu", "en"))
    [row] = actions._begin(request.id) or []
    return request, row


def pay_late(placed: Placed) -> str:
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        return orders.confirm_payment(session, placed.order.id, placed.payment.id)


def test_a_lapsed_order_that_money_took_up_keeps_its_person_until_it_is_cancelled(lapsed: Placed) -> None:
    request, row = asked_for(lapsed)
    assert actions._is_ready(request.id, row) is True
    assert pay_late(lapsed) == "placed"
    assert actions._erase(row) is False
    assert set(vault.ends(lapsed.order.unit)) == {"order.contact", "order.delivery"}
    jobs.SCHEDULE["privacy.carry_out_requests"].run()
    assert make.state_of(lapsed.order.number) == "cancelled"
    assert vault.ends(lapsed.order.unit) == {}
    with reading() as session:
        assert session.scalars(text("SELECT amount FROM refunds")).all() == [6760]
    assert again(request.id).state in {RequestState.FULFILLED, RequestState.PARTLY_REFUSED}


def test_money_for_a_lapsed_order_that_is_being_erased_is_sent_back(lapsed: Placed) -> None:
    _request, row = asked_for(lapsed)

    with transaction() as session:
        assert actions._let_go(session, row.unit) is True
    assert pay_late(lapsed) == "sent back: The payment came after the goods had gone."
    assert set(vault.ends(lapsed.order.unit)) == {"order.contact", "order.delivery"}
    assert actions._erase(row) is True
    assert make.state_of(lapsed.order.number) == "lapsed"
    assert vault.ends(lapsed.order.unit) == {}
    with reading(Role.MIGRATE) as session:
        assert session.scalar(text("SELECT sum(reserved + allocated) FROM stock_levels")) == 0


def test_a_finished_request_cannot_be_taken_back_or_repeated(small: Shop) -> None:
    order = delivered({small.clock: 1})
    done = erase(order.unit)
    with pytest.raises(IllegalMoveError), transaction() as session:
        actions.withdraw(session, session.get_one(PrivacyRequest, done.id))
    with pytest.raises(BadInputError, match="nothing left"), transaction() as session:
        actions.open_request(session, Wish((order.unit,), Way.NOW, "eu", "en"))
    assert again(done.id).state is RequestState.FULFILLED
    with reading() as session:
        moves = session.execute(
            text("SELECT state, by_kind, why FROM privacy_request_events ORDER BY id")
        ).all()
    assert moves == [
        ("received", "guest", "asked"),
        ("verified", "guest", "the mailbox is theirs"),
        ("in_progress", "system", "taken up"),
        ("fulfilled", "system", "carried out"),
    ]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_the_certificate_is_the_last_mail_and_its_address_goes_with_it(small: Shop, sink: Path) -> None:
    order = delivered({small.clock: 1})
    done = erase(order.unit)
    assert len(vault.ends(done.certificate_unit)) == 1
    jobs.drain()
    [mail] = mails(sink)
    assert (mail["To"], mail["Subject"]) == ("ada@shop.test", "We have deleted your data")
    assert f"http://localhost/your-data/requests/{done.ref}" in text_of(mail)
    assert order.number not in mail.as_string()
    assert vault.ends(done.certificate_unit) == {}


def test_an_address_that_takes_no_mail_is_forgotten_after_a_week(small: Shop, settings: Settings) -> None:
    notifications.configure(replace(settings, smtp_url="smtp://127.0.0.1:9"))
    done = erase(delivered({small.clock: 1}).unit)
    jobs.drain()
    assert len(vault.ends(done.certificate_unit)) == 1
    with clock.held_at(clock.now() + timedelta(days=7, minutes=1)):
        retention.let_go()
    assert vault.ends(done.certificate_unit) == {}
