"""A handful of goods for tests: three markets and a few products with memorable SKUs."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from oms.catalog.actions import Put, put_product
from oms.catalog.models import Market
from oms.catalog.queries import MarketFacts
from oms.catalog.requests import (
    OptionRequest,
    PriceRequest,
    ProductRequest,
    TextRequest,
    ValueRequest,
    VariantRequest,
)

EU = MarketFacts("eu", "EUR", True, "en", ("en", "de", "zh"), ("NL", "DE", "FR"), {"en": "Europe"})
US = MarketFacts("us", "USD", False, "en", ("en", "zh"), ("US",), {"en": "United States"})
JP = MarketFacts("jp", "JPY", True, "en", ("en", "zh"), ("JP",), {"en": "Japan"})
COLORS = {
    "green": {"en": "Green", "de": "Grün", "zh": "绿色"},
    "blue": {"en": "Blue", "de": "Blau", "zh": "蓝色"},
}
RULINGS = {"dot": {"en": "Dotted", "de": "Punktiert"}, "plain": {"en": "Plain", "de": "Blanko"}}


def open_markets(session: Session) -> None:
    """Open the three markets."""
    for position, market in enumerate((EU, US, JP)):
        session.execute(
            insert(Market).values(
                code=market.code,
                position=position,
                currency=market.currency,
                tax_included=market.tax_included,
                default_language=market.default_language,
                languages=list(market.languages),
                countries=list(market.countries),
                names=market.names,
            )
        )


def notebook(**changes: object) -> ProductRequest:
    """Return a notebook in two colors and two rulings; the blue plain one is not made."""
    wanted: dict[str, object] = {
        "handle": "field-notebook",
        "texts": {
            "en": TextRequest(
                "Field Notebook", "For walks", "<p>Sewn pages that lie flat.</p>", "One notebook", "Paper"
            ),
            "de": TextRequest("Feldnotizbuch", "Für Wege", "<p>Fadengeheftete Seiten.</p>"),
            "zh": TextRequest("田野笔记本", "散步用", "<p>线装书页，可平摊。</p>"),
        },
        "options": (
            OptionRequest("color", {"en": "Color", "de": "Farbe", "zh": "颜色"}, _values(COLORS)),
            OptionRequest("ruling", {"en": "Ruling", "de": "Lineatur", "zh": "内页"}, _values(RULINGS)),
        ),
        "variants": (
            _notebook("NB-FIELD-GRN-DOT", "green", "dot", 1450),
            _notebook("NB-FIELD-GRN-PLN", "green", "plain", 1450),
            _notebook("NB-FIELD-BLU-DOT", "blue", "dot", 1650),
        ),
        "is_published": True,
        "tax_class": "standard",
        "hs_code": "482010",
        "origin": "PT",
    }
    return ProductRequest(**{**wanted, **changes})  # type: ignore[arg-type]


def simple(handle: str, title: str, cents: int, **changes: object) -> ProductRequest:
    """Return a product of one variant without options, sold in all three markets."""
    prices = {"eu": PriceRequest(cents), "us": PriceRequest(cents), "jp": PriceRequest(cents)}
    wanted: dict[str, object] = {
        "handle": handle,
        "texts": {"en": TextRequest(title)},
        "variants": (VariantRequest(handle.upper(), (), prices, weight_grams=120),),
        "is_published": True,
    }
    return ProductRequest(**{**wanted, **changes})  # type: ignore[arg-type]


def stock_shelves(session: Session) -> dict[str, Put]:
    """Open the markets and put a notebook, an ink and a pencil into the shop."""
    open_markets(session)
    requests = (
        notebook(),
        simple("iron-gall-ink", "Iron Gall Ink", 2200),
        simple("cedar-pencil", "Cedar Pencil", 300),
    )
    return {request.handle: put_product(session, request) for request in requests}


def _values(names: dict[str, dict[str, str]]) -> tuple[ValueRequest, ...]:
    return tuple(ValueRequest(code, words) for code, words in names.items())


def _notebook(sku: str, color: str, ruling: str, cents: int) -> VariantRequest:
    prices = {"eu": PriceRequest(cents), "us": PriceRequest(cents + 150), "jp": PriceRequest(cents)}
    return VariantRequest(sku, (f"color={color}", f"ruling={ruling}"), dict(prices), weight_grams=210)
