"""Somebody with forty strings who types every one of them into a running shop over HTTP, asked for or not."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from oms.kernel.db import Role, reading
from oms.orders.models import Order
from tests.fakes import wait_until
from tests.people import Mailbox
from tests.privacy.canaries import Person
from tests.running import ADA, RunningShop

_INPUT = re.compile(r"<input[^>]*>")
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


@dataclass
class Somebody:
    """A browser of one person; `number` is their order once they bought."""

    live: RunningShop
    who: Person
    address: str
    number: str = ""
    http: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.http.headers["X-Forwarded-For"] = self.address
        self.http.cookies.set("seen", self.who.strings["cookie"])

    @property
    def said(self) -> dict[str, str]:
        """Their strings."""
        return self.who.strings

    def get(self, path: str, **headers: str) -> requests.Response:
        """Open a page, without following where it leads."""
        return self.http.get(f"{self.live.url}{path}", headers=headers, allow_redirects=False, timeout=60)

    def send(self, path: str, *, page: str = "", **typed: str) -> requests.Response:
        """Send the form of a page with its hidden fields."""
        shown = self.get(page or path).text
        inputs = [dict(_ATTRIBUTE.findall(one)) for one in _INPUT.findall(shown)]
        hidden = {one["name"]: one.get("value", "") for one in inputs if one.get("type") == "hidden"}
        return self.http.post(
            f"{self.live.url}{path}",
            data={**hidden, **typed},
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
            timeout=60,
        )

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
        self.number = str(wait_until(lambda: self._placed(before)))

    def _placed(self, before: set[str]) -> str:
        return next(iter(_placed_orders() - before), "")

    def correct(self) -> None:
        """Move to another house."""
        typed = {"name": self.said["name"], "street": self.said["new_street"], "city": self.said["city"]}
        typed |= {"postcode": "2311 EZ", "email": self.said["email"]}
        self.overfill(f"/orders/{self.number}/correct", **typed)
        answer = self.send(f"/orders/{self.number}/correct", **typed)
        assert answer.status_code == 303, answer.text

    def sign_up(self) -> None:
        """Open an account with a profile, and try a password that opens nothing."""
        said = self.said
        self.overfill("/account/sign-in", email=said["email"])
        self.send("/account/sign-in", email=said["email"])
        assert wait_until(self._types_code)
        profile = {"mobile": said["phone"], "country": "NL"}
        self.overfill("/account/profile", nickname=said["given_name"], **profile)
        self.send("/account/profile", nickname=said["given_name"], **profile)
        saved = self.send("/account/profile", nickname=said["nickname"], **profile)
        assert saved.status_code in {303, 422}
        self.send("/account/profile", nickname=said["nickname"], mobile="", country="NL")
        page = "/account/password-sign-in"
        assert self.send(page, email=said["email"], password=said["password"]).status_code == 422

    def _types_code(self) -> bool:
        codes = [one.code for one in Mailbox().mailed() if one.email == self.said["email"]]
        return bool(codes) and self.send("/account/code", code=codes[-1]).status_code == 303

    def delete(self) -> str:
        """Ask to be forgotten now; return the page of the certificate."""
        answer = self.send("/your-data/delete", way="now")
        assert answer.status_code == 303, answer.text
        where = urlsplit(answer.headers["Location"]).path
        return str(wait_until(lambda: self._certificate(where)))

    def _certificate(self, where: str) -> str:
        page = self.get(where).text
        return page if "It is gone" in page else ""
