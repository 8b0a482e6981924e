"""Bringing data along into an account; a second file of the same changes nothing."""

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.buyers import actions as buyers
from oms.buyers import queries as accounts
from oms.buyers.actions import Proof
from oms.buyers.models import Buyer
from oms.buyers.personal import AccountProfile
from oms.buyers.states import CodePurpose
from oms.buyers.upkeep import actions as upkeep
from oms.kernel import audit, clock, vault
from oms.kernel.audit import Actor
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError
from oms.kernel.register import Purpose
from oms.privacy.arrivals import queries
from oms.privacy.arrivals.models import Arrival
from oms.privacy.arrivals.personal import PastAddress, PastOrder
from oms.privacy.arrivals.queries import Portable
from oms.privacy.wishes import actions as wishes

GONE = "Somebody in this file was deleted here. Only they themselves can bring it back, signed in."


def receive(portable: Portable, *, market: str, language: str, by: Actor) -> Buyer:
    """Bring a copy into the account of its mailbox, opened where there is none; by who runs the shop.

    Whoever signs in there proves the mailbox first. Raises BadInputError for a copy without a mailbox,
    ConflictError where somebody in it was deleted here; then nothing is written. Opens transactions of its
    own: never call it inside one.
    """
    if not portable.email:
        raise BadInputError("This copy holds no e-mail address, so it belongs to no account.", field="file")
    proof = Proof(portable.email, CodePurpose.SIGN_IN, market, language, None, "")
    with reading() as session:
        if queries.has_gone(session, portable):
            raise ConflictError(GONE)
        keys = buyers.prepare_account(session)
    with transaction() as session:
        buyer = buyers.open_account(session, proof, keys)
    bring(buyer, portable, by=by)
    return buyer


def bring(buyer: Buyer, portable: Portable, *, by: Actor) -> int:
    """Keep what a copy holds with an account; return how many addresses and orders are new.

    Opens transactions of its own: never call it inside one.
    """
    keys = vault.prepare(buyer.subject_id, buyer.unit, PastAddress, PastOrder)
    with transaction() as session:
        buyers.note_use(session, session.merge(buyer))
        kept = _kept(session, buyer, by)
        new: list[object] = [one for one in (*portable.addresses, *portable.orders) if one not in kept]
        if new:
            vault.seal_all(session, new, keys)
        account = accounts.account(session, buyer.id, by=by)
        if account.profile == AccountProfile() != portable.profile:
            upkeep.change_profile(session, buyer.id, portable.profile)
        wishes.bring(session, buyer.unit, portable.wishes, by=by)
        _note(session, buyer, portable)
        audit.record(session, by, "privacy.bring", buyer.person, subject_id=buyer.subject_id)
    return len(new)


def _kept(session: Session, buyer: Buyer, by: Actor) -> set[object]:
    """Return what is there, also what is locked: what is brought again must not come back beside it."""
    return {
        record
        for cls in (PastAddress, PastOrder)
        for record in vault.open_each(
            session,
            cls,
            buyer.unit,
            purpose=Purpose.RIGHTS,
            by=by,
        ).values()
    }


def _note(session: Session, buyer: Buyer, portable: Portable) -> None:
    for number in sorted({order.number for order in portable.orders if order.number}):
        row = {"ref": queries.mark(number), "unit": buyer.unit, "at": clock.now()}
        again = insert(Arrival).values(**row)
        session.execute(again.on_conflict_do_update(index_elements=["ref"], set_={"unit": buyer.unit}))


def forget(session: Session, unit: str) -> None:
    """Let go of where references came to; that they came stays, and leads to nobody."""
    session.execute(update(Arrival).where(Arrival.unit == unit).values(unit=""))
