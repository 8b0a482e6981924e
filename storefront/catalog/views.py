"""The routes of collections, products and their pictures; each page is the same for everybody."""

from flask import Blueprint, Response, abort, current_app, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.catalog.browse.asked import Asked
from oms.catalog.browse.queries import cards as cards_of
from oms.catalog.browse.queries import listing as listing_of
from oms.catalog.media.folder import NAME, MediaFolder
from oms.catalog.merchandise import queries as shelves
from oms.catalog.merchandise.queries import Shelf
from oms.catalog.product.queries import ProductPage, product_page
from oms.kernel.config import Settings
from oms.kernel.db import reading
from oms.web import frame
from oms.web.markets import place
from oms.web.pages import cached_view
from storefront.catalog import listing, pages
from storefront.catalog.market import market
from storefront.catalog.product import arrival, shown_offer, structured, view

blueprint = Blueprint("catalog", __name__)
_FIRST_ROW = 4
_RELATED = 4
_FOREVER = "public, max-age=31536000, immutable"
_KINDS = {"avif": "image/avif", "webp": "image/webp", "svg": "image/svg+xml"}
# A drawing opened by itself may use its own style sheet, and nothing else.
_DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@blueprint.get("/collections/<slug>")
@cached_view(*listing.PARAMETERS)
def collection(slug: str) -> ResponseReturnValue:
    """Show a collection, narrowed and sorted as the address says."""
    here = place()
    with reading() as session:
        where = shelves.collection(session, slug, here.language)
        return _list(session, where, pages.shelf_url(slug), collection_id=where.id)


@blueprint.get("/categories/<slug>")
@cached_view(*listing.PARAMETERS)
def category(slug: str) -> ResponseReturnValue:
    """Show a category with all below it, narrowed and sorted as the address says."""
    here = place()
    with reading() as session:
        where = shelves.category(session, slug, here.language)
        return _list(session, where, pages.category_url(slug), category_ids=where.below)


def _list(session: Session, where: Shelf, address: str, **scope: object) -> str:
    here = place()
    facts = market(session, here.market)
    wanted = listing.asked(facts, here.language, **scope)
    found = listing_of(session, wanted)
    return render_template(
        "store/catalog/listing.html",
        page=frame.page(where.name, description=where.description, robots=_robots(wanted)),
        trail=[(_("Home"), pages.url("/")), (where.name, "")],
        heading=where.name,
        text=where.description,
        products=pages.cards(found.cards, facts),
        count=listing.count_words(found.total),
        first_row=_FIRST_ROW,
        sorts=listing.sorts(best=_("As arranged")),
        sort=wanted.sort,
        kept=listing.kept(),
        facets=listing.facets(found, wanted),
        facets_kept={"sort": request.args["sort"]} if "sort" in request.args else {},
        clear=address if listing.is_narrowed(wanted) else "",
        facets_open=listing.is_narrowed(wanted),
        pages=listing.pages(found, wanted),
    )


def _robots(wanted: Asked) -> str:
    return "noindex" if listing.is_narrowed(wanted) or wanted.page > 1 else ""


@blueprint.get("/products/<handle>")
@cached_view(f"{listing.OPTION}*")
def product(handle: str) -> ResponseReturnValue:
    """Show a product, with the variant that the address chooses."""
    here = place()
    chosen = {
        name.removeprefix(listing.OPTION): value
        for name, value in request.args.items()
        if name.startswith(listing.OPTION)
    }
    with reading() as session:
        facts = market(session, here.market)
        found = product_page(session, handle, facts, here.language)
        offer = shown_offer(found, chosen)
        near = cards_of(session, Asked(facts, here.language, related_to=found.product_id, per_page=_RELATED))
        shown = view(found, facts, offer, arrival(session, facts, offer))
    preload = "" if shown.images[0].sources else shown.images[0].src
    return render_template(
        "store/catalog/product.html",
        page=frame.page(found.title, description=found.subtitle, preload=preload),
        trail=_trail(found),
        product=shown,
        structured=structured(found, current_app.extensions["frame"].public_url),
        delivery_url=pages.url("/legal/delivery"),
        related=pages.cards(near, facts),
    )


def _trail(found: ProductPage) -> list[tuple[str, str]]:
    slug, name = found.category
    middle = [(name, pages.category_url(slug))] if slug else []
    return [(_("Home"), pages.url("/")), *middle, (found.title, "")]


@blueprint.get("/media/<name>")
def media(name: str) -> Response:
    """Serve a file of a picture; its name is made from its content, so it is kept for ever."""
    if not NAME.fullmatch(name):
        abort(404)
    settings: Settings = current_app.extensions["settings"]
    # Named here, for not every machine knows these kinds, and browsers are told not to guess.
    kind = _KINDS[name.rpartition(".")[2]]
    answer = send_from_directory(MediaFolder(settings.state_dir).path, name, mimetype=kind, conditional=True)
    answer.headers["Cache-Control"] = _FOREVER
    if name.endswith(".svg"):
        answer.headers["Content-Security-Policy"] = _DRAWING_POLICY
    return answer
