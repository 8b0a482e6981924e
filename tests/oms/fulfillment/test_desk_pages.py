"""The warehouse at the desk, over HTTP and without script: from what waits to what has left."""

import io
import re

import pytest
from babel.dates import format_date
from flask.testing import FlaskClient
from pypdf import PageObject, PdfReader

from oms.fulfillment import actions as sending
from oms.fulfillment import queries
from oms.fulfillment.printing.paper import label_pdf
from oms.fulfillment.printing.queries import AddressLabel
from oms.kernel import audit, egress, jobs
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.orders.models import Order
from oms.pricing.queries import Where
from oms.staff.states import StaffRole
from tests.fakes import Party
from tests.make import ADA
from tests.oms.fulfillment.conftest import PACKER, House
from tests.people import Office, Visitor, seated, words

PERSON = (ADA.name, ADA.street, ADA.postcode, "ada@shop.test")


@pytest.fixture
def packer(desk: FlaskClient, house: House) -> Visitor:
    """Give somebody of the warehouse who is signed in."""
    return seated(desk, Office().employ("kit@shop.test", StaffRole.PICKER_PACKER))


def pick(packer: Visitor, house: House, order: Order) -> int:
    """Pick an order at the desk; return its part's number."""
    part = house.parts(order)[0].id
    walk = packer.send("/pick", part=str(part)).headers["Location"].removeprefix("/oms")
    packer.send(f"{walk}/all-taken", page=walk)
    packer.send(f"{walk}/done", page=walk)
    return part


def box(packer: Visitor, house: House, order: Order, service: str = "hollow/post") -> tuple[int, int]:
    """Pick, scan and close an order's box at the desk; return the numbers of part and shipment."""
    part = pick(packer, house, order)
    for line in order.lines:
        packer.send(f"/pack/{part}/inside", page=f"/pack/{part}", scan=f"{line.quantity}*{line.sku}")
    answer = packer.send(f"/pack/{part}/closed", page=f"/pack/{part}", weight="900", service=service)
    assert answer.status_code == 303, words(answer)
    jobs.drain()
    with reading() as session:
        return part, session.connection().exec_driver_sql("SELECT max(id) FROM shipments").scalar_one()


def test_an_order_goes_from_the_shelf_to_the_carrier(packer: Visitor, house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1, house.shop.pencil: 2})
    assert order.number in words(packer.get("/pick"))
    part = house.parts(order)[0].id
    started = packer.send("/pick", part=str(part))
    walk = started.headers["Location"].removeprefix("/oms")
    packer.send(f"{walk}/taken", page=walk, scan="cedar-pencil")
    assert "CEDAR-PENCIL: 1 of 2." in words(packer.get(walk))
    packer.send(f"{walk}/taken", page=walk, scan="2*CEDAR-PENCIL")
    assert "Only 2 of CEDAR-PENCIL are wanted and 1 are taken." in words(packer.get(walk))
    assert "CEDAR-PENCIL" in words(packer.get(f"{walk}/print"))
    packer.send(f"{walk}/all-taken", page=walk)
    assert packer.send(f"{walk}/done", page=walk).headers["Location"] == "/pack?at=LEI"
    page = packer.get(f"/pack/{part}")
    assert "0 of 3 pieces are in the box." in words(page)
    assert 'name="weight"' not in page.text
    for code in ("RETRO-CLOCK", "2*CEDAR-PENCIL"):
        packer.send(f"/pack/{part}/inside", page=f"/pack/{part}", scan=code)
    page = packer.get(f"/pack/{part}")
    assert 'value="936"' in page.text
    packer.send(f"/pack/{part}/closed", page=f"/pack/{part}", weight="940", service="hollow/post")
    jobs.drain()
    assert packer.get("/shipments/1/label-state").json["is_done"] is True
    assert "labelled" in words(packer.get(f"/pack/{part}"))
    assert packer.get("/shipments/1/label").data.startswith(b"%PDF")
    packer.send("/shipments/1/handed-over", page=f"/pack/{part}")
    gone = packer.get(f"/pack/{part}")
    assert "It has left the house. The address is closed." in words(gone)
    assert "Print the label" not in words(gone)
    listed = words(packer.get("/shipments"))
    assert order.number in listed
    assert "on its way" in listed
    assert house.level(house.shop.clock) == (19, 0, 0)


