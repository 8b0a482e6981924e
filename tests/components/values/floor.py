"""Values for the warehouse and the books behind it: picking, packing, stock, privacy, outbox, audit."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, Form, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from tests.components.values.desk import KEYSET, NO_PAGES, AdjustForm, desk

TAKEN = {"word": "taken", "kind": "done"}
OPEN = {"word": "open", "kind": "todo"}


class ParcelForm(Form):
    """What a label needs."""

    weight = IntegerField("Weight, grams", [InputRequired()])
    service = SelectField(
        "Service",
        choices=[SelectChoice("post", "Hollow Post, post"), SelectChoice("express", "Hollow Post, express")],
    )


class TrackingForm(Form):
    """What the counter's receipt says."""

    tracking = StringField("Tracking number")


def pick() -> dict[str, Any]:
    """A pick list half done, and what waits behind it."""
    lines = [
        ("NB-FIELD-DOT-GRN", "Field notebook", "Moss, dot grid", "3", "3", TAKEN),
        ("IN-GALL-BLU-50", "Iron gall ink", "Carbon blue", "2", "0", OPEN),
        ("PC-CEDAR-2B", "Cedar pencil", "2B", "7", "0", OPEN),
    ]
    return {
        **desk("Pick", "To pick"),
        "warehouses": [
            {"label": "Leiden", "url": "?at=leiden", "count": "14", "is_current": True},
            {"label": "Osaka", "url": "?at=osaka", "count": "0", "is_current": False},
        ],
        "pick": {
            "number": "W-118",
            "sentence": "12 goods for 5 orders",
            "scan_url": "#",
            "all_url": "#",
            "done_url": "#",
            "print_url": "#",
            "is_done": False,
            "told": ("good", "Field notebook, moss: 3 of 3."),
            "lines": [
                {
                    "sku": sku,
                    "name": name,
                    "choice": choice,
                    "quantity": quantity,
                    "taken": taken,
                    "state": state,
                }
                for sku, name, choice, quantity, taken, state in lines
            ],
        },
        "waiting": [
            {
                "part": 1,
                "number": "C8XN-1T7R",
                "placed": "22 Nov, 9:40",
                "goods": "7",
                "to": "FR·75",
                "is_late": True,
            },
            {
                "part": 2,
                "number": "Q4ZB-8H2V",
                "placed": "22 Nov, 10:31",
                "goods": "1",
                "to": "NL·10",
                "is_late": False,
            },
        ],
        "others": [("W-117", "#")],
        "start_url": "/oms/pick",
    }


def nothing_to_pick() -> dict[str, Any]:
    """A quiet moment."""
    return {**pick(), "pick": None, "waiting": []}


def pack() -> dict[str, Any]:
    """A box that is full."""
    inside = {"word": "in the box", "kind": "done"}
    return {
        **desk("Pack", "To pack"),
        "warehouses": pick()["warehouses"],
        "at": "LEI",
        "labels_url": "#",
        "queue": [
            {
                "number": "7KQ2-M4XD",
                "part": 7,
                "url": "#",
                "goods": "4",
                "to": "NL·23",
                "is_boxed": False,
                "is_current": True,
            },
            {
                "number": "P0VR-9B3E",
                "part": 8,
                "url": "#",
                "goods": "1",
                "to": "DE·10",
                "is_boxed": True,
                "is_current": False,
            },
        ],
        "part": {
            "number": "7KQ2-M4XD",
            "order_url": "#",
            "sentence": "3 of 3 pieces are in the box.",
            "is_full": True,
        },
        "scan_url": "#",
        "empty_url": "#",
        "close_url": "#",
        "told": ("good", "PC-CEDAR-2B: 2 of 2."),
        "lines": [
            {
                "sku": "NB-FIELD-DOT-GRN",
                "name": "Field notebook",
                "choice": "Moss",
                "quantity": "1",
                "scanned": "1",
                "state": inside,
            },
            {
                "sku": "PC-CEDAR-2B",
                "name": "Cedar pencil",
                "choice": "2B",
                "quantity": "2",
                "scanned": "2",
                "state": inside,
            },
        ],
        "form": ParcelForm(),
        "tracking_form": TrackingForm(),
        "closed": None,
    }


