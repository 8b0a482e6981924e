"""What staff do to an order: seen first, done once, written down."""

import pytest
from sqlalchemy import select

from oms.kernel import audit
from oms.kernel.db import reading
from oms.orders import queries as orders
from oms.orders.refunding.queries import refundable
from oms.payments.models import Refund, RefundLine
from oms.staff.states import StaffRole
from tests.make import Shop
from tests.oms.desk.conftest import Seat, paid
from tests.pages import form_with
from tests.people import Visitor, words


@pytest.fixture
def service(small: Shop, seat: Seat) -> Visitor:
    """Give somebody of service."""
    return seat(StaffRole.SERVICE)


def refunds() -> list[tuple[int, str]]:
    with reading() as session:
        return [(r.amount, r.reason) for r in session.scalars(select(Refund).order_by(Refund.id))]


def refund(service: Visitor, number: str, **counts: object) -> str:
    """Type how much, then say yes to the amount; return what the last page says."""
    path = f"/orders/{number}/refund"
    sure = service.send(path, **counts)
    if sure.status_code != 200:
        return words(sure)
    kept = form_with(sure, "sure")["fields"]
    kept.pop("csrf_token")
    done = service.send(path, **kept)
    assert done.status_code == 303, words(done)
    return words(service.get(done.location))


def test_an_order_waits_with_a_reason_and_goes_on(small: Shop, service: Visitor) -> None:
    order = paid({small.pencil: 1})
    path = f"/orders/{order.number}"
    assert service.send(f"{path}/hold", reason="The buyer asked to wait").status_code == 303
    assert "The buyer asked to wait" in words(service.get(path))
    assert "held" in words(service.get("/orders?hold=1"))
    assert service.send(f"{path}/hold", reason="The buyer asked to wait").status_code == 409
    with reading() as session:
        [hold] = orders.open_holds(session, order.id)
    assert service.send(f"/orders/holds/{hold.id}/lift", page=path).status_code == 303
    with reading() as session:
        assert orders.open_holds(session, order.id) == []
        assert [deed.verb for deed in audit.about(session, order.unit)] == ["order.lift", "order.hold"]
        history = [event.what for event in orders.history(session, order.id)]
    assert history == ["created", "placed", "held", "hold lifted"]


def test_a_reason_that_is_none_of_the_list_is_refused(small: Shop, service: Visitor) -> None:
    order = paid({small.pencil: 1})
    answer = service.send(f"/orders/{order.number}/hold", reason="Mrs Lind called")
    assert answer.status_code == 422
    with reading() as session:
        assert orders.open_holds(session, order.id) == []


def test_lines_go_back_after_the_amount_was_shown(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 3, small.pencil: 1})
    by_sku = {line.sku: line.id for line in order.lines}
    counts = {f"line-{by_sku['RETRO-CLOCK']}": "2", f"line-{by_sku['CEDAR-PENCIL']}": "0"}
    shown = service.send(f"/orders/{order.number}/refund", reason="Goods came back", **counts)
    assert "Send €62.00 back" in words(shown)
    assert refunds() == []
    text = refund(service, order.number, reason="Goods came back", **counts)
    assert "€62.00 is on its way back" in text
    assert refunds() == [(6200, "Goods came back")]
    with reading() as session:
        [line] = session.scalars(select(RefundLine))
        assert (line.order_line_id, line.quantity, line.amount) == (by_sku["RETRO-CLOCK"], 2, 6200)
        assert audit.about(session, order.unit)[0].verb == "order.refund"


def test_more_than_is_left_is_refused_and_nothing_is_written(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 1})
    [line] = order.lines
    name = f"line-{line.id}"
    assert "At most 1." in refund(service, order.number, reason="Goodwill", **{name: "2"})
    assert "At most 1." in refund(service, order.number, reason="Goodwill", **{name: "-1"})
    refund(service, order.number, reason="Goodwill", **{name: "1"})
    assert "At most 0." in refund(service, order.number, reason="Goodwill", **{name: "1"})
    assert refunds() == [(3100, "Goodwill")]


def test_everything_goes_back_to_the_cent_and_then_nothing_is_left(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 1, small.pencil: 7})
    for _ in range(7):
        units = {f"line-{line.id}": "1" if line.sku == "CEDAR-PENCIL" else "0" for line in order.lines}
        refund(service, order.number, reason="Goods came back", **units)
    rest = {f"line-{line.id}": "1" if line.sku == "RETRO-CLOCK" else "0" for line in order.lines}
    refund(service, order.number, reason="Goods came back", delivery="y", **rest)
    assert sum(amount for amount, _reason in refunds()) == order.total
    with reading() as session:
        left = refundable(session, orders.get(session, order.id))
    assert (left.cap, left.captured) == (0, order.total)


def test_everything_goes_back_with_one_tick(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 2, small.pencil: 3})
    first = {f"line-{line.id}": "1" if line.sku == "RETRO-CLOCK" else "0" for line in order.lines}
    refund(service, order.number, reason="Goods came back", **first)
    text = refund(
        service, order.number, reason="Goods came back", everything="y", **dict.fromkeys(first, "0")
    )
    assert "€42.30 is on its way back" in text
    assert refunds() == [(3100, "Goods came back"), (4230, "Goods came back")]
    assert order.total == 7330


def test_nothing_chosen_is_refused(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 1})
    answer = service.send(
        f"/orders/{order.number}/refund", reason="Goodwill", **{f"line-{order.lines[0].id}": "0"}
    )
    assert answer.status_code == 422
    assert "Choose at least one thing" in words(answer)
    assert refunds() == []


def test_an_amount_that_changed_meanwhile_is_shown_again(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 1})
    answer = service.send(
        f"/orders/{order.number}/refund",
        reason="Goodwill",
        sure="1",
        **{f"line-{order.lines[0].id}": "1"},
    )
    assert answer.status_code == 200
    assert refunds() == []


def test_privacy_changes_nothing(small: Shop, seat: Seat) -> None:
    order = paid({small.clock: 1})
    privacy = seat(StaffRole.PRIVACY)
    assert privacy.get(f"/orders/{order.number}/refund").status_code == 403
    assert privacy.get(f"/orders/{order.number}/hold").status_code == 403
