"""A unit of work on a stand-in's ledger: reading, writing, announcing, scheduling in one transaction."""

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Cause:
    """What made a piece of work happen: a request of the API, or none (a timer, the pay page)."""

    request_id: str | None = None
    key: str | None = None


BY_ITSELF = Cause()


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

    def __init__(
        self, connection: sqlite3.Connection, now: int, cause: Cause, wants: Callable[[str], bool]
    ) -> None:
        """Work at the moment `now` (UTC seconds) because of `cause`; `wants` tells which events are sent."""
        self.now = now
        self.cause = cause
        self.run = connection.execute
        self._wants = wants

    def get(self, kind: str, identifier: str) -> Json | None:
        """Return a fresh copy of the object, or None when the party does not know it."""
        row = self.run("SELECT body FROM objects WHERE id = ? AND kind = ?", (identifier, kind)).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, kind: str, value: Json) -> Json:
        """Write the object under its `id`: a new one notes the cause's key, a known one keeps its place."""
        self.run(
            "INSERT INTO objects (kind, id, key, created, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (kind, value["id"], self.cause.key, value.get("created"), json.dumps(value)),
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


def _condition(field: str, operator: str, value: Any) -> tuple[str, list[Any]]:  # noqa: ANN401 - any JSON scalar
    path = field if field == "created" else f"json_extract(body, '$.{field}')"
    if operator == "in":
        return f"{path} IN ({', '.join('?' * len(value))})", list(value)
    return f"{path} {operator} ?", [value]
