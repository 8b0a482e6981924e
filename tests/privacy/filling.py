"""Somebody who fills every field that the shop has, and staff who write of them, all over HTTP."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import text

from oms.fulfillment import queries as sending
from oms.fulfillment.states import LabelState
from oms.kernel.db import Role, reading
from oms.orders import queries as orders
from oms.staff.states import StaffRole
from tests.fakes import wait_until
from tests.journeys.crew import PASSWORD, hire
from tests.privacy.canaries import Person, person
from tests.privacy.fields import brought_along, filled_person
from tests.privacy.somebody import Browser, Somebody, hidden
from tests.running import ADA


def somebody_whole() -> Person:
    """Return a person with a string for every field, and those for which no form asks."""
    asked, unasked = filled_person(), person()
    return Person({**unasked.strings, **asked.strings}, {**unasked.cores, **asked.cores})


def is_quiet() -> bool:
    """Say whether the workers have done everything that follows."""
    with reading(Role.WORKER) as session:
        waiting = session.scalar(text("SELECT count(*) FROM outbox_messages WHERE fanned_out_at IS NULL"))
        open_ = "SELECT count(*) FROM outbox_deliveries WHERE state IN ('waiting', 'leased')"
        return not waiting and not session.scalar(text(open_))


@dataclass
class Filler(Somebody):
    """Fills every field; `second` is the order whose parcel goes to a friend, `claim` a lost mailbox."""

    second: str = ""

    def live_here(self, clerk: "Clerk") -> None:
        """Do everything that somebody can do here, and let staff do what they do for them."""
        self.look_around()
        self.buy()
        self.correct()
        self.sign_up()
        self.add_profile()
        self.bring_along()
        self.give_away()
        clerk.note(self.number, self.said["note"])
        clerk.note(self.second, self.said["second_note"])
        clerk.reveal(self.number)
        self.learns_tracking(clerk.ship(self.number))
        self.withdraw()
        self.ask_in_words()
        self.say_no()

    def add_profile(self) -> None:
        """Add a mobile number to the account."""
        typed = {"nickname": self.said["nickname"], "mobile": self.said["mobile"], "country": "NL"}
        _done(self.send("/account/profile", **typed))

    def bring_along(self) -> None:
        """Bring addresses and orders of another shop."""
        token = hidden(self.get("/your-data/bring").text)
        content = json.dumps(brought_along(self.who)).encode()
        _done(self.post("/your-data/bring", token, file=("your-data.json", content)))

    def give_away(self) -> None:
        """Send a pencil to a friend, with a carrier that calls before."""
        said, known = self.said, placed()
        _done(self.send("/cart/lines", page="/nowhere", sku="CEDAR-PENCIL", quantity="1"))
        typed = {**ADA, "email": said["email"], "method": "express-eu"}
        typed |= {part: said[f"friend_{part}"] for part in ("name", "street", "city", "phone")}
        typed |= {"postcode": said["friend_zip"]}
        asked = self.send("/checkout", **{**typed, "step": "refresh"})
        paid = self.post("/checkout", {**hidden(asked.text), **typed})
        _done(paid)
        assert self.live.stripe is not None
        self.live.stripe.pay(urlsplit(paid.headers["Location"]).path.rsplit("/", 1)[1])
        self.second = self.soon(lambda: next(iter(placed() - known), ""))

    def learns_tracking(self, number: str) -> None:
        """Keep what the carrier called the parcel among the strings."""
        self.who.strings["tracking"] = self.who.cores["tracking"] = number

    def withdraw(self) -> None:
        """Withdraw from the first order, under another name and mailbox."""
        path = f"/orders/{self.number}/withdraw"
        stated = {"name": self.said["withdrawn_name"], "email": self.said["withdrawn_email"]}
        self.overfill(path, **stated)
        answer = self.send(path, **stated, step="confirm")
        assert "You have withdrawn" in answer.text, answer.text

    def ask_in_words(self) -> None:
        """Ask twice in words."""
        for what in ("words", "more_words"):
            typed = {"email": self.said["email"], "kind": "other", "words": self.said[what]}
            _done(self.send("/your-data/ask", **typed))

    def say_no(self) -> None:
        """Refuse news by mail."""
        wanted = {"purpose": "news", "channel": "mail", "choice": "withdrawn"}
        _done(self.send("/your-data/wishes", page="/your-data/", **wanted))

    def lock(self) -> None:
        """Dispute the nickname."""
        page = self.get("/your-data/lock").text
        what = next(part for part in page.split('"') if part.endswith("/account.profile.nickname"))
        _done(self.send("/your-data/lock", what=what, ground="wrong"))

    def prove(self, email: str) -> None:
        """Show as a guest that a mailbox is theirs."""
        _done(self.send("/account/prove?next=/your-data/", email=email))
        assert self.soon(lambda: self.types_code(email))

    def lose_mailbox(self) -> None:
        """Ask for another mailbox, as who has lost theirs does: in a browser that knows nobody."""
        said = self.said
        typed = {"number": self.second, "email": said["new_email"], "postcode": said["lost_zip"]}
        _done(self.send("/orders/locked-out", **typed, amount="3.35"))
        assert self.soon(lambda: self.types_code(said["new_email"]))

    def ask_copy(self) -> str:
        """Ask for a copy; return the path of its page, on which it is ready."""
        answer = self.send("/your-data/copy", page="/your-data/")
        _done(answer)
        where = urlsplit(answer.headers["Location"]).path
        self.soon(lambda: self.get(f"{where}/progress").json()["is_done"])
        return where

    def take_copy(self, where: str) -> bytes:
        """Take a copy that is ready."""
        answer = self.send(f"{where}/take", page=where)
        assert answer.headers["Content-Type"] == "application/zip", answer.text
        return answer.content


def placed() -> set[str]:
    """The numbers of all orders that are paid."""
    with reading(Role.MIGRATE) as session:
        return set(session.scalars(text("SELECT number FROM orders WHERE state = 'placed'")))


@dataclass
class Clerk(Browser):
    """The owner at the desk, who does everything there."""

    def sign_in(self) -> None:
        """Come in by password and authenticator."""
        member = hire(StaffRole.OWNER)
        _done(self.send("/oms/sign-in", email=member.email, password=PASSWORD))
        _done(self.send("/oms/second-factor", code=member.code))

    def note(self, number: str, words: str) -> None:
        """Note something of an order."""
        page = f"/oms/orders/{number}"
        _done(self.send(f"{page}/note", page=page, note=words))

    def reveal(self, number: str) -> None:
        """Look at who ordered."""
        page = f"/oms/orders/{number}"
        answer = self.send(f"{page}/reveal", page=page, reason="question")
        assert answer.status_code == 200, answer.text

    def ship(self, number: str, inside: str = "RETRO-CLOCK") -> str:
        """Pick, pack, hand over, and let it arrive; return the number of the parcel."""
        part = self.soon(lambda: _part(number))
        walk = self.send("/oms/pick", part=part).headers["Location"]
        _done(self.send(f"{walk}/all-taken", page=walk))
        _done(self.send(f"{walk}/done", page=walk))
        box = f"/oms/pack/{part}"
        _done(self.send(f"{box}/inside", page=box, scan=inside))
        _done(self.send(f"{box}/closed", page=box, weight="900", service="hollow/post"))
        shipment, reference = self.soon(lambda: _parcel(part)).split()
        assert self.live.carrier is not None
        labels = self.live.carrier.get("ledger")["labels"]
        tracking = next(one["tracking_number"] for one in labels if one["reference"] == reference)
        self.get(f"/oms/shipments/{shipment}/label")
        _done(self.send(f"/oms/shipments/{shipment}/handed-over", page=box))
        self.live.carrier.post(f"parcels/{tracking}/advance", to="delivered")
        self.soon(lambda: _arrived(number))
        return str(tracking)


def _part(number: str) -> str:
    with reading() as session:
        order = orders.by_number(session, number)
        found = sending.parts_of(session, order.id) if order else []
        return str(found[0].id) if found else ""


def _parcel(part: str) -> str:
    """Return shipment and reference of the parcel of a part, once its label is bought."""
    with reading() as session:
        chosen = text("SELECT id FROM shipments WHERE fulfillment_order_id = :part")
        number = session.scalar(chosen, {"part": int(part)})
        parcels = sending.parcels_of(session, number) if number else []
        is_bought = bool(parcels) and parcels[-1].label_state is LabelState.BOUGHT
        return f"{number} {parcels[-1].reference}" if is_bought else ""


def _arrived(number: str) -> bool:
    with reading() as session:
        order = orders.by_number(session, number)
        return order is not None and order.delivered_at is not None


def _done(answer: object) -> None:
    """Expect the answer that leads on after something was done."""
    assert getattr(answer, "status_code", 0) == 303, getattr(answer, "text", "")[-3000:]


def until_quiet() -> None:
    """Wait until the workers have nothing more to do."""
    wait_until(is_quiet)
