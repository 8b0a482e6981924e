"""Which backups there are, and how old; what a database holds, counted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from oms.backups.archive import BrokenBackupError, head_of
from oms.kernel import clock

DATA, KEYRING = "data", "keyring"
# However old the data, a keyring of more days ago would bring back keys that were destroyed since.
KEYRING_LIFE = timedelta(days=7)
# What a restore rebuilds, or what nobody should find again: look-ups, sessions, codes, tries, sign-ins.
LEFT_OUT = {
    DATA: (
        "personal.blind_indexes",
        "public.mailbox_challenges",
        "public.sign_in_alerts",
        "public.sign_in_budgets",
        "public.sign_ins",
        "public.tombstone_marks",
        "public.web_sessions",
    ),
    KEYRING: ("public.tombstone_marks",),
}
_SUFFIX = ".backup"
_TABLES = text(
    "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'personal')"
    " ORDER BY schemaname, tablename"
)


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup that was finished and read back; `rows` is how many are in it."""

    path: Path
    what: str
    made_at: datetime
    verified_at: datetime
    bytes: int
    rows: int

    def age(self) -> timedelta:
        """Return how old it is."""
        return clock.now() - self.made_at


def path_of(folder: Path, what: str, name: str, made_at: datetime) -> Path:
    """Return where a backup is written."""
    return folder / f"{made_at:%Y%m%dT%H%M%SZ}-{name}.{what}{_SUFFIX}"


def manifest_path(path: Path) -> Path:
    """Return where the manifest of a backup lies: it is written last, when the backup was read back."""
    return path.with_name(f"{path.name}.json")


def held(folder: Path, what: str) -> list[Backup]:
    """Return the finished backups of a folder, the newest first."""
    found = [_backup(path) for path in folder.glob(f"*.{what}{_SUFFIX}") if manifest_path(path).exists()]
    return sorted((one for one in found if one.what == what), key=lambda one: one.made_at, reverse=True)


def _backup(path: Path) -> Backup:
    told: dict[str, Any] = json.loads(manifest_path(path).read_text(encoding="utf-8"))
    made_at, verified_at = (datetime.fromisoformat(told[name]) for name in ("made_at", "verified_at"))
    return Backup(path, told["what"], made_at, verified_at, told["bytes"], sum(told["rows"].values()))


def leavings(folder: Path) -> list[Path]:
    """Return what attempts left that never came to their end, older than a day."""
    before = (clock.now() - timedelta(days=1)).timestamp()
    return [
        path
        for path in folder.glob(f"*{_SUFFIX}*")
        if path.suffix != ".json" and not manifest_path(path).exists() and path.stat().st_mtime < before
    ]


def chosen(given: Path, what: str) -> Path:
    """Return the backup that is meant: a file, or the newest of a folder. Raises BrokenBackupError."""
    if not given.is_dir():
        path = given
    elif newest := held(given, what)[:1]:
        path = newest[0].path
    else:
        raise BrokenBackupError(f"{given} holds no finished backup of the {what}.")
    found = head_of(path).what
    if found != what:
        raise BrokenBackupError(f"{path} is a backup of the {found}, not of the {what}.")
    return path


def too_many(found: Sequence[Backup], keep: timedelta) -> list[Backup]:
    """Return those to remove: past their time, and of each day before yesterday all but the newest."""
    gone: list[Backup] = []
    days: set[str] = set()
    for one in found:
        day = f"{one.made_at:%Y%m%d}"
        if one.age() > keep or (one.age() > timedelta(days=1) and day in days):
            gone.append(one)
        days.add(day)
    return gone


def counts(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has; only tables with rows."""
    found = {}
    for schema, table in connection.execute(_TABLES).all():
        rows = connection.scalar(text(f'SELECT count(*) FROM "{schema}"."{table}"'))  # noqa: S608 - named by Postgres
        found[f"{schema}.{table}"] = int(rows or 0)
    return {name: count for name, count in found.items() if count}


def is_empty(connection: Connection) -> bool:
    """Say whether a database has no table of ours."""
    return not connection.execute(_TABLES).all()
