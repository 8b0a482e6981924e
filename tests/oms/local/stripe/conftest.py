"""The Stripe stand-in as a process, the official SDK pointed at it, and a listener for its webhooks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from stripe import RequestsClient, StripeClient
from stripe.checkout import Session

from tests.fakes import STRIPE_KEY, STRIPE_SECRET, Listener, Party

SUCCESS, BACK = "http://127.0.0.1:9/orders/x?session={CHECKOUT_SESSION_ID}", "http://127.0.0.1:9/checkout"

Create = Callable[..., Session]


@pytest.fixture(scope="session")
def party(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Party]:
    folder = tmp_path_factory.mktemp("stripe")
    started = Party(
        "oms.local.stripe",
        folder,
        "--key",
        STRIPE_KEY,
        "--webhook-secret",
        STRIPE_SECRET,
        heard=False,
    )
    yield started
    started.stop()


@pytest.fixture
def stripe_party(party: Party) -> Iterator[Party]:
    yield party
    party.reset()


@pytest.fixture
def client(stripe_party: Party) -> StripeClient:
    return connect(stripe_party, retries=2)


@pytest.fixture
def impatient(stripe_party: Party) -> StripeClient:
    return connect(stripe_party, retries=0)


@pytest.fixture
def listener(stripe_party: Party) -> Iterator[Listener]:
    with Listener() as heard:
        stripe_party.post("webhooks", url=heard.url)
        yield heard


@pytest.fixture
def create(client: StripeClient) -> Create:
    def make(key: str | None = None, **changed: object) -> Session:
        options = {"idempotency_key": key} if key else {}
        return client.v1.checkout.sessions.create({**order(), **changed}, options)

    return make


def connect(party: Party, *, retries: int) -> StripeClient:
    return StripeClient(
        STRIPE_KEY,
        base_addresses={"api": party.address},
        http_client=RequestsClient(timeout=10),
        max_network_retries=retries,
    )


def order() -> dict[str, Any]:
    """Two pens at 12.50 and delivery at 4.90: 29.90 EUR."""
    pen = {"currency": "eur", "unit_amount": 1250, "product_data": {"name": "Fountain pen"}}
    post = {
        "display_name": "Post",
        "type": "fixed_amount",
        "fixed_amount": {"amount": 490, "currency": "eur"},
    }
    return {
        "mode": "payment",
        "line_items": [{"price_data": pen, "quantity": 2}],
        "shipping_options": [{"shipping_rate_data": post}],
        "success_url": SUCCESS,
        "cancel_url": BACK,
        "customer_email": "ada@shop.test",
        "client_reference_id": "order-1",
        "metadata": {"payment": "pay-1"},
    }
