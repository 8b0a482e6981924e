"""Paying, failing, capturing, refunding and disputing, as the SDK sees it."""

import pytest
from stripe import InvalidRequestError, StripeClient

from tests.fakes import Party, wait_until
from tests.oms.local.stripe.conftest import Create


def intent_of(client: StripeClient, session: str) -> str:
    found = client.v1.checkout.sessions.retrieve(session).payment_intent
    assert isinstance(found, str)
    return found


def test_a_paid_session_leads_to_intent_charge_and_fee(
    create: Create, client: StripeClient, stripe_party: Party
) -> None:
    session = create(payment_intent_data={"metadata": {"order": "o-1"}, "description": "Order o-1"})
    assert stripe_party.pay(session.id) == "paid"
    expand = ["payment_intent.latest_charge.balance_transaction"]
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": expand})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    intent = paid.payment_intent
    assert intent is not None
    assert not isinstance(intent, str)
    assert (intent.status, intent.amount_received, intent.description) == ("succeeded", 2990, "Order o-1")
    charge = intent.latest_charge
    assert charge is not None
    assert not isinstance(charge, str)
    assert (charge.status, charge.amount_captured, charge.metadata["order"]) == ("succeeded", 2990, "o-1")
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert (charge.payment_method_details.card.brand, charge.payment_method_details.card.last4) == (
        "visa",
        "4242",
    )
    movement = charge.balance_transaction
    assert movement is not None
    assert not isinstance(movement, str)
    assert (movement.amount, movement.fee, movement.net) == (2990, 70, 2920)


@pytest.mark.parametrize(
    ("card", "codes"),
    [
        ("4000000000000002", ("card_declined", "generic_decline")),
        ("4000000000009995", ("card_declined", "insufficient_funds")),
        ("4000000000000069", ("expired_card", "expired_card")),
    ],
)
def test_a_declined_card_leaves_the_session_open(
    create: Create, client: StripeClient, stripe_party: Party, card: str, codes: tuple[str, str]
) -> None:
    session = create()
    assert stripe_party.pay(session.id, card) == "declined"
    intent = client.v1.payment_intents.retrieve(intent_of(client, session.id))
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert (intent.last_payment_error.code, intent.last_payment_error.decline_code) == codes
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert stripe_party.pay(session.id) == "paid"
    assert [charge["status"] for charge in stripe_party.get("ledger")["charges"]] == ["failed", "succeeded"]


def test_three_d_secure_asks_first(create: Create, client: StripeClient, stripe_party: Party) -> None:
    session = create()
    assert stripe_party.pay(session.id, "4000002760003155") == "requires_action"
    assert client.v1.payment_intents.retrieve(intent_of(client, session.id)).status == "requires_action"
    assert stripe_party.pay(session.id, "4000002760003155", three_d_secure="fail") == "declined"
    assert stripe_party.pay(session.id, "4000002760003155", three_d_secure="complete") == "paid"


def test_nobody_pays_twice(create: Create, stripe_party: Party) -> None:
    session = create()
    assert [stripe_party.pay(session.id) for _ in range(3)] == ["paid", "closed", "closed"]
    assert [charge["amount"] for charge in stripe_party.get("ledger")["charges"]] == [2990]


@pytest.mark.parametrize(("outcome", "status"), [("succeeded", "paid"), ("failed", "unpaid")])
def test_a_delayed_payment_ends_later(
    create: Create, client: StripeClient, stripe_party: Party, outcome: str, status: str
) -> None:
    session = create()
    stripe_party.fault("delay_payment", seconds=3 * 86400, outcome=outcome)
    assert stripe_party.pay(session.id) == "processing"
    waiting = client.v1.checkout.sessions.retrieve(session.id)
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    stripe_party.fault("clock_jump", seconds=3 * 86400)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == status
    told = client.v1.events.list({"types": [f"checkout.session.async_payment_{outcome}"]})
    assert [event.data.object["id"] for event in told.data] == [session.id]


def test_an_authorized_payment_is_captured_or_voided(
    create: Create, client: StripeClient, impatient: StripeClient, stripe_party: Party
) -> None:
    first, second = (create(payment_intent_data={"capture_method": "manual"}).id for _ in range(2))
    assert [stripe_party.pay(session) for session in (first, second)] == ["authorized", "authorized"]
    taken = client.v1.payment_intents.capture(intent_of(client, first), {"amount_to_capture": 1000})
    assert (taken.status, taken.amount_received) == ("succeeded", 1000)
    voided = client.v1.payment_intents.cancel(intent_of(client, second))
    assert voided.status == "canceled"
    with pytest.raises(InvalidRequestError) as refusal:
        impatient.v1.payment_intents.cancel(taken.id)
    assert refusal.value.code == "payment_intent_unexpected_state"


