"""Values for the mails of the shop, by topic."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from tests.components.values.shared import RECORD, SHOP

ORDER = {
    "number": "7KQ2-M4XD",
    "url": "https://shop.test/orders/7KQ2-M4XD",
    "sentence": "We have your order, and it is paid.",
}
LEGAL = {
    "title": "Right to withdraw",
    "text": Markup("<p>You have 14 days.</p>"),
    "plain": "You have 14 days.",
}
MAILS: dict[str, dict[str, Any]] = {
    "confirmation": {
        "subject": "Your order 7KQ2-M4XD",
        "order": ORDER,
        "rows": RECORD["rows"],
        "dates": RECORD["dates"],
        "to": ["Ada Lind & Söhne", "Rapenburg 70", "2311 EZ Leiden"],
        "legal": [LEGAL],
    },
    "shipped": {
        "subject": "On its way",
        "order": ORDER,
        "parcel": {
            "title": "Parcel 1 of 1",
            "carrier": "Hollow Post",
            "arrives": "It should arrive on Thursday.",
        },
        "contents": [("Field notebook", "1"), ("Cedar pencil", "2")],
    },
    "delivered": {
        "subject": "Arrived",
        "order": ORDER,
        "returns": "You may send it back until 10 December.",
        "dates": RECORD["dates"],
    },
    "refund": {
        "subject": "€31.70 comes back to you",
        "order": ORDER,
        "amount": "€31.70",
        "why": "The ink was broken.",
        "lines": [("Iron gall ink", "€9.80")],
        "arrives": "Banks take up to five days.",
    },
    "notice": {
        "subject": "Our privacy notice changes",
        "day": "22 December 2026",
        "url": "https://shop.test/privacy/versions/abc/changes",
    },
    "withdrawal": {
        "subject": "Your withdrawal",
        "order": ORDER,
        "declared": "22 November 2026, 11:04:09 UTC",
        "stated": [("Name", "Ada Lind"), ("Contract", "Order 7KQ2-M4XD")],
        "goods": ["Field notebook × 1"],
        "excluded": ["Engraved pen: made for you"],
        "then": ["What has arrived, you send back within 14 days."],
    },
    "cancellation": {
        "subject": "Cancelled",
        "order": ORDER,
        "by_us": False,
        "why": "",
        "refund": "€31.70 goes back the way it came.",
        "dates": RECORD["dates"],
    },
    "late_payment": {
        "subject": "Your payment comes back",
        "order": ORDER,
        "goods": ["Field notebook"],
        "amount": "€31.70",
        "arrives": "Banks take up to five days.",
    },
    "code": {
        "subject": "Your code",
        "code": "401 772",
        "opens": "It opens your order 7KQ2-M4XD.",
        "minutes": "It works for 10 minutes.",
    },
    "email_changed": {
        "subject": "Your address was changed",
        "when": "22 November",
        "undo_url": "https://shop.test/undo",
    },
    "sign_in": {
        "subject": "Was it you who signed in?",
        "sentences": ["Somebody signed in to your account.", "Country and browser are both new."],
        "facts": [("When", "22 November 2026, 11:04:09 UTC"), ("Browser", "Firefox on Linux")],
        "url": "https://shop.test/account/not-me/1.x",
    },
    "certificate": {
        "subject": "It is gone",
        "number": "CF-7KQ2-M4XD",
        "url": "https://shop.test/your-data/certificates/CF-7KQ2-M4XD",
        "date": "22 November 2026",
        "went": [("Name, street", "22 November 2026, 11:04")],
        "stays": [("The counterfoil", "Tax law asks for it.", "until 2036")],
        "backups": "From 29 November on, no backup can bring it back.",
    },
    "closing": {
        "subject": "Our shop closes",
        "day": "1 March 2027",
        "url": "https://shop.test/your-data/",
    },
    "copy": {
        "subject": "The copy of your data is ready",
        "url": "https://shop.test/your-data/copies/x1",
        "until": "25 November 2026",
    },
    "answer": {"subject": "We answered", "order": ORDER},
    "breach": {
        "subject": "Your data",
        "parts": [("What happened", "A backup was lost.")],
        "url": "https://shop.test/your-data/",
    },
    "request": {
        "subject": "Your request",
        "sentences": ["We cannot do what you asked."],
        "facts": [("Reason", "A law obliges us to keep it."), ("Article", "GDPR, article 17(3)(b)")],
        "url": "https://shop.test/your-data/requests/x",
    },
    "word": {
        "subject": "A question to you as a guardian",
        "sentences": ["We have locked what they gave us."],
        "url": "https://shop.test/your-data/child/x",
    },
    "move": {
        "subject": "Another mailbox",
        "sentences": ["Somebody says that this mailbox is lost."],
        "undo_url": "https://shop.test/orders/locked-out/stop/x",
        "url": "",
    },
}


def mail(topic: str) -> dict[str, Any]:
    """What both parts of a mail are made from."""
    values = MAILS[topic]
    return {
        **values,
        "mail": {"subject": values["subject"], "lang": "en", "dir": "ltr", "stop_url": ""},
        "shop": SHOP,
    }
