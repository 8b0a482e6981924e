"""Marketplaces in the words of the desk: accounts, their orders, their listings. Nobody is named."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from oms.channels.forms import SCOPES, AllowForm, ListingForm, ListingsForm, RevokeForm, name_apart
from oms.channels.models import Listing
from oms.channels.queries import MOST_WAITING, Account, Listed, SoldOrder, Standing
from oms.channels.states import Channel, Scope, SoldState
from oms.web import filters
from oms.web.frame import flashed, page
from oms.web.pagination import Keyset, Numbered, links, url_with

_STANDINGS = {
    Standing.ALLOWED: (_l("allowed"), "done"),
    Standing.NOT_YET: (_l("not allowed yet"), "todo"),
    Standing.ENDED: (_l("ended"), "late"),
    Standing.REVOKED: (_l("revoked"), "gone"),
    Standing.MISSING: (_l("not among the settings"), "wrong"),
}
_SOLD = {
    SoldState.PENDING: (_l("not paid yet"), "waiting"),
    SoldState.TO_SEND: (_l("to send"), "todo"),
    SoldState.SENT: (_l("sent"), "done"),
    SoldState.CANCELLED: (_l("cancelled"), "gone"),
}
# What waits for nothing and is no order of ours was sold before somebody allowed the account.
_AGREED = frozenset({SoldState.TO_SEND, SoldState.SENT})
_IDS = {
    Channel.AMAZON: _l("Stays empty at Amazon"),
    Channel.SHOPIFY: _l("Inventory item id at Shopify, digits alone"),
    Channel.TIKTOK: _l("Product id and SKU id at TikTok Shop, such as 1729:1730"),
}
# Both forms of an account: allowing it, and revoking it.
Deciding = tuple[AllowForm, RevokeForm]


def index(
    found: Sequence[Account], forms: Mapping[str, Deciding], names: Mapping[str, str], shown: str = ""
) -> str:
    """Return the page of all accounts; `shown` is the account whose form stays open."""
    return render_template(
        "desk/channels/index.html",
        page=page(_("Channels"), robots="noindex"),
        flashes=flashed(),
        accounts=[_account(one, forms.get(one.code), names, is_open=one.code == shown) for one in found],
    )


def _account(
    one: Account, forms: Deciding | None, names: Mapping[str, str], *, is_open: bool
) -> dict[str, Any]:
    word, kind = _STANDINGS[one.standing]
    for form in forms or ():
        name_apart(form, one.code)
    is_used = one.connection is not None and one.connection.revoked_at is None
    return {
        "code": one.code,
        "at": one.channel.called,
        "url": url_for(".orders", code=one.code) if one.connection else "",
        "state": {"word": str(word), "kind": kind},
        "facts": _facts(one, names),
        "trouble": one.connection.trouble if one.connection else "",
        "advice": _advice(one),
        "allow": forms[0] if forms and one.standing is not Standing.MISSING else None,
        "allow_word": _("Renew or change") if one.connection else _("Allow it"),
        "allow_url": url_for(".allow", code=one.code),
        "is_open": is_open,
        "revoke": forms[1] if forms and is_used else None,
        "revoke_url": url_for(".revoke", code=one.code),
    }


def _advice(one: Account) -> str:
    if one.standing is Standing.NOT_YET:
        return str(_("Nothing is asked or told there before somebody allows it."))
    if one.standing is Standing.MISSING:
        return str(_("The file of CHANNELS does not name it any more, so nothing is asked or told there."))
    if one.standing is Standing.ENDED:
        return str(_("Nothing is asked or told there since then. Renew it to go on where it stopped."))
    if one.standing is Standing.REVOKED:
        return str(_("Nothing is asked or told there since then. Allow it anew to go on where it stopped."))
    return ""


def _facts(one: Account, names: Mapping[str, str]) -> list[tuple[str, str]]:
    known = one.connection
    if known is None:
        return []
    asked = filters.moment(known.asked_at) if known.asked_at else _("never")
    by = names.get(known.granted_by, known.granted_by)
    revoked = []
    if known.revoked_at:
        revoked = [(_("Revoked"), f"{filters.moment(known.revoked_at)}: {known.revoked_why}")]
    return [
        *revoked,
        (_("May be used to"), "; ".join(str(SCOPES[Scope(scope)]) for scope in known.scopes)),
        (_("Until"), filters.day(known.until)),
        (_("Allowed"), f"{filters.moment(known.granted_at)}, {by}"),
        (_("Orders belong to"), f"{known.market_code.upper()} · {known.language}"),
        (_("Last asked"), asked),
        (_("Orders taken"), filters.number(one.orders)),
        (_("Orders that wait"), filters.number(one.waiting)),
    ]


def orders(one: Account, waiting: Sequence[SoldOrder], piece: Keyset[SoldOrder]) -> str:
    """Return the page of an account's orders: what is in the way, then all of them."""
    shown = waiting if not piece.before else ()
    return render_template(
        "desk/channels/orders.html",
        **_around(one, "orders"),
        waiting=[_sold(row) for row in shown],
        more=_("Only the first %(count)s are shown.", count=filters.number(MOST_WAITING))
        if len(shown) == MOST_WAITING
        else "",
        orders=[_sold(row) for row in piece.rows],
        listings_url=url_for(".listings", code=one.code),
        pages={
            "summary": "",
            "before": url_with(before=piece.before, after=None) if piece.before else "",
            "after": url_with(after=piece.after, before=None) if piece.after else "",
            "numbers": (),
        },
    )


