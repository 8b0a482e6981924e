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
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.personal import OrderDelivery
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.locking import actions, queries
from oms.privacy.locking.actions import Disputed
from oms.privacy.locking.models import Restriction
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import LockGround, Outcome, RequestState, Way
from oms.staff.states import StaffRole
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
