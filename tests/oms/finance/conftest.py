"""A warehouse at work whose goods have stated costs."""

from datetime import date

import pytest

from oms.finance.costs import actions as costs
from oms.finance.costs.actions import Statement
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, transaction
from oms.kernel.money import Money
from tests.fakes import Party
from tests.make import Shop
from tests.oms.desk.conftest import seat  # noqa: F401 - pytest finds it here
from tests.oms.fulfillment.conftest import House

LONG_AGO = date(2020, 1, 1)


def state(variant: int, amount: int, since: date = LONG_AGO, currency: str = "EUR") -> None:
    """State what one unit costs, from a day on."""
    with transaction(Role.BLIND) as session:
        costs.state(session, Statement(variant, Money(amount, currency), since), by=SYSTEM)


@pytest.fixture
def house(small: Shop, stripe: Party, carrier: Party) -> House:
    """Give a warehouse whose clock costs 12.00 and whose pencil 0.40; of the download nobody said it."""
    state(small.clock, 1200)
    state(small.pencil, 40)
    return House(small, stripe)
