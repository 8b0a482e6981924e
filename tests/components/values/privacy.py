"""Values for your data, the plan, the certificate and the notice."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from wtforms import FileField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from tests.components.values.shared import RECORD, page

TOLD = [
    {"who": "Hollow Post", "what": "Name and address", "why": "to deliver the parcel", "when": "23 November"},
    {"who": "Stripe", "what": "E-mail, amount, number", "why": "to take the payment", "when": "22 November"},
]


def your_data() -> dict[str, Any]:
    """A guest with one order."""
    return {
        **page("Your data", robots="noindex"),
        "who": "Order 7KQ2-M4XD, ordered as a guest",
        "changed": {
            "text": "2 things in our privacy notice have changed since you last saw it.",
            "url": "/your-data/notice",
        },
        "decided": ["We looked at what you disputed. It stays as it is, and is no longer locked."],
        "inbox": {
            "url": "/your-data/messages",
            "new": "2 new messages",
            "alarm": "Others may have seen your data",
        },
        "child": {"sentences": ["You may be a child."], "say_url": "/your-data/minor", "leave_url": ""},
        "counts": "We know five things about you, in one order, and told two others.",
        "known": [
            {
                "title": "Order 7KQ2-M4XD",
                "rows": [
                    ("Name", "Ada Lind", "For the carrier", "#"),
                    ("Street", "Rapenburg 70, 2311 EZ Leiden", "For the carrier", "#"),
                    ("E-mail", "ada@example.org", "To confirm your order and say how it goes", "#"),
                    ("Tracking number", "HP 4471 0092 18", "To follow the parcel", "#"),
                    ("Messages", "2", "To answer you", ""),
                ],
            }
        ],
        "told": TOLD,
        "withheld": "",
        "dates": [
            ("Name, street and tracking number", "27 December 2026", "30 days after delivery"),
            ("E-mail and messages", "14 January 2027", "when your right to return ends"),
        ],
        "counterfoil": "For ten years, as tax law asks, the counterfoil stays: goods, amounts, tax, country.",
        "correct": [
            ("Name and address", "", "The label is printed; the parcel follows it."),
            ("E-mail", "/orders/7KQ2-M4XD/correct", "Until the order is closed"),
        ],
        "wishes": [
            {
                "title": "Needed messages",
                "why": "A law does, so there is no switch.",
                "cells": [{"channel": "Mail", "title": "", "state": "always"}],
            },
            {
                "title": "Messages you could do without",
                "why": "Today that is one for each order: that everything has arrived.",
                "cells": [
                    {
                        "channel": channel,
                        "title": title,
                        "state": "stopped on 22 November 2026",
                        "fields": {"purpose": "news", "channel": channel},
                    }
                    for channel, title in (
                        ("Mail", "Mails you could do without"),
                        ("On these pages", "Messages on these pages you could do without"),
                    )
                ],
            },
        ],
        "wishes_url": "/your-data/wishes",
        "objection": "You objected on 22 November 2026. It is stopped until we have decided.",
        "object_url": "/your-data/object",
        "copy_url": "/your-data/copy",
        "schema_url": "/your-data/schema",
        "delete_url": "/your-data/delete",
        "ask_url": "/your-data/ask",
        "bring_url": "/your-data/bring",
        "requests": [
            {
                "number": "PR-4K2M",
                "what": "A copy",
                "state": {"word": "fulfilled", "kind": "done"},
                "url": "#",
            }
        ],
    }


def copy(*, is_ready: bool = False) -> dict[str, Any]:
    """A copy that is being built, or waits to be taken."""
    label = "We gather it. You may leave this page: a mail tells you when it is ready."
    work = {"label": label, "done": 1, "total": 3, "text": "1 of 3 done", "url": ""}
    return {
        **page("A copy of your data", robots="noindex"),
        "work": None if is_ready else work,
        "take_url": "/your-data/copies/x1/take" if is_ready else "",
        "until": "It can be taken once, until 25 November 2026, 11:04." if is_ready else "",
        "again_url": "/your-data/copies/x1",
        "back_url": "/your-data/#copy",
    }


class BringSample(Form):
    """One file."""

    file = FileField("The copy", [InputRequired()])


def bring() -> dict[str, Any]:
    """Before a file was chosen."""
    return {
        **page("Bring your data along", robots="noindex"),
        "form": BringSample(),
        "back_url": "/your-data/",
    }


class PlanForm(Form):
    """A ground, if somebody likes to say it."""

    because = SelectField("Why? You need not say.", choices=[SelectChoice("", "Not said")])


def plan() -> dict[str, Any]:
    """What deleting would do while a parcel is on its way."""
    return {
        **page("Delete", robots="noindex"),
        "goes": [
            ("E-mail address", "from the order and from our mail log"),
            ("Two messages", "with everything in them"),
            ("Name, street, tracking number", "from the order"),
        ],
        "stays": [
            (
                "The counterfoil: goods, amounts, tax, country",
                "Tax law asks us to keep it. It leads to nobody.",
                "until 31 December 2036",
            ),
            (
                "The payment reference",
                "So that a dispute about the payment can be answered.",
                "until 22 March 2027",
            ),
        ],
        "tells": ["Hollow Post", "Stripe"],
        "open_order": {
            "question": "Your order 7KQ2-M4XD is still on its way. How shall we do it?",
            "way": "later",
            "ways": [
                {
                    "value": "now",
                    "label": "Cancel, refund and delete now",
                    "note": "€31.70 goes back to you.",
                },
                {
                    "value": "later",
                    "label": "Let it arrive, then delete by itself",
                    "note": "After delivery and your 14 days to return, on 11 December.",
                },
            ],
        },
        "form": PlanForm(),
        "yes": "Delete it",
        "back_url": "/your-data/",
    }


def certificate() -> dict[str, Any]:
    """Proof of an erasure."""
    record = {
        **RECORD,
        "let_go": "What went",
        "dates": [
            ("Name, street", "22 November 2026, 11:04"),
            ("E-mail", "22 November 2026, 11:04"),
            ("Messages", "22 November 2026, 11:04"),
        ],
    }
    return {
        **page("Certificate", robots="noindex"),
        "number": "CF-7KQ2-M4XD",
        "date": "22 November 2026",
        "record": record,
        "told": [("Hollow Post", "confirmed on 23 November"), ("Stripe", "asked, not yet confirmed")],
        "backups": "From 29 November 2026 on, no backup of ours can bring it back.",
        "progress": None,
    }


def deleting() -> dict[str, Any]:
    """The same while it is being carried out."""
    progress = {"done": 3, "total": 8, "text": "3 of 8 keys destroyed", "url": ""}
    return {**certificate(), "progress": progress}


def request() -> dict[str, Any]:
    """A request under way."""
    return {
        **page("Your request", robots="noindex"),
        "request": {
            "number": "PR-4K2M",
            "what": "Delete",
            "because": "I no longer use this shop.",
            "state": {"word": "in progress", "kind": "moving"},
            "due": "We answer by 22 December.",
            "events": [
                {"text": "You asked", "when": "22 November"},
                {"text": "Answer", "when": "by 22 December", "kind": "ahead"},
            ],
        },
        "answer": "",
        "certificate_url": "",
        "withdraw_url": "#",
        "back_url": "/your-data/",
    }


class AskForm(Form):
    """A request in words."""

    email = StringField("E-mail", [InputRequired()])
    kind = SelectField("What do you ask for?", choices=[SelectChoice("copy", "A copy")])
    because = SelectField("Why, if you ask to delete", choices=[SelectChoice("", "Not said")])
    words = TextAreaField("Your words")
    order_number = StringField("Order number on the parcel")
    postcode = StringField("Postcode on the parcel")
    parcel_name = StringField("Name on the parcel")


class FactForm(Form):
    """One fact of an order."""

    postcode = StringField("Postcode of one of your deliveries")


def ask() -> dict[str, Any]:
    """A request in words."""
    return {**page("Ask about your data", robots="noindex"), "form": AskForm(), "own_url": "/your-data/"}


class LockForm(Form):
    """What is disputed, and why."""

    what = SelectField("Which of it?", choices=[("street", "Street and number (Order 7KQ2-M4XD)")])
    ground = RadioField("Why?", choices=[("wrong", "This is wrong"), ("claims", "I need it for a claim")])


def lock() -> dict[str, Any]:
    """A field to lock."""
    return {**page("Lock your data", robots="noindex"), "form": LockForm(), "back_url": "/your-data/"}


class GuardianForm(Form):
    """A guardian's mailbox."""

    email = StringField("E-mail of a parent or guardian")


