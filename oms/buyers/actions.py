"""What people do to come in: prove a mailbox with a code, open an account, sign in."""

import hashlib
import hmac
from dataclasses import dataclass

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from oms.buyers import queries
from oms.buyers.models import CODE_LIFE, CODE_MEMORY, MOST_TRIES, Buyer, MailboxChallenge
from oms.buyers.personal import AccountContact, AccountProfile, MailboxCode
from oms.buyers.states import CodePurpose
from oms.kernel import audit, clock, ids, outbox, places, vault
from oms.kernel.errors import RefusedError
from oms.kernel.register import Job, Purpose
from oms.kernel.vault import Keys

MOST_CODES_AN_HOUR = 5


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """A wish for a code: to which mailbox, what for, in which market and language the shopper is.

    `buyer_id` is the account whose mailbox changes; `about` names what the proof is wanted for.
    """

    email: str
    purpose: CodePurpose
    market: str
    language: str
    buyer_id: int | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed for a code, which the session of the browser that asked for it knows by its id."""

    challenge: int
    code: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A mailbox that was proven just now, and what for."""

    email: str
    purpose: CodePurpose
    market: str
    language: str
    buyer_id: int | None
    about: str


def prepare_code() -> Keys:
    """Make the key of one code; before the transaction."""
    unit = f"challenge:{ids.new_id().hex}"
    return vault.prepare(ids.new_id(), unit, MailboxCode)


def ask_code(session: Session, request: CodeRequest, keys: Keys) -> int:
    """Write a code for a mailbox and have it mailed; return its id, for the session of this browser alone.

    Known and unknown mailboxes are treated alike. Beyond five codes an hour none is mailed, and the answer
    is the same. Says `mailbox.code_asked` with the id of the challenge.
    """
    is_too_many = queries.codes_asked_lately(session, request.email) >= MOST_CODES_AN_HOUR
    now = clock.now()
    row = MailboxChallenge(
        unit=keys.unit,
        purpose=request.purpose,
        buyer_id=request.buyer_id,
        about=request.about,
        market=request.market,
        language=request.language,
        created_at=now,
        expires_at=now + CODE_LIFE,
    )
    session.add(row)
    session.flush()
    vault.seal(session, MailboxCode(request.email, ids.code()), keys)
    if not is_too_many:
        outbox.say(session, "mailbox.code_asked", challenge=row.id)
    return row.id


def prove(session: Session, typed: Typed, purpose: CodePurpose) -> Proof | None:
    """Return the mailbox that a code proves, once; None when it is wrong, used, too old or of another use.

    Keep the transaction in both cases: each try counts, and the fifth is the last.
    """
    judged = _judge(session, typed, purpose)
    return _use(*judged) if judged else None


def prove_both(session: Session, old: Typed, new: Typed) -> tuple[Proof, Proof] | None:
    """Return the former and the next mailbox of an account, each proven by its code; both or none are used.

    Keep the transaction in both cases: each try counts.
    """
    former = _judge(session, old, CodePurpose.OLD_MAILBOX)
    following = _judge(session, new, CodePurpose.NEW_MAILBOX)
    return (_use(*former), _use(*following)) if former and following else None


def _judge(session: Session, typed: Typed, purpose: CodePurpose) -> tuple[MailboxChallenge, str] | None:
    row = session.scalar(
        update(MailboxChallenge)
        .where(
            MailboxChallenge.id == typed.challenge,
            MailboxChallenge.purpose == purpose,
            MailboxChallenge.used_at.is_(None),
            MailboxChallenge.tries < MOST_TRIES,
            MailboxChallenge.expires_at > clock.now(),
        )
        .values(tries=MailboxChallenge.tries + 1)
        .returning(MailboxChallenge)
    )
    if row is None:
        return None
    kept = vault.open_record(
        session, MailboxCode, row.unit, purpose=Purpose.SECURITY, by=audit.SYSTEM.doing(Job.SIGN_IN)
    )
    digits = "".join(c for c in typed.code if c.isascii() and c.isdigit())
    return (row, kept.email) if kept and hmac.compare_digest(kept.code, digits) else None


