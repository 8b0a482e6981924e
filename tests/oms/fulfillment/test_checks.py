"""The doctor over sending: each invariant holds in a working shop, and a planted violation is seen."""

import pytest
from sqlalchemy import text

from oms.fulfillment import checks
from oms.kernel.db import Role, transaction
from oms.web import doctor
from oms.web.doctor import Health
from tests.fakes import Party
from tests.oms.fulfillment.conftest import House

VIOLATIONS = {
    "Order lines of which more was sent than ordered": "UPDATE fulfillment_lines SET quantity = 2",
    "Shipments with more than one label in use": (
        "INSERT INTO parcels (shipment_id, carrier, service, grams, label_state)"
        " VALUES (1, 'hollow', 'post', 1, 'bought')"
    ),
    "Placed orders that nobody prepares after ten minutes": (
        "UPDATE orders SET (created_at, placed_at) ="
        " (now() - interval '11 minutes', now() - interval '11 minutes');"
        "TRUNCATE fulfillment_orders, fulfillment_lines, fulfillment_events, shipments, parcels"
    ),
    "Cancelled orders that are still being prepared": "UPDATE orders SET state = 'cancelled'",
    "Labels that a carrier has not sold, or not taken back, for an hour": (
        "UPDATE parcels SET label_state = 'wanted', made_at = now() - interval '2 hours'"
    ),
    "Orders that arrived whole and are not delivered": "UPDATE shipments SET state = 'delivered'",
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_planted_violation_is_seen(house: House, carrier: Party, name: str) -> None:
    assert checks
    house.pack(house.buy({house.shop.clock: 1}))
    assert [(found.figure, found.health) for found in doctor.examine([name])] == [("0", Health.WELL)]
    with transaction(Role.MIGRATE) as session:
        session.execute(text(VIOLATIONS[name]))
    assert [(found.figure, found.health) for found in doctor.examine([name])] == [("1", Health.ILL)]
