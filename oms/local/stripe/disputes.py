"""Disputes: a bank takes a payment back (docs.stripe.com/api/disputes). Opened over `/_control`."""

from oms.local.outside.work import Json, Search, Work
from oms.local.stripe import errors, events, lists, shapes
from oms.local.stripe.expand import expanded
from oms.local.stripe.params import Params
from oms.local.stripe.shapes import Shape

KIND = "dispute"
FEE = 1500  # minor units, kept by Stripe even when the dispute is won
_DAYS_TO_ANSWER = 7 * 24 * 3600
_EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure"
    " cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip"
    " customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id"
    " product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation"
    " service_date service_documentation shipping_address shipping_carrier shipping_date"
    " shipping_documentation shipping_tracking_number uncategorized_file uncategorized_text"
)


def open_dispute(work: Work, charge: Shape, reason: str) -> Shape:
    """Take back what is left of a charge; the money leaves the balance at once."""
    if charge["disputed"] or not charge["captured"]:
        raise errors.impossible(f"Charge {charge['id']} cannot be disputed.", "charge")
    amount = charge["amount_captured"] - charge["amount_refunded"]
    dispute = _shape(work.now, charge, amount, reason)
    movement = shapes.balance_transaction(work.now, dispute, -amount, FEE)
    dispute["balance_transactions"] = [work.put("balance_transaction", movement)]
    charge["disputed"] = True
    work.put("charge", charge)
    events.emit(work, "charge.dispute.created", work.put(KIND, dispute))
    events.emit(work, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def close(work: Work, identifier: str, status: str) -> Shape:
    """Decide a dispute: `won` brings the money back, `lost` does not."""
    dispute = get(work, identifier)
    if dispute["status"] in {"won", "lost"} or status not in {"won", "lost"}:
        raise errors.impossible(f"Dispute {identifier} cannot become {status}.", "status")
    dispute["status"] = status
    if status == "won":
        movement = shapes.balance_transaction(work.now, dispute, dispute["amount"], 0)
        dispute["balance_transactions"].append(work.put("balance_transaction", movement))
        events.emit(work, "charge.dispute.funds_reinstated", dispute)
    events.emit(work, "charge.dispute.closed", work.put(KIND, dispute))
    return dispute


def get(work: Work, identifier: str) -> Shape:
    """Return a dispute; raises a Refusal when there is none."""
    dispute = work.get(KIND, identifier)
    if dispute is None:
        raise errors.no_such(KIND, identifier, "dispute")
    return dispute


def retrieve(work: Work, identifier: str, params: Params) -> Json:
    """Return a dispute as the API shows it."""
    expand = params.expand()
    params.end()
    return expanded(work, get(work, identifier), expand)


def accept(work: Work, identifier: str, params: Params) -> Json:
    """Close a dispute as lost: the merchant gives in."""
    expand = params.expand()
    params.end()
    return expanded(work, close(work, identifier, "lost"), expand)


def listing(work: Work, params: Params) -> Json:
    """Return a page of disputes, of one charge or intent if asked so."""
    cursor, where = lists.cursor(params), lists.created(params)
    for name in ("charge", "payment_intent"):
        value = params.text(name)
        where += ((name, "=", value),) if value else ()
    expand = params.expand()
    params.end()
    return expanded(work, lists.page(work, Search(KIND, where), cursor, "/v1/disputes"), expand)


def _shape(now: int, charge: Shape, amount: int, reason: str) -> Shape:
    brand = charge["payment_method_details"].get("card", {}).get("brand", "visa")
    card = {"brand": brand, "case_type": "chargeback", "network": brand, "network_reason_code": "10.4"}
    return {
        "id": shapes.new_id("dp_1"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(_EVIDENCE.split()), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": now + _DAYS_TO_ANSWER,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "intended_submission_method": None,
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "network_reason_code": "10.4",
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": card, "type": "card"},
        "reason": reason,
        "status": "needs_response",
    }
