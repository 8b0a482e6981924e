"""The marketplaces as a process that only tests ask."""

import json
from collections.abc import Iterator

import pytest

from tests.fakes import MARKET_ACCOUNTS, Party


@pytest.fixture(scope="session")
def party(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Party]:
    accounts = json.dumps(MARKET_ACCOUNTS(""))
    folder = tmp_path_factory.mktemp("markets")
    started = Party("oms.local.markets", folder, "--accounts", accounts, heard=False)
    yield started
    started.stop()


@pytest.fixture
def markets(party: Party) -> Iterator[Party]:
    yield party
    party.reset()
