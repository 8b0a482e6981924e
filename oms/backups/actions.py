"""Making backups, reading them back, letting them go, and restoring a shop that remembers who was erased."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from oms.backups import archive, folders, programs, queries
from oms.backups.archive import BrokenBackupError, Head
from oms.backups.queries import DATA, KEYRING, KEYRING_LIFE, LEFT_OUT
from oms.kernel import audit, clock, db, places, vault
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.kernel.errors import ConfigurationError, RefusedError
from oms.privacy.retention import actions as retention
from oms.web import doctor
from oms.web.doctor import Finding, Health

_HASH_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """Two backups that belong together: their rows and bytes, the files beside them, and seconds taken."""

    data: Path
    keyring: Path
    rows: int
    bytes: int
    files: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back and let go of again, and what the doctor then found ill."""

    rows: int
    keys: int
    erased_again: int
    due_meanwhile: int
    found_again: int
    files: int
    ill: tuple[Finding, ...]
    seconds: float


def create(settings: Settings, data: Path, keyring: Path) -> Made:
    """Back up data, files and keyring, the keyring last, so that it has the key of every row in the data.

    Each is read back before it counts. Raises ConfigurationError without BACKUP_KEY, BrokenBackupError when
    what was read back is not what was written; then it is not kept. TransferRefusedError where its
    folder is in a country to which nothing new may go.
    """
    if not settings.backup_key:
        raise ConfigurationError("BACKUP_KEY is not set: without it no backup is made.")
    begun = clock.now()
    vault.require_open()
    for name in ("backups of the data", "backups of the keyring"):
        places.require(name)
    first = _back_up(settings, DATA, data)
    files = folders.back_up(settings, data)
    second = _back_up(settings, KEYRING, keyring)
    _expire(settings, data, keyring)
    size = sum(path.stat().st_size for path in (first, second))
    rows = queries.held(data, DATA)[0].rows
    return Made(first, second, rows, size, files, (clock.now() - begun).total_seconds())


def create_if_due(settings: Settings) -> Made | None:
    """Back up when the newest is as old as the settings say; None when it is not, or none is wanted."""
    if not settings.backup_key:
        return None
    newest = queries.held(settings.backup_keyring, KEYRING)[:1]
    if newest and newest[0].age() < timedelta(minutes=settings.backup_minutes):
        return None
    return create(settings, settings.backup_data, settings.backup_keyring)


