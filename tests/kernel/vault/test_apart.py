"""A field that stands apart is locked alone: its record is used without it, and nothing is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from oms.kernel import clock, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import keyring_reading, reading, transaction
from oms.kernel.errors import ConflictError, NotFoundError
from oms.kernel.ids import new_id
from oms.kernel.register import Event, Purpose, kind_of
from oms.kernel.vault import LockedError, keyring
from oms.kernel.vault.models import Key, SealedRow
from tests.kernel.vault.kinds import ADA, HERS, Contact, Delivery

pytestmark = pytest.mark.usefixtures("shop")
KIND = kind_of(Delivery)
UNIT, PHONE = "order:7", "sample_delivery:phone"
WITHOUT = Delivery(ADA.name, ADA.lines)


@pytest.fixture(autouse=True)
def given(shop: None) -> None:
    """Give two deliveries, of which the newer has a number, and a contact."""
    seal(Delivery("Ada King", ("1 Other Way",)))
    seal(ADA)
    keys = vault.prepare(new_id(), UNIT, Contact)
    with transaction() as session:
        vault.seal(session, HERS, keys)


def seal(record: Delivery) -> None:
    keys = vault.prepare(new_id(), UNIT, Delivery)
    with transaction() as session:
        vault.seal(session, record, keys)


def set_apart(name: str = "phone") -> None:
    apart = vault.prepare_apart(UNIT, KIND, name)
    assert apart is not None
    with transaction() as session:
        vault.set_apart(session, apart)


def put_back() -> int:
    vault.note_told(UNIT, PHONE)
    vault.lift(UNIT, PHONE)
    with transaction() as session:
        return vault.put_back(session, UNIT, KIND, "phone")


def opened(purpose: Purpose) -> Delivery | None:
    with reading() as session:
        return vault.open_record(session, Delivery, UNIT, purpose=purpose, by=SYSTEM)


def found() -> list[str]:
    with reading() as session:
        return [one.unit for one in vault.find(session, Delivery, "phone", ADA.phone)]


def ends(kind: str) -> set[object]:
    with keyring_reading() as session:
        return set(session.scalars(select(Key.destroy_after).where(Key.unit == UNIT, Key.kind == kind)))


def test_the_rest_is_used_without_the_field_and_its_person_sees_all() -> None:
    set_apart()
    assert opened(Purpose.DELIVERY) == WITHOUT
    assert opened(Purpose.RIGHTS) == ADA
    assert found() == []
    with reading() as session:
        every = vault.open_each(session, Delivery, UNIT, purpose=Purpose.RIGHTS, by=SYSTEM)
        assert vault.standing_apart(session, [UNIT, "order:8"]) == {(UNIT, PHONE)}
        assert vault.stands_apart(session, UNIT, Delivery, "phone")
    assert [record.phone for record in every.values()] == ["", ADA.phone]
    assert vault.ends(UNIT).keys() == {"sample_delivery", "sample_contact"}


@pytest.mark.parametrize("purpose", [str(one) for one in Purpose if one is not Purpose.RIGHTS])
def test_the_database_hands_its_key_to_no_other_purpose(purpose: str) -> None:
    set_apart()
    with reading() as session:
        rows = session.execute(select(SealedRow.key_id).where(SealedRow.kind == PHONE)).all()
    keys = [row.key_id for row in rows]
    assert len(keys) == 2
    assert keyring.fetch(keys, purpose) == {}
    assert set(keyring.fetch(keys, Purpose.RIGHTS)) == set(keys)


def test_its_key_is_locked_before_the_field_leaves_its_record() -> None:
    apart = vault.prepare_apart(UNIT, KIND, "phone")
    assert apart is not None
    assert (UNIT, PHONE) in vault.locks([UNIT])
    assert opened(Purpose.DELIVERY) == ADA


def test_what_a_record_cannot_do_without_never_stands_apart() -> None:
    assert vault.prepare_apart(UNIT, KIND, "name") is None
    assert KIND.spare() == ("phone",)


def test_a_field_goes_back_once_its_lock_is_lifted_and_is_found_again() -> None:
    set_apart()
    with pytest.raises(LockedError), transaction() as session:
        vault.put_back(session, UNIT, KIND, "phone")
    assert opened(Purpose.DELIVERY) == WITHOUT
    assert put_back() == 2
    assert put_back() == 0
    assert opened(Purpose.DELIVERY) == ADA
    assert found() == [UNIT]
    with reading() as session:
        assert not vault.stands_apart(session, UNIT, Delivery, "phone")


def test_set_apart_again_it_is_locked_again() -> None:
    set_apart()
    put_back()
    set_apart()
    set_apart()
    assert opened(Purpose.DELIVERY) == WITHOUT
    assert opened(Purpose.RIGHTS) == ADA


def test_a_correction_of_the_rest_leaves_it_and_one_of_itself_stays_locked() -> None:
    set_apart()
    with transaction() as session:
        vault.replace(session, Delivery("Ada King", ADA.lines), UNIT, by=SYSTEM)
    assert opened(Purpose.RIGHTS) == Delivery("Ada King", ADA.lines, phone=ADA.phone)
    new = Delivery("Ada King", ADA.lines, phone="+44 20 7946 0099")
    with transaction() as session:
        vault.replace(session, new, UNIT, by=SYSTEM)
    assert opened(Purpose.DELIVERY) == Delivery("Ada King", ADA.lines)
    assert opened(Purpose.RIGHTS) == new
    put_back()
    assert opened(Purpose.DELIVERY) == new


def test_it_ends_with_its_record_whatever_starts_the_clock() -> None:
    set_apart()
    assert ends(PHONE) == ends("sample_delivery")
    vault.start_clock(UNIT, Event.DELIVERED, clock.now())
    assert ends(PHONE) == ends("sample_delivery")
    assert vault.destroy_unit(UNIT, kinds=["sample_delivery"]).kinds == {"sample_delivery": 4}
    with reading() as session:
        assert set(session.scalars(select(SealedRow.kind))) == {"sample_contact"}


def test_a_record_that_came_since_is_not_left_out() -> None:
    apart = vault.prepare_apart(UNIT, KIND, "phone")
    assert apart is not None
    seal(ADA)
    with pytest.raises(ConflictError, match="Try again"), transaction() as session:
        vault.set_apart(session, apart)
    assert opened(Purpose.DELIVERY) == ADA


def test_nothing_is_set_apart_of_what_is_gone() -> None:
    apart = vault.prepare_apart(UNIT, KIND, "phone")
    assert apart is not None
    vault.destroy_unit(UNIT)
    with pytest.raises(NotFoundError), transaction() as session:
        vault.set_apart(session, apart)


def test_its_key_is_wrapped_anew_and_its_record_indexed_without_it() -> None:
    set_apart()
    assert vault.rewrap() == 0
    assert vault.reindex() == 0
    assert found() == []
    assert opened(Purpose.RIGHTS) == ADA


def test_a_key_that_no_field_came_to_use_is_swept() -> None:
    vault.prepare_apart(UNIT, KIND, "phone")
    with clock.held_at(clock.now() + timedelta(hours=2)):
        vault.sweep_unreferenced()
    assert ends(PHONE) == set()
    assert opened(Purpose.DELIVERY) == ADA
