"""What a buyer reads of an order that waits for a person: until when, roughly why, and how to be heard."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.kernel.register import Field, Kind
from oms.orders.models import Order
from oms.risk import queries as risk
from oms.risk import words
from oms.risk.models import OrderDoubt
from oms.risk.states import DoubtState
from oms.web.filters import moment
from storefront.catalog import pages as goods_pages


def sentence(session: Session, order: Order) -> dict[str, str]:
    """Return what happens next, in place of the usual sentence; nothing where the order does not wait."""
    found = risk.open_of(session, order.id)
    if found is None:
        return {}
    told = _(
        "A person looks at this order before it is sent, at the latest by %(when)s.",
        when=moment(found.due_at),
    )
    return {"sentence": told}


def offer(session: Session, order: Order) -> list[dict[str, str]]:
    """Lead to the reasons, and to where a buyer can say something about them."""
    if risk.open_of(session, order.id) is None:
        return []
    why = _("Something about payment, address or earlier orders is unusual. That happens to honest people.")
    heard = _("If you can explain it, say so, and name the order. A person reads it. No machine refuses it.")
    return [
        {
            "title": _("Why we look"),
            "text": why,
            "label": _("See the reasons"),
            "url": goods_pages.url("/your-data/"),
        },
        {
            "title": _("Say something about it"),
            "text": heard,
            "label": _("Write to us"),
            "url": goods_pages.url("/your-data/ask"),
        },
    ]


def said(kind: Kind, field: Field, value: str) -> str:
    """Return the value of a record as its person reads it."""
    return words.value(kind.name, field.name, value, _)


def kept(found: OrderDoubt) -> tuple[str, str, str, str]:
    """Return what a person reads of a doubt about their order: what, what became of it, and the rules."""
    until = _("It waits until %(when)s at the latest.", when=moment(found.due_at))
    why = _("To see abuse before something is sent. It goes 30 days after it was decided.")
    ground = _("Ground: %(basis)s.", basis=_("our legitimate interest"))
    rules = [until, why, ground] if found.state is DoubtState.OPEN else [why, ground]
    return str(_("A look at the order")), words.outcome(found.state, _), " ".join(map(str, rules)), ""
