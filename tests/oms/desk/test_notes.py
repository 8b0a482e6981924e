"""Notes of staff: sealed, on the timeline, in the buyer's own data, and gone with the buyer."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from oms.kernel import audit, jobs, vault
from oms.kernel.db import Role, reading, transaction
from oms.kernel.register import kind_of
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import Order, OrderEvent
from oms.orders.personal import OrderNote
from oms.staff.states import StaffRole
from tests import forgetting
from tests.make import Shop
from tests.oms.desk.conftest import Seat, paid
from tests.people import Visitor, words

SAID = "Rings twice, and wants blue ink"


@pytest.fixture
def service(small: Shop, seat: Seat) -> Visitor:
    """Give somebody of service."""
    return seat(StaffRole.SERVICE)


def write(service: Visitor, order: Order, note: str = SAID) -> None:
    path = f"/orders/{order.number}"
    assert service.send(f"{path}/note", page=path, note=note).status_code == 303


def kept() -> list[OrderEvent]:
    with reading() as session:
        return list(session.scalars(select(OrderEvent).where(OrderEvent.what == "noted")))


def test_a_note_stands_on_the_timeline_and_says_beforehand_who_reads_it(
    small: Shop, service: Visitor
) -> None:
    order = paid({small.clock: 1})
    before = words(service.get(f"/orders/{order.number}"))
    assert "The buyer can read it in their data" in before
    write(service, order)
    after = words(service.get(f"/orders/{order.number}"))
    assert f"{SAID}" in after
    assert "It is noted." in after
    with reading() as session:
        deeds = [(deed.verb, deed.by.kind) for deed in audit.about(session, order.unit)]
    assert ("order.note", "staff") in deeds
    assert ("vault.open", "staff") in deeds


def test_a_note_lies_nowhere_but_sealed(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 1})
    write(service, order)
    with reading(Role.MIGRATE) as session:
        for table in ("order_events", "outbox_messages", "audit_entries"):
            rows = session.scalars(text(f"SELECT row_to_json(t)::text FROM {table} t")).all()
            assert [row for row in rows if "blue ink" in row] == []


def test_who_may_see_no_person_sees_that_there_is_a_note_and_not_what_it_says(
    small: Shop, service: Visitor, seat: Seat
) -> None:
    order = paid({small.clock: 1})
    write(service, order)
    page = words(seat(StaffRole.FINANCE).get(f"/orders/{order.number}"))
    assert SAID not in page
    assert "It is closed to you, or it has gone." in page
    assert "Note it" not in page


@pytest.mark.parametrize(
    ("note", "told"), [("", "Write something first."), ("  ", "Write something first."), ("x" * 501, "500")]
)
def test_what_is_no_note_is_told_and_not_kept(small: Shop, service: Visitor, note: str, told: str) -> None:
    order = paid({small.clock: 1})
    write(service, order, note)
    assert told in words(service.get(f"/orders/{order.number}"))
    assert kept() == []


def test_the_buyer_reads_it_in_their_data_and_takes_it_along(
    small: Shop, service: Visitor, store: FlaskClient
) -> None:
    order = paid({small.clock: 1})
    write(service, order)
    buyer = forgetting.proven(store, "ada@shop.test")
    page = words(buyer.get("/your-data/"))
    assert f"Note of our staff {SAID} To handle your order well." in page
    assert "Given by our staff." in page
    records = forgetting.copy(buyer)["records"]
    assert [r["values"] for r in records if r["kind"] == "order.note"] == [{"text": SAID}]


def test_it_goes_with_its_person_and_nothing_more_is_noted(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 1})
    write(service, order)
    vault.destroy_unit(order.unit)
    with transaction() as session:
        agreement.forget(session, order.id)
    page = words(service.get(f"/orders/{order.number}"))
    assert SAID not in page
    assert "Note it" not in page
    assert [event.note for event in kept()] == [None]
    path = f"/orders/{order.number}"
    assert service.send(f"{path}/note", page="/orders", note="More").status_code == 409
    assert len(kept()) == 1


def test_a_note_that_is_written_after_delivery_ends_before_the_rest_of_the_order(
    small: Shop, service: Visitor
) -> None:
    order = forgetting.delivered({small.clock: 1})
    jobs.drain()
    write(service, order)
    jobs.drain()
    with reading() as session:
        found = orders.get(session, order.id)
    assert found.delivered_at is not None
    ends = vault.ends(order.unit)
    assert ends.pop(kind_of(OrderNote).name) == found.delivered_at + timedelta(days=28)
    assert min(ends.values()) > found.delivered_at + timedelta(days=28)
