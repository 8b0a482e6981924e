"""The only door to Stripe: Checkout Sessions and refunds, in our words; never called inside a transaction.

Stripe learns an order reference, an amount, a currency, a language, the mailbox for its receipt and where to
send the shopper afterwards; of its answers we read reference, status, amount, currency and time.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from typing import Any
from uuid import UUID

import stripe
from stripe import StripeClient

from oms.kernel import db, egress, http
from oms.kernel.config import Settings
from oms.kernel.errors import UnavailableError
from oms.kernel.money import Money
from oms.payments.states import PaymentState, RefundState
from oms.payments.words import (
    GatewayDeniedError,
    GatewayRefusedError,
    RefundTruth,
    SessionTruth,
    Start,
    Started,
    fee_in,
    key_in,
    reference_in,
    refusal,
)

API_VERSION = "2026-10-28.endive"
# Seconds; Stripe's own default is 80, three times, which no shopper waits for.
TIMEOUT = 10
# After the first try; the SDK waits up to MAX_DELAY between them.
RETRIES = 2
MAX_DELAY = 5
# Of a request's SHA-256 in its idempotency key, which Stripe takes up to 255 characters long.
_DIGITS = 16

_client: list[StripeClient] = []
# Stripe's languages for its page (https://docs.stripe.com/js/appendix/supported_locales).
_LOCALES = {"en": "en", "de": "de", "zh": "zh"}


def configure(settings: Settings, *, within: float = TIMEOUT) -> None:
    """Open the client of this process, with the merchant's key; for a stand-in also with its address.

    It waits so many seconds for each of the tries of a call. Stripe's library would log whole answers, payers
    among them, wherever a process logs in detail; it does not.
    """
    logging.getLogger("stripe").setLevel(logging.WARNING)
    egress.reach("stripe", settings.stripe_api_base)
    base = {"base_addresses": {"api": settings.stripe_api_base}} if settings.stripe_api_base else {}
    _client[:] = [
        StripeClient(
            settings.stripe_secret_key,
            stripe_version=API_VERSION,
            http_client=stripe.RequestsClient(timeout=within, session=http.session_to("stripe")),
            max_network_retries=RETRIES,
            **base,  # type: ignore[arg-type]
        )
    ]


def _stripe() -> Any:  # noqa: ANN401 - the SDK's services are typed loosely
    db.require_none_open("Stripe")
    egress.require_agreement("stripe")
    if not _client:
        raise UnavailableError("Payments are not configured: set STRIPE_SECRET_KEY.")
    return _client[0].v1


def start(wanted: Start) -> Started:
    """Open a Checkout Session, or find the one that the same request opened; raises UnavailableError.

    Raises GatewayRefusedError where it is certain that this request opened none. The idempotency key hangs
    on the whole request, as Stripe answers a key that comes again with anything else by an error.
    """
    params: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": str(wanted.key),
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": wanted.money.currency.lower(),
                    "unit_amount": wanted.money.for_stripe(),
                    "product_data": {"name": wanted.reference},
                },
            }
        ],
        "locale": _LOCALES.get(wanted.locale, "auto"),
        "expires_at": int(wanted.expires_at.timestamp()),
        "success_url": wanted.success_url,
        "cancel_url": wanted.cancel_url,
        "metadata": {"payment": str(wanted.key)},
        "payment_intent_data": {"metadata": {"payment": str(wanted.key)}},
    }
    if wanted.mailbox:
        params["customer_email"] = wanted.mailbox
    said = hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()[:_DIGITS]
    once = {"idempotency_key": f"payment-{wanted.key}-{said}"}
    made = _ask(lambda: _stripe().checkout.sessions.create(params, once))
    return Started(made["id"], made.get("url") or "")


def page_of(session_ref: str) -> str:
    """Return the address of an open session's page, or nothing when it is no longer open."""
    found = _ask(lambda: _stripe().checkout.sessions.retrieve(session_ref))
    return found.get("url") or "" if found["status"] == "open" else ""


def look_up(session_ref: str) -> SessionTruth:
    """Ask Stripe what became of a session."""
    wanted = {"expand": ["payment_intent"]}
    return _session_truth(_ask(lambda: _stripe().checkout.sessions.retrieve(session_ref, wanted)))


def expire(session_ref: str) -> SessionTruth:
    """Close an open session; where it was not open, return what it is instead."""
    try:
        return _session_truth(_ask(lambda: _stripe().checkout.sessions.expire(session_ref)))
    except GatewayRefusedError:
        return look_up(session_ref)


def session_of_intent(intent_ref: str) -> str | None:
    """Return the session that a payment intent belongs to, if any."""
    found = _ask(lambda: _stripe().checkout.sessions.list({"payment_intent": intent_ref, "limit": 1}))
    return str(found["data"][0]["id"]) if found["data"] else None


def refund(intent_ref: str, money: Money, *, key: UUID) -> RefundTruth:
    """Send money back, once for each key; raises GatewayRefusedError when Stripe will not."""
    params = {
        "payment_intent": intent_ref,
        "amount": money.for_stripe(),
        "metadata": {"refund": str(key)},
    }
    once = {"idempotency_key": f"refund-{key}"}
    return _refund_truth(_ask(lambda: _stripe().refunds.create(params, once)))


def refund_of(intent_ref: str, key: UUID) -> RefundTruth | None:
    """Return the refund of a payment that was made under a key, if Stripe knows one, however long ago."""
    params: dict[str, Any] = {"payment_intent": intent_ref, "limit": 100}
    found = (_refund_truth(one) for one in _listed("refunds", params))
    return next((truth for truth in found if truth.refund_key == key), None)


