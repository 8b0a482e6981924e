"""Closing the shop: announced at least thirty days ahead, then every key goes; resumable at any line."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from oms.kernel import audit, clock, outbox, vault
from oms.kernel.audit import Actor
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError, NotFoundError
from oms.orders import queries as orders
from oms.privacy.clocks import calendar
from oms.privacy.closing import queries
from oms.privacy.closing.models import Closing
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure import queries as erasing
from oms.privacy.erasure.actions import Wish
from oms.privacy.retention import actions as retention
from oms.privacy.states import Because, Way

# Time to take a copy along: a month, as GDPR, article 12(3) counts.
WINDOW = timedelta(days=30)
CONFIRMATION = "let go of everybody"


def announce(session: Session, shreds_on: date, *, by: Actor) -> Closing:
    """Announce that everybody is let go of on a day; from now on no order is taken.

    Says `shop.closing_announced` for each person, who is written to. Raises BadInputError for a day within
    the next thirty, ConflictError where it was announced already.
    """
    now = clock.now()
    if queries.current(session) is not None:
        raise ConflictError("It is announced already. Call it off first.")
    earliest = calendar.current().day_of(now + WINDOW)
    if shreds_on < earliest:
        raise BadInputError(f"The earliest day is {earliest}: people need time to take a copy.")
    row = Closing(announced_at=now, shreds_on=shreds_on)
    session.add(row)
    session.flush()
    for units in queries.people(session):
        outbox.say(session, "shop.closing_announced", closing=row.id, unit=units[0])
    audit.record(session, by, "shop.announce_closing", f"closing:{row.id}")
    return row


def call_off(session: Session, *, by: Actor) -> None:
    """Take the announcement back. Raises NotFoundError where there is none, ConflictError after the end."""
    found = queries.current(session)
    if found is None:
        raise NotFoundError("No closing is announced.")
    if found.closed_at is not None:
        raise ConflictError("Everybody was let go of; that cannot be taken back.")
    found.called_off_at = clock.now()
    audit.record(session, by, "shop.call_off_closing", f"closing:{found.id}")


def shred(confirmed: str, *, by: Actor) -> Closing:
    """Let go of everybody, tell recipients and people, and write the certificate; again, it finishes.

    Raises BadInputError unless the confirmation was typed to the letter, ConflictError before its day and
    while orders are under way; then nothing is let go of. Opens transactions of its own.
    """
    if confirmed != CONFIRMATION:
        raise BadInputError(f"Type exactly: {CONFIRMATION}")
    with reading() as session:
        found, planned = _ready(session), queries.plan(session)
        groups = queries.people(session)
    kept = _forgotten(groups)
    for unit in sorted({unit for unit, _kind in queries.left()}):
        vault.destroy_unit(unit)
    retention.let_go()
    with transaction() as session:
        row = session.get_one(Closing, found.id, with_for_update=True)
        if row.closed_at is None:
            row.closed_at = clock.now()
            row.certificate = {"units": planned.units, "keys": planned.keys, "stays": kept}
            audit.record(session, by, "shop.close", f"closing:{row.id}")
        return row


def _ready(session: Session) -> Closing:
    found, waiting = queries.current(session), queries.blockers(session)
    if found is None:
        raise ConflictError("Announce it first: people need time to take a copy.")
    if calendar.today() < found.shreds_on:
        raise ConflictError(f"Not before {found.shreds_on}: that day was announced.")
    if waiting:
        raise ConflictError(f"{len(waiting)} orders are under way. Send or cancel them first: {waiting[0]}")
    return found


def _forgotten(groups: list[tuple[str, ...]]) -> list[list[str]]:
    """Erase person by person, as if each had asked; return what of it stays, with its ground and last day."""
    kept: dict[str, list[str]] = {}
    for units in groups:
        with transaction() as session:
            planned = erasing.plan(session, units)
            for stay in planned.stays:
                last = max(stay.until.isoformat(), kept.get(stay.what, ["", "", ""])[2])
                kept[stay.what] = [stay.what, stay.why, last]
            request = erasure.open_request(session, _wish(session, units)) if planned.goes else None
        if request is not None:
            erasure.carry_out(request.id)
    return [kept[what] for what in sorted(kept)]


def _wish(session: Session, units: tuple[str, ...]) -> Wish:
    number = next((unit.partition(":")[2] for unit in units if unit.startswith("order:")), "")
    order = orders.by_number(session, number) if number else None
    market, language = (order.market_code, order.language) if order else ("eu", "en")
    return Wish(units, Way.NOW, market, language, Because.ENDED)