def minor() -> dict[str, Any]:
    """Saying that one is a child."""
    return {
        **page("I am a child", robots="noindex"),
        "sentences": [],
        "form": GuardianForm(),
        "until": "2 July 2026",
        "delete_url": "/your-data/delete",
        "back_url": "/your-data/",
    }


def child() -> dict[str, Any]:
    """A guardian's page before the proof."""
    return {
        **page("A question to you as a guardian", robots="noindex"),
        "sentences": ["Before we show anything we send a code there, to prove that it is yours."],
        "code_url": "#",
        "answer_url": "",
        "look_url": "",
        "back_url": "/",
    }


def child_asked() -> dict[str, Any]:
    """A guardian's page after the proof."""
    asked = {"code_url": "", "answer_url": "#", "look_url": "#", "sentences": ["It is about: 7KQ2-M4XD-9B."]}
    return {**child(), **asked}


def proof() -> dict[str, Any]:
    """A request that waits for one fact."""
    return {
        **page("Your request", robots="noindex"),
        "what": "Delete my data",
        "number": "7KQ2-M4XD-9B",
        "is_mine": True,
        "form": FactForm(),
        "code_url": "#",
        "go_url": "#",
        "withdraw_url": "#",
    }


UNSUBSCRIBED = {
    "title": "Mails you could do without",
    "why": "Today that is one for each order: that everything has arrived.",
    "wishes_url": "/your-data/",
    "stops": [
        {"title": "Mails you could do without", "fields": {"channel": "mail"}, "is_stopped": False},
        {"title": "Offers by mail", "fields": {"channel": "mail"}, "is_stopped": True},
    ],
}


