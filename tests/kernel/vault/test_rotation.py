"""The key of the indexes is renewed; people are found throughout, and old digests say nothing any more."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from oms.kernel import clock, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import keyring_reading, reading, transaction
from oms.kernel.ids import new_id
from oms.kernel.vault.models import BlindIndex, IndexSalt
from tests.kernel.vault.kinds import Account, Contact

pytestmark = pytest.mark.usefixtures("shop")
START = datetime(2026, 12, 1, tzinfo=UTC)


def give(number: int) -> None:
    keys = vault.prepare(new_id(), f"order:{number}", Contact)
    with transaction() as session:
        vault.seal(session, Contact(f"{number}@example.com", "en"), keys)


def found(number: int) -> list[str]:
    with reading() as session:
        return [hit.unit for hit in vault.find(session, Contact, "email", f"{number}@example.com")]


def versions() -> tuple[set[int], set[int]]:
    """Versions of the digests, versions of the salts."""
    with reading() as session, keyring_reading() as keys:
        return set(session.scalars(select(BlindIndex.version))), set(keys.scalars(select(IndexSalt.version)))


def test_a_rotation_takes_two_runs_and_everybody_is_found_in_between() -> None:
    with clock.held_at(START):
        for number in range(3):
            give(number)
        assert vault.rotate_index() is False
        assert versions() == ({1}, {1})
    with clock.held_at(START + timedelta(days=31)):
        late = vault.prepare(new_id(), "order:3", Contact)
        assert vault.rotate_index() is False
        assert versions() == ({1, 2}, {1, 2})
        assert [found(number) for number in range(3)] == [["order:0"], ["order:1"], ["order:2"]]
        with transaction() as session:
            vault.seal(session, Contact("3@example.com", "en"), late)
        assert found(3) == ["order:3"]

    with clock.held_at(START + timedelta(days=31, hours=2)):
        assert vault.rotate_index() is True
        assert versions() == ({2}, {2})
        assert [found(number) for number in range(4)] == [["order:0"], ["order:1"], ["order:2"], ["order:3"]]
        assert vault.rotate_index() is False


def test_a_correction_during_a_rotation_is_found_by_its_new_value_only() -> None:
    with clock.held_at(START):
        give(1)
    with clock.held_at(START + timedelta(days=31)):
        vault.rotate_index()
        with transaction() as session:
            vault.replace(session, Contact("2@example.com", "en"), "order:1", by=SYSTEM)

        assert (found(1), found(2)) == ([], ["order:1"])
        assert versions() == ({1, 2}, {1, 2})


def test_a_restore_without_indexes_rebuilds_them() -> None:
    for number in range(3):
        give(number)
    with transaction() as session:
        session.execute(text("DELETE FROM personal.blind_indexes"))
    assert found(1) == []

    assert vault.reindex() == 3

    assert found(1) == ["order:1"]
    assert vault.reindex() == 0


def test_a_record_that_cannot_be_opened_any_more_does_not_stop_the_rebuild() -> None:
    give(1)
    keys = vault.prepare(new_id(), "account:1", Account)
    vault.destroy_unit("account:1")
    with transaction() as session:
        vault.seal(session, Account("a@example.com"), keys)
        session.execute(text("DELETE FROM personal.blind_indexes"))

    assert vault.reindex() == 1

    assert found(1) == ["order:1"]
