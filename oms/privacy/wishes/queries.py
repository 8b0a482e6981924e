"""Who said what, and so whom we may write to; and the links in mails by which a holder can say no."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from oms.buyers.queries import units_of_mailbox
from oms.kernel import ids
from oms.kernel.errors import NotFoundError
from oms.kernel.register import OWNED
from oms.orders import queries as orders
from oms.privacy.locking import queries as locks
from oms.privacy.minors import queries as minors
from oms.privacy.states import Channel
from oms.privacy.wishes.models import Wish
from oms.privacy.wishes.states import Choice, WishPurpose, needs_yes

_STOPS = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer without its unit: to what, where, yes or no, which words, when (UTC)."""

    purpose: WishPurpose
    channel: Channel
    choice: Choice
    text_hash: str
    wording: str
    language: str
    at: datetime


def ledger(session: Session, units: Sequence[str]) -> list[Wish]:
    """Return every row that lies with some units, the oldest first."""
    return list(session.scalars(select(Wish).where(Wish.unit.in_(units)).order_by(Wish.id)))


def replay(rows: Iterable[Wish]) -> dict[tuple[str, WishPurpose, Channel], Wish]:
    """Return the row in force for each unit, purpose and channel, of rows in the order of their writing."""
    return {(row.unit, row.purpose, row.channel): row for row in rows}


def answers(
    session: Session, units: Sequence[str], purpose: WishPurpose, channel: Channel
) -> dict[str, Choice]:
    """Return what is in force for each of some units; one that never said anything is not in it."""
    mine = (Wish.unit.in_(units), Wish.purpose == purpose, Wish.channel == channel)
    newest = select(Wish.unit, Wish.choice).where(*mine).ext(distinct_on(Wish.unit))
    rows = session.execute(newest.order_by(Wish.unit, Wish.id.desc()))
    return {row.unit: row.choice for row in rows}


def may(session: Session, units: Sequence[str], purpose: WishPurpose, channel: Channel) -> bool:
    """Say whether the person of some units may be written to for a purpose on a channel.

    Who may be a child is not, before a guardian agreed. One no is enough, with whichever unit it lies.
    Without an answer: only what needs no yes, and what nobody objected to; whoever says yes after objecting
    is taken at their word.
    """
    if minors.open_case(session, units) is not None:
        return False
    rows = replay(ledger(session, units)).values()
    said = {row.choice: row.at for row in rows if (row.purpose, row.channel) == (purpose, channel)}
    if Choice.WITHDRAWN in said or (needs_yes(purpose, channel) and Choice.GIVEN not in said):
        return False
    objection = locks.objection(session, units) if purpose is WishPurpose.NEWS else None
    return objection is None or (Choice.GIVEN in said and said[Choice.GIVEN] > objection.since)


def person_of(session: Session, unit: str, email: str) -> list[str]:
    """Return every unit of whoever is behind a unit and a mailbox."""
    known = {unit, *units_of_mailbox(session, email, *OWNED)}
    sort, _colon, number = unit.partition(":")
    buyer_id = orders.buyer_of(session, number) if sort == "order" else None
    if buyer_id is not None:
        known.add(f"account:{buyer_id}")
    return sorted(known)


def token_of(unit: str, channel: Channel, secret: str, purpose: WishPurpose = WishPurpose.NEWS) -> str:
    """Return the word of a link that says no for a unit; it can be made by us alone, and opens nothing."""
    told = urlsafe_b64encode(f"{purpose}|{channel}|{unit}".encode()).decode().rstrip("=")
    return f"{told}.{ids.sign(told, _STOPS, secret)}"


def read_token(token: str, secret: str) -> tuple[str, WishPurpose, Channel]:
    """Return unit, purpose and channel of a link. Raises NotFoundError for one that is not ours."""
    told, _dot, signature = token.partition(".")
    if not ids.is_signed(told, signature, _STOPS, secret):
        raise NotFoundError("This link is not whole. Open it from the mail once more.")
    raw = urlsafe_b64decode(told.encode() + b"=" * (-len(told) % 4))
    purpose, channel, unit = raw.decode().split("|", 2)
    return unit, WishPurpose(purpose), Channel(channel)
