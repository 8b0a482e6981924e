"""A shop with goods and a mail server, for what is kept and let go of."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.notifications import handlers as notifications
from oms.notifications.certificates import handlers as certificates
from tests import make
from tests.fakes import Party
from tests.make import Shop


@pytest.fixture
def small(shop: None) -> Shop:
    with transaction() as session:
        return make.small_shop(session)


@pytest.fixture
def sink(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Give the folder in which the mails of the shop arrive."""
    party = Party("oms.local.mail", tmp_path)
    notifications.configure(replace(settings, smtp_url=party.address))
    certificates.configure(settings)
    yield tmp_path / "mail"
    party.stop()
