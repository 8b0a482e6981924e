"""What follows for accounts by itself: ends of retention, and codes that are let go of."""

from datetime import timedelta

from oms.buyers import actions, queries
from oms.buyers.personal import INACTIVE_DAYS
from oms.buyers.upkeep import actions as upkeep
from oms.kernel import clock, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import Event
from oms.web import budgets


@jobs.on("account.used", role=Role.WORKER)
def count_retention_from_last_use(message: Message) -> None:
    """Keep an account for three years from now, should nobody use it again."""
    end = clock.now() + timedelta(days=INACTIVE_DAYS)
    vault.start_clock(f"account:{message.number('buyer')}", Event.ACCOUNT_CLOSED, end)


@jobs.on("account.closed", role=Role.WORKER)
def end_retention_of_closed_account(message: Message) -> None:
    """Let go of what a closed account gave, now: no purpose opens it any more, and no sweep is waited for."""
    unit = f"account:{message.number('buyer')}"
    vault.start_clock(unit, Event.ACCOUNT_CLOSED, clock.now())
    vault.destroy_unit(unit)


@jobs.every(timedelta(minutes=10), role=Role.WORKER)
def forget_codes() -> None:
    """Let go of mailbox codes after an hour, used or not, and of old sign-in budgets."""
    with transaction() as session:
        units = actions.forget_codes(session)
        budgets.forget_old(session)
    for unit in units:
        vault.destroy_unit(unit)


@jobs.every(timedelta(days=1), role=Role.WORKER)
def close_idle_accounts() -> None:
    """Close the accounts that nobody used for three years."""
    with transaction() as session:
        for buyer_id in queries.idle_buyers(session, clock.now() - timedelta(days=INACTIVE_DAYS)):
            upkeep.close_account(session, buyer_id, by=SYSTEM)
