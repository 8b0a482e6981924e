"""What every test stands on: real Postgres, real Valkey, a clean shop each time."""

import base64
import importlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect, sync_playwright

from migrations.run import upgrade
from oms.app import create_desk
from oms.kernel import db, egress, http, vault
from oms.kernel.config import Settings, load
from oms.kernel.db import Role, transaction
from oms.local import services
from oms.local.browser import find as find_browser
from oms.local.logins import login_settings, own_logins
from oms.notifications import handlers as notifications
from oms.notifications.texting import gateway as texting
from oms.payments import gateway
from oms.privacy.copies import handlers as copies
from oms.shipping import gateway as carriers
from storefront.app import create_store
from tests import make
from tests.ear import (  # noqa: F401 - pytest finds most of them here
    ear,
    meet_people,
    pytest_configure,
    pytest_runtest_protocol,
    pytest_runtest_teardown,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
    pytest_unconfigure,
)
from tests.fakes import (
    CARRIER_KEY,
    CARRIER_SECRET,
    MARKET_ACCOUNTS,
    STRIPE_KEY,
    STRIPE_SECRET,
    TEXTS_KEY,
    TEXTS_SECRET,
    Party,
)
from tests.lacking import without
from tests.make import Shop
from tests.options import pytest_addoption  # noqa: F401 - pytest finds it here
from tests.privacy.mailed import untellable
from tests.stores import empty_stores, fresh_database

ROOT = Path(__file__).parent.parent
# Milliseconds for a page to become what a test expects.
PATIENCE = 30_000
# A browser that asks nobody but the page for anything.
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
for _module in sorted((ROOT / "oms").rglob("handlers.py")):
    importlib.import_module(".".join(_module.relative_to(ROOT).with_suffix("").parts))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of real input; where it is absent the test is skipped, or fails in CI."""
    folder = Path(os.environ.get("COUNTERFOIL_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        without(f"no real input at {folder}: set COUNTERFOIL_DATA")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the one browser of this test process; without a program the test is skipped, or fails in CI."""
    program = find_browser()
    if program is None:
        without("no chromium: apt-get install chromium")
    # A page that is still on its way on a loaded machine is late, not wrong.
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=BROWSER_OPTIONS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def running() -> Iterator[services.Services]:
    """Start, or join, the embedded services of the tests."""
    found = services.up(Path(os.environ.get("STATE_DIR") or ROOT / "var" / "test"), durable=False)
    yield found
    found.stop()


@pytest.fixture(scope="session")
def databases(running: services.Services) -> Iterator[tuple[str, str]]:
    """Make this test process's own database and keyring, migrated; return their addresses."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    urls = [fresh_database(running, f"test_{worker}_{name}") for name in ("shop", "keyring")]
    upgrade(urls[0], urls[1], logins=own_logins(urls[0], urls[1]))
    yield urls[0], urls[1]
    db.close()


@pytest.fixture
def shop(settings: Settings, pytestconfig: pytest.Config) -> Iterator[None]:
    """Give an empty, migrated shop; everything written is gone afterwards."""
    role = Role.BLIND if pytestconfig.getoption("--as-blind") else Role.WEB
    db.configure(settings.database_url, settings.keyring_url, role=role, logins=settings.logins)
    vault.configure(settings)
    yield
    meet_people(untellable)
    empty_stores()


@pytest.fixture
def small(shop: None) -> Shop:
    """Give a shop that sells a clock and a pencil from two warehouses."""
    with transaction() as session:
        return make.small_shop(session)


@pytest.fixture
def settings(databases: tuple[str, str], running: services.Services, tmp_path: Path) -> Settings:
    """Return the settings of a development shop over this test process's own stores."""
    return load(
        {
            "DATABASE_URL": databases[0],
            "KEYRING_URL": databases[1],
            **login_settings(databases[0], databases[1]),
            "REDIS_URL": _own_queue(running.environ["REDIS_URL"]),
            "PUBLIC_URL": "http://localhost",
            "STATE_DIR": str(tmp_path),
            "MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
            "SECRET_KEY": "a-secret-for-tests-0123456789-abcdefgh",
            "STRIPE_SECRET_KEY": STRIPE_KEY,
            "STRIPE_WEBHOOK_SECRET": STRIPE_SECRET,
        }
    )


@pytest.fixture
def store(shop: None, settings: Settings) -> FlaskClient:
    """Return a shopper's browser, without pictures and script; what earlier tests tried is not counted."""
    counted = redis.Redis.from_url(settings.redis_url)
    for key in counted.scan_iter("*limits*"):
        counted.delete(key)
    return create_store(settings).test_client()


