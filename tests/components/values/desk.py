"""Values for the desk: its frame, orders, staff, books."""

from __future__ import annotations

from typing import Any

from wtforms import EmailField, Form, IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from tests.components.values.after import CodeForm
from tests.components.values.shared import RECORD, SHOP

TO_PICK = {"word": "to pick", "kind": "todo"}
PACKED = {"word": "packed", "kind": "moving"}
DELIVERED = {"word": "delivered", "kind": "done"}
WAITING = {"word": "awaiting payment", "kind": "waiting"}
GONE = {"word": "counterfoil", "kind": "gone"}
GOOD = {"word": "holds", "kind": "done"}
NO_PAGES: dict[str, Any] = {"summary": "", "before": "", "after": "", "numbers": []}
KEYSET: dict[str, Any] = {"summary": "50 shown", "before": "", "after": "?after=x", "numbers": []}


class AddStaffForm(Form):
    """Somebody new."""

    name = StringField("Name", [InputRequired()])
    email = EmailField("E-mail", [InputRequired()])
    role = SelectField(
        "Role", choices=[SelectChoice("packer", "Picker and packer"), SelectChoice("service", "Service")]
    )


class DeskSignInForm(Form):
    """The door of the desk."""

    email = EmailField("E-mail", [InputRequired()], render_kw={"autocomplete": "username"})
    password = PasswordField(
        "Password", render_kw={"autocomplete": "current-password"}, validators=[InputRequired()]
    )


class NoteForm(Form):
    """A note on an order."""

    note = TextAreaField("Note", [InputRequired()])


class RefundForm(Form):
    """A reason for a refund."""

    reason = TextAreaField("Reason", [InputRequired()])


class AdjustForm(Form):
    """A correction of the stock."""

    warehouse = SelectField(
        "Warehouse", choices=[SelectChoice("leiden", "Leiden"), SelectChoice("osaka", "Osaka")]
    )
    kind = SelectField(
        "Kind", choices=[SelectChoice("count", "Count"), SelectChoice("write-off", "Write-off")]
    )
    quantity = IntegerField("Quantity", [InputRequired()])
    order = StringField("Order number")
    note = StringField("Note")


def link(label: str, count: str = "", *, wanted: bool = False, current: bool = False) -> dict[str, Any]:
    """One queue of the rail."""
    return {
        "label": label,
        "url": "/oms/" + label.lower().replace(" ", "-"),
        "count": count,
        "is_wanted": wanted,
        "is_current": current,
    }


def desk(title: str, current: str = "") -> dict[str, Any]:
    """What the layout of the desk needs."""
    today = [("To pick", "14"), ("To pack", "6"), ("Exceptions", "1"), ("Returns", ""), ("Messages", "3")]
    books = [("Orders", ""), ("Stock", "2"), ("Privacy", "1"), ("Outbox", ""), ("Audit", ""), ("Staff", "")]
    groups = [("Today", today), ("Books", books)]
    return {
        "page": {"title": title, "heading": title, "lang": "en", "dir": "ltr"},
        "shop": {**SHOP, "name": "Counterfoil"},
        "nav": {
            "home": "/oms/",
            "search": "/oms/search",
            "sign_out": "/oms/sign-out",
            "palette": "/oms/palette",
        },
        "queues": [
            {
                "title": name,
                "links": [
                    link(label, count, wanted=label == "Exceptions", current=label == current)
                    for label, count in links
                ],
            }
            for name, links in groups
        ],
        "staff": {"name": "M. Vos", "role": "Owner"},
        "flashes": [],
    }


def home() -> dict[str, Any]:
    """The start of a day."""
    waiting = [
        ("To pick", "14", "oldest since 9:40"),
        ("To pack", "6", ""),
        ("Exceptions", "1", "address not found"),
        ("Messages", "3", "oldest since yesterday"),
        ("Privacy", "1", "answer by 22 December"),
        ("Stock alerts", "2", ""),
    ]
    checks = [
        ("Stock equals the sum of its ledger", "160 levels"),
        ("Refunds never exceed captures", "4,118 payments"),
        ("Nothing is kept past its date", "0 rows"),
        ("The audit chain is whole", "51,902 links"),
    ]
    return {
        **desk("Today"),
        "waiting": [
            {"label": label, "count": count, "url": "#", "note": note, "is_wanted": label == "Exceptions"}
            for label, count, note in waiting
        ],
        "checks": [
            {
                "name": "Keyring in another cluster",
                "figure": "no",
                "state": {"word": "to know", "kind": "waiting"},
            }
        ],
        "holding": [{"name": name, "figure": figure, "state": GOOD} for name, figure in checks],
        "checked": "checked at 9:58",
        "figures": [("Orders", "37"), ("Sent", "29"), ("Taken", "€1,204.60", "sum")],
        "figures_note": "22 November since midnight, from orders and payments",
    }


