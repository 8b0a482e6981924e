"""The routes of the notice: the one in force, its cookies, and every earlier version."""

from collections.abc import Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.catalog.queries import market_texts
from oms.kernel.db import reading
from oms.kernel.errors import NotFoundError
from oms.privacy.evidence import papers
from oms.privacy.notice import claims, queries
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
        held, next_one = queries.in_force(session), queries.announced(session)
        certified = pages.certificates(papers.shown(session))
    if held is None:
        return _notice(queries.content(), _("Version 1"), certificates=certified)
    name = pages.version_words(pages.number_of(kept, held), held)
    return _notice(held.content, name, coming=pages.coming(next_one), certificates=certified)


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


@blueprint.get("/privacy/certificates/<int:number>.pdf")
def certificate(number: int) -> ResponseReturnValue:
    """Give the paper of a certificate that holds today, to be kept and not shown in the browser."""
    with reading() as session:
        content = papers.paper(session, number)
    if content is None:
        raise NotFoundError("There is no such certificate, or it has ended.")
    headers = {"Content-Disposition": f'attachment; filename="certificate-{number}.pdf"'}
    return Response(content, mimetype="application/pdf", headers=headers)


def _notice(
    told: queries.Content,
    name: str,
    *,
    coming: dict[str, str] | None = None,
    certificates: Sequence[dict[str, str]] = (),
) -> ResponseReturnValue:
    here = place()
    with reading() as session:
        imprint = market_texts(session, here.market, here.language).get("imprint")
        words = imprint.body_html if imprint else ""
        values = pages.notice(told, name, words)
        own = [line for _title, lines in values["own"] for line in lines]
        lacking = ", ".join(claims.found(session, "\n".join([words, *own])))
    values.update(coming=coming, certificates=certificates, lacking=lacking)
    return render_template("store/legal/notice.html", page=frame.page(_("Privacy")), **values)
