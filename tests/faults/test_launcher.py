"""The running shop loses a process, or all of them at once, and comes back by itself."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from oms.local.clean import clean
from tests.launch import Launch, soon

pytestmark = pytest.mark.faults
_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shop() -> Iterator[Launch]:
    state = _ROOT / "var" / "faults"
    clean(state)
    launch = Launch(state)
    launch.until_ready()
    yield launch
    launch.end()
    clean(state)


def _is_ready(shop: Launch) -> bool:
    try:
        return requests.get(f"{shop.address}/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False


@pytest.mark.parametrize(
    "word",
    ["oms.worker", "oms.worker relay", "granian", "oms.local.stripe", "postgres -D", "valkey-server"],
)
def test_a_killed_process_is_replaced_and_the_shop_answers(shop: Launch, word: str) -> None:
    assert soon(lambda: bool(shop.processes(word)), 30)
    victim = min(shop.processes(word))
    os.kill(victim, signal.SIGKILL)
    assert soon(lambda: victim not in shop.processes(word) and bool(shop.processes(word)), 30)
    assert soon(lambda: _is_ready(shop), 60)


def test_the_keeper_of_the_databases_may_be_killed_too(shop: Launch) -> None:
    (keeper,) = shop.processes("oms.local.keeper")
    os.kill(keeper, signal.SIGKILL)
    assert soon(lambda: not shop.processes("postgres -D"))
    shop.end()
    shop.until_ready()
    assert _is_ready(shop)


def test_everything_killed_at_once_is_everything_gone_and_a_start_brings_it_back(shop: Launch) -> None:
    (launcher,) = shop.processes("oms.local.run")
    os.kill(launcher, signal.SIGKILL)
    assert soon(lambda: not shop.processes(), 30), shop.processes()
    shop.until_ready()
    assert _is_ready(shop)
