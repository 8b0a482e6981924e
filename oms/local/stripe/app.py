"""Puts the Stripe stand-in together: ledger, faults, webhooks, timers, API, pay page, control door."""

from functools import partial
from pathlib import Path

from flask import Flask

from oms.local.outside.envelope import Envelope
from oms.local.outside.faults import Faults
from oms.local.outside.hooks import Endpoint, Hooks
from oms.local.outside.standin import Standin
from oms.local.outside.store import Store
from oms.local.outside.sweep import Sweeper
from oms.local.outside.timers import Timers
from oms.local.outside.work import Json
from oms.local.stripe import events, payments, refunds, sessions
from oms.local.stripe.control import StripeControl
from oms.local.stripe.pages import Pages
from oms.local.stripe.routes import Api, Voice

LOOKUPS = ("payment_intent", "charge", "source", "session")
# What a merchant subscribes to for orders paid by Checkout; the Events API tells of everything.
WEBHOOKS = (
    "checkout.session.",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "charge.succeeded",
    "charge.refunded",
    "charge.updated",
    "charge.dispute.created",
    "charge.dispute.closed",
    "refund.",
    "payout.paid",
)


def blank(value: Json) -> None:
    """Take out of an object what Stripe knows of a person; amounts, states and references stay."""
    for name in ("customer_email", "customer_details", "_payer", "receipt_email", "shipping"):
        if name in value:
            value[name] = None
    if "_intent" in value:
        value["_intent"] = {**value["_intent"], "shipping": None, "receipt_email": None}
    if "billing_details" in value:
        value["billing_details"] = {**value["billing_details"], "email": None, "name": None}


def create(state: Path, key: str, endpoint: Endpoint, kept_days: float) -> Standin:
    """Build the stand-in over the ledger in `state`, opened by the secret `key`."""
    store, faults = Store(state, LOOKUPS), Faults()
    hooks = Hooks(store, faults, endpoint, partial(events.body_of, store))
    timers = Timers(
        store,
        {
            "expire_session": sessions.expire_when_due,
            "fail_refund": refunds.fail,
            "settle_succeeded": partial(payments.settle, is_paid=True),
            "settle_failed": partial(payments.settle, is_paid=False),
        },
        Sweeper(store, kept_days, blank),
    )
    app = Flask("oms.local.stripe", static_folder=None)
    app.register_blueprint(Api(Envelope(store, faults, Voice()), faults, key).blueprint())
    app.register_blueprint(Pages(store, faults).blueprint())
    app.register_blueprint(StripeControl(store, faults, hooks, timers).blueprint())
    return Standin(app, hooks, timers)