def test_no_page_of_the_warehouse_names_anybody(packer: Visitor, house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    part = house.parts(order)[0].id
    pages = [packer.get("/pick").text]
    part, shipment = box(packer, house, order)
    looked = (
        "/pick",
        "/pick/1",
        "/pick/1/print",
        "/pack",
        f"/pack/{part}",
        "/shipments",
        f"/shipments/{shipment}/slip",
    )
    pages += [packer.get(path).text for path in looked]
    assert [(place, secret) for place, page in enumerate(pages) for secret in PERSON if secret in page] == []
    with reading() as session:
        assert [deed.verb for deed in audit.about(session, order.unit)] == []


def test_a_closed_box_shows_its_address_until_it_is_handed_over(
    packer: Visitor, house: House, carrier: Party
) -> None:
    order = house.buy({house.shop.clock: 1})
    part, shipment = box(packer, house, order, "self/post")
    assert "Rapenburg 70" in words(packer.get(f"/shipments/{shipment}/label"))
    text = PdfReader(io.BytesIO(packer.get(f"/shipments/{shipment}/label.pdf").data)).pages[0].extract_text()
    assert "Ada Lind" in text
    assert "Oude Vest 12" in text
    with reading() as session:
        looks = [(d.by.kind, d.verb) for d in audit.about(session, order.unit)]
        told = [d for d in egress.disclosed(session, unit=order.unit) if d.recipient == "carrier"]
    assert looks == [("staff", "vault.open"), ("staff", "vault.open")]
    assert len(told) == 1
    packer.send(f"/shipments/{shipment}/tracking", page=f"/pack/{part}", tracking="rr 123 456 785 nl")
    packer.send(f"/shipments/{shipment}/handed-over", page=f"/pack/{part}")
    for path in ("label", "label.pdf"):
        refused = packer.get(f"/shipments/{shipment}/{path}")
        assert refused.status_code == 409
        assert "Rapenburg" not in refused.text
    assert house.count("SELECT count(*) FROM personal.sealed WHERE kind = 'shipment.tracking'") == 1
    packer.send(f"/shipments/{shipment}/ended", page="/shipments", state="delivered")
    assert house.order(order.id).delivered_at is not None


def test_a_packing_slip_speaks_the_language_of_its_buyer(
    packer: Visitor, house: House, carrier: Party
) -> None:
    german = Where("eu", "de", "NL", "", "2311 EZ")
    order = house.buy({house.shop.clock: 2}, where=german)
    _part, shipment = box(packer, house, order)
    page = packer.get(f"/shipments/{shipment}/slip")
    with reading() as session:
        packed = queries.shipment(session, shipment).packed_at
    said = ("Lieferschein", "Menge", "Fehlt etwas?", format_date(packed, "long", locale="de_DE"))
    assert [word for word in said if word not in words(page)] == []
    assert '<article class="slip" lang="de">' in page.text
    assert "Packing slip" not in page.text.partition("<article")[2]
    printed = (
        PdfReader(io.BytesIO(packer.get(f"/shipments/{shipment}/slip.pdf").data)).pages[0].extract_text()
    )
    assert [word for word in said if word not in printed] == []


def test_a_wrong_thing_is_told_and_nothing_closes(packer: Visitor, house: House) -> None:
    order = house.buy({house.shop.pencil: 2})
    part = pick(packer, house, order)
    packer.send(f"/pack/{part}/inside", page=f"/pack/{part}", scan="RETRO-CLOCK")
    assert "RETRO-CLOCK does not belong in this box. Take it out." in words(packer.get(f"/pack/{part}"))
    packer.send(f"/pack/{part}/closed", page=f"/pack/{part}", weight="100", service="hollow/post")
    assert "Something is missing in the box." in words(packer.get(f"/pack/{part}"))
    assert house.count("SELECT count(*) FROM shipments") == 0


@pytest.mark.parametrize("typed", ["", "0", "30001", "heavy"])
def test_a_weight_that_cannot_be_is_shown_beside_its_field(packer: Visitor, house: House, typed: str) -> None:
    order = house.buy({house.shop.pencil: 1})
    part = pick(packer, house, order)
    house.scan(house.parts(order)[0], "CEDAR-PENCIL")
    answer = packer.send(f"/pack/{part}/closed", page=f"/pack/{part}", weight=typed, service="hollow/post")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert house.count("SELECT count(*) FROM shipments") == 0


def test_a_silent_carrier_is_told_of_with_two_ways_on(packer: Visitor, house: House, carrier: Party) -> None:
    carrier.fault("refuse", count=None)
    part, _shipment = box(packer, house, house.buy({house.shop.clock: 1}))
    page = packer.get(f"/pack/{part}")
    assert "The carrier does not answer." in words(page)
    assert "Ask again" in words(page)
    packer.send(f"/pack/{part}/closed", page=f"/pack/{part}", weight="900", service="self/post")
    assert "Address label, postage at the counter" in words(packer.get(f"/pack/{part}"))


def test_a_cancelled_order_is_told_to_who_has_its_goods_in_hand(packer: Visitor, house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    part = pick(packer, house, order)
    with transaction() as session:
        sending.cancel_order(session, order.id, by=PACKER, why="changed my mind")
    assert "This order was cancelled. Put the goods back." in words(packer.get(f"/pack/{part}"))
    packer.send(f"/pack/{part}/inside", page=f"/pack/{part}", scan="RETRO-CLOCK")
    assert "was cancelled" in words(packer.get(f"/pack/{part}"))
    assert house.count("SELECT sum(packed) FROM fulfillment_lines") == 0


def test_an_opened_box_is_packed_again(packer: Visitor, house: House, carrier: Party) -> None:
    part, shipment = box(packer, house, house.buy({house.shop.clock: 1}))
    packer.send(f"/pack/{part}/empty", page=f"/pack/{part}")
    jobs.drain()
    assert "0 of 1 piece is in the box." in words(packer.get(f"/pack/{part}"))
    assert house.shipment(shipment).state == "unpacked"
    assert [one["status"] for one in carrier.get("ledger")["labels"]] == ["voided"]


def test_what_is_not_there_is_said_so(packer: Visitor) -> None:
    missing = ("/pick?at=nowhere", "/pick/9", "/pack/9", "/shipments/9/slip", "/shipments?state=packed")
    assert [packer.get(path).status_code for path in missing] == [404] * 5


NAMES = [
    "Ærøskøbing Šíma",
    "Ελένη",
    "Дмитрий",
    "محمد بن سلمان",
    "สมชาย ใจดี",
    "山田太郎",
    "김민수",
    "王小明",
    "अमिता",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_script_is_printed(name: str) -> None:
    printed = label_pdf(AddressLabel(("Shop",), (name, "Street 1"), "parcel-1", "900 g"), ("From", "To"))
    page = PdfReader(io.BytesIO(printed)).pages[0]
    assert (round(float(page.mediabox.width) / 72 * 25.4), len(PdfReader(io.BytesIO(printed)).pages)) == (
        105,
        1,
    )
    assert set(name) - {" "} <= drawn(page)


def drawn(page: PageObject) -> set[str]:
    """The letters for which the fonts of a page hold a glyph, as each font's own table says."""
    found: set[str] = set()
    for font in page["/Resources"]["/Font"].values():
        table = font.get_object()["/ToUnicode"].get_object().get_data().decode("ascii")
        for glyph, told in re.findall(r"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>$", table, re.MULTILINE):
            if int(glyph, 16):  # glyph 0 is the empty box
                found |= set(bytes.fromhex(told).decode("utf-16-be"))
    return found


def test_the_look_at_glyphs_sees_what_is_not_drawn() -> None:
    printed = label_pdf(AddressLabel(("Shop",), ("Ada", "Street 1"), "parcel-1", "900 g"), ("From", "To"))
    seen = drawn(PdfReader(io.BytesIO(printed)).pages[0])
    assert set("AdaStreet1") <= seen
    assert set("Ελένη").isdisjoint(seen)


def test_letters_without_a_font_are_refused_instead_of_printed_as_boxes() -> None:
    with pytest.raises(BadInputError, match="no font for "):
        label_pdf(AddressLabel(("Shop",), ("םולו", "Street 1"), "parcel-1", "900 g"), ("From", "To"))
