"""Forgetting whom lapsed orders knew, each order in its own transactions, between which its keys go."""

from datetime import datetime

from oms.kernel import vault
from oms.kernel.db import reading, transaction
from oms.orders import actions, queries


def forget_lapsed(before: datetime) -> int:
    """Let go of whom orders knew that lapsed before a moment; return of how many."""
    with reading() as session:
        due = queries.lapsed_unforgotten(session, before=before)
    return sum(_forgotten(order_id, unit) for order_id, unit in due)


def _forgotten(order_id: int, unit: str) -> bool:
    with transaction() as session:
        if not actions.let_go(session, order_id):
            return False
    vault.destroy_unit(unit)
    with transaction() as session:
        actions.forget(session, order_id)
    return True
