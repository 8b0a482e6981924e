"""Whether the time of an answer tells that a mailbox is known: medians of known and unknown, side by side."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from flask.testing import FlaskClient

from oms.kernel import clock
from oms.kernel.db import transaction
from oms.staff.models import Staff
from oms.staff.states import StaffRole
from oms.web import credentials
from tests.people import Mailbox, Office, Visitor

ROUNDS = 60
BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
# The share by which the medians may differ (the bar is 5 % on a quiet machine).
MOST = 0.05

Act = Callable[[int], object]

pytestmark = pytest.mark.bench


def difference(known: Act, unknown: Act) -> float:
    """Return the median of what the two differ by, done in turns, as a share of the median time."""
    times: tuple[list[float], list[float]] = ([], [])
    for n in range(ROUNDS):
        for which in (0, 1) if n % 2 else (1, 0):
            begun = time.perf_counter()
            (known, unknown)[which](n)
            times[which].append(time.perf_counter() - begun)
    apart = median(one - other for one, other in zip(*times, strict=True))
    print(f"{apart * 1000:+.1f} ms of {median(times[1]) * 1000:.1f} ms")
    return abs(apart) / median(times[1])


def sender(client: FlaskClient, path: str, email: str, **fields: str) -> Act:
    def send(n: int) -> None:
        # A day later each time, so that nobody has to wait for the tries before.
        with clock.held_at(BEGIN + timedelta(days=n)):
            answer = Visitor(client.application.test_client()).send(path, email=email, **fields)
        assert answer.status_code in {303, 422}

    return send


def test_asking_for_a_code_takes_as_long_for_a_known_mailbox(store: FlaskClient) -> None:
    Mailbox().open_account("ada@shop.test")
    path = "/account/sign-in"
    asked = [sender(store, path, f"{name}@shop.test") for name in ("ada", "axa")]
    assert difference(*asked) <= MOST


def test_a_buyers_wrong_password_takes_as_long_for_a_known_mailbox(store: FlaskClient) -> None:
    Mailbox().open_account("ada@shop.test")
    path, wrong = "/account/password-sign-in", {"password": "a wrong sentence"}
    asked = [sender(store, path, f"{name}@shop.test", **wrong) for name in ("ada", "axa")]
    assert difference(*asked) <= MOST


def test_a_wrong_password_at_the_desk_takes_as_long_for_a_known_mailbox(desk: FlaskClient) -> None:
    staff = Office().employ("ada@shop.test", StaffRole.OWNER)
    with transaction() as session:
        kept = credentials.hash_password("a sentence of my own")
        session.get_one(Staff, staff.id).password_hash = kept
    path, wrong = "/sign-in", {"password": "a wrong sentence"}
    asked = [sender(desk, path, f"{name}@shop.test", **wrong) for name in ("ada", "axa")]
    assert difference(*asked) <= MOST
