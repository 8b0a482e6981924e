"""The stand-in's ledger: one SQLite file that survives a killed process.

Every object the party knows is a row of `objects` (its kind, its id, its JSON). A unit of `Work` is one
SQLite transaction: objects, events to deliver, timers and the remembered answer to an idempotency key land
together or not at all. `synchronous=OFF` is meant: the file must survive `kill -9` of the process, not a
power cut.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oms.local.outside.clock import Clock

Json = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE, key TEXT,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
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
_EMPTIED = ("objects", "keys", "deliveries", "timers", "received", "settings")


@dataclass(frozen=True)
class Cause:
    """What made a piece of work happen: a request of the API, or none (a timer, the pay page)."""

    request_id: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Search:
    """Which objects of a kind to read: `where` are (field, operator, value) with = >= > <= < or in."""

    kind: str
    where: tuple[tuple[str, str, Any], ...] = ()
    limit: int | None = None
    after: int | None = None  # only rows older than this sequence number
    before: int | None = None  # only rows newer than this sequence number
    is_delivered: bool | None = None  # only events whose webhooks all arrived, or did not


class Work:
    """An open transaction on the ledger, handed out by `Store.transaction`."""

    def __init__(self, store: "Store", cause: Cause) -> None:
        """Work at the present moment of the store's clock (UTC seconds) because of `cause`."""
        self.now = store.clock.now()
        self.cause = cause
        self.run = store.connection.execute
        self._wants = store.wants

    def get(self, kind: str, identifier: str) -> Json | None:
        """Return a fresh copy of the object, or None when the party does not know it."""
        row = self.run("SELECT body FROM objects WHERE id = ? AND kind = ?", (identifier, kind)).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, kind: str, value: Json) -> Json:
        """Write the object under its `id`: a new one notes the cause's key, a known one keeps its place."""
        self.run(
            "INSERT INTO objects (kind, id, key, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (kind, value["id"], self.cause.key, json.dumps(value)),
        )
        return value

    def place(self, kind: str, identifier: str) -> int | None:
        """Return the sequence number of an object, for lists that continue after it."""
        row = self.run("SELECT seq FROM objects WHERE id = ? AND kind = ?", (identifier, kind)).fetchone()
        return int(row[0]) if row else None

    def find(self, search: Search) -> list[Json]:
        """Return matching objects, newest first (with `before`: the nearest newer ones)."""
        clauses: list[str] = ["kind = ?"]
        values: list[Any] = [search.kind]
        for field, operator, value in search.where:
            clause, bound = _condition(field, operator, value)
            clauses.append(clause)
            values.extend(bound)
        for clause, place in (("seq < ?", search.after), ("seq > ?", search.before)):
            if place is not None:
                clauses.append(clause)
                values.append(place)
        if search.is_delivered is not None:
            sign = "NOT IN" if search.is_delivered else "IN"
            clauses.append(f"id {sign} (SELECT event FROM deliveries WHERE state <> 'delivered')")  # noqa: S608 - fixed
        upward = search.before is not None
        order = f"ORDER BY seq {'ASC' if upward else 'DESC'} LIMIT {search.limit or -1:d}"
        sql = f"SELECT body FROM objects WHERE {' AND '.join(clauses)} {order}"  # noqa: S608 - our own names
        found = [json.loads(row[0]) for row in self.run(sql, values)]
        return found[::-1] if upward else found

    def announce(self, event: Json) -> None:
        """Keep an event (`id`, `type`, …) and have it sent as a webhook if the endpoint wants its type."""
        self.put("event", event)
        if self._wants(event["type"]):
            sql = "INSERT INTO deliveries (event, type, due) VALUES (?, ?, ?)"
            self.run(sql, (event["id"], event["type"], time.time()))

    def schedule(self, due: int, action: str, identifier: str) -> None:
        """Have the party's timer `action` run on an object once the stand-in's clock reaches `due`."""
        self.run("INSERT INTO timers (due, action, object) VALUES (?, ?, ?)", (due, action, identifier))


def _nothing(_event_type: str) -> bool:
    return False


def _condition(field: str, operator: str, value: Any) -> tuple[str, list[Any]]:  # noqa: ANN401 - any JSON scalar
    path = f"json_extract(body, '$.{field}')"
    if operator == "in":
        return f"{path} IN ({', '.join('?' * len(value))})", list(value)
    return f"{path} {operator} ?", [value]


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
        self.connection.executescript(_TABLES)
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
    def transaction(self, cause: Cause = Cause()) -> Iterator[Work]:
        """Hold the ledger for one unit of work; an exception undoes all of it, the end keeps all of it."""
        with self._lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield Work(self, cause)
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
            yield Work(self, Cause())

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
            self.clock.jump(-(self.clock.now() - Clock().now()))

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
