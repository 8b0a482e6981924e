"""Pages about people, looked at as they are used: axe in both schemes, and every row within a phone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from oms.kernel import clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import transaction
from oms.notifications.states import NEEDED, OPTIONAL
from oms.privacy.breaches import actions as breaches
from oms.privacy.breaches.models import Breach
from oms.privacy.breaches.queries import Extent
from oms.privacy.breaches.states import PARTS, REPORT, Leak
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.states import Way
from oms.staff.states import StaffRole
from oms.web.mounting import mounted
from storefront.privacy.mails import message_words
from tests.forgetting import delivered, proven
from tests.make import Shop
from tests.people import Office, seated, words
from tests.privacy.busy import certified
from tests.running import answering

LISTS = ["/privacy", "/privacy/certificates", "/privacy/minors", "/privacy/official", "/privacy/exports"]
# A frame whose rows stand partly outside of it.
TOO_WIDE = """[...document.querySelectorAll(".table-frame")]
    .filter((frame) => frame.scrollWidth > frame.clientWidth).length"""


@pytest.fixture
def address(apps: tuple[Flask, Flask]) -> Iterator[str]:
    """Serve store and desk on loopback."""
    with answering(mounted(*apps, "")) as origin:
        yield origin


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def leaked(small: Shop) -> Breach:
    delivered({small.pencil: 1})
    now = clock.now()
    with transaction() as session:
        return breaches.open_breach(
            session, Extent(Leak.TABLE, "orders", now - timedelta(days=1), now), by=SYSTEM
        )


def looked_at(page: Page, path: str, *, in_light: bool = True) -> list[str]:
    """What is wrong with a page: on a phone in the dark, and on a screen in the light."""
    found = []
    for is_dark, width in ((False, 1280), (True, 390))[not in_light :]:
        page.emulate_media(color_scheme="dark" if is_dark else "light")
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path)
        for summary in page.locator("main summary").all():
            summary.click()
        barriers = Axe().run(page).response["violations"]
        found += [f"{path} at {width}: {one['id']} {one['nodes'][0]['html']}" for one in barriers]
        is_within = page.evaluate("document.documentElement.scrollWidth") <= width
        if not is_within or page.evaluate(TOO_WIDE):
            found.append(f"{path} is wider than {width}")
    return found


@pytest.mark.browser
def test_nobody_is_kept_out_of_the_privacy_desk_and_its_rows_fit_a_phone(
    small: Shop, apps: tuple[Flask, Flask], page: Page, address: str
) -> None:
    breach = leaked(small)
    certified()
    client = apps[1].test_client()
    seated(client, Office().employ("owner@shop.test", StaffRole.OWNER))
    cookie = client.get_cookie("desk")
    assert cookie is not None
    page.context.add_cookies([{"name": "desk", "value": cookie.value, "url": address, "httpOnly": True}])
    found = [line for path in LISTS for line in looked_at(page, f"/oms{path}", in_light=False)]
    found += looked_at(page, f"/oms/privacy/breaches/{breach.number}")
    assert found == []
    assert page.locator("main textarea").count() == len(PARTS) + len(REPORT)
    assert "optional" not in page.locator("main").inner_text()
    # Where somebody is stays in sight, in a row that is longer than the phone.
    box = page.locator(".rail [aria-current]").bounding_box()
    assert box is not None
    # A row is scrolled by whole pixels.
    assert -1 < box["x"] <= 390 - box["width"]


@pytest.mark.browser
@pytest.mark.usefixtures("small")
def test_nobody_is_kept_out_of_asking_about_a_parcel(page: Page) -> None:
    assert looked_at(page, "/your-data/ask") == []
    parcel = page.locator("main details")
    assert parcel.locator("input").count() == 3
    assert "optional" not in parcel.inner_text()


def test_what_people_and_the_authority_were_told_can_be_read_afterwards(
    small: Shop, apps: tuple[Flask, Flask]
) -> None:
    breach = leaked(small)
    officer = seated(apps[1].test_client(), Office().employ("pat@shop.test", StaffRole.PRIVACY))
    path = f"/privacy/breaches/{breach.number}"
    assert "were told" not in words(officer.get(path)).replace("The platforms were told", "")
    with transaction() as session:
        row = session.get_one(Breach, breach.id)
        breaches.write_notice(session, row, {part: f"Of {part}." for part in PARTS}, by=SYSTEM)
        breaches.send(session, row, by=SYSTEM)
        breaches.write_report(session, row, {part: f"Of {part}." for part in REPORT}, by=SYSTEM)
        breaches.note_told(session, row, "authority", by=SYSTEM)
    page = words(officer.get(path))
    assert "What people were told" in page
    assert "What the authority was told" in page
    assert [part for part in (*PARTS, *REPORT) if f"Of {part}." not in page] == []
    assert "<textarea" not in officer.get(path).text


def test_the_plan_of_a_deletion_names_each_place_once_and_nothing_that_is_empty(
    small: Shop, apps: tuple[Flask, Flask]
) -> None:
    order = delivered({small.pencil: 1})
    visitor = proven(apps[0].test_client(), "ada@shop.test")
    visitor.send("/your-data/ask", email="ada@shop.test", kind="access", words="")
    page = visitor.get("/your-data/delete").text
    assert page.count(f"<small>Order {order.number}</small>") == 1
    assert "<b>E-mail, Name on the parcel, Street and number, Country, City, Postcode</b>" in page
    assert "<b></b>" not in page


def test_every_mail_that_was_sent_is_told_of_in_words(apps: tuple[Flask, Flask]) -> None:
    with apps[0].test_request_context("/"):
        assert {topic for topic in NEEDED | OPTIONAL if message_words(topic) == topic} == set()


@pytest.mark.parametrize(
    ("place", "stays", "moment"),
    [
        ("eu-de", "Der Abschnitt: Ware, Beträge", "22. Nov. 2026, 09:05 UTC"),
        ("eu-zh", "商品、金额、税费、国家", "2026年11月22日 09:05 UTC"),
    ],
)
def test_a_deletion_is_told_in_the_words_and_days_of_its_reader(
    small: Shop, apps: tuple[Flask, Flask], place: str, stays: str, moment: str
) -> None:
    with clock.held_at(datetime(2026, 11, 22, 9, 5, tzinfo=UTC)):
        order = delivered({small.pencil: 1})
        with transaction() as session:
            request = erasure.open_request(session, Wish((order.unit,), Way.NOW, "eu", "en"))
        erasure.carry_out(request.id)
    page = words(apps[0].test_client().get(f"/{place}/your-data/requests/{request.ref}"))
    assert stays in page
    assert moment in page
    assert "counterfoil" not in page
    assert "Tax law" not in page
