"""The routes of what the law of a market wants to be said."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from oms.catalog.queries import market_texts
from oms.kernel.db import reading
from oms.kernel.errors import NotFoundError
from oms.privacy.official import queries
from oms.privacy.official.states import Instrument
from oms.web import frame
from oms.web.markets import place
from oms.web.pages import cached_view

blueprint = Blueprint("legal", __name__)


@blueprint.get("/legal/<topic>")
@cached_view()
def text(topic: str) -> ResponseReturnValue:
    """Show one text of the market, in the language of the page."""
    here = place()
    with reading() as session:
        found = market_texts(session, here.market, here.language).get(topic)
    if found is None or not found.title:
        raise NotFoundError("This shop has no such page.")
    return render_template(
        "store/legal/page.html",
        page=frame.page(found.title),
        heading=found.title,
        body=Markup(found.body_html),  # noqa: S704 - the shop's own words, cleaned when they were stored
        version="",
    )


@blueprint.get("/transparency")
@cached_view()
def transparency() -> str:
    """Show how often authorities asked for something, by year and sort; figures alone."""
    with reading() as session:
        counted = queries.counters(session)
    words = {
        Instrument.COURT_ORDER: _("court order"),
        Instrument.WARRANT: _("warrant"),
        Instrument.REGULATOR: _("order of a regulator"),
        Instrument.EMERGENCY: _("emergency"),
    }
    names = ("year", "kind", "asked", "given", "refused")
    rows = [dict(zip(names, (str(one[0]), words[one[1]], *one[2:]), strict=True)) for one in counted]
    title = _("What authorities asked for")
    return render_template("store/legal/transparency.html", page=frame.page(title), rows=rows)
