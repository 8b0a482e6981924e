"""Charges: one attempt to take money, its fee and its place in the balance (docs.stripe.com/api/charges).

Fees are the stand-in's own rule, so that a test can reckon them: 1.5 % (half up) plus 25 minor units, in the
currency of the payment.
"""

from oms.local.outside.work import Json, Search, Work
from oms.local.stripe import errors, events, lists, shapes
from oms.local.stripe.cards import Decline
from oms.local.stripe.expand import expanded
from oms.local.stripe.params import Params
from oms.local.stripe.shapes import Shape

KIND = "charge"


def fee(amount: int) -> int:
    """Return what Stripe keeps of a payment, in minor units."""
    return (amount * 15 + 500) // 1000 + 25


def get(work: Work, identifier: str) -> Shape:
    """Return a charge; raises a Refusal when there is none."""
    charge = work.get(KIND, identifier)
    if charge is None:
        raise errors.no_such(KIND, identifier, "charge")
    return charge


def retrieve(work: Work, identifier: str, params: Params) -> Json:
    """Return a charge as the API shows it."""
    expand = params.expand()
    params.end()
    return expanded(work, get(work, identifier), expand)


def update(work: Work, identifier: str, params: Params) -> Json:
    """Change where the receipt of a charge goes; Stripe sends it there at once."""
    receipt_email, expand = params.email("receipt_email"), params.expand()
    params.end()
    charge = get(work, identifier)
    before = {"receipt_email": charge.get("receipt_email")}
    charge["receipt_email"] = receipt_email
    events.emit(work, "charge.updated", work.put(KIND, charge), before)
    return expanded(work, charge, expand)


def listing(work: Work, params: Params) -> Json:
    """Return a page of charges, of one intent if asked so."""
    cursor, where = lists.cursor(params), lists.created(params)
    intent = params.text("payment_intent")
    where += (("payment_intent", "=", intent),) if intent else ()
    expand = params.expand()
    params.end()
    return expanded(work, lists.page(work, Search(KIND, where), cursor, "/v1/charges"), expand)


def begin(work: Work, session: Shape, intent: Shape, method: Shape) -> Shape:
    """Return a charge that names who pays; nothing is written yet."""
    charge = shapes.charge(work.now, intent, method)
    payer = session.get("_payer") or {}
    charge["billing_details"].update(
        email=payer.get("email") or session["customer_email"], name=payer.get("name")
    )
    return charge


def latest(work: Work, intent: Shape) -> Shape:
    """Return the last charge of an intent."""
    charge = work.get(KIND, intent["latest_charge"])
    if charge is None:
        raise errors.no_such("charge", str(intent["latest_charge"]))
    return charge


def fail(work: Work, intent: Shape, charge: Shape, decline: Decline) -> None:
    """Write that the bank refused; the intent waits for another payment method."""
    charge.update(status="failed", failure_code=decline.code, failure_message=decline.message)
    charge["outcome"] = outcome("issuer_declined", decline.decline_code or None, decline.message)
    error = {
        "type": "card_error",
        "charge": charge["id"],
        "code": decline.code,
        "message": decline.message,
        **({"decline_code": decline.decline_code} if decline.decline_code else {}),
    }
    intent.update(
        status="requires_payment_method",
        latest_charge=charge["id"],
        last_payment_error=error,
        payment_method=None,
        next_action=None,
    )
    events.emit(work, "charge.failed", work.put(KIND, charge))
    events.emit(work, "payment_intent.payment_failed", work.put("payment_intent", intent))


def book(work: Work, intent: Shape, charge: Shape, amount: int | None = None) -> None:
    """Write that the money (all of it, or `amount`) was taken, and Stripe's fee."""
    captured = intent["amount"] if amount is None else amount
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=captured)
    charge["outcome"] = outcome("authorized", None, "Payment complete.")
    movement = shapes.balance_transaction(work.now, charge, captured, fee(captured))
    charge["balance_transaction"] = work.put("balance_transaction", movement)["id"]
    intent.update(status="succeeded", amount_received=captured, amount_capturable=0)
    work.put(KIND, charge)
    work.put("payment_intent", intent)


def tell_success(work: Work, intent: Shape, charge: Shape) -> None:
    """Say that a charge succeeded."""
    # Stripe books asynchronously: here is no balance transaction yet, `charge.updated` brings it.
    events.emit(work, "charge.succeeded", {**charge, "balance_transaction": None})
    events.emit(work, "payment_intent.succeeded", intent)


def tell_booked(work: Work, charge: Shape) -> None:
    """Say that the balance transaction is there."""
    events.emit(work, "charge.updated", charge, {"balance_transaction": None})


def outcome(kind: str, reason: str | None, message: str) -> Shape:
    """Return what the bank said of a charge."""
    nothing = ("advice_code", "network_advice_code", "network_decline_code")
    is_authorized = kind == "authorized"
    return {
        **dict.fromkeys(nothing),
        "network_status": "approved_by_network" if is_authorized else "declined_by_network",
        "reason": reason,
        "risk_level": "normal",
        "risk_score": 1,
        "seller_message": message,
        "type": kind,
    }
