"""Reconciling: nothing differs in a clean shop, and each planted difference is found."""

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from oms import cli
from oms.kernel import clock, jobs
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.payments import actions, gateway
from oms.payments.actions import RefundAsked, RefundPart
from oms.payments.reconciling import differences
from storefront.app import create_store
from tests import make
from tests.fakes import Party
from tests.make import GUEST


@pytest.fixture
def paid(shop: None, stripe: Party) -> None:
    with transaction() as session:
        small = make.small_shop(session)
    for _ in range(3):
        order = make.order({small.clock: 1})
        ref = make.pay(order, stripe)
        truth = gateway.look_up(ref)
        with transaction() as session:
            actions.apply_truth(session, truth)
    part = RefundPart(None, 0, 500, 3660)
    with transaction() as session:
        actions.request_refund(session, RefundAsked(1, (part,), "Broken."), by=GUEST)
    jobs.drain()


def found() -> list[str]:
    now = clock.now()
    with reading() as session:
        return [
            d.what
            for d in differences(session, since=now - timedelta(hours=1), until=now + timedelta(hours=1))
        ]


def test_nothing_differs_in_a_clean_shop(paid: None) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("UPDATE payments SET state = 'voided', captured = 0 WHERE id = 2", ["status", "amount"]),
        ("UPDATE payments SET captured = 3659 WHERE id = 2", ["amount"]),
        ("UPDATE payments SET currency = 'USD' WHERE id = 2", ["amount"]),
        (
            "UPDATE payments SET session_ref = 'cs_test_gone' WHERE id = 2",
            ["session unknown to us", "session unknown to Stripe"],
        ),
        ("UPDATE refunds SET amount = 499", ["refund amount"]),
        ("UPDATE refunds SET state = 'failed'", ["refund status"]),
        ("UPDATE refunds SET refund_ref = 're_gone'", ["refund unknown to us", "refund unknown to Stripe"]),
    ],
)
def test_a_planted_difference_is_found(paid: None, fault: str, seen: list[str]) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text(fault))
    assert found() == seen


def test_a_refund_made_at_the_dashboard_is_found(paid: None, stripe: Party) -> None:
    intent = stripe.get("ledger")["payment_intents"][0]["id"]
    stripe.post("refunds", payment_intent=intent, amount=100)
    assert found() == ["refund unknown to us"]


def _command(settings: Settings) -> FlaskCliRunner:
    made = create_store(settings)
    cli.register(made)
    return made.test_cli_runner()


def test_the_command_says_what_differs_and_ends_with_it(
    paid: None, settings: Settings, stripe: Party
) -> None:
    run = _command(settings).invoke
    later = clock.now() + timedelta(hours=1)
    with clock.held_at(later):
        assert run(args=["payments", "reconcile", "--days", "7"]).output == "0 differences in 7 days.\n"
        with transaction(Role.MIGRATE) as session:
            session.execute(text("UPDATE refunds SET amount = 499"))
            reference = session.scalar(text("SELECT refund_ref FROM refunds"))
        differing = run(args=["payments", "reconcile", "--days", "7"])
        assert differing.exit_code == 1
        assert differing.output == (
            f"refund amount: {reference} (here 499 EUR, at Stripe 500 EUR)\n1 differences in 7 days.\n"
        )
        told = run(args=["payments", "reconcile", "--json"])
        assert [(one["what"], one["reference"]) for one in json.loads(told.output)] == [
            ("refund amount", reference)
        ]
        stripe.fault("error", count=None)
        away = run(args=["payments", "reconcile"])
    assert (away.exit_code, "Try again in a moment." in away.output) == (1, True)