def _back_up(settings: Settings, what: str, folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    head = archive.new_head(what, clock.now())
    path = queries.path_of(folder, what, head.name, head.made_at)
    try:
        manifest = _written(settings, head, path)
        _verify(path, settings.backup_key, manifest["rows"])
        _declare(path, {**manifest, "verified_at": clock.now().isoformat()})
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _written(settings: Settings, head: Head, path: Path) -> dict[str, Any]:
    url = settings.database_url if head.what == DATA else settings.keyring_url
    with _snapshot(_engine(head.what)) as (connection, snapshot):
        rows = {k: v for k, v in queries.counts(connection).items() if k not in LEFT_OUT[head.what]}
        manifest = {"what": head.what, "name": head.name, "made_at": head.made_at.isoformat(), "rows": rows}
        content = programs.dump(url, snapshot, LEFT_OUT[head.what])
        with path.open("xb") as file:
            path.chmod(0o600)
            archive.write(file, head, settings.backup_key, manifest, content)
            file.flush()
            os.fsync(file.fileno())
    return {**manifest, "bytes": path.stat().st_size, "sha256": _sha256(path)}


@contextmanager
def _snapshot(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """Give a transaction that sees one moment, and the name under which pg_dump sees the same."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {name} = 0"))
        yield connection, str(connection.scalar(text("SELECT pg_export_snapshot()")))


def _engine(what: str) -> Engine:
    return db.engine(Role.MIGRATE) if what == DATA else db.keyring_engine(Role.MIGRATE)


def verify(path: Path, backup_key: bytes) -> dict[str, int]:
    """Read a backup to its end and return its rows by table. Raises BrokenBackupError."""
    rows: dict[str, int] = archive.manifest_of(path, backup_key)["rows"]
    _verify(path, backup_key, rows)
    return rows


def _verify(path: Path, backup_key: bytes, rows: dict[str, int]) -> None:
    found = programs.rows_in(archive.content_of(path, backup_key))
    differing = sorted(name for name in {*rows, *found} if rows.get(name, 0) != found.get(name, 0))
    if differing:
        raise BrokenBackupError(f"{path} does not hold the rows that were counted: {', '.join(differing)}.")


def _declare(path: Path, manifest: dict[str, Any]) -> None:
    draft = queries.manifest_path(path).with_suffix(".draft")
    draft.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    draft.rename(queries.manifest_path(path))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_HASH_BYTES):
            digest.update(part)
    return digest.hexdigest()


def _expire(settings: Settings, data: Path, keyring: Path) -> int:
    """Remove backups that are past their time, and what attempts left; return how many files of content."""
    old = queries.too_many(queries.held(data, DATA), timedelta(days=settings.backup_days))
    old += queries.too_many(queries.held(keyring, KEYRING), KEYRING_LIFE)
    paths = [one.path for one in old] + queries.leavings(data) + queries.leavings(keyring)
    for path in paths:
        path.unlink(missing_ok=True)
        queries.manifest_path(path).unlink(missing_ok=True)
    return len(paths)


def expire(settings: Settings) -> int:
    """Remove what is past its time in the folders of the settings; return how many backups."""
    return _expire(settings, settings.backup_data, settings.backup_keyring)


def restore(
    settings: Settings, data: Path, keyring: Path, *, upgrade: Callable[[str, str], None]
) -> Restored:
    """Restore two empty databases, destroy again what was erased since, and rebuild the look-ups.

    Both backups are read to their end first. Raises BrokenBackupError for a damaged, swapped or wrong one,
    RefusedError for one past its time or for databases that are not empty; then nothing was written.
    """
    begun = clock.now()
    paths = {DATA: queries.chosen(data, DATA), KEYRING: queries.chosen(keyring, KEYRING)}
    lives = {DATA: timedelta(days=settings.backup_days), KEYRING: KEYRING_LIFE}
    for what, path in paths.items():
        _refuse_old(path, lives[what], begun)
        with _engine(what).connect() as connection:
            if not queries.is_empty(connection):
                raise RefusedError(f"The database of the {what} is not empty: restore into an empty one.")
    rows = {what: verify(path, settings.backup_key) for what, path in paths.items()}
    urls = {DATA: settings.database_url, KEYRING: settings.keyring_url}
    folders.verify(paths[DATA].parent)
    for what, path in paths.items():
        programs.restore(urls[what], archive.content_of(path, settings.backup_key))
        with _engine(what).connect() as connection:
            if queries.counts(connection) != rows[what]:
                raise BrokenBackupError(f"The {what} came back with other rows than were counted.")
    upgrade(settings.database_url, settings.keyring_url)
    with reading(Role.AUDIT) as session:
        audit.anchor_restored(session, settings.state_dir / "anchors")
    again, due, found = replay()
    files = folders.bring_back(settings, paths[DATA].parent)
    ill = tuple(finding for finding in doctor.examine() if finding.health is Health.ILL)
    seconds = (clock.now() - begun).total_seconds()
    keys = rows[KEYRING].get("public.keys", 0)
    return Restored(sum(rows[DATA].values()), keys, again, due, found, files, ill, seconds)


def replay() -> tuple[int, int, int]:
    """Open a restored shop: destroy again what was erased, let go of what fell due, rebuild the look-ups.

    Return how many keys and rows went again, how much fell due, how many records can be found again.
    """
    again = vault.replay_tombstones()
    due = sum(retention.let_go().values())
    found = vault.reindex()
    vault.require_open()
    _analyze()
    return again.keys + again.rows, due, found


def _analyze() -> None:
    """Let the planner know the restored tables."""
    for engine in (db.engine(Role.MIGRATE), db.keyring_engine(Role.MIGRATE)):
        with db.upkeep(engine) as connection:
            connection.execute(text("ANALYZE"))


def _refuse_old(path: Path, life: timedelta, now: datetime) -> None:
    made_at = archive.head_of(path).made_at
    if now - made_at > life:
        raise RefusedError(
            f"{path} was made on {made_at:%Y-%m-%d}, more than {life.days} days ago: what was erased since "
            "then may not return. Take a newer one."
        )
