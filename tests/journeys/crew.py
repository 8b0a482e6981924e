"""Staff of a running shop, and what they do at the desk with a browser."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex

import pyotp

from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.staff import actions as staffing
from oms.staff.actions import DemoSecrets, NewStaff
from oms.staff.states import StaffRole
from oms.web import credentials
from tests.journeys.walker import Walker
from tests.people import SECRET, Office

PASSWORD = "four parcels before breakfast"


@dataclass(frozen=True)
class Member:
    """Somebody with a password and an authenticator; each signs in once, as a code is good once."""

    email: str
    secret: str = SECRET

    @property
    def code(self) -> str:
        """What the authenticator shows now."""
        return Office().code(self.secret)


def hire(*roles: StaffRole) -> Member:
    """Add somebody to the staff."""
    member = Member(f"pim-{token_hex(3)}@counter.example")
    with reading() as session:
        keys = staffing.prepare_member(session)
    with transaction() as session:
        new = NewStaff(member.email, "Pim at the desk", frozenset(roles))
        staffing.add_demo_member(session, new, keys, DemoSecrets(credentials.hash_password(PASSWORD), SECRET))
    return member


def sign_in(walker: Walker, member: Member) -> None:
    """Come to the desk with password and authenticator."""
    walker.go("/oms/sign-in").fill(email=member.email, password=PASSWORD)
    walker.press("Sign in", to="/oms/second-factor").fill(code=member.code)
    walker.press("Go on", to="/oms/$")


def set_up(walker: Walker, told: dict[str, str]) -> Member:
    """Do what `flask staff add` told: choose a password, enroll an authenticator, see the recovery codes.

    The code of half a minute ago is typed, so that the present one is left for signing in.
    """
    walker.go(told["address"]).fill(email=told["email"], code=told["code"])
    walker.press("Go on", to="/oms/set-up/finish$")
    secret = walker.page.locator("main .code").inner_text().replace(" ", "")
    earlier = pyotp.TOTP(secret).at(clock.now() - timedelta(seconds=30))
    walker.fill(password=PASSWORD, totp=earlier).press("Finish")
    walker.page.get_by_role("link", name="I have kept them").wait_for()
    walker.look()
    return Member(told["email"], secret)


def pick(walker: Walker, number: str, skus: list[str]) -> None:
    """Start a pick list with one order and take each piece with the scanner."""
    walker.go("/oms/pick")
    walker.page.get_by_role("row", name=number).get_by_role("checkbox").check()
    walker.press("Start a pick list", to=r"/oms/pick/\d+$")
    scan(walker, skus, "Taken")
    walker.press("Bring to packing", to="/oms/pack")


def pack(walker: Walker, number: str, skus: list[str]) -> None:
    """Scan each piece into the box, close it, wait for the label, hand the parcel over."""
    walker.press(number, to=r"/oms/pack/\d+$")
    scan(walker, skus, "In the box")
    walker.press("Close the box", to=r"/oms/pack/\d+$")
    walker.until("labelled")
    walker.press("Hand over", to=r"/oms/pack\?at=LEI")
    assert "Handed over. The address is closed again." in walker.words()


def send_by_post(walker: Walker, number: str, skus: list[str], tracking: str) -> None:
    """Scan each piece into the box, close it, keep the number of the counter's receipt, hand it over."""
    walker.press(number, to=r"/oms/pack/\d+$")
    scan(walker, skus, "In the box")
    walker.press("Close the box", to=r"/oms/pack/\d+$")
    walker.page.locator('[name="tracking"]').fill(tracking)
    walker.press("Keep the number")
    walker.page.get_by_text("The tracking number is kept.").wait_for()
    walker.press("Hand over", to=r"/oms/pack\?at=LEI")
    assert "Handed over. The address is closed again." in walker.words()


def arrive(walker: Walker, number: str) -> None:
    """Write down that a parcel of ours has arrived, as no carrier tells."""
    row = walker.go("/oms/shipments").page.get_by_role("row", name=number)
    row.get_by_role("button", name="Delivered").click()
    walker.page.wait_for_url(re.compile("state=delivered$"))
    walker.look().page.get_by_role("row", name=number).wait_for()


def scan(walker: Walker, skus: list[str], button: str) -> None:
    """Scan piece after piece; the page counts each."""
    counted = Counter[str]()
    for sku in skus:
        counted[sku] += 1
        walker.page.locator("#scan").fill(sku)
        walker.press(button)
        walker.page.get_by_text(f"{sku}: {counted[sku]} of {skus.count(sku)}.").wait_for()
    walker.look()
