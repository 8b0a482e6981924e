"""Laying a request over a product's rows, so that only what differs is written."""

import re
import unicodedata
from collections.abc import Sequence

import nh3

from oms.catalog.media.models import Media
from oms.catalog.models import Option, OptionValue, Price, Product, ProductText, Variant
from oms.catalog.requests import OptionRequest, PictureRequest, ProductRequest, TextRequest, VariantRequest
from oms.kernel.errors import BadInputError

_WORDS = "a abbr b br code del em i ins s small span strong sub sup u"
_BLOCKS = "blockquote dd div dl dt h2 h3 h4 hr li ol p pre table tbody td th thead tr ul"
_TAGS = frozenset(f"{_WORDS} {_BLOCKS}".split())
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}


def clean_html(html: str) -> str:
    """Return HTML without scripts, styles, pictures, frames, forms, classes and foreign schemes."""
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    ).strip()


def slug(text: str, *, most: int = 80) -> str:
    """Return words as a part of an address: small letters of any script and digits, joined by dashes."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "-", folded).strip("-")[:most].strip("-")


def made_sku(handle: str, choices: Sequence[str]) -> str:
    """Return the SKU of a variant that came without one; the same request makes the same SKU."""
    parts = [handle, *(choice.split("=", 1)[1] for choice in choices)]
    return slug("-".join(parts), most=120).upper()


def lay_texts(product: Product, texts: dict[str, TextRequest]) -> None:
    """Write the texts of the languages that are given. Raises BadInputError for a missing title."""
    have = {text.language: text for text in product.texts}
    for language, wanted in texts.items():
        if not wanted.title.strip():
            raise BadInputError(f"{product.handle}: the title is missing. Give one.", field="title")
        text = have.get(language)
        if text is None:
            text = ProductText(language=language)
            product.texts.append(text)
        text.title = wanted.title.strip()
        if wanted.description_html is not None:
            text.description_html = clean_html(wanted.description_html)
        for part in ("subtitle", "contents", "materials"):
            given = getattr(wanted, part)
            if given is not None:
                setattr(text, part, given.strip())


def lay_options(product: Product, options: Sequence[OptionRequest]) -> None:
    """Write options and their choices; those that are not named stay, behind the named ones."""
    have = {option.code: option for option in product.options}
    for position, wanted in enumerate(options):
        option = have.get(wanted.code)
        if option is None:
            option = Option(code=wanted.code, names={}, values=[])
            product.options.append(option)
        option.position = position
        option.names = {**option.names, **wanted.names}
        values = {value.code: value for value in option.values}
        for place, choice in enumerate(wanted.values):
            value = values.get(choice.code)
            if value is None:
                value = OptionValue(code=choice.code, names={}, swatch="")
                option.values.append(value)
            value.position = place
            value.names = {**value.names, **choice.names}
            value.swatch = choice.swatch or value.swatch


def lay_pictures(product: Product, have: Sequence[Media], wanted: Sequence[PictureRequest]) -> list[Media]:
    """Return the product's pictures, found again by source; a file that is known already is not forgotten."""
    known = {media.source: media for media in have}
    laid = []
    for position, request in enumerate(wanted):
        media = known.get(request.source)
        if media is None:
            media = Media(product_id=product.id, source=request.source, alt={}, digest="", widths=[])
        media.position = position
        media.alt = {**media.alt, **request.alt}
        if request.digest:
            media.kind, media.digest, media.widths = request.kind, request.digest, list(request.widths)
            media.width, media.height = request.width, request.height
        laid.append(media)
    return laid


def find_variant(product: Product, request: VariantRequest) -> Variant | None:
    """Return the variant that a request means: that of its SKU, else that of its choices."""
    choices = list(request.choices)
    by_sku = next((v for v in product.variants if request.sku and v.sku == request.sku), None)
    return by_sku or next((v for v in product.variants if v.choices == choices), None)


def lay_variant(variant: Variant, request: VariantRequest, position: int) -> None:
    """Write one variant and the prices of the markets that are named."""
    variant.position = position
    variant.choices = list(request.choices)
    variant.weight_grams = request.weight_grams
    variant.requires_shipping = request.requires_shipping
    variant.barcode = request.barcode
    variant.foreign_fields = request.foreign_fields
    variant.withdrawn_at = None
    if not request.requires_shipping:
        variant.is_available = True  # a download is never counted
    have = {price.market_code: price for price in variant.prices}
    for market, wanted in request.prices.items():
        price = have.get(market)
        if wanted is None:
            if price is not None:
                variant.prices.remove(price)
            continue
        if wanted.amount <= 0:
            raise BadInputError(f"{request.sku}: a price is more than nothing.", field="price")
        if price is None:
            price = Price(market_code=market)
            variant.prices.append(price)
        price.amount = wanted.amount
        price.compare_at = wanted.compare_at if (wanted.compare_at or 0) > wanted.amount else None


def lay_facts(product: Product, request: ProductRequest, category_id: int | None) -> None:
    """Write what is said about the product as a whole, but not whether it is published."""
    for fact in ("tax_class", "hs_code", "origin", "is_digital"):
        given = getattr(request, fact)
        if given is not None:
            setattr(product, fact, given)
    if request.category is not None:
        product.category_id = category_id
    product.vendor = request.vendor
    product.kind = request.kind
    product.tags = list(request.tags)
    product.foreign_fields = request.foreign_fields
