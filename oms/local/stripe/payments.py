"""What happens when somebody pays a Checkout Session."""

from dataclasses import dataclass
from enum import StrEnum

from oms.local.outside.faults import Fault
from oms.local.outside.work import Work
from oms.local.stripe import cards, charges, disputes, events, sessions, shapes
from oms.local.stripe.cards import Card, Decline
from oms.local.stripe.shapes import Shape

KIND = "payment_intent"


class Outcome(StrEnum):
    """How an attempt to pay ended."""

    PAID = "paid"
    PROCESSING = "processing"  # a delayed method: complete, but not paid yet
    AUTHORIZED = "authorized"  # manual capture
    DECLINED = "declined"
    REQUIRES_ACTION = "requires_action"  # 3-D Secure
    CLOSED = "closed"  # the session was complete or expired before


@dataclass(frozen=True)
class Payer:
    """What a person types on the pay page beside the card, as the session will tell it."""

    email: str | None = None
    name: str | None = None


def attempt(work: Work, session: Shape, card: Card, payer: Payer) -> Outcome:
    """Try to pay an open session with a card; writes intent, charge, session and events."""
    if session["status"] != "open" or session["expires_at"] <= work.now:
        sessions.expire_when_due(work, session["id"])
        return Outcome.CLOSED
    intent = _intent_of(work, session)
    intent.update(payment_method=shapes.new_id("pm_1"), next_action=None)
    if card.decline is not None:
        return _decline(work, intent, card, card.decline)
    session["_payer"] = {"email": payer.email, "name": payer.name}
    if card.needs_authentication:
        url = f"{session['url']}/authenticate"
        intent.update(status="requires_action", next_action=_redirect(url, session["success_url"]))
        work.put(sessions.KIND, session)
        events.emit(work, "payment_intent.requires_action", work.put(KIND, intent))
        return Outcome.REQUIRES_ACTION
    return _succeed(work, session, intent, card)


def authenticate(work: Work, session: Shape, card: Card, *, is_passed: bool) -> Outcome:
    """End the 3-D Secure step of a session that waits for it."""
    intent = work.get(KIND, session["payment_intent"] or "")
    if session["status"] != "open" or session["expires_at"] <= work.now or intent is None:
        sessions.expire_when_due(work, session["id"])
        return Outcome.CLOSED
    intent["next_action"] = None
    if not is_passed:
        text = "The provided PaymentMethod has failed authentication."
        return _decline(work, intent, card, Decline("payment_intent_authentication_failure", "", text))
    return _succeed(work, session, intent, card)


def pay_later(work: Work, session: Shape, payer: Payer, fault: Fault) -> Outcome:
    """Pay by a bank debit that ends with the fault's outcome after its seconds (0: when told to `settle`)."""
    if session["status"] != "open" or session["expires_at"] <= work.now:
        sessions.expire_when_due(work, session["id"])
        return Outcome.CLOSED
    session["_payer"] = {"email": payer.email, "name": payer.name}
    intent = _intent_of(work, session)
    intent.update(
        payment_method=shapes.new_id("pm_1"), status="processing", payment_method_types=["sepa_debit"]
    )
    charge = work.put("charge", charges.begin(work, session, intent, cards.bank_debit()))
    intent["latest_charge"] = charge["id"]
    events.emit(work, "charge.pending", charge)
    events.emit(work, "payment_intent.processing", work.put(KIND, intent))
    _complete(work, session, intent, "unpaid")
    if fault.seconds:
        work.schedule(work.now + int(fault.seconds), f"settle_{fault.outcome}", session["id"])
    return Outcome.PROCESSING


def settle(work: Work, identifier: str, *, is_paid: bool) -> None:
    """End a delayed payment; does nothing when the session has none under way."""
    session = work.get(sessions.KIND, identifier)
    intent = work.get(KIND, session["payment_intent"] or "") if session else None
    if session is None or intent is None or intent["status"] != "processing":
        return
    charge = charges.latest(work, intent)
    if is_paid:
        charges.book(work, intent, charge)
        session["payment_status"] = "paid"
        work.put(sessions.KIND, session)
        charges.tell_success(work, intent, charge)
        charges.tell_booked(work, charge)
    else:
        charges.fail(work, intent, charge, Decline("debit_not_authorized", "", "The bank refused the debit."))
    word = "succeeded" if is_paid else "failed"
    events.emit(work, f"checkout.session.async_payment_{word}", sessions.outside(session))


def _intent_of(work: Work, session: Shape) -> Shape:
    known = work.get(KIND, session["payment_intent"] or "")
    if known is not None:
        return known
    intent = shapes.payment_intent(work.now, session["amount_total"], session["currency"])
    intent.update(session["_intent"])
    intent["payment_method_types"] = session["payment_method_types"]
    session["payment_intent"] = intent["id"]
    work.put(sessions.KIND, session)
    events.emit(work, "payment_intent.created", work.put(KIND, intent))
    return intent


def _redirect(url: str, return_url: str) -> Shape:
    return {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": return_url}}


def _decline(work: Work, intent: Shape, card: Card, decline: Decline) -> Outcome:
    charge = shapes.charge(work.now, intent, card.details())
    charges.fail(work, intent, charge, decline)
    return Outcome.DECLINED


def _succeed(work: Work, session: Shape, intent: Shape, card: Card) -> Outcome:
    charge = charges.begin(work, session, intent, card.details())
    intent.update(latest_charge=charge["id"], last_payment_error=None)
    if intent["capture_method"] == "manual":
        charge.update(
            status="succeeded", paid=True, outcome=charges.outcome("authorized", None, "Payment complete.")
        )
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        events.emit(work, "charge.succeeded", work.put("charge", charge))
        events.emit(work, "payment_intent.amount_capturable_updated", work.put(KIND, intent))
        _complete(work, session, intent, "unpaid")
        return Outcome.AUTHORIZED
    charges.book(work, intent, charge)
    _complete(work, session, intent, "paid", charge)
    if card.is_disputed:
        disputes.open_dispute(work, charge, "fraudulent")
    return Outcome.PAID


def _complete(work: Work, session: Shape, intent: Shape, status: str, charge: Shape | None = None) -> None:
    if charge is not None:
        charges.tell_success(work, intent, charge)
    payer = session.pop("_payer", None) or {}
    details = shapes.customer_details(payer.get("email") or session["customer_email"], payer.get("name"))
    session.update(status="complete", payment_status=status, url=None, customer_details=details)
    work.put(sessions.KIND, session)
    events.emit(work, "checkout.session.completed", sessions.outside(session))
    if charge is not None:
        charges.tell_booked(work, charge)