def orders() -> dict[str, Any]:
    """The list of orders."""
    rows = [
        ("7KQ2-M4XD", TO_PICK, "NL·23", "Leiden", "4", "€31.70", ""),
        ("P0VR-9B3E", PACKED, "DE·10", "Leiden", "1", "€9.80", ""),
        ("C8XN-1T7R", TO_PICK, "FR·75", "Leiden", "7", "€88.20", "held"),
        ("H6TN-2C8W", DELIVERED, "JP·53", "Osaka", "12", "¥14,300", ""),
        ("M2WD-6K0P", WAITING, "US·94", "Leiden", "3", "$41.00", ""),
        ("B3YF-5Z1K", GONE, "US", "Leiden", "2", "$24.00", ""),
    ]
    states = [("", "Any"), ("placed", "Placed"), ("closed", "Closed")]
    places = [("", "Any"), ("leiden", "Leiden"), ("osaka", "Osaka")]
    return {
        **desk("Orders", "Orders"),
        "views": [
            {"label": "Open", "url": "?view=open", "count": "21", "is_current": True},
            {"label": "Late", "url": "?view=late", "count": "1", "is_current": False},
            {"label": "All", "url": "?view=all", "count": "", "is_current": False},
        ],
        "q": "",
        "filters": [
            {"name": "state", "label": "State", "options": states, "selected": ""},
            {"name": "warehouse", "label": "From", "options": places, "selected": ""},
        ],
        "sorts": {
            "number": ("?sort=number", ""),
            "placed": ("?sort=placed", "descending"),
            "total": ("?sort=total", ""),
        },
        "orders": [
            {
                "number": number,
                "url": f"/oms/orders/{number}",
                "placed": "22 Nov, 10:12",
                "state": state,
                "to": to,
                "origin": origin,
                "goods": goods,
                "total": total,
                "flag": flag,
            }
            for number, state, to, origin, goods, total, flag in rows
        ],
        "bulk": [{"value": "pick", "label": "Pick"}, {"value": "hold", "label": "Hold"}],
        "bulk_url": "/oms/orders/bulk",
        "pages": KEYSET,
    }


def no_orders() -> dict[str, Any]:
    """A view with nothing in it."""
    return {**orders(), "orders": [], "pages": NO_PAGES}


def order() -> dict[str, Any]:
    """One order, its person masked."""
    lines = [
        ("NB-FIELD-DOT-GRN", "Field notebook", "Moss, dot grid", "1", "€12.50", "€12.50"),
        ("IN-GALL-BLU-50", "Iron gall ink", "Carbon blue", "1", "€9.80", "€9.80"),
        ("PC-CEDAR-2B", "Cedar pencil", "2B", "2", "€1.90", "€3.80"),
    ]
    return {
        **desk("Order 7KQ2-M4XD", "Orders"),
        "order": {
            "number": "7KQ2-M4XD",
            "state": TO_PICK,
            "placed": "22 November 2026, 10:12",
            "market": "Europe, English, EUR",
            "to": "NL·23",
            "initials": "A. L.",
        },
        "sold": None,
        "actions": [
            {"label": "Cancel", "url": "#", "kind": ""},
            {"label": "Refund", "url": "#", "kind": ""},
            {"label": "Pick", "url": "#", "kind": "primary"},
        ],
        "holds": [
            {
                "why": "The buyer asked us to wait for the ink.",
                "who": "Service",
                "when": "22 November, 11:02",
                "release_url": "#",
            }
        ],
        "lines": [
            {
                "sku": sku,
                "name": name,
                "choice": choice,
                "quantity": quantity,
                "origin": "Leiden, nearest",
                "each": each,
                "amount": amount,
            }
            for sku, name, choice, quantity, each, amount in lines
        ],
        "rows": RECORD["rows"][3:],
        "no_parts": "",
        "parts": [
            {
                "title": "From Leiden",
                "state": PACKED,
                "url": "#",
                "note": "3 lines, 4 goods",
                "parcels": [
                    {
                        "carrier": "Hollow Post",
                        "tracking": "HP 4471 0092 18",
                        "state": PACKED,
                        "label_url": "#",
                        "slip_url": "#",
                    }
                ],
            }
        ],
        "payments": [
            {
                "what": "Payment",
                "reference": "pi_3Q9",
                "state": {"word": "captured", "kind": "done"},
                "amount": "€31.70",
                "when": "22 Nov, 10:13",
            }
        ],
        "person": {
            "masked": [("Name", "A··· L·····"), ("Street", "R········ ··"), ("E-mail", "a··@e······.org")],
            "shown": [],
            "seconds": 60,
            "away": "/oms/orders/7KQ2-M4XD",
        },
        "reveal_url": "/oms/orders/7KQ2-M4XD/reveal",
        "reasons": [("question", "The buyer asked something"), ("carrier", "The carrier asked")],
        "person_note": "Name and street go on 27 December 2026, e-mail on 14 January 2027.",
        "told": [{"who": "Stripe", "what": "E-mail, amount", "when": "22 November"}],
        "note_form": NoteForm(),
        "note_url": "#",
        "events": [
            {"text": "Placed", "when": "22 November, 10:12", "note": "by the buyer"},
            {"text": "Paid", "when": "22 November, 10:13", "note": "told by Stripe"},
            {"text": "Delivered", "when": "", "kind": "ahead"},
        ],
        "messages": [{"from_us": False, "text": "Could you wait for the ink?", "when": "22 November, 11:00"}],
        "message_url": "/oms/orders/7KQ2-M4XD/messages",
    }


