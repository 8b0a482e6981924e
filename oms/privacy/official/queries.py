"""Reads about official requests: what can be covered, which are due, and the counters for everybody."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from oms.kernel.errors import NotFoundError
from oms.kernel.register import KINDS
from oms.privacy.official.models import OfficialRequest, OfficialUnit
from oms.privacy.official.states import Instrument, OfficialState, Why

# What an order can be asked about; nothing else of the register ever goes out this way.
COVERED = ("order.delivery", "channel.delivery", "order.contact")
MOST_LISTED = 200


def fields() -> dict[str, str]:
    """Return every field that an instrument can cover: its label by its name."""
    return {f"{name}.{field.name}": field.label for name in COVERED for field in KINDS[name].fields}


def by_number(session: Session, number: str, *, is_locked: bool = False) -> OfficialRequest:
    """Return a request by its number, under its lock where it is to change. Raises NotFoundError."""
    chosen = select(OfficialRequest).where(OfficialRequest.number == number)
    found = session.scalar(chosen.with_for_update() if is_locked else chosen)
    if found is None:
        raise NotFoundError("There is no official request of this number.")
    return found


def listed(session: Session) -> list[OfficialRequest]:
    """Return the requests: those to decide first, then the newest."""
    order = (OfficialRequest.settled_at.is_not(None), OfficialRequest.id.desc())
    return list(session.scalars(select(OfficialRequest).order_by(*order).limit(MOST_LISTED)))


def units_of(session: Session, official_id: int) -> list[OfficialUnit]:
    """Return the units that a request covers and of which something is kept."""
    chosen = select(OfficialUnit).where(OfficialUnit.official_id == official_id)
    return list(session.scalars(chosen.order_by(OfficialUnit.unit)))


def to_tell(session: Session, today: date) -> list[tuple[OfficialRequest, OfficialUnit]]:
    """Return of whom something was given out and who was not told, where no law forbids it on a day here."""
    is_free = or_(OfficialRequest.gag_until.is_(None), OfficialRequest.gag_until < today)
    rows = session.execute(
        select(OfficialRequest, OfficialUnit)
        .join(OfficialUnit, OfficialUnit.official_id == OfficialRequest.id)
        .where(OfficialRequest.state == OfficialState.DISCLOSED, OfficialUnit.told_at.is_(None))
        .where(is_free, OfficialUnit.fields != [])
        .order_by(OfficialRequest.id, OfficialUnit.unit)
        .limit(MOST_LISTED)
    )
    return [(row[0], row[1]) for row in rows]


def over(session: Session, now: datetime) -> list[OfficialRequest]:
    """Return what was agreed to and not taken in time."""
    late = (OfficialRequest.state == OfficialState.APPROVED, OfficialRequest.ends_at <= now)
    return list(session.scalars(select(OfficialRequest).where(*late).with_for_update(skip_locked=True)))


def unreviewed(session: Session, now: datetime) -> int:
    """Return how many emergencies should have been reviewed by a moment and were not."""
    given = (OfficialRequest.state == OfficialState.DISCLOSED, OfficialRequest.reviewed_at.is_(None))
    late = select(func.count()).select_from(OfficialRequest)
    return int(session.scalar(late.where(*given, OfficialRequest.review_by <= now)) or 0)


def waiting(session: Session) -> int:
    """Return how many wait for somebody to agree, or to be taken."""
    open_ = OfficialRequest.state.in_((OfficialState.WRITTEN, OfficialState.APPROVED))
    return int(session.scalar(select(func.count()).select_from(OfficialRequest).where(open_)) or 0)


def counters(session: Session) -> list[tuple[int, Instrument, int, int, int]]:
    """Return per year and sort how many came, were answered, were refused; the newest year first.

    What is under way counts as having come. Nobody, no order and no authority is named.
    """
    year = func.extract("year", OfficialRequest.written_at)
    given = func.count().filter(OfficialRequest.state == OfficialState.DISCLOSED)
    refused = func.count().filter(OfficialRequest.state == OfficialState.REFUSED)
    rows = session.execute(
        select(year, OfficialRequest.kind, func.count(), given, refused)
        .group_by(year, OfficialRequest.kind)
        .order_by(year.desc(), OfficialRequest.kind)
    )
    return [(int(row[0]), row[1], row[2], row[3], row[4]) for row in rows]


def ground(asked: OfficialRequest, units: Sequence[str], day: date) -> Why | None:
    """Return why a request has to be refused on a day; None where it may be agreed to and taken."""
    is_bare = not asked.authority or not (asked.instrument and asked.issued_on)
    if is_bare and (asked.kind is not Instrument.EMERGENCY or not asked.authority):
        return Why.NO_INSTRUMENT
    if (asked.issued_on and asked.issued_on > day) or (asked.expires_on and asked.expires_on < day):
        return Why.EXPIRED
    if not units or not asked.fields or not set(asked.fields) <= fields().keys():
        return Why.OUT_OF_SCOPE
    return None
