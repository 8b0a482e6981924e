"""A small shop that is allowed to sell at a marketplace."""

from datetime import UTC, datetime, timedelta

import pytest

from oms.channels.models import Connection
from oms.channels.states import Channel, Scope
from oms.inventory import actions as stock
from oms.kernel import clock
from oms.kernel.db import transaction
from tests import make
from tests.fakes import Party
from tests.oms.fulfillment.conftest import House

THEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def house(shop: None, stripe: Party, carrier: Party) -> House:
    with transaction() as session:
        made = make.small_shop(session)
        stock.locate_warehouse(session, made.leiden, "Oude Vest 12", "Leiden")
    return House(made, stripe)


def connected(channel: Channel, code: str) -> Connection:
    """Return a connection that allows everything, since a day in the past."""
    made = Connection(
        code=code,
        channel=channel,
        market_code="eu",
        language="en",
        scopes=list(Scope),
        granted_by="1",
        until=clock.today() + timedelta(days=90),
        asked_to=THEN,
    )
    with transaction() as session:
        session.add(made)
    return made


@pytest.fixture
def connection(shop: None) -> Connection:
    return connected(Channel.AMAZON, "amazon-eu")
