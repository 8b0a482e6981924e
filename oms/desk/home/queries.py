"""Figures of a day, in minor units and days of UTC; and what waits for one member of staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from oms.kernel.money import Money
from oms.orders.models import Order
from oms.payments.models import Refund
from oms.payments.states import RefundState
from oms.privacy.clocks import calendar
from oms.privacy.exports.models import Export
from oms.privacy.exports.states import ExportState
from oms.privacy.minors.models import MinorCase
from oms.privacy.minors.states import OPEN
from oms.privacy.official.models import OfficialRequest
from oms.privacy.official.states import Instrument, OfficialState


@dataclass(frozen=True, slots=True)
class Day:
    """What a day has brought so far."""

    orders: int
    units: int
    sold: tuple[Money, ...]
    back: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """How many things wait for somebody, and when the first of them is over; None where no clock runs."""

    count: int
    first_ends: datetime | None


def waits_for(session: Session, me: str, now: datetime) -> dict[str, Wait]:
    """Return what a member of staff, by their id, may act on; by the word of its queue.

    What somebody wrote down, asked for or agreed to waits for somebody else, and is not counted for them.
    """
    return {
        "children": _wait(session.scalars(_children())),
        "official": _wait(_official(session, me, now)),
        "exports": _wait(session.scalars(_exports(me, now))),
    }


def _wait(ends: Iterable[datetime | None]) -> Wait:
    found = list(ends)
    return Wait(len(found), min((one for one in found if one is not None), default=None))


def _children() -> Select[datetime]:
    """Ask for the last day of each case that nobody has ended and that is not being erased."""
    return select(MinorCase.erase_after).where(MinorCase.state.in_(OPEN), MinorCase.erasure_id.is_(None))


def _exports(me: str, now: datetime) -> Select[datetime]:
    asked = and_(Export.state == ExportState.ASKED, Export.asked_by != me)
    ready = and_(Export.state == ExportState.READY, Export.asked_by == me)
    return select(Export.ends_at).where(or_(asked, ready), Export.ends_at > now)


def _official(session: Session, me: str, now: datetime) -> list[datetime | None]:
    """Return the end of what is to be agreed to, taken, or, after an emergency, reviewed."""
    row = OfficialRequest
    is_other = and_(row.written_by != me, row.approver1 != me)
    given = (row.state == OfficialState.DISCLOSED, row.kind == Instrument.EMERGENCY, row.reviewed_by == "")
    asked = select(row.state, row.expires_on, row.ends_at, row.review_by).where(
        or_(
            and_(row.state == OfficialState.WRITTEN, is_other),
            and_(row.state == OfficialState.APPROVED, row.ends_at > now),
            and_(*given, is_other),
        )
    )
    ends: list[datetime | None] = []
    for state, expires_on, ends_at, review_by in session.execute(asked):
        if state is OfficialState.WRITTEN:
            ends.append(calendar.current().end_of(expires_on) if expires_on else None)
        else:
            ends.append(ends_at if state is OfficialState.APPROVED else review_by)
    return ends


def day(session: Session, since: datetime) -> Day:
    """Return the figures of everything placed, and of refunds asked for, since a moment."""
    placed = session.execute(
        select(Order.currency, func.count(), func.sum(Order.units), func.sum(Order.total))
        .where(Order.placed_at >= since)
        .group_by(Order.currency)
        .order_by(Order.currency)
    ).all()
    refunds = session.execute(
        select(Refund.currency, func.sum(Refund.amount))
        .where(Refund.created_at >= since, Refund.state != RefundState.FAILED)
        .group_by(Refund.currency)
        .order_by(Refund.currency)
    )
    return Day(
        orders=sum(row[1] for row in placed),
        units=sum(int(row[2]) for row in placed),
        sold=tuple(Money(int(row[3]), row[0]) for row in placed),
        back=tuple(Money(int(amount), currency) for currency, amount in refunds),
    )
