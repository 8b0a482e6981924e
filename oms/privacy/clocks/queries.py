"""The days of one request: what we aim at, what we promise, what the law allows; and which are pressing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.privacy.clocks import calendar, regimes
from oms.privacy.clocks.calendar import Calendar
from oms.privacy.clocks.regimes import HARD_DAYS, PROFILES, TARGET_DAYS, WARNING_DAYS, Regime
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import OPEN


@dataclass(frozen=True, slots=True)
class Dates:
    """Days of the shop: `answer_by` is what the person is told; it is never later than the law's."""

    regime: Regime
    target_by: date
    answer_by: date
    legal_by: date
    receipt_by: date | None
    opt_out_by: date | None


class Alarm(StrEnum):
    """How pressing an answer is: on business day 3, on day 5, and once it is late."""

    NONE = ""
    SOON = "business day 3"
    NOW = "business day 5"
    LATE = "late"


def dates(received_at: datetime, countries: Iterable[str], by: Calendar | None = None) -> Dates:
    """Return the days of a request from people in some countries, received at an aware moment."""
    days = by or calendar.current()
    first = days.day_of(received_at)
    regime = regimes.strictest(countries, first, days)
    law = PROFILES[regime]
    legal = law.answer.after(first, days)
    return Dates(
        regime,
        min(days.after(first, TARGET_DAYS), legal),
        min(days.after(first, HARD_DAYS), legal),
        legal,
        law.receipt.after(first, days) if law.receipt else None,
        law.opt_out.after(first, days) if law.opt_out else None,
    )


def extended(regime: Regime, received_at: datetime, by: Calendar | None = None) -> date | None:
    """Return the last day that the law allows with a reason told in time; None where it allows none."""
    days, more = by or calendar.current(), PROFILES[regime].extended
    return more.after(days.day_of(received_at), days) if more else None


def alarm(request: PrivacyRequest, now: datetime, by: Calendar | None = None) -> Alarm:
    """Return how pressing the answer to a request is; nothing is once it is answered."""
    if request.state not in OPEN or request.answered_at is not None:
        return Alarm.NONE
    days = by or calendar.current()
    today = days.day_of(now)
    if today > request.answer_by:
        return Alarm.LATE
    passed = days.passed(days.day_of(request.received_at), today)
    soon, pressing = WARNING_DAYS
    if passed >= pressing:
        return Alarm.NOW
    return Alarm.SOON if passed >= soon else Alarm.NONE


def pressing(session: Session, now: datetime) -> dict[Alarm, int]:
    """Return how many requests wait for an answer, by how pressing they are, where they are."""
    waiting = session.scalars(
        select(PrivacyRequest).where(PrivacyRequest.state.in_(OPEN), PrivacyRequest.answered_at.is_(None))
    )
    counts: dict[Alarm, int] = {}
    for request in waiting:
        found = alarm(request, now)
        if found is not Alarm.NONE:
            counts[found] = counts.get(found, 0) + 1
    return counts
