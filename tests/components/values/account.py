"""Values for the account of a buyer."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from tests.components.values.after import DELIVERED, ON_ITS_WAY, CodeForm, SignInForm
from tests.components.values.shared import page


def sign_in(*, with_password: bool = False) -> dict[str, Any]:
    """The way in."""
    return {
        **page("Sign in"),
        "form": SignInForm(),
        "with_password": with_password,
        "switch_url": "?with=password",
        "find_url": "/orders",
    }


def code() -> dict[str, Any]:
    """The one-time code, once typed wrong."""
    form = CodeForm(MultiDict({"code": "000000"}))
    form.validate()
    form.code.errors = ["This is not the code we sent. You have four more tries."]
    return {
        **page("Code"),
        "form": form,
        "sent_to": "a···@e···.org",
        "minutes": "Six digits, good for 15 minutes.",
        "again_url": "/account/code/again",
        "back_url": "/account/sign-in",
        "why": "It opens your order.",
        "reasons": ["Country and browser are both new for this account."],
    }


SIGN_IN = {
    "when": "22 Nov 2026, 11:04 UTC",
    "how": "with the password",
    "device": "Firefox on Linux",
    "country": "Brazil",
    "reasons": ["Country and browser are both new for this account."],
    "outcome": "",
}


def not_me() -> dict[str, Any]:
    """An unusual sign-in that nobody answered yet."""
    return {
        **page("Was it you?"),
        "found": SIGN_IN,
        "is_open": True,
        "is_staff": False,
        "mine_url": "#",
        "not_mine_url": "#",
        "sign_in_url": "/account/sign-in",
    }


def account() -> dict[str, Any]:
    """A buyer with two orders and one address."""
    return {
        **page("Your account", robots="noindex"),
        "buyer": {"email": "ada@example.org", "since": "3 March 2026"},
        "orders": [
            {
                "number": "7KQ2-M4XD",
                "url": "/orders/7KQ2-M4XD",
                "placed": "22 November 2026",
                "state": ON_ITS_WAY,
                "total": "€31.70",
                "goods": "4 goods",
            },
            {
                "number": "P0VR-9B3E",
                "url": "/orders/P0VR-9B3E",
                "placed": "3 March 2026",
                "state": DELIVERED,
                "total": "€9.80",
                "goods": "1 good",
            },
        ],
        "email_url": "#",
        "profile_url": "#",
        "drop_password_url": "#",
        "password_url": "#",
        "inbox": {"url": "/your-data/messages", "new": "1 new message"},
        "has_password": False,
        "sessions_url": "/account/sessions",
        "sign_out_url": "/account/sign-out",
        "close_url": "/account/close",
    }


def sessions() -> dict[str, Any]:
    """Two browsers."""
    one = {"begun": "22 November", "seen": "today", "end_url": "#"}
    return {
        **page("Sessions"),
        "sessions": [
            {**one, "device": "Firefox on Linux", "is_this": True},
            {**one, "device": "Safari on a phone", "is_this": False},
        ],
        "sign_ins": [SIGN_IN, {**SIGN_IN, "country": "Netherlands", "reasons": []}],
        "end_all_url": "#",
        "back_url": "/account/",
    }


def change() -> dict[str, Any]:
    """A new e-mail address."""
    form = SignInForm()
    field = {
        "f": form.email,
        "why": "To sign in and to tell you where a parcel is.",
        "hint": "",
        "width": "",
        "look": "",
    }
    return {
        **page("Change the e-mail address"),
        "heading": "Change the e-mail address",
        "text": "We send a code to the old and to the new address.",
        "form": form,
        "fields": [field],
        "submit": "Send both codes",
        "back_url": "/account/",
    }
