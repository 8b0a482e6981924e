"""What must hold when the noise is over: each look returns what is wrong, in words; nothing is well."""

import json
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import text

from oms.inventory import queries as stock
from oms.kernel import clock
from oms.kernel.db import Role, reading
from oms.payments.reconciling import differences
from tests.running import RunningShop


def oversold() -> list[str]:
    """More sold or held than ever came in, more promised than there is, or counters without their ledger."""
    statement = """
        SELECT v.sku, coalesce(sold.units, 0) AS sold, coalesce(came.units, 0) AS came
        FROM variants v
        LEFT JOIN (
            SELECT l.variant_id, sum(l.quantity) AS units
            FROM order_lines l JOIN orders o ON o.id = l.order_id
            WHERE o.state IN ('placed', 'closed')
               OR EXISTS (SELECT FROM reservations r WHERE r.order_id = o.id AND r.state = 'live')
            GROUP BY 1
        ) sold ON sold.variant_id = v.id
        LEFT JOIN (
            SELECT variant_id, sum(quantity) AS units FROM stock_movements WHERE kind = 'receipt' GROUP BY 1
        ) came ON came.variant_id = v.id
        WHERE v.requires_shipping AND coalesce(sold.units, 0) > coalesce(came.units, 0)
    """
    with reading(Role.MIGRATE) as session:
        found = [f"{row.sku}: {row.sold} sold of {row.came}" for row in session.execute(text(statement))]
        drifts = stock.drifts(session)
    return found + [
        f"{one.counter} of variant {one.variant_id}: {one.counted}, ledger {one.explained}" for one in drifts
    ]


def lost(paid: Iterable[str]) -> list[str]:
    """Sessions that were paid and are neither a placed order nor money sent back."""
    statement = """
        SELECT p.session_ref FROM payments p JOIN orders o ON o.id = p.order_id
        WHERE p.captured > 0 AND (
            (o.state IN ('placed', 'closed') AND p.captured = o.total)
            OR p.refunded = p.captured
        )
    """
    with reading(Role.MIGRATE) as session:
        kept = set(session.scalars(text(statement)))
    return sorted(set(paid) - kept)


def left_in_outbox() -> list[str]:
    """Facts whose effects have not all happened."""
    statement = """
        SELECT 'not fanned out: ' || topic AS what FROM outbox_messages WHERE fanned_out_at IS NULL
        UNION ALL
        SELECT state || ': ' || handler || ' ' || error FROM outbox_deliveries WHERE state <> 'done'
    """
    with reading(Role.MIGRATE) as session:
        return list(session.scalars(text(statement)))


def open_transactions(*names: str) -> list[str]:
    """Connections to these databases that sit in a transaction and do nothing."""
    statement = """
        SELECT application_name || ': ' || left(query, 60) FROM pg_stat_activity
        WHERE datname = ANY(:names) AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()
          AND state_change < clock_timestamp() - interval '1 second'
    """
    with reading(Role.MIGRATE) as session:
        return list(session.scalars(text(statement), {"names": list(names)}))


def unreconciled() -> list[str]:
    """What we and Stripe tell differently, up to now."""
    now = clock.now()
    with reading(Role.BLIND) as session:
        found = differences(session, since=now - timedelta(days=1), until=now)
        return [f"{one.what} {one.reference}: here {one.ours}, there {one.theirs}" for one in found]


def ill(shop: RunningShop) -> list[str]:
    """What the doctor finds on the live data."""
    told = json.loads(shop.flask("doctor", "--json").stdout)
    return [f"{one['name']}: {one['figure']}" for one in told["findings"] if one["health"] == "ill"]
