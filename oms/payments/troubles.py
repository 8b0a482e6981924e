"""Rows that break while they are settled: noted, counted by the doctor, tried last; the others go on."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from oms.kernel import clock
from oms.kernel.db import transaction
from oms.kernel.errors import UnavailableError
from oms.payments.models import Payment, Refund

Row = TypeVar("Row", Payment, Refund)

# Seconds: who comes by the clock, and asks somebody outside, leaves time for what else waits.
_TURN = 20.0

log = logging.getLogger(__name__)


def each(rows: Iterable[Row], settle: Callable[[Row], object]) -> None:
    """Settle payments or refunds one by one; one that breaks does not keep the next from its turn.

    A provider that does not answer is no trouble of the row. After 20 seconds the rest waits for another
    turn. Opens transactions: never call it inside one.
    """
    until = time.monotonic() + _TURN
    for row in rows:
        if time.monotonic() > until:
            return
        try:
            settle(row)
        except UnavailableError:
            continue
        except Exception as error:
            log.exception("%s %s broke while it was settled", row.__tablename__, row.id)
            _note(row, type(error).__name__)


def note_asked(session: Session, payment: Payment) -> None:
    """Keep that the provider was asked about a payment, and answered."""
    session.execute(update(Payment).where(Payment.id == payment.id).values(asked_at=clock.now()))


def _note(row: Payment | Refund, trouble: str) -> None:
    kind = type(row)
    with transaction() as session:
        session.execute(update(kind).where(kind.id == row.id).values(trouble=trouble[:80]))
