"""The routes that machines expect."""

from datetime import timedelta
from urllib.parse import quote

from flask import Blueprint, Response, current_app, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from oms.catalog.merchandise import queries
from oms.kernel import clock
from oms.kernel.config import Settings
from oms.kernel.db import reading
from oms.kernel.errors import NotFoundError
from oms.web.pages import cached_view
from storefront.conventions import pages

blueprint = Blueprint("conventions", __name__)
# Pages per sitemap; each stands there in nine markets and languages, and 50,000 addresses are allowed.
_PER_PART = 2_000
_FIRST = ("/", "/privacy")
_VALID = timedelta(days=180)
# When the shop began to honor Global Privacy Control (https://www.w3.org/TR/gpc/).
_HONORED_SINCE = "2026-11-22"


def _public_url() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.public_url.rstrip("/")


@blueprint.get("/robots.txt")
@cached_view()
def robots() -> Response:
    """Tell crawlers what is the same for everybody."""
    return Response(pages.robots(_public_url()), mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@cached_view()
def sitemap() -> Response:
    """List the sitemaps."""
    with reading() as session:
        parts = -(-(queries.count_of_addresses(session) + len(_FIRST)) // _PER_PART)
    return Response(pages.sitemap_index(_public_url(), parts), mimetype="application/xml")


@blueprint.get("/sitemap-<int:part>.xml")
@cached_view()
def sitemap_part(part: int) -> Response:
    """List a part of the pages, each in every market and language. Raises NotFoundError beyond the last."""
    first = _FIRST if part == 1 else ()
    with reading() as session:
        found = queries.addresses(session, start=(part - 1) * _PER_PART, most=_PER_PART)
    if not found and not first:
        raise NotFoundError("There is no such sitemap.")
    return Response(
        pages.sitemap(_public_url(), [*first, *(quote(path) for path in found)]), mimetype="application/xml"
    )


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """Tell whom to write to about a weakness."""
    settings: Settings = current_app.extensions["settings"]
    expires = (clock.now() + _VALID).replace(hour=0, minute=0, second=0)
    return Response(pages.security(_public_url(), settings.mail_from, expires), mimetype="text/plain")


@blueprint.get("/.well-known/gpc.json")
def privacy_control() -> Response:
    """Tell that Global Privacy Control is honored: this shop sells no data to anybody."""
    return jsonify({"gpc": True, "lastUpdate": _HONORED_SINCE})


@blueprint.get("/.well-known/change-password")
def change_password() -> ResponseReturnValue:
    """Lead password managers to the page that changes a password (W3C, change-password-url)."""
    return redirect(f"{request.script_root}/account/password", 302)
