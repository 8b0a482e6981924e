"""The chain: each link holds the SHA-256 of the link before it and of its entry; heads lie outside."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from oms.kernel import clock
from oms.kernel.audit import anchors
from oms.kernel.audit.entries import AuditCheckpoint, AuditEntry, AuditLink

_BATCH = 1000
# Rows that verifying holds at once: few enough for any memory, enough that asking costs little.
_PAGE = 10_000
# Ids are given before a transaction commits: an entry may appear this many ids behind a linked one.
_LATECOMERS = 100_000
_BEFORE_ALL = -(2**62)
# At least thirteen months of every entry are kept; then the oldest go, up to a checkpoint. The database
# refuses less by itself (`cut_audit`).
KEPT = timedelta(days=400)
# What of an entry is hashed, as JSON that the database writes, so that no value can pass for two others.
_TOLD = (
    "convert_to(json_build_array(e.id, (extract(epoch FROM e.at) * 1000000)::bigint, e.actor_kind,"
    " e.actor_id, e.verb, e.about, e.purpose, e.fields, encode(e.detail_digest, 'hex'))::text, 'UTF8')"
)
_LINKS = (
    f"SELECT l.position, l.hash, l.entry_id, {_TOLD}, e.detail_digest,"  # noqa: S608 - no value in it
    " d.salt || coalesce(uuid_send(d.subject_id), '') || convert_to(d.reason, 'UTF8')"
    " FROM audit_links AS l LEFT JOIN audit_entries AS e ON e.id = l.entry_id"
    " LEFT JOIN audit_details AS d ON d.entry_id = l.entry_id"
    " WHERE l.position > %s ORDER BY l.position LIMIT %s"
)
_UNLINKED = text(
    f"SELECT e.id, {_TOLD} AS told FROM audit_entries AS e"  # noqa: S608 - no value in it
    " LEFT JOIN audit_links AS l ON l.entry_id = e.id"
    " WHERE l.entry_id IS NULL AND e.id > :after ORDER BY e.id LIMIT :most"
)
# Everything up to here is older than a moment; the newest link always stays, for the next to stand on.
_OLD = text(
    "SELECT least((SELECT max(position) FROM audit_links) - 1, coalesce((SELECT min(l.position) - 1"
    " FROM audit_links AS l JOIN audit_entries AS e ON e.id = l.entry_id WHERE e.at > :before),"
    " (SELECT max(position) FROM audit_links)))"
)
_Link = tuple[int, bytes, int, bytes | None, bytes | None, bytes | None]


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
    position, last = _head(session) or (0, b"")
    newest = session.scalar(select(func.max(AuditLink.entry_id))) or 0
    found = session.execute(_UNLINKED, {"after": newest - _LATECOMERS, "most": _BATCH}).all()
    links = []
    for entry in found:
        position += 1
        last = _link_hash(last, position, entry.told)
        links.append({"position": position, "entry_id": entry.id, "hash": last})
    if links:
        session.execute(insert(AuditLink), links)
    return len(links)


def _link_hash(last: bytes, position: int, told: bytes) -> bytes:
    return hashlib.sha256(last + position.to_bytes(8, "big", signed=True) + told).digest()


def anchor(session: Session, path: Path) -> int:
    """Append the head of the chain to a file outside the database, if it is not the last line of it already.

    Return its position, 0 for no chain. After each chaining, so that a tail cut off is missed at once.
    """
    head = _head(session)
    if head and anchors.last(path) != head:
        anchors.write(path, *head)
    return head[0] if head else 0


def anchor_restored(session: Session, path: Path) -> None:
    """Write outside that a restore ended the chain here: what was anchored after it went with the restore."""
    if path.exists():
        anchors.write(path, *(_head(session) or (0, b"")), why=anchors.RESTORED)


def _head(session: Session) -> tuple[int, bytes] | None:
    newest = select(AuditLink.position, AuditLink.hash).order_by(AuditLink.position.desc()).limit(1)
    found = session.execute(newest).one_or_none()
    return (found.position, found.hash) if found else None


def cut(session: Session, path: Path) -> int:
    """Let go of the entries older than `KEPT`, as role `audit`; return how many.

    The chain then begins after a checkpoint: the last link that went, kept in the database and, first, in the
    file outside it, without which nobody could tell this from a head that somebody cut off.
    """
    position = int(session.scalar(_OLD, {"before": clock.now() - KEPT}) or 0)
    last = session.scalar(select(AuditLink.hash).where(AuditLink.position == position))
    if last is None:
        return 0
    anchors.write(path, position, last, why=anchors.CUT)
    return int(session.scalar(text("SELECT cut_audit(:upto)"), {"upto": position}) or 0)


def verify(session: Session, outside: Path | None = None) -> Verdict:
    """Walk the chain from its beginning and compare it with itself, its entries, and the anchored heads."""
    anchored, cuts = anchors.heads(outside)
    position, last = _beginning(session)
    broken: list[str] = []
    if outside is not None and position and cuts.get(position) != last:
        broken.append(f"the chain begins after position {position}, which was not written outside")
    anchored = {at: head for at, head in anchored.items() if at > position}
    count, after = 0, _BEFORE_ALL
    while rows := _links_after(session, after):
        for row in rows:
            broken += _faults(row, position, last)
            if anchored and anchored.pop(row[0], row[1]) != row[1]:
                broken.append(f"position {row[0]} is not what was anchored")
            position, last = row[0], row[1]
        count, after = count + len(rows), position
    broken += [f"position {gone} was anchored and is gone" for gone in anchored]
    return Verdict(count, tuple(broken), *tail(session))


def tail(session: Session) -> tuple[int, datetime | None]:
    """Return how many entries are not linked yet, and when the oldest of them was written."""
    found = session.execute(
        select(func.count(), func.min(AuditEntry.at))
        .select_from(AuditEntry)
        .outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(AuditLink.entry_id.is_(None))
    ).one()
    return found[0], found[1]


def _beginning(session: Session) -> tuple[int, bytes]:
    """Return position and hash of the link before the first that is kept."""
    found = session.execute(
        select(AuditCheckpoint.position, AuditCheckpoint.hash)
        .order_by(AuditCheckpoint.position.desc())
        .limit(1)
    ).one_or_none()
    return (found.position, found.hash) if found else (0, b"")


def _links_after(session: Session, position: int) -> Sequence[_Link]:
    """Return the next links with their entries and details; keyset pages, for a chain has no end.

    By the driver itself, and binary: mapping each value took as long as everything else together.
    """
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor(binary=True) as cursor:
        found: Sequence[_Link] = cursor.execute(_LINKS, (position, _PAGE)).fetchall()
    return found


def _faults(row: _Link, position: int, last: bytes) -> list[str]:
    """Return what is wrong with one link, given the position and hash of the link before it."""
    at, link, entry_id, told, digest, detail = row
    faults = []
    if at != position + 1:
        faults.append(f"positions {position + 1} to {at - 1} are gone")
    if told is None:
        return [*faults, f"entry {entry_id} at position {at} is gone"]
    if _link_hash(last, at, told) != link:
        faults.append(f"entry {entry_id} at position {at} is not what was linked")
    if detail is not None and hashlib.sha256(detail).digest() != digest:
        faults.append(f"entry {entry_id} has another person or reason than was written")
    return faults
