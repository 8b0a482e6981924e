"""Writing down what an authority asks, agreeing by two, giving out the covered fields once, telling."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from oms.kernel import audit, clock, egress, ids, outbox, vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.egress import Occasion
from oms.kernel.errors import BadInputError, IllegalMoveError, RefusedError
from oms.kernel.register import KINDS, Job, Purpose
from oms.orders import queries as orders
from oms.privacy.clocks import calendar
from oms.privacy.official import queries
from oms.privacy.official.models import OfficialRequest, OfficialUnit
from oms.privacy.official.states import Instrument, OfficialState, Why

# To take what was agreed to; an emergency is over sooner.
TO_TAKE = timedelta(days=3)
EMERGENCY = timedelta(hours=24)
REVIEW_DAYS = 3
# A longer silence has to be ordered again.
MOST_GAG = timedelta(days=366)
_LACKS = {
    Why.NO_INSTRUMENT: (
        "Name the authority, the number of its instrument, and its day.",
        "instrument",
    ),
    Why.EXPIRED: ("The instrument is not in force today.", "expires_on"),
    Why.OUT_OF_SCOPE: ("Name the orders and choose the fields that it covers.", "fields"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an authority wants: its instrument, the orders and the fields; until when nobody may be told."""

    kind: Instrument
    authority: str
    numbers: tuple[str, ...]
    fields: tuple[str, ...]
    instrument: str = ""
    issued_on: date | None = None
    expires_on: date | None = None
    gag_until: date | None = None
    # Written down also where it is refused at once for what it lacks.
    even_so: bool = False


def write(session: Session, asked: Asked, *, by: Actor) -> OfficialRequest:
    """Write down what an authority asks; what cannot be agreed to is refused at once, with its ground.

    Raises BadInputError for that, and for an order that is unknown, unless it is written down even so.
    """
    units = _units(session, asked)
    row = OfficialRequest(
        number=ids.order_number(),
        state=OfficialState.WRITTEN,
        kind=asked.kind,
        instrument=asked.instrument.strip(),
        authority=asked.authority.strip(),
        issued_on=asked.issued_on,
        expires_on=asked.expires_on,
        gag_until=_checked(asked.gag_until),
        fields=list(dict.fromkeys(asked.fields)),
        written_by=by.id,
        written_at=clock.now(),
    )
    why = queries.ground(row, units, calendar.today())
    if why is not None and not asked.even_so:
        words, field = _LACKS[why]
        raise BadInputError(words, field=field)
    session.add(row)
    session.flush()
    audit.record(session, by, f"official.write.{asked.kind}", f"official:{row.number}")
    if why is not None:
        refuse(session, row, why, by=by)
        return row
    session.add_all(OfficialUnit(official_id=row.id, unit=unit, since=clock.now()) for unit in units)
    session.flush()
    return row


def _units(session: Session, asked: Asked) -> list[str]:
    try:
        return orders.units_of(session, asked.numbers)
    except BadInputError:
        if asked.even_so:
            return []
        raise


def _checked(gag_until: date | None) -> date | None:
    if gag_until is not None and not calendar.today() <= gag_until <= calendar.today() + MOST_GAG:
        raise BadInputError("Take a day from today on, at most a year ahead.", field="gag_until")
    return gag_until


def keep_quiet(session: Session, row: OfficialRequest, until: date | None, *, by: Actor) -> None:
    """Note until when the law forbids to tell anybody, or that it does not any more: then they are told now.

    Raises BadInputError for a day that has passed or is more than a year ahead: a court has to renew it.
    """
    row.gag_until = _checked(until)
    audit.record(session, by, "official.gag", f"official:{row.number}")
    session.flush()
    tell_due(session)


def approve(session: Session, row: OfficialRequest, *, by: Actor) -> None:
    """Agree to a request; with the second who does it can be taken, in an emergency with the first.

    Raises RefusedError for who wrote it down or agreed before, BadInputError where its day has passed.
    """
    if row.state is not OfficialState.WRITTEN:
        raise IllegalMoveError("There is nothing to agree to any more.")
    if by.id in {row.written_by, row.approver1}:
        raise RefusedError("Somebody else has to agree: not who wrote it down, and not the same twice.")
    units = [one.unit for one in queries.units_of(session, row.id)]
    why = queries.ground(row, units, calendar.today())
    if why is not None:
        raise BadInputError(f"This cannot be agreed to: {why}. Refuse it.")
    if row.approver1:
        row.approver2 = by.id
    else:
        row.approver1 = by.id
    audit.record(session, by, "official.approve", f"official:{row.number}")
    now, is_urgent, days = clock.now(), row.kind is Instrument.EMERGENCY, calendar.current()
    if row.approver2 or is_urgent:
        row.review_by = days.end_of(days.after(days.day_of(now), REVIEW_DAYS)) if is_urgent else None
        row.approved_at, row.ends_at = now, now + (EMERGENCY if is_urgent else TO_TAKE)
        if row.expires_on is not None:
            row.ends_at = min(row.ends_at, days.end_of(row.expires_on))
        row.become(OfficialState.APPROVED, now)
    session.flush()


