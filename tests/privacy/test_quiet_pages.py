"""A browser keeps nothing and asks nobody that the published table does not name (001-67, 000-14)."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Browser

from oms.kernel.register import PLACES
from oms.web.mounting import mounted
from tests.architecture.test_routes import CACHED, PUBLIC_AT_THE_DESK
from tests.components.sample_pages import PAGES
from tests.components.serve import served
from tests.make import Shop
from tests.privacy.busy import Busy
from tests.privacy.quiet import Watched, life
from tests.running import answering

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
# Files, and answers for programs: nothing that a browser shows.
NO_PAGE = {
    "static_files.static_file",
    "catalog.media",
    "copies.progress",
    "cart.count",
    "dev.mail_html",
    "health.prometheus",
    "notice.certificate",
    "health.healthz",
    "health.readyz",
    "privacy.copy_schema",
    "conventions.privacy_control",
    "conventions.robots",
    "conventions.security",
    "conventions.sitemap",
    "conventions.sitemap_part",
    "oms.labels.state",
    "oms.money.sheet",
    "oms.many.state",
    "oms.packing.label_state",
    "oms.printing.label_pdf",
    "oms.printing.slip_pdf",
    "oms.replenish.table",
    "oms.search.palette",
}


@pytest.fixture
def address(apps: tuple[Flask, Flask]) -> Iterator[str]:
    """Serve store and desk on loopback."""
    with answering(mounted(*apps, "")) as origin:
        yield origin


def pages(app: Flask, known: dict[str, str]) -> dict[str, str]:
    """Return where each page of an application can be opened; fails for one that nobody gave an address."""
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGE:
            assert rule.endpoint in known or not rule.arguments, f"give {rule.endpoint} an address in busy.py"
            found[rule.endpoint] = known.get(rule.endpoint, rule.rule)
    return found


def declared(sort: str) -> set[str]:
    """Return the names of the places of a sort in the register."""
    return {name.removeprefix(f"{sort} ") for name in PLACES if name.startswith(f"{sort} ")}


def strays(seen: Watched) -> list[str]:
    return seen.undeclared(declared("cookie"), declared("storage"))


def table(seen: Watched) -> dict[str, str]:
    """Read the published table off the page of the notice: what is kept, why and for how long."""
    seen.page.goto("/privacy")
    rows = seen.page.locator("#cookies dl > div").all()
    return {row.locator("dt").inner_text(): " ".join(row.locator("dd").inner_text().split()) for row in rows}


@pytest.mark.privacy
@BOTH
def test_every_page_asks_nobody_else_and_keeps_what_is_published(  # noqa: PLR0913 - a whole shop
    browser: Browser,
    apps: tuple[Flask, Flask],
    busy: Busy,
    address: str,
    measured: Callable[..., None],
    *,
    script: bool,
) -> None:
    store, desk = pages(apps[0], busy.store), pages(apps[1], busy.desk)
    at_the_desk = [f"/oms{path}" for path in desk.values()]
    fresh, buyer, owner = (Watched(browser, address, script=script) for _ in range(3))
    doors = [f"/oms{path}" for endpoint, path in desk.items() if endpoint in PUBLIC_AT_THE_DESK]
    fresh.crawl([*store.values(), *doors], fresh=True)
    buyer.sign_in("store", busy.buyer)
    owner.sign_in("desk", busy.owner)
    statuses = buyer.crawl(store.values(), fresh=False) | owner.crawl(at_the_desk, fresh=False)
    assert {path: status for path, status in statuses.items() if status >= 400} == {}
    everybody = (fresh, buyer, owner)
    found = [line for seen in everybody for line in strays(seen)]
    assert found == []
    assert fresh.kept == set()
    cached = {path for endpoint, path in store.items() if endpoint in CACHED}
    assert cached & set(fresh.setters) == set()

    shown = table(buyer)
    observed = {name: value for seen in everybody for name, value in seen.cookies.items()}
    in_tab = {line.partition(" ")[2] for seen in everybody for line in seen.kept}
    assert set(shown) == set(observed) | (in_tab if script else declared("storage"))
    for name, header in observed.items():
        place = PLACES[f"cookie {name}"]
        assert shown[name] == f"{place.holds}: {place.purpose} {place.life}"
        assert life(header) in place.life
    assert in_tab == (declared("storage") if script else set())
    how = "with script" if script else "without script"
    visited = sum(seen.pages for seen in everybody)
    figure = f"{visited} pages {how}: {len(found)} strays; {len(shown)} things published"
    measured("B21", figure, passed=visited > 100 and not found)
    for seen in everybody:
        seen.close()


@pytest.mark.privacy
def test_every_template_keeps_nothing_and_asks_nobody(
    browser: Browser, measured: Callable[..., None]
) -> None:
    with served(PAGES) as origin:
        seen = Watched(browser, origin)
        seen.crawl([f"/{name}" for name in PAGES], fresh=True)
    measured(
        "B21", f"{seen.pages} sample pages of templates: {len(strays(seen))} strays", passed=not strays(seen)
    )
    assert seen.cookies == {}


def test_who_only_looks_around_keeps_nothing_at_all(browser: Browser, small: Shop, address: str) -> None:
    seen = Watched(browser, address)
    statuses = seen.crawl(["/", "/products/retro-clock", "/search?q=clock", "/privacy"], fresh=False)

    assert set(statuses.values()) == {200}
    assert (seen.cookies, seen.kept, seen.foreign) == ({}, set(), [])
    assert set(table(seen)) == declared("cookie") | declared("storage")
    seen.close()


def planted(inside: str) -> Flask:
    """Return a shop of one page with something inside; at `/cookie` it sets one."""
    app = Flask(__name__)

    @app.get("/")
    def index() -> str:
        return f"<!doctype html><title>A shop</title>{inside}"

    @app.get("/cookie")
    def cookie() -> Response:
        answer = Response("<!doctype html><title>A shop</title>", mimetype="text/html")
        answer.set_cookie(request.args["name"], "1", max_age=86400 * 400, httponly=True)
        return answer

    return app


POLICY = "<meta http-equiv=Content-Security-Policy content=\"img-src 'self'\">"
PLANTS = {
    "a picture of somebody else": (
        '<img src="http://127.0.0.1:9/seen.gif">',
        "asks http://127.0.0.1:9/seen.gif",
    ),
    "a script of somebody else": (
        '<script src="//127.0.0.1:9/tag"></script>',
        "asks http://127.0.0.1:9/tag",
    ),
    "a connection in advance": ('<link rel="preconnect" href="//fonts.test">', "hints at http://fonts.test/"),
    "something in the browser": (
        "<script>localStorage.setItem('visitor', 1)</script>",
        "local visitor is not declared",
    ),
    "something in the tab": (
        "<script>sessionStorage.setItem('typed', 1)</script>",
        "session typed is not declared",
    ),
    "a database": ("<script>indexedDB.open('people')</script>", "database people is not declared"),
    "a cache": ("<script>caches.open('seen')</script>", "cache seen is not declared"),
    "a cookie of a script": (
        "<script>document.cookie = 'visitor=1'</script>",
        "document.cookie visitor=1 is not declared",
    ),
    "what the policy stops": (f"{POLICY}<img src='http://127.0.0.1:9/a.gif'>", "Content Security Policy"),
}


@pytest.mark.privacy
@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_stray_is_caught(browser: Browser, plant: str) -> None:
    inside, line = PLANTS[plant]
    with answering(planted(inside)) as origin:
        seen = Watched(browser, origin)
        seen.visit("/")
        found = seen.undeclared({"store"}, {"cart"})
        seen.close()
    assert any(line in one for one in found), found


def test_a_planted_cookie_and_a_planted_life_are_caught(browser: Browser) -> None:
    with answering(planted("")) as origin:
        seen = Watched(browser, origin)
        seen.visit("/cookie?name=visitor")
        seen.visit("/cookie?name=store")
        found = seen.undeclared({"store"}, set())
        seen.close()
    assert found == ["cookie visitor is not declared"]
    assert life(seen.cookies["store"]) == "400 days"
    assert life(seen.cookies["store"]) not in PLACES["cookie store"].life
