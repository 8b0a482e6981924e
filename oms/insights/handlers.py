"""What is forecast and watched by itself; all of it is blind."""

from datetime import timedelta

from oms.insights import actions
from oms.kernel import jobs
from oms.kernel.db import Role, transaction
from oms.kernel.outbox import Message

# So many SKUs in one transaction, and so many of those in one run: what is left is taken at the next.
_MOST, _ROUNDS = 500, 10


@jobs.every(timedelta(minutes=10), role=Role.BLIND)
def forecast_demand() -> None:
    """Forecast the demand of every SKU once a day, after midnight in UTC, and see what is low by it."""
    for _ in range(_ROUNDS):
        with transaction() as session:
            done = actions.forecast_due(session, _MOST)
            actions.watch(session)
        if done < _MOST:
            return


@jobs.every(timedelta(minutes=1), role=Role.BLIND)
def find_what_to_reorder() -> None:
    """Raise and clear alerts of stock that runs low."""
    with transaction() as session:
        actions.watch(session)


@jobs.on("stock.crossed_zero", role=Role.BLIND)
def look_again(_message: Message) -> None:
    """Raise the alert of a SKU that has just sold out, or clear it, without waiting for the minute."""
    with transaction() as session:
        actions.watch(session)
