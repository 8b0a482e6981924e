"""The control door `/_control/…` that both stand-ins have for tests; JSON in, JSON out.

- `GET /_control/faults`: the planted faults with the strikes that are left
- `POST /_control/faults {"kind": "delay", "seconds": 2, "count": 1, "path": "/v1/refunds"}`: plant one
  (kinds and fields: `faults.py`); `"count": null` strikes until it is cleared
- `POST /_control/faults {"kind": "clock_jump", "seconds": 86400}`: set the clock forward, run what became due
- `DELETE /_control/faults`: heal all (the clock stays)
- `GET /_control/received`: every request: method, path, headers without secrets, query, raw body, params
- `GET /_control/webhooks`: every delivery with its state
- `POST /_control/webhooks {"url": …, "secrets": […], "events": […]}`: where they go (`"url": null`: nowhere)
- `POST /_control/webhooks/resend {"event": "evt_…"}`: send one again; without `event` all not delivered
- `POST /_control/sweep {"older_than": 3600}`: let go of the people behind what is older (seconds)
- `POST /_control/reset`: forget everything; webhooks go where they went at the start
"""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from oms.local.outside.faults import BadFault, Faults, read_fault
from oms.local.outside.hooks import Hooks, NotLoopback, loopback
from oms.local.outside.store import Store
from oms.local.outside.timers import Timers


class Control:
    """The control door's handlers over one stand-in's parts."""

    def __init__(self, store: Store, faults: Faults, hooks: Hooks, timers: Timers) -> None:
        """Steer these four."""
        self.store, self.faults, self.hooks, self.timers = store, faults, hooks, timers
        self._aimed_at_start = asdict(hooks.endpoint)

    def blueprint(self) -> Blueprint:
        """Return the routes, ready for a party to add its own."""
        routes = Blueprint("control", __name__, url_prefix="/_control")
        routes.before_request(_only_json)
        routes.register_error_handler(BadFault, _bad)
        routes.register_error_handler(NotLoopback, _bad)
        for rule, method, view in (
            ("/faults", "GET", self.planted),
            ("/faults", "POST", self.plant),
            ("/faults", "DELETE", self.heal),
            ("/received", "GET", self.received),
            ("/webhooks", "GET", self.deliveries),
            ("/webhooks", "POST", self.aim),
            ("/webhooks/resend", "POST", self.resend),
            ("/sweep", "POST", self.sweep),
            ("/reset", "POST", self.reset),
        ):
            routes.add_url_rule(rule, f"{view.__name__}", view, methods=[method])
        return routes

    def planted(self) -> ResponseReturnValue:
        """List the faults."""
        return jsonify(faults=self.faults.planted(), now=self.store.clock.now())

    def plant(self) -> ResponseReturnValue:
        """Plant one fault, or jump the clock."""
        sent = sent_json()
        if sent.get("kind") == "clock_jump":
            seconds = sent.get("seconds")
            if type(seconds) is not int:
                raise BadFault("'seconds' must be a whole number")
            now = self.store.clock.jump(seconds)
            return jsonify(now=now, ran=self.timers.run_due())
        self.faults.plant(read_fault(sent))
        return self.planted()

    def heal(self) -> ResponseReturnValue:
        """Clear the faults."""
        self.faults.clear()
        return self.planted()

    def received(self) -> ResponseReturnValue:
        """List what the party was sent."""
        return jsonify(received=self.store.received())

    def deliveries(self) -> ResponseReturnValue:
        """List webhook deliveries."""
        return jsonify(webhooks=self.hooks.listing())

    def aim(self) -> ResponseReturnValue:
        """Set where webhooks go and how they are signed."""
        sent = sent_json()
        endpoint = self.hooks.endpoint
        if "url" in sent:
            endpoint.url = loopback(sent["url"]) if sent["url"] is not None else None
        endpoint.secrets = list(sent.get("secrets", endpoint.secrets))
        endpoint.events = list(sent.get("events", endpoint.events))
        return jsonify(url=endpoint.url, secrets=len(endpoint.secrets), events=endpoint.events)

    def resend(self) -> ResponseReturnValue:
        """Send webhooks again."""
        return jsonify(due=self.hooks.resend(sent_json().get("event")))

    def sweep(self) -> ResponseReturnValue:
        """Forget the people behind what is older than so many seconds."""
        older_than = sent_json().get("older_than")
        if type(older_than) is not int or older_than < 0:
            raise BadFault("'older_than' must be a whole number of seconds")
        return jsonify(changed=self.timers.sweep(older_than))

    def reset(self) -> ResponseReturnValue:
        """Forget everything and aim webhooks as at the start."""
        self.faults.clear()
        self.store.reset()
        for name, value in self._aimed_at_start.items():
            setattr(self.hooks.endpoint, name, value)
        return jsonify(now=self.store.clock.now())


def sent_json() -> dict[str, Any]:
    """Return the JSON object that was posted, or an empty one."""
    sent = request.get_json(silent=True)
    return sent if isinstance(sent, dict) else {}


def _only_json() -> ResponseReturnValue | None:
    # A page in a browser cannot send this type to another origin without asking first, so none can
    # steer a stand-in.
    if request.method == "POST" and request.mimetype != "application/json":
        return jsonify(error="send application/json"), 415
    return None


def _bad(error: Exception) -> ResponseReturnValue:
    return jsonify(error=str(error)), 400
