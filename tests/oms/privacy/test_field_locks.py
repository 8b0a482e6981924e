"""One disputed field is locked alone where its record can do without it; where not, its record is."""

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from oms.kernel import ids, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import IllegalMoveError
from oms.kernel.register import KINDS, OWNED, Kind, Purpose
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.personal import OrderDelivery
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.locking import actions, queries
from oms.privacy.locking.actions import Disputed
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import LockGround, Outcome, Way
from oms.staff.states import StaffRole
from tests.forgetting import delivered, paid, proven
from tests.make import ADA, GUEST, Shop
from tests.people import Office, seated, words

PHONE = "+31715270000"
WITH_PHONE = replace(ADA, phone=PHONE)
CALLED = "order.delivery:phone"
FIELDS = [
    (kind.name, field.name)
    for kind in KINDS.values()
    if kind.unit in OWNED and Purpose.RIGHTS in kind.purposes and not kind.name.startswith("sample")
    for field in kind.fields
]


def bought(small: Shop) -> Order:
    """Return an order whose parcel a carrier calls about."""
    return paid({small.clock: 1}, delivery=WITH_PHONE)


def dispute(unit: str, kind: str = "order.delivery", field: str = "phone") -> PrivacyRequest:
    wanted = actions.prepare(Disputed(unit, kind, field, LockGround.WRONG))
    with transaction() as session:
        return actions.ask(session, wanted, "eu", "en", by=GUEST)


def decided(request: PrivacyRequest, outcome: Outcome = Outcome.KEPT) -> None:
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        actions.decide(session, found, outcome, "We looked.", by=SYSTEM)


def lifted(request: PrivacyRequest) -> None:
    with transaction() as session:
        actions.lift(session, session.get_one(PrivacyRequest, request.id), by=SYSTEM)
    actions.unlock(request.id)


def delivery(order: Order, purpose: Purpose = Purpose.DELIVERY, job: str = "labels") -> OrderDelivery | None:
    with reading() as session:
        by = SYSTEM.doing(job)
        return vault.open_record(session, OrderDelivery, order.unit, purpose=purpose, by=by)


def held(order: Order) -> int:
    with reading() as session:
        return len(orders.open_holds(session, order.id))


def test_only_the_number_is_locked_until_its_person_was_told(small: Shop, sink: Path) -> None:
    order = bought(small)
    jobs.drain()
    request = dispute(order.unit)
    assert delivery(order) == ADA
    assert delivery(order, Purpose.RIGHTS, "erasure") == WITH_PHONE
    assert held(order) == 0
    assert vault.locks([order.unit]) == {(order.unit, CALLED)}
    with pytest.raises(IntegrityError, match="after its person was told"):
        vault.lift(order.unit, CALLED)
    with pytest.raises(IllegalMoveError, match="told first"):
        lifted(request)
    decided(request)
    before = len(list(sink.glob("*.eml")))
    jobs.drain()
    assert len(list(sink.glob("*.eml"))) == before + 1
    assert delivery(order) == ADA
    lifted(request)
    assert delivery(order) == WITH_PHONE
    assert vault.locks([order.unit]) == set()
    assert actions.unlock(request.id) == 0
    assert delivery(order) == WITH_PHONE


def test_a_lock_that_ends_between_two_steps_of_another_leaves_none_open(small: Shop, sink: Path) -> None:
    order = bought(small)
    wanted = actions.prepare(Disputed(order.unit, "order.delivery", "phone", LockGround.WRONG))
    # What a lift of an earlier lock of the same field does, late.
    vault.note_told(order.unit, CALLED)
    vault.lift(order.unit, CALLED)
    assert vault.locks([order.unit]) == set()
    with transaction() as session:
        actions.ask(session, wanted, "eu", "en", by=GUEST)
    assert vault.locks([order.unit]) == {(order.unit, CALLED)}
    assert delivery(order) == ADA