@pytest.fixture
def desk(shop: None, settings: Settings) -> FlaskClient:
    """Return a browser at the desk, not signed in; addresses begin after `/oms`."""
    return create_desk(settings).test_client()


@pytest.fixture(scope="session")
def stripe_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Party]:
    """Start the stand-in for Stripe once."""
    folder = tmp_path_factory.mktemp("stripe")
    started = Party("oms.local.stripe", folder, "--key", STRIPE_KEY, "--webhook-secret", STRIPE_SECRET)
    yield started
    started.stop()


@pytest.fixture
def stripe(stripe_process: Party, settings: Settings) -> Iterator[Party]:
    """Give a Stripe that remembers nothing, with the shop's gateway pointed at it."""
    stripe_process.reset()
    stripe_process.post("webhooks", url=None, secrets=[STRIPE_SECRET])
    gateway.configure(replace(settings, stripe_api_base=stripe_process.address))
    yield stripe_process
    stripe_process.reset()


@pytest.fixture(scope="session")
def carrier_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Party]:
    """Start the stand-in for the carrier once."""
    folder = tmp_path_factory.mktemp("carrier")
    started = Party("oms.local.carrier", folder, "--key", CARRIER_KEY, "--webhook-secret", CARRIER_SECRET)
    yield started
    started.stop()


@pytest.fixture
def carrier(carrier_process: Party, settings: Settings) -> Iterator[Party]:
    """Give a carrier that remembers nothing, with the shop's gateway pointed at it; it tells nobody."""
    carrier_process.reset()
    carrier_process.post("webhooks", url=None, secrets=[CARRIER_SECRET])
    known = {"carrier_key": CARRIER_KEY, "carrier_webhook_secret": CARRIER_SECRET}
    carriers.configure(replace(settings, carrier_url=carrier_process.address, **known))
    yield carrier_process
    carrier_process.reset()
    carriers.configure(settings)


@pytest.fixture(scope="session")
def texts_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Party]:
    """Start the text service once."""
    folder = tmp_path_factory.mktemp("texts")
    started = Party("oms.local.texts", folder, "--key", TEXTS_KEY, "--webhook-secret", TEXTS_SECRET)
    yield started
    started.stop()


@pytest.fixture
def with_texts(texts_process: Party, settings: Settings) -> Settings:
    """Return the settings of a shop that sends texts."""
    known = {"sms_key": TEXTS_KEY, "sms_secret": TEXTS_SECRET}
    return replace(settings, sms_url=texts_process.address, **known)


@pytest.fixture
def texts(texts_process: Party, with_texts: Settings, settings: Settings) -> Iterator[Party]:
    """Give a text service that remembers nothing, with the shop's gateway pointed at it; it tells nobody."""
    texts_process.reset()
    texts_process.post("webhooks", url=None, secrets=[TEXTS_SECRET])
    texting.configure(with_texts)
    egress.configure(with_texts)
    notifications.configure(with_texts)
    yield texts_process
    texts_process.reset()
    for room in (texting, egress, notifications):
        room.configure(settings)


@pytest.fixture(scope="session")
def markets_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Party]:
    """Start the marketplaces once."""
    accounts = json.dumps(MARKET_ACCOUNTS(""))
    started = Party("oms.local.markets", tmp_path_factory.mktemp("markets"), "--accounts", accounts)
    yield started
    started.stop()


@pytest.fixture
def markets(markets_process: Party) -> Iterator[Party]:
    """Give marketplaces that remember nothing and may be reached; they tell nobody."""
    markets_process.reset()
    before = {party: http.hosts_of(party) for party in ("amazon", "shopify", "tiktok")}
    for party in before:
        http.declare_hosts(party, ("127.0.0.1",))
    yield markets_process
    markets_process.reset()
    for party, hosts in before.items():
        http.declare_hosts(party, hosts)


@pytest.fixture(scope="session")
def mail_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Party]:
    """Start the mail server once."""
    started = Party("oms.local.mail", tmp_path_factory.mktemp("post"))
    yield started
    started.stop()


@pytest.fixture
def sink(mail_process: Party, settings: Settings) -> Iterator[Path]:
    """Give the folder in which the mails of the shop arrive, empty."""
    folder = mail_process.folder / "mail"
    for left in folder.glob("*.eml"):
        left.unlink()
    posting = replace(settings, smtp_url=mail_process.address)
    for room in (notifications, copies):
        room.configure(posting)
    yield folder
    for room in (notifications, copies):
        room.configure(settings)


def _own_queue(url: str) -> str:
    """Return the address of a numbered database of Valkey for this test process alone."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return url.replace("db=0", f"db={1 + int(number) % 15}")
