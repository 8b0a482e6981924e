"""What the catalog already calls things, so that a file's words find them again."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from oms.catalog.exchange.shopify import ParsedProduct, ParsedVariant
from oms.catalog.models import Option, Product, in_language
from oms.catalog.requests import (
    OptionRequest,
    PictureRequest,
    ProductRequest,
    TextRequest,
    ValueRequest,
    VariantRequest,
)
from oms.catalog.writing import slug


class Names:
    """The codes of one product's options and values, by what they are called in a language."""

    def __init__(self, session: Session, handle: str, language: str) -> None:
        self.language = language
        self.options: dict[str, str] = {}
        self.values: dict[str, dict[str, str]] = {}
        rows = session.scalars(
            select(Option).join(Product).where(Product.handle == handle).options(selectinload(Option.values))
        )
        for option in rows:
            self.options[in_language(option.names, language)] = option.code
            self.values[option.code] = {in_language(v.names, language): v.code for v in option.values}

    def option(self, name: str) -> str:
        """Return the code of an option; the same name always gets the same one."""
        return self.options.setdefault(name, _code(name, set(self.options.values())))

    def value(self, option: str, name: str) -> str:
        """Return the code of a value of an option."""
        known = self.values.setdefault(option, {})
        return known.setdefault(name, _code(name, set(known.values())))


def _code(name: str, taken: set[str]) -> str:
    wanted = slug(name, most=50) or hashlib.sha256(name.encode()).hexdigest()[:8]
    code, number = wanted, 2
    while code in taken:
        code, number = f"{wanted}-{number}", number + 1
    return code


def request_of(parsed: ParsedProduct, names: Names, market_code: str) -> ProductRequest:
    """Return a parsed product as a request in one market and language."""
    is_shipped = any(variant.requires_shipping for variant in parsed.variants)
    variants = tuple(_variant(variant, names, market_code) for variant in parsed.variants)
    return ProductRequest(
        handle=parsed.handle,
        texts={names.language: TextRequest(parsed.title, description_html=parsed.body)},
        variants=variants,
        options=_options(parsed, names),
        pictures=tuple(
            PictureRequest(source, {names.language: alt} if alt else {}) for source, alt in parsed.pictures
        ),
        is_published=parsed.is_published,
        is_digital=not is_shipped,
        vendor=parsed.vendor,
        kind=parsed.kind,
        tags=parsed.tags,
        foreign_fields=parsed.foreign_fields,
    )


def _options(parsed: ParsedProduct, names: Names) -> tuple[OptionRequest, ...]:
    found: dict[str, dict[str, None]] = {}
    for variant in parsed.variants:
        for option, value in variant.choices:
            found.setdefault(option, {})[value] = None
    return tuple(
        OptionRequest(
            (code := names.option(option)),
            {names.language: option},
            tuple(ValueRequest(names.value(code, value), {names.language: value}) for value in values),
        )
        for option, values in found.items()
    )


def _variant(parsed: ParsedVariant, names: Names, market_code: str) -> VariantRequest:
    choices = []
    for option, value in parsed.choices:
        code = names.option(option)
        choices.append(f"{code}={names.value(code, value)}")
    return VariantRequest(
        sku=parsed.sku,
        choices=tuple(choices),
        prices={market_code: parsed.price},
        weight_grams=parsed.grams,
        requires_shipping=parsed.requires_shipping,
        barcode=parsed.barcode,
        picture=parsed.picture or None,
        foreign_fields=dict(parsed.foreign_fields),
    )
