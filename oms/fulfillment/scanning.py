"""What a scanner, or a hand, types: a SKU or a barcode, perhaps with a count before it as `12*CEDAR-2B`."""

import re
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from oms.catalog.models import Variant
from oms.kernel.errors import BadInputError

_COUNTED = re.compile(r"(\d{1,4})\s*[*x×]\s*(\S.*)", re.IGNORECASE)
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Scan:
    """A code and how many units were meant."""

    code: str
    units: int


def read_scan(typed: str) -> Scan:
    """Return what was meant; raises BadInputError for nothing, too much, or a count of zero."""
    plain = " ".join(typed.split())
    if not plain or len(plain) > _LONGEST:
        raise BadInputError("Scan one SKU or barcode.", field="scan")
    counted = _COUNTED.fullmatch(plain)
    if counted is None:
        return Scan(plain, 1)
    if int(counted.group(1)) < 1:
        raise BadInputError("Count at least one.", field="scan")
    return Scan(counted.group(2), int(counted.group(1)))


def variant_of(session: Session, code: str) -> Variant | None:
    """Return the variant of a SKU however it was typed, or of a barcode; None for a stranger."""
    return session.scalar(
        select(Variant)
        .where(or_(func.upper(Variant.sku) == code.upper(), Variant.barcode == code))
        .order_by((Variant.sku == code).desc(), Variant.id)
        .limit(1)
    )