def _use(row: MailboxChallenge, email: str) -> Proof:
    row.used_at = clock.now()
    return Proof(email, row.purpose, row.market, row.language, row.buyer_id, row.about)


def prepare_account(session: Session) -> Keys:
    """Reserve the number of an account and make its keys; before the transaction that opens it."""
    number = session.scalar(text("SELECT nextval(pg_get_serial_sequence('buyers', 'id'))"))
    unit = f"account:{number}"
    return vault.prepare(ids.new_id(), unit, AccountContact, AccountProfile)


def sign_in(session: Session, proof: Proof) -> Buyer | None:
    """Return the account that a proven mailbox opens, noted as used now; None when it has none."""
    require(proof, CodePurpose.SIGN_IN)
    found = queries.buyer_of_mailbox(session, proof.email)
    if found is not None:
        note_use(session, found)
    return found


def open_account(session: Session, proof: Proof, keys: Keys, *, notice_version: str = "") -> Buyer:
    """Open the account of a proven mailbox, or return the one that it has. Says `account.opened`.

    `notice_version` is that of the privacy notice in force, where the person was shown it; no consent to it.
    Raises TransferRefusedError where what somebody gives may not be kept now; then nothing was written.
    """
    require(proof, CodePurpose.SIGN_IN)
    hold_mailbox(session, proof.email)
    found = sign_in(session, proof)
    if found is not None:
        return found
    places.require_stores()
    now = clock.now()
    opened = Buyer(
        id=int(keys.unit.partition(":")[2]),
        subject_id=keys.subject_id,
        market=proof.market,
        language=proof.language,
        created_at=now,
        last_active_at=now,
        notice_version=notice_version,
    )
    session.add(opened)
    session.flush()
    vault.seal_all(session, [AccountContact(proof.email), AccountProfile()], keys)
    audit.record(session, opened.actor, "account.open", opened.person, subject_id=opened.subject_id)
    outbox.say(session, "account.opened", buyer=opened.id)
    return opened


def sign_in_with_password(session: Session, buyer_id: int, kept: str) -> Buyer | None:
    """Return the account whose kept password was just verified, noted as used now; None if it has changed.

    Read it with `queries.password_of` and verify it outside the transaction, after `oms.web.budgets.take`.
    """
    found = queries.buyer(session, buyer_id)
    if found is None or found.password_hash != kept:
        return None
    note_use(session, found)
    return found


def note_use(session: Session, buyer: Buyer) -> None:
    """Note that an account is used now; its retention counts from the last use. Says `account.used`."""
    buyer.last_active_at = clock.now()
    outbox.say(session, "account.used", buyer=buyer.id)


def forget_codes(session: Session) -> list[str]:
    """Drop the codes of more than an hour ago; return their units, whose keys the caller destroys after."""
    old = select(MailboxChallenge).where(MailboxChallenge.created_at < clock.now() - CODE_MEMORY)
    rows = session.scalars(old.limit(1000).with_for_update(skip_locked=True)).all()
    for row in rows:
        session.delete(row)
    return [row.unit for row in rows]


def require(proof: Proof, purpose: CodePurpose) -> None:
    """Raise RefusedError for a proof that was asked for something else."""
    if proof.purpose is not purpose:
        raise RefusedError("This code was asked for something else. Ask for a new one.")


def hold_mailbox(session: Session, email: str) -> None:
    """Make whoever gives an account this mailbox wait for each other, until the transaction ends."""
    # A number that Postgres holds until commit and keeps nowhere.
    digest = hashlib.sha256(f"mailbox {email.strip().casefold()}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    session.execute(select(func.pg_advisory_xact_lock(number)))
