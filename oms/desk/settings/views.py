"""The page of settings."""

from typing import Any

from flask import Blueprint, current_app, render_template
from flask_babel import gettext as _
from sqlalchemy import select

from oms.catalog.queries import MarketFacts, markets
from oms.kernel import egress
from oms.kernel.config import Settings
from oms.kernel.db import reading
from oms.kernel.egress import Recipient
from oms.kernel.i18n import NAMES
from oms.kernel.money import Money
from oms.shipping.models import ShippingMethod
from oms.web import filters
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import permit

blueprint = Blueprint("settings", __name__)
# What may be shown: no secret, and no address that holds one.
_SHOWN = (
    "app_env",
    "public_url",
    "desk_host",
    "desk_shares_host",
    "mail_from",
    "trusted_proxies",
    "state_dir",
)
_SECRETS = (
    "secret_key",
    "stripe_secret_key",
    "stripe_webhook_secret",
    "carrier_key",
    "carrier_webhook_secret",
    "sms_key",
    "sms_secret",
    "smtp_url",
    "redis_url",
)


@blueprint.get("/settings")
@permit(Permission.SETTINGS)
def index() -> str:
    """Show how the shop is set up; what the server was started with is changed there."""
    with reading() as session:
        known = markets(session)
        order = (ShippingMethod.market_code, ShippingMethod.position, ShippingMethod.id)
        methods = session.scalars(select(ShippingMethod).order_by(*order)).all()
    currencies = {market.code: market.currency for market in known}
    return render_template(
        "desk/settings/index.html",
        page=page(_("Settings"), robots="noindex"),
        flashes=flashed(),
        markets=[_market(one) for one in known],
        methods=[_method(one, currencies[one.market_code]) for one in methods],
        parties=[_party(one) for one in egress.in_use().values()],
        settings=_settings(current_app.extensions["settings"]),
    )


def _market(found: MarketFacts) -> dict[str, str]:
    return {
        "name": found.name("en"),
        "currency": found.currency,
        "tax": _("included in prices") if found.tax_included else _("on top of prices"),
        "languages": ", ".join(NAMES[language] for language in found.languages),
        "countries": ", ".join(found.countries),
    }


def _method(found: ShippingMethod, currency: str) -> dict[str, str]:
    first = min(found.steps)
    asks = [_("name and address")] if not found.is_pickup else [_("e-mail alone")]
    asks += [_("phone")] if found.needs_phone else []
    return {
        "name": found.names.get("en", found.code),
        "carrier": f"{found.carrier} · {found.service}",
        "markets": found.market_code.upper(),
        "needs": ", ".join(asks),
        "price": _("from %(amount)s", amount=filters.money(Money(first[1], currency))),
    }


def _party(found: Recipient) -> dict[str, str]:
    return {
        "who": filters.party(found.name),
        "what_for": found.what_for,
        "fields": ", ".join(found.fields),
        "agreement": found.agreement,
    }


def _settings(found: Settings) -> list[dict[str, Any]]:
    shown = [
        {"name": name.upper(), "value": str(getattr(found, name)) or _("not set"), "note": ""}
        for name in _SHOWN
    ]
    hidden = [
        {
            "name": name.upper(),
            "value": _("set") if getattr(found, name) else _("not set"),
            "note": _("kept secret"),
        }
        for name in _SECRETS
    ]
    return [*shown, *hidden]
