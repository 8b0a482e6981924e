"""B30: somebody who looks at unusually many people is noticed by the running shop within a minute."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from oms.kernel import vault
from oms.kernel.db import reading, transaction
from oms.kernel.register import Purpose
from oms.orders.personal import OrderContact
from oms.privacy.watching.models import Alert
from oms.staff.states import StaffRole
from tests.fakes import wait_until
from tests.people import Office
from tests.privacy.crowd import gather
from tests.running import RunningShop

MOST_AN_HOUR, MOST_SECONDS = 30, 60


@pytest.mark.privacy
def test_the_running_shop_raises_the_alert_by_itself(
    live: RunningShop, measured: Callable[..., None]
) -> None:
    member = Office().employ("piet@shop.test", StaffRole.SERVICE)
    units = [f"order:{number}" for number in gather(MOST_AN_HOUR + 1)]
    for unit in units:
        assert alerts() == []
        with transaction() as session:
            vault.open_many(session, (OrderContact,), unit, purpose=Purpose.AFTER_SALES, by=member.actor)
    begun = time.monotonic()
    [alert] = wait_until(alerts, patience=2 * MOST_SECONDS)
    seconds = time.monotonic() - begun
    assert (alert.actor_id, alert.units) == (str(member.id), MOST_AN_HOUR + 1)
    measured("B30", f"alert {seconds:.0f} s after the look that was one too many", passed=seconds <= 60)


def alerts() -> list[Alert]:
    with reading() as session:
        return list(session.scalars(select(Alert)))
