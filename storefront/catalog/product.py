"""A product's page: which choice is shown, what of it can be had, what machines read about it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from oms.catalog.product.queries import Choice, Offer, ProductPage
from oms.catalog.queries import MarketFacts, Picture
from oms.kernel import clock
from oms.kernel.errors import NotFoundError
from oms.shipping.queries import Parcel, offers
from oms.web.filters import day, money, number
from storefront.catalog.listing import OPTION
from storefront.catalog.pages import Image, image, price_words, product_url

MOST_AT_ONCE = 99
_GRAMS_IN_KILO = 1000


@dataclass(frozen=True, slots=True)
class Stock:
    """A state of stock as word and kind."""

    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product as `store/catalog/product.html` takes it."""

    name: str
    subtitle: str
    images: list[Image]
    transition: str
    options: list[dict[str, Any]]
    sku: str
    price: str
    price_words: str
    price_note: str
    before: str
    stock: Stock
    promise: str
    is_sold: bool
    max_quantity: int
    description: Markup
    box: list[str]
    facts: list[tuple[str, str]]


def shown_offer(page: ProductPage, wanted: Mapping[str, str]) -> Offer:
    """Return the variant that the choices mean: all of them, else most of them, else the first in stock.

    Raises NotFoundError where nothing of the product is sold in this market.
    """
    if not page.offers:
        raise NotFoundError(_("This product is not sold in your market."))

    def fitness(offer: Offer) -> tuple[int, bool]:
        fitting = sum(offer.chosen.get(code) == value for code, value in wanted.items())
        return fitting, offer.is_available

    return max(page.offers, key=fitness)


def view(page: ProductPage, market: MarketFacts, offer: Offer, promise: str) -> ProductView:
    """Return the page with one variant shown; `promise` says when it would arrive."""
    return ProductView(
        name=page.title,
        subtitle=page.subtitle,
        images=_images(page, offer.picture),
        transition=f"goods-{page.product_id}",
        options=_options(page, offer),
        sku=offer.sku,
        price=money(offer.price),
        price_words=price_words(market, is_shipped=offer.requires_shipping),
        price_note="",
        before=money(offer.compare_at) if offer.compare_at is not None else "",
        stock=stock_words(can_be_had=offer.is_available, is_digital=not offer.requires_shipping),
        promise=promise if offer.is_available else "",
        is_sold=offer.is_available,
        max_quantity=MOST_AT_ONCE,
        description=Markup(page.description_html),  # noqa: S704 - cleaned by nh3 before it was stored
        box=[line.strip() for line in page.contents.splitlines() if line.strip()],
        facts=_facts(page, offer),
    )


def stock_words(*, can_be_had: bool, is_digital: bool = False) -> Stock:
    """Return what stock means to a shopper; no number, for the page is kept until stock comes or goes."""
    if not can_be_had:
        return Stock(_("Sold out"), "late")
    return Stock(_("A download, at once") if is_digital else _("Ready to send"), "done")


def arrival(session: Session, market: MarketFacts, offer: Offer) -> str:
    """Return when the usual way of delivery would bring one; nothing for what is not sent."""
    if not offer.requires_shipping or not market.countries:
        return ""
    parcel = Parcel(market.code, market.countries[0], "", offer.weight_grams, offer.price.amount)
    usual = next((found for found in offers(session, parcel) if not found.is_pickup), None)
    if usual is None:
        return ""
    first, last = (day(clock.today() + timedelta(days=n)) for n in (usual.days_least, usual.days_most))
    return str(
        _("With you on %(day)s.", day=first)
        if first == last
        else _("With you between %(first)s and %(last)s.", first=first, last=last)
    )


def _images(page: ProductPage, first: Picture | None) -> list[Image]:
    ordered = ([first] if first else []) + [picture for picture in page.pictures if picture != first]
    return [image(picture, place) for place, picture in enumerate(ordered)] or [image(None)]


def _options(page: ProductPage, shown: Offer) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{OPTION}{option.code}",
            "label": option.label,
            "values": [
                _value(page, shown, option.code, choice) for choice in option.choices if choice.is_offered
            ],
        }
        for option in page.options
        if option.code in shown.chosen
    ]


def _value(page: ProductPage, shown: Offer, code: str, choice: Choice) -> dict[str, Any]:
    with_it = {**shown.chosen, code: choice.code}
    could_be = [offer for offer in page.offers if offer.chosen == with_it]
    return {
        "value": choice.code,
        "label": choice.label,
        "selected": shown.chosen.get(code) == choice.code,
        "gone": not any(offer.is_available for offer in could_be),
        "color": choice.swatch,
    }


def _facts(page: ProductPage, offer: Offer) -> list[tuple[str, str]]:
    rows = []
    if page.materials:
        rows.append((_("Materials"), page.materials))
    if offer.requires_shipping and offer.weight_grams:
        rows.append((_("Weight"), _weight(offer.weight_grams)))
    if page.origin:
        rows.append((_("Made in"), _country(page.origin)))
    return rows


def _weight(grams: int) -> str:
    return f"{number(grams / _GRAMS_IN_KILO)} kg" if grams >= _GRAMS_IN_KILO else f"{number(grams)} g"


def _country(code: str) -> str:
    return str((get_locale() or Locale("en")).territories.get(code, code))


def structured(page: ProductPage, root: str) -> Markup:
    """Return the product for search engines (https://schema.org/Product): a data block, never a script."""
    address = f"{root}{product_url(page.handle)}"
    pictures = [f"{root}{shown.src}" for shown in _images(page, None) if shown.src.startswith("/")]
    told = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": page.title,
        "description": page.subtitle,
        "url": address,
        "image": pictures,
        "category": page.category[1],
        "offers": [
            {
                "@type": "Offer",
                "sku": offer.sku,
                "price": str(offer.price.decimal()),
                "priceCurrency": offer.price.currency,
                "availability": "https://schema.org/" + ("InStock" if offer.is_available else "OutOfStock"),
                "url": address,
            }
            for offer in page.offers
        ],
    }
    text = json.dumps({k: v for k, v in told.items() if v}, ensure_ascii=False)
    for dangerous in "<>&\u2028\u2029":
        text = text.replace(dangerous, f"\\u{ord(dangerous):04x}")
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704 - escaped just above
