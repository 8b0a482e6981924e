"""Payment Intents as the API serves them (docs.stripe.com/api/payment_intents)."""

from oms.local.outside.work import Json, Search, Work
from oms.local.stripe import charges, errors, events, lists
from oms.local.stripe.expand import expanded
from oms.local.stripe.params import Params
from oms.local.stripe.shapes import Shape

KIND = "payment_intent"
_CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action")
_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


def get(work: Work, identifier: str) -> Shape:
    """Return a Payment Intent; raises a Refusal when there is none."""
    intent = work.get(KIND, identifier)
    if intent is None:
        raise errors.no_such(KIND, identifier, "intent")
    return intent


def retrieve(work: Work, identifier: str, params: Params) -> Json:
    """Return a Payment Intent as the API shows it."""
    params.text("client_secret")
    expand = params.expand()
    params.end()
    return expanded(work, get(work, identifier), expand)


def listing(work: Work, params: Params) -> Json:
    """Return a page of Payment Intents."""
    cursor, where, expand = lists.cursor(params), lists.created(params), params.expand()
    params.end()
    return expanded(work, lists.page(work, Search(KIND, where), cursor, "/v1/payment_intents"), expand)


def cancel(work: Work, identifier: str, params: Params) -> Json:
    """Void an authorized intent; one of an open session is ended by expiring the session."""
    reason, expand = params.choice("cancellation_reason", _REASONS), params.expand()
    params.end()
    intent = get(work, identifier)
    owner = work.find(Search("checkout.session", (("payment_intent", "=", identifier),)))
    if owner and owner[0]["status"] == "open":
        text = "You cannot cancel the PaymentIntent of an open Checkout Session. Expire the Session instead."
        raise errors.impossible(text, "intent", "payment_intent_unexpected_state")
    if intent["status"] not in _CANCELABLE:
        text = (
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. "
            f"Only one with any of the following statuses may be canceled: {', '.join(_CANCELABLE)}."
        )
        raise errors.impossible(text, "intent", "payment_intent_unexpected_state")
    intent.update(status="canceled", canceled_at=work.now, cancellation_reason=reason, amount_capturable=0)
    events.emit(work, "payment_intent.canceled", work.put(KIND, intent))
    return expanded(work, intent, expand)


def capture(work: Work, identifier: str, params: Params) -> Json:
    """Capture an authorized intent, whole or in part (the rest is released)."""
    intent = get(work, identifier)
    amount = params.whole("amount_to_capture", least=1, most=intent["amount"]) or intent["amount"]
    expand = params.expand()
    params.end()
    if intent["status"] != "requires_capture":
        text = f"This PaymentIntent could not be captured because it has a status of {intent['status']}."
        raise errors.impossible(text, "intent", "payment_intent_unexpected_state")
    charge = charges.latest(work, intent)
    charges.book(work, intent, charge, amount)
    events.emit(work, "charge.captured", charge)
    charges.tell_success(work, intent, charge)
    charges.tell_booked(work, charge)
    return expanded(work, intent, expand)
