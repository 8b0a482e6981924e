"""The cart in the words and shapes that its template takes."""

from datetime import timedelta
from typing import Any

from babel import Locale
from babel.dates import format_interval
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from oms.carts.queries import CartView, Change, Entry
from oms.catalog.queries import MarketFacts
from oms.kernel import clock
from oms.kernel.errors import BadInputError
from oms.pricing.queries import Where, quote
from oms.shipping.queries import Offer
from oms.web.errors import said
from oms.web.filters import day, money
from oms.web.markets import place
from storefront.catalog import pages as goods_pages


def change_words(change: Change, currency: str) -> tuple[str, str]:
    """Return how a change is told: a kind of notice and a sentence that says what was done about it."""
    if change.kind == "gone":
        return "warn", _("%(name)s is not sold here any more. We took it out.", name=change.title)
    if change.kind == "price":
        return "warn", _(
            "%(name)s costs %(after)s now; it was %(before)s. The sum is right.",
            name=change.title,
            after=money(change.after, currency),
            before=money(change.before, currency),
        )
    if change.after == 0:
        return "warn", _("%(name)s has sold out. We took it out.", name=change.title)
    return "warn", ngettext(
        "There is only %(num)s %(name)s left. We changed the quantity.",
        "There are only %(num)s %(name)s left. We changed the quantity.",
        change.after,
        name=change.title,
    )


def lines(view: CartView, currency: str) -> list[dict[str, Any]]:
    """Return the lines of the cart."""
    return [_line(entry, currency, number) for number, entry in enumerate(view.entries)]


def _line(entry: Entry, currency: str, number: int) -> dict[str, Any]:
    return {
        "name": entry.goods.title,
        "url": goods_pages.product_url(entry.goods.handle),
        "choice": entry.goods.choices,
        "image": goods_pages.image(entry.goods.picture, number),
        "url_change": goods_pages.url(f"/cart/lines/{entry.goods.sku}"),
        "quantity": entry.quantity,
        "max": min(entry.available, 999),
        "each": _("%(price)s each", price=money(entry.goods.unit_price, currency))
        if entry.quantity > 1
        else "",
        "amount": money(entry.total, currency),
        "note": "",
    }


def rows(view: CartView, market: MarketFacts) -> list[tuple[str, ...]]:
    """Return the sums below the lines."""
    words = _("incl. tax, plus delivery") if market.tax_included else _("plus tax and delivery")
    return [(_("Together"), money(view.subtotal, market.currency), "sum"), (words, "", "note")]


def estimate(session: Session, view: CartView, market: MarketFacts, given: tuple[str, str]) -> dict[str, Any]:
    """Return what delivery would cost to a country and postcode; without a country, only the form."""
    country, postcode = given
    found: dict[str, Any] = {
        "countries": countries(market),
        "country": country or (market.countries[0] if market.countries else ""),
        "postcode": postcode,
        "methods": [],
        "error": "",
    }
    if not country or not view.entries:
        return found
    here = place()
    try:
        quoted = quote(session, view.wanted, Where(here.market, here.language, country, "", postcode))
    except BadInputError as error:
        found["error"] = said(error)
        return found
    found["methods"] = [
        (offer.name(here.language), promise(offer), money(offer.amount, market.currency))
        for offer in quoted.offers
    ]
    return found


def countries(market: MarketFacts) -> list[tuple[str, str]]:
    """Return a market's countries by name, in the page's language."""
    names = Locale.parse(place().locale).territories
    return sorted(((code, names.get(code, code)) for code in market.countries), key=lambda pair: pair[1])


def promise(offer: Offer) -> str:
    """Return when an offer would arrive, in days of the calendar."""
    first = clock.today() + timedelta(days=offer.days_least)
    last = clock.today() + timedelta(days=offer.days_most)
    return day(first) if first == last else str(format_interval(first, last, "MMMd", locale=place().locale))
