"""Refunds: whole, in part, refused when too much, failing later (docs.stripe.com/api/refunds)."""

from oms.local.outside.faults import Faults, Kind
from oms.local.outside.work import Json, Search, Work
from oms.local.stripe import charges, errors, events, intents, lists, money, shapes
from oms.local.stripe.expand import expanded
from oms.local.stripe.params import Params
from oms.local.stripe.shapes import Shape

KIND = "refund"
_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_FAILING_CARD = "5126"  # docs.stripe.com/testing#refunds
_FAILS_AFTER = 2


def create(work: Work, params: Params, faults: Faults) -> Json:
    """Refund a charge (or the charge of an intent) by `amount`, or by all that is left of it."""
    charge_id, intent_id = params.text("charge"), params.text("payment_intent")
    amount, reason = params.whole("amount", least=1), params.choice("reason", _REASONS)
    metadata, expand = params.metadata(), params.expand()
    params.end()
    if not charge_id and not intent_id:
        raise errors.missing("charge")
    charge = charges.get(work, charge_id) if charge_id else _charge_of(work, str(intent_id))
    left = charge["amount_captured"] - charge["amount_refunded"]
    _check(charge, left, left if amount is None else amount)
    refund = shapes.refund(work.now, charge, left if amount is None else amount)
    refund.update(reason=reason, metadata=metadata)
    _book(work, charge, refund)
    fault = faults.strike(Kind.FAIL_REFUND, "/v1/refunds", "POST")
    card = charge["payment_method_details"].get("card", {})
    if fault is not None or card.get("last4") == _FAILING_CARD:
        after = int(fault.seconds) if fault is not None else _FAILS_AFTER
        work.schedule(work.now + after, "fail_refund", refund["id"])
    return expanded(work, refund, expand)


def fail(work: Work, identifier: str) -> None:
    """Let a refund that succeeded fail after all: the bank gives the money back to the balance."""
    refund = work.get(KIND, identifier)
    if refund is None or refund["status"] != "succeeded":
        return
    movement = shapes.balance_transaction(work.now, refund, refund["amount"], 0)
    movement.update(type="refund_failure", reporting_category="refund_failure")
    back = work.put("balance_transaction", movement)["id"]
    refund.update(status="failed", failure_reason="lost_or_stolen_card", failure_balance_transaction=back)
    charge = charges.get(work, refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    work.put("charge", charge)
    work.put(KIND, refund)
    for event_type in ("refund.updated", "charge.refund.updated", "refund.failed"):
        events.emit(work, event_type, refund, {"status": "succeeded"})


def get(work: Work, identifier: str) -> Shape:
    """Return a refund; raises a Refusal when there is none."""
    refund = work.get(KIND, identifier)
    if refund is None:
        raise errors.no_such(KIND, identifier, "refund")
    return refund


def retrieve(work: Work, identifier: str, params: Params) -> Json:
    """Return a refund as the API shows it."""
    expand = params.expand()
    params.end()
    return expanded(work, get(work, identifier), expand)


def listing(work: Work, params: Params) -> Json:
    """Return a page of refunds, of one charge or intent if asked so."""
    cursor, where = lists.cursor(params), lists.created(params)
    for name in ("charge", "payment_intent"):
        value = params.text(name)
        where += ((name, "=", value),) if value else ()
    expand = params.expand()
    params.end()
    return expanded(work, lists.page(work, Search(KIND, where), cursor, "/v1/refunds"), expand)


def _charge_of(work: Work, intent_id: str) -> Shape:
    intent = intents.get(work, intent_id)
    if intent["status"] != "succeeded":
        text = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
        raise errors.impossible(text, "payment_intent")
    return charges.latest(work, intent)


def _check(charge: Shape, left: int, amount: int) -> None:
    money.check(amount, charge["currency"], "amount")
    if not charge["captured"]:
        text = f"Charge {charge['id']} has not been captured and cannot be refunded."
        raise errors.impossible(text, "charge", "charge_not_refundable")
    if charge["disputed"]:
        text = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise errors.impossible(text, None, "charge_disputed")
    if left == 0:
        text = f"Charge {charge['id']} has already been refunded."
        raise errors.impossible(text, None, "charge_already_refunded")
    if amount > left:
        asked, rest = (money.shown(value, charge["currency"]) for value in (amount, left))
        text = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})"
        raise errors.impossible(text, "amount")


def _book(work: Work, charge: Shape, refund: Shape) -> None:
    movement = shapes.balance_transaction(work.now, refund, -refund["amount"], 0)
    refund["balance_transaction"] = work.put("balance_transaction", movement)["id"]
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += refund["amount"]
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    work.put("charge", charge)
    events.emit(work, "refund.created", work.put(KIND, refund))
    events.emit(work, "charge.refunded", charge, before)
