"""At night the stores' own files let go of what was deleted: of destroyed keys above all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from oms.kernel import clock, vault
from oms.kernel.config import Settings
from oms.kernel.db import Role, keyring_engine, reading, transaction
from oms.kernel.ids import new_id
from oms.kernel.vault.models import Key, SealedRow
from oms.privacy import checks
from oms.privacy.clearing import actions, queries
from oms.web.doctor import Health
from tests.kernel.vault.kinds import ADA, HERS, Contact, Delivery

pytestmark = pytest.mark.usefixtures("shop")
# Two at night, and two in the afternoon, in Amsterdam.
NIGHT = datetime(2026, 12, 1, 1, tzinfo=UTC)
DAY = datetime(2026, 12, 1, 13, tzinfo=UTC)


def files_with(needles: list[bytes]) -> set[str]:
    """The parts of the server's folder in which any of some byte strings lies."""
    with reading(Role.MIGRATE) as session:
        session.execute(text("CHECKPOINT"))
        folder = Path(str(session.scalar(text("SHOW data_directory"))))
    found = set()
    for part in ("base", "global", "pg_wal"):
        for path in (folder / part).rglob("*"):
            try:
                content = path.read_bytes() if path.is_file() else b""
            except FileNotFoundError:
                continue
            if any(needle in content for needle in needles):
                found.add(part)
    return found


def erased() -> list[bytes]:
    """Seal and destroy somebody; return what wrapped their keys, and their envelopes."""
    keys = vault.prepare(new_id(), "order:7", Delivery, Contact)
    with transaction() as session:
        vault.seal_all(session, [ADA, HERS], keys)
    with Session(keyring_engine(Role.MIGRATE)) as ring, reading() as session:
        left = [*ring.scalars(select(Key.wrapped)), *session.scalars(select(SealedRow.envelope))]
    vault.destroy_unit("order:7")
    return left


def test_destroyed_keys_and_envelopes_are_in_no_file_of_the_server_after_a_clearing(
    settings: Settings,
) -> None:
    left = erased()
    assert files_with(left) == {"base", "pg_wal"}

    done = actions.clear(settings)

    assert done.has_log
    assert files_with(left) == set()


def test_the_queue_writes_its_file_anew(settings: Settings) -> None:
    server = redis.Redis.from_url(settings.redis_url)
    folder = Path(server.config_get("dir")["dir"])
    server.set("canary:gone", "a-value-to-be-forgotten")
    server.delete("canary:gone")
    whole = b"".join(path.read_bytes() for path in folder.rglob("*.aof"))
    assert b"a-value-to-be-forgotten" in whole

    actions.clear(settings)

    left = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"a-value-to-be-forgotten" not in left
    server.close()


def test_it_is_done_once_a_night_and_by_day_only_when_a_night_was_missed(settings: Settings) -> None:
    quick = replace(settings, redis_url="")
    done = []
    for moment in (
        DAY,
        DAY + timedelta(hours=10),
        NIGHT + timedelta(days=1),
        NIGHT + timedelta(days=1, hours=1),
        DAY + timedelta(days=1),
        DAY + timedelta(days=3),
    ):
        with clock.held_at(moment):
            done.append(actions.clear_if_due(quick))

    assert done == [False, False, True, False, False, True]
    with reading() as session:
        assert queries.cleared_after(session, DAY + timedelta(hours=1)) == NIGHT + timedelta(days=1)
        assert queries.cleared_after(session, DAY + timedelta(days=3, hours=1)) is None


def test_the_doctor_tells_when_it_was_and_when_it_is_late(settings: Settings) -> None:
    told = checks._cleared

    assert told() == ("not yet", Health.NOTE)
    with clock.held_at(DAY):
        actions.clear(replace(settings, redis_url=""))
        assert told() == ("2026-12-01 13:00 UTC", Health.WELL)
    with clock.held_at(DAY + timedelta(days=2, minutes=1)):
        assert told()[1] is Health.ILL


def test_an_empty_night_leaves_the_shop_as_it_was(settings: Settings) -> None:
    keys = vault.prepare(new_id(), "order:7", Delivery, Contact)
    with transaction() as session:
        vault.seal_all(session, [ADA, HERS], keys)
    before = vault.figures()

    actions.clear(replace(settings, redis_url=""))

    assert vault.figures() == before
