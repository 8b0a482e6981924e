"""A power cut at any line of sealing or erasing leaves all or nothing, and a second try completes it."""

import inspect
from pathlib import Path
from types import ModuleType
from uuid import UUID

import pytest
from sqlalchemy import func, select

from oms.kernel import clock, files, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import keyring_reading, reading, transaction
from oms.kernel.ids import new_id
from oms.kernel.register import Purpose, kind_of
from oms.kernel.vault import apart, blobs, erasure, filing, keyring, records, tombstones
from oms.kernel.vault.models import BlindIndex, Destruction, Key, SealedRow
from tests.kernel.killing import ends_before_each_line
from tests.kernel.vault.kinds import ADA, HERS, LABEL, Contact, Delivery, LabelFile

pytestmark = pytest.mark.usefixtures("shop")
SUBJECT = new_id()


def source(*modules: ModuleType) -> list[str]:
    return [inspect.getfile(module) for module in modules]


def place(unit: str) -> None:
    keys = vault.prepare(SUBJECT, unit, Delivery, Contact, LabelFile)
    with transaction() as session:
        vault.seal_all(session, [ADA, HERS], keys)
        files.store(session, LABEL, b"%PDF-1.7 Ada Lovelace", keys)


def opened(unit: str) -> int:
    """Return how many of the unit's three records still open."""
    types = (Delivery, Contact, LabelFile)
    with reading() as session:
        return len(vault.open_many(session, types, unit, purpose=Purpose.RIGHTS, by=SYSTEM).by_type)


def rows() -> tuple[int, int, int, int]:
    with reading() as session, keyring_reading() as keys:
        return (
            session.scalar(select(func.count()).select_from(SealedRow)) or 0,
            session.scalar(select(func.count()).select_from(BlindIndex)) or 0,
            keys.scalar(select(func.count()).select_from(Key)) or 0,
            keys.scalar(select(func.count()).select_from(Destruction)) or 0,
        )


def blobs_of(folder: Path) -> int:
    return len(list((folder / "files").glob("*/*.sealed")))


def test_a_kill_at_any_line_of_sealing_leaves_the_whole_order_or_none(tmp_path: Path) -> None:
    outcomes = set()
    number = iter(range(1, 10_000))
    unit = ""

    def fresh() -> None:
        nonlocal unit
        unit = f"order:{next(number)}"

    modules = source(keyring, records, filing)
    for _ in ends_before_each_line(lambda: place(unit), modules, fresh):
        outcomes.add(opened(unit))
        if opened(unit) == 0:
            place(unit)
        assert opened(unit) == 3

    assert outcomes == {0, 3}
    with reading() as session:
        placed = session.scalar(select(func.count(SealedRow.unit.distinct())))
        later = clock.now() + files._GRACE * 2
        with clock.held_at(later):
            assert vault.sweep_unreferenced() > 0
            assert len(files.orphans(session)) == files.remove_orphans(session) > 0
            assert files.orphans(session) == files.missing(session) == []
    assert placed == next(number) - 1
    assert rows() == (placed * 3, placed * 2, placed * 3, 0)
    assert blobs_of(tmp_path) == placed


def test_a_kill_at_any_line_of_erasing_is_finished_by_the_next_try(tmp_path: Path) -> None:
    place("order:8")
    untouched = rows()
    outcomes = set()

    for line in ends_before_each_line(
        lambda: vault.destroy_unit("order:7"),
        source(erasure, tombstones, blobs),
        lambda: place("order:7"),
    ):
        outcomes.add(opened("order:7"))
        finish = (vault.resume, lambda: vault.destroy_unit("order:7"))[line % 2]
        finish()
        if opened("order:7") == 3 and rows()[3] == 0:
            vault.destroy_unit("order:7")
        assert opened("order:7") == 0
        assert rows() == untouched
        assert blobs_of(tmp_path) == 1
        assert opened("order:8") == 3

    assert outcomes == {0, 3}
    told = {key for stone in tombstones.read(tmp_path / "tombstones") for key in stone.keys}
    assert {type(key) for key in told} == {UUID}
    assert not told & _living_keys()


def _living_keys() -> set[UUID]:
    with keyring_reading() as keys:
        return set(keys.scalars(select(Key.key_id)))


def test_a_kill_at_any_line_of_setting_a_field_apart_leaves_it_in_use_or_locked_and_never_lost() -> None:
    unit, outcomes = Fresh(), set()

    def set_apart() -> None:
        held = vault.prepare_apart(unit.name, kind_of(Delivery), "phone")
        assert held is not None
        with transaction() as session:
            vault.set_apart(session, held)

    for line in ends_before_each_line(set_apart, source(apart), unit.come):
        used, whole = numbers(unit.name)
        assert whole == ADA.phone, line
        with reading() as session:
            is_apart = vault.stands_apart(session, unit.name, Delivery, "phone")
        assert used == ("" if is_apart else ADA.phone), line
        assert not is_apart or (unit.name, "sample_delivery:phone") in vault.locks([unit.name]), line
        outcomes.add(is_apart)
        set_apart()
        assert numbers(unit.name) == ("", ADA.phone), line
    assert outcomes == {False, True}


def test_a_kill_at_any_line_of_putting_a_field_back_loses_nothing_and_is_finished_by_the_next() -> None:
    unit, outcomes = Fresh(), set()

    def come() -> None:
        unit.come()
        held = vault.prepare_apart(unit.name, kind_of(Delivery), "phone")
        assert held is not None
        with transaction() as session:
            vault.set_apart(session, held)

    def put_back() -> None:
        vault.note_told(unit.name, "sample_delivery:phone")
        vault.lift(unit.name, "sample_delivery:phone")
        with transaction() as session:
            vault.put_back(session, unit.name, kind_of(Delivery), "phone")

    for line in ends_before_each_line(put_back, source(apart, keyring), come):
        used, whole = numbers(unit.name)
        assert (used in {"", ADA.phone}, whole) == (True, ADA.phone), line
        outcomes.add(used)
        put_back()
        assert numbers(unit.name) == (ADA.phone, ADA.phone), line
    assert outcomes == {"", ADA.phone}


class Fresh:
    """One unit after another, each with a delivery."""

    def __init__(self) -> None:
        self.count = 0
        self.name = ""

    def come(self) -> None:
        """Be there, with nothing locked."""
        self.count += 1
        self.name = f"order:fresh-{self.count}"
        place(self.name)


def numbers(unit: str) -> tuple[str, str]:
    """Return the phone number as a job gets it, and as its person does."""
    found = []
    for purpose in (Purpose.DELIVERY, Purpose.RIGHTS):
        with reading() as session:
            record = vault.open_record(session, Delivery, unit, purpose=purpose, by=SYSTEM)
        assert record is not None
        found.append(record.phone)
    return found[0], found[1]
