"""Moving an order to another mailbox: asked, proven, waited for, decided; the old mailbox can stop it.

What was typed is compared by the worker, after the answer: right and wrong look and last alike.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from oms.kernel import audit, clock, ids, outbox, vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.errors import ConflictError, IllegalMoveError
from oms.kernel.register import Job
from oms.kernel.vault import Keys
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.personal import OrderContact
from oms.privacy.moving import queries
from oms.privacy.moving.models import MailboxMove
from oms.privacy.moving.personal import MoveClaim
from oms.privacy.moving.states import UNDER_WAY, MailboxAnswer, MoveState
from oms.web.markets import Place

# Long enough for somebody on a short journey to read the mail that stops it.
WAIT = timedelta(days=3)


def prepare() -> Keys:
    """Make the key of what somebody types; before the transaction."""
    return vault.prepare(ids.new_id(), f"move:{ids.new_id().hex}", MoveClaim)


def ask(session: Session, claimed: MoveClaim, here: Place, keys: Keys) -> MailboxMove:
    """Write a wish; nothing follows until the new mailbox is proven, and nothing is compared here."""
    move = MailboxMove(
        number=ids.order_number(),
        unit=keys.unit,
        state=MoveState.ASKED,
        market=here.market,
        language=here.language,
        asked_at=clock.now(),
    )
    session.add(move)
    vault.seal(session, claimed, keys)
    return move


def take_up(session: Session, unit: str) -> bool:
    """Begin the wait of a wish whose new mailbox is proven; False when it began before.

    Says `move.proven`. Raises NotFoundError.
    """
    move = queries.by_unit(session, unit)
    if move.state is not MoveState.ASKED:
        return False
    move.become(MoveState.WAITING)
    move.waits_until = clock.now() + WAIT
    audit.record(session, SYSTEM, "move.ask", f"move:{move.number}")
    outbox.say(session, "move.proven", move=move.id)
    return True


def compare(session: Session, move_id: int) -> None:
    """Compare what was typed with the order; where it fits, the old mailbox is told by `move.begun`."""
    move = session.get_one(MailboxMove, move_id, with_for_update=True)
    claimed = queries.claim(session, move.unit)
    order = queries.fitting(session, claimed) if claimed and move.state is MoveState.WAITING else None
    if order is not None:
        move.order_id = order.id
        subject_id = vault.subject_of(session, order.unit)
        audit.record(session, SYSTEM, "move.begin", order.unit, subject_id=subject_id)
    outbox.say(session, "move.begun", move=move.id)


def note_old_mailbox(session: Session, move_id: int, answer: MailboxAnswer) -> None:
    """Note whether the old mailbox took the mail that lets it stop the move, for who decides."""
    session.get_one(MailboxMove, move_id, with_for_update=True).old_mailbox = answer


def end_waits(session: Session) -> int:
    """Hand what fits to the desk once its wait is over, and refuse the rest; return how many."""
    found = queries.due(session, clock.now())
    for move in found:
        if move.order_id is None:
            _settle(session, move, MoveState.REFUSED, by=SYSTEM)
        else:
            move.become(MoveState.REVIEW)
    return len(found)


def stop(session: Session, unit: str, *, by: Actor) -> bool:
    """Stop a move by the word of the old mailbox; False when there is nothing left to stop."""
    move = queries.by_unit(session, unit)
    if move.state not in UNDER_WAY:
        return False
    _settle(session, move, MoveState.STOPPED, by=by)
    return True


def approve(session: Session, move: MailboxMove, *, by: Actor) -> None:
    """Give the order its new mailbox; the old one is gone at once. Other wishes about the order end.

    Raises IllegalMoveError before the wait is over, ConflictError where the mailbox was replaced meanwhile
    or the order has been forgotten.
    """
    if move.state is not MoveState.REVIEW or move.order_id is None:
        raise IllegalMoveError(
            "This cannot be decided now: the old mailbox may still stop it, or it is over."
        )
    if queries.was_corrected_since(session, move):
        raise ConflictError("The mailbox of this order was replaced meanwhile. Refuse this request.")
    claimed = queries.claim(session, move.unit)
    if claimed is None:
        raise ConflictError("What was typed has gone. Refuse this request.")
    order = orders.locked(session, move.order_id)
    agreement.correct_contact(session, order, OrderContact(claimed.email), by=SYSTEM.doing(Job.REQUESTS))
    _settle(session, move, MoveState.DONE, by=by)
    for other in queries.others(session, move):
        _settle(session, other, MoveState.REFUSED, by=by)


def refuse(session: Session, move: MailboxMove, *, by: Actor) -> None:
    """Refuse a move; the order keeps its mailbox. Raises IllegalMoveError for one that is over."""
    _settle(session, move, MoveState.REFUSED, by=by)


def _settle(session: Session, move: MailboxMove, state: MoveState, *, by: Actor) -> None:
    move.become(state)
    move.settled_at = clock.now()
    order = orders.get(session, move.order_id) if move.order_id is not None else None
    about = order.unit if order else f"move:{move.number}"
    subject_id = vault.subject_of(session, order.unit) if order else None
    audit.record(session, by, f"move.{state}", about, subject_id=subject_id, fields=("email",))
    outbox.say(session, "move.settled", move=move.id)
