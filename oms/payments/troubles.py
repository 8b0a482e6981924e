"""Rows that break while they are settled: noted, counted by the doctor, tried last; the others go on."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import update

from oms.kernel.db import transaction
from oms.kernel.errors import UnavailableError
from oms.payments.models import Payment, Refund

Row = TypeVar("Row", Payment, Refund)

log = logging.getLogger(__name__)


def each(rows: Iterable[Row], settle: Callable[[Row], object]) -> None:
    """Settle payments or refunds one by one; one that breaks does not keep the next from its turn.

    A provider that does not answer is no trouble of the row. Opens transactions: never call it inside one.
    """
    for row in rows:
        try:
            settle(row)
        except UnavailableError:
            continue
        except Exception as error:
            log.exception("%s %s broke while it was settled", row.__tablename__, row.id)
            _note(row, type(error).__name__)


def _note(row: Payment | Refund, trouble: str) -> None:
    kind = type(row)
    with transaction() as session:
        session.execute(update(kind).where(kind.id == row.id).values(trouble=trouble[:80]))
