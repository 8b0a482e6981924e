"""What a test may do to the carrier stand-in beyond the shared control door; see the package's docstring."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from oms.local.carrier import labels, tracking
from oms.local.outside.control import Control, sent_json
from oms.local.outside.envelope import Refusal
from oms.local.outside.work import Search


class CarrierControl(Control):
    """The control door with the ledger and the parcels' way."""

    def blueprint(self) -> Blueprint:
        """Return the shared routes and the carrier's."""
        routes = super().blueprint()
        routes.register_error_handler(Refusal, lambda refusal: (jsonify(refusal.body), refusal.status))
        routes.add_url_rule("/parcels/<number>/advance", "advance", self.advance, methods=["POST"])
        routes.add_url_rule("/ledger", "ledger", self.ledger, methods=["GET"])
        return routes

    def advance(self, number: str) -> ResponseReturnValue:
        """Move a parcel."""
        sent = sent_json()
        with self.store.transaction() as work:
            target, is_skipping = str(sent.get("to", "delivered")), bool(sent.get("skip"))
            return jsonify(tracking.advance(work, number, target, is_skipping=is_skipping))

    def ledger(self) -> ResponseReturnValue:
        """Return the oracle: labels (without addresses) and tracking events, oldest first."""
        with self.store.reading() as work:
            keys = dict(work.run("SELECT id, key FROM objects WHERE kind = ?", (labels.KIND,)).fetchall())
            bought = [
                {**labels.outside(label), "idempotency_key": keys[label["id"]]}
                for label in work.find(Search(labels.KIND))[::-1]
            ]
            return jsonify(labels=bought, tracking=work.find(Search(tracking.KIND))[::-1])