def test_an_open_sessions_intent_cannot_be_canceled(
    create: Create, client: StripeClient, impatient: StripeClient, stripe_party: Party
) -> None:
    session = create()
    stripe_party.pay(session.id, "4000000000000002")
    with pytest.raises(InvalidRequestError, match="Expire the Session instead"):
        impatient.v1.payment_intents.cancel(intent_of(client, session.id))


def test_refunds_stop_at_what_was_paid(
    create: Create, client: StripeClient, impatient: StripeClient, stripe_party: Party
) -> None:
    session = create()
    stripe_party.pay(session.id)
    intent = intent_of(client, session.id)
    part = client.v1.refunds.create({"payment_intent": intent, "amount": 1000, "metadata": {"refund": "r-1"}})
    assert (part.status, part.amount, part.currency) == ("succeeded", 1000, "eur")
    with pytest.raises(InvalidRequestError, match=r"greater than unrefunded amount on charge \(19.90 EUR\)"):
        impatient.v1.refunds.create({"payment_intent": intent, "amount": 1991})
    rest = client.v1.refunds.create({"payment_intent": intent})
    assert rest.amount == 1990
    with pytest.raises(InvalidRequestError) as refusal:
        impatient.v1.refunds.create({"payment_intent": intent, "amount": 1})
    assert refusal.value.code == "charge_already_refunded"
    ledger = stripe_party.get("ledger")
    assert [(row["amount"], row["metadata"]) for row in ledger["refunds"]] == [
        (1000, {"refund": "r-1"}),
        (1990, {}),
    ]
    assert [(row["amount_refunded"], row["refunded"]) for row in ledger["charges"]] == [(2990, True)]
    listed = client.v1.refunds.list({"payment_intent": intent})
    assert [refund.id for refund in listed.data] == [rest.id, part.id]


def test_a_refund_may_fail_later(create: Create, client: StripeClient, stripe_party: Party) -> None:
    session = create()
    stripe_party.pay(session.id)
    stripe_party.fault("fail_refund", seconds=60)
    refund = client.v1.refunds.create({"payment_intent": intent_of(client, session.id)})
    assert refund.status == "succeeded"
    stripe_party.fault("clock_jump", seconds=60)
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert [event.type for event in client.v1.events.list({"types": ["refund.failed"]}).data] == [
        "refund.failed"
    ]
    assert stripe_party.get("ledger")["charges"][0]["amount_refunded"] == 0


def test_a_dispute_takes_the_money_and_may_be_won(
    create: Create, client: StripeClient, impatient: StripeClient, stripe_party: Party
) -> None:
    session = create()
    stripe_party.pay(session.id)
    intent = intent_of(client, session.id)
    stripe_party.post(f"charges/{intent}/dispute", reason="product_not_received")
    dispute = client.v1.disputes.list({"payment_intent": intent}).data[0]
    assert (dispute.status, dispute.amount, dispute.reason) == (
        "needs_response",
        2990,
        "product_not_received",
    )
    with pytest.raises(InvalidRequestError) as refusal:
        impatient.v1.refunds.create({"payment_intent": intent})
    assert refusal.value.code == "charge_disputed"
    stripe_party.post(f"disputes/{dispute.id}/close", status="won")
    assert client.v1.disputes.retrieve(dispute.id).status == "won"


def test_a_payout_holds_every_movement_once(
    create: Create, client: StripeClient, stripe_party: Party
) -> None:
    for _ in range(2):
        stripe_party.pay(create().id)
    payout = stripe_party.post("payouts", currency="eur")["payout"]
    assert (payout["amount"], payout["status"]) == (2 * 2920, "paid")
    inside = client.v1.balance_transactions.list({"payout": payout["id"]})
    assert sorted((row.type, row.net) for row in inside.data) == [
        ("charge", 2920),
        ("charge", 2920),
        ("payout", -5840),
    ]
    assert client.v1.payouts.list().data[0].id == payout["id"]


def test_a_disputed_and_a_refund_failing_card_do_so_by_themselves(
    create: Create, client: StripeClient, stripe_party: Party
) -> None:
    stripe_party.pay(create().id, "4000000000000259")
    assert len(client.v1.disputes.list().data) == 1
    session = create()
    stripe_party.pay(session.id, "4000000000005126")
    refund = client.v1.refunds.create({"payment_intent": intent_of(client, session.id)})
    stripe_party.fault("clock_jump", seconds=5)
    wait_until(lambda: client.v1.refunds.retrieve(refund.id).status == "failed")
