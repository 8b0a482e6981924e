"""How a sealed row is read: the place its envelope is bound to, and the record that is in it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from oms.kernel.register import Kind
from oms.kernel.vault.envelope import from_bytes, unshut


def row_place(row_id: UUID, kind: Kind, unit: str, key_id: UUID) -> tuple[str, ...]:
    """Return the place of a sealed row."""
    return ("personal.sealed", str(row_id), kind.name, unit, str(key_id))


def file_place(row_id: UUID, kind: Kind, unit: str, key_id: UUID) -> tuple[str, ...]:
    """Return the place of the file that belongs to a sealed row."""
    return ("files", str(row_id), kind.name, unit, str(key_id))


def record_in(row: Row[Any], kind: Kind, secret: bytes) -> Any:  # noqa: ANN401 - whatever class the kind is
    """Return the record of a row; raises BrokenSealError."""
    plain = unshut(secret, row.envelope, row_place(row.id, kind, row.unit, row.key_id))
    return from_bytes(kind.type, plain)
