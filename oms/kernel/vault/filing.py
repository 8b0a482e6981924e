"""Sealed files: a sealed row says what the file is, the bytes lie beside the database under the same key."""

import os
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from oms.kernel import register
from oms.kernel.audit import Actor
from oms.kernel.register import Erase, Purpose
from oms.kernel.vault import blobs, keyring, records
from oms.kernel.vault.envelope import shut, unshut
from oms.kernel.vault.keyring import Keys
from oms.kernel.vault.rows import file_place


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """What a file is, and its bytes."""

    record: Any
    content: bytes


def seal_file(session: Session, record: object, content: bytes, keys: Keys) -> UUID:
    """Seal a file with its description; on the disk before the caller commits. Return the id of its row.

    Raises TypeError for a kind that is not declared to delete its file when it is erased.
    """
    kind = register.kind_of(type(record))
    if kind.erase is not Erase.DELETE_FILE:
        raise TypeError(f"{kind.name} is not declared as the description of a file")
    key = keys.of(kind)
    row_id = records.seal(session, record, keys)
    envelope = shut(key.secret, content, file_place(row_id, kind, keys.unit, key.key_id))
    _write(row_id, envelope)
    return row_id


def _write(row_id: UUID, envelope: bytes) -> None:
    """Write under another name and rename, so that a crash leaves no half file under the real one."""
    path = blobs.path(row_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{secrets.token_hex(16)}.draft")
    with draft.open("xb") as file:
        file.write(envelope)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def open_file(session: Session, row_id: UUID, *, purpose: Purpose, by: Actor) -> OpenedFile | None:
    """Open a file with its description by the rules of `open_record`; None when either is gone."""
    found = records.open_row(session, row_id, purpose=purpose, by=by)
    if found is None:
        return None
    row, record = found
    key = keyring.fetch([row.key_id], purpose).get(row.key_id)
    try:
        envelope = blobs.path(row_id).read_bytes()
    except FileNotFoundError:
        return None
    if key is None:
        return None
    place = file_place(row_id, register.KINDS[row.kind], row.unit, row.key_id)
    return OpenedFile(record, unshut(key.secret, envelope, place))
