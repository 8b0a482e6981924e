"""Noting what a marketplace was told of a listing."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from oms.channels.models import Listing
from oms.kernel import clock


def note_telling(session: Session, listing_id: int) -> None:
    """Note that from now on nobody knows what the marketplace has, until it answers or is told again."""
    session.execute(update(Listing).where(Listing.id == listing_id).values(told=None))


def note_told(session: Session, listing_id: int, units: int) -> None:
    """Note how many units a marketplace was told of."""
    said = {"told": units, "told_at": clock.now(), "trouble": ""}
    session.execute(update(Listing).where(Listing.id == listing_id).values(**said))


def note_trouble(session: Session, listing_id: int, why: str) -> None:
    """Note why a marketplace could not be told; it is tried again with the others."""
    said = {"told_at": clock.now(), "trouble": why[:200]}
    session.execute(update(Listing).where(Listing.id == listing_id).values(**said))