def closed(state: str, problem: str = "", *, is_ours: bool = False, is_gone: bool = False) -> dict[str, Any]:
    """The same, closed, with its label in some state."""
    box = {
        "state": state,
        "way": "Hollow Post",
        "problem": problem,
        "label_url": "#",
        "slip_url": "#",
        "hand_over_url": "#",
        "state_url": "#",
        "again_url": "#",
        "is_gone": is_gone,
        "is_collected": False,
        "is_ours": is_ours,
        "is_tracked": False,
        "tracking_url": "#",
    }
    return {**pack(), "closed": box, "told": None}


def nothing_to_pack() -> dict[str, Any]:
    """No box open."""
    return {**pack(), "part": None, "queue": []}


def labels(url: str = "") -> dict[str, Any]:
    """Labels of several boxes; with an address while they are awaited."""
    states = [
        ("ready", "done", ""),
        ("asked for", "wrong", "The carrier does not answer."),
        ("refused", "wrong", "Too heavy."),
    ]
    rows = [
        {"number": f"7KQ2-M4X{place}", "url": "#", "state": {"word": word, "kind": kind}, "note": note}
        for place, (word, kind, note) in enumerate(states)
    ]
    return {
        **desk("Labels", "To pack"),
        "work": {
            "label": "Labels",
            "done": 2,
            "total": 3,
            "text": "1 of 3 is ready.",
            "url": url,
            "ready": 1,
        },
        "rows": rows,
        "chosen": [7],
        "print_url": "#",
        "again_url": "#",
        "back_url": "#",
    }


def shipments() -> dict[str, Any]:
    """What is on its way."""
    row = {
        "number": "7KQ2-M4XD",
        "url": "#",
        "to": "NL·23",
        "way": "Hollow Post",
        "left": "22 Nov 2026, 14:12 UTC",
        "word": "out for delivery",
        "state": {"word": "on its way", "kind": "moving"},
        "ended_url": "#",
    }
    views = [
        {"label": "on its way", "url": "#", "count": "1", "is_current": True},
        {"label": "lost", "url": "#", "count": "0", "is_current": False},
    ]
    return {**desk("Shipments", "Shipments"), "views": views, "shipments": [row]}


def label() -> dict[str, Any]:
    """One address label."""
    one = {
        "sender": ["Counterfoil Stationers", "Oude Vest 12", "2312 XT Leiden"],
        "to": ["Ada Lind", "Rapenburg 70", "2311 EZ Leiden", "NETHERLANDS"],
        "number": "7KQ2-M4XD",
        "service": "Post",
    }
    values = desk("Label")
    return {**values, "page": {**values["page"], "back": "/oms/pack"}, "labels": [one]}


SLIP_WORDS = {
    "title": "Packing slip",
    "about": "Counterfoil Stationers · Leiden · 22 November 2026",
    "columns": ("Quantity", "Goods", "SKU"),
    "note": "Something missing? Tell us, with the number of this order.",
}


def slip() -> dict[str, Any]:
    """One packing slip."""
    one = {
        "lang": "en",
        "number": "7KQ2-M4XD",
        "words": SLIP_WORDS,
        "lines": [
            {
                "quantity": "1",
                "name": "Field notebook",
                "choice": "Moss, dot grid",
                "sku": "NB-FIELD-DOT-GRN",
            },
            {"quantity": "2", "name": "Cedar pencil", "choice": "2B", "sku": "PC-CEDAR-2B"},
        ],
    }
    values = desk("Packing slip")
    return {**values, "page": {**values["page"], "back": "/oms/pack"}, "slips": [one]}


