"""The route of the first page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from oms.catalog.browse.asked import Asked, Card, Sort
from oms.catalog.browse.queries import cards
from oms.catalog.merchandise.queries import Shelf, collections
from oms.catalog.queries import MarketFacts, market_texts, markets
from oms.kernel.db import reading
from oms.web import frame
from oms.web.markets import place
from oms.web.pages import cached_view
from storefront.catalog import pages
from storefront.catalog.market import market
from storefront.home.pages import suggestions

blueprint = Blueprint("home", __name__)
_COLLECTIONS = 3
_FRESH = 4


@blueprint.get("/")
@cached_view()
def index() -> ResponseReturnValue:
    """Show what the shop is, three collections, what is new, and what the shop does not do."""
    here = place()
    with reading() as session:
        facts = market(session, here.market)
        words = market_texts(session, here.market, here.language).get("home")
        shelves = [shelf for shelf in collections(session, here.language) if shelf.is_on_home]
        first = [_first(session, facts, shelf) for shelf in shelves[:_COLLECTIONS]]
        fresh = cards(session, Asked(facts, here.language, sort=Sort.NEWEST, per_page=_FRESH))
        suggested = suggestions(markets(session), here)
    text = _("Goods for people who like to know who knows what.")
    if words:
        text = Markup(words.body_html).striptags()  # noqa: S704 - cleaned, and only its words are used
    return render_template(
        "store/home/index.html",
        page=frame.page("", description=text),
        intro={
            "headline": words.title if words else _("A shop that forgets."),
            "text": text,
            "promise": _("What this shop does not do"),
        },
        collections=[_band(*shown, number) for number, shown in enumerate(first)],
        fresh=pages.cards(fresh, facts),
        fresh_url=pages.shelf_url("new"),
        promises=promises(),
        suggestions=suggested,
    )


def _first(session: Session, facts: MarketFacts, shelf: Shelf) -> tuple[Shelf, tuple[Card, ...]]:
    wanted = Asked(facts, place().language, collection_id=shelf.id, per_page=1)
    return shelf, cards(session, wanted)


def _band(shelf: Shelf, found: tuple[Card, ...], number: int) -> dict[str, object]:
    return {
        "title": shelf.name,
        "text": shelf.description,
        "url": pages.shelf_url(shelf.slug),
        "image": pages.image(found[0].picture if found else None, number),
    }


def promises() -> list[dict[str, str]]:
    """Return what the shop does not do, in words that hold for every order."""
    return [
        {
            "title": _("It does not ask for an account"),
            "text": _("An address for the parcel and an e-mail to say where it is. Nothing else."),
        },
        {
            "title": _("It does not remember"),
            "text": _("Name and street go after delivery. You see the date before you pay."),
        },
        {
            "title": _("It does not tell"),
            "text": _("The carrier gets the label, the bank gets the amount. Your order page lists both."),
        },
    ]
