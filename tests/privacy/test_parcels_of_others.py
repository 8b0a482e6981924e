"""E7: whoever got a parcel that somebody else ordered sees and deletes their own part, and nothing else."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from oms.kernel import clock, jobs, vault
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.orders.states import OrderState
from oms.privacy.copies.models import Copy
from oms.privacy.erasure import actions as erasure
from oms.privacy.models import PrivacyRequest
from oms.privacy.parcels import queries
from oms.privacy.states import Ground, RequestKind, RequestState
from oms.staff.states import StaffRole
from tests import make
from tests.forgetting import delivered, paid, proven
from tests.make import Shop
from tests.people import Mailbox, Office, Visitor, seated, words
from tests.privacy.canaries import find, folder, person, postgres, valkey

FRIEND = "friend@shop.test"
HERS = {"name": "Mina Okafor", "street": "Lijnbaansgracht 219"}
DELIVERY = replace(make.ADA, **HERS, postcode="1016 VV", city="Amsterdam")
TYPED = {"postcode": "1016vv", "parcel_name": "mina okafor"}
OF_BUYER = ("ada@shop.test", "Rapenburg", "RETRO-CLOCK", "CEDAR-PENCIL", "stripe")


@pytest.fixture
def present(small: Shop) -> Order:
    """A clock that Ada had sent to a friend; it has arrived."""
    return delivered({small.clock: 1}, delivery=DELIVERY)


def newest() -> PrivacyRequest:
    with reading() as session:
        return session.scalars(select(PrivacyRequest).order_by(PrivacyRequest.id.desc()).limit(1)).one()


def asked(store: FlaskClient, number: str, kind: str, **typed: str) -> Visitor:
    """Ask about a parcel, prove the mailbox that asks, and let the worker do what it does."""
    visitor = Visitor(store.application.test_client())
    given = {**TYPED, "order_number": number, **typed}
    answer = visitor.send("/your-data/ask", email=FRIEND, kind=kind, words="", **given)
    assert answer.status_code == 303, words(answer)
    path = f"/your-data/requests/{newest().ref}"
    visitor.send(f"{path}/code", page=f"{path}/prove")
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    assert visitor.send(f"{path}/prove").headers["Location"] == path
    jobs.drain()
    return visitor


def grounds() -> list[Ground]:
    with reading() as session:
        return list(session.scalars(text("SELECT ground FROM privacy_refusals ORDER BY request_id")))


def taken(store: FlaskClient, sink: Path) -> dict[str, Any]:
    """The file of the only copy there is, taken by the link of its mail."""
    [mail] = [m for m in mails(sink) if "The copy of your data is ready" in m]
    place = "/your-data/copies/" + mail.partition("/your-data/copies/")[2][:22]
    answer = proven(store.application.test_client(), FRIEND, place).send(f"{place}/take", page=place)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for part in parts.values():
        assert not [one for one in OF_BUYER if one in part]
    told: dict[str, Any] = json.loads(parts["your-data.json"])
    return told


def mails(sink: Path) -> list[str]:
    return [path.read_text("utf-8").replace("=\n", "") for path in sink.glob("*.eml")]


@pytest.mark.parametrize("kind", ["access", "copy"])
def test_e7_a_friend_sees_their_own_part_and_not_who_ordered_or_what(
    present: Order, store: FlaskClient, sink: Path, kind: str
) -> None:
    asked(store, present.number, kind)
    assert newest().state is RequestState.FULFILLED
    told = taken(store, sink)
    assert [(one["kind"], one["source"]) for one in told["records"]] == [
        ("order.delivery", "whoever ordered")
    ]
    assert told["records"][0]["values"] == {
        **HERS,
        "country": "NL",
        "city": "Amsterdam",
        "postcode": "1016 VV",
    }
    assert (told["orders"], told["wishes"], told["disclosures"]) == ([], [], [])


KEPT = {
    "orders": "SELECT * FROM orders WHERE id = {id}",
    "lines": "SELECT * FROM order_lines WHERE order_id = {id}",
    "payments": "SELECT * FROM payments WHERE order_id = {id}",
    "contact": "SELECT * FROM personal.sealed WHERE unit = 'order:{number}' AND kind = 'order.contact'",
    "others": "SELECT * FROM personal.sealed"
    " WHERE unit LIKE 'order:%' AND unit <> 'order:{number}' ORDER BY id",
}


def kept(order: Order) -> dict[str, list[tuple[Any, ...]]]:
    with reading() as session:
        return {
            name: [tuple(row) for row in session.execute(text(sql.format(id=order.id, number=order.number)))]
            for name, sql in KEPT.items()
        }


def test_e7_a_friend_deletes_their_own_part_and_the_buyer_keeps_all_of_theirs(
    small: Shop, store: FlaskClient, sink: Path, settings: Settings, measured: Callable[..., None]
) -> None:
    friend = person()
    name, street = friend.strings["name"], friend.strings["line_1"]
    order = delivered({small.clock: 1}, delivery=replace(DELIVERY, name=name, street=street))
    delivered({small.pencil: 1})
    jobs.drain()
    before, to_buyer = kept(order), len([m for m in mails(sink) if "To: ada@shop.test" in m])
    assert all(before.values())
    asked(store, order.number, "erasure", parcel_name=name)
    request = newest()
    assert request.state is RequestState.FULFILLED
    assert request.certificate is not None
    assert (request.certificate["units"], request.certificate["stays"]) == ({"parcel": 1}, [])
    assert set(vault.ends(order.unit)) == {"order.contact", "order.letter"}
    assert kept(order) == before
    [certificate] = [m for m in mails(sink) if "certificate" in m.casefold()]
    assert f"To: {FRIEND}" in certificate
    assert len([m for m in mails(sink) if "To: ada@shop.test" in m]) == to_buyer
    page = words(proven(store, "ada@shop.test").get("/your-data/"))
    assert ("ada@shop.test" in page, street in page) == (True, False)
    vault.destroy_unit(request.contact_unit)
    shops = (postgres(settings.database_url), postgres(settings.keyring_url))
    left = find([friend], *shops, folder(settings.state_dir, exclude=["mail/*"]), valkey(settings.redis_url))
    measured("B01", f"E7: {len(left)} strings left of a friend who asked on their own", passed=left == [])


def test_e7_what_is_on_its_way_arrives_first(small: Shop, store: FlaskClient, sink: Path) -> None:
    order = paid({small.clock: 1}, delivery=DELIVERY)
    visitor = asked(store, order.number, "erasure")
    path = f"/your-data/requests/{newest().ref}"
    assert "once the parcel has arrived" in words(visitor.get(path))
    assert "order.delivery" in vault.ends(order.unit)
    with transaction() as session:
        orders.note_delivery(session, order.id)
        session.get_one(Order, order.id).returns_end_at = clock.now()
    assert erasure.carry_out(newest().id)
    assert set(vault.ends(order.unit)) == {"order.contact", "order.letter"}
    with reading() as session:
        assert session.get_one(Order, order.id).state is OrderState.PLACED


@pytest.mark.parametrize(
    "wrong", [{"postcode": "1016 VX"}, {"parcel_name": "Ada Lind"}, {"order_number": "AAAA-AAAA-AA"}]
)
def test_e7_whoever_knows_a_part_of_it_learns_nothing(
    present: Order, store: FlaskClient, sink: Path, wrong: dict[str, str]
) -> None:
    number = wrong.pop("order_number", present.number)
    asked(store, number, "copy", **wrong)
    assert newest().state is RequestState.REFUSED
    assert grounds() == [Ground.NO_MATCH]
    with reading() as session:
        assert list(session.scalars(select(Copy))) == []
    assert "order.delivery" in vault.ends(present.unit)


def test_e7_after_five_wrong_claims_on_a_day_a_right_one_fits_nothing(
    present: Order, store: FlaskClient, sink: Path
) -> None:
    claim = queries.ParcelClaim(present.number, "1016 VV", "Mina Okafor")
    with transaction() as session:
        for number in range(queries.MOST_A_DAY):
            assert queries.fitting(session, replace(claim, postcode=f"{number}")) is None
    with transaction() as session:
        assert queries.fitting(session, claim) is None


def test_e7_half_a_claim_and_what_cannot_be_asked_are_said_at_once(
    present: Order, store: FlaskClient, sink: Path
) -> None:
    visitor = Visitor(store)
    fields = {"email": FRIEND, "words": "", "order_number": present.number}
    half = visitor.send("/your-data/ask", kind="copy", **fields)
    assert (half.status_code, "we need all three" in words(half)) == (422, True)
    lock = visitor.send("/your-data/ask", kind="restriction", **fields, **TYPED)
    assert (lock.status_code, "Of a parcel you can ask" in words(lock)) == (422, True)
    with reading() as session:
        assert list(session.scalars(select(PrivacyRequest))) == []


def test_e7_staff_write_it_down_and_see_neither_parcel_nor_person(
    present: Order, store: FlaskClient, desk: FlaskClient, sink: Path
) -> None:
    visitor = seated(desk, Office().employ("pat@shop.test", StaffRole.PRIVACY))
    fields = {"email": FRIEND, "kind": "erasure", "words": "", "order_number": present.number, **TYPED}
    assert visitor.send("/privacy/new", **fields).status_code == 303
    request = newest()
    assert request.kind is RequestKind.ERASURE
    friend = Visitor(store)
    path = f"/your-data/requests/{request.ref}"
    friend.send(f"{path}/code", page=f"{path}/prove")
    assert friend.send(f"{path}/prove", page=f"{path}/prove").status_code == 403
    friend.send("/account/code", code=Mailbox().mailed()[-1].code)
    friend.send(f"{path}/prove")
    jobs.drain()
    assert set(vault.ends(present.unit)) == {"order.contact", "order.letter"}
    page = words(visitor.get(f"/privacy/{request.number}"))
    for word in (present.number, "Mina", FRIEND, "1016"):
        assert word not in page
