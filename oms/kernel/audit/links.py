"""The chain: each link holds the SHA-256 of the link before it and of its entry; heads lie outside."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, insert, select, text
from sqlalchemy.orm import Session

from oms.kernel import clock
from oms.kernel.audit.entries import AuditEntry, AuditLink

_BATCH = 1000
# Rows that verifying holds at once: few enough for any memory, enough that asking costs little.
_PAGE = 5000
# Made once: `json.dumps` with separators makes a new one for each entry.
_ENCODER = json.JSONEncoder(separators=(",", ":"))
# Ids are given before a transaction commits: an entry may appear this many ids behind a linked one.
_LATECOMERS = 100_000
_BEFORE_ALL = -(2**62)
# In plain SQL: mapping each value to the types of the tables took as long as everything else together.
_LINKS = text(
    "SELECT l.position, l.hash, l.entry_id, e.id, e.at, e.actor_kind, e.actor_id, e.verb, e.about, e.purpose,"
    " e.fields, e.detail_digest, uuid_send(d.subject_id) AS subject, d.reason, d.salt"
    " FROM audit_links AS l LEFT JOIN audit_entries AS e ON e.id = l.entry_id"
    " LEFT JOIN audit_details AS d ON d.entry_id = l.entry_id"
    " WHERE l.position > :after ORDER BY l.position LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found: how many links hold, what is broken, and the entries not yet linked."""

    links: int
    broken: tuple[str, ...]
    unchained: int
    oldest_unchained: datetime | None

    @property
    def is_whole(self) -> bool:
        """Say whether nothing was changed, removed, moved or cut."""
        return not self.broken


def chain(session: Session) -> int:
    """Link the entries that are not linked yet, by one process at a time; return how many."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("audit chain"))))
    head = session.execute(
        select(AuditLink.position, AuditLink.hash).order_by(AuditLink.position.desc()).limit(1)
    ).one_or_none()
    position, last = (head.position, head.hash) if head else (0, b"")
    newest = session.scalar(select(func.max(AuditLink.entry_id))) or 0
    entries = session.execute(
        select(AuditEntry.__table__)
        .outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(AuditLink.entry_id.is_(None), AuditEntry.id > newest - _LATECOMERS)
        .order_by(AuditEntry.id)
        .limit(_BATCH)
    ).all()
    links = []
    for entry in entries:
        position += 1
        last = _link_hash(last, position, entry)
        links.append({"position": position, "entry_id": entry.id, "hash": last})
    if links:
        session.execute(insert(AuditLink), links)
    return len(links)


def _link_hash(last: bytes, position: int, entry: Row[Any]) -> bytes:
    told = [
        position,
        entry.id,
        entry.at.astimezone(UTC).isoformat(),
        *(entry.actor_kind, entry.actor_id, entry.verb, entry.about, entry.purpose),
        entry.fields,
        entry.detail_digest.hex() if entry.detail_digest else None,
    ]
    return hashlib.sha256(last + _ENCODER.encode(told).encode()).digest()


def anchor(session: Session, path: Path) -> int:
    """Append the head of the chain to a file outside the database; return its position, 0 for no chain."""
    head = session.execute(
        select(AuditLink.position, AuditLink.hash).order_by(AuditLink.position.desc()).limit(1)
    ).one_or_none()
    if head is None:
        return 0
    line = {"at": clock.now().isoformat(), "position": head.position, "hash": head.hash.hex()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return int(head.position)


def verify(session: Session, anchors: Path | None = None) -> Verdict:
    """Walk the chain from its beginning and compare it with itself, its entries, and the anchored heads."""
    anchored = _anchored(anchors)
    broken: list[str] = []
    count, position, last = 0, 0, b""
    while rows := _links_after(session, position if count else None):
        for row in rows:
            broken += _faults(row, position, last)
            if anchored.pop(row.position, row.hash) != row.hash:
                broken.append(f"position {row.position} is not what was anchored")
            count, position, last = count + 1, row.position, row.hash
    broken += [f"position {gone} was anchored and is gone" for gone in anchored]
    tail = session.execute(
        select(func.count(), func.min(AuditEntry.at))
        .select_from(AuditEntry)
        .outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(AuditLink.entry_id.is_(None))
    ).one()
    return Verdict(count, tuple(broken), tail[0], tail[1])


def _links_after(session: Session, position: int | None) -> Sequence[Row[Any]]:
    """Return the next links with their entries and details; keyset pages, for a chain has no end."""
    after = _BEFORE_ALL if position is None else position
    return session.execute(_LINKS, {"after": after, "most": _PAGE}).all()


def _faults(row: Row[Any], position: int, last: bytes) -> list[str]:
    """Return what is wrong with one link, given the position and hash of the link before it."""
    faults = []
    if row.position != position + 1:
        faults.append(f"positions {position + 1} to {row.position - 1} are gone")
    if row.id is None:
        return [*faults, f"entry {row.entry_id} at position {row.position} is gone"]
    if _link_hash(last, row.position, row) != row.hash:
        faults.append(f"entry {row.entry_id} at position {row.position} is not what was linked")
    if row.salt and _detail_digest(row) != row.detail_digest:
        faults.append(f"entry {row.entry_id} has another person or reason than was written")
    return faults


def _detail_digest(row: Row[Any]) -> bytes:
    """Return what `digest_of` makes of a detail, whose person is here as bytes."""
    return hashlib.sha256(bytes(row.salt) + bytes(row.subject or b"") + row.reason.encode()).digest()


def _anchored(path: Path | None) -> dict[int, bytes]:
    if path is None or not path.exists():
        return {}
    heads: dict[int, bytes] = {}
    for line in path.read_text(encoding="ascii").splitlines():
        told: Mapping[str, Any] = json.loads(line)
        heads[int(told["position"])] = bytes.fromhex(told["hash"])
    return heads
