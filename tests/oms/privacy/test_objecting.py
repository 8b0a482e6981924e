"""An objection stops at once what rests on our interest alone, and is decided with reasons (003-52, B14)."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from oms.kernel import audit, clock, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, IllegalMoveError
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.privacy.asking import actions as asking
from oms.privacy.erasure import actions as erasure
from oms.privacy.locking import actions, queries
from oms.privacy.locking.models import Restriction
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import Channel, Outcome, RequestKind, RequestState
from oms.privacy.wishes import actions as wishing
from oms.privacy.wishes import queries as wishes
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.states import Choice, WishPurpose
from oms.staff.states import StaffRole
from tests.forgetting import delivered, paid, proven
from tests.make import GUEST, Shop
from tests.people import Office, seated, words


def objected(order: Order) -> PrivacyRequest:
    with transaction() as session:
        return asking.object_from_page(session, [order.unit], "eu", "en", by=GUEST)


def decided(request: PrivacyRequest, outcome: Outcome) -> None:
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        actions.decide(session, found, outcome, "Hardly anybody misses it.", by=SYSTEM)


def may(order: Order) -> bool:
    with reading() as session:
        return wishes.may(session, [order.unit], WishPurpose.NEWS, Channel.MAIL)


def state(request: PrivacyRequest) -> RequestState:
    with reading() as session:
        return session.get_one(PrivacyRequest, request.id).state


def mails(sink: Path) -> dict[str, str]:
    """What the mails in the sink say, by their subjects."""
    found = [message_from_bytes(path.read_bytes(), policy=default) for path in sink.glob("*.eml")]
    return {str(one["Subject"]): one.get_body(("plain",)).get_content() for one in found}  # type: ignore[union-attr]


def test_it_stops_with_the_commit_and_nothing_else_does(small: Shop, sink: Path) -> None:
    order = paid({small.clock: 1})
    request = objected(order)
    assert (request.kind, request.state) == (RequestKind.OBJECTION, RequestState.IN_PROGRESS)
    assert not may(order)
    with reading() as session:
        assert orders.open_holds(session, order.id) == []
        assert audit.about(session, order.unit)[0].verb == "privacy.object.news"
    assert not vault.locks([order.unit])
    order = delivered({small.clock: 1})
    objected(order)
    jobs.drain()
    subjects = mails(sink)
    assert f"Your order {order.number}" in subjects
    assert f"Your order {order.number} has arrived" not in subjects


def test_upheld_it_stays_stopped_and_is_told(small: Shop, sink: Path) -> None:
    order = paid({small.clock: 1})
    request = objected(order)
    decided(request, Outcome.UPHELD)
    assert state(request) is RequestState.IN_PROGRESS
    jobs.drain()
    told = mails(sink)[f"Your request {request.number} about your data"]
    assert "You are right: messages you could do without stay stopped." in told
    assert state(request) is RequestState.FULFILLED
    assert not may(order)
    with transaction() as session:
        wishing.say(session, [order.unit], Said(Choice.GIVEN, Channel.MAIL), by=GUEST)
    assert may(order)


def test_rejected_it_goes_on_only_after_reason_article_and_complaint_were_told(
    small: Shop, sink: Path
) -> None:
    order = paid({small.clock: 1})
    request = objected(order)
    decided(request, Outcome.REJECTED)
    with pytest.raises(IllegalMoveError, match="told first"), transaction() as session:
        actions.lift(session, session.get_one(PrivacyRequest, request.id), by=SYSTEM)
    assert not may(order)
    jobs.drain()
    told = mails(sink)[f"Your request {request.number} about your data"]
    for part in ("Hardly anybody misses it.", "GDPR, article 21(1)", "data protection authority", "court"):
        assert part in told
    assert not may(order)
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        actions.lift(session, found, by=SYSTEM)
        asking.answer(session, found, by=SYSTEM)
    assert may(order)
    assert state(request) is RequestState.PARTLY_REFUSED


def test_it_is_decided_once_in_its_own_words_and_with_a_clock(small: Shop) -> None:
    order = paid({small.clock: 1})
    request = objected(order)
    assert clock.today() < request.target_by <= request.answer_by <= request.legal_by
    with pytest.raises(IllegalMoveError, match="objected already"):
        objected(order)
    with pytest.raises(BadInputError, match="no answer"):
        decided(request, Outcome.KEPT)
    decided(request, Outcome.UPHELD)
    with pytest.raises(IllegalMoveError, match="Nothing"):
        decided(request, Outcome.REJECTED)


def test_it_can_be_taken_back_and_goes_with_its_order(small: Shop) -> None:
    order = paid({small.clock: 1})
    request = objected(order)
    with transaction() as session:
        erasure.withdraw(session, session.get_one(PrivacyRequest, request.id))
    assert may(order)
    objected(order)
    vault.destroy_unit(order.unit)
    with transaction() as session:
        actions.forget(session, order.unit)
        assert session.query(Restriction).count() == 0


def test_a_guest_objects_with_one_button_and_the_desk_decides(
    small: Shop, store: FlaskClient, desk: FlaskClient, settings: Settings, sink: Path
) -> None:
    order = paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    answer = visitor.send("/your-data/object", page="/your-data/")
    assert answer.status_code == 303
    assert "Object to what you do with my data" in words(visitor.get(answer.headers["Location"]))
    page = visitor.get("/your-data/")
    assert "It is stopped until we have decided." in words(page)
    assert "/your-data/object" not in page.text
    with reading() as session:
        held = queries.objection(session, [order.unit])
        assert held is not None
        number = session.get_one(PrivacyRequest, held.request_id).number
    staff = seated(desk, Office().employ("olga@desk.test", StaffRole.PRIVACY))
    path = f"/privacy/{number}"
    assert "Messages they could do without" in words(staff.get(path))
    assert staff.send(f"{path}/decide", page=path, outcome="kept", why="No.").status_code == 422
    assert staff.send(f"{path}/decide", page=path, outcome="upheld", why="It is small.").status_code == 303
    jobs.drain()
    assert f"{number}" in " ".join(mails(sink))
    assert "upheld: stopped since" in words(staff.get(path))
    assert "It stays stopped." in words(visitor.get("/your-data/"))
