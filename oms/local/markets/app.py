"""Puts the marketplaces' stand-in together: ledger, faults, three APIs, control door."""

from collections.abc import Mapping
from pathlib import Path

from flask import Flask

from oms.local.markets.amazon import Amazon
from oms.local.markets.control import MarketControl
from oms.local.markets.market import Market
from oms.local.markets.shopify import Shopify
from oms.local.markets.tiktok import TikTok
from oms.local.outside.faults import Faults
from oms.local.outside.hooks import Endpoint, Hooks
from oms.local.outside.standin import Standin
from oms.local.outside.store import Store
from oms.local.outside.sweep import Sweeper
from oms.local.outside.timers import Timers
from oms.local.outside.work import Json

Accounts = Mapping[str, Mapping[str, str]]


def create(state: Path, accounts: Accounts, webhook_url: str | None, kept_days: float) -> Standin:
    """Build the stand-in over the ledger in `state`, opened by the keys of the accounts."""
    store, faults = Store(state), Faults()
    # The shared sender has nothing to do: each marketplace signs in its own way.
    hooks = Hooks(store, faults, Endpoint("None"), lambda _event: None)
    timers = Timers(store, {}, Sweeper(store, kept_days, _blank))
    app = Flask("oms.local.markets", static_folder=None)
    markets: dict[str, Market] = {
        kind.name: kind(store, faults, accounts) for kind in (Amazon, Shopify, TikTok)
    }
    for market in markets.values():
        app.register_blueprint(market.blueprint())
    control = MarketControl(store, faults, hooks, timers)
    control.markets, control.accounts, control.webhook_url = markets, accounts, webhook_url
    app.register_blueprint(control.blueprint())
    return Standin(app, hooks, timers)


def _blank(value: Json) -> None:
    if "raw" in value:
        value["raw"] = {}
