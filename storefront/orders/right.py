"""What can be withdrawn from, until when, and what not, in words."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.orders.models import Order
from oms.returns import period, queries
from oms.returns.queries import Right
from oms.returns.states import Exclusion
from oms.web.filters import long_date
from storefront.catalog import pages as goods_pages


def until(found: Right) -> str:
    """Return until when the right lasts, as a sentence."""
    if found.until is None:
        return str(_("From now until 14 days after the last parcel has arrived."))
    return str(_("Until the end of %(day)s.", day=long_date(period.last_day(found.until))))


def goods(found: Right) -> list[str]:
    """Return the goods that can be withdrawn from."""
    return [f"{line.title} × {line.quantity}" for line in found.goods]


def excluded(found: Right) -> list[tuple[str, str]]:
    """Return the goods that the law excludes, each with the reason."""
    words = {
        Exclusion.CUSTOM_MADE: _("made for you"),
        Exclusion.PERISHABLE: _("does not keep"),
        Exclusion.SEALED: _("sealed for hygiene, and opened"),
        Exclusion.DIGITAL: _("a download that began with your consent"),
    }
    return [(line.title, words[reason]) for line, reason in found.excluded]


def offer(session: Session, order: Order) -> list[dict[str, str]]:
    """Return the action that the order page offers all through the period; none where there is no right."""
    found = queries.right_of(session, order)
    if found is None:
        return []
    return [
        {
            "title": _("Withdraw"),
            "text": f"{until(found)} {_('No reason is needed.')}",
            "label": _("Withdraw from contract here"),
            "url": goods_pages.url(f"/orders/{order.number}/withdraw"),
        }
    ]
