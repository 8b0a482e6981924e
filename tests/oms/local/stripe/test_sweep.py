"""The stand-in lets go of people and keeps the figures."""

from stripe import StripeClient

from tests.fakes import Party
from tests.oms.local.stripe.conftest import Create

CANARY = b"canary.bird"


def is_known(party: Party) -> bool:
    return any(CANARY in file.read_bytes() for file in party.folder.rglob("*") if file.is_file())


def test_people_are_let_go_and_figures_stay(
    create: Create, client: StripeClient, stripe_party: Party
) -> None:
    session = create("swept", customer_email="canary.bird@shop.test")
    stripe_party.pay(session.id, name="canary.bird")
    before = stripe_party.get("ledger")
    assert is_known(stripe_party)
    stripe_party.fault("clock_jump", seconds=100)
    assert stripe_party.post("sweep", older_than=3600) == {"changed": 0}
    assert is_known(stripe_party)
    assert stripe_party.post("sweep", older_than=60) == {"changed": 2}
    assert not is_known(stripe_party)
    assert stripe_party.get("ledger") == before
    found = client.v1.checkout.sessions.retrieve(session.id)
    assert (found.payment_status, found.amount_total, found.customer_email) == ("paid", 2990, None)
    assert client.v1.events.list().data == []
