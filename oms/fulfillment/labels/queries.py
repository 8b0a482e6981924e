"""Reads of labels: which the carrier should be asked about again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.fulfillment.models import Parcel
from oms.fulfillment.states import LabelState


def unanswered(session: Session, *, before: datetime, most: int = 100) -> list[int]:
    """Return the parcels whose label has been wanted since before a moment, the oldest first."""
    return list(
        session.scalars(
            select(Parcel.id)
            .where(Parcel.label_state == LabelState.WANTED, Parcel.asked_at < before)
            .order_by(Parcel.asked_at)
            .limit(most)
        )
    )
