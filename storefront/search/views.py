"""The route of the search."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.catalog.browse.asked import Listing
from oms.catalog.browse.queries import listing as listing_of
from oms.catalog.merchandise.queries import collections
from oms.catalog.search.queries import likely
from oms.kernel.db import reading
from oms.web import frame
from oms.web.markets import place
from oms.web.pages import cached_view
from oms.web.pagination import url_with
from storefront.catalog import listing, pages
from storefront.catalog.market import market

blueprint = Blueprint("search", __name__)
_MOST_CHARACTERS = 100
_NOTHING = Listing((), 0, 1, 1, ())


@blueprint.get("/search")
@cached_view("q", *listing.PARAMETERS)
def results() -> ResponseReturnValue:
    """Show what is found by the words of `?q=`; without words, the empty field."""
    here = place()
    typed = " ".join(request.args.get("q", "").replace("\0", " ").split())[:_MOST_CHARACTERS]
    with reading() as session:
        facts = market(session, here.market)
        wanted = listing.asked(facts, here.language, typed=typed)
        found = listing_of(session, wanted) if typed else _NOTHING
        ideas = [] if found.total else collections(session, here.language)
        meant = likely(session, typed, here.language) if typed and not found.total else ""
    return render_template(
        "store/search/results.html",
        page=frame.page(_("Search"), robots="noindex"),
        q=typed,
        count=listing.count_words(found.total),
        products=pages.cards(found.cards, facts),
        sorts=listing.sorts(best=_("Best match")),
        sort=wanted.sort,
        kept=listing.kept(),
        pages=listing.pages(found, wanted),
        ideas=[(idea.name, pages.shelf_url(idea.slug)) for idea in ideas],
        meant=(meant, url_with(q=meant, page=None)) if meant else None,
    )
