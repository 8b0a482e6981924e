"""Staff of a running shop, and what they do at the desk with a browser."""

from collections import Counter
from dataclasses import dataclass
from secrets import token_hex

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

    @property
    def code(self) -> str:
        """What the authenticator shows now."""
        return Office().code(SECRET)


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


def scan(walker: Walker, skus: list[str], button: str) -> None:
    """Scan piece after piece; the page counts each."""
    counted = Counter[str]()
    for sku in skus:
        counted[sku] += 1
        walker.page.locator("#scan").fill(sku)
        walker.press(button)
        walker.page.get_by_text(f"{sku}: {counted[sku]} of {skus.count(sku)}.").wait_for()
    walker.look()