def _sold(row: SoldOrder) -> dict[str, Any]:
    word, kind = _SOLD[row.state]
    return {
        "ref": row.ref,
        "url": url_for("oms.orders.order", number=row.number) if row.number else "",
        "state": {"word": str(word), "kind": kind},
        "changed": filters.moment(row.changed_at),
        "to": row.country or "",
        "trouble": row.trouble,
        "is_before": row.state in _AGREED and row.number is None and not row.trouble,
    }


def listings(one: Account, piece: Numbered[Listed], forms: tuple[ListingForm, ListingsForm] | None) -> str:
    """Return the page of what is offered; without forms to who may only look."""
    return render_template(
        "desk/channels/listings.html",
        **_around(one, "listings"),
        rows=[_listing(row, one.code, may_change=forms is not None) for row in piece.rows],
        pages=links(piece),
        offer=forms[0] if forms else None,
        offer_url=url_for(".offer", code=one.code),
        id_hint=_IDS[one.channel],
        file=forms[1] if forms else None,
        file_url=url_for(".offer_file", code=one.code),
    )


def _told(found: Listing) -> str:
    if found.told is None:
        return str(_("not known") if found.told_at else _("not yet"))
    return filters.number(found.told)


def _listing(row: Listed, code: str, *, may_change: bool) -> dict[str, Any]:
    found = row.listing
    when = filters.moment(found.told_at) if found.told_at else ""
    return {
        "sku": row.sku,
        "url": url_for("oms.stock.level", sku=row.sku),
        "name": row.title,
        "their_sku": found.sku,
        "ref": found.ref,
        "available": filters.number(row.available if found.is_offered else 0),
        "told": _told(found),
        "when": when,
        "trouble": found.trouble,
        "is_offered": found.is_offered,
        "withdraw_url": url_for(".withdraw", code=code, number=found.id)
        if may_change and found.is_offered
        else "",
    }


def _around(one: Account, here: str) -> dict[str, Any]:
    word, kind = _STANDINGS[one.standing]
    tabs = [("orders", _("Orders")), ("listings", _("Listings"))]
    waiting = filters.number(one.waiting) if one.waiting else ""
    return {
        "page": page(
            _("%(channel)s, %(code)s", channel=one.channel.called, code=one.code),
            robots="noindex",
            back=url_for(".index"),
        ),
        "flashes": flashed(),
        "state": {"word": str(word), "kind": kind},
        "advice": _advice(one),
        "trouble": one.connection.trouble if one.connection else "",
        "tabs": [
            {
                "label": label,
                "url": url_for(f".{name}", code=one.code),
                "count": waiting if name == "orders" else "",
                "is_current": name == here,
            }
            for name, label in tabs
        ],
    }


def taken(count: int) -> str:
    """Return what is said when a file was taken."""
    return str(ngettext("%(num)s listing is offered.", "%(num)s listings are offered.", count))
