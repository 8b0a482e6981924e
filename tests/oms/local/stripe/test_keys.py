"""Idempotency keys, authentication and request ids, as Stripe documents them."""

import threading
from typing import Any

import pytest
import requests
from stripe import APIError, AuthenticationError, IdempotencyError, InvalidRequestError, StripeClient

from tests.fakes import STRIPE_KEY, Party
from tests.oms.local.stripe.conftest import Create, connect, order


def raw(party: Party, key: str, **changed: str) -> requests.Response:
    sent = {
        "mode": "payment",
        "success_url": "http://127.0.0.1:9/ok",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": "500",
        "line_items[0][price_data][product_data][name]": "Ink",
        **changed,
    }
    headers = {"Authorization": f"Bearer {STRIPE_KEY}", "Idempotency-Key": key}
    return requests.post(f"{party.address}/v1/checkout/sessions", data=sent, headers=headers, timeout=10)


def test_the_same_key_gets_the_same_bytes_and_one_session(stripe_party: Party) -> None:
    first, second = raw(stripe_party, "k-1"), raw(stripe_party, "k-1")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Original-Request"] == first.headers["Request-Id"]
    assert first.headers["Request-Id"] != second.headers["Request-Id"]
    assert [row["idempotency_key"] for row in stripe_party.get("ledger")["sessions"]] == ["k-1"]


def test_a_key_with_other_parameters_is_an_error_and_does_nothing(
    create: Create, impatient: StripeClient, stripe_party: Party
) -> None:
    session = create("k-2")
    with pytest.raises(IdempotencyError, match="same parameters they were first used with") as refusal:
        impatient.v1.checkout.sessions.create(
            {**order(), "client_reference_id": "other"}, {"idempotency_key": "k-2"}
        )
    assert refusal.value.http_status == 400
    assert [row["id"] for row in stripe_party.get("ledger")["sessions"]] == [session.id]


def test_a_key_of_another_endpoint_is_an_error(create: Create, impatient: StripeClient) -> None:
    create("k-3")
    with pytest.raises(IdempotencyError, match="same endpoint"):
        impatient.v1.refunds.create({"payment_intent": "pi_x"}, {"idempotency_key": "k-3"})


def test_a_twin_that_still_runs_is_a_conflict(stripe_party: Party) -> None:
    stripe_party.fault("delay", seconds=0.5, path="/v1/checkout/sessions")
    answers: list[requests.Response] = []
    twins = [threading.Thread(target=lambda: answers.append(raw(stripe_party, "k-4"))) for _ in range(2)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join()
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    conflict = min(answers, key=lambda answer: answer.status_code != 409).json()
    assert conflict["error"]["code"] == "idempotency_key_in_use"
    assert raw(stripe_party, "k-4").headers["Idempotent-Replayed"] == "true"
    assert len(stripe_party.get("ledger")["sessions"]) == 1


def test_a_refused_parameter_is_not_kept_under_the_key(stripe_party: Party) -> None:
    assert raw(stripe_party, "k-5", success_url="nonsense").status_code == 400
    assert raw(stripe_party, "k-5").status_code == 200


def test_a_refusal_by_state_is_kept_under_the_key(create: Create, stripe_party: Party) -> None:
    impatient = connect(stripe_party, retries=0)
    session = create()
    stripe_party.pay(session.id)
    answers = []
    for _ in range(2):
        with pytest.raises(InvalidRequestError) as refusal:
            impatient.v1.checkout.sessions.expire(session.id, {}, {"idempotency_key": "k-6"})
        answers.append(refusal.value.headers or {})
    assert [dict(headers).get("Idempotent-Replayed") for headers in answers] == [None, "true"]


def test_a_server_error_is_given_again_under_its_key_until_a_day_has_passed(stripe_party: Party) -> None:
    stripe_party.fault("error", path="/v1/checkout/sessions")
    assert [raw(stripe_party, "k-7").status_code for _ in range(3)] == [500, 500, 500]
    assert stripe_party.get("ledger")["sessions"] == []
    assert raw(stripe_party, "k-8").status_code == 200
    stripe_party.fault("clock_jump", seconds=24 * 3600 + 1)
    assert raw(stripe_party, "k-7").status_code == 200


def test_keys_are_at_most_255_characters(stripe_party: Party) -> None:
    assert raw(stripe_party, "k" * 255).status_code == 200
    assert raw(stripe_party, "k" * 256).status_code == 400


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sk_test_wrong"}])
def test_nobody_gets_in_without_the_key(stripe_party: Party, headers: dict[str, str]) -> None:
    answer = requests.get(f"{stripe_party.address}/v1/events", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")


def test_the_sdk_raises_its_own_errors(stripe_party: Party) -> None:
    stranger = StripeClient(
        "sk_test_stranger", base_addresses={"api": stripe_party.address}, max_network_retries=0
    )
    with pytest.raises(AuthenticationError):
        stranger.v1.checkout.sessions.list()
    stripe_party.fault("error", count=None)
    with pytest.raises(APIError):
        connect(stripe_party, retries=0).v1.checkout.sessions.list()


def test_an_address_that_is_not_served_is_refused(stripe_party: Party) -> None:
    headers: dict[str, Any] = {"Authorization": f"Bearer {STRIPE_KEY}"}
    answer = requests.get(f"{stripe_party.address}/v1/customers", headers=headers, timeout=10)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Unrecognized request URL (GET: /v1/customers)."


def test_another_api_version_is_refused(stripe_party: Party) -> None:
    headers = {"Authorization": f"Bearer {STRIPE_KEY}", "Stripe-Version": "2020-08-27"}
    answer = requests.get(f"{stripe_party.address}/v1/events", headers=headers, timeout=10)
    assert answer.status_code == 400
    assert "2026-10-28.endive" in answer.json()["error"]["message"]
