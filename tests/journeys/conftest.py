"""One whole shop for all journeys of a module: its processes, small shelves, and this process beside them."""

from collections.abc import Iterator

import pytest

from oms.kernel import db, vault
from oms.kernel.config import load
from oms.kernel.db import transaction
from oms.local.services import Services
from tests import make
from tests.running import RunningShop, Stores
from tests.stores import empty_stores


@pytest.fixture(scope="module")
def live(
    databases: tuple[str, str], running: Services, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningShop]:
    """A shop that sells a clock and a pencil; everything is gone afterwards."""
    stores = Stores(databases[0], databases[1], running.environ["REDIS_URL"])
    made = RunningShop(stores, tmp_path_factory.mktemp("shop"), workers=1)
    try:
        made.start()
        settings = load(made.environ)
        db.configure(settings.database_url, settings.keyring_url)
        vault.configure(settings)
        with transaction() as session:
            make.small_shop(session)
            make.say_in_chinese(session, retro_clock="复古座钟", cedar_pencil="雪松铅笔")
        yield made
    finally:
        made.stop()
        empty_stores()
