"""Sealed files: labels, slips, exports and evidence, at most 40 MB each, gone with the unit they belong to.

A file is described by a sealed dataclass of a feature's `personal.py`, declared with `Erase.DELETE_FILE`.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel import clock, register, vault
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError
from oms.kernel.register import Erase, Purpose, declare_place
from oms.kernel.vault import Keys, OpenedFile, blobs, master
from oms.kernel.vault.models import SealedRow

MOST_BYTES = 40 * 1024 * 1024
_GRACE = timedelta(hours=1)  # far longer than a transaction may take between its file and its commit

declare_place(
    "files",
    holds="sealed labels, slips, exports and evidence under random names",
    personal=True,
    purpose="that of the record that describes the file",
    life="until the key of its unit is destroyed; leftovers of a crash at most one hour more",
)


def store(session: Session, record: object, content: bytes, keys: Keys) -> UUID:
    """Seal a file and its description in the caller's transaction; return its id.

    Raises BadInputError above 40 MB, TypeError for a kind that does not describe files; nothing is written.
    """
    if len(content) > MOST_BYTES:
        raise BadInputError(
            f"This file has {len(content)} bytes; {MOST_BYTES} is the most. Make it smaller.", field="file"
        )
    return vault.seal_file(session, record, content, keys)


def open_file(session: Session, file_id: UUID, *, purpose: Purpose, by: Actor) -> OpenedFile | None:
    """Return a file and its description by the vault's rules; None when it is gone."""
    return vault.open_file(session, file_id, purpose=purpose, by=by)


def orphans(session: Session) -> list[Path]:
    """Return files older than an hour that no row describes: what a crash left, which nobody can open."""
    found = [path for path in sorted(master.files().glob("*/*")) if _is_old(path)]
    named = {path: _row_id(path) for path in found}
    ids = [row_id for row_id in named.values() if row_id]
    known = set(session.scalars(select(SealedRow.id).where(SealedRow.id.in_(ids))))
    return [path for path, row_id in named.items() if row_id not in known]


def _is_old(path: Path) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < clock.now() - _GRACE
    except FileNotFoundError:
        return False


def _row_id(path: Path) -> UUID | None:
    try:
        return UUID(hex=path.stem) if path.suffix == ".sealed" else None
    except ValueError:
        return None


def missing(session: Session) -> list[UUID]:
    """Return the ids of files whose description is there and whose bytes are not; doctor shows them."""
    return [row_id for row_id in _described(session) if not blobs.path(row_id).exists()]


def names(session: Session) -> set[str]:
    """Return the names, under the folder of files, of all that a row describes."""
    return {blobs.path(row_id).relative_to(master.files()).as_posix() for row_id in _described(session)}


def _described(session: Session) -> list[UUID]:
    kinds = [kind.name for kind in register.KINDS.values() if kind.erase is Erase.DELETE_FILE]
    return list(session.scalars(select(SealedRow.id).where(SealedRow.kind.in_(kinds)).order_by(SealedRow.id)))


def remove_orphans(session: Session) -> int:
    """Remove what `orphans` finds; return how many files."""
    found = orphans(session)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
