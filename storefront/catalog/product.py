"""A product's page: which choice is shown, what of it can be had, what machines read about it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from oms.catalog.product.queries import Choice, Offer, ProductPage
from oms.catalog.queries import MarketFacts, Picture
from oms.web.filters import money, number
from storefront.catalog.listing import OPTION
from storefront.catalog.pages import Image, image, price_words, product_url

MOST_AT_ONCE = 99
FEW = 5
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


def shown_offer(page: ProductPage, wanted: Mapping[str, str], units: Mapping[int, int]) -> Offer | None:
    """Return the variant that the choices mean: all of them, else most of them, else the first in stock."""
    if not page.offers:
        return None

    def fitness(offer: Offer) -> tuple[int, bool]:
        fitting = sum(offer.chosen.get(code) == value for code, value in wanted.items())
        return fitting, units.get(offer.variant_id, 0) > 0

    return max(page.offers, key=fitness)


def view(page: ProductPage, market: MarketFacts, offer: Offer, units: Mapping[int, int]) -> ProductView:
    """Return the page with one variant shown; `units` are what can be promised of each."""
    left = units.get(offer.variant_id, 0)
    return ProductView(
        name=page.title,
        subtitle=page.subtitle,
        images=_images(page, offer.picture),
        transition=f"goods-{page.product_id}",
        options=_options(page, offer, units),
        sku=offer.sku,
        price=money(offer.price),
        price_words=price_words(market, is_shipped=offer.requires_shipping),
        price_note="",
        before=money(offer.compare_at) if offer.compare_at is not None else "",
        stock=stock_words(left, is_digital=not offer.requires_shipping),
        promise="",
        is_sold=left > 0,
        max_quantity=max(1, min(left, MOST_AT_ONCE)),
        description=Markup(page.description_html),  # noqa: S704 - cleaned by nh3 before it was stored
        box=[line.strip() for line in page.contents.splitlines() if line.strip()],
        facts=_facts(page, offer),
    )


def stock_words(left: int, *, is_digital: bool = False) -> Stock:
    """Return what stock means to a shopper; a number only where it helps to decide."""
    if left <= 0:
        return Stock(_("Sold out"), "late")
    if is_digital:
        return Stock(_("A download, at once"), "done")
    if left <= FEW:
        return Stock(_("Only %(left)s left", left=number(left)), "moving")
    return Stock(_("Ready to send"), "done")


def _images(page: ProductPage, first: Picture | None) -> list[Image]:
    ordered = ([first] if first else []) + [picture for picture in page.pictures if picture != first]
    return [image(picture, place) for place, picture in enumerate(ordered)] or [image(None)]


def _options(page: ProductPage, shown: Offer, units: Mapping[int, int]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{OPTION}{option.code}",
            "label": option.label,
            "values": [
                _value(page, shown, option.code, choice, units)
                for choice in option.choices
                if choice.is_offered
            ],
        }
        for option in page.options
    ]


def _value(
    page: ProductPage, shown: Offer, code: str, choice: Choice, units: Mapping[int, int]
) -> dict[str, Any]:
    with_it = {**shown.chosen, code: choice.code}
    could_be = [offer for offer in page.offers if offer.chosen == with_it]
    return {
        "value": choice.code,
        "label": choice.label,
        "selected": shown.chosen.get(code) == choice.code,
        "gone": not any(units.get(offer.variant_id, 0) > 0 for offer in could_be),
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


def structured(page: ProductPage, root: str, units: Mapping[int, int]) -> Markup:
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
                "availability": "https://schema.org/"
                + ("InStock" if units.get(offer.variant_id, 0) > 0 else "OutOfStock"),
                "url": address,
            }
            for offer in page.offers
        ],
    }
    text = json.dumps({k: v for k, v in told.items() if v}, ensure_ascii=False)
    for dangerous in "<>&\u2028\u2029":
        text = text.replace(dangerous, f"\\u{ord(dangerous):04x}")
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704 - escaped just above
