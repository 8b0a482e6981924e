"""How a sealed row is read: the place its envelope is bound to, and the record that is in it."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from oms.kernel.register import Kind
from oms.kernel.vault.envelope import from_bytes, shut, to_bytes, unshut
from oms.kernel.vault.models import SealedRow


def row_place(row_id: UUID, kind: Kind, unit: str, key_id: UUID) -> tuple[str, ...]:
    """Return the place of a sealed row."""
    return sealed_place(row_id, kind.name, unit, key_id)


def sealed_place(row_id: UUID, called: str, unit: str, key_id: UUID) -> tuple[str, ...]:
    """Return the place of a row of that name: that of a kind, or of a field that stands apart."""
    return ("personal.sealed", str(row_id), called, unit, str(key_id))


def file_place(row_id: UUID, kind: Kind, unit: str, key_id: UUID) -> tuple[str, ...]:
    """Return the place of the file that belongs to a sealed row."""
    return ("files", str(row_id), kind.name, unit, str(key_id))


def record_in(row: Row[Any] | SealedRow, kind: Kind, secret: bytes) -> Any:  # noqa: ANN401 - whatever class the kind is
    """Return the record of a row; raises BrokenSealError."""
    plain = unshut(secret, row.envelope, row_place(row.id, kind, row.unit, row.key_id))
    return from_bytes(kind.type, plain)


@dataclass(frozen=True, slots=True)
class _Value:
    """What a field holds that stands apart."""

    value: Any


def apart_id(row_id: UUID, name: str) -> UUID:
    """Return the id of the row in which a field of a record stands apart: as random as that of the record."""
    return UUID(bytes=hashlib.sha256(row_id.bytes + name.encode()).digest()[:16])


def apart_envelope(row: SealedRow, secret: bytes, value: object) -> bytes:
    """Return the envelope of a field that stands apart, for the row that it lies in."""
    return shut(secret, to_bytes(_Value(value)), _apart_place(row))


def value_in(row: Row[Any] | SealedRow, secret: bytes) -> Any:  # noqa: ANN401 - whatever it holds
    """Return what a field holds that stands apart; raises BrokenSealError."""
    return from_bytes(_Value, unshut(secret, row.envelope, _apart_place(row))).value


def _apart_place(row: Row[Any] | SealedRow) -> tuple[str, ...]:
    return sealed_place(row.id, row.kind, row.unit, row.key_id)
