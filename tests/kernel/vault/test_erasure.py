"""Destroying a key lets go of what it opened, and of nothing else; what it began it finishes."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel import clock, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import (
    KeyringBase,
    Role,
    keyring_engine,
    keyring_reading,
    keyring_transaction,
    reading,
    transaction,
)
from oms.kernel.ids import new_id
from oms.kernel.register import Event, Purpose
from oms.kernel.vault import Destroyed, Found
from oms.kernel.vault.models import BlindIndex, Destruction, Key, SealedRow
from tests.kernel.vault.kinds import ADA, HERS, Contact, Delivery

pytestmark = pytest.mark.usefixtures("shop")
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def give(unit: str = "order:7", subject: UUID | None = None) -> UUID:
    subject = subject or new_id()
    keys = vault.prepare(subject, unit, Delivery, Contact)
    with transaction() as session:
        vault.seal_all(session, [ADA, HERS], keys)
    return subject


def left(unit: str = "order:7") -> tuple[Delivery | None, Contact | None]:
    with reading() as session:
        opened = vault.open_many(session, (Delivery, Contact), unit, purpose=Purpose.RIGHTS, by=SYSTEM)
    return opened.get(Delivery), opened.get(Contact)


def counts() -> tuple[int, int, int, int]:
    """Sealed rows, blind indexes, keys, unfinished destructions."""
    with reading() as session, keyring_reading() as keys:
        return (
            session.scalar(select(func.count()).select_from(SealedRow)) or 0,
            session.scalar(select(func.count()).select_from(BlindIndex)) or 0,
            keys.scalar(select(func.count()).select_from(Key)) or 0,
            keys.scalar(select(func.count()).select_from(Destruction)) or 0,
        )


def stones(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "tombstones").read_text().splitlines()]


def test_destroying_an_order_leaves_the_others(tmp_path: Path) -> None:
    give("order:7")
    give("order:8")

    with clock.held_at(NOON):
        done = vault.destroy_unit("order:7")

    assert done == Destroyed({"sample_delivery": 1, "sample_contact": 1}, frozenset({"order:7"}), 2, 0)
    assert done.keys == 2
    assert left("order:7") == (None, None)
    assert left("order:8") == (ADA, HERS)
    assert counts() == (2, 2, 2, 0)
    [stone] = stones(tmp_path)
    assert (stone["at"], stone["unit"]) == ("2026-12-01T12:00:00+00:00", "order:7")
    assert stone["kinds"] == ["sample_contact", "sample_delivery"]
    assert len(stone["keys"]) == 2  # type: ignore[arg-type]


def test_destroying_some_kinds_keeps_the_rest() -> None:
    give()

    assert vault.destroy_unit("order:7", kinds={"sample_delivery"}).kinds == {"sample_delivery": 1}

    assert left() == (None, HERS)
    assert counts() == (1, 1, 1, 0)


def test_destroying_a_person_takes_every_unit_of_theirs_and_no_other_person() -> None:
    ada = give("order:7")
    give("order:8", ada)
    grace = give("order:9")

    done = vault.destroy_subject(ada)

    assert done.units == {"order:7", "order:8"}
    assert (done.keys, done.rows) == (4, 4)
    with reading() as session:
        assert vault.units_of(session, ada) == []
        assert vault.find(session, Contact, "email", "ada@example.com") == [Found(grace, "order:9")]
    assert left("order:9") == (ADA, HERS)


def test_destroying_twice_destroys_nothing_more(tmp_path: Path) -> None:
    give()
    vault.destroy_unit("order:7")

    assert vault.destroy_unit("order:7") == Destroyed()

    assert len(stones(tmp_path)) == 1


def test_several_who_destroy_one_person_at_once_come_to_one_end() -> None:
    subject = new_id()
    for number in range(20):
        give(f"order:{number}", subject)
    grace = give("order:20")

    with ThreadPoolExecutor(4) as four:
        done = list(four.map(lambda _: vault.destroy_subject(subject), range(4)))

    assert (sum(one.rows for one in done), sum(one.keys for one in done)) == (40, 40)
    assert counts() == (2, 2, 2, 0)
    with reading() as session:
        assert vault.units_of(session, grace) == ["order:20"]


def test_retention_takes_what_is_due_and_leaves_what_is_not() -> None:
    with clock.held_at(NOON):
        give("order:7")
        give("order:8")
    vault.start_clock("order:7", Event.DELIVERED, NOON)
    end = NOON + timedelta(days=14)

    assert vault.destroy_due(end - timedelta(seconds=1)) == Destroyed()
    assert vault.destroy_due(end) == Destroyed({"sample_delivery": 1}, frozenset({"order:7"}), 1, 0)

    with clock.held_at(NOON):
        assert left("order:7") == (None, HERS)
        assert left("order:8") == (ADA, HERS)


def test_more_keys_than_one_batch_are_destroyed_together(tmp_path: Path) -> None:
    subject = new_id()
    one = vault.prepare(subject, "order:1", Delivery)
    with Session(keyring_engine(Role.MIGRATE)) as keys:
        row = keys.execute(select(Key.__table__)).one()._asdict()
    with keyring_transaction() as keys:
        copies = [row | {"key_id": new_id(), "unit": f"order:{n}"} for n in range(2, 1202)]
        keys.execute(insert(Key), copies)

    done = vault.destroy_subject(subject)

    assert one.subject_id == subject
    assert (done.keys, len(done.units), len(stones(tmp_path))) == (1201, 1201, 1201)
    assert counts() == (0, 0, 0, 0)


def test_a_key_whose_order_was_never_placed_is_swept_after_an_hour() -> None:
    with clock.held_at(NOON):
        give("order:7")
        vault.prepare(new_id(), "order:8", Delivery)

    with clock.held_at(NOON + timedelta(minutes=59)):
        assert vault.sweep_unreferenced() == 0
    with clock.held_at(NOON + timedelta(minutes=61)):
        assert vault.sweep_unreferenced() == 1
        assert vault.sweep_unreferenced() == 0

    with clock.held_at(NOON):
        assert left("order:7") == (ADA, HERS)
    assert counts() == (2, 2, 2, 0)


def test_a_row_whose_key_is_gone_is_removed() -> None:
    with clock.held_at(NOON):
        give("order:7")
        keys = vault.prepare(new_id(), "order:8", Delivery)
        vault.destroy_unit("order:8")
        with transaction() as session:
            vault.seal(session, ADA, keys)
        assert left("order:8") == (None, None)

    with clock.held_at(NOON + timedelta(hours=2)):
        assert vault.remove_keyless() == 1
        assert vault.remove_keyless() == 0

    assert counts() == (2, 2, 2, 0)


def _copy_everything() -> tuple[dict[object, list[dict[str, object]]], ...]:
    with reading() as session, Session(keyring_engine(Role.MIGRATE)) as keys:
        return (
            {t: [r._asdict() for r in session.execute(select(t))] for t in _vault_tables()},
            {t: [r._asdict() for r in keys.execute(select(t))] for t in KeyringBase.metadata.sorted_tables},
        )


def _vault_tables() -> list[object]:
    return [SealedRow.__table__, BlindIndex.__table__]


def test_a_restored_backup_does_not_bring_back_what_was_destroyed() -> None:
    give("order:7")
    give("order:8")
    data, ring = _copy_everything()
    vault.destroy_unit("order:7")
    with transaction() as session, keyring_transaction() as keys:
        for table, rows in data.items():
            session.execute(insert(table).on_conflict_do_nothing(), rows)  # type: ignore[arg-type]
        for table, rows in ring.items():
            if rows:
                keys.execute(insert(table).on_conflict_do_nothing(), rows)  # type: ignore[arg-type]
    assert left("order:7") == (ADA, HERS)  # the control: without tombstones the restore would bring it back

    done = vault.replay_tombstones()

    assert (done.keys, done.rows, done.units) == (2, 2, frozenset({"order:7"}))
    assert left("order:7") == (None, None)
    assert left("order:8") == (ADA, HERS)
    assert counts() == (2, 2, 2, 0)
    assert vault.replay_tombstones() == Destroyed()


def test_a_half_written_tombstone_does_not_spoil_the_next(tmp_path: Path) -> None:
    (tmp_path / "tombstones").write_text('{"at": "2026-12-01T12:00:00+00:00", "unit": "ord')
    give()

    vault.destroy_unit("order:7")

    lines = (tmp_path / "tombstones").read_text().splitlines()
    assert len(lines) == 2
    assert json.loads(lines[1])["unit"] == "order:7"
    assert vault.replay_tombstones() == Destroyed()
