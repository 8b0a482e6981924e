"""The stand-in's ledger: one SQLite file that survives a killed process.

Every object the party knows is a row of `objects` (its kind, its id, its JSON). A unit of `Work` is one
SQLite transaction: objects, events to deliver, timers and the remembered answer to an idempotency key land
together or not at all. `synchronous=OFF` is meant: the file must survive `kill -9` of the process, not a
power cut.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from oms.local.outside.clock import Clock
from oms.local.outside.work import BY_ITSELF, Cause, Json, Work

_TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE, key TEXT,
    created INTEGER, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_time ON objects (kind, created);
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY, target TEXT NOT NULL, digest TEXT NOT NULL, created INTEGER NOT NULL,
    status INTEGER NOT NULL, request_id TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, type TEXT NOT NULL, due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'pending', status INTEGER);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS timers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS timers_due ON timers (due);
CREATE TABLE IF NOT EXISTS received (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_VERSION = 1
_EMPTIED = ("objects", "keys", "deliveries", "timers", "received", "settings")


def _nothing(_event_type: str) -> bool:
    return False


def _changes(value: Json, blank: Callable[[Json], None]) -> bool:
    before = json.dumps(value)
    blank(value)
    return json.dumps(value) != before


class Store:
    """One stand-in's file, its lock and its clock."""

    def __init__(self, folder: Path, lookups: Sequence[str] = ()) -> None:
        """Open or create `folder/ledger.sqlite`; `lookups` are JSON fields that searches must find fast."""
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self.connection = sqlite3.connect(
            folder / "ledger.sqlite", check_same_thread=False, isolation_level=None
        )
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=OFF")
        self.connection.execute("PRAGMA secure_delete=ON")
        if self.connection.execute("PRAGMA user_version").fetchone() != (_VERSION,):
            for table in _EMPTIED:  # a ledger of another form is of no use: begin anew
                self.connection.execute(f"DROP TABLE IF EXISTS {table}")
        self.connection.executescript(_TABLES)
        self.connection.execute(f"PRAGMA user_version = {_VERSION}")
        for field in lookups:
            path = f"json_extract(body, '$.{field}')"
            self.connection.execute(
                f"CREATE INDEX IF NOT EXISTS objects_by_{field}"
                f" ON objects (kind, {path}) WHERE {path} IS NOT NULL"
            )
        self.wants: Callable[[str], bool] = _nothing
        self._wakers: list[Callable[[], None]] = []
        self.clock = Clock(int(self._setting("clock") or 0), self._remember_clock)

    @contextmanager
    def transaction(self, cause: Cause = BY_ITSELF) -> Iterator[Work]:
        """Hold the ledger for one unit of work; an exception undoes all of it, the end keeps all of it."""
        with self._lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield Work(self.connection, self.clock.now(), cause, self.wants)
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")
        for wake in self._wakers:
            wake()

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """Hold the ledger to read from it; nothing is begun and nothing is woken."""
        with self._lock:
            yield Work(self.connection, self.clock.now(), BY_ITSELF, self.wants)

    def on_change(self, wake: Callable[[], None]) -> None:
        """Have `wake` called after each kept unit of work (the webhook sender waits for it)."""
        self._wakers.append(wake)

    def record(self, entry: Json) -> None:
        """Note what the party was sent, for tests that ask exactly what it has learned."""
        with self._lock:
            self.connection.execute(
                "INSERT INTO received (at, body) VALUES (?, ?)", (self.clock.now(), json.dumps(entry))
            )

    def received(self) -> list[Json]:
        """Return everything the party was sent, oldest first."""
        with self._lock:
            rows = self.connection.execute("SELECT at, body FROM received ORDER BY id").fetchall()
        return [{"at": at, **json.loads(body)} for at, body in rows]

    def reset(self) -> None:
        """Forget everything, as on the first day."""
        with self._lock:
            for table in _EMPTIED:
                self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.clock.jump(-(self.clock.now() - Clock().now()))

    def forget(self, before: int, blank: Callable[[Json], None]) -> int:
        """Let go of the people behind what is older than `before` (UTC seconds); returns how many changed.

        Requests, kept answers and events go; `blank` takes the personal parts out of the other objects.
        """
        with self.transaction() as work:
            work.run("DELETE FROM received WHERE at < ?", (before,))
            work.run("DELETE FROM keys WHERE created < ?", (before,))
            old = "kind = 'event' AND created < ?"
            work.run(f"DELETE FROM deliveries WHERE event IN (SELECT id FROM objects WHERE {old})", (before,))  # noqa: S608 - fixed text
            work.run(f"DELETE FROM objects WHERE {old}", (before,))  # noqa: S608 - fixed text
            sql = "SELECT kind, body FROM objects WHERE created < ?"
            kept = [(kind, json.loads(body)) for kind, body in work.run(sql, (before,)).fetchall()]
            changed = [(kind, value) for kind, value in kept if _changes(value, blank)]
            for kind, value in changed:
                work.put(kind, value)
        with self._lock:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(changed)

    def _setting(self, name: str) -> str | None:
        row = self.connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def _remember_clock(self, offset: int) -> None:
        with self._lock:
            self.connection.execute(
                "INSERT INTO settings (name, value) VALUES ('clock', ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (str(offset),),
            )
