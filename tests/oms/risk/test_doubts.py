"""A doubtful order waits for a person: what holds it, who decides, what its buyer reads, and when it goes."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from oms.desk.changes import actions as changes
from oms.fulfillment import queries as sending
from oms.kernel import clock, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import ConflictError, IllegalMoveError, RefusedError
from oms.kernel.inbox import WebhookEvent
from oms.kernel.outbox import Message
from oms.kernel.register import Purpose
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.payments.models import Payment
from oms.payments.queries import REFUSED_CARD
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.retention import actions as retention
from oms.privacy.states import Way
from oms.risk import actions, handlers, queries
from oms.risk.models import CheckoutAlert, OrderDoubt
from oms.risk.personal import DoubtReasons
from oms.risk.scoring import Signals
from oms.risk.states import DoubtState
from oms.staff.states import StaffRole
from tests import make
from tests.fakes import Party
from tests.forgetting import copy, paid, proven
from tests.make import Shop
from tests.oms.desk.conftest import Seat, seat
from tests.oms.payments.test_any_order import DECLINED, events, opened, tell
from tests.people import words

__all__ = ["seat"]
KIM = Actor(ActorKind.STAFF, "1", roles=frozenset({"finance"}))


def doubted(small: Shop, refused: int = 4, goods: int = 0) -> Order:
    """A paid order before which cards were refused, once the shop has looked at it."""
    order = paid({goods or small.pencil: 1})
    with transaction() as session:
        session.query(Payment).filter_by(order_id=order.id).update({"refusals": refused})
    handlers.consider(Message(order.id, "order.placed", {"order": order.id}))
    return order


def doubt_of(order: Order) -> OrderDoubt | None:
    with reading() as session:
        return queries.of_order(session, order.id)


def waits(order: Order) -> bool:
    with reading() as session:
        is_held = session.query(Order).filter(Order.id == order.id, sending.on_hold()).count() == 1
        assert is_held == bool(orders.open_holds(session, order.id))
        return is_held


def refusal(number: int, at: datetime) -> WebhookEvent:
    """The journal's line of a card that was refused."""
    return WebhookEvent(
        provider="stripe",
        event_id=f"evt_{number}",
        type="payment_intent.payment_failed",
        object_id="pi_1",
        occurred_at=at - timedelta(minutes=number),
        status="requires_payment_method",
        body_sha256=b"",
        applied_at=at,
        outcome=REFUSED_CARD,
    )


def told(order: Order) -> list[tuple[str, str, str]]:
    with reading() as session:
        return [(one.what, one.why, one.by_kind) for one in orders.history(session, order.id)][2:]


