"""Values for the pages of marketplaces: accounts, orders, listings."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, FileField, Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from oms.web.fields import TickField
from tests.components.values.desk import NO_PAGES, desk

_SCOPES = [
    SelectChoice("orders", "Take its orders"),
    SelectChoice("addresses", "Fetch addresses, each for its own parcel"),
    SelectChoice("stock", "Tell how many units there are"),
    SelectChoice("shipments", "Tell of shipments with their tracking numbers"),
]


class AllowingForm(Form):
    """What an account may be used for."""

    scopes = TickField("It may be used to", choices=_SCOPES)
    place = SelectField("Its orders belong to", choices=[SelectChoice("eu/en", "Europe, English")])
    until = DateField("Until", [InputRequired()])


class RevokingForm(Form):
    """Why it is used no more."""

    reason = SelectField("Why", choices=[SelectChoice("We sell there no more", "We sell there no more")])


class OfferingForm(Form):
    """What is offered there."""

    sku = StringField("Our SKU", [InputRequired()])
    their_sku = StringField("SKU there")
    ref = StringField("Id there")


class FileOfListingsForm(Form):
    """A file of listings."""

    file = FileField("File (CSV with sku, their_sku, ref)", [InputRequired()])


def _apart(form: Form, code: str) -> Form:
    for field in form:
        field.id = f"{code}-{field.name}"
    return form


def _account(code: str, at: str, word: str, kind: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a context
    plain = {"url": "", "facts": (), "trouble": "", "advice": "", "allow": None, "revoke": None}
    urls = {"allow_url": "#", "revoke_url": "#", "allow_word": "Allow it", "is_open": False}
    return {"code": code, "at": at, "state": {"word": word, "kind": kind}, **plain, **urls, **more}


def accounts() -> dict[str, Any]:
    """One that is allowed, one that is not yet, one that ended."""
    facts = [
        ("May be used to", "Take its orders; Tell how many units there are"),
        ("Until", "22 May 2027"),
        ("Allowed", "23 Nov 2026, 09:12, M. Vos"),
        ("Orders belong to", "EU · de"),
        ("Last asked", "23 Nov 2026, 09:55"),
        ("Orders taken", "1,204"),
        ("Orders that wait", "2"),
    ]
    going = _account(
        "amazon-eu",
        "Amazon",
        "allowed",
        "done",
        url="#",
        facts=facts,
        trouble="Amazon does not answer now.",
        allow=_apart(AllowingForm(), "amazon-eu"),
        allow_word="Renew or change",
        revoke=_apart(RevokingForm(), "amazon-eu"),
    )
    new = _account(
        "shop-nl",
        "Shopify",
        "not allowed yet",
        "todo",
        advice="Nothing is asked or told there before somebody allows it.",
        allow=_apart(AllowingForm(), "shop-nl"),
        is_open=True,
    )
    return {**desk("Channels", "Channels"), "accounts": [going, new]}


def no_accounts() -> dict[str, Any]:
    """A shop that sells nowhere else."""
    return {**desk("Channels", "Channels"), "accounts": []}


def _around(current: str) -> dict[str, Any]:
    values = desk("Amazon, amazon-eu", "Channels")
    return {
        **values,
        "page": {**values["page"], "back": "/oms/channels"},
        "state": {"word": "allowed", "kind": "done"},
        "advice": "",
        "trouble": "",
        "tabs": [
            {"label": one, "url": "#", "count": count, "is_current": one == current}
            for one, count in (("Orders", "1"), ("Listings", ""))
        ],
    }


def orders() -> dict[str, Any]:
    """Orders, one of which waits."""
    waits = {
        "ref": "305-7788991-1234567",
        "url": "",
        "state": {"word": "to send", "kind": "todo"},
        "changed": "23 Nov 2026, 09:41",
        "to": "",
        "trouble": "Nothing is listed as NB-DOT-XL: add the listing.",
        "is_before": False,
    }
    taken = {**waits, "ref": "305-1122334-7654321", "url": "#", "to": "DE", "trouble": ""}
    before = {**waits, "ref": "305-1010101-2020202", "trouble": "", "is_before": True}
    return {
        **_around("Orders"),
        "waiting": [waits],
        "more": "",
        "orders": [waits, taken, before],
        "listings_url": "#",
        "pages": NO_PAGES,
    }


def no_orders() -> dict[str, Any]:
    """An account that sold nothing yet, and whose time is over."""
    advice = "Nothing is asked or told there since then. Renew it to go on where it stopped."
    return {**orders(), "waiting": [], "orders": [], "advice": advice, "trouble": "It does not answer."}


def listings() -> dict[str, Any]:
    """One that is told, one in trouble, one withdrawn."""
    told = {
        "sku": "NB-FIELD-DOT-GRN",
        "url": "#",
        "name": "Field notebook",
        "their_sku": "NB-1",
        "ref": "1729:1730",
        "available": "94",
        "told": "94",
        "when": "23 Nov 2026, 09:41",
        "trouble": "",
        "is_offered": True,
        "withdraw_url": "#",
    }
    troubled = {**told, "sku": "PC-CEDAR-2B", "told": "not yet", "when": "", "trouble": "It knows no PC-2."}
    gone = {**told, "sku": "INK-RED", "available": "0", "told": "0", "is_offered": False, "withdraw_url": ""}
    return {
        **_around("Listings"),
        "rows": [troubled, told, gone],
        "pages": NO_PAGES,
        "offer": OfferingForm(),
        "offer_url": "#",
        "id_hint": "Stays empty at Amazon",
        "file": FileOfListingsForm(),
        "file_url": "#",
    }


def no_listings() -> dict[str, Any]:
    """Nothing is offered, and this member of staff may only look."""
    return {**listings(), "rows": [], "offer": None, "file": None}
