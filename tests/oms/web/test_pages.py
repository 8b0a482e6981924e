"""The page cache: the same bytes for everybody, nothing of anybody."""

import gzip
from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask, Response, flash, get_flashed_messages, request, session
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from oms.kernel.config import Settings
from oms.web import pages, setup
from oms.web.frame import Frame
from oms.web.markets import Prefixed, place
from oms.web.pages import PageCache, Shelf, cached_view
from oms.web.session_rows import STORE
from oms.web.setup import Face
from oms.web.wsgi import WsgiApp

POISON = {
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-Scheme": "nothttps",
    "X-Forwarded-Port": "666",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    "Accept-Language": "zh",
    "User-Agent": "evil",
    "Referer": "https://evil.test/",
    "Authorization": "Basic ZXZpbDpldmls",
    "X-HTTP-Method-Override": "DELETE",
    "Forwarded": "host=evil.test",
    "X-Forwarded-For": "6.6.6.6",
    "Via": "evil",
    "Accept": "application/json",
}


class Shop:
    """A store with cached views, and the knobs of its world."""

    def __init__(self, settings: Settings) -> None:
        self.version = 1
        self.is_database_away = False
        self.made = count(1)
        frame = Frame("A shop", "http://localhost", "", "", has_markets=True)
        self.app = setup.base_app(Face("store", STORE, frame, 1000, inner=self._inner), settings)
        for rule, view in (
            ("/thing/<name>", self.thing),
            ("/private", self.private),
            ("/bad/<how>", self.bad),
        ):
            self.app.add_url_rule(rule, rule.split("/")[1], view)

    def _inner(self, app: Flask) -> WsgiApp:
        self.cache = PageCache(app.wsgi_app, app, lambda: self.version, "http://localhost")
        return Prefixed(self.cache)

    def client(self) -> FlaskClient:
        self.cache.version._looked = float("-inf")
        return self.app.test_client()

    @property
    def thing(self) -> object:
        def view(name: str) -> Response:
            if self.is_database_away:
                raise OperationalError("SELECT", {}, Exception())
            seen = "|".join(f"{k}={v}" for k, v in sorted(request.headers.items()))
            return Response(f"{name} {place().code} {next(self.made)} {request.full_path} {seen}" + " " * 500)

        return cached_view("page", "sort")(view)

    @property
    def private(self) -> object:
        def view() -> str:
            session["word"] = "mine"
            return "mine"

        return view

    @property
    def bad(self) -> object:
        def view(how: str) -> str:
            if how == "session":
                return str(session.get("word"))
            if how == "flash":
                flash("hello")
            if how == "flashed":
                return str(get_flashed_messages())
            return str(request.cookies.get("store"))

        return cached_view()(view)


@pytest.fixture
def world(shop: None, settings: Settings) -> Iterator[Shop]:
    return Shop(settings)


def test_two_people_get_the_same_bytes_and_no_cookie(world: Shop) -> None:
    ada, bob = world.client(), world.client()
    ada.get("/private")
    assert ada.get_cookie("store") is not None
    first, second = ada.get("/thing/ink"), bob.get("/thing/ink")
    assert first.data == second.data
    for answer in (first, second):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize("how", ["session", "flash", "flashed", "cookies"])
def test_a_cached_view_that_touches_session_or_cookies_fails_and_is_not_kept(world: Shop, how: str) -> None:
    answer = world.client().get(f"/bad/{how}")
    assert answer.status_code == 500
    assert len(world.cache.shelf) == 0


def test_a_private_page_is_never_kept(world: Shop) -> None:
    answer = world.client().get("/private")
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(world.cache.shelf) == 0


@pytest.mark.parametrize("header", POISON)
def test_a_forged_header_is_not_in_the_page(world: Shop, header: str) -> None:
    client = world.client()
    poisoned = client.get("/thing/ink", headers={header: POISON[header]})
    clean = world.client().get("/thing/ink")
    assert poisoned.data == clean.data
    assert b"evil" not in clean.data
    assert clean.status_code == 200