def stock() -> dict[str, Any]:
    """Levels per warehouse."""
    rows = [
        (
            "IN-GALL-BLU-50",
            "Iron gall ink",
            "Carbon blue",
            "Leiden",
            "41",
            "1",
            "2",
            "0",
            "2",
            "36",
            ("enough", "done"),
        ),
        (
            "NB-FIELD-DOT-GRN",
            "Field notebook",
            "Moss",
            "Leiden",
            "9",
            "1",
            "4",
            "60",
            "2",
            "2",
            ("low", "late"),
        ),
        ("PC-CEDAR-2B", "Cedar pencil", "2B", "Osaka", "0", "0", "0", "200", "0", "0", ("sold out", "wrong")),
    ]
    names = (
        "sku",
        "name",
        "choice",
        "warehouse",
        "on_hand",
        "reserved",
        "allocated",
        "incoming",
        "safety",
        "available",
    )
    return {
        **desk("Stock", "Stock"),
        "q": "",
        "filters": [
            {"name": "state", "label": "State", "options": [("", "Any"), ("low", "Low")], "selected": ""},
        ],
        "levels": [
            {
                **dict(zip(names, row[:-1], strict=True)),
                "url": "#",
                "state": {"word": row[-1][0], "kind": row[-1][1]},
            }
            for row in rows
        ],
        "sorts": {"sku": ("?sort=sku", "ascending"), "available": ("?sort=available", "")},
        "pages": KEYSET,
    }


def level() -> dict[str, Any]:
    """One SKU and its ledger."""
    one = {"reserved": "1", "allocated": "4", "incoming": "60", "safety": "2"}
    return {
        **desk("Field notebook", "Stock"),
        "item": {
            "sku": "NB-FIELD-DOT-GRN",
            "name": "Field notebook",
            "choice": "Moss, dot grid",
            "order_url": "#",
        },
        "levels": [{**one, "warehouse": "Leiden", "on_hand": "9", "available": "2"}],
        "movements": [
            {
                "when": "22 Nov, 10:13",
                "kind": "Allocation",
                "quantity": "−1",
                "on_hand": "9",
                "by": "Order",
                "about": "7KQ2-M4XD",
                "url": "#",
                "note": "",
            },
            {
                "when": "21 Nov, 9:40",
                "kind": "Came back",
                "quantity": "+1",
                "on_hand": "9",
                "by": "K. Ito",
                "about": "7KQ2-M4XD",
                "url": "#",
                "note": "Box is torn",
            },
            {
                "when": "20 Nov, 8:00",
                "kind": "Count",
                "quantity": "−1",
                "on_hand": "9",
                "by": "K. Ito",
                "about": "Torn cover",
                "url": "",
                "note": "",
            },
        ],
        "form": AdjustForm(),
        "cost_url": "#",
    }


def requests() -> dict[str, Any]:
    """What people asked."""
    return {
        **desk("Privacy", "Privacy"),
        "views": [{"label": "Open", "url": "#", "count": "1", "is_current": True}],
        "filters": [{"label": "Everything", "url": "#", "is_current": True}],
        "new_url": "#",
        "rooms": [{"label": "Breaches", "url": "#"}],
        "requests": [
            {
                "source": "mail",
                "age": "3 days",
                "number": "PR-4K2M",
                "url": "#",
                "kind": "Objection",
                "about": "7KQ2-M4XD",
                "received": "22 November",
                "due": "22 December",
                "alarm": {"word": "", "kind": ""},
                "state": {"word": "verified", "kind": "todo"},
            }
        ],
        "retention": [
            {"what": "Names and streets", "due_today": "12 today", "next": "tonight, 2:00"},
            {"what": "Lapsed checkouts", "due_today": "3 today", "next": "every hour"},
        ],
        "retention_note": "From the register; the last run let go of 15 things without an error.",
        "grounds": [("I no longer use this shop.", "2"), ("The shop ends its service.", "0")],
        "pages": NO_PAGES,
    }


