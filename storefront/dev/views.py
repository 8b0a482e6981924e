"""The mails of the local sink, to read while developing; production does not have this blueprint."""

from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from oms.kernel.config import Settings
from oms.web.filters import moment
from oms.web.frame import page
from oms.web.headers import content_security_policy
from storefront.dev import pages

blueprint = Blueprint("dev", __name__)
# A mail's own styles, and nothing else: no script, no address outside, no form.
_INSIDE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"


@blueprint.get("/dev/mail")
def mails() -> ResponseReturnValue:
    """List the mails, the newest first."""
    listed = [
        {
            "subject": one.subject,
            "to": one.to,
            "when": moment(one.at),
            "url": url_for(".mail", name=one.name),
        }
        for one in pages.letters(_folder())
    ]
    return render_template("store/dev/mails.html", page=page("Mail", robots="noindex"), letters=listed)


@blueprint.get("/dev/mail/<name>")
def mail(name: str) -> ResponseReturnValue:
    """Show one mail: its text, and its HTML in a frame that may do nothing."""
    found = pages.letter(_folder(), name)
    response: Response = make_response(
        render_template(
            "store/dev/mail.html",
            page=page(found.subject or "Mail", robots="noindex"),
            letter=found,
            when=moment(found.at),
            frame_url=url_for(".mail_html", name=name) if found.html else "",
            back_url=url_for(".mails"),
        )
    )
    policy = content_security_policy(_settings())
    response.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'"
    return response


@blueprint.get("/dev/mail/<name>/html")
def mail_html(name: str) -> ResponseReturnValue:
    """Answer with the HTML part alone, shut in."""
    response: Response = make_response(pages.letter(_folder(), name).html)
    response.headers["Content-Security-Policy"] = _INSIDE
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _folder() -> Path:
    return _settings().state_dir / "mail"


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
