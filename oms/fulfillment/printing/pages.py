"""What a packing slip says: to the buyer, so in the language of the order and not in that of the desk."""

from dataclasses import dataclass

from babel.dates import format_date
from babel.numbers import format_decimal

from oms.fulfillment.labels.actions import SHOP
from oms.fulfillment.printing.paper import SlipWords
from oms.fulfillment.printing.queries import Slip
from oms.kernel.i18n import TAGS, locale_of
from oms.kernel.i18n import words as words_of


@dataclass(frozen=True, slots=True)
class SlipLine:
    """Goods of a slip."""

    quantity: str
    name: str
    choice: str
    sku: str


@dataclass(frozen=True, slots=True)
class SlipPage:
    """A packing slip in words; `lang` is the tag of its language."""

    lang: str
    number: str
    words: SlipWords
    lines: tuple[SlipLine, ...]


def slip(found: Slip) -> SlipPage:
    """Return a packing slip for its page."""
    locale = locale_of(found.language, found.market)
    return SlipPage(
        TAGS[found.language],
        found.number,
        words(found),
        tuple(
            SlipLine(format_decimal(line.quantity, locale=locale), line.title, line.choices, line.sku)
            for line in found.lines
        ),
    )


def words(found: Slip) -> SlipWords:
    """Return the words of a slip, in its buyer's language."""
    say = words_of(found.language).gettext
    day = format_date(found.at, "long", locale=locale_of(found.language, found.market))
    return SlipWords(
        title=say("Packing slip"),
        about=f"{SHOP} · {found.warehouse} · {day}",
        columns=(say("Quantity"), say("Goods"), say("SKU")),
        note=say("Something missing? Tell us, with the number of this order."),
    )
