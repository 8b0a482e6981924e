"""Puts the carrier stand-in together: ledger, faults, webhooks, timers, API, control door."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask

from oms.local.carrier import labels, tracking
from oms.local.carrier.control import CarrierControl
from oms.local.carrier.routes import Api, Voice
from oms.local.outside.envelope import Envelope
from oms.local.outside.faults import Faults
from oms.local.outside.hooks import Endpoint, Hooks
from oms.local.outside.standin import Standin
from oms.local.outside.store import Store
from oms.local.outside.sweep import Sweeper
from oms.local.outside.timers import Timers

LOOKUPS = ("tracking_number", "reference")


@dataclass(frozen=True)
class Habits:
    """How long the carrier remembers people (days), and the seconds between a parcel's steps, if it moves."""

    kept_days: float
    auto_deliver: int | None = None


def create(state: Path, token: str, endpoint: Endpoint, habits: Habits) -> Standin:
    """Build the stand-in over the ledger in `state`, opened by `token`."""
    store, faults = Store(state, LOOKUPS), Faults()
    hooks = Hooks(store, faults, endpoint, partial(_body, store))
    steps = {"step": partial(tracking.step, pause=habits.auto_deliver or 1)}
    timers = Timers(store, steps, Sweeper(store, habits.kept_days, labels.blank))
    app = Flask("oms.local.carrier", static_folder=None)
    app.register_blueprint(Api(Envelope(store, faults, Voice()), token, habits.auto_deliver).blueprint())
    app.register_blueprint(CarrierControl(store, faults, hooks, timers).blueprint())
    return Standin(app, hooks, timers)


def _body(store: Store, event: str) -> bytes | None:
    with store.reading() as work:
        found = work.get("event", event)
    return json.dumps(found).encode() if found else None
