"""The routes of the notice: the one in force, its cookies, and every earlier version."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.catalog.queries import market_texts
from oms.kernel.db import reading
from oms.kernel.errors import NotFoundError
from oms.privacy.notice import queries
from oms.web import frame
from oms.web.markets import place
from oms.web.pages import cached_view
from storefront.account import codes
from storefront.privacy.notice import pages

blueprint = Blueprint("notice", __name__)


@blueprint.get("/privacy")
@cached_view()
def current() -> ResponseReturnValue:
    """Show the notice in force."""
    with reading() as session:
        kept = queries.versions(session)
    name = pages.version_words(len(kept), kept[0]) if kept else _("Version 1")
    return _notice(queries.content(), name)


@blueprint.get("/privacy/cookies")
def cookies() -> ResponseReturnValue:
    """Lead to the list of cookies."""
    return codes.going("/privacy#cookies")


@blueprint.get("/privacy/versions")
@cached_view()
def versions() -> ResponseReturnValue:
    """List every version and what it changed."""
    with reading() as session:
        kept = queries.versions(session)
    shown = frame.page(_("Versions of the privacy notice"))
    return render_template("store/legal/versions.html", page=shown, versions=pages.versions(kept))


@blueprint.get("/privacy/versions/<version>")
@cached_view()
def version(version: str) -> ResponseReturnValue:
    """Show the notice as it was; orders keep the name of theirs."""
    with reading() as session:
        kept = queries.versions(session)
    for number, row in zip(range(len(kept), 0, -1), kept, strict=True):
        if row.version == version:
            return _notice(row.content, pages.version_words(number, row))
    raise NotFoundError("There was no such version of the notice.")


def _notice(told: queries.Content, name: str) -> ResponseReturnValue:
    here = place()
    with reading() as session:
        imprint = market_texts(session, here.market, here.language).get("imprint")
    values = pages.notice(told, name, imprint.body_html if imprint else "")
    return render_template("store/legal/notice.html", page=frame.page(_("Privacy")), **values)
