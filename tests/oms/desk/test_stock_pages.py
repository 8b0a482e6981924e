"""Stock at the desk: what there is, why, and booking by hand."""

import pytest

from oms.inventory import queries as inventory
from oms.kernel import audit
from oms.kernel.db import reading
from oms.staff.states import StaffRole
from tests.make import Shop
from tests.oms.desk.conftest import Seat, paid
from tests.people import Visitor, words


@pytest.fixture
def owner(small: Shop, seat: Seat) -> Visitor:
    """Give an owner."""
    return seat(StaffRole.OWNER)


def on_hand(small: Shop) -> int:
    with reading() as session:
        found = inventory.available(session, [small.clock])
        assert inventory.drifts(session) == []
    return found[small.clock]


def book(owner: Visitor, small: Shop, kind: str, quantity: str) -> tuple[int, str]:
    answer = owner.send(
        "/stock/RETRO-CLOCK", warehouse=str(small.leiden), kind=kind, quantity=quantity, note=""
    )
    return answer.status_code, words(answer)


def test_levels_are_listed_with_what_can_be_promised(small: Shop, owner: Visitor) -> None:
    paid({small.clock: 3})
    text = words(owner.get("/stock"))
    assert "RETRO-CLOCK Retro clock Leiden Leiden 20 0 3 0 0 17 in stock" in text
    assert "CEDAR-PENCIL" in text


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        *[("?q=retro-c", True), ("?q=clock", True), ("?q=pencil", False), ("?state=out", False)],
        *[("?state=in&warehouse=LEI", True), ("?warehouse=OSA", False), ("?after=x", True)],
    ],
)
def test_filters_narrow_the_levels(small: Shop, owner: Visitor, query: str, *, is_there: bool) -> None:
    page = owner.get(f"/stock{query}")
    assert ("RETRO-CLOCK" in page.text) is is_there


def test_bookings_move_the_counter_and_the_ledger_explains_it(small: Shop, owner: Visitor) -> None:
    for kind, quantity, left in [("receipt", "5", 25), ("write-off", "2", 23), ("adjustment", "-1", 22)]:
        assert book(owner, small, kind, quantity)[0] == 303
        assert on_hand(small) == left
    assert book(owner, small, "count", "30")[0] == 303
    assert on_hand(small) == 30
    text = words(owner.get("/stock/RETRO-CLOCK"))
    assert "count, Leiden own at the desk +8 30" in text
    assert "write-off, Leiden own at the desk −2 23" in text
    assert "adjustment, Leiden own at the desk −1 22" in text
    with reading() as session:
        assert audit.about(session, f"variant:{small.clock}")[0].verb == "stock.count"


@pytest.mark.parametrize(
    ("kind", "quantity"),
    [
        ("receipt", "0"),
        ("receipt", "-3"),
        ("write-off", "21"),
        ("count", "2"),
        ("transfer", "1"),
        ("count", "x"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_moves(
    small: Shop, owner: Visitor, kind: str, quantity: str
) -> None:
    paid({small.clock: 3})
    assert book(owner, small, kind, quantity)[0] == 422
    assert on_hand(small) == 17


def test_an_order_is_named_in_the_ledger_to_whom_may_see_orders(small: Shop, seat: Seat) -> None:
    order = paid({small.clock: 1})
    page = seat(StaffRole.SERVICE).get("/stock/RETRO-CLOCK")
    assert f'href="/orders/{order.number}"' in page.text
    assert "Book it" not in words(page)
    packer = seat(StaffRole.PICKER_PACKER)
    assert f'href="/orders/{order.number}"' not in packer.get("/stock/RETRO-CLOCK").text
    assert packer.send("/stock/RETRO-CLOCK", kind="count").status_code == 403


def test_no_such_sku_is_not_found(owner: Visitor) -> None:
    assert owner.get("/stock/NO-SUCH").status_code == 404


def test_a_sku_is_found_by_its_beginning(small: Shop, owner: Visitor) -> None:
    assert owner.get("/search?q=retro").location == "/stock/RETRO-CLOCK"
    assert [hit["label"] for hit in owner.get("/palette?q=cedar").json] == ["CEDAR-PENCIL"]
