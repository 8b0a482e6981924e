"""The doctor sees what stands still with a marketplace, and nothing where nothing does."""

import pytest
from sqlalchemy import text

from oms.channels import checks
from oms.kernel.db import Role, transaction
from oms.web.doctor import CHECKS, Health
from tests.oms.channels.conftest import Fair, pencils

# Each check beside what makes it ill, in a shop that has sold something at each marketplace.
PLANTS = {
    "Marketplaces that may not be used while orders of theirs are under way": """
        UPDATE channel_connections SET revoked_at = now() WHERE code = 'amazon-eu'
    """,
    "Orders of marketplaces that wait for an hour": """
        UPDATE channel_orders SET trouble = 'x', changed_at = now() - interval '2 hours'
    """,
    "Listings of which a marketplace was not told": """
        INSERT INTO channel_listings (connection_id, variant_id, sku, trouble)
        SELECT c.id, v.id, v.sku, 'away' FROM channel_connections c, variants v
        WHERE c.code = 'amazon-eu' AND v.sku = 'CEDAR-PENCIL'
    """,
    "Deeds that a marketplace's app has no right to": """
        UPDATE outbox_deliveries SET state = 'waiting', error = 'ForbiddenError: no'
        WHERE handler = 'channels.addresses.fetch'
    """,
}
# Its import makes them known.
assert checks


@pytest.mark.parametrize("name", PLANTS)
def test_what_stands_still_with_a_marketplace_is_counted(fair: Fair, name: str) -> None:
    fair.sell("amazon", pencils(1))
    fair.ask()
    assert CHECKS[name].look() == ("0", Health.WELL)
    with transaction(Role.MIGRATE) as session:
        session.execute(text(PLANTS[name]))
    assert CHECKS[name].look() == ("1", Health.ILL)
    assert CHECKS[name].advice
