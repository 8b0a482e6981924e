"""What buyers do with their account: password, mailbox, profile, closing it."""

from sqlalchemy.orm import Session

from oms.buyers import queries
from oms.buyers.actions import Proof, hold_mailbox, require
from oms.buyers.models import Buyer
from oms.buyers.personal import AccountContact, AccountProfile, FormerMailbox
from oms.buyers.states import CodePurpose
from oms.kernel import audit, clock, ids, outbox, vault
from oms.kernel.audit import Actor
from oms.kernel.errors import ConflictError, NotFoundError, RefusedError
from oms.kernel.register import Purpose
from oms.kernel.vault import Keys
from oms.signins import actions as signins
from oms.signins.states import Answer
from oms.web import session_rows


def set_password(session: Session, buyer_id: int, password_hash: str, *, keep_session: int = 0) -> None:
    """Give an account a password, checked and hashed before the transaction; its other sessions end."""
    found = _active(session, buyer_id)
    found.password_hash = password_hash
    session_rows.end_all(session, found.person, but=keep_session)
    _note(session, found, "account.set_password")


def drop_password(session: Session, buyer_id: int) -> None:
    """Go back to codes by mail alone."""
    found = _active(session, buyer_id)
    found.password_hash = None
    _note(session, found, "account.drop_password")


def disown(session: Session, buyer_id: int, sign_in_id: int) -> None:
    """Take an account back from whoever signed in: every session ends, and the password goes.

    Its owner comes in again with a code. Raises ConflictError where they have answered already,
    NotFoundError where the account is closed; then nothing changes.
    """
    found = _active(session, buyer_id)
    signins.answer(session, sign_in_id, Answer.NOT_MINE)
    found.password_hash = None
    session_rows.end_all(session, found.person)
    _note(session, found, "account.not_me")


def prepare_notice() -> Keys:
    """Make the key of a notice to a former mailbox; before the transaction."""
    unit = f"notice:{ids.new_id().hex}"
    return vault.prepare(ids.new_id(), unit, FormerMailbox)


def change_mailbox(session: Session, old: Proof, new: Proof, notice: Keys, *, keep_session: int = 0) -> Buyer:
    """Replace the mailbox of an account, both proven; other sessions end, the old mailbox is told.

    Says `account.mailbox_changed` with the notice's unit. Raises RefusedError for proofs that are not of
    this account, ConflictError when the new mailbox opens another account.
    """
    require(old, CodePurpose.OLD_MAILBOX)
    require(new, CodePurpose.NEW_MAILBOX)
    if old.buyer_id is None or old.buyer_id != new.buyer_id:
        raise RefusedError("These codes belong to different accounts. Begin again.")
    found = _active(session, old.buyer_id)
    former = _mailbox(session, found)
    if former.casefold() != old.email.casefold():
        raise RefusedError("The mailbox of this account has changed meanwhile. Begin again.")
    hold_mailbox(session, new.email)
    if queries.buyer_of_mailbox(session, new.email) is not None:
        raise ConflictError("This mailbox opens another account. Close that account first.")
    vault.replace(session, AccountContact(new.email), found.unit, by=found.actor)
    vault.seal(session, FormerMailbox(former), notice)
    session_rows.end_all(session, found.person, but=keep_session)
    _note(session, found, "account.change_mailbox", "email")
    outbox.say(session, "account.mailbox_changed", buyer=found.id, notice=notice.unit)
    return found


def change_profile(session: Session, buyer_id: int, profile: AccountProfile) -> None:
    """Keep what a buyer wrote about themselves; an emptied field is forgotten."""
    found = _active(session, buyer_id)
    vault.replace(session, profile, found.unit, by=found.actor)
    _note(session, found, "account.change_profile", "nickname", "mobile", "country")


def close_account(session: Session, buyer_id: int, *, by: Actor) -> None:
    """Close an account for good: no session, no password; its keys go by the retention rule.

    Says `account.closed`. Raises NotFoundError when there is no active account of this number.
    """
    found = _active(session, buyer_id)
    found.close(clock.now())
    session_rows.end_all(session, found.person)
    signins.forget(session, found.person)
    audit.record(session, by, "account.close", found.person, subject_id=found.subject_id)
    outbox.say(session, "account.closed", buyer=found.id)


def _active(session: Session, buyer_id: int) -> Buyer:
    found = queries.buyer(session, buyer_id)
    if found is None:
        raise NotFoundError
    return found


def _mailbox(session: Session, buyer: Buyer) -> str:
    contact = vault.open_record(session, AccountContact, buyer.unit, purpose=Purpose.ACCOUNT, by=buyer.actor)
    if contact is None:
        raise NotFoundError
    return contact.email


def _note(session: Session, buyer: Buyer, verb: str, *fields: str) -> None:
    audit.record(session, buyer.actor, verb, buyer.person, subject_id=buyer.subject_id, fields=fields)


def forget_account(session: Session, buyer_id: int) -> bool:
    """Remove an account without a trace, once the keys of its unit are destroyed; its sessions end.

    Return whether there was one.
    """
    found = session.get(Buyer, buyer_id)
    if found is None:
        return False
    session_rows.end_all(session, found.person)
    signins.forget(session, found.person)
    session.delete(found)
    return True
