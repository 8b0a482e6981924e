"""The carrier stand-in as a process, a caller with its token, and a listener for its webhooks."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.fakes import CARRIER_KEY, CARRIER_SECRET, Listener, Party

SHOP = {
    "name": "Counterfoil",
    "lines": ["Marktplatz 1"],
    "locality": "Hamburg",
    "postal_code": "20095",
    "country": "DE",
}
ADA = {
    "name": "Ada Lovelace",
    "lines": ["Rue Cler 12"],
    "locality": "Paris",
    "postal_code": "75007",
    "country": "FR",
}


class Caller:
    """Calls the carrier's API with its token."""

    def __init__(self, party: Party) -> None:
        self.party = party

    def post(self, path: str, sent: dict[str, Any], key: str | None = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {CARRIER_KEY}", **({"Idempotency-Key": key} if key else {})}
        return requests.post(f"{self.party.address}/v1/{path}", json=sent, headers=headers, timeout=10)

    def get(self, path: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {CARRIER_KEY}"}
        return requests.get(f"{self.party.address}/v1/{path}", headers=headers, timeout=10)

    def buy(self, key: str | None = None, **changed: Any) -> Any:  # noqa: ANN401 - any JSON
        answer = self.post("labels", {**order(), **changed}, key)
        assert answer.ok, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def party(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Party]:
    folder = tmp_path_factory.mktemp("carrier")
    started = Party(
        "oms.local.carrier",
        folder,
        "--key",
        CARRIER_KEY,
        "--webhook-secret",
        CARRIER_SECRET,
        heard=False,
    )
    yield started
    started.stop()


@pytest.fixture
def caller(party: Party) -> Iterator[Caller]:
    yield Caller(party)
    party.reset()


@pytest.fixture
def listener(caller: Caller) -> Iterator[Listener]:
    with Listener() as heard:
        caller.party.post("webhooks", url=heard.url)
        yield heard


def order() -> dict[str, Any]:
    """A parcel of 750 g from Hamburg to Paris by post."""
    return {"service": "post", "reference": "shp-1", "from": SHOP, "to": ADA, "parcel": {"grams": 750}}


def customs() -> dict[str, Any]:
    pen = {
        "description": "Fountain pen",
        "hs_code": "960830",
        "origin": "DE",
        "quantity": 2,
        "value": 1250,
        "grams": 30,
    }
    return {"contents": "goods", "currency": "EUR", "lines": [pen]}
