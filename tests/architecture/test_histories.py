"""Each machine's moves are dated rows of who and why, or its row says all of its one move (ADR 0022)."""

import importlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import MetaData

from oms import tables
from oms.kernel.states import Machine
from tests.architecture.source import ROOT

# By machine: the table of its moves.
HISTORIES = {
    "order": "order_events",
    "payment": "payment_events",
    "refund": "refund_events",
    "fulfillment order": "fulfillment_events",
    "shipment": "fulfillment_events",
    "privacy request": "privacy_request_events",
    "suspected minor": "minor_events",
}
# Machines of one move: (table, the column of its day). Who and why stand beside it, or in what went with it.
ONE_MOVE = {
    "reservation": ("reservations", "ended_at"),  # who and why: the order's event and the ledger's line
    "account": ("buyers", "closed_at"),
    "turn": ("bulk_works", "ended_at"),
    "mail": ("mail_sends", "sent_at"),
    "withdrawal": ("withdrawals", "settled_at"),
    "doubt": ("order_doubts", "decided_at"),
    "staff": ("staff", "left_at"),
}
# Machines of things, whose moves are deeds in the audit trail or days on their row, each move its own column.
DEEDS = {"product", "label", "breach", "copy", "mailbox move", "official request", "export", "text"}
WHO_AND_WHY = {"at", "by_kind", "why"}


def _machines() -> list[Machine[Any]]:
    modules = [
        importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        for file in sorted((ROOT / "oms").rglob("states.py"))
        if "kernel" not in file.parts
    ]
    return [value for module in modules for value in vars(module).values() if isinstance(value, Machine)]


def without_history(machines: Iterable[Machine[Any]], metadata: MetaData) -> list[str]:
    """Name each machine whose moves nobody could tell afterwards."""
    found = []
    for machine in machines:
        name, has_more = (
            machine.name,
            any(not machine.is_final(to) for tos in machine.moves.values() for to in tos),
        )
        if name in HISTORIES:
            is_told = set(metadata.tables[HISTORIES[name]].c.keys()) >= WHO_AND_WHY
        elif name in ONE_MOVE:
            table, column = ONE_MOVE[name]
            is_told = not has_more and column in metadata.tables[table].c
        else:
            is_told = name in DEEDS
        if not is_told:
            found.append(name)
    return found


def test_every_machine_has_its_history() -> None:
    machines = _machines()
    assert {machine.name for machine in machines} == {*HISTORIES, *ONE_MOVE, *DEEDS}
    assert without_history(machines, tables.metadata) == []


class _Light(StrEnum):
    RED, GREEN, OUT = "red", "green", "out"


def test_a_machine_without_a_history_is_seen() -> None:
    moves = {_Light.RED: frozenset({_Light.GREEN}), _Light.GREEN: frozenset({_Light.OUT})}
    assert without_history([Machine("light", moves)], tables.metadata) == ["light"]
    # What has one move no more needs rows of its moves.
    assert without_history([Machine("reservation", moves)], tables.metadata) == ["reservation"]


def test_a_history_that_forgets_who_is_seen() -> None:
    changed = MetaData()
    for table in tables.metadata.sorted_tables:
        copied = table.to_metadata(changed)
        if table.name == "refund_events":
            copied._columns.remove(copied.c.by_kind)  # a table has no other way to lose one
    refund = next(machine for machine in _machines() if machine.name == "refund")
    assert without_history([refund], changed) == ["refund"]
