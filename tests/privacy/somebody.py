"""Somebody with forty strings who types every one of them into a running shop over HTTP, asked for or not."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import requests

from oms.kernel.db import Role, reading
from oms.orders.models import Order
from tests.fakes import Party, wait_until
from tests.people import Mailbox
from tests.privacy.canaries import Person, person
from tests.running import ADA

_INPUT = re.compile(r"<input[^>]*>")
_FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
_ACTION = re.compile(r'<form\b[^>]*\baction="([^"?]*)')
_TOKEN = re.compile(r'<input[^>]*name="csrf_token"[^>]*>')
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
# What no form of the shop asks for, yet: it is typed into forms that have no field for it.
NOBODY_ASKS = (
    *("line_2", "company", "tax_number", "delivery_note", "gift_note", "message_in_another_script"),
    *("coupon_note", "return_reason", "chat", "review", "photo_exif", "photo_name", "video_title"),
    *("invoice_field", "tracking_number", "tracker_number", "marketplace_name", "voucher_for"),
    *("extra_field", "file_name", "reference", "city_in_another_script", "name_in_another_script"),
)


def _placed_orders() -> set[str]:
    with reading(Role.MIGRATE) as session:
        return {order.number for order in session.query(Order).where(Order.state == "placed")}


class Premises(Protocol):
    """Where a shop is open, whole or in this process, and who stands beside it."""

    url: str
    stripe: Party | None
    carrier: Party | None


def _at_rest() -> None:
    """Nothing to do: workers of their own do what follows."""


@dataclass
class Browser:
    """A browser at an address of its own; `settle` lets what follows be done, where no worker runs."""

    live: Premises
    address: str
    settle: Callable[[], object] = _at_rest
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.http.headers["X-Forwarded-For"] = self.address

    def get(self, path: str, **headers: str) -> requests.Response:
        """Open a page, without following where it leads."""
        return self.http.get(f"{self.live.url}{path}", headers=headers, allow_redirects=False, timeout=60)

    def send(self, path: str, *, page: str = "", **typed: str) -> requests.Response:
        """Send the form of a page with its hidden fields."""
        return self.post(path, {**hidden(form_of(self.get(page or path).text, path)), **typed})

    def post(self, path: str, typed: dict[str, str], **files: tuple[str, bytes]) -> requests.Response:
        """Send just this."""
        return self.http.post(
            f"{self.live.url}{path}",
            data=typed,
            files=files or None,
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
            timeout=60,
        )

    def soon(self, found: Callable[[], object]) -> str:
        """Return what is found once what follows has been done."""
        return str(wait_until(lambda: (self.settle(), found())[1]))

    def types_code(self, email: str) -> bool:
        """Type the newest code that was mailed to a mailbox; say whether it was taken."""
        codes = [one.code for one in Mailbox().mailed() if one.email == email]
        return bool(codes) and self.send("/account/code", code=codes[-1]).status_code == 303


def form_of(page: str, path: str) -> str:
    """Return the forms of a page that go to a path; else those that name none; else its token alone."""
    told = [(match[1] if (match := _ACTION.match(form)) else "", form) for form in _FORM.findall(page)]
    sending = [(action, form) for action, form in told if 'method="post"' in form.partition(">")[0]]
    theirs = [form for action, form in sending if action and action.endswith(path.partition("?")[0])]
    theirs = theirs or [form for action, form in sending if not action]
    return "".join(theirs) or "".join(_TOKEN.findall(page)[:1])


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page, or of a part of it, with their values."""
    inputs = [dict(_ATTRIBUTE.findall(one)) for one in _INPUT.findall(page)]
    return {one["name"]: one.get("value", "") for one in inputs if one.get("type") == "hidden"}


@dataclass
class Somebody(Browser):
    """A browser of one person; `number` is their order once they bought."""

    who: Person = field(default_factory=person)
    number: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.http.cookies.set("seen", self.who.strings["cookie"])

    @property
    def said(self) -> dict[str, str]:
        """Their strings."""
        return self.who.strings

    def overfill(self, path: str, *, page: str = "", **typed: str) -> None:
        """Send it first with everything that nobody asked for."""
        surplus = {name: self.said[name] for name in NOBODY_ASKS}
        answer = self.send(path, page=page, **{**surplus, **typed})
        assert answer.status_code < 500, answer.text

    def look_around(self) -> None:
        """Search, come from somewhere, ask for what there is not."""
        self.get(f"/search?q={self.who.cores['search_term']}")
        self.get(f"/search?q={self.who.cores['message']}")
        self.get(f"/search?q={self.who.cores['message_in_another_script']}")
        self.get(
            f"/?utm_source={self.who.cores['campaign']}",
            **{"Referer": self.said["referer"], "User-Agent": self.said["user_agent"]},
        )
        self.get("/", **{"X-Real-IP": self.said["address_token"], "X-Forwarded-For": self.address})
        self.get(f"/products/{self.who.cores['gift_note']}")
        self.get(f"/orders/{self.who.cores['reference']}")

    def buy(self) -> None:
        """Buy a clock: refused twice, paid at last."""
        said, before = self.said, _placed_orders()
        clock = {"sku": "RETRO-CLOCK", "quantity": "1"}
        self.overfill("/cart/lines", page="/cart", **clock)
        assert self.send("/cart/lines", page="/nowhere", **clock).status_code == 303
        typed = {**ADA, "email": said["email"], "name": said["name"], "street": said["line_1"]}
        typed["city"] = said["city"]
        self.overfill("/checkout", **typed)
        assert self.send("/checkout", **{**typed, "postcode": said["postcode"]}).status_code == 422
        paid = self.send("/checkout", **typed)
        assert paid.status_code == 303, paid.text
        assert self.live.stripe is not None
        self.live.stripe.pay(urlsplit(paid.headers["Location"]).path.rsplit("/", 1)[1])
        self.number = self.soon(lambda: self._placed(before))

    def _placed(self, before: set[str]) -> str:
        return next(iter(_placed_orders() - before), "")

    def correct(self) -> None:
        """Move to another house."""
        typed = {"name": self.said["name"], "street": self.said["new_street"], "city": self.said["city"]}
        typed |= {"postcode": self.said.get("zip", "2311 EZ"), "email": self.said["email"]}
        self.overfill(f"/orders/{self.number}/correct", **typed)
        answer = self.send(f"/orders/{self.number}/correct", **typed)
        assert answer.status_code == 303, answer.text

    def sign_up(self) -> None:
        """Open an account with a profile, and try a password that opens nothing."""
        said = self.said
        self.overfill("/account/sign-in", email=said["email"])
        self.send("/account/sign-in", email=said["email"])
        assert self.soon(lambda: self.types_code(said["email"]))
        profile = {"mobile": said["phone"], "country": "NL"}
        self.overfill("/account/profile", nickname=said["given_name"], **profile)
        self.send("/account/profile", nickname=said["given_name"], **profile)
        saved = self.send("/account/profile", nickname=said["nickname"], **profile)
        assert saved.status_code in {303, 422}
        self.send("/account/profile", nickname=said["nickname"], mobile="", country="NL")
        page = "/account/password-sign-in"
        assert self.send(page, email=said["email"], password=said["password"]).status_code == 422

    def delete(self) -> str:
        """Ask to be forgotten now; return the page of the certificate."""
        answer = self.send("/your-data/delete", way="now")
        assert answer.status_code == 303, answer.text
        where = urlsplit(answer.headers["Location"]).path
        return self.soon(lambda: self._certificate(where))

    def _certificate(self, where: str) -> str:
        page = self.get(where).text
        return page if "It is gone" in page else ""
