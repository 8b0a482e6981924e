"""One Flask application as both the store and the desk are made: everything they share, put together."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from babel.support import NullTranslations
from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel, Domain, get_locale
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from oms.kernel import db, egress, places, vault
from oms.kernel.config import Settings
from oms.kernel.db import Role
from oms.kernel.i18n import words
from oms.web import (
    assets,
    errors,
    filters,
    frame,
    headers,
    health,
    limits,
    logs,
    security,
    taking,
    traces,
    transport,
)
from oms.web.everybody import Request
from oms.web.frame import Frame
from oms.web.markets import place
from oms.web.paper import TEMPLATES
from oms.web.security import SAFE_METHODS, Loader
from oms.web.session_rows import Lifetime
from oms.web.sessions import ServerSessions
from oms.web.wsgi import NOTE, WsgiApp

# A form of the shop is small; features that take files raise it for their own views.
LARGEST_BODY = 1_000_000
# Imported for what it declares: the names that logs, queue, mails and sessions may be told.
DECLARED = traces.__name__
log = logging.getLogger(__name__)
_LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


@dataclass(frozen=True, slots=True)
class Face:
    """What tells one application from the other; `inner` are its own layers, inside the log."""

    name: str
    lifetime: Lifetime
    frame: Frame
    posts_per_minute: int
    load_person: Loader | None = None
    inner: Callable[[Flask], WsgiApp] | None = None


class App(Flask):
    """Flask, whose unsafe requests are answered again when the database threw out a deadlock."""

    request_class = Request

    def dispatch_request(self) -> ResponseReturnValue:
        """Answer a request; one that changes something is tried at most three times."""
        answer: Callable[[], ResponseReturnValue] = super().dispatch_request
        if request.method in SAFE_METHODS:
            return answer()
        return db.retry_conflicts(answer)()

    def log_exception(self, exc_info: Any) -> None:  # noqa: ANN401 - Flask's interface
        """Log what was not expected, by the route's name: a path may hold a capability."""
        log.error("unexpected error at %s", request.endpoint or "none", exc_info=exc_info)


class Words(Domain):  # type: ignore[misc]
    """Flask-Babel's door to the catalogs, which are compiled in memory."""

    def get_translations(self) -> NullTranslations:
        """Return the words of this request's language."""
        locale = get_locale()
        return words(locale.language if locale is not None else "en")


class Languages(Babel):  # type: ignore[misc]
    """Flask-Babel over our own catalogs."""

    domain_instance = Words()


def connect(settings: Settings, *, role: Role = Role.WEB) -> None:
    """Point this process at its databases, under its role, and at its log; once, before it does anything."""
    # Flask's command line says so in the environment.
    logs.configure(is_command=os.environ.get("FLASK_RUN_FROM_CLI") == "true")
    db.configure(settings.database_url, settings.keyring_url, role=role, logins=settings.logins)
    vault.configure(settings)
    egress.configure(settings)
    places.configure(settings)


def base_app(face: Face, settings: Settings) -> Flask:
    """Return an application with sessions, guards, headers, errors, assets, filters, limits and health."""
    app = App(face.name, static_folder=None, template_folder=str(TEMPLATES))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=2_000,
        TRUSTED_HOSTS=_hosts(settings),
        PREFERRED_URL_SCHEME="https" if settings.is_https else "http",
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["settings"] = settings
    app.session_interface = ServerSessions(face.name, face.lifetime, is_https=settings.is_https)
    app.before_request(_note_route)
    app.before_request(_require_open)
    Languages(app, locale_selector=lambda: place().locale)
    limits.install(app, settings, posts_per_minute=face.posts_per_minute)
    security.install(app, load_person=face.load_person)
    taking.install(app)
    headers.install(app)
    errors.install(app)
    frame.install(app, face.frame)
    filters.install(app)
    assets.install(app, root=face.frame.root)
    app.register_blueprint(health.blueprint)
    app.after_request(_tell_request_id)
    if face.inner is not None:
        app.wsgi_app = face.inner(app)  # type: ignore[method-assign, assignment]
    app.wsgi_app = _outer(app.wsgi_app, face.name, settings)  # type: ignore[method-assign, assignment]
    return app


def _outer(app: WsgiApp, name: str, settings: Settings) -> WsgiApp:
    """Put the layers around an application that every answer goes through, kept pages and redirects too."""
    layers = headers.Standing(transport.OverTls(app, settings), settings)
    watched = logs.Watched(layers, name)
    hops = settings.trusted_proxies
    return ProxyFix(watched, x_for=hops, x_proto=hops) if hops else watched


def _hosts(settings: Settings) -> list[str]:
    named = [urlsplit(settings.public_url).hostname or "", settings.desk_host.partition(":")[0]]
    return [host for host in named if host] + ([] if settings.is_production else _LOCAL_HOSTS)


def _note_route() -> None:
    note = request.environ.get(NOTE, {})
    note["endpoint"] = request.endpoint or "none"
    g.request_id = note.get("request_id", "")


def _require_open() -> None:
    """Answer nobody while the tombstones of a restored shop are not applied; asked until it is open, once."""
    if request.blueprint != health.blueprint.name and not current_app.extensions.get("is_open"):
        vault.require_open()
        current_app.extensions["is_open"] = True


def _tell_request_id(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response
