"""How fast pages are, as a share of what the same server does with an empty Flask view."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
import requests
from flask.testing import FlaskClient

from oms.catalog.actions import put_product
from oms.catalog.merchandise.actions import fill_collection, put_labels
from oms.catalog.models import Collection
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from storefront.app import create_store
from tests import goods
from tests.bench.costs import dearest
from tests.bench.harness import HERE, ROUNDS, hammer, served, walk
from tests.bench.table import middle, tell

pytestmark = pytest.mark.bench
PRODUCTS = 200
NEW_BAR = 0.0
HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "X-Request-Id", "ETag", "Cache-Control")


@dataclass(frozen=True)
class Screen:
    """Addresses of one kind, a word that each answer holds, and the share of an empty view to reach."""

    paths: list[str]
    word: str
    bar: float


SCREENS = {
    "product page, 200 products": Screen(
        [f"/products/thing-{n}" for n in range(PRODUCTS)], "Thing number", 0.6
    ),
    "product page, other market": Screen(
        [f"/us-de/products/thing-{n}" for n in range(PRODUCTS)], "Thing number", 0.6
    ),
    "listing, its pages and orders": Screen(
        [
            f"/collections/all?page={n}&sort={by}"
            for n, by in product(range(1, 9), ("newest", "price", "name"))
        ],
        "Thing number",
        0.4,
    ),
    "search, 200 different": Screen([f"/search?q=thing+{n}" for n in range(PRODUCTS)], "Thing number", 0.4),
    "first page": Screen(["/"], "Thing number", 0.6),
}
# Each asked for once: nothing is on the shelf yet, so that it is read and rendered.
NEW = [
    f"/collections/all?price={step}&sort={by}&page={page}"
    for step, by, page in product("12", ("best", "newest", "price", "price-down", "name"), range(1, 5))
]


@pytest.fixture
def environ(shop: None, settings: Settings) -> dict[str, str]:
    """Return the environment of a shop with 200 products in one collection."""
    with transaction() as session:
        goods.open_markets(session)
        for number in range(PRODUCTS):
            put_product(session, goods.simple(f"thing-{number}", f"Thing number {number}", 100 + 9 * number))
        words = {"names": {"en": "All"}}
        collection = put_labels(session, Collection, "all", **words)
        fill_collection(session, collection, [f"thing-{number}" for number in range(PRODUCTS)])
    return {
        "DATABASE_URL": settings.database_url,
        "KEYRING_URL": settings.keyring_url,
        "REDIS_URL": settings.redis_url,
        "STATE_DIR": str(settings.state_dir),
    }


@pytest.fixture
def ports(environ: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve the bare view and the shop; give both ports."""
    with (
        served("hello:application", HERE, {}) as bare,
        served("wsgi:application", HERE.parents[1], environ) as shop,
    ):
        yield bare, shop


def told_within(inside: FlaskClient, paths: list[str]) -> str:
    """What takes the time of a page that missed its bar, asked for in this process."""
    return dearest(lambda n: inside.get(paths[n % len(paths)]), len(paths))


def test_where_a_page_takes_its_time_is_told(environ: dict[str, str], settings: Settings) -> None:
    """The words for a missed bar, of pages that may miss none today."""
    told = told_within(
        create_store(settings).test_client(use_cookies=False), ["/products/thing-1", "/search?q=thing"]
    )
    assert "statements each" in told
    assert "oms/web/" in told


def test_pages_are_answered_at_their_share_of_an_empty_view(
    ports: tuple[int, int], settings: Settings
) -> None:
    inside = create_store(settings).test_client(use_cookies=False)
    bare, shop = ports
    asked = sum(check(shop, screen) for screen in SCREENS.values())
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in SCREENS}
    for _ in range(ROUNDS):
        for name, screen in SCREENS.items():
            limit, _count = hammer(bare, ["/"])
            rate, count = hammer(shop, screen.paths)
            rates[name].append((rate, limit))
            asked += count
    limit, _count = hammer(bare, ["/"])
    new = walk(shop, NEW)
    lines = [middle(name, found, SCREENS[name].bar) for name, found in rates.items()]
    lines.append(middle("listing, each read and rendered anew", [(new, limit)], NEW_BAR))
    for line in lines:
        tell(line)
    for line in lines:
        if line.is_below:
            tell(f"{line.name}:\n{told_within(inside, SCREENS[line.name].paths)}")
    assert counted(shop) == asked + len(NEW)
    assert [line.name for line in lines if line.is_below] == []


def check(shop: int, screen: Screen) -> int:
    """Ask for each address once: a whole page, compressed, with every header; return how many there are."""
    for path in screen.paths:
        answer = requests.get(f"http://127.0.0.1:{shop}{path}", timeout=30)
        assert screen.word in answer.text, path
        assert answer.text.rstrip().endswith("</html>"), path
        assert answer.headers["Content-Encoding"] == "gzip"
        assert [name for name in HEADERS if name not in answer.headers] == []
        assert "Set-Cookie" not in answer.headers
    return len(screen.paths)


def counted(shop: int) -> int:
    """Return how many pages the shop's own metrics counted."""
    told = requests.get(f"http://127.0.0.1:{shop}/metrics", timeout=30).text.splitlines()
    pages = (line for line in told if line.startswith("counterfoil_requests_total") and 'app="store"' in line)
    return sum(int(float(line.rpartition(" ")[2])) for line in pages if 'endpoint="health' not in line)
