"""Writing that a recipient was told, and what it answered; our references go when it has answered."""

from sqlalchemy.orm import Session

from oms.kernel import audit, clock
from oms.kernel.audit import SYSTEM
from oms.privacy.models import PrivacyRequest, Telling

_CUT = 200


def note_answer(session: Session, request_id: int, recipient: str, acknowledgments: list[str]) -> None:
    """Write that a recipient has forgotten too, and under which words it said so; again, the first stays."""
    row = session.get_one(Telling, (request_id, recipient), with_for_update=True)
    if row.acknowledged_at is not None:
        return
    now = clock.now()
    row.told_at = row.told_at or now
    row.acknowledged_at, row.acknowledgment = now, " ".join(acknowledgments)[:_CUT]
    # They join what the certificate does not.
    row.refs = []
    request = session.get_one(PrivacyRequest, request_id)
    audit.record(session, SYSTEM, "privacy.acknowledged", f"request:{request.number}")
