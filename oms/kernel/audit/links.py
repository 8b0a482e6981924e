"""The chain: each link holds the SHA-256 of the link before it and of its entry; heads lie outside."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from oms.kernel import clock
from oms.kernel.audit.entries import AuditDetail, AuditEntry, AuditLink, digest_of

_BATCH = 1000
# Ids are given before a transaction commits: an entry may appear this many ids behind a linked one.
_LATECOMERS = 100_000


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
    return hashlib.sha256(last + json.dumps(told, separators=(",", ":")).encode()).digest()


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
    columns = [*AuditEntry.__table__.columns, AuditDetail.subject_id, AuditDetail.reason, AuditDetail.salt]
    rows = (
        select(AuditLink.position, AuditLink.hash, AuditLink.entry_id, *columns)
        .outerjoin(AuditEntry, AuditEntry.id == AuditLink.entry_id)
        .outerjoin(AuditDetail, AuditDetail.entry_id == AuditLink.entry_id)
        .order_by(AuditLink.position)
        .limit(_BATCH)
    )
    return session.execute(rows if position is None else rows.where(AuditLink.position > position)).all()


def _faults(row: Row[Any], position: int, last: bytes) -> list[str]:
    """Return what is wrong with one link, given the position and hash of the link before it."""
    faults = []
    if row.position != position + 1:
        faults.append(f"positions {position + 1} to {row.position - 1} are gone")
    if row.id is None:
        return [*faults, f"entry {row.entry_id} at position {row.position} is gone"]
    if _link_hash(last, row.position, row) != row.hash:
        faults.append(f"entry {row.entry_id} at position {row.position} is not what was linked")
    if row.salt and digest_of(row.salt, row.subject_id, row.reason) != row.detail_digest:
        faults.append(f"entry {row.entry_id} has another person or reason than was written")
    return faults


def _anchored(path: Path | None) -> dict[int, bytes]:
    if path is None or not path.exists():
        return {}
    heads: dict[int, bytes] = {}
    for line in path.read_text(encoding="ascii").splitlines():
        told: Mapping[str, Any] = json.loads(line)
        heads[int(told["position"])] = bytes.fromhex(told["hash"])
    return heads