def test_what_is_corrected_meanwhile_is_used_after_the_lock(small: Shop, sink: Path) -> None:
    order = bought(small)
    request = dispute(order.unit)
    new = replace(ADA, street="Rapenburg 71", phone="+31715279999")
    with transaction() as session:
        agreement.correct_delivery(session, session.get_one(Order, order.id), new, by=GUEST)
    assert delivery(order) == replace(new, phone="")
    decided(request, Outcome.CORRECTED)
    jobs.drain()
    lifted(request)
    assert delivery(order) == new


def test_taken_back_the_number_is_in_its_place_again(small: Shop, store: FlaskClient) -> None:
    order = bought(small)
    request = dispute(order.unit)
    visitor = proven(store, "ada@shop.test")
    path = f"/your-data/requests/{request.ref}"
    assert visitor.send(f"{path}/withdraw", page=path).status_code == 303
    assert delivery(order) == WITH_PHONE
    assert dispute(order.unit).id != request.id
    assert delivery(order) == ADA


def test_the_number_cannot_be_found_while_it_is_disputed(small: Shop, sink: Path) -> None:
    order = bought(small)

    def found() -> int:
        with reading() as session:
            return len(vault.find(session, OrderDelivery, "phone", PHONE))

    assert found() == 1
    request = dispute(order.unit)
    assert found() == 0
    decided(request)
    jobs.drain()
    lifted(request)
    assert found() == 1


def test_a_field_and_its_record_are_locked_each_for_itself(small: Shop, sink: Path) -> None:
    order = bought(small)
    of_number = dispute(order.unit)
    with pytest.raises(IllegalMoveError, match="locked already"):
        dispute(order.unit)
    of_street = dispute(order.unit, field="street")
    assert (delivery(order), held(order)) == (None, 1)
    with pytest.raises(IllegalMoveError, match="locked already"):
        dispute(order.unit, field="city")
    decided(of_street)
    jobs.drain()
    lifted(of_street)
    assert (delivery(order), held(order)) == (ADA, 0)
    decided(of_number)
    jobs.drain()
    lifted(of_number)
    assert delivery(order) == WITH_PHONE


def test_a_lock_of_everything_outlasts_that_of_a_field(small: Shop, sink: Path) -> None:
    order = bought(small)
    of_number = dispute(order.unit)
    of_all = dispute(order.unit, "order.contact", "email")
    with transaction() as session:
        found = session.get_one(PrivacyRequest, of_all.id)
        actions.lock_all(session, found, [order.unit], by=GUEST, ground=LockGround.MINOR)
    decided(of_number)
    jobs.drain()
    lifted(of_number)
    assert delivery(order) is None
    assert delivery(order, Purpose.RIGHTS, "erasure") == WITH_PHONE
    decided(of_all)
    jobs.drain()
    lifted(of_all)
    assert delivery(order) == WITH_PHONE


def test_a_restore_that_let_a_field_out_is_caught_up_with(small: Shop) -> None:
    order = bought(small)
    dispute(order.unit)
    vault.note_told(order.unit, CALLED)
    vault.lift(order.unit, CALLED)
    assert actions.lock_again() == 1
    assert actions.lock_again() == 0
    assert delivery(order) == ADA


def test_what_stands_apart_is_erased_with_the_rest(small: Shop) -> None:
    order = bought(small)
    dispute(order.unit)
    with transaction() as session:
        request = erasure.open_request(session, Wish((order.unit,), Way.NOW, "eu", "en"))
    erasure.carry_out(request.id)
    with reading(Role.MIGRATE) as session:
        left = text("SELECT count(*) FROM personal.sealed WHERE unit = :unit")
        assert session.scalar(left, {"unit": order.unit}) == 0
    assert vault.locks([order.unit]) == set()