def test_a_foreign_host_gets_no_page(world: Shop) -> None:
    client = world.client()
    client.get("/thing/ink")
    assert client.get("/thing/ink", headers={"Host": "evil.test"}).status_code == 400


def test_only_the_named_query_parameters_make_another_page(world: Shop) -> None:
    client = world.client()
    plain = client.get("/thing/ink").data
    assert client.get("/thing/ink?utm_source=mail&gclid=1").data == plain
    second = client.get("/thing/ink?page=2&utm_source=mail").data
    assert second != plain
    assert b"utm" not in second
    assert client.get("/thing/ink?sort=name&page=2").data == client.get("/thing/ink?page=2&sort=name").data
    assert len(world.cache.shelf) == 3


def test_each_market_and_language_has_its_own_page(world: Shop) -> None:
    client = world.client()
    assert client.get("/thing/ink").text.startswith("ink eu-en 1 ")
    assert client.get("/eu-de/thing/ink").text.startswith("ink eu-de 2 ")
    assert client.get("/jp-zh/thing/ink").text.startswith("ink jp-zh 3 ")
    assert client.get("/eu-de/thing/ink").text.startswith("ink eu-de 2 ")


def test_a_new_catalog_version_makes_every_page_anew(world: Shop) -> None:
    assert world.client().get("/thing/ink").text.startswith("ink eu-en 1 ")
    world.version = 2
    assert world.client().get("/thing/ink").text.startswith("ink eu-en 2 ")


def test_a_browser_that_has_the_page_is_told_so(world: Shop) -> None:
    client = world.client()
    tag = client.get("/thing/ink").headers["ETag"]
    again = client.get("/thing/ink", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""
    world.version = 2
    assert world.client().get("/thing/ink", headers={"If-None-Match": tag}).status_code == 200


def test_the_page_comes_compressed_to_those_who_can_read_it(world: Shop) -> None:
    client = world.client()
    plain = client.get("/thing/ink")
    small = client.get("/thing/ink", headers={"Accept-Encoding": "gzip, br"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert int(small.headers["Content-Length"]) == len(small.data)
    assert small.headers["ETag"] != plain.headers["ETag"]


def test_a_look_at_the_head_has_no_body(world: Shop) -> None:
    client = world.client()
    full = client.get("/thing/ink")
    head = client.head("/thing/ink")
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["Content-Length"] == full.headers["Content-Length"]


def test_what_is_known_is_served_while_the_database_is_away(world: Shop) -> None:
    known = world.client().get("/thing/ink").data
    world.is_database_away = True
    world.version = 2
    assert world.client().get("/thing/ink").data == known
    assert world.client().get("/thing/pen").status_code == 503


def test_a_missing_page_is_not_kept(world: Shop) -> None:
    assert world.client().get("/nothing").status_code == 404
    assert len(world.cache.shelf) == 0


@pytest.mark.parametrize(
    "path", ["/private/x.css", "/private;x.css", "/private%2Fx.js", "/private/..%2fstatic/x"]
)
def test_a_private_page_in_disguise_is_not_cached(world: Shop, path: str) -> None:
    answer = world.client().get(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(world.cache.shelf) == 0


def test_the_shelf_holds_so_many_bytes_and_throws_out_the_longest_unused() -> None:
    def entry(word: str) -> pages.Entry:
        return pages.Entry(1, float("inf"), "e", (), word.encode() * 1000, b"", word)

    shelf = Shelf(most_bytes=10_000)
    for word in "abc":
        shelf.put((word, ""), entry(word))
    assert shelf.get(("a", ""), 1) is not None
    shelf.put(("d", ""), entry("d"))
    assert shelf.get(("b", ""), 1) is None
    assert [shelf.get((w, ""), 1) is not None for w in "acd"] == [True, True, True]
    assert shelf.bytes == 9_000
