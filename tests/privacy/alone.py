"""What stands alone in these years: kinds with a unit of their own, and a row for every table with a life."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Enum, Table, Text, cast, func

from oms import tables
from oms.buyers.personal import FormerMailbox, MailboxCode
from oms.kernel import ids, register
from oms.kernel.register import Life
from oms.privacy.asking.personal import RequestContact, RequestWords
from oms.privacy.copies.personal import CopyFile, CopyMailbox
from oms.privacy.moving.personal import MoveClaim
from oms.privacy.personal import CertificateMailbox
from oms.privacy.retention import queries

assert tables.MODULES
# What stands alone, in a unit of its own, for so many days from when it was given; see `alone`.
ALONE: dict[type, int] = {
    MailboxCode: 1,
    FormerMailbox: 1,
    CopyMailbox: 3,
    CopyFile: 3,
    CertificateMailbox: 7,
    MoveClaim: 30,
    RequestContact: 107,
    RequestWords: 100,
}
# Tables that people and orders of these years fill by themselves; the others with a life get a row each.
LIVED = frozenset({"carts", "orders", "mail_sends", "outbox_messages"})


def alone() -> dict[type, int]:
    """Every kind that stands in a unit of its own, and its days: those written here, then the register's."""
    ours = [kind for kind in register.KINDS.values() if kind.type.__module__.startswith("oms.")]
    others = [kind for kind in ours if kind.unit not in {"order", "account", "staff"}]
    return {kind.type: kind.retention.days for kind in others} | ALONE


def lone_tables() -> list[tuple[Table, Life]]:
    """Every table with a declared life, but those that these years fill anyhow."""
    return [(table, life) for table, life in queries.lives() if table.name not in LIVED]


def name_of(table: Table) -> ColumnElement[str]:
    """What a row of a table is called here."""
    return func.concat_ws("/", *(cast(column, Text) for column in table.primary_key))


def row_of(table: Table, at: datetime) -> dict[str, object]:
    """Return a row of any table, made at a moment: what must be given, and what its life counts from."""
    return {
        column.name: _value(column, at)
        for column in table.columns
        if column.name in _counted(table) or not (column.nullable or column.server_default or column.identity)
    }


def _counted(table: Table) -> set[str]:
    return {life.after for other, life in queries.lives() if other is table}


def _value(column: Column[Any], at: datetime) -> object:
    if isinstance(column.type, Enum):
        # Somebody of the staff, whose row counts from the day they left.
        return "left" if "left" in column.type.enums else column.type.enums[0]
    plain: dict[type, object] = {
        datetime: at,
        date: at.date(),
        int: ids.new_id().int % 10**9,
        bytes: ids.new_id().bytes,
        bool: False,
        UUID: ids.new_id(),
        list: [],
        dict: {},
    }
    return plain.get(column.type.python_type, ids.token())
