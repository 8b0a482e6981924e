"""Whom an erasure obliges us to tell: under which of our references they know it, and not before when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from oms.fulfillment import queries as fulfillment
from oms.kernel.egress import RECIPIENTS, ToldBy
from oms.orders.models import Order
from oms.payments import queries as payments
from oms.privacy.models import Telling
from oms.privacy.retention.queries import DISPUTE_WINDOW
from oms.shipping.carriers.known import CARRIERS


def wanted(session: Session, recipient: str, found: Sequence[Order]) -> tuple[list[str], datetime | None]:
    """Return our references that a recipient with a way knows, and before which moment it may not be told.

    Who takes payments needs theirs as long as a refund or a dispute can come.
    """
    known = RECIPIENTS.get(recipient)
    if known is None:
        return [], None
    refs = _parcels(session, found) if known.told_by is ToldBy.API else []
    settled = _settled(session, found) if known.waits_for_disputes else []
    return refs, max(settled) + DISPUTE_WINDOW if settled else None


def _parcels(session: Session, found: Sequence[Order]) -> list[str]:
    return [
        f"{parcel.carrier}:{parcel.reference}"
        for order in found
        for shipment in fulfillment.shipments_of(session, order.id)
        for parcel in fulfillment.parcels_of(session, shipment.id)
        if CARRIERS[parcel.carrier].sells_labels
    ]


def _settled(session: Session, found: Sequence[Order]) -> list[datetime]:
    return [
        payment.settled_at or payment.created_at
        for order in found
        for payment in payments.of_order(session, order.id)
        if payment.session_ref or payment.intent_ref
    ]


def has_way(row: Telling) -> bool:
    """Say whether a recipient is told by us without anybody's hand."""
    return bool(row.refs)
