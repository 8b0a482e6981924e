"""Balance transactions and payouts (docs.stripe.com/api/balance_transactions, …/payouts)."""

from oms.local.outside.work import Json, Search, Work
from oms.local.stripe import errors, events, lists, shapes
from oms.local.stripe.expand import expanded
from oms.local.stripe.params import Params
from oms.local.stripe.shapes import Shape

KIND, PAYOUT = "balance_transaction", "payout"


def retrieve(work: Work, identifier: str, params: Params) -> Json:
    """Return a balance transaction, `available` once its day has come."""
    expand = params.expand()
    params.end()
    movement = work.get(KIND, identifier)
    if movement is None:
        raise errors.no_such(KIND, identifier)
    return expanded(work, _outside(movement, work.now), expand)


def listing(work: Work, params: Params) -> Json:
    """Return a page of balance transactions, by source, payout, currency or type."""
    cursor, where = lists.cursor(params), lists.created(params)
    for name, field in (
        ("source", "source"),
        ("payout", "_payout"),
        ("currency", "currency"),
        ("type", "type"),
    ):
        value = params.text(name)
        where += ((field, "=", value),) if value else ()
    expand = params.expand()
    params.end()
    page = lists.page(work, Search(KIND, where), cursor, "/v1/balance_transactions")
    page["data"] = [_outside(movement, work.now) for movement in page["data"]]
    return expanded(work, page, expand)


def pay_out(work: Work, currency: str) -> Shape:
    """Send what a currency still holds to the bank; raises a Refusal when that is nothing."""
    where = (("currency", "=", currency), ("_payout", "IS", None), ("type", "<>", "payout"))
    movements = work.find(Search(KIND, where))
    amount = sum(movement["net"] for movement in movements)
    if amount <= 0:
        raise errors.impossible(f"There is nothing to pay out in {currency}.", "currency")
    payout = _payout(work.now, amount, currency)
    own = {**shapes.balance_transaction(work.now, payout, -amount, 0), "_payout": payout["id"]}
    payout["balance_transaction"] = work.put(KIND, own)["id"]
    for movement in movements:
        work.put(KIND, {**movement, "_payout": payout["id"]})
    events.emit(work, "payout.created", {**payout, "status": "in_transit"})
    events.emit(work, "payout.paid", work.put(PAYOUT, payout))
    return payout


def retrieve_payout(work: Work, identifier: str, params: Params) -> Json:
    """Return a payout as the API shows it."""
    expand = params.expand()
    params.end()
    payout = work.get(PAYOUT, identifier)
    if payout is None:
        raise errors.no_such(PAYOUT, identifier, "payout")
    return expanded(work, payout, expand)


def payouts(work: Work, params: Params) -> Json:
    """Return a page of payouts."""
    cursor, where = lists.cursor(params), lists.created(params)
    status = params.text("status")
    where += (("status", "=", status),) if status else ()
    expand = params.expand()
    params.end()
    return expanded(work, lists.page(work, Search(PAYOUT, where), cursor, "/v1/payouts"), expand)


def _outside(movement: Shape, now: int) -> Shape:
    shown = {name: value for name, value in movement.items() if not name.startswith("_")}
    return {**shown, "status": "available" if movement["available_on"] <= now else "pending"}


def _payout(now: int, amount: int, currency: str) -> Shape:
    nothing = (
        "application_fee application_fee_amount balance_transaction failure_balance_transaction failure_code"
        " failure_message original_payout payout_method reversed_by statement_descriptor"
    )
    return {
        "id": shapes.new_id("po_1"),
        "object": "payout",
        **dict.fromkeys(nothing.split()),
        "amount": amount,
        "arrival_date": now,
        "automatic": True,
        "created": now,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": shapes.new_id("ba_1"),
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "completed",
        "source_type": "card",
        "status": "paid",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
