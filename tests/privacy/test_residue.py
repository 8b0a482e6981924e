"""B01: after erasure no store, file, log or backup holds one of forty strings; what is planted is found.

Planted by real requests to real processes, each of the forty in a field of its own (`fields`): of an account,
of orders that were bought, shipped and withdrawn from, of requests, notes of staff, a copy, a lost mailbox.
Beside them go those for which no form asks (`somebody.NOBODY_ASKS`), where nobody may keep them.
"""

import base64
import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
import redis
import zstandard
from sqlalchemy import select

from oms.backups import actions as backups
from oms.backups import archive, programs
from oms.backups.queries import KEYRING_LIFE
from oms.kernel import clock
from oms.kernel.config import Settings, load
from oms.kernel.db import keyring_reading
from oms.kernel.vault import keyring
from oms.kernel.vault.envelope import unshut
from oms.kernel.vault.errors import BrokenSealError
from oms.kernel.vault.models import Key
from oms.kernel.vault.rows import sealed_place
from oms.local.services import Services
from oms.privacy.clearing import actions as clearing
from oms.privacy.retention import actions as retention
from tests.privacy.canaries import Person, Sighting, find, folder, forms, letters, person, postgres, valkey
from tests.privacy.disks import postgres_files, valkey_files
from tests.privacy.fields import FORTY, filled_person
from tests.privacy.filling import Clerk, Filler, somebody_whole, until_quiet
from tests.privacy.somebody import Somebody
from tests.running import RunningShop

pytestmark = pytest.mark.privacy
BACKUP_KEY = bytes(range(7, 39))
OUTSIDE = ["mail/*", "stripe/*", "carrier/*"]  # other parties: what reached them is theirs to delete


def everywhere(live: RunningShop, who: list[Person]) -> list[Sighting]:
    """Look into every store, as its owner sees it and as a thief of its disks does."""
    stores = live.stores
    return find(
        who,
        *(postgres(url) for url in (stores.database, stores.keyring)),
        *(postgres_files(url) for url in (stores.database, stores.keyring)),
        valkey(stores.redis),
        valkey_files(stores.redis),
        folder(live.folder, exclude=OUTSIDE),
    )


def only(who: Person, *names: str) -> Person:
    return Person({n: who.strings[n] for n in names}, {n: who.cores[n] for n in names})


PLANTS = (
    *("email", "name", "line_1", "city", "phone", "chat", "review", "message", "company", "photo_name"),
    *("coupon_note", "search_term", "nickname"),
)


def plant(live: RunningShop, carl: Person) -> None:
    """Control B: put one string into each kind of place, as careless software would."""
    said = carl.strings
    with psycopg.connect(live.stores.database, autocommit=True) as raw:
        raw.execute("CREATE TABLE planted (what text) WITH (autovacuum_enabled = off)")
        raw.execute("INSERT INTO planted VALUES (%s)", [f"{said['email']} wrote. " * 200])
        raw.execute("INSERT INTO planted VALUES (%s)", [f"{said['name']} lives here. " * 200])
        raw.execute("DELETE FROM planted WHERE what LIKE '%lives here%'")
        sample = "CREATE TABLE sampled AS SELECT %s AS what FROM generate_series(1, 9)"
        raw.execute(sample, [said["line_1"]])
        raw.execute("ANALYZE sampled")
        raw.execute("TRUNCATE sampled")
        raw.execute("CREATE TABLE worded AS SELECT to_tsvector('simple', %s) AS what", [said["search_term"]])
        # The table has the word backwards: only the index says it.
        raw.execute("CREATE TABLE indexed AS SELECT reverse(%s) AS what", [said["coupon_note"]])
        raw.execute("CREATE INDEX ON indexed USING gin (to_tsvector('simple', reverse(what)))")
        raw.execute("SELECT pg_logical_emit_message(true, 'planted', %s)", [said["city"]])
    with redis.Redis.from_url(live.stores.redis) as server:
        server.set("planted:session", ('{"phone": "' + said["phone"] + '"} ') * 60)
        server.set("planted:gone", said["chat"])
        server.save()
        server.delete("planted:session", "planted:gone")
    logs = live.folder / "logs"
    logs.mkdir(exist_ok=True)
    (logs / "old.log.gz").write_bytes(gzip.compress(said["review"].encode()))
    (logs / "older.log.zst").write_bytes(zstandard.compress((letters(2_000) + said["nickname"]).encode()))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive_:
        archive_.writestr("export.csv", said["message"] * 9)
    (logs / "export.zip").write_bytes(packed.getvalue())
    (logs / "mail.txt").write_bytes(base64.b64encode(said["company"].encode()))
    (logs / said["photo_name"]).touch()


