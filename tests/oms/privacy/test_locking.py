"""What somebody disputes is locked at once, decided with a reason, told by mail, and only then used again."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import IllegalMoveError, NotFoundError
from oms.kernel.register import Purpose
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.personal import OrderDelivery
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.locking import actions, queries
from oms.privacy.locking.actions import Disputed
from oms.privacy.locking.models import Restriction
from oms.privacy.models import PrivacyRequest, RequestUnit
from oms.privacy.states import LockGround, Outcome, RequestState, Told, Way
from oms.staff.states import StaffRole
from tests import make
from tests.forgetting import paid, proven
from tests.make import ADA, GUEST, Shop
from tests.people import Office, seated, words


def locked(order: Order, kind: str = "order.delivery", field: str = "street") -> PrivacyRequest:
    wanted = Disputed(order.unit, kind, field, LockGround.WRONG)
    with transaction() as session:
        return actions.ask(session, wanted, "eu", "en", by=GUEST)


def decided(request: PrivacyRequest) -> None:
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        actions.decide(session, found, Outcome.KEPT, "The carrier confirmed it.", by=SYSTEM)


def lifted(request: PrivacyRequest) -> None:
    with transaction() as session:
        actions.lift(session, session.get_one(PrivacyRequest, request.id), by=SYSTEM)
    actions.unlock(request.id)


def delivery(order: Order, purpose: Purpose, job: str) -> OrderDelivery | None:
    by = SYSTEM.doing(job)
    with reading() as session:
        return vault.open_record(session, OrderDelivery, order.unit, purpose=purpose, by=by)


def test_a_lock_holds_the_order_and_ends_after_the_mail(small: Shop, settings: Settings, sink: Path) -> None:
    order = paid({small.clock: 1})
    jobs.drain()
    request = locked(order)
    assert request.state is RequestState.IN_PROGRESS
    assert delivery(order, Purpose.DELIVERY, "labels") is None
    assert delivery(order, Purpose.RIGHTS, "erasure") == ADA
    with reading() as session:
        why = [hold.why for hold in orders.open_holds(session, order.id)]
    assert why == ["The buyer asks to keep their data unused: do not send before the request is decided."]
    with pytest.raises(IllegalMoveError, match="told first"):
        lifted(request)
    decided(request)
    with pytest.raises(IllegalMoveError, match="told first"):
        lifted(request)
    before = len(list(sink.glob("*.eml")))
    jobs.drain()
    assert len(list(sink.glob("*.eml"))) == before + 1
    assert delivery(order, Purpose.DELIVERY, "labels") is None
    lifted(request)
    assert delivery(order, Purpose.DELIVERY, "labels") == ADA
    with reading() as session:
        assert orders.open_holds(session, order.id) == []


def test_neither_store_takes_a_lifting_before_the_telling(small: Shop) -> None:
    order = paid({small.clock: 1})
    request = locked(order)
    decided(request)
    statement = "UPDATE privacy_restrictions SET lifted_at = now()"
    with pytest.raises(IntegrityError, match="told_before_lifted"), transaction(Role.WORKER) as session:
        session.execute(text(statement))
    with pytest.raises(IntegrityError, match="after its person was told"):
        vault.lift(order.unit, "order.delivery")
    assert delivery(order, Purpose.DELIVERY, "labels") is None


def test_only_what_is_there_is_locked_and_once(small: Shop) -> None:
    order = paid({small.clock: 1})
    for kind, field in (("order.delivery", "birthday"), ("staff.contact", "email")):
        with pytest.raises(NotFoundError):
            locked(order, kind, field)
    locked(order)
    with pytest.raises(IllegalMoveError, match="locked already"):
        locked(order)
    with reading() as session:
        assert len(queries.all_live(session)) == 1


def test_a_restore_that_let_a_lock_out_is_caught_up_with(small: Shop) -> None:
    order = paid({small.clock: 1})
    locked(order)
    vault.note_told(order.unit, "order.delivery")
    vault.lift(order.unit, "order.delivery")
    assert delivery(order, Purpose.DELIVERY, "labels") == ADA
    assert actions.lock_again() == 1
    assert actions.lock_again() == 0
    assert delivery(order, Purpose.DELIVERY, "labels") is None


def test_what_is_locked_can_still_be_erased(small: Shop) -> None:
    order = paid({small.clock: 1})
    locked(order)
    with transaction() as session:
        request = erasure.open_request(session, Wish((order.unit,), Way.NOW, "eu", "en"))
    erasure.carry_out(request.id)
    assert vault.ends(order.unit) == {}
    with reading() as session:
        assert session.query(Restriction).count() == 0


def test_somebody_locks_on_the_page_of_their_data_and_sees_it_locked(small: Shop, store: FlaskClient) -> None:
    order = paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    page = visitor.get("/your-data/").text
    what = f"{order.unit}/order.delivery.street"
    assert f"/your-data/lock?what={what}" in page
    answer = visitor.send("/your-data/lock", page=f"/your-data/lock?what={what}", what=what, ground="wrong")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/your-data/")
    seen = words(visitor.get("/your-data/"))
    assert "Locked: it is only kept." in seen
    assert "Rapenburg 70" in seen
    stolen = visitor.send("/your-data/lock", what="order:OTHER/order.delivery.street", ground="wrong")
    assert stolen.status_code == 422
    with reading() as session:
        assert [(one.unit, one.kind) for one in queries.all_live(session)] == [(order.unit, "order.delivery")]


def test_the_desk_decides_lifts_and_sees_nothing_meanwhile(
    small: Shop, desk: FlaskClient, settings: Settings, sink: Path
) -> None:
    order = paid({small.clock: 1})
    request = locked(order)
    visitor = seated(desk, Office().employ("pat@shop.test", StaffRole.PRIVACY))
    sheet, path = f"/orders/{order.number}", f"/privacy/{request.number}"
    answer = visitor.send(f"{sheet}/reveal", page=sheet, reason="returned")
    assert answer.status_code == 403
    assert "only kept, and used for nothing" in answer.text
    assert f"Street and number {order.number} locked since" in words(visitor.get(path))
    assert visitor.send(f"{path}/decide", page=path, outcome="kept", why="").status_code == 422
    assert visitor.send(f"{path}/lift", page=path).status_code == 409
    assert visitor.send(f"{path}/decide", page=path, outcome="kept", why="It is right.").status_code == 303
    assert "its person is being told" in words(visitor.get(path))
    jobs.drain()
    assert "Lift the lock" in words(visitor.get(path))
    assert visitor.send(f"{path}/lift", page=path).status_code == 303
    with reading() as session:
        assert session.get_one(PrivacyRequest, request.id).state is RequestState.FULFILLED
    assert delivery(order, Purpose.DELIVERY, "labels") == ADA


def held(order: Order) -> list[str]:
    with reading() as session:
        return [hold.why for hold in orders.open_holds(session, order.id)]


def test_a_request_taken_back_unlocks_and_lets_the_order_go_on(small: Shop, store: FlaskClient) -> None:
    order = paid({small.clock: 1})
    request = locked(order)
    visitor = proven(store, "ada@shop.test")
    path = f"/your-data/requests/{request.ref}"
    assert visitor.send(f"{path}/withdraw", page=path).status_code == 303
    assert delivery(order, Purpose.DELIVERY, "labels") == ADA
    assert held(order) == []
    assert "Locked: it is only kept." not in words(visitor.get("/your-data/"))
    assert locked(order).id != request.id


def test_a_deletion_for_later_leaves_the_lock_to_the_desk(small: Shop, sink: Path) -> None:
    order = paid({small.clock: 1})
    request = locked(order)
    with transaction() as session:
        wish = erasure.open_request(session, Wish((order.unit,), Way.LATER, "eu", "en"))
    assert not erasure.carry_out(wish.id)
    assert held(order)
    decided(request)
    jobs.drain()
    with transaction() as session:
        actions.lift(session, session.get_one(PrivacyRequest, request.id, with_for_update=True), by=SYSTEM)
    jobs.drain()
    assert delivery(order, Purpose.DELIVERY, "labels") == ADA
    assert held(order) == []


def test_what_is_deleted_ends_what_was_asked_about_it(small: Shop) -> None:
    order = paid({small.clock: 1})
    request = locked(order)
    with transaction() as session:
        wish = erasure.open_request(session, Wish((order.unit,), Way.NOW, "eu", "en"))
    assert erasure.carry_out(wish.id)
    with reading() as session:
        assert session.get_one(PrivacyRequest, request.id).state is RequestState.WITHDRAWN
        assert session.query(RequestUnit).count() == 0


def test_a_lift_that_is_refused_lets_nothing_out(small: Shop) -> None:
    order = paid({small.clock: 1})
    request = locked(order)
    decided(request)
    jobs.drain()
    with pytest.raises(IllegalMoveError), transaction() as session:
        actions.lift(session, session.get_one(PrivacyRequest, request.id), by=SYSTEM)
        raise IllegalMoveError("withdrawn cannot become fulfilled")
    assert actions.unlock(request.id) == 0
    assert delivery(order, Purpose.DELIVERY, "labels") is None


def test_a_lock_holds_as_long_as_any_request_holds_it(small: Shop, sink: Path) -> None:
    order = paid({small.clock: 1})
    first = locked(order)
    with transaction() as session:
        other = actions.ask(
            session, Disputed(order.unit, "order.contact", "email", LockGround.WRONG), "eu", "en", by=GUEST
        )
        actions.lock_all(session, other, [order.unit], by=GUEST, ground=LockGround.MINOR)
    decided(first)
    jobs.drain()
    lifted(first)
    assert delivery(order, Purpose.DELIVERY, "labels") is None
    assert held(order)
    decided(other)
    jobs.drain()
    lifted(other)
    assert delivery(order, Purpose.DELIVERY, "labels") == ADA
    assert held(order) == []


def test_an_order_waits_once_for_each_reason(small: Shop) -> None:
    order = paid({small.clock: 1})
    request = locked(order)
    with transaction() as session:
        actions.lock_all(session, session.get_one(PrivacyRequest, request.id), [order.unit], by=GUEST)
    assert len(held(order)) == 1


def test_an_order_that_is_paid_after_its_lock_waits(small: Shop) -> None:
    placed = make.order({small.clock: 1})
    locked(placed.order)
    assert held(placed.order) == []
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        agreement.confirm_payment(session, placed.order.id, placed.payment.id)
    jobs.drain()
    assert len(held(placed.order)) == 1


@pytest.mark.parametrize("how", [Told.REFUSED, Told.NO_MAILBOX])
def test_a_dead_mailbox_holds_nothing_up(
    small: Shop, desk: FlaskClient, store: FlaskClient, how: Told
) -> None:
    order = paid({small.clock: 1})
    request = locked(order)
    decided(request)
    actions.note_told(request.id, how)
    visitor = seated(desk, Office().employ("pat@shop.test", StaffRole.PRIVACY))
    path = f"/privacy/{request.number}"
    assert "it stands on their page, and can be lifted" in words(visitor.get(path))
    assert visitor.send(f"{path}/lift", page=path).status_code == 303
    assert held(order) == []
    shown = words(proven(store, "ada@shop.test").get("/your-data/"))
    assert "It stays as it is, and is no longer locked. The carrier confirmed it." in shown


def test_without_a_mailbox_the_decision_counts_as_told_on_the_page(small: Shop, sink: Path) -> None:
    order = paid({small.clock: 1})
    request = locked(order)
    vault.destroy_unit(order.unit, kinds=["order.contact"])
    decided(request)
    jobs.drain()
    with reading() as session:
        assert {one.told_how for one in queries.of_request(session, request.id)} == {Told.NO_MAILBOX}
    lifted(request)
    assert held(order) == []
