"""Labels of many boxes: how far each is, and all that are ready in one PDF."""

import io

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from oms.fulfillment.printing.paper import checked
from oms.kernel import audit
from oms.kernel.db import reading
from oms.kernel.errors import IllegalMoveError
from oms.orders.models import Order
from oms.staff.states import StaffRole
from tests.fakes import Party
from tests.make import ADA
from tests.oms.fulfillment.conftest import House
from tests.people import Office, Visitor, seated, words


@pytest.fixture
def packer(desk: FlaskClient, house: House) -> Visitor:
    """Give somebody of the warehouse who is signed in."""
    return seated(desk, Office().employ("kit@shop.test", StaffRole.PICKER_PACKER))


def boxes(*numbers: int) -> str:
    return "&".join(f"box={number}" for number in numbers)


def pressed(packer: Visitor, page: str, *chosen: int) -> tuple[int, bytes]:
    answer = packer.send("/pack/labels.pdf", page=page, box=[str(one) for one in chosen])
    return answer.status_code, answer.data


def part(house: House, order: Order) -> int:
    return house.parts(order)[0].id


def test_the_labels_of_chosen_boxes_come_as_one_pdf_and_each_look_is_written_down(
    packer: Visitor, house: House, carrier: Party
) -> None:
    bought, ours, other = (house.buy({house.shop.clock: 1}) for _ in range(3))
    house.pack(bought)
    house.pack(ours, carrier="self")
    house.pack(other)
    page = f"/pack/labels?{boxes(part(house, bought), part(house, ours))}"
    shown = packer.get(page)
    assert "2 of 2 are ready." in words(shown)
    assert other.number not in words(shown)
    assert "http-equiv" not in shown.text
    status, printed = pressed(packer, page, part(house, bought), part(house, ours))
    assert status == 200
    sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(printed)).pages]
    assert [ADA.street in sheet for sheet in sheets] == [True, True]
    with reading() as session:
        looks = [len(audit.about(session, one.unit)) for one in (bought, ours, other)]
    assert looks == [1, 1, 0]


def test_without_a_choice_every_box_of_the_warehouse_is_meant(
    packer: Visitor, house: House, carrier: Party
) -> None:
    first, second, unpacked = (house.buy({house.shop.pencil: 1}) for _ in range(3))
    house.pack(first)
    house.pack(second)
    house.pick(unpacked)
    assert "Labels of the chosen, or of all" in words(packer.get("/pack"))
    shown = words(packer.get("/pack/labels?at=LEI"))
    assert [one.number in shown for one in (first, second, unpacked)] == [True, True, False]


def test_an_empty_warehouse_says_so(packer: Visitor) -> None:
    assert "No box is packed" in words(packer.get("/pack/labels"))
    assert pressed(packer, "/pack")[0] == 422


def test_what_failed_stands_there_with_its_reason_and_the_rest_is_printed(
    packer: Visitor, house: House, carrier: Party
) -> None:
    good, silent = (house.buy({house.shop.clock: 1}) for _ in range(2))
    house.pack(good)
    carrier.fault("refuse", count=None)
    house.pack(silent)
    chosen = (part(house, good), part(house, silent))
    page = f"/pack/labels?{boxes(*chosen)}"
    shown = words(packer.get(page))
    assert "1 of 2 is ready." in shown
    assert f"{silent.number} asked for The carrier" in shown
    status, printed = pressed(packer, page, *chosen)
    assert (status, len(PdfReader(io.BytesIO(printed)).pages)) == (200, 1)


def test_a_page_that_waits_for_carriers_looks_again_without_script(packer: Visitor, house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    picked = house.pick(order)
    house.scan(picked, "RETRO-CLOCK")
    packer.send(f"/pack/{picked.id}/closed", page=f"/pack/{picked.id}", weight="900", service="hollow/post")
    shown = packer.get(f"/pack/labels?{boxes(picked.id)}")
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in shown.text
    assert "Look again" in words(shown)
    assert packer.get(f"/pack/labels/state?{boxes(picked.id)}").json["is_done"] is False
    assert pressed(packer, "/pack", picked.id)[0] == 409


def test_a_label_that_is_no_pdf_is_refused() -> None:
    with pytest.raises(IllegalMoveError, match="no PDF"):
        checked(b"<html>come back later</html>")
