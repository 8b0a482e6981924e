"""Requests as staff see them: by number, state and day; nobody is named in them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.kernel.errors import NotFoundError
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import OPEN, Because

MOST_LISTED = 200


def requests(session: Session, *, are_open: bool) -> list[PrivacyRequest]:
    """Return requests under way, the first to be answered first; or those that are done, the newest first."""
    chosen = select(PrivacyRequest).limit(MOST_LISTED)
    if are_open:
        first = (PrivacyRequest.answer_by, PrivacyRequest.id)
        return list(session.scalars(chosen.where(PrivacyRequest.state.in_(OPEN)).order_by(*first)))
    done = chosen.where(PrivacyRequest.state.not_in(OPEN))
    return list(session.scalars(done.order_by(PrivacyRequest.id.desc())))


def grounds(session: Session) -> list[tuple[Because, int]]:
    """Return how often each ground was given for a deletion, of the requests that are still kept."""
    counted = select(PrivacyRequest.because, func.count()).group_by(PrivacyRequest.because)
    found = {row[0]: row[1] for row in session.execute(counted)}
    return [(because, found.get(because, 0)) for because in Because]


def by_number(session: Session, number: str) -> PrivacyRequest:
    """Return a request by its number. Raises NotFoundError."""
    found = session.scalar(select(PrivacyRequest).where(PrivacyRequest.number == number))
    if found is None:
        raise NotFoundError("There is no request of this number. Look for a mistyped letter.")
    return found