def sample(kind: Kind) -> Any:  # noqa: ANN401 - a record of any kind
    """Return a record with something in every field."""
    values: dict[Any, Any] = {str: "something", int: 7, tuple[str, ...]: ("one", "two")}
    return kind.type(**{field.name: values[field.type] for field in dataclasses.fields(kind.type)})


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_each_field_of_the_register_is_locked_alone_or_with_its_record(
    shop: None, name: str, field: str
) -> None:
    kind = KINDS[name]
    unit = f"{kind.unit}:{ids.new_id().hex}"
    whole = sample(kind)
    keys = vault.prepare(ids.new_id(), unit, kind.type)
    with transaction() as session:
        vault.seal(session, whole, keys)
    dispute(unit, name, field)
    is_alone = field in kind.spare()
    assert vault.locks([unit]) == {(unit, kind.apart(field) if is_alone else name)}
    rest = replace(whole, **{field: kind.field(field).empty}) if is_alone else None
    for purpose in kind.purposes:
        for part in sorted(kind.readers.get(purpose, frozenset())):
            with reading() as session:
                by = SYSTEM.doing(part)
                seen = vault.open_record(session, kind.type, unit, purpose=purpose, by=by)
            assert seen == (whole if purpose is Purpose.RIGHTS else rest), (purpose, part)
    assert actions.lock_again() == 0


def test_half_an_address_is_never_left_in_use() -> None:
    assert KINDS["order.delivery"].spare() == ("phone",)
    assert KINDS["history.address"].spare() == ("phone",)
    assert KINDS["account.profile"].spare() == ("nickname", "mobile", "country")
    assert all(not kind.spare() for kind in KINDS.values() if kind.name.endswith(".contact"))


def test_somebody_reads_what_is_locked_before_and_after(small: Shop, store: FlaskClient) -> None:
    order = bought(small)
    visitor = proven(store, "ada@shop.test")
    what = f"{order.unit}/order.delivery.phone"
    before = words(visitor.get(f"/your-data/lock?what={what}"))
    assert f"Phone (Order {order.number}): alone" in before
    assert f"Street and number (Order {order.number}): with its record, and the parcel waits" in before
    answer = visitor.send("/your-data/lock", page=f"/your-data/lock?what={what}", what=what, ground="wrong")
    assert answer.status_code == 303
    page = visitor.get("/your-data/")
    seen = words(page)
    assert PHONE in seen
    assert seen.count("Locked alone: it is only kept, and the rest is used without it.") == 1
    assert f"/your-data/lock?what={what}" not in page.text
    assert f"/your-data/lock?what={order.unit}/order.delivery.street" in page.text
    assert delivery(order) == ADA
    with reading() as session:
        [one] = queries.all_live(session)
    assert (one.is_apart, one.field, one.hold_id) == (True, "phone", None)


def test_of_what_has_arrived_no_parcel_is_said_to_wait(small: Shop, store: FlaskClient) -> None:
    order = delivered({small.clock: 1})
    page = words(proven(store, "ada@shop.test").get("/your-data/lock"))
    assert f"Street and number (Order {order.number}): with its record" in page
    assert "and the parcel waits" not in page


def test_the_desk_sees_the_rest_and_that_only_the_field_is_locked(small: Shop, desk: FlaskClient) -> None:
    order = bought(small)
    request = dispute(order.unit)
    visitor = seated(desk, Office().employ("pat@shop.test", StaffRole.PRIVACY))
    assert "only this field is locked since" in words(visitor.get(f"/privacy/{request.number}"))
    sheet = f"/orders/{order.number}"
    answer = visitor.send(f"{sheet}/reveal", page=sheet, reason="returned")
    assert answer.status_code == 200
    assert "Rapenburg 70" in answer.text
    assert PHONE not in answer.text
    with reading(Role.MIGRATE) as session:
        looked = text("SELECT fields FROM audit_entries WHERE verb = 'vault.open' AND actor_kind = 'staff'")
        told = [name for row in session.scalars(looked) for name in row]
    assert "order.delivery.street" in told
    assert "order.delivery.phone" not in told
