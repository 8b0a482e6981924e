"""Which certificates there are, and which are shown: only while the shop's own day is one of theirs."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.privacy.clocks import calendar
from oms.privacy.evidence.models import Certificate

_A_MONTH = timedelta(days=30)


def certificates(session: Session) -> Sequence[Certificate]:
    """Return every certificate, the one that ends first in front; their files are not loaded."""
    return session.scalars(select(Certificate).order_by(Certificate.ends_on, Certificate.id)).all()


def shown(session: Session) -> list[Certificate]:
    """Return the certificates that hold today; nothing else may be shown or given out."""
    return [one for one in certificates(session) if is_valid(one)]


def is_valid(one: Certificate) -> bool:
    """Say whether a certificate holds today."""
    return one.begins_on <= calendar.today() <= one.ends_on


def paper(session: Session, number: int) -> bytes | None:
    """Return the PDF of a certificate that holds today; None for any other."""
    found = session.scalar(select(Certificate).where(Certificate.id == number))
    return found.content if found is not None and is_valid(found) else None


def ending(session: Session) -> list[Certificate]:
    """Return the certificates that have ended, or end within a month."""
    return [one for one in certificates(session) if one.ends_on < calendar.today() + _A_MONTH]