def request() -> dict[str, Any]:
    """One request."""
    return {
        **desk("Erasure", "Privacy"),
        "request": {
            "number": "PR-4K2M",
            "kind": "Erasure",
            "because": "I no longer use this shop.",
            "source": "mail",
            "about": "7KQ2-M4XD",
            "target": "18 December",
            "due": "22 December",
            "law": "22 January 2027 (GDPR)",
            "alarm": {"word": "business day 3", "kind": "waiting"},
            "state": {"word": "in progress", "kind": "moving"},
            "events": [{"text": "Received", "when": "22 November"}],
        },
        "plan": {
            "goes": [("E-mail", "order"), ("Messages", "thread")],
            "stays": [("Counterfoil", "Tax law", "31 December 2036")],
        },
        "steps": [{"label": "Carry it out", "url": "#", "kind": "primary", "note": "Cannot be taken back."}],
        "told": [{"who": "Hollow Post", "state": {"word": "confirmed", "kind": "done"}}],
        "hint": "Nobody here sees the file.",
        "words": "Please forget me.",
        "refusal": [("Ground", "A law obliges us.")],
        "denial": {"form": ParcelForm(), "url": "#"},
        "locks": [("Street and number", "7KQ2-M4XD", "locked since 22 November")],
        "decision": {"form": ParcelForm(prefix="decision-"), "url": "#"},
    }


def sheet() -> dict[str, Any]:
    """A sheet of the privacy desk."""
    row = [("7KQ2", "#"), ("received", "")]
    heads = [{"label": "Number"}, {"label": "State"}]
    return {
        **desk("Breaches", "Privacy"),
        "chip": {"word": "open", "kind": "waiting"},
        "sentences": ["Who is affected is found by the shop itself."],
        "facts": [("Told by", "24 November")],
        "tables": [
            {"title": "Breaches", "heads": heads, "rows": [row], "empty": "None."},
            {"title": "Drafts", "heads": heads, "rows": [], "empty": "None yet."},
        ],
        "forms": [
            {"title": "New", "form": ParcelForm(), "url": "#", "yes": "Write it down", "note": "Short."}
        ],
        "steps": [{"label": "Send", "url": "#", "kind": "primary"}],
    }


def dead_letters() -> dict[str, Any]:
    """A mail that could not be sent."""
    return {
        **desk("Dead letters", "Outbox"),
        "health": "Nothing waits longer than 4 seconds. One letter is dead.",
        "letters": [
            {
                "id": "91",
                "topic": "order.placed",
                "about": "7KQ2-M4XD",
                "handler": "Confirmation mail",
                "attempts": "8",
                "error": "550 mailbox unavailable",
                "when": "22 Nov, 10:40",
                "retry_url": "#",
                "drop_url": "#",
            }
        ],
        "retry_all_url": "#",
        "pages": NO_PAGES,
    }


def audit() -> dict[str, Any]:
    """Two entries."""
    state = {"word": "whole", "kind": "done"}
    one = {"when": "22 Nov, 11:02", "who": "Service", "about": "7KQ2-M4XD", "url": "#"}
    return {
        **desk("Audit", "Audit"),
        "chain": {"sentence": "51,902 links, verified at 9:58; the newest is 3 seconds old.", "state": state},
        "verify_url": "#",
        "filters": [{"name": "who", "label": "Who", "options": [("", "Anybody")], "selected": ""}],
        "entries": [
            {**one, "did": "looked at name and address", "why": "The buyer asked something"},
            {**one, "did": "held the order", "why": "The buyer asked us to wait"},
        ],
        "pages": KEYSET,
    }


def returns() -> dict[str, Any]:
    """Withdrawals that wait for their money."""
    return {
        **desk("Returns", "Returns"),
        "views": [
            {"label": "To settle", "url": "#", "count": "1", "is_current": True},
            {"label": "Settled", "url": "#", "count": "", "is_current": False},
        ],
        "withdrawals": [
            {
                "number": "7KQ2-M4XD",
                "url": "#",
                "declared": "22 Nov, 9:40",
                "acknowledged": "22 Nov, 9:40",
                "refund_by": "6 Dec",
                "is_late": True,
                "state": {"word": "declared", "kind": "waiting"},
                "refund_url": "#",
                "settle_url": "#",
            }
        ],
    }


