"""Backups are made, read back, let go of, and restored into a shop that remembers who was erased."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from migrations.run import upgrade
from oms import cli
from oms.backups import actions, archive, queries
from oms.backups.actions import Made
from oms.backups.archive import BrokenBackupError
from oms.backups.queries import DATA, KEYRING
from oms.kernel import clock, files, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, keyring_reading, reading, transaction
from oms.kernel.errors import ConfigurationError, RefusedError
from oms.kernel.ids import new_id
from oms.kernel.register import Purpose
from oms.web.doctor import Health, examine
from storefront.app import create_store
from tests import make
from tests.kernel.vault.kinds import ADA, LABEL, Contact, Delivery, LabelFile
from tests.restoring import move_to


def give(unit: str) -> None:
    keys = vault.prepare(new_id(), unit, Delivery, Contact)
    with transaction() as session:
        vault.seal_all(session, [ADA, Contact(f"{unit[6:]}@example.com", "en")], keys)


def opened(unit: str) -> Delivery | None:
    with reading() as session:
        return vault.open_record(session, Delivery, unit, purpose=Purpose.DELIVERY, by=SYSTEM)


def found(unit: str) -> bool:
    with reading() as session:
        return bool(vault.find(session, Contact, "email", f"{unit[6:]}@example.com"))


def backed_up(settings: Settings) -> Made:
    return actions.create(settings, settings.backup_data, settings.backup_keyring)


def restored(settings: Settings, data: Path | None = None, keyring: Path | None = None) -> actions.Restored:
    move_to(settings)
    wanted = (data or settings.backup_data, keyring or settings.backup_keyring)
    with _with_commands(settings).app_context():
        return actions.restore(settings, *wanted, upgrade=upgrade)


def tables(settings: Settings) -> int:
    move_to(settings)
    with reading(Role.MIGRATE) as session, keyring_reading() as keys:
        count = text("SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'personal')")
        return int(session.scalar(count) or 0) + int(keys.scalar(count) or 0)


def test_a_restored_shop_has_everybody_but_whom_it_forgot_meanwhile(
    kept: Settings, elsewhere: Settings
) -> None:
    with transaction() as session:
        make.small_shop(session)
    for number in range(4):
        give(f"order:{number}")
    with _with_commands(kept).app_context():
        before = [one for one in examine() if one.health is Health.ILL]
    backed_up(kept)
    vault.destroy_unit("order:2")

    done = restored(elsewhere)

    assert [opened(f"order:{n}") for n in range(4)] == [ADA, ADA, None, ADA]
    assert [found(f"order:{n}") for n in range(4)] == [True, True, False, True]
    assert (done.keys, done.erased_again, done.found_again) == (8, 2 + 2, 6)
    with reading() as session:
        assert session.scalar(text("SELECT count(*) FROM variants")) == 3
    assert vault.figures().is_well
    assert list(done.ill) == before


def test_a_backup_is_read_back_counted_and_declared_last(kept: Settings) -> None:
    give("order:1")

    made = backed_up(kept)

    manifest = json.loads(queries.manifest_path(made.data).read_text())
    assert manifest["rows"]["personal.sealed"] == 2
    assert "personal.blind_indexes" not in manifest["rows"]
    assert (manifest["what"], manifest["bytes"]) == ("data", made.data.stat().st_size)
    assert actions.verify(made.data, kept.backup_key) == manifest["rows"]
    assert actions.verify(made.keyring, kept.backup_key) == {
        "public.alembic_version": 1,
        "public.index_salts": 1,
        "public.keys": 2,
    }
    assert {path.stat().st_mode & 0o777 for path in (made.data, made.keyring)} == {0o600}
    [one] = queries.held(kept.backup_data, DATA)
    assert (one.path, one.rows) == (made.data, sum(manifest["rows"].values()))


def test_look_ups_sessions_codes_and_marks_are_left_out_and_exist(shop: None) -> None:
    with reading(Role.MIGRATE) as session, keyring_reading() as keys:
        for what, store in ((DATA, session), (KEYRING, keys)):
            for table in queries.LEFT_OUT[what]:
                assert store.scalar(text("SELECT to_regclass(:name)::text"), {"name": table}), table


def test_a_damaged_backup_is_told_and_nothing_is_written(kept: Settings, elsewhere: Settings) -> None:
    give("order:1")
    made = backed_up(kept)
    raw = bytearray(made.keyring.read_bytes())
    raw[len(raw) // 2] ^= 1
    made.keyring.write_bytes(raw)

    with pytest.raises(BrokenBackupError, match="damaged or cut off at byte"):
        restored(elsewhere)

    assert tables(elsewhere) == 0


def test_swapped_backups_are_told_and_nothing_is_written(kept: Settings, elsewhere: Settings) -> None:
    made = backed_up(kept)

    with pytest.raises(BrokenBackupError, match="is a backup of the keyring, not of the data"):
        restored(elsewhere, made.keyring, made.data)

    assert tables(elsewhere) == 0


def test_a_backup_whose_rows_were_miscounted_is_refused(kept: Settings, tmp_path: Path) -> None:
    made = backed_up(kept)
    forged = tmp_path / "forged"
    with forged.open("wb") as file:
        content = archive.content_of(made.data, kept.backup_key)
        archive.write(
            file,
            archive.head_of(made.data),
            kept.backup_key,
            {"rows": {"public.orders": 7}},
            content,
        )

    with pytest.raises(BrokenBackupError, match="does not hold the rows that were counted: public"):
        actions.verify(forged, kept.backup_key)


def test_a_database_that_is_not_empty_is_not_restored_over(kept: Settings) -> None:
    give("order:1")
    backed_up(kept)
    before = vault.figures()

    with pytest.raises(RefusedError, match="The database of the data is not empty"):
        restored(kept)

    assert vault.figures() == before


def test_without_a_key_no_backup_is_made(kept: Settings) -> None:
    with pytest.raises(ConfigurationError, match="BACKUP_KEY is not set"):
        backed_up(replace(kept, backup_key=b""))

    assert not kept.backup_data.exists()


START = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_a_keyring_of_eight_days_ago_is_refused_and_then_removed(kept: Settings, elsewhere: Settings) -> None:
    with clock.held_at(START):
        made = backed_up(kept)
    with clock.held_at(START + timedelta(days=7, hours=1)):
        with pytest.raises(RefusedError, match="2026-12-01, more than 7 days ago"):
            restored(elsewhere)
        assert tables(elsewhere) == 0
        assert actions.expire(kept) == 1

    assert (made.data.exists(), made.keyring.exists()) == (True, False)
    assert not queries.manifest_path(made.keyring).exists()


def test_of_each_day_before_yesterday_one_backup_is_kept_for_thirty_days(kept: Settings) -> None:
    with clock.held_at(START):
        backed_up(kept)
    with clock.held_at(START + timedelta(minutes=15)):
        newest = backed_up(kept)
        assert len(queries.held(kept.backup_data, DATA)) == 2
    with clock.held_at(START + timedelta(days=2)):
        assert actions.expire(kept) == 2
    assert [one.path for one in queries.held(kept.backup_data, DATA)] == [newest.data]
    assert [one.path for one in queries.held(kept.backup_keyring, KEYRING)] == [newest.keyring]
    with clock.held_at(START + timedelta(days=31)):
        assert actions.expire(kept) == 2
    assert queries.held(kept.backup_data, DATA) == queries.held(kept.backup_keyring, KEYRING) == []


def test_a_backup_is_made_when_it_is_time_and_not_before(kept: Settings) -> None:
    with clock.held_at(START):
        assert actions.create_if_due(kept) is not None
    with clock.held_at(START + timedelta(minutes=9)):
        assert actions.create_if_due(kept) is None
    with clock.held_at(START + timedelta(minutes=10)):
        assert actions.create_if_due(kept) is not None
        assert actions.create_if_due(replace(kept, backup_key=b"")) is None


def told(settings: Settings, name: str) -> tuple[str, Health]:
    app = create_store(settings)
    cli.register(app)
    with app.app_context():
        [finding] = examine([name])
    return finding.figure, finding.health


def test_the_doctor_tells_the_age_of_the_last_backup(kept: Settings) -> None:
    asked = "Last backup, read back"
    assert told(replace(kept, backup_key=b""), asked) == ("none is made", Health.NOTE)
    assert told(kept, asked) == ("none yet", Health.NOTE)
    with clock.held_at(START):
        backed_up(kept)
    with clock.held_at(START + timedelta(minutes=20)):
        figure, health = told(kept, asked)
        assert (figure[:14], health) == ("20 minutes old", Health.WELL)
    with clock.held_at(START + timedelta(minutes=36)):
        assert told(kept, asked)[1] is Health.NOTE
    with clock.held_at(START + timedelta(days=8, minutes=1)):
        assert told(kept, "Backups kept past their time") == ("1", Health.ILL)


def rewound(settings: Settings) -> None:
    """What a restore by other means leaves: rows and keys of before, a mark of before."""
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE tombstone_marks SET position = 0"))


def test_a_shop_restored_by_other_means_stays_closed_until_the_replay(
    kept: Settings, store: FlaskClient
) -> None:
    give("order:1")
    give("order:2")
    vault.require_open()
    with transaction(Role.MIGRATE) as session:
        session.execute(text("CREATE TABLE before AS SELECT * FROM personal.sealed"))
    vault.destroy_unit("order:1")
    with transaction(Role.MIGRATE) as session:
        session.execute(text("INSERT INTO personal.sealed SELECT * FROM before WHERE unit = 'order:1'"))
        session.execute(text("DROP TABLE before"))
    rewound(kept)

    answer = store.get("/")
    assert (answer.status_code, "restored" in answer.text, "flask" in answer.text) == (503, True, False)
    with pytest.raises(vault.ClosedError) as closed:
        vault.require_open()
    assert "2 erased keys or records are back" in closed.value.reason
    with pytest.raises(vault.ClosedError):
        backed_up(kept)

    runner = _with_commands(kept).test_cli_runner()
    replayed = runner.invoke(args=["backup", "replay", "--json"])
    assert json.loads(replayed.stdout)["erased_again"] == 2
    assert store.get("/").status_code != 503
    assert opened("order:2") == ADA


def _with_commands(settings: Settings) -> Flask:
    app = create_store(settings)
    cli.register(app)
    return app


def test_a_shop_whose_tombstones_are_lost_stays_closed_until_somebody_answers_for_it(kept: Settings) -> None:
    give("order:1")
    vault.destroy_unit("order:1")
    kept.tombstones.unlink()

    with pytest.raises(vault.ClosedError) as closed:
        vault.require_open()
    assert "bring the file back that TOMBSTONES names" in closed.value.reason

    runner = _with_commands(kept).test_cli_runner()
    assert "bring the file back" in runner.invoke(args=["backup", "create"]).output
    assert runner.invoke(args=["backup", "replay", "--tombstones-are-lost"]).exit_code == 0
    vault.require_open()


def test_the_commands_make_list_and_read_back(kept: Settings) -> None:
    runner = _with_commands(kept).test_cli_runner()

    made = json.loads(runner.invoke(args=["backup", "create", "--json"]).stdout)
    assert "2 backups." in runner.invoke(args=["backup", "list"]).stdout
    counted = runner.invoke(args=["backup", "verify", made["data"], made["keyring"]])
    assert counted.exit_code == 0
    broken = runner.invoke(args=["backup", "verify", "/no/such/file"])
    assert (broken.exit_code, "cannot be read: No such file" in broken.output) == (1, True)


def labelled(unit: str) -> UUID:
    keys = vault.prepare(new_id(), unit, LabelFile)
    with transaction() as session:
        return files.store(session, LABEL, f"label of {unit}".encode(), keys)


def content(file_id: UUID) -> bytes:
    with reading() as session:
        found = files.open_file(session, file_id, purpose=Purpose.DELIVERY, by=SYSTEM)
    return found.content if found else b""


def pictured(settings: Settings) -> Path:
    path = settings.state_dir / "media" / "0123456789abcdef0123456789abcdef.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"<svg/>")
    return path


def test_files_and_pictures_come_back_and_those_of_deleted_people_do_not(
    kept: Settings, elsewhere: Settings
) -> None:
    kept_file, erased_file = labelled("order:1"), labelled("order:2")
    picture = pictured(kept)
    assert backed_up(kept).files == 3
    assert b"label of" not in b"".join(one.read_bytes() for one in kept.backup_data.rglob("*.sealed.*"))
    vault.destroy_unit("order:2")
    shutil.rmtree(kept.state_dir / "files")
    picture.unlink()

    done = restored(elsewhere)

    assert done.files == 2
    assert (content(kept_file), content(erased_file)) == (b"label of order:1", b"")
    assert picture.read_bytes() == b"<svg/>"
    assert len(list((kept.state_dir / "files").rglob("*.sealed"))) == 1


def test_the_next_backup_lets_go_of_the_files_of_deleted_people_and_copies_nothing_twice(
    kept: Settings,
) -> None:
    labelled("order:1")
    labelled("order:2")
    backed_up(kept)
    before = {path: path.stat().st_mtime_ns for path in kept.backup_data.rglob("*.sealed.*")}
    vault.destroy_unit("order:2")

    assert backed_up(kept).files == 1

    after = {path: path.stat().st_mtime_ns for path in kept.backup_data.rglob("*.sealed.*")}
    assert len(before) == 2
    assert after.items() < before.items()


def test_a_damaged_copy_of_a_file_is_told_and_nothing_is_written(kept: Settings, elsewhere: Settings) -> None:
    labelled("order:1")
    backed_up(kept)
    [copy] = kept.backup_data.rglob("*.sealed.*")
    *whole, last = copy.read_bytes()
    copy.write_bytes(bytes([*whole, last ^ 1]))

    with pytest.raises(BrokenBackupError, match="does not hold what was written into it"):
        restored(elsewhere)

    assert tables(elsewhere) == 0
