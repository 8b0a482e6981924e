"""Products in the words and shapes that the templates take."""

from dataclasses import dataclass
from urllib.parse import quote

from flask_babel import gettext as _

from oms.catalog.browse.asked import Card
from oms.catalog.media.folder import address, source_set
from oms.catalog.media.models import MediaKind
from oms.catalog.models import in_language
from oms.catalog.queries import MarketFacts, Picture
from oms.web.filters import money
from oms.web.markets import place

_TILES = "abc"
_SHOWN_WIDTH = 640
# A tile of the shop's own for goods without a picture: an empty sheet of the same shape.
_NO_PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 500'%3E%3C/svg%3E"
)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as `components/picture.html` takes it."""

    src: str
    alt: str
    width: int
    height: int
    tile: str
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CardView:
    """A product in a grid as `components/card.html` takes it."""

    url: str
    name: str
    image: Image
    price: str
    price_words: str
    before: str
    note: str
    is_gone: bool
    transition: str


def url(path: str) -> str:
    """Return the address of a path in the market and language of this request."""
    return f"{place().prefix}{path}"


def product_url(handle: str) -> str:
    """Return the address of a product."""
    return url(f"/products/{quote(handle)}")


def shelf_url(slug: str) -> str:
    """Return the address of a collection."""
    return url(f"/collections/{quote(slug)}")


def category_url(slug: str) -> str:
    """Return the address of a category."""
    return url(f"/categories/{quote(slug)}")


def tax_words(market: MarketFacts) -> str:
    """Return what the law of a market wants beside a price."""
    said = in_language(market.tax_words, place().language)
    return said or str(_("incl. tax") if market.tax_included else _("plus tax"))


def price_words(market: MarketFacts, *, is_shipped: bool) -> str:
    """Return what stands beside the price on a product's page, as price indication laws want it."""
    said = tax_words(market)
    return str(_("%(tax)s, plus delivery", tax=said)) if is_shipped else said


def image(picture: Picture | None, number: int = 0) -> Image:
    """Return a picture with all its files; an empty tile where there is none. `number` varies the tile."""
    tile = _TILES[number % len(_TILES)]
    if picture is None:
        return Image(_NO_PICTURE, "", 400, 500, tile)
    sources: tuple[tuple[str, str], ...] = ()
    if picture.kind is MediaKind.PICTURE:
        sources = tuple((f"image/{kind}", source_set(picture, kind)) for kind in ("avif", "webp"))
    return Image(address(picture, _SHOWN_WIDTH), picture.alt, picture.width, picture.height, tile, sources)


def cards(found: tuple[Card, ...], market: MarketFacts) -> list[CardView]:
    """Return the cards of a list."""
    return [_card(card, market, number) for number, card in enumerate(found)]


def _card(card: Card, market: MarketFacts, number: int) -> CardView:
    amount = money(card.price)
    shown = image(card.picture, number)
    return CardView(
        url=product_url(card.handle),
        name=card.title,
        # The name stands beside it: a reader need not hear it twice (WCAG 2.2, 1.1.1, decorative).
        image=Image(shown.src, "", shown.width, shown.height, shown.tile, shown.sources),
        price=_("from %(price)s", price=amount) if card.is_from else amount,
        price_words=tax_words(market),
        before=money(card.compare_at) if card.compare_at is not None else "",
        note="" if card.is_available else _("sold out"),
        is_gone=not card.is_available,
        transition=f"goods-{card.product_id}",
    )
