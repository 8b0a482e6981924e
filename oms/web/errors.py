"""What goes wrong, as a calm page or as JSON: a status, a sentence, the number of the request."""

import logging
from dataclasses import dataclass

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from markupsafe import Markup
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from oms.kernel.errors import (
    BadInputError,
    ConflictError,
    CounterfoilError,
    IllegalMoveError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from oms.web import frame, limits
from oms.web.security import SAFE_METHODS, SignInNeededError, lead_to_sign_in
from oms.web.taking import SurplusError

RETRY_SECONDS = 10
_STATUS: tuple[tuple[type[CounterfoilError], int], ...] = (
    (NotFoundError, 404),
    (SignInNeededError, 401),
    (RefusedError, 403),
    (SurplusError, 400),
    (BadInputError, 422),
    (IllegalMoveError, 409),
    (ConflictError, 409),
    (UnavailableError, 503),
)
_BARE = Markup(
    "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1><p>{message}</p>"
    "<p>{request_id}</p></html>"
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that went wrong, as it is told: status, word for programs, sentence for people."""

    status: int
    code: str
    message: str
    retry_after: int = 0


def wants_json() -> bool:
    """Say whether a script asks: JSON is accepted and preferred to HTML."""
    accepted = request.accept_mimetypes
    best = accepted.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json" and accepted["application/json"] > accepted["text/html"]


def title_of(status: int) -> str:
    """Return the heading of an error page."""
    titles: dict[int, str] = {
        400: _("This request cannot be read"),
        401: _("Please sign in"),
        403: _("Not for you"),
        404: _("Not found"),
        405: _("Not done this way"),
        409: _("Changed in the meantime"),
        413: _("Too large"),
        422: _("Something needs another look"),
        429: _("A little slower, please"),
        503: _("Back in a moment"),
    }
    return titles.get(status) or (_("Something went wrong here") if status >= 500 else titles[400])  # noqa: PLR2004 - HTTP's own border


def sentence_of(status: int) -> str:
    """Return what to do about an error that brought no sentence of its own."""
    sentences: dict[int, str] = {
        404: _("There is no page at this address. Perhaps it has moved, or the address was cut off."),
        405: _("This address cannot be opened like this. Go back and use the button on the page."),
        413: _("What you sent is larger than we take. Make it smaller and send it again."),
        429: _("Too many attempts from your connection. Wait a moment, then try again."),
        503: _("We cannot answer just now. Nothing was lost; try again in a moment."),
    }
    if status >= 500 and status not in sentences:  # noqa: PLR2004 - HTTP's own border
        return str(_("This is our mistake, not yours. Nothing was half done. Try again, or come back later."))
    return sentences.get(status) or _("Go back, look it over and try again.")


def answer(trouble: Trouble) -> Response:
    """Return the page, or its JSON twin; it never touches the session, and never fails itself."""
    request_id = str(g.get("request_id", ""))
    if wants_json():
        told = {"error": trouble.code, "message": trouble.message, "request_id": request_id}
        response = jsonify(told)
    else:
        response = make_response(_html(trouble, request_id))
    response.status_code = trouble.status
    response.headers["Cache-Control"] = "no-store"
    if trouble.retry_after:
        response.headers["Retry-After"] = str(trouble.retry_after)
    return response


def _html(trouble: Trouble, request_id: str) -> str:
    title = title_of(trouble.status)
    told = {"title": title, "text": trouble.message, "reference": request_id, "links": _ways_on()}
    try:
        return render_template(
            "store/errors/error.html", page=frame.page(title, robots="noindex"), error=told
        )
    except TemplateError:
        log.exception("the error page itself failed")
        return str(_BARE.format(title=title, message=trouble.message, request_id=request_id))


def said(error: CounterfoilError) -> str:
    """Return an error's sentence in the reader's language."""
    return str(_(error.source, **error.values))


def _ways_on() -> list[tuple[str, str]]:
    return [(_("To the first page"), frame.home())]


def _of_the_shop(error: CounterfoilError) -> ResponseReturnValue:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 400)
    sign_in = frame.sign_in_endpoint()
    if (
        isinstance(error, SignInNeededError)
        and sign_in
        and not wants_json()
        and request.method in SAFE_METHODS
    ):
        return lead_to_sign_in(sign_in)
    wait = RETRY_SECONDS if status == 503 else 0  # noqa: PLR2004 - Service Unavailable
    return answer(Trouble(status, error.code, said(error), wait))


def _of_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004 - a redirect, not an error
        return error.get_response(request.environ)
    if isinstance(error, CSRFError):
        sentence = _(
            "This page was open for too long, or in two tabs. Open it again and repeat; nothing was done."
        )
        return answer(Trouble(status, "form_expired", sentence))
    wait = limits.seconds_left() if status == 429 else 0  # noqa: PLR2004 - Too Many Requests
    return answer(
        Trouble(status, (error.name or "error").lower().replace(" ", "_"), sentence_of(status), wait)
    )


def _of_the_database(error: Exception) -> ResponseReturnValue:
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or error.__class__.__name__
    log.error("the database does not answer: %s", state)
    return answer(Trouble(503, "unavailable", sentence_of(503), RETRY_SECONDS))


def _of_bad_data(_error: Exception) -> ResponseReturnValue:
    sentence = _(
        "Something that was given cannot be stored: a number too large, or a character no text can hold."
    )
    return answer(Trouble(422, "bad_input", sentence))


def _of_ours(_error: Exception) -> ResponseReturnValue:
    return answer(Trouble(500, "our_mistake", sentence_of(500)))


def install(app: Flask) -> None:
    """Give an application its error pages; what is not known becomes a calm 500, logged with its frames."""
    app.register_error_handler(CounterfoilError, _of_the_shop)
    app.register_error_handler(HTTPException, _of_http)
    for away in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(away, _of_the_database)
    for unkept in (DataError, UnicodeEncodeError):
        app.register_error_handler(unkept, _of_bad_data)
    app.register_error_handler(500, _of_ours)
