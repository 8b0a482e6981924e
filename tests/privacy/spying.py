"""Counting from outside what the vault really unseals and changes, and for whom: beside what the audit says.

The interpreter tells of every return of the one function that unseals (`envelope.unshut`) and of the one that
corrects (`records.replace`). Nothing of the audit is asked, and nothing is patched.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from sqlalchemy import select

from oms.kernel.audit import Actor, ActorKind, AuditEntry
from oms.kernel.db import reading
from oms.kernel.vault import envelope, filing, records, rows

Accesses = Counter[tuple[str, str, str]]

_DOORS = {
    getattr(module, name).__code__
    for module, names in (
        (records, ("open_many", "open_each", "open_row", "replace")),
        (filing, ("open_file",)),
    )
    for name in names
}
# The key of a key is unsealed by the same function; a record or file by these callers alone.
_OF_PEOPLE = {rows.record_in.__code__, filing.open_file.__code__}


class Spy:
    """What was unsealed for staff, and changed by anybody: (verb, unit, kind), once for each deed."""

    def __init__(self) -> None:
        self._seen: list[tuple[FrameType, str, str, str]] = []

    def watch(self, frame: FrameType, event: str, given: object) -> None:
        """Hear of a return; `given` is None where it raised or gave nothing."""
        if event != "return":
            return
        if frame.f_code is envelope.unshut.__code__ and given is not None:
            caller = frame.f_back
            if caller is not None and caller.f_code in _OF_PEOPLE:
                row, door = caller.f_locals["row"], _outermost(frame)
                if door is not None and _who(door) is ActorKind.STAFF:
                    self._seen.append((door, "vault.open", row.unit, row.kind))
        elif _is_change(frame.f_code) and "envelope" in frame.f_locals:
            found = frame.f_locals
            self._seen.append((frame, "vault.replace", found["unit"], found["kind"].name))

    def counted(self) -> Accesses:
        """Return each deed once, however many rows of one kind it unsealed."""
        return Counter(key[1:] for key in dict.fromkeys((id(one[0]), *one[1:]) for one in self._seen))


def _is_change(code: CodeType) -> bool:
    return code is records.replace.__code__


def _outermost(frame: FrameType | None) -> FrameType | None:
    found = None
    while frame is not None:
        if frame.f_code in _DOORS:
            found = frame
        frame = frame.f_back
    return found


def _who(door: FrameType) -> ActorKind:
    by: Actor = door.f_locals["by"]
    return by.kind


@contextmanager
def spying() -> Iterator[Spy]:
    """Count everything in the block, in this thread."""
    spy = Spy()
    sys.setprofile(spy.watch)
    try:
        yield spy
    finally:
        sys.setprofile(None)


def audited() -> Accesses:
    """Return what the audit says was opened by staff, and changed by anybody."""
    with reading() as session:
        entries: Any = session.execute(
            select(AuditEntry.verb, AuditEntry.about, AuditEntry.fields, AuditEntry.actor_kind).where(
                AuditEntry.verb.in_(("vault.open", "vault.replace"))
            )
        ).all()
    return Counter(
        (one.verb, one.about, _kind(one.fields[0]))
        for one in entries
        if one.verb == "vault.replace" or one.actor_kind == ActorKind.STAFF
    )


def _kind(field: str) -> str:
    """Return the kind of `order.delivery.name`, and of `order.delivery`, as a change names it."""
    parts = field.split(".")
    return ".".join(parts[:2])
