"""A small application with the shared parts and a few views, as a feature would write them."""

import pytest
from flask import Flask, Response, flash, session
from flask_wtf.csrf import generate_csrf

from oms.kernel.config import Settings
from oms.kernel.errors import BadInputError, NotFoundError
from oms.web import security, sessions, setup
from oms.web.frame import Frame
from oms.web.permissions import Permission
from oms.web.security import Person, permit, public, same_origin
from oms.web.session_rows import DESK, STORE
from oms.web.setup import Face


def _plain() -> str:
    return "the same for everybody"


def _token() -> str:
    return generate_csrf()


def _remember(word: str) -> str:
    session["word"] = word
    return "kept"


def _recall() -> str:
    return str(session.get("word", ""))


def _sign_in(ref: str) -> str:
    sessions.sign_in(ref)
    return "in"


def _sign_out() -> str:
    sessions.sign_out()
    return "out"


def _fail(kind: str) -> Response:
    if kind == "missing":
        raise NotFoundError("There is no such order.")
    if kind == "bad":
        raise BadInputError("Use a whole number, such as 2.", field="quantity")
    raise RuntimeError("ada@shop.test must not reach a log")


def _flash() -> str:
    flash("Added to your cart.", "good")
    return "said"


def _views(app: Flask) -> None:
    app.add_url_rule("/plain", "plain", public(_plain))
    app.add_url_rule("/token", "token", public(_token))
    app.add_url_rule("/remember/<word>", "remember", _remember, methods=["GET", "POST"])
    app.add_url_rule("/recall", "recall", _recall)
    app.add_url_rule("/sign-in/<ref>", "sign_in", public(_sign_in), methods=["GET", "POST"])
    app.add_url_rule("/door", "door", public(_plain))
    app.add_url_rule("/sign-out", "sign_out", public(_sign_out))
    app.add_url_rule("/fail/<kind>", "fail", public(_fail))
    app.add_url_rule("/flash", "flash", _flash)


def _own_origin() -> str:
    return "done"


@pytest.fixture
def small_store(shop: None, settings: Settings) -> Flask:
    """Return an application with the store's rules."""
    frame = Frame("A shop", "http://localhost", "", "door", has_markets=True)
    app = setup.base_app(Face("store", STORE, frame, posts_per_minute=1000), settings)
    _views(app)
    app.add_url_rule("/own", "own", same_origin(_own_origin), methods=["POST"])
    return app


def _staff(ref: str) -> Person | None:
    known = {
        "staff:1": frozenset({Permission.HOME, Permission.ORDERS_READ}),
        "staff:2": frozenset[Permission](),
    }
    return Person(ref, "Someone", permissions=known[ref]) if ref in known else None


@pytest.fixture
def small_desk(shop: None, settings: Settings) -> Flask:
    """Return an application with the desk's rules."""
    frame = Frame("A shop", "http://localhost", "/oms", "door", has_markets=False)
    app = setup.base_app(Face("desk", DESK, frame, posts_per_minute=1000, load_person=_staff), settings)
    app.before_request(security.guard_desk)
    _views(app)
    app.add_url_rule("/orders", "orders", permit(Permission.ORDERS_READ)(lambda: "orders"))
    app.add_url_rule(
        "/refund", "refund", permit(Permission.REFUND)(lambda: "refunded"), methods=["GET", "POST"]
    )
    app.add_url_rule("/forgotten", "forgotten", lambda: "open to the world")
    return app