def refuse(session: Session, row: OfficialRequest, why: Why, *, by: Actor) -> None:
    """Refuse a request on a coded ground; nothing goes out. Raises IllegalMoveError once it went."""
    row.become(OfficialState.REFUSED, clock.now())
    row.ground = why
    audit.record(session, by.because(why), "official.refuse", f"official:{row.number}")
    session.flush()


def take(session: Session, row: OfficialRequest, *, by: Actor) -> bytes:
    """Return the covered fields of the covered orders as JSON, once; each is written down as a disclosure.

    Nothing of it lies on a disk. Raises IllegalMoveError before two agreed, a second time, and too late.
    """
    now = clock.now()
    if row.state is not OfficialState.APPROVED or row.ends_at is None or row.ends_at <= now:
        raise IllegalMoveError("There is nothing to take: it was taken, is over, or two have not agreed yet.")
    told = []
    for one in queries.units_of(session, row.id):
        values = _covered(session, one.unit, row.fields)
        one.fields = sorted(values)
        told.append({"order": one.unit.partition(":")[2], "fields": values})
    row.become(OfficialState.DISCLOSED, now)
    row.given_at, row.given_to = now, by.id
    audit.record(session, by, "official.take", f"official:{row.number}", fields=tuple(row.fields))
    tell_due(session)
    return json.dumps({"instrument": row.instrument, "orders": told}, indent=2, ensure_ascii=False).encode()


def _covered(session: Session, unit: str, wanted: Sequence[str]) -> dict[str, str]:
    """Open the records of a unit that hold a covered field; return those fields alone, where known."""
    values, by = {}, SYSTEM.doing(Job.AUTHORITIES)
    for name in queries.COVERED:
        fields = [field for field in KINDS[name].names() if f"{name}.{field}" in wanted]
        if not fields:
            continue
        record = vault.open_record(session, KINDS[name].type, unit, purpose=Purpose.RIGHTS, by=by)
        if record is not None:
            values.update({f"{name}.{field}": str(getattr(record, field)) for field in fields})
    return {name: value for name, value in values.items() if value}


def _note_disclosed(session: Session, row: OfficialRequest, one: OfficialUnit) -> None:
    """Write it into the ledger that the person sees, with the day on which it went."""
    subject_id = vault.subject_of(session, one.unit)
    if subject_id is None:
        return
    occasion = Occasion(one.unit, subject_id, Purpose.RIGHTS, "ordered")
    at = row.given_at or clock.now()
    egress.note_ordered(session, occasion, one.fields, f"{row.kind}, {row.authority} {row.instrument}", at)


def tell_due(session: Session) -> int:
    """Have everybody told whose data went out and whom the law lets us tell now; return how many.

    What was kept quiet appears on the page of its person with this, on the day on which it went.
    """
    found = queries.to_tell(session, calendar.today())
    for row, one in found:
        _note_disclosed(session, row, one)
        one.told_at = clock.now()
        outbox.say(session, "official.tell", official=row.id, unit=one.unit)
    return len(found)


def review(session: Session, row: OfficialRequest, *, by: Actor) -> None:
    """Note that somebody else looked at an emergency afterwards. Raises RefusedError, IllegalMoveError."""
    if row.kind is not Instrument.EMERGENCY or row.state is not OfficialState.DISCLOSED or row.reviewed_by:
        raise IllegalMoveError("There is nothing to review.")
    if by.id in {row.written_by, row.approver1}:
        raise RefusedError("Somebody else has to review it.")
    row.reviewed_by, row.reviewed_at = by.id, clock.now()
    audit.record(session, by, "official.review", f"official:{row.number}")


def end_late(session: Session) -> int:
    """Let what nobody took in time lapse; return how many."""
    found = queries.over(session, clock.now())
    for row in found:
        row.become(OfficialState.LAPSED, clock.now())
    return len(found)
