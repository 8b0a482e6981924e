"""Orders: placed per second beside the same statements in raw psycopg, and a list that stays fast."""

import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.desk.orders.queries import SIZE
from oms.inventory.queries import drifts
from oms.kernel.db import Role, reading, transaction
from oms.staff.states import StaffRole
from tests import make
from tests.bench.conftest import Bench
from tests.bench.costs import dearest
from tests.bench.harness import ROUNDS
from tests.bench.plain import Plain, address, crowd
from tests.bench.raw import agree_raw, place_raw
from tests.bench.shares import Shares
from tests.bench.table import middle, tell
from tests.people import Office, Visitor, seated
from tests.running import ADA, Shopper, answering

pytestmark = pytest.mark.bench
PLACED_BAR, LIST_BAR = 0.1, 1.5
WARM, BUYERS = 24, 64


@dataclass(frozen=True)
class Checkout:
    """A filled form in front of its button: who sends it, with which cookie."""

    visitor: str
    cookie: str
    form: Mapping[str, str]

    def pay(self, line: Plain) -> None:
        """Press the button; anything but the way to Stripe's page fails."""
        status, headers = line.post("/checkout", self.form, self.visitor, self.cookie)
        assert (status, "/c/pay/" in headers["Location"]) == (303, True)

    def pay_within(self, browser: FlaskClient) -> None:
        """Do the same without a wire."""
        headers = {"Cookie": self.cookie, "X-Forwarded-For": self.visitor, "Sec-Fetch-Site": "same-origin"}
        assert browser.post("/checkout", data=self.form, headers=headers).status_code == 303


def at_the_counter(bench: Bench, number: int) -> Checkout:
    """Bring a shopper with one of the 200 things to the filled form."""
    shopper = Shopper(bench.shop, number)
    shopper.add(list(bench.goods)[number % len(bench.goods)])
    form = {**shopper.checkout(), **ADA}
    cookie = "; ".join(f"{name}={value}" for name, value in shopper.http.cookies.items())
    return Checkout(address(number), cookie, form)


def test_orders_are_placed_at_a_tenth_of_what_the_database_alone_can(
    bench: Bench, inside: FlaskClient
) -> None:
    with ThreadPoolExecutor(4) as people:
        queue = list(people.map(lambda n: at_the_counter(bench, n), range(WARM + ROUNDS * BUYERS)))
    url, stores, goods = bench.shop.url, bench.shop.stores, (list(bench.goods.values()), bench.warehouse)
    crowd(url, queue[:WARM], lambda line, checkout: checkout.pay(line))
    place_raw(stores, *goods, times=100)
    shares, slow = Shares(), list[float]()
    rounds: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    for turn in range(ROUNDS):
        now = queue[WARM + turn * BUYERS :][:BUYERS]
        with shares.measured(bench.parts):
            placed = crowd(url, now, lambda line, checkout: checkout.pay(line))
        rounds.append((placed.per_second, place_raw(stores, *goods, times=400)))
        bare.append((placed.per_second, agree_raw(stores.database, *goods, times=800)))
        slow.append(placed.p95_ms)
    line = middle("placed orders, form to the 303", rounds, PLACED_BAR)
    without = 1 - shares.share("Stripe stand-in")
    tell(line)
    tell(middle("the same without the stand-in's share", [(r / without, a) for r, a in rounds], PLACED_BAR))
    tell(middle("the same beside the agreement alone", bare, 0))
    tell(f"    each: {shares.told(ROUNDS * BUYERS)}; 95th percentile {min(slow):.0f} ms at 8 clients")
    check_placed(bench, len(queue))
    if line.is_below:
        more = [at_the_counter(bench, len(queue) + n) for n in range(2 * WARM)]
        tell(dearest(lambda n: more[n].pay_within(inside), WARM))
    assert not line.is_below


