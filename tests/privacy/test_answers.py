"""B09 through a whole shop of processes: asked by form and by mail, acknowledged by mail, done by itself."""

import email
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from mailbox import Maildir

import pytest
from sqlalchemy import select

from oms.catalog.models import Variant
from oms.kernel import clock
from oms.kernel.db import Role, reading
from oms.orders.personal import OrderContact
from oms.privacy.clocks import queries as clocks
from oms.privacy.clocks.queries import Alarm
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import RequestKind, RequestState
from tests.fakes import wait_until
from tests.forgetting import delivered
from tests.privacy.somebody import Browser
from tests.running import RunningShop

pytestmark = pytest.mark.privacy
EACH, MOST_SECONDS = 24, 60.0
# What is asked for by turns, and in which words it is asked by mail.
WORDS = {
    RequestKind.ERASURE: "Please delete my data.",
    RequestKind.COPY: "Please send me a copy of my data.",
    RequestKind.ACCESS: "What do you know about me?",
    RequestKind.OTHER: "I have a question about privacy.",
}
# What the shop answers by itself as soon as the mailbox is proven.
ALONE = (RequestKind.ERASURE, RequestKind.COPY)


def kind_of(number: int) -> RequestKind:
    return list(WORDS)[number % len(WORDS)]


def mailbox(way: str, number: int) -> str:
    return f"{way}{number}@shop.test"


def by_form(live: RunningShop, number: int) -> float:
    """Ask by the form, from an address of its own; when that was."""
    browser, begun = Browser(live, f"10.4.{number // 250}.{number % 250}"), time.time()
    answer = browser.send("/your-data/ask", email=mailbox("form", number), kind=kind_of(number).value)
    assert answer.status_code == 303, answer.text
    return begun


def by_mail(live: RunningShop) -> float:
    """Let all mails lie in the box that the shop takes them from; when it took them."""
    box = Maildir(str(live.folder / "inbound"))
    for number in range(EACH):
        letter = EmailMessage()
        letter["From"], letter["To"] = mailbox("mail", number), "privacy@shop.test"
        letter["Subject"], letter["Message-ID"] = "My data", f"<{number}.{time.time_ns()}@shop.test>"
        letter.set_content(WORDS[kind_of(number)])
        box.add(letter.as_bytes())
    begun = time.time()
    done = live.flask("privacy", "inbound", str(live.folder / "inbound"))
    assert done.returncode == 0, done.stderr
    return begun


def told(live: RunningShop) -> Iterator[tuple[str, str, float]]:
    """Return each mail about a request: to whom, the request's reference, and when it lay in the mailbox."""
    for path in (live.folder / "mail").glob("*.eml"):
        letter = email.message_from_bytes(path.read_bytes(), policy=default)
        for ref in re.findall(r"/your-data/requests/([\w-]+)", str(letter.get_body(("plain",)))):
            yield str(letter["To"]), ref, path.stat().st_mtime


def acknowledged(live: RunningShop) -> dict[str, float]:
    """When the first mail about a request lay in each mailbox."""
    found: dict[str, float] = {}
    for who, _ref, at in told(live):
        found[who] = min(at, found.get(who, at))
    return found


def asked_for() -> list[PrivacyRequest]:
    with reading(Role.MIGRATE) as session:
        return list(session.scalars(select(PrivacyRequest).order_by(PrivacyRequest.id)))


def proven(live: RunningShop, request: PrivacyRequest, address: str, who: str) -> None:
    """Prove a request as its mail says: a code to the mailbox, and the postcode where one is asked for."""
    browser, page = Browser(live, address), f"/your-data/requests/{request.ref}/prove"
    assert browser.send(f"{page.removesuffix('/prove')}/code", page=page).status_code == 303
    wait_until(lambda: browser.types_code(who))
    typed = {"postcode": "2311 EZ"} if 'name="postcode"' in browser.get(page).text else {}
    answer = browser.send(page, **typed)
    assert answer.status_code == 303, answer.text


def test_requests_are_acknowledged_within_a_minute_and_those_of_the_shop_done(
    live: RunningShop, measured: Callable[..., None]
) -> None:
    goods = live_goods()
    for way in ("form", "mail"):
        for number in range(EACH):
            delivered({goods: 1}, contact=OrderContact(mailbox(way, number)))
    asked = {mailbox("form", number): by_form(live, number) for number in range(EACH)}
    asked |= dict.fromkeys((mailbox("mail", number) for number in range(EACH)), by_mail(live))
    heard: dict[str, float] = wait_until(
        lambda: found if len(found := acknowledged(live)) >= len(asked) else {}, patience=300
    )
    took = [heard[who] - at for who, at in asked.items()]
    figure = f"{EACH} by form and {EACH} by mail acknowledged within {max(took):.1f} s, of 60"
    measured("B09", figure, passed=max(took) <= MOST_SECONDS and heard.keys() == asked.keys())

    # Not in the order in which they were asked: the mails lie in the box in one of their own.
    theirs = {ref: who for who, ref, _at in told(live)}
    alone = [(theirs[one.ref], one) for one in asked_for() if one.kind in ALONE]
    assert len(alone) == len(asked) * len(ALONE) // len(WORDS)
    for number, (who, request) in enumerate(alone):
        proven(live, request, f"10.5.0.{number}", who)
    mine = {one.id for _who, one in alone}
    wait_until(lambda: all(one.answered_at for one in asked_for() if one.id in mine), patience=300)
    done = {one.id: one for one in asked_for()}
    answered = [done[one.id] for _who, one in alone]
    late = [one for one in answered if not is_in_time(one)]
    states = {state: sum(1 for one in answered if one.state is state) for state in RequestState}
    said = ", ".join(f"{count} {state}" for state, count in states.items() if count)
    measured("B09", f"{len(answered)} in the automatic path: {said}; {len(late)} late", passed=not late)
    with clock.held_at(clock.now() + timedelta(days=366)):
        pressing = [one for one in answered if clocks.alarm(one, clock.now()) is not Alarm.NONE]
    measured("B09", f"{len(pressing)} of them press a year later", passed=not pressing)


def is_in_time(request: PrivacyRequest) -> bool:
    """Say whether a request was answered by its last business day."""
    return request.answered_at is not None and request.answered_at.date() <= request.answer_by


def live_goods() -> int:
    """The pencils of the shop that runs."""
    with reading(Role.MIGRATE) as session:
        return int(session.execute(select(Variant.id).where(Variant.sku == "CEDAR-PENCIL")).scalar_one())