def notice() -> dict[str, Any]:
    """The merchant's own words, with their preview."""
    form = NoticeForm(MultiDict({"en_law": "Dutch law; the court in Leiden."}))
    return {
        **desk("Privacy notice", "Privacy"),
        "form": form,
        "fields": [form.en_law],
        "claimed": "ISO 27001",
        "certificates_url": "/oms/privacy/certificates",
        "preview": {
            "since": "22 Dec 2026",
            "texts": [("Law and courts, English", ["Dutch law; the court in Leiden."])],
        },
        "versions": [
            {"number": "2", "changed": "22 Nov 2026", "since": "22 Dec 2026", "material": "announced ahead"},
            {"number": "1", "changed": "1 Nov 2026", "since": "1 Nov 2026", "material": ""},
        ],
    }


class NoticeForm(Form):
    """A text and a tick."""

    en_law = TextAreaField("Law and courts, English")
    is_material = BooleanField("Announce it 30 days ahead")


def replenish() -> dict[str, Any]:
    """What runs low, and what comes next."""
    names = ("sku", "name", "choice", "free", "way", "per_day", "lasts", "point", "quantity", "why")
    rows = [
        (
            *("NB-FIELD-DOT-GRN", "Field notebook", "Moss", "9", "0", "2.4", "3 days", "46", "60"),
            "34 sell in the 14 days until goods come; 12 in reserve.",
        ),
        ("PC-CEDAR-2B", "Cedar pencil", "2B", "0", "40", "11.5", "0 days", "200", "200", "Set by hand."),
    ]
    listed = [{**dict(zip(names, row, strict=True)), "url": "#"} for row in rows]
    return {**desk("To order", "To order"), "wanted": listed, "others": listed[:1], "csv_url": "#"}


def nothing_to_order() -> dict[str, Any]:
    """Everything is there."""
    return {**replenish(), "wanted": [], "others": [], "csv_url": ""}


class BoughtForm(Form):
    """How a SKU is bought."""

    lead_days = IntegerField("Days until goods come")
    review_days = IntegerField("Days between two orders")
    pack = IntegerField("Units in a pack")
    reorder_at = IntegerField("Order when so many are left")
    is_watched = BooleanField("Say when it runs low")


class ComingForm(Form):
    """What was ordered."""

    units = IntegerField("Units on their way", [InputRequired()])
    expected_on = DateField("Here by")


def replenish_sku() -> dict[str, Any]:
    """One SKU that runs low."""
    units = [12, 18, 15, 21, 17, 17, 17]
    bars = [
        {
            "x": 6 + 40 * n,
            "y": 100 - 4 * one,
            "tall": 4 * one,
            "middle": 20 + 40 * n,
            "above": 96 - 4 * one,
            "units": str(one),
            "is_ahead": n > 3,
        }
        for n, one in enumerate(units)
    ]
    values = desk("Field notebook", "To order")
    return {
        **values,
        "page": {**values["page"], "back": "/oms/replenish"},
        "item": {"sku": "NB-FIELD-DOT-GRN", "choice": "Moss, dot grid"},
        "stock_url": "#",
        "chip": ("order now", "late"),
        "facts": [("Free", "9"), ("On the way", "0"), ("Sells a day", "2.4"), ("Order now", "60")],
        "sentences": ["The forecast misses by 1.4 units a day; guessing misses by 1.9."],
        "weeks": [("2 Nov 2026", "21", "sold"), ("9 Nov 2026", "17", "expected")],
        "chart": {
            "bars": bars,
            "wide": 280,
            "tall": 116,
            "bar": 28,
            "line": 100,
            "label": "Units a week: 66 sold in 4 weeks, 51 expected in the next 3.",
        },
        "rule": BoughtForm(),
        "rule_url": "#",
        "ordered": ComingForm(),
        "ordered_url": "#",
        "hints": {"lead_days": "14 where it stays empty", "review_days": "7", "pack": "1"},
    }