def check_placed(bench: Bench, orders: int) -> None:
    """Every form became one whole order: at Stripe, in our books, on the shelf."""
    assert bench.shop.stripe is not None
    assert len(bench.shop.stripe.get("ledger")["sessions"]) == orders
    whole = (
        "SELECT count(*) FROM orders o JOIN payments p ON p.order_id = o.id AND p.session_ref IS NOT NULL"
        " JOIN reservations r ON r.order_id = o.id AND r.state = 'live'"
        " WHERE (SELECT count(*) FROM personal.sealed s WHERE s.unit = 'order:' || o.number) = 2"
    )
    with reading(Role.MIGRATE) as session:
        assert session.scalar(text(whole)) == orders
        assert drifts(session) == []
    log = (bench.shop.folder / "processes.log").read_text(encoding="utf-8")
    assert log.count('"endpoint": "checkout.pay", "status": 303') == orders
    told = requests.get(f"{bench.shop.url}/metrics", timeout=10).text
    assert 'endpoint="checkout.pay",method="POST",status="303"' in told


def fill(orders: int) -> None:
    """Write so many placed orders at once, each with its line and reservation; every hundredth waits."""
    with transaction(Role.MIGRATE) as session:
        session.execute(
            text(
                """
                WITH made AS (
                    INSERT INTO orders (number, state, market_code, language, currency, tax_included, country,
                                        postcode_prefix, goods, delivery, delivery_tax, tax, total, units,
                                        placed_at)
                    SELECT md5(random()::text || n), 'placed', 'eu', 'en', 'EUR', true, 'NL', '23',
                           3100, 560, 97, 635, 3660, 1, now() - n * interval '1 minute'
                    FROM generate_series(1, :n) n
                    RETURNING id
                ), waiting AS (
                    INSERT INTO order_holds (order_id, why, by_kind, by_id)
                    SELECT id, 'The goods need a look', 'system', 'bench' FROM made WHERE id % 100 = 0
                )
                INSERT INTO reservations (order_id, variant_id, warehouse_id, quantity, state,
                                          order_line_id)
                SELECT id, 1, 1, 1, 'converted', id FROM made
                """
            ),
            {"n": orders},
        )
        session.execute(text("ANALYZE orders"))
        session.execute(text("ANALYZE order_holds"))
        session.execute(text("ANALYZE reservations"))


@dataclass
class Clerk:
    """Somebody of service at a browser over HTTP, who turns the pages of the list."""

    url: str
    http: requests.Session

    def turned(self, pages: int) -> float:
        """Return the 95th percentile of milliseconds for pages deep into the list."""
        took, path = [], "/orders"
        for _ in range(pages):
            begun = time.perf_counter()
            page = self.http.get(f"{self.url}{path}", timeout=30)
            took.append((time.perf_counter() - begun) * 1000)
            assert page.status_code == 200
            assert page.text.count("<tr data-href") == SIZE
            path = onward(page.text)
        return sorted(took)[int(pages * 0.95) - 1]


def onward(page: str) -> str:
    """Return where the next page of a list is."""
    found = re.search(r'href="([^"]*[?&](?:amp;)?after=[^"]*)"', page)
    assert found is not None
    return unescape(found[1])


@pytest.fixture
def service(desk: FlaskClient) -> Visitor:
    """Somebody of service at a browser at the desk, signed in."""
    with transaction() as session:
        make.small_shop(session)
    return seated(desk, Office().employ("service@shop.test", StaffRole.SERVICE))


@pytest.fixture
def clerk(service: Visitor) -> Iterator[Clerk]:
    """Serve the desk over HTTP to somebody who is signed in."""
    with answering(service.client.application) as url:
        http = requests.Session()
        http.headers["Cookie"] = cookie_of(service)
        yield Clerk(url, http)


def cookie_of(visitor: Visitor) -> str:
    """Return the header with which a browser of this process shows who it is."""
    kept = visitor.client.get_cookie("desk")
    assert kept is not None
    return f"{kept.key}={kept.value}"


def test_the_order_list_is_as_fast_at_a_hundred_thousand_orders_as_at_a_thousand(
    clerk: Clerk, service: Visitor
) -> None:
    fill(1_000)
    clerk.turned(15)
    few = min(clerk.turned(15) for _ in range(5))
    fill(99_000)
    clerk.turned(15)
    many = min(clerk.turned(15) for _ in range(5))
    told = f"95th percentile {few:.2f} ms at 1,000 orders, {many:.2f} ms at 100,000"
    tell(f"{'order list, over HTTP':40} {told} = {many / few:.2f} times  (bar {LIST_BAR:.2f})")
    if many / few > LIST_BAR:
        tell(dearest(lambda _: service.get("/orders"), 10))
    assert many / few <= LIST_BAR
