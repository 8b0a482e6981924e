"""What is said to end other than by a life does end: looked for in a busy shop through twelve years."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from oms.buyers import handlers as buyers
from oms.kernel import clock, jobs
from oms.kernel.db import Role, reading, transaction
from oms.privacy.retention import actions as retention
from oms.privacy.retention import queries
from oms.privacy.retention.schedules import CUT
from oms.staff import actions as staffing
from oms.staff.states import StaffRole
from tests.people import Office
from tests.privacy.busy import Busy

DAY = timedelta(days=1)
# The database lets nobody cut the trail by another clock than its own; that has tests of its own.
ITS_OWN_CLOCK = "audit_entries"


def uncut(at: datetime) -> dict[str, int]:
    with reading(Role.MIGRATE) as session:
        return queries.uncut(session, at)


def left() -> None:
    """Employ somebody and let them go."""
    boss = Office().employ("boss@shop.test", StaffRole.OWNER)
    gone = Office().employ("gone@shop.test", StaffRole.PRIVACY)
    with transaction() as session:
        staffing.let_go(session, gone.id, by=boss.actor)
    jobs.drain()


def sweep() -> None:
    """What the clock does of a day, in the jobs that let go."""
    buyers.forget_codes()
    buyers.close_idle_accounts()
    jobs.drain()
    retention.let_go()


def test_every_thread_that_is_said_to_be_cut_is_cut(
    busy: Busy, sink: Path, measured: Callable[..., None]
) -> None:
    left()
    begun, late, looked = clock.now(), {}, 0
    for days in (1, 40, 250, 480, 800, 1200, 1600, 12 * 366):
        with clock.held_at(begun + days * DAY):
            sweep()
            sweep()
            late |= {
                f"{name} after {days} days": n
                for name, n in uncut(clock.now()).items()
                if name != ITS_OWN_CLOCK
            }
            looked += 1
    told = f"{len(late)} threads late in {len(CUT)} tables, looked at {looked} times in 12 years {late or ''}"
    measured("B06", told, passed=not late)


FORGOTTEN = (
    "UPDATE orders SET forgotten_at = now()",
    "UPDATE order_events SET by_kind = 'buyer', by_id = '7'",
    "UPDATE payments SET settled_at = now(), session_ref = 'cs_' || id",
    "UPDATE privacy_requests SET settled_at = now()",
    "DELETE FROM personal.blind_indexes",
    "DELETE FROM personal.sealed WHERE unit NOT LIKE 'staff:%'",
    "UPDATE buyers SET state = 'closed', closed_at = now()",
    "UPDATE pick_lists SET by_kind = 'staff', by_id = 'Kim'",
)


def test_threads_that_nobody_cut_are_noticed(busy: Busy, sink: Path) -> None:
    left()
    with transaction(Role.MIGRATE) as session:
        for statement in FORGOTTEN:
            session.execute(text(statement))
    found = uncut(clock.now() + 12 * 366 * DAY)
    assert found.keys() >= {
        *("order_events", "payments", "buyers", "pick_lists", "mailbox_challenges", "staff", "staff_roles"),
        *("audit_entries", "disclosures", "privacy_copy_units"),
    }


@pytest.mark.parametrize("name", CUT)
def test_each_cut_says_in_words_and_in_a_condition_when(name: str) -> None:
    assert CUT[name].words.strip()
    assert CUT[name].late.strip()
