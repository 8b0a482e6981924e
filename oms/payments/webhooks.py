"""Stripe's door bell: verified on raw bytes, journaled, answered; believed only after asking back.

What is journaled has no room for the number of a card: 13 to 19 digits (ISO/IEC 7812-1).
"""

import re
from typing import Any

from flask import Blueprint, current_app, request

from oms.kernel import clock, inbox
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.kernel.inbox import Told
from oms.kernel.money import Money
from oms.payments import gateway
from oms.web import security
from oms.web.limits import limiter

blueprint = Blueprint("stripe_webhook", __name__)
MOST_BYTES = 1_000_000
# Stripe's amounts have twelve digits at most (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
_LEAST_TOO_LARGE = 10**12
_NAME = re.compile(r"(?!.*\d{13})\w{0,255}", re.ASCII)
_TYPE = re.compile(r"(?!.*\d{13})[a-z][a-z0-9_.]{0,99}")
_STATUS = re.compile(r"[a-z_]{0,40}")


@blueprint.post("/webhooks/stripe")
@security.from_outside
@limiter.exempt
def stripe_webhook() -> tuple[str, int]:
    """Keep one event of Stripe; 2xx as soon as it is durable, 400 when it is not from Stripe or like none."""
    settings: Settings = current_app.extensions["settings"]
    body = request.get_data(cache=False)
    if len(body) > MOST_BYTES:
        return "too large", 413
    secrets = tuple(settings.stripe_webhook_secret.split(","))
    try:
        event = gateway.verify(body, request.headers.get("Stripe-Signature", ""), secrets, now=clock.now())
        told = _told(event)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, OSError):
        return "not a signed event", 400
    with transaction() as session:
        inbox.journal(session, told, body)
    return "", 204


def _told(event: dict[str, Any]) -> Told:
    found = event["data"]["object"]
    kind = str(found.get("object", ""))
    object_id = found.get("payment_intent") if kind in {"charge", "dispute"} else found.get("id")
    amount, currency = found.get("amount_total", found.get("amount")), found.get("currency")
    money = Money.from_stripe(int(amount), str(currency)) if amount is not None and currency else None
    if money and abs(money.amount) >= _LEAST_TOO_LARGE:
        raise ValueError("no amount of Stripe is as large")
    return Told(
        provider="stripe",
        event_id=_like(_NAME, event["id"]),
        type=_like(_TYPE, event["type"]),
        object_id=_like(_NAME, object_id or ""),
        occurred_at=gateway.moment(int(event["created"])),
        status=_like(_STATUS, found.get("status") or ""),
        amount=money.amount if money else None,
        currency=money.currency if money else None,
    )


def _like(pattern: re.Pattern[str], said: object) -> str:
    """Return a word of Stripe; raises ValueError for one that Stripe would not say."""
    text = str(said)
    if not pattern.fullmatch(text):
        raise ValueError("an event of Stripe has no such word")
    return text
