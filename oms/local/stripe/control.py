"""What a test may do to the Stripe stand-in beyond the shared control door; see the package's docstring."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from oms.local.outside.control import Control, sent_json
from oms.local.outside.envelope import Refusal
from oms.local.outside.faults import BadFault, Fault, Kind
from oms.local.outside.work import Json, Search, Work
from oms.local.stripe import balance, charges, disputes, errors, payments, refunds, sessions
from oms.local.stripe.cards import by_number
from oms.local.stripe.params import Params
from oms.local.stripe.payments import Outcome, Payer

_LISTS = {
    "sessions": (
        "checkout.session",
        "status payment_status amount_total currency client_reference_id metadata payment_intent expires_at",
    ),
    "payment_intents": ("payment_intent", "status amount amount_received currency metadata latest_charge"),
    "charges": (
        "charge",
        "status amount amount_captured amount_refunded refunded disputed currency metadata payment_intent",
    ),
    "refunds": ("refund", "status amount currency metadata reason charge payment_intent"),
    "disputes": ("dispute", "status amount currency reason charge payment_intent"),
    "balance_transactions": ("balance_transaction", "type amount fee net currency source _payout"),
    "payouts": ("payout", "status amount currency balance_transaction"),
}


class StripeControl(Control):
    """The control door with the ledger, payments without a page, disputes and payouts."""

    def blueprint(self) -> Blueprint:
        """Return the shared routes and Stripe's."""
        routes = super().blueprint()
        routes.register_error_handler(Refusal, lambda refusal: (jsonify(refusal.body), refusal.status))
        for rule, view in (
            ("/sessions/<identifier>/pay", self.pay),
            ("/sessions/<identifier>/settle", self.settle),
            ("/refunds", self.refund),
            ("/refunds/<identifier>/fail", self.fail_refund),
            ("/charges/<identifier>/dispute", self.dispute),
            ("/disputes/<identifier>/close", self.close_dispute),
            ("/payouts", self.pay_out),
        ):
            routes.add_url_rule(rule, view.__name__, view, methods=["POST"])
        routes.add_url_rule("/ledger", "ledger", self.ledger, methods=["GET"])
        return routes

    def ledger(self) -> ResponseReturnValue:
        """Return the oracle: every object in brief, oldest first, with its idempotency key."""
        with self.store.reading() as work:
            return jsonify({name: _brief(work, kind, fields) for name, (kind, fields) in _LISTS.items()})

    def pay(self, identifier: str) -> ResponseReturnValue:
        """Pay a session as the page would, and tell how it ended."""
        sent = sent_json()
        card = by_number(str(sent.get("card", "4242424242424242")))
        if card is None:
            raise BadFault("'card' must be one of Stripe's test card numbers")
        payer = Payer(sent.get("email"), sent.get("name"))
        later = self.faults.strike(Kind.DELAY_PAYMENT, "/c/pay", "POST")
        if later is None and "delayed" in sent:
            later = Fault(Kind.DELAY_PAYMENT, seconds=float(sent["delayed"]))
        with self.store.transaction() as work:
            session = sessions.get(work, identifier)
            if later is not None:
                outcome = payments.pay_later(work, session, payer, later)
            else:
                outcome = payments.attempt(work, session, card, payer)
            if outcome is Outcome.REQUIRES_ACTION and "three_d_secure" in sent:
                is_passed = sent["three_d_secure"] == "complete"
                outcome = payments.authenticate(work, session, card, is_passed=is_passed)
            return jsonify(outcome=outcome, session=sessions.outside(sessions.get(work, identifier)))

    def settle(self, identifier: str) -> ResponseReturnValue:
        """End a delayed payment with `outcome` succeeded (default) or failed."""
        is_paid = sent_json().get("outcome", "succeeded") == "succeeded"
        with self.store.transaction() as work:
            payments.settle(work, identifier, is_paid=is_paid)
            return jsonify(session=sessions.outside(sessions.get(work, identifier)))

    def refund(self) -> ResponseReturnValue:
        """Refund as a person at Stripe's dashboard would: no key, no metadata of ours."""
        sent = {name: str(value) for name, value in sent_json().items()}
        with self.store.transaction() as work:
            return jsonify(refund=refunds.create(work, Params(sent), self.faults))

    def fail_refund(self, identifier: str) -> ResponseReturnValue:
        """Let a refund fail after all."""
        with self.store.transaction() as work:
            refunds.fail(work, identifier)
            return jsonify(refund=refunds.get(work, identifier))

    def dispute(self, identifier: str) -> ResponseReturnValue:
        """Open a dispute over a charge (or over the charge of an intent)."""
        reason = str(sent_json().get("reason", "fraudulent"))
        with self.store.transaction() as work:
            intent = work.get("payment_intent", identifier)
            charge = charges.latest(work, intent) if intent else charges.get(work, identifier)
            return jsonify(dispute=disputes.open_dispute(work, charge, reason))

    def close_dispute(self, identifier: str) -> ResponseReturnValue:
        """Decide a dispute: `status` won or lost."""
        status = str(sent_json().get("status", "lost"))
        with self.store.transaction() as work:
            return jsonify(dispute=disputes.close(work, identifier, status))

    def pay_out(self) -> ResponseReturnValue:
        """Pay out all that a `currency` holds."""
        currency = sent_json().get("currency")
        if not isinstance(currency, str):
            raise errors.missing("currency")
        with self.store.transaction() as work:
            return jsonify(payout=balance.pay_out(work, currency.lower()))


def _brief(work: Work, kind: str, fields: str) -> list[Json]:
    names = ("id", "created", *fields.split())
    keys = dict(work.run("SELECT id, key FROM objects WHERE kind = ?", (kind,)).fetchall())
    return [
        {**{name.lstrip("_"): value.get(name) for name in names}, "idempotency_key": keys[value["id"]]}
        for value in work.find(Search(kind))[::-1]
    ]