def messages() -> dict[str, Any]:
    """Two letters, one of them new."""
    lines = [
        ("Your order 7KQ2-M4XD has arrived.", ""),
        ("https://shop.test/orders/7KQ2-M4XD", "/orders/7KQ2-M4XD"),
    ]
    shared = {"day": "22 November 2026", "about": "Order 7KQ2-M4XD", "lines": lines}
    return {
        **page("Messages", robots="noindex"),
        "summary": "1 new message",
        "letters": [
            {"number": 2, "subject": "Arrived", "fate": "Not sent by mail.", "is_new": True, **shared},
            {"number": 1, "subject": "On its way", "fate": "Sent by mail.", "is_new": False, **shared},
        ],
        "read_url": "#",
        "back_url": "/your-data/",
    }


def unsubscribe() -> dict[str, Any]:
    """One topic, one button."""
    return {**page("Stop"), "is_done": False, "action": "/unsubscribe/x", **UNSUBSCRIBED}


def notice() -> dict[str, Any]:
    """The notice made from the register."""
    rows = [
        {
            "what": "Name",
            "why": "Delivery",
            "basis": "Contract, GDPR 6(1)(b)",
            "until": "30 days after delivery",
            "who": "The carrier",
        },
        {
            "what": "Street, postcode, city",
            "why": "Delivery",
            "basis": "Contract, GDPR 6(1)(b)",
            "until": "30 days after delivery",
            "who": "The carrier",
        },
        {
            "what": "E-mail",
            "why": "Confirmation, tracking, returns",
            "basis": "Contract, GDPR 6(1)(b)",
            "until": "End of the right to return",
            "who": "Stripe",
        },
    ]
    return {
        **page("Privacy"),
        "version": "Version 3, in force since 22 November 2026",
        "versions_url": "/privacy/versions",
        "transparency_url": "/transparency",
        "seen_url": "/your-data/notice",
        "lacking": "ISO 9001",
        "coming": {"text": "From 22 December 2026 this notice changes.", "url": "#"},
        "own": [("", ["A stationer in Leiden."]), ("Law and courts", ["Dutch law; the court in Leiden."])],
        "intro": ["This page is made from the same list that the shop obeys. If it changes, so does this."],
        "fields": [{"title": "When you order", "rows": rows}],
        "lists": [{"name": "Sign-ins", "why": "When and from where", "until": "30 days"}],
        "cookies": [
            {
                "name": "__Host-store",
                "why": "Keeps your cart and your sign-in together.",
                "until": "Until you close the browser",
            }
        ],
        "stores": [{"name": "The shop’s database", "where": "Hetzner Online, Germany"}],
        "certificates": [
            {
                "name": "ISO/IEC 27001",
                "text": "TÜV Nord, valid from 1 May 2026 until 30 April 2029",
                "url": "#",
            }
        ],
        "rights": [
            ("See and take", "Everything we know, as a page and as a file."),
            ("Delete", "Whatever no law makes us keep, at once."),
        ],
        "contact": Markup("<p>Counterfoil Stationers, Leiden</p>"),
        "authority": Markup("<p>You may complain to your data protection authority.</p>"),
    }


def legal() -> dict[str, Any]:
    """A page of words."""
    body = Markup("<p>The terms of a demo shop.</p><h2>Delivery</h2><p>We send from Leiden and Osaka.</p>")
    return {**page("Terms"), "heading": "Terms", "body": body, "version": "In force since 22 November 2026"}


def transparency() -> dict[str, Any]:
    """Figures of a year."""
    row = {"year": "2026", "kind": "court order", "asked": 3, "given": 1, "refused": 2}
    return {**page("What authorities asked for"), "rows": [row]}


def versions() -> dict[str, Any]:
    """Earlier notices."""
    one = {
        "label": "Version 3",
        "date": "22 November 2026",
        "url": "#",
        "changes": ["E-mail is kept for a shorter time."],
        "changes_url": "#",
    }
    return {**page("Versions"), "versions": [one]}


def changes() -> dict[str, Any]:
    """Two versions side by side."""
    return {
        **page("What changes"),
        "title": "What changes",
        "sentences": ["It was last shown to you on 1 November 2026, with order 7KQ2-M4XD."],
        "nothing": "Nothing.",
        "before": "Version 2, in force since 1 November 2026",
        "after": "Version 3, in force from 22 December 2026",
        "rows": [
            {
                "what": "E-mail",
                "before": "To tell you where it is. 30 days.",
                "after": "To tell you where it is. 90 days.",
                "is_material": True,
            },
            {"what": "Phone", "before": "For the carrier.", "after": "", "is_material": False},
        ],
        "versions_url": "/privacy/versions",
    }
