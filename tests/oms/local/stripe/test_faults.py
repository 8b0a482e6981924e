"""Every fault, planted and seen; and what the stand-in tells of what it was sent."""

import threading
import time

import pytest
import requests
from stripe import APIConnectionError, APIError, StripeClient

from tests.fakes import Listener, Party, wait_until
from tests.oms.local.stripe.conftest import Create, order

SESSIONS = "/v1/checkout/sessions"


def sessions(party: Party) -> list[str]:
    return [row["id"] for row in party.get("ledger")["sessions"]]


def test_a_lost_response_is_found_again_by_the_retry(create: Create, stripe_party: Party) -> None:
    stripe_party.fault("lose_response", path=SESSIONS)
    session = create("lost-1")
    assert sessions(stripe_party) == [session.id]
    assert stripe_party.get("faults")["faults"] == []


def test_a_lost_response_without_a_retry_leaves_the_session_at_stripe(
    impatient: StripeClient, stripe_party: Party
) -> None:
    stripe_party.fault("lose_response", path=SESSIONS)
    with pytest.raises(APIConnectionError):
        impatient.v1.checkout.sessions.create(order(), {"idempotency_key": "lost-2"})
    assert len(sessions(stripe_party)) == 1
    found = impatient.v1.checkout.sessions.create(order(), {"idempotency_key": "lost-2"})
    assert sessions(stripe_party) == [found.id]


@pytest.mark.parametrize("mode", ["503", "close"])
def test_a_refusing_stripe_does_nothing(impatient: StripeClient, stripe_party: Party, mode: str) -> None:
    stripe_party.fault("refuse", path=SESSIONS, mode=mode, count=2)
    for _ in range(2):
        with pytest.raises(APIConnectionError if mode == "close" else APIError):
            impatient.v1.checkout.sessions.create(order(), {"idempotency_key": "refused"})
    assert sessions(stripe_party) == []
    impatient.v1.checkout.sessions.create(order(), {"idempotency_key": "refused"})
    assert len(sessions(stripe_party)) == 1


def test_an_error_after_the_work_hides_a_session(impatient: StripeClient, stripe_party: Party) -> None:
    stripe_party.fault("error", path=SESSIONS, method="POST", after_work=True)
    for _ in range(2):
        with pytest.raises(APIError) as broken:
            impatient.v1.checkout.sessions.create(order(), {"idempotency_key": "broken"})
        assert broken.value.http_status == 500
    assert len(sessions(stripe_party)) == 1
    assert [found.id for found in impatient.v1.checkout.sessions.list().data] == sessions(stripe_party)


def test_a_slow_answer_takes_its_time(create: Create, stripe_party: Party) -> None:
    stripe_party.fault("delay", seconds=0.3, path=SESSIONS)
    began = time.monotonic()
    create()
    assert 0.3 <= time.monotonic() - began < 30


def test_webhooks_may_overtake_the_answer(
    impatient: StripeClient, stripe_party: Party, listener: Listener
) -> None:
    stripe_party.fault("delay", seconds=1.0, path=SESSIONS, method="POST", after_work=True)
    create = threading.Thread(target=lambda: impatient.v1.checkout.sessions.create(order()))
    create.start()
    (session,) = wait_until(lambda: sessions(stripe_party))
    stripe_party.pay(session)
    listener.wait_for(4)
    assert create.is_alive()
    create.join()


def test_garbage_is_no_answer(impatient: StripeClient, stripe_party: Party) -> None:
    stripe_party.fault("garbage", path=SESSIONS)
    with pytest.raises(APIError):
        impatient.v1.checkout.sessions.create(order())
    assert len(sessions(stripe_party)) == 1


def test_a_fault_keeps_to_its_scope_and_count(
    create: Create, impatient: StripeClient, stripe_party: Party
) -> None:
    stripe_party.fault("error", path="/v1/refunds", count=None)
    create()
    for _ in range(3):
        with pytest.raises(APIError):
            impatient.v1.refunds.list()
    requests.delete(f"{stripe_party.address}/_control/faults", timeout=10)
    assert impatient.v1.refunds.list().data == []


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ({"kind": "sulk"}, "'kind' must be one of delay, refuse"),
        ({"kind": "delay", "secnds": 1}, "unknown field 'secnds'"),
        ({"kind": "delay", "count": 0}, "'count' cannot be 0"),
        ({"kind": "clock_jump"}, "'seconds' must be a whole number"),
    ],
)
def test_a_fault_nobody_understands_is_refused(
    stripe_party: Party, sent: dict[str, object], complaint: str
) -> None:
    answer = requests.post(f"{stripe_party.address}/_control/faults", json=sent, timeout=10)
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]
    assert stripe_party.get("faults")["faults"] == []


def test_a_form_on_a_web_page_cannot_steer_the_stand_in(create: Create, stripe_party: Party) -> None:
    session = create()
    answer = requests.post(f"{stripe_party.address}/_control/reset", data={"x": "1"}, timeout=10)
    assert answer.status_code == 415
    assert sessions(stripe_party) == [session.id]


def test_what_stripe_learned_can_be_read_word_for_word(create: Create, stripe_party: Party) -> None:
    create("learned", customer_email="canary@shop.test")
    (received,) = stripe_party.get("received")["received"]
    assert (received["method"], received["path"]) == ("POST", SESSIONS)
    assert received["params"]["customer_email"] == "canary@shop.test"
    assert received["params"]["line_items"][0]["price_data"]["product_data"] == {"name": "Fountain pen"}
    assert "customer_email=canary%40shop.test" in received["raw"]
    assert received["headers"]["Idempotency-Key"] == "learned"
    assert "Authorization" not in received["headers"]
