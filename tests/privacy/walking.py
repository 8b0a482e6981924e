"""A walk over the data map, as a request in Fides goes: from a mailbox along references, row by row."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import text

from oms.kernel import vault
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import Role, reading
from oms.kernel.register import KINDS, Purpose
from oms.privacy.mapping import queries as mapping

_THEMSELVES = Actor(ActorKind.BUYER, "self")
Rows = dict[str, list[dict[str, Any]]]


def rows() -> Rows:
    """Every row of every collection of the map that a person may see, each with what it belongs to."""
    with reading(Role.MIGRATE) as session:
        kept = session.execute(text("SELECT DISTINCT kind, unit FROM personal.sealed")).all()
        bought = "SELECT 'order:' || number AS unit, 'account:' || buyer_id AS account FROM orders"
        found: Rows = {"orders": [dict(row) for row in session.execute(text(bought)).mappings()]}
    with reading() as session:
        for name, unit in kept:
            kind = KINDS.get(name)  # a field that stands apart has none: it is read with its record
            if kind is not None and Purpose.RIGHTS in kind.purposes and kind.unit in mapping.ROOTS:
                opened = vault.open_each(session, kind.type, unit, purpose=Purpose.RIGHTS, by=_THEMSELVES)
                found.setdefault(name, []).extend(asdict(one) | {"unit": unit} for one in opened.values())
    return found


def walked(everything: Rows, *mailboxes: str) -> set[tuple[str, str, str]]:
    """What the map leads to from some mailboxes: each value by its record and field."""
    fields = [
        (each["name"], field["name"], field.get("fides_meta", {}))
        for each in mapping.fides()["dataset"][0]["collections"]
        for field in each["fields"]
    ]
    seeds = [(name, field) for name, field, meta in fields if meta.get("identity") == "email"]
    edges = [
        (name, field, *reference["field"].rsplit(".", 1))
        for name, field, meta in fields
        for reference in meta.get("references", ())
    ]
    found: dict[str, set[int]] = {name: set() for name, _field, _meta in fields}
    for name, field in seeds:
        found[name] |= {n for n, row in enumerate(everything.get(name, ())) if row[field] in mailboxes}
    size = -1
    while size != (size := sum(map(len, found.values()))):
        for name, field, origin, thread in edges:
            known = {everything[origin][n][thread] for n in found[origin]} - {None}
            found[name] |= {n for n, row in enumerate(everything.get(name, ())) if row[field] in known}
    return {
        (name, field, str(value))
        for name, numbers in found.items()
        for n in numbers
        for field, value in everything[name][n].items()
        if field not in mapping.THREADS and value not in ("", (), None)
    }


def lacking(reached: set[tuple[str, str, str]], copies: list[dict[str, Any]]) -> set[str]:
    """What a walk reached and no copy holds, as `kind.field`."""
    held = {
        (record["kind"], name, str(tuple(value) if isinstance(value, list) else value))
        for copy in copies
        for record in copy["records"]
        for name, value in record["values"].items()
    }
    return {f"{kind}.{field}" for kind, field, _value in reached - held}