def correct_mailbox(intent_ref: str, mailbox: str) -> None:
    """Have Stripe send the receipt of a payment to another mailbox, and at once.

    Of what Stripe keeps of a payer it is all that can be changed: a finished session, and the details of a
    charge, keep what they were given (https://docs.stripe.com/api/charges/update).
    """
    charge = reference_in(_ask(lambda: _stripe().payment_intents.retrieve(intent_ref)).get("latest_charge"))
    if charge is not None:
        _ask(lambda: _stripe().charges.update(charge, {"receipt_email": mailbox}))


def fee_of_payment(intent_ref: str, taken: Money) -> int | None:
    """Return what Stripe kept of a payment, in minor units of its currency; None while it is not booked.

    Asked by the movement of its balance, which names nobody, and not by the charge, which tells of the payer.
    """
    charge = reference_in(_ask(lambda: _stripe().payment_intents.retrieve(intent_ref)).get("latest_charge"))
    return fee_of_refund(charge, taken) if charge else None


def fee_of_refund(refund_ref: str, moved: Money) -> int | None:
    """Return what Stripe kept for a refund, likewise; the fee of the payment itself does not come back."""
    asked = {"source": refund_ref, "limit": 10}
    movements = _ask(lambda: _stripe().balance_transactions.list(asked))["data"]
    return sum(fee_in(movement, moved) for movement in movements) if movements else None


def look_up_refund(refund_ref: str) -> RefundTruth:
    """Ask Stripe what became of a refund."""
    return _refund_truth(_ask(lambda: _stripe().refunds.retrieve(refund_ref)))


def sessions_since(moment: datetime) -> Iterator[SessionTruth]:
    """Give every session that Stripe made for us since a moment, the newest first."""
    yield from map(_session_truth, _pages("checkout.sessions", moment))


def refunds_since(moment: datetime) -> Iterator[RefundTruth]:
    """Give every refund that Stripe made since a moment, its dashboard's too, the newest first."""
    yield from map(_refund_truth, _pages("refunds", moment))


def _pages(service: str, since: datetime) -> Iterator[dict[str, Any]]:
    yield from _listed(service, {"limit": 100, "created": {"gte": int(since.timestamp())}})


def _listed(service: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    while True:
        found = _ask(partial(attrgetter(service)(_stripe()).list, params))
        yield from found["data"]
        if not found.get("has_more"):
            return
        params = {**params, "starting_after": found["data"][-1]["id"]}


def verify(body: bytes, signature: str, secrets: tuple[str, ...], *, now: datetime) -> dict[str, Any]:
    """Return the event of a webhook body; raises ValueError unless signed, now, with a secret of ours.

    Stripe's library refuses old timestamps but takes future ones; those are refused here.
    """
    stamp = next((part[2:] for part in signature.split(",") if part.startswith("t=")), "")
    if not stamp.isdecimal() or int(stamp) > now.timestamp() + 300:
        raise ValueError("the signature's time is missing or in the future")
    for secret in secrets:
        try:
            event = stripe.Webhook.construct_event(body, signature, secret)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        found: dict[str, Any] = event.to_dict()
        return found
    raise ValueError("no secret of ours made this signature")


def _ask(call: Callable[[], Any]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = call().to_dict()
    except stripe.InvalidRequestError as error:
        raise refusal(error.code or error.param or "invalid_request") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise GatewayDeniedError(reason=error.code or type(error).__name__) from error
    except stripe.StripeError as error:
        raise UnavailableError("The payment service does not answer. You were not charged.") from error
    return found


_SESSION_STATES = {
    ("complete", "paid"): PaymentState.CAPTURED,
    ("complete", "no_payment_required"): PaymentState.CAPTURED,
    ("complete", "unpaid"): PaymentState.AUTHORIZED,
    ("expired", "unpaid"): PaymentState.VOIDED,
}
# A delayed method (a bank debit) that failed leaves its session complete and unpaid for ever; only the intent
# tells (https://docs.stripe.com/payments/paymentintents/lifecycle).
_FAILED_INTENTS = frozenset({"requires_payment_method", "canceled"})


def _session_truth(found: dict[str, Any]) -> SessionTruth:
    state = _SESSION_STATES.get((found["status"], found["payment_status"]), PaymentState.PENDING)
    intent = found.get("payment_intent")
    if state is PaymentState.AUTHORIZED and isinstance(intent, dict) and intent["status"] in _FAILED_INTENTS:
        state = PaymentState.FAILED
    paid = state is PaymentState.CAPTURED
    return SessionTruth(
        session_ref=found["id"],
        payment_key=key_in(found.get("client_reference_id")),
        state=state,
        captured=Money.from_stripe(found["amount_total"], found["currency"]) if paid else None,
        intent_ref=reference_in(intent),
    )


_REFUND_STATES = {
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}


def _refund_truth(found: dict[str, Any]) -> RefundTruth:
    return RefundTruth(
        refund_ref=found["id"],
        refund_key=key_in((found.get("metadata") or {}).get("refund")),
        intent_ref=reference_in(found.get("payment_intent")),
        state=_REFUND_STATES.get(found["status"], RefundState.PENDING),
        money=Money.from_stripe(found["amount"], found["currency"]),
        failure=found.get("failure_reason") or "",
    )


def moment(stamp: int) -> datetime:
    """Return the aware moment of a Unix time of Stripe."""
    return datetime.fromtimestamp(stamp, UTC)
