"""The desk without a mouse: from signing in to handing a parcel over, by keys and a scanner alone."""

import pytest
from playwright.sync_api import Browser, Locator

from oms.kernel.config import load
from oms.payments import gateway
from oms.staff.states import StaffRole
from tests import make
from tests.fakes import wait_until
from tests.journeys import crew
from tests.journeys.walker import Walker
from tests.running import RunningShop

pytestmark = pytest.mark.browser
MOST_KEYS = 60


class Hands:
    """Two hands on a keyboard."""

    def __init__(self, walker: Walker) -> None:
        self.walker = walker
        self.keys = walker.page.keyboard

    def reach(self, wanted: Locator, key: str = "Tab") -> "Hands":
        """Press a key until the focus is there; whoever cannot see a mouse pointer goes this way."""
        for _ in range(MOST_KEYS):
            if wanted.evaluate("one => one === document.activeElement"):
                return self
            self.keys.press(key)
        raise AssertionError(f"{MOST_KEYS} keys do not reach {wanted}")

    def press(self, name: str, *, role: str = "button", key: str = "Tab", to: str) -> None:
        """Go to a button or link and press Enter; look at the page where it leads."""
        found = self.walker.page.get_by_role(role, name=name)  # type: ignore[arg-type]  # a literal there
        self.reach(found.first, key).enter(to)

    def enter(self, to: str) -> None:
        """Press Enter and come to a page."""
        with self.walker.page.expect_navigation():
            self.keys.press("Enter")
        assert to in self.walker.page.url
        self.walker.look()

    def scan(self, sku: str, told: str) -> None:
        """Do what a scanner does, wherever the focus is: type fast, then Enter."""
        self.keys.type(sku)
        self.keys.press("Enter")
        self.walker.page.get_by_text(told).wait_for()


def paid_order(live: RunningShop) -> str:
    """Have somebody order a clock and two pencils."""
    assert live.stripe is not None
    gateway.configure(load(live.environ))
    placed = make.order({1: 1, 2: 2})
    make.pay(placed, live.stripe)
    wait_until(lambda: make.state_of(placed.order.number) == "placed", patience=30)
    return placed.order.number


def test_a_parcel_leaves_without_a_mouse(browser: Browser, live: RunningShop) -> None:
    number = paid_order(live)
    desk = Walker(browser, live)
    hands, member = Hands(desk), crew.hire(StaffRole.OWNER)
    desk.go("/oms/sign-in")
    hands.reach(desk.page.get_by_label("Work e-mail")).keys.type(member.email)
    hands.reach(desk.page.get_by_label("Password")).keys.type(crew.PASSWORD)
    hands.enter("/oms/second-factor")
    hands.reach(desk.page.get_by_label("Code of your authenticator app")).keys.type(member.code)
    hands.enter("/oms/")

    hands.press("Orders", role="link", to="/oms/orders")
    hands.keys.press("j")
    hands.enter(f"/oms/orders/{number}")

    hands.press("To pick", role="link", to="/oms/pick")
    hands.keys.press("j")
    hands.keys.press("x")
    hands.press("Start a pick list", key="Shift+Tab", to="/oms/pick/")
    hands.scan("RETRO-CLOCK", "RETRO-CLOCK: 1 of 1.")
    hands.scan("CEDAR-PENCIL", "CEDAR-PENCIL: 1 of 2.")
    hands.scan("CEDAR-PENCIL", "CEDAR-PENCIL: 2 of 2.")
    hands.press("Bring to packing", to="/oms/pack")

    hands.press(number, role="link", to="/oms/pack/")
    for sku, told in (("RETRO-CLOCK", "1 of 1."), ("CEDAR-PENCIL", "1 of 2."), ("CEDAR-PENCIL", "2 of 2.")):
        hands.scan(sku, f"{sku}: {told}")
    hands.press("Close the box", to="/oms/pack/")
    desk.page.get_by_text("labelled").wait_for()
    hands.press("Hand over", to="/oms/pack?at=LEI")
    desk.page.get_by_text("Handed over. The address is closed again.").wait_for()
    desk.is_content()
    desk.leave()
