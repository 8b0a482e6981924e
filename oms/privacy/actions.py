"""What staff do about requests: tell the recipients, and write that down."""

from sqlalchemy.orm import Session

from oms.kernel import audit, clock
from oms.kernel.audit import Actor
from oms.kernel.errors import IllegalMoveError, NotFoundError
from oms.privacy.models import PrivacyRequest, Telling


def note_told(session: Session, request: PrivacyRequest, recipient: str, *, by: Actor) -> Telling:
    """Note that a recipient was told to forget somebody too; again, the first day stays.

    Raises NotFoundError when this request does not oblige us to tell them, IllegalMoveError while a refund
    or a dispute may still need what they know.
    """
    row = session.get(Telling, (request.id, recipient), with_for_update=True)
    if row is None:
        raise NotFoundError("Nobody of this name has to be told.")
    if row.not_before is not None and row.not_before > clock.now():
        raise IllegalMoveError("Not yet: a refund or a dispute may need it until the day that is shown.")
    if row.told_at is None:
        row.told_at = clock.now()
        audit.record(session, by, "privacy.told", f"request:{request.number}")
    return row
