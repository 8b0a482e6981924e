"""Who objected to what; and the links in mails by which anybody who holds one can object for its mailbox."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.buyers.queries import units_of_mailbox
from oms.kernel.errors import NotFoundError
from oms.orders import queries as orders
from oms.privacy.models import Objection
from oms.privacy.states import Channel

# What has one person: everything that was given one mailbox.
_SORTS = ("order", "account")
_SIGNATURE_BYTES = 16


def objections(session: Session, units: Sequence[str]) -> list[Objection]:
    """Return the objections that lie with some units, the oldest first."""
    chosen = select(Objection).where(Objection.unit.in_(units)).order_by(Objection.at, Objection.unit)
    return list(session.scalars(chosen))


def stopped(session: Session, units: Sequence[str]) -> set[Channel]:
    """Return the channels on which the person of some units is not written to without need."""
    return {row.channel for row in objections(session, units)}


def has_objected(session: Session, channel: Channel, unit: str, email: str) -> bool:
    """Say whether whoever is behind a unit and a mailbox objected, there or with another order or account."""
    known = {unit, *units_of_mailbox(session, email, *_SORTS)}
    sort, _colon, number = unit.partition(":")
    order = orders.by_number(session, number) if sort == "order" else None
    if order is not None and order.buyer_id is not None:
        known.add(f"account:{order.buyer_id}")
    return channel in stopped(session, sorted(known))


def token_of(unit: str, channel: Channel, secret: str) -> str:
    """Return the word of a link that objects for a unit; it can be made by us alone, and opens nothing."""
    told = f"{channel}|{unit}".encode()
    return f"{_text(told)}.{_text(_signature(told, secret))}"


def read_token(token: str, secret: str) -> tuple[str, Channel]:
    """Return the unit and the channel of a link. Raises NotFoundError for one that is not ours."""
    told, _dot, signature = token.partition(".")
    try:
        raw, signed = _bytes(told), _bytes(signature)
    except ValueError:
        raw, signed = b"", b""
    if not hmac.compare_digest(signed, _signature(raw, secret)):
        raise NotFoundError("This link is not whole. Open it from the mail once more.")
    channel, _bar, unit = raw.decode().partition("|")
    return unit, Channel(channel)


def _signature(told: bytes, secret: str) -> bytes:
    key = f"unsubscribe {secret}".encode()
    return hmac.new(key, told, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
