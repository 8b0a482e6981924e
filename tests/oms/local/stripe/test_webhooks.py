"""Signed webhooks and the events behind them."""

import json

import pytest
from stripe import SignatureVerificationError, StripeClient, Webhook

from tests.fakes import STRIPE_SECRET, Listener, Party, wait_until
from tests.oms.local.stripe.conftest import Create

PAID = [
    "charge.succeeded",
    "charge.updated",
    "checkout.session.completed",
    "payment_intent.succeeded",
]


def paid(create: Create, party: Party) -> str:
    session = create()
    party.pay(session.id)
    return session.id


def test_a_payment_is_told_in_signed_webhooks(
    create: Create, stripe_party: Party, listener: Listener
) -> None:
    session = paid(create, stripe_party)
    notes = listener.wait_for(4)
    assert sorted(listener.types()) == PAID
    for note in notes:
        event = Webhook.construct_event(note.body, note.headers["Stripe-Signature"], STRIPE_SECRET)
        assert event.api_version == "2026-10-28.endive"
        with pytest.raises(SignatureVerificationError):
            Webhook.construct_event(note.body + b" ", note.headers["Stripe-Signature"], STRIPE_SECRET)
    (completed,) = [note for note in notes if note.type == "checkout.session.completed"]
    told = json.loads(completed.body)["data"]["object"]
    assert (told["id"], told["payment_status"], told["amount_total"]) == (session, "paid", 2990)


def test_both_secrets_sign_while_one_is_being_changed(
    create: Create, stripe_party: Party, listener: Listener
) -> None:
    stripe_party.post("webhooks", secrets=["whsec_old", "whsec_new"])
    paid(create, stripe_party)
    note = listener.wait_for(1)[0]
    for secret in ("whsec_old", "whsec_new"):
        Webhook.construct_event(note.body, note.headers["Stripe-Signature"], secret)


def test_what_is_not_taken_is_sent_again(create: Create, stripe_party: Party, listener: Listener) -> None:
    stripe_party.post("webhooks", events=["checkout.session."])
    listener.answers = [500]
    paid(create, stripe_party)
    first, second = listener.wait_for(2)
    assert first.body == second.body
    assert 0.9 <= second.at - first.at < 5
    wait_until(lambda: stripe_party.get("webhooks")["webhooks"][0]["state"] == "delivered")
    assert stripe_party.get("webhooks")["webhooks"][0]["attempts"] == 2


def test_dropped_webhooks_never_come_but_the_events_are_listed(
    create: Create, client: StripeClient, stripe_party: Party, listener: Listener
) -> None:
    stripe_party.fault("drop_webhooks", events="checkout.session.", count=None)
    session = paid(create, stripe_party)
    listener.wait_for(3)
    wait_until(lambda: all(row["state"] != "sending" for row in stripe_party.get("webhooks")["webhooks"]))
    assert sorted(listener.types()) == [event for event in PAID if event != "checkout.session.completed"]
    missed = client.v1.events.list({"delivery_success": False})
    assert [event.type for event in missed.data] == ["checkout.session.completed"]
    assert missed.data[0].data.object["id"] == session
    assert client.v1.events.retrieve(missed.data[0].id).pending_webhooks == 1


def test_webhooks_may_come_many_times_at_once(
    create: Create, stripe_party: Party, listener: Listener
) -> None:
    stripe_party.fault("duplicate_webhooks", events="checkout.session.completed", times=5)
    paid(create, stripe_party)
    listener.wait_for(8)
    assert listener.types().count("checkout.session.completed") == 5
    assert len({json.loads(note.body)["id"] for note in listener.notes}) == 4


def test_webhooks_may_come_in_the_wrong_order(
    create: Create, stripe_party: Party, listener: Listener
) -> None:
    stripe_party.fault("reorder_webhooks", times=4, count=4)
    paid(create, stripe_party)
    listener.wait_for(4)
    assert listener.types() == [
        "charge.updated",
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
    ]


def test_a_webhook_may_be_slow(create: Create, stripe_party: Party, listener: Listener) -> None:
    stripe_party.fault("slow_webhooks", events="checkout.session.", seconds=0.5)
    paid(create, stripe_party)
    listener.wait_for(4)
    assert listener.types()[-1] == "checkout.session.completed"
    assert listener.notes[3].at - listener.notes[2].at >= 0.3


def test_a_webhook_can_be_asked_for_again(
    create: Create, client: StripeClient, stripe_party: Party, listener: Listener
) -> None:
    paid(create, stripe_party)
    listener.wait_for(4)
    event = client.v1.events.list({"types": ["checkout.session.completed"]}).data[0]
    wait_until(lambda: client.v1.events.retrieve(event.id).pending_webhooks == 0)
    assert stripe_party.post("webhooks/resend", event=event.id) == {"due": 1}
    listener.wait_for(5)
    assert listener.types().count("checkout.session.completed") == 2


def test_webhooks_that_were_due_are_sent_after_a_restart(
    create: Create, stripe_party: Party, listener: Listener
) -> None:
    stripe_party.post("webhooks", url="http://127.0.0.1:9/nobody")
    paid(create, stripe_party)
    stripe_party.kill()
    stripe_party.start()
    stripe_party.post("webhooks", url=listener.url, secrets=[STRIPE_SECRET])
    stripe_party.post("webhooks/resend")
    listener.wait_for(4)
    assert sorted(set(listener.types())) == PAID


def test_webhooks_never_leave_the_machine(stripe_party: Party) -> None:
    with pytest.raises(AssertionError, match="webhooks go to this machine only"):
        stripe_party.post("webhooks", url="http://example.com/webhooks")


def test_events_are_read_page_by_page_and_by_type(
    create: Create, client: StripeClient, stripe_party: Party
) -> None:
    for _ in range(3):
        paid(create, stripe_party)
    everything = [event.id for event in client.v1.events.list({"limit": 4}).auto_paging_iter()]
    assert len(everything) == len(set(everything)) == 15
    kinds = ["payment_intent.succeeded", "charge.updated"]
    chosen = client.v1.events.list({"types": kinds, "limit": 100})
    assert [event.type for event in chosen.data] == ["charge.updated", "payment_intent.succeeded"] * 3
    began = chosen.data[-1].created
    assert client.v1.events.list({"created": {"gt": began + 60}}).data == []
    assert len(client.v1.events.list({"created": {"gte": began}, "limit": 100}).data) == 15


def test_events_name_the_request_that_caused_them(
    create: Create, client: StripeClient, stripe_party: Party
) -> None:
    session = create()
    client.v1.checkout.sessions.expire(session.id, {}, {"idempotency_key": "expire-1"})
    event = client.v1.events.list({"type": "checkout.session.expired"}).data[0]
    assert event.request is not None
    assert event.request.idempotency_key == "expire-1"


def test_events_are_gone_after_thirty_days(create: Create, client: StripeClient, stripe_party: Party) -> None:
    paid(create, stripe_party)
    stripe_party.fault("clock_jump", seconds=31 * 86400)
    assert client.v1.events.list().data == []