def test_refused_cards_are_counted_once_each_and_make_the_order_wait(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    placed = make.order({small.pencil: 1})
    ref = opened(placed)
    for _card in range(3):
        stripe.pay(ref, DECLINED)
    stripe.pay(ref)
    listed = [one for one in events(stripe) if one["type"].startswith(("payment_intent.", "checkout."))]
    for event in [*listed, *listed]:
        tell(store, event)
    with reading() as session:
        payment = session.get_one(Payment, placed.payment.id)
        assert (payment.refusals, payment.state) == (3, "captured")
        assert queries.gather(session, placed.order).refused == 3
    handlers.consider(Message(1, "order.placed", {"order": placed.order.id}))
    assert waits(placed.order)


def test_a_doubtful_order_is_placed_and_held_with_neutral_words_and_nothing_else(small: Shop) -> None:
    order = doubted(small)
    assert make.state_of(order.number) == "placed"
    assert waits(order)
    assert told(order) == [("held", "It waits for a look.", "system")]
    found = doubt_of(order)
    assert found is not None
    assert (found.state, found.due_at - found.at) == (DoubtState.OPEN, timedelta(hours=48))
    handlers.consider(Message(order.id, "order.placed", {"order": order.id}))
    assert told(order) == [("held", "It waits for a look.", "system")]


def test_an_order_without_signs_waits_for_nobody(small: Shop) -> None:
    order = doubted(small, refused=1)
    assert (waits(order), doubt_of(order)) == (False, None)


def test_a_download_is_there_at_once_and_waits_for_nobody(small: Shop) -> None:
    order = doubted(small, refused=5, goods=small.planner)
    assert (waits(order), doubt_of(order)) == (False, None)


def test_a_reviewer_sends_it_and_the_history_names_them(small: Shop) -> None:
    order = doubted(small)
    with transaction() as session:
        actions.send(session, order.number, by=KIM)
    found = doubt_of(order)
    assert found is not None
    assert (found.state, found.by_kind, found.by_id) == (DoubtState.CLEARED, "staff", "1")
    assert not waits(order)
    assert told(order)[-1] == ("hold lifted", "", "staff")
    with pytest.raises(IllegalMoveError), transaction() as session:
        actions.cancel(session, order.number, by=KIM)
    assert make.state_of(order.number) == "placed"


def test_a_reviewer_cancels_it_and_all_money_goes_back(small: Shop) -> None:
    order = doubted(small)
    with transaction() as session:
        actions.cancel(session, order.number, by=KIM)
    assert make.state_of(order.number) == "cancelled"
    with reading() as session:
        payment = session.query(Payment).filter_by(order_id=order.id).one()
        assert payment.refunded == payment.captured == order.total
        assert orders.open_holds(session, order.id) == []
    handlers.end(Message(1, "order.cancelled", {"order": order.id}))
    found = doubt_of(order)
    assert found is not None
    assert found.state is DoubtState.CANCELLED


def test_silence_refuses_nobody(small: Shop) -> None:
    order = doubted(small)
    begun = clock.now()
    with clock.held_at(begun + timedelta(hours=47)):
        handlers.let_go_on()
        assert waits(order)
    with clock.held_at(begun + timedelta(hours=48, minutes=1)):
        handlers.let_go_on()
    assert not waits(order)
    assert make.state_of(order.number) == "placed"
    assert told(order)[-1] == ("hold lifted", "Nobody looked in time.", "system")
    found = doubt_of(order)
    assert found is not None
    assert found.state is DoubtState.LAPSED


def test_a_buyer_who_cancels_ends_the_doubt(small: Shop) -> None:
    order = doubted(small)
    with transaction() as session:
        changes.cancel(session, order.number, "The buyer asked for it", by=SYSTEM)
    handlers.end(Message(1, "order.cancelled", {"order": order.id}))
    found = doubt_of(order)
    assert found is not None
    assert (found.state, found.by_kind) == (DoubtState.ENDED, "system")


def test_nobody_else_lets_it_go_on(small: Shop) -> None:
    order = doubted(small)
    with reading() as session:
        [held] = orders.open_holds(session, order.id)
    with pytest.raises(RefusedError), transaction() as session:
        changes.lift(session, held.id, by=KIM)
    with pytest.raises(ConflictError), transaction() as session:
        changes.lift_all(session, order.number, by=KIM)
    assert waits(order)


def test_the_desk_shows_reasons_to_reviewers_and_a_neutral_hold_to_others(small: Shop, seat: Seat) -> None:
    order = doubted(small)
    reviewer, service = seat(StaffRole.FINANCE), seat(StaffRole.SERVICE)
    assert order.number in words(reviewer.get("/risk"))
    page = words(reviewer.get(f"/risk/{order.number}"))
    assert "Cards that were refused before one paid: 4." in page
    assert "Send it" in page
    assert "Cancel it, money back" in page
    assert service.get("/risk").status_code == 403
    seen = words(service.get(f"/orders/{order.number}"))
    assert "Held: It waits for a look." in seen
    assert "Release" not in seen
    assert "refused" not in seen
    answer = reviewer.send(f"/risk/{order.number}/send", page=f"/risk/{order.number}")
    assert answer.status_code == 303
    assert not waits(order)
    done = words(reviewer.get("/risk"))
    assert "sent fin at the desk" in done
    assert "Send it" not in words(reviewer.get(f"/risk/{order.number}"))


def test_the_desk_says_that_nothing_waits(small: Shop, seat: Seat) -> None:
    assert words(seat(StaffRole.OWNER).get("/risk")).count("None.") == 2


def test_its_buyer_reads_until_when_why_and_what_was_decided(small: Shop, store: FlaskClient) -> None:
    order = doubted(small)
    visitor = proven(store, "ada@shop.test", f"/orders/{order.number}")
    page = words(visitor.get(f"/orders/{order.number}"))
    assert "A person looks at this order before it is sent, at the latest by" in page
    assert "See the reasons" in page
    room = words(visitor.get("/your-data/"))
    assert "Cards that were refused before one paid: 4." in room
    assert "A person has not looked yet." in room
    with transaction() as session:
        actions.send(session, order.number, by=KIM)
    assert "A person looks at" not in words(visitor.get(f"/orders/{order.number}"))
    mine = copy(visitor)
    [record] = [one for one in mine["records"] if one["kind"] == "order.doubt"]
    assert record["values"] == {"signs": "refused=4", "points": "65"}
    [review] = mine["reviews"]
    assert (review["unit"], review["outcome"], review["by"]) == (order.unit, "cleared", "staff")


def test_it_goes_30_days_after_the_decision_and_at_once_with_its_order(small: Shop) -> None:
    kept, erased = doubted(small), doubted(small)
    with transaction() as session:
        actions.send(session, kept.number, by=KIM)
        request = erasure.open_request(session, Wish((erased.unit,), Way.NOW, "eu", "en"))
    erasure.carry_out(request.id)
    assert doubt_of(erased) is None
    retention.let_go(clock.now() + timedelta(days=29))
    assert doubt_of(kept) is not None
    assert "order.doubt" in vault.ends(kept.unit)
    retention.let_go(clock.now() + timedelta(days=33))
    assert doubt_of(kept) is None
    assert "order.doubt" not in vault.ends(kept.unit)
    assert "order.delivery" in vault.ends(kept.unit)


def test_marks_are_compared_and_nothing_is_opened(small: Shop) -> None:
    first, second = paid({small.pencil: 1}), paid({small.pencil: 1})
    with reading() as session:
        for one in (first, second):
            session.refresh(session.merge(one))
        found = queries.gather(session, session.get_one(Order, second.id))
    assert found == Signals(recent=1, earlier=1, paid=2)


def test_cards_that_are_tried_raise_one_alert_an_hour_without_anybodys_data(small: Shop) -> None:
    now = clock.now()
    with transaction() as session:
        session.add_all(refusal(number, now) for number in range(25))
    with clock.held_at(now):
        handlers.watch_cards()
        handlers.watch_cards()
    with reading() as session:
        [alert] = session.query(CheckoutAlert).all()
        assert (alert.refused, alert.paid) == (25, 0)
    with clock.held_at(now + timedelta(hours=3)):
        handlers.watch_cards()
    with reading() as session:
        assert session.query(CheckoutAlert).count() == 1


def test_reasons_open_for_reviewers_alone(small: Shop) -> None:
    order = doubted(small)
    with reading() as session:
        for role in ("service", "privacy", "picker-packer"):
            other = Actor(ActorKind.STAFF, "2", roles=frozenset({role}))
            with pytest.raises(vault.PurposeRefusedError):
                vault.open_record(session, DoubtReasons, order.unit, purpose=Purpose.SECURITY, by=other)
