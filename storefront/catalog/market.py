"""The market of a request, as the catalog knows it."""

from sqlalchemy.orm import Session

from oms.catalog.queries import MarketFacts, markets
from oms.kernel.errors import NotFoundError


def market(session: Session, code: str) -> MarketFacts:
    """Return a market by its code. Raises NotFoundError where the shop does not sell there."""
    for found in markets(session):
        if found.code == code:
            return found
    raise NotFoundError("This shop does not sell there yet.")
