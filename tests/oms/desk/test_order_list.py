"""The list of orders: it names nobody, and what it shows is in its address."""

import pytest
from sqlalchemy import update

from oms.desk.orders import queries
from oms.kernel import audit
from oms.kernel.db import reading, transaction
from oms.orders.models import Order
from oms.staff.states import StaffRole
from tests import make
from tests.make import Shop
from tests.oms.desk.conftest import Seat, paid
from tests.people import Visitor, words


@pytest.fixture
def service(small: Shop, seat: Seat) -> Visitor:
    """Give somebody of service."""
    return seat(StaffRole.SERVICE)


def test_the_list_shows_number_and_postcode_prefix_and_no_person(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 1})
    page = service.get("/orders")
    assert page.status_code == 200
    assert order.number in words(page)
    assert "NL-23··" in words(page)
    assert "€36.60" in words(page)
    assert "Leiden" in words(page)
    for secret in ("Ada Lind", "Rapenburg", "2311 EZ", "ada@shop.test"):
        assert secret not in page.text


def test_the_list_opens_nothing_of_the_vault(small: Shop, service: Visitor) -> None:
    order = paid({small.clock: 1})
    service.get("/orders")
    with reading() as session:
        assert audit.about(session, order.unit) == []


def test_an_order_that_awaits_payment_is_in_no_list(small: Shop, service: Visitor) -> None:
    waiting = make.order({small.clock: 1}).order
    assert waiting.number not in service.get("/orders").text
    assert service.get(f"/search?q={waiting.number}").status_code == 200


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("?state=to_send", True),
        ("?state=delivered", False),
        ("?state=cancelled", False),
        ("?market=eu&country=nl", True),
        ("?country=DE", False),
        ("?market=jp", False),
        ("?hold=1", False),
        ("?placed=1", True),
        ("?state=nonsense", False),
        ("?after=nonsense", True),
        ("?after=99999999999999999999999999-1", True),
    ],
)
def test_filters_narrow_the_list(small: Shop, service: Visitor, query: str, *, is_there: bool) -> None:
    order = paid({small.pencil: 1})
    page = service.get(f"/orders{query}")
    assert page.status_code == 200
    assert (order.number in page.text) is is_there


def test_pieces_of_a_long_list_hold_every_order_once_in_both_directions(small: Shop) -> None:
    made = [paid({small.pencil: 1}).number for _ in range(5)]
    with transaction() as session:
        session.execute(update(Order).values(placed_at=Order.created_at))
        session.execute(update(Order).where(Order.number.in_(made[1:3])).values(placed_at=Order.created_at))
    with reading() as session:
        whole = queries.listed(session, queries.Wanted(), "", is_backwards=False)
        after = queries.listed(session, queries.Wanted(), whole[1].key, is_backwards=False)
        before = queries.listed(session, queries.Wanted(), whole[3].key, is_backwards=True)
        oldest = queries.listed(session, queries.Wanted(is_oldest_first=True), "", is_backwards=False)
    assert [one.number for one in whole] == made[::-1]
    assert [one.number for one in after] == made[::-1][2:]
    assert [one.number for one in before] == [one.number for one in whole[:3]][::-1]
    assert [one.number for one in oldest] == made


def test_a_number_however_typed_opens_the_order(small: Shop, service: Visitor) -> None:
    order = paid({small.pencil: 1})
    sloppy = order.number.replace("-", " ").lower()
    answer = service.get(f"/search?q={sloppy}")
    assert (answer.status_code, answer.location) == (303, f"/orders/{order.number}")
    assert service.get(f"/orders?q={order.number}").status_code == 307


def test_an_exact_mailbox_finds_its_orders_and_the_look_is_audited(small: Shop, service: Visitor) -> None:
    first, second = paid({small.pencil: 1}), paid({small.pencil: 2})
    paid({small.pencil: 1}, email="grace@shop.test")
    answer = service.get("/search?q=ADA@shop.test")
    assert answer.location == f"/orders?only={second.number},{first.number}"
    page = service.get(answer.location)
    assert (first.number in page.text, second.number in page.text) == (True, True)
    assert "shop.test" not in page.text.lower().replace("service@shop.test", "")
    with reading() as session:
        [looked] = audit.about(session, first.unit)
    assert (looked.verb, looked.by.kind, looked.fields) == ("order.find", "staff", ("order.contact.email",))


def test_a_part_of_a_mailbox_finds_nothing_and_is_not_shown_again(small: Shop, service: Visitor) -> None:
    paid({small.pencil: 1})
    for typed in ("da@shop.test", "ada@shop", "ada"):
        page = service.get(f"/search?q={typed}")
        assert page.status_code == 200
        assert "Nothing found" in words(page)
    assert "da@shop.test" not in service.get("/search?q=da@shop.test").text


def test_who_may_not_reveal_finds_nobody_by_mailbox(small: Shop, seat: Seat) -> None:
    order = paid({small.pencil: 1})
    finance = seat(StaffRole.FINANCE)
    assert "Nothing found" in words(finance.get("/search?q=ada@shop.test"))
    assert finance.get("/palette?q=ada@shop.test").json == []
    with reading() as session:
        assert audit.about(session, order.unit) == []


def test_the_palette_answers_with_orders_and_pages(small: Shop, service: Visitor) -> None:
    order = paid({small.pencil: 1})
    found = service.get(f"/palette?q={order.number}").json
    assert [(hit["label"], hit["url"]) for hit in found] == [(order.number, f"/orders/{order.number}")]
    assert [hit["label"] for hit in service.get("/palette?q=over").json] == ["Overview"]
    assert "Staff" not in [hit["label"] for hit in service.get("/palette?q=").json]
