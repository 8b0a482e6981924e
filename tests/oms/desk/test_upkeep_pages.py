"""Failed work, the audit and the settings at the desk."""

import pytest
from sqlalchemy import text

from oms.kernel import audit, outbox
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import DeliveryState, OutboxDelivery
from oms.staff.states import StaffRole
from tests.make import Shop
from tests.oms.desk.conftest import Seat, paid
from tests.people import Visitor, words


@pytest.fixture
def owner(small: Shop, seat: Seat) -> Visitor:
    """Give an owner."""
    return seat(StaffRole.OWNER)


def dead() -> int:
    """Make an effect that gave up; return its message's id."""
    with transaction() as session:
        outbox.say(session, "order.lost", order=7)
    with transaction(Role.WORKER) as session:
        outbox.fan_out(session, {"order.lost": ["orders.find"]})
        row = session.query(OutboxDelivery).filter_by(handler="orders.find").one()
        row.state, row.attempts, row.error = DeliveryState.DEAD, 8, "KeyError"
        return row.message_id


def state(message: int) -> tuple[str, int]:
    with reading() as session:
        row = session.get_one(OutboxDelivery, (message, "orders.find"))
    return row.state, row.attempts


def test_failed_work_is_listed_and_counted(owner: Visitor) -> None:
    assert "No dead letters" in words(owner.get("/outbox"))
    dead()
    page = words(owner.get("/outbox"))
    assert "order.lost order:7 orders.find 8 KeyError" in page
    assert "Failed work 1" in page


def test_failed_work_is_tried_again_one_or_all(owner: Visitor) -> None:
    message = dead()
    assert owner.send(f"/outbox/{message}/orders.find/retry", page="/outbox").status_code == 303
    assert state(message) == ("waiting", 0)
    assert owner.send(f"/outbox/{message}/orders.find/retry", page="/outbox").status_code == 404
    other = dead_again(message)
    assert owner.send("/outbox/retry", page="/outbox").status_code == 303
    assert state(other) == ("waiting", 0)


def dead_again(message: int) -> int:
    with transaction(Role.WORKER) as session:
        session.get_one(OutboxDelivery, (message, "orders.find")).state = DeliveryState.DEAD
    return message


def test_failed_work_is_dropped_once(owner: Visitor) -> None:
    message = dead()
    assert owner.send(f"/outbox/{message}/orders.find/drop", page="/outbox").status_code == 303
    assert state(message) == ("done", 8)
    assert owner.send(f"/outbox/{message}/orders.find/drop", page="/outbox").status_code == 404
    with reading() as session:
        assert [d.verb for d in audit.about(session, f"message:{message}")] == ["outbox.drop"]


def test_the_audit_lists_deeds_and_proves_them(small: Shop, owner: Visitor) -> None:
    order = paid({small.pencil: 1})
    path = f"/orders/{order.number}"
    owner.send(f"{path}/reveal", page=path, reason="rights")
    page = words(owner.get("/audit?verb=vault.open&by=staff"))
    assert "own at the desk vault.open" in page
    assert "The buyer used a right of theirs" in page
    assert "Ada" not in page
    assert "vault.open" not in words(owner.get("/audit?by=buyer")).partition("Audit When")[2]
    assert owner.send("/audit/verify", page="/audit").status_code == 303
    assert "links hold" in words(owner.get("/audit"))


def test_a_broken_chain_is_said_aloud(small: Shop, owner: Visitor) -> None:
    with transaction() as session:
        audit.record(session, SYSTEM, "test.deed", "order:1")
    with transaction(Role.AUDIT) as session:
        audit.chain(session)
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE audit_entries SET verb = 'test.other' WHERE verb = 'test.deed'"))
    owner.send("/audit/verify", page="/audit")
    assert "is not what was linked" in words(owner.get("/audit"))


def test_settings_show_markets_recipients_and_no_secret(owner: Visitor) -> None:
    page = owner.get("/settings")
    text = words(page)
    for seen in (
        "Europe EUR included in prices",
        "Post-eu",
        "Stripe",
        "order.contact.email",
        "STRIPE_SECRET_KEY set",
    ):
        assert seen in text
    for secret in ("a-secret-for-tests", "sk_", "whsec_"):
        assert secret not in page.text
