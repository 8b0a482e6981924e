"""The bars of privacy: `measured` for every test here, and the table at the end."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from oms.app import create_desk
from oms.inventory import actions as stock
from oms.kernel import db, jobs, vault
from oms.kernel.config import Settings, load
from oms.kernel.db import transaction
from oms.local.services import Services
from oms.notifications import handlers as notifications
from storefront.app import create_store
from tests import make
from tests.ear import meet_people
from tests.fakes import Party
from tests.make import Shop
from tests.people import come_back
from tests.privacy import heap
from tests.privacy.busy import Busy, fill
from tests.privacy.figures import (
    measured,
    pytest_collection_modifyitems,
    pytest_runtest_logreport,
    pytest_runtest_makereport,
    pytest_sessionfinish,
    pytest_terminal_summary,
)
from tests.privacy.mailed import untellable
from tests.privacy.overhearing import hooked
from tests.privacy.turns import turn
from tests.privacy.whole import WholeShop
from tests.restoring import elsewhere, kept
from tests.running import RunningShop, Stores
from tests.stores import empty_stores

__all__ = [
    "elsewhere",
    "kept",
    "live",
    "measured",
    "overheard",
    "pytest_collection_modifyitems",
    "pytest_runtest_logreport",
    "pytest_runtest_makereport",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "remembering",
    "turn",
]


@pytest.fixture
def apps(small: Shop, settings: Settings) -> tuple[Flask, Flask]:
    """Give store and desk over a small shop."""
    return create_store(settings), create_desk(settings)


@pytest.fixture
def busy(small: Shop, apps: tuple[Flask, Flask], settings: Settings) -> Busy:
    """Give a shop in which something of every kind has happened, and where each page of it is."""
    return fill(small, apps[0].test_client(), apps[1].test_client(), settings)


@pytest.fixture
def whole(apps: tuple[Flask, Flask], busy: Busy, stripe: Party, carrier: Party, sink: Path) -> WholeShop:
    """Give that shop with its owner and a buyer signed in, and the outside parties up."""
    jobs.drain()
    store, desk = apps
    owner = come_back(desk.test_client(), "desk", busy.owner)
    buyer = come_back(store.test_client(), "store", busy.buyer)
    return WholeShop(store, desk, busy, owner, buyer)


class Refusing:
    """A mail server that knows nobody."""

    async def handle_RCPT(self, *_asked: object) -> str:  # noqa: N802 - aiosmtpd's name
        return "550 No such user"


@pytest.fixture
def refusing(settings: Settings) -> Iterator[None]:
    """Let the shop's mail server refuse every mailbox for good."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    door = Controller(Refusing(), hostname="127.0.0.1", port=port)
    door.start()
    notifications.configure(replace(settings, smtp_url=f"smtp://127.0.0.1:{port}"))
    yield
    door.stop()


@pytest.fixture
def live(databases: tuple[str, str], running: Services, tmp_path: Path) -> Iterator[RunningShop]:
    """Give a shop of processes with one worker, and stand in it."""
    with _alive(databases, running, tmp_path) as made:
        yield made


@pytest.fixture
def overheard(databases: tuple[str, str], running: Services, tmp_path: Path) -> Iterator[RunningShop]:
    """Give the same with a text service, and every process writing down to where it connects."""
    with _alive(databases, running, tmp_path, sends_texts=True, **hooked(tmp_path)) as made:
        yield made


@pytest.fixture
def remembering(databases: tuple[str, str], running: Services, tmp_path: Path) -> Iterator[RunningShop]:
    """Give the same, with every process telling what lives in its memory: see `heap`."""
    with _alive(databases, running, tmp_path, **heap.hooked(tmp_path)) as made:
        yield made


@contextmanager
def _alive(
    databases: tuple[str, str], running: Services, folder: Path, *, sends_texts: bool = False, **more: str
) -> Iterator[RunningShop]:
    stores = Stores(databases[0], databases[1], running.environ["REDIS_URL"])
    made = RunningShop(stores, folder, workers=1, more=more, sends_texts=sends_texts)
    try:
        made.start()
        settings = load(made.environ)
        db.configure(settings.database_url, settings.keyring_url)
        vault.configure(settings)
        with transaction() as session:
            small = make.small_shop(session)
            stock.locate_warehouse(session, small.leiden, "Oude Vest 12", "Leiden")
        yield made
    finally:
        made.stop()
        meet_people(untellable)
        empty_stores()
