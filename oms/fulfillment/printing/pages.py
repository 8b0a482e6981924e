"""What a packing slip says."""

from dataclasses import dataclass

from flask_babel import gettext as _

from oms.fulfillment.labels.actions import SHOP
from oms.fulfillment.printing.paper import SlipWords
from oms.fulfillment.printing.queries import Slip
from oms.web import filters


@dataclass(frozen=True, slots=True)
class SlipLine:
    """Goods of a slip."""

    quantity: str
    name: str
    choice: str
    sku: str


@dataclass(frozen=True, slots=True)
class SlipPage:
    """A packing slip in words."""

    shop: str
    number: str
    date: str
    warehouse: str
    note: str
    lines: tuple[SlipLine, ...]


def slip(found: Slip) -> SlipPage:
    """Return a packing slip for its page."""
    return SlipPage(
        SHOP,
        found.number,
        filters.long_date(found.at),
        found.warehouse,
        words(found).note,
        tuple(
            SlipLine(filters.number(line.quantity), line.title, line.choices, line.sku)
            for line in found.lines
        ),
    )


def words(found: Slip) -> SlipWords:
    """Return the words of a slip."""
    return SlipWords(
        title=_("Packing slip"),
        about=f"{SHOP} · {found.warehouse} · {filters.long_date(found.at)}",
        columns=(_("Quantity"), _("Goods"), _("SKU")),
        note=_("Something missing? Your order page has a button for it."),
    )