def sold_elsewhere() -> dict[str, Any]:
    """One that a marketplace sold: its address is kept for the parcel alone."""
    values = order()
    return {
        **values,
        "order": {**values["order"], "number": "305-7788991-1234567", "initials": ""},
        "sold": {
            "where": "Amazon, amazon-eu",
            "url": "#",
            "note": "A marketplace sold this order: it is cancelled and refunded there, and follows here by"
            " itself.",
        },
        "actions": [{"label": "Hold", "url": "#", "kind": ""}],
        "holds": [],
        "payments": [],
        "person": None,
        "person_note": "The address is kept for the parcel alone. The last of it goes on 4 January 2027.",
        "messages": [],
        "message_url": "",
    }


def revealed_order() -> dict[str, Any]:
    """The same while somebody looks."""
    values = order()
    shown = [("Name", "Ada Lind"), ("Street", "Rapenburg 70, 2311 EZ Leiden"), ("E-mail", "ada@example.org")]
    return {**values, "person": {**values["person"], "shown": shown}}


def confirm() -> dict[str, Any]:
    """Holding two orders, one of which cannot be held."""
    form = RefundForm()
    return {
        **desk("Hold 2 orders", "Orders"),
        "decision": {
            "title": "Hold",
            "sentence": "Held orders are not picked until somebody releases them.",
            "yes": "Hold 1 order",
            "undo": "Each order can be released on its page.",
        },
        "rows": [
            {"number": "7KQ2-M4XD", "what": "is held", "is_refused": False, "why": ""},
            {"number": "P0VR-9B3E", "what": "stays as it is", "is_refused": True, "why": "already packed"},
        ],
        "form": form,
        "fields": [form.reason],
        "kept": [("order", "7KQ2-M4XD"), ("order", "P0VR-9B3E")],
        "back_url": "/oms/orders",
    }


def bulk() -> dict[str, Any]:
    """Labels for many orders, half done."""
    return {
        **desk("Buying labels", "Orders"),
        "work": {"label": "Labels", "done": 7, "total": 14, "text": "7 of 14 labels bought", "url": ""},
        "rows": [
            {"what": "7KQ2-M4XD", "url": "#", "state": {"word": "bought", "kind": "done"}, "note": ""},
            {
                "what": "P0VR-9B3E",
                "url": "#",
                "state": {"word": "refused", "kind": "wrong"},
                "note": "The carrier does not know this postcode.",
            },
        ],
        "again_url": "#",
        "back_url": "#",
        "undo_url": "#",
    }


def sign_in() -> dict[str, Any]:
    """The door."""
    return {**desk("Sign in"), "form": DeskSignInForm(), "set_up_url": "/oms/set-up"}


def second_factor() -> dict[str, Any]:
    """The second factor, enrolled on the first visit."""
    square = "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%201%201'/%3E"
    picture = {"src": square, "alt": "Code for an authenticator app", "width": 200, "height": 200}
    return {
        **desk("Second factor"),
        "form": CodeForm(),
        "enroll": {"picture": picture, "secret": "JBSW Y3DP EHPK 3PXP"},
        "back_url": "/oms/sign-in",
    }


def staff() -> dict[str, Any]:
    """Two people."""
    on = {"word": "on", "kind": "done"}
    off = {"word": "not yet", "kind": "late"}
    one = {"url": "#", "seen": "today, 9:40"}
    return {
        **desk("Staff", "Staff"),
        "people": [
            {
                **one,
                "name": "M. Vos",
                "email": "owner@shop.test",
                "role": "Owner",
                "unused": "Finance",
                "factor": on,
                "end_url": "",
            },
            {
                **one,
                "name": "K. Ito",
                "email": "packer@shop.test",
                "role": "Packer",
                "unused": "",
                "factor": off,
                "end_url": "#",
            },
        ],
        "form": AddStaffForm(),
        "roles": [
            {"name": "Owner", "may": "Everything, and adds staff."},
            {
                "name": "Picker and packer",
                "may": "Picks and packs; sees an address while its parcel is made.",
            },
        ],
    }


def error() -> dict[str, Any]:
    """Not for this role."""
    return {
        **desk("Not for your role"),
        "error": {
            "title": "Not for your role",
            "text": "Refunds are given by finance and owners.",
            "reference": "",
            "links": [("Today", "/oms/")],
        },
    }
