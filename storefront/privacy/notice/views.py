"""The routes of the notice: the one in force, its cookies, and every earlier version."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.catalog.queries import market_texts
from oms.kernel.db import reading
from oms.kernel.errors import NotFoundError
from oms.privacy.models import NoticeVersion
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
        held = queries.in_force(session)
    if held is None:
        return _notice(queries.content(), _("Version 1"))
    return _notice(held.content, pages.version_words(pages.number_of(kept, held), held), kept[0])


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


@blueprint.get("/privacy/versions/<version>/changes")
@cached_view("since")
def changes(version: str) -> ResponseReturnValue:
    """Show side by side what a version tells differently from another, by default the one before it."""
    with reading() as session:
        kept = queries.versions(session)
    number = next((n for n, row in enumerate(kept) if row.version == version), None)
    if number is None:
        raise NotFoundError("There was no such version of the notice.")
    since = request.args.get("since", "")
    before = next((row for row in kept if row.version == since), None) if since else None
    before = before or (kept[number + 1] if number + 1 < len(kept) else None)
    return render_template(
        "store/legal/changes.html",
        page=frame.page(_("What changes")),
        **pages.compared(kept, before, kept[number]),
    )


def _notice(told: queries.Content, name: str, newest: NoticeVersion | None = None) -> ResponseReturnValue:
    here = place()
    with reading() as session:
        imprint = market_texts(session, here.market, here.language).get("imprint")
    values = pages.notice(told, name, imprint.body_html if imprint else "")
    values["coming"] = pages.coming(newest)
    return render_template("store/legal/notice.html", page=frame.page(_("Privacy")), **values)
