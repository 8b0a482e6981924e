"""Checkout Sessions, driven by the official SDK."""

import time

import pytest
from stripe import InvalidRequestError, StripeClient

from tests.fakes import Party, wait_until
from tests.oms.local.stripe.conftest import Create, order


def test_a_session_carries_what_it_was_sent_and_its_totals(create: Create, stripe_party: Party) -> None:
    session = create()
    assert (session.status, session.payment_status, session.currency) == ("open", "unpaid", "eur")
    assert (session.amount_subtotal, session.amount_total) == (2500, 2990)
    assert session.client_reference_id == "order-1"
    assert session.metadata is not None
    assert session.metadata.to_dict() == {"payment": "pay-1"}
    assert session.url == f"{stripe_party.address}/c/pay/{session.id}"
    assert session.payment_intent is None
    assert session.expires_at - session.created == 24 * 3600


def test_a_session_is_found_again_with_its_lines(create: Create, client: StripeClient) -> None:
    session = create()
    found = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
    assert found.line_items is not None
    assert [(line.description, line.quantity, line.amount_total) for line in found.line_items.data] == [
        ("Fountain pen", 2, 2500)
    ]
    listed = client.v1.checkout.sessions.line_items.list(session.id)
    assert [line.id for line in listed.data] == [line.id for line in found.line_items.data]


def test_sessions_are_listed_newest_first_page_by_page(create: Create, client: StripeClient) -> None:
    made = [create().id for _ in range(5)]
    first = client.v1.checkout.sessions.list({"limit": 2})
    assert ([session.id for session in first.data], first.has_more) == (made[:2:-1], True)
    rest = client.v1.checkout.sessions.list({"limit": 3, "starting_after": made[3]})
    assert ([session.id for session in rest.data], rest.has_more) == (made[2::-1], False)
    newer = client.v1.checkout.sessions.list({"limit": 2, "ending_before": made[1]})
    assert ([session.id for session in newer.data], newer.has_more) == ([made[3], made[2]], True)
    assert [session.id for session in first.auto_paging_iter()] == made[::-1]


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"success_url": "not an address"}, "success_url", "url_invalid"),
        ({"customer_email": "nobody"}, "customer_email", "email_invalid"),
        ({"surprise": "1"}, "surprise", "parameter_unknown"),
        ({"line_items": []}, "line_items", "parameter_missing"),
        ({"expires_at": 12}, "expires_at", None),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]", None),
        ({"mode": "subscription"}, "mode", None),
    ],
)
def test_wrong_parameters_are_refused_by_name(
    impatient: StripeClient, stripe_party: Party, change: dict[str, object], param: str, code: str | None
) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        impatient.v1.checkout.sessions.create({**order(), **change})  # type: ignore[typeddict-item]
    assert (refusal.value.http_status, refusal.value.param, refusal.value.code) == (400, param, code)
    assert stripe_party.get("ledger")["sessions"] == []


@pytest.mark.parametrize(
    ("currency", "amount", "is_taken"),
    [
        ("jpy", 1250, True),
        ("kwd", 12500, True),
        ("kwd", 12501, False),
        ("isk", 12500, True),
        ("isk", 12550, False),
    ],
)
def test_minor_units_are_stripes_own(
    impatient: StripeClient,
    currency: str,
    amount: int,
    is_taken: bool,  # noqa: FBT001 - a table
) -> None:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Ink"}}
    sent = {**order(), "line_items": [{"price_data": price, "quantity": 1}]}
    del sent["shipping_options"]
    if is_taken:
        assert impatient.v1.checkout.sessions.create(sent).amount_total == amount
    else:
        with pytest.raises(InvalidRequestError, match="Invalid amount"):
            impatient.v1.checkout.sessions.create(sent)


def test_an_open_session_can_be_expired_and_only_once(create: Create, impatient: StripeClient) -> None:
    session = create()
    gone = impatient.v1.checkout.sessions.expire(session.id)
    assert (gone.status, gone.url) == ("expired", None)
    with pytest.raises(InvalidRequestError, match=r'Only Checkout Sessions with a status in .*"open"'):
        impatient.v1.checkout.sessions.expire(session.id)


def test_a_paid_session_cannot_be_expired(
    create: Create, impatient: StripeClient, stripe_party: Party
) -> None:
    session = create()
    assert stripe_party.pay(session.id) == "paid"
    with pytest.raises(InvalidRequestError, match="status of `complete`"):
        impatient.v1.checkout.sessions.expire(session.id)
    assert impatient.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_session_expires_by_itself_when_its_time_has_come(
    create: Create, client: StripeClient, stripe_party: Party
) -> None:
    short, long = create(expires_at=int(time.time()) + 1800), create()
    stripe_party.fault("clock_jump", seconds=1801)
    assert client.v1.checkout.sessions.retrieve(short.id).status == "expired"
    assert client.v1.checkout.sessions.retrieve(long.id).status == "open"
    assert stripe_party.pay(short.id) == "closed"
    expired = client.v1.events.list({"types": ["checkout.session.expired"]})
    assert [event.data.object["id"] for event in expired.data] == [short.id]


def test_a_session_that_nobody_made_is_not_found(impatient: StripeClient) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        impatient.v1.checkout.sessions.retrieve("cs_test_nothing")
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_the_ledger_survives_a_killed_process(
    create: Create, client: StripeClient, stripe_party: Party
) -> None:
    session = create("key-of-mine")
    stripe_party.kill()
    stripe_party.start()
    wait_until(lambda: client.v1.checkout.sessions.retrieve(session.id).status == "open")
    assert create("key-of-mine").id == session.id