def unplant(live: RunningShop) -> None:
    with psycopg.connect(live.stores.database, autocommit=True) as raw:
        raw.execute("DROP TABLE planted, sampled, worded, indexed")
    with redis.Redis.from_url(live.stores.redis) as server:
        directory = Path(server.config_get("dir")["dir"])
    (directory / "dump.rdb").unlink(missing_ok=True)


def opened_backup(settings: Settings, path: Path, running: Services) -> tuple[list[bytes], int]:
    """Restore a backup of the data, try every living key on every row; return what it tells, and tries."""
    name = f"thief_{token_hex(4)}"
    url = running.create_database(name)
    programs.restore(url, archive.content_of(path, settings.backup_key))
    with keyring_reading() as session:
        ids = session.scalars(select(Key.key_id)).all()
    living, tries = keyring.fetch(ids, keyring.STORAGE), 0
    told = [content for _place, content in postgres(url)]
    with psycopg.connect(url) as raw:
        rows = raw.execute("SELECT id, kind, unit, key_id, envelope FROM personal.sealed").fetchall()
    for row_id, kind, unit, key_id, envelope in rows:
        place = sealed_place(row_id, kind, unit, key_id)
        for key in living.values():
            tries += 1
            try:
                told.append(unshut(key.secret, bytes(envelope), place))
            except BrokenSealError:
                continue
    with psycopg.connect(settings.database_url, autocommit=True) as raw:
        raw.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    return told, tries


def forgotten(settings: Settings, *browsers: Somebody) -> None:
    """Delete by each mailbox; let the night come, and the week after which no old keyring is kept."""
    for browser in browsers:
        browser.delete()
    until_quiet()
    retention.let_go()
    with clock.held_at(clock.now() + KEYRING_LIFE + timedelta(hours=1)):
        assert backups.expire(settings) == 1
    clearing.clear(settings)


def test_nothing_of_an_erased_person_is_left_anywhere(
    live: RunningShop, running: Services, measured: Callable[..., None]
) -> None:
    ada, grace, carl = somebody_whole(), somebody_whole(), person()
    here = live.folder / "backups"
    settings = replace(load(live.environ), backup_key=BACKUP_KEY, backup_data=here / "data")
    first, elsewhere, second = (
        Filler(live, f"10.1.2.{n}", until_quiet, who=who) for n, who in ((3, ada), (4, ada), (5, grace))
    )
    clerk = Clerk(live, "10.9.9.9", until_quiet)
    clerk.sign_in()
    first.live_here(clerk)
    first.lock()
    elsewhere.second = first.second
    elsewhere.lose_mailbox()
    second.look_around()
    second.buy()
    second.correct()
    second.sign_up()
    pages = "".join(one.get("/your-data/").text for one in (first, elsewhere))
    waiting = first.ask_copy()
    asked = [what for what in filled_person().cores if ada.cores[what] in pages]
    assert len(asked) >= FORTY - 1, set(filled_person().cores) - set(asked)
    made = backups.create(settings, settings.backup_data, settings.backup_keyring)
    before = everywhere(live, [ada, grace])

    forgotten(settings, first, elsewhere)
    assert first.send(f"{waiting}/take", page="/your-data/").headers.get("Content-Type") != "application/zip"

    plant(live, carl)
    seen = everywhere(live, [only(carl, *PLANTS)])
    unplant(live)
    after = everywhere(live, [ada])
    told, tries = opened_backup(settings, made.data, running)
    backup = find([ada], [("backup", part) for part in told])
    others = {one.what for one in find([grace], [("backup", part) for part in told])}
    hers = second.get("/your-data/").text
    control_a = all(grace.cores[what] in hers for what in ("email", "name", "new_street", "city", "nickname"))
    missed = sorted(set(PLANTS) - {one.what for one in seen})
    ways = len(forms(ada.cores["name"]))

    measured(
        "B01", f"before erasure: {len(before)} of 2 x {len(ada.cores)} strings readable", passed=not before
    )
    measured(
        "B01",
        f"after erasure: {len(after)} of {len(asked)} typed into fields, in {ways} encodings",
        passed=not after and ways >= 12,
    )
    figure = f"backup of before, {tries} trials of living keys: {len(backup)} of {len(ada.cores)}"
    measured("B01", figure, passed=not backup and tries > 0)
    measured(
        "B01", f"control A: a neighbor reads {len(others)} of hers", passed=control_a and len(others) >= 4
    )
    squeezed = [one for one in seen if one.place.endswith("compressed")]
    figure = f"control B: {len(PLANTS) - len(missed)} of {len(PLANTS)} planted, {len(squeezed)} compressed"
    measured("B01", figure, passed=not missed and {"email", "name", "phone"} <= {o.what for o in squeezed})
    assert (before, after, backup, missed) == ([], [], [], [])
