"""Reads about accounts and codes; an address is opened for the purpose that the caller names."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.buyers.models import CODE_MEMORY, Buyer, MailboxChallenge
from oms.buyers.personal import AccountContact, AccountProfile, FormerMailbox, MailboxCode
from oms.buyers.states import BuyerState, CodePurpose
from oms.kernel import clock, vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.errors import NotFoundError
from oms.kernel.register import KINDS, Job, Purpose


@dataclass(frozen=True, slots=True)
class CodeToSend:
    """What the mail with a code needs; `unit` names the sealed record for the disclosure."""

    email: str
    code: str
    unit: str
    purpose: CodePurpose
    market: str
    language: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PasswordKept:
    """What to verify a typed password against; `credentials.is_password` takes as long for nobody's."""

    buyer_id: int
    kept: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its owner sees it."""

    buyer: Buyer
    email: str
    profile: AccountProfile


def buyer(session: Session, buyer_id: int) -> Buyer | None:
    """Return an active account, or None."""
    return session.scalar(select(Buyer).where(Buyer.id == buyer_id, Buyer.state == BuyerState.ACTIVE))


def account(session: Session, buyer_id: int, *, by: Actor) -> Account:
    """Return an active account with what its owner gave; raises NotFoundError."""
    found = buyer(session, buyer_id)
    if found is None:
        raise NotFoundError
    contact = vault.open_record(session, AccountContact, found.unit, purpose=Purpose.ACCOUNT, by=by)
    profile = vault.open_record(session, AccountProfile, found.unit, purpose=Purpose.ACCOUNT, by=by)
    return Account(found, contact.email if contact else "", profile or AccountProfile())


def buyer_of_mailbox(session: Session, email: str) -> Buyer | None:
    """Return the active account that a mailbox opens, or None; through the blind index."""
    units = [found.unit for found in vault.find(session, AccountContact, "email", email)]
    numbers = [int(unit.partition(":")[2]) for unit in units]
    return session.scalar(
        select(Buyer)
        .where(Buyer.id.in_(numbers), Buyer.state == BuyerState.ACTIVE)
        .order_by(Buyer.id)
        .limit(1)
    )


def password_of(session: Session, email: str) -> PasswordKept:
    """Return what is kept of the password of a mailbox's account; nothing of nobody where there is none."""
    found = buyer_of_mailbox(session, email)
    return PasswordKept(found.id, found.password_hash) if found else PasswordKept(0, None)


def units_of_mailbox(session: Session, email: str, *units: str) -> list[str]:
    """Return the retention units, of the named sorts (`order`, `account`), that were given this mailbox."""
    kinds = [
        kind.type
        for kind in KINDS.values()
        if kind.unit in units and any(field.name == "email" and field.indexed for field in kind.fields)
    ]
    return list(dict.fromkeys(row.unit for row in vault.find_among(session, kinds, "email", email)))


def codes_asked_lately(session: Session, email: str) -> int:
    """Return how many codes were asked for a mailbox within the last hour."""
    units = [found.unit for found in vault.find(session, MailboxCode, "email", email)]
    since = clock.now() - CODE_MEMORY
    return (
        session.scalar(
            select(func.count())
            .select_from(MailboxChallenge)
            .where(MailboxChallenge.unit.in_(units), MailboxChallenge.created_at > since)
        )
        or 0
    )


def mailbox_asked(session: Session, challenge_id: int) -> str:
    """Return the mailbox of a code, for the browser whose session knows it; empty when it is gone."""
    unit = session.scalar(select(MailboxChallenge.unit).where(MailboxChallenge.id == challenge_id))
    kept = (
        vault.open_record(session, MailboxCode, unit, purpose=Purpose.SECURITY, by=SYSTEM.doing(Job.SIGN_IN))
        if unit
        else None
    )
    return kept.email if kept else ""


def code_to_send(session: Session, challenge_id: int) -> CodeToSend | None:
    """Return the mail of a code; None once the code was used, ran out or was forgotten."""
    row = session.get(MailboxChallenge, challenge_id)
    if row is None or row.used_at is not None or row.expires_at <= clock.now():
        return None
    kept = vault.open_record(
        session, MailboxCode, row.unit, purpose=Purpose.SECURITY, by=SYSTEM.doing(Job.CODES)
    )
    if kept is None:
        return None
    return CodeToSend(kept.email, kept.code, row.unit, row.purpose, row.market, row.language, row.expires_at)


def former_mailbox(session: Session, unit: str) -> str:
    """Return the address that a notice of change goes to; empty when it was forgotten."""
    kept = vault.open_record(
        session, FormerMailbox, unit, purpose=Purpose.SECURITY, by=SYSTEM.doing(Job.CODES)
    )
    return kept.email if kept else ""


def idle_buyers(session: Session, since: datetime, *, most: int = 500) -> list[int]:
    """Return the ids of active accounts that nobody used since a moment, the longest idle first."""
    return list(
        session.scalars(
            select(Buyer.id)
            .where(Buyer.state == BuyerState.ACTIVE, Buyer.last_active_at < since)
            .order_by(Buyer.last_active_at)
            .limit(most)
        )
    )
