"""The whole life of an order as real people would live it: production's settings, HTTPS, a desk of its own.

Nothing of the code is bent for this: the processes are those of Procfile, the secrets are strong, Stripe's
stand-in has a live key and is met at this machine's address in its network, the first owner is added by
the command, and parcels go by our own label, as there is no carrier.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser

from oms.kernel import clock, db, vault
from oms.kernel.config import load
from oms.kernel.db import transaction
from oms.local import services
from oms.local.browser import is_demanded
from oms.local.services import Services
from oms.shipping.actions import NewMethod, add_method, end_method
from tests import make
from tests.fakes import wait_until
from tests.forwarding import own_address
from tests.journeys import crew, shopping
from tests.journeys.walker import Walker
from tests.lacking import without
from tests.privacy import canaries
from tests.production import ProductionShop
from tests.running import ROOT, Stores
from tests.stores import empty_stores, fresh_database

pytestmark = pytest.mark.browser
SKUS = ["RETRO-CLOCK", "CEDAR-PENCIL", "CEDAR-PENCIL"]
LETTER = NewMethod(
    "letter-eu", "eu", {"en": "Letter"}, "self", "post", ("NL", "DE"), ((30_000, 490),), (2, 4)
)
HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def keys() -> Iterator[Services]:
    """Start a second cluster for the keyring, as production has one."""
    state = Path(os.environ.get("STATE_DIR") or ROOT / "var" / "test") / "keys"
    found = services.up(state, given={"REDIS_URL": "redis://nowhere"}, durable=False)
    yield found
    found.stop()


@pytest.fixture(scope="module")
def live(
    running: Services, keys: Services, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ProductionShop]:
    """A shop for real people that sells a clock and a pencil; everything is gone afterwards."""
    network = own_address()
    if not network:
        assert not is_demanded(os.environ), "CI=true and no network: Stripe's stand-in is met at no loopback"
        without("this machine has no address but loopback, which production refuses")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    stores = Stores(
        fresh_database(running, f"test_{worker}_live"),
        fresh_database(keys, f"test_{worker}_live_keys"),
        running.environ["REDIS_URL"],
    )
    made = ProductionShop(stores, tmp_path_factory.mktemp("live"), network=network)
    try:
        made.start()
        open_shop(made)
        yield made
    finally:
        made.stop()
        empty_stores()


def open_shop(live: ProductionShop) -> None:
    """Put goods on the shelves; what is sent goes by our own label."""
    settings = load(live.environ)
    db.configure(settings.database_url, settings.keyring_url)
    vault.configure(settings)
    with transaction() as session:
        make.small_shop(session)
        make.say_in_chinese(session, retro_clock="复古座钟", cedar_pencil="雪松铅笔")
        add_method(session, LETTER)
        end_method(session, "post-eu")
        end_method(session, "express-eu")


def add_owner(live: ProductionShop) -> dict[str, str]:
    """Add the first owner as the merchant does; return e-mail, address and code."""
    email = "owner@counterfoil.shop"
    done = live.flask(
        "staff", "add", email, "--role", "owner", "--trained", clock.today().isoformat(), "--json"
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "email": email}


def test_a_guest_buys_over_https_and_is_forgotten(browser: Browser, live: ProductionShop) -> None:
    person = canaries.person()
    guest = Walker(browser, live, ignore_https_errors=True)
    shopping.look_around(guest)
    assert guest.cookies_set == {}
    shopping.add_to_cart(guest, "Cedar pencil", 2)
    shopping.add_to_cart(guest, "Retro clock", 1)
    number = shopping.check_out(guest, person)

    desk = Walker(browser, live, at=live.desk_url, ignore_https_errors=True)
    crew.sign_in(desk, crew.set_up(desk, add_owner(live)))
    crew.pick(desk, number, SKUS)
    crew.send_by_post(desk, number, SKUS, "3SABCD012345678")
    guest.go(f"/orders/{number}").until("on its way")
    assert "3SABCD012345678" in guest.words()
    crew.arrive(desk, number)
    guest.until("It has arrived")

    before = shopping.money(number)
    shopping.prove_mailbox(guest, person)
    assert shopping.copy_of(guest)["orders"][0]["number"] == number
    shopping.delete(guest)
    assert shopping.money(number) == before
    assert wait_until(lambda: shopping.traces(live, person) == [])
    assert_cookies(guest, "__Host-store", "Lax")
    assert_cookies(desk, "__Host-desk", "Strict")
    for walker in (guest, desk):
        walker.is_content()
        assert len(walker.answers) > 30
        assert [url for url, headers in walker.answers if not is_guarded(headers)] == []
        walker.leave()


def is_guarded(headers: Mapping[str, str]) -> bool:
    """Say whether an answer carries every header that guards it."""
    policy = headers.get("content-security-policy", "")
    return policy.startswith("default-src 'none'") and all(
        headers.get(name.lower()) == value for name, value in HEADERS.items()
    )


def assert_cookies(walker: Walker, name: str, same_site: str) -> None:
    """Fail unless this browser was given one cookie, bound to its host and to HTTPS, closed to scripts."""
    assert set(walker.cookies_set) == {name}
    parts = {part.strip() for part in walker.cookies_set[name].split(";")[1:]}
    assert {"Secure", "HttpOnly", "Path=/", f"SameSite={same_site}"} <= parts
    assert not any(part.startswith("Domain") for part in parts)


def test_production_shows_nothing_of_its_inside(live: ProductionShop) -> None:
    asked = {
        "/": 200,
        "/eu-en/": 308,
        "/dev/mail": 404,
        "/_control/ledger": 404,
        "/c/pay/cs_test_1": 404,
        "/console": 404,
        "/products/%00": 404,
        "/orders/NONE": 404,
        "/oms/": 404,
        "/cart": 200,
    }
    for path, status in asked.items():
        answer = live.ask(path)
        assert answer.status_code == status, path
        assert is_guarded({name.lower(): value for name, value in answer.headers.items()}), path
        assert not any(word in answer.text for word in ("Traceback", "werkzeug", "psycopg", ".py")), path


def test_production_is_not_served_in_the_clear(live: ProductionShop) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://localhost:{live.port}/", timeout=60)
    with pytest.raises(requests.exceptions.SSLError):
        live.ask("/", verify=True)
    assert live.ask("/", headers={"Host": "elsewhere.shop"}).status_code == 400


def test_production_has_no_demo(live: ProductionShop) -> None:
    refused = live.flask("demo", "load")
    assert refused.returncode == 1
    assert "Production has no demo shop." in refused.stderr
    started = live.run_command("env", "DEMO_PASSWORD=x", sys.executable, "-m", "oms.worker")
    assert started.returncode == 1
    assert "DEMO_PASSWORD is set: production has no demo accounts." in started.stderr


def test_the_doctor_finds_only_the_stand_in_and_that_no_backup_is_made(live: ProductionShop) -> None:
    told = json.loads(live.flask("doctor", "--json").stdout)
    ill = [one["name"] for one in told["findings"] if one["health"] == "ill"]
    assert ill == ["Last backup, read back", "Stripe asked at its own address"]
