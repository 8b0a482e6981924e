"""Offers go to nobody who did not say yes, all pay the same, a browser's signal is heard (B22 B25)."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from oms.kernel import vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.register import Job, Purpose
from oms.notifications import actions as mails
from oms.notifications.actions import Letter, Written
from oms.notifications.states import NEEDED, OPTIONAL
from oms.orders.personal import OrderContact
from oms.privacy.states import Channel
from oms.privacy.wishes import actions
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.states import Choice
from tests import make
from tests.forgetting import paid, proven
from tests.pages import send
from tests.people import without_token, words
from tests.privacy.crowd import gather

ROOT = Path(__file__).parents[2]
FEW, MANY = 40, 10_000
WORDS = Written("Hello", "Hello", "<p>Hello</p>")
VECTORS = [
    *(("1", True), (" 1", True), ("1 ", True), ("1, 1", True), ("1,1", True), ("0, 1", True)),
    *(("0", False), ("", False), ("true", False), ("11", False), ("yes", False), ("1.0", False)),
]


def letters(numbers: list[str], topic: str) -> Iterator[Letter]:
    """A mail to each of a crowd, opened as it is sent."""
    for number in numbers:
        unit, purpose = f"order:{number}", Purpose.ORDER_MESSAGES
        with reading() as session:
            by = SYSTEM.doing(Job.LETTERS)
            contact = vault.open_record(session, OrderContact, unit, purpose=purpose, by=by)
            subject_id = vault.subject_of(session, unit)
        assert contact is not None
        assert subject_id is not None
        yield Letter(topic, number, unit, subject_id, contact, purpose, WORDS, "en")


def handed_over(letter: Letter) -> bool:
    """Whether a mail would go to the mail server now."""
    with transaction() as session:
        return mails.begin(session, letter) is not None


def promoted(people: int) -> int:
    """To how many of a crowd that said nothing an offer would go."""
    return sum(map(handed_over, letters(gather(people), "offer")))


def test_an_offer_goes_to_nobody_who_did_not_say_yes(shop: None) -> None:
    assert promoted(FEW) == 0


@pytest.mark.privacy
def test_no_offer_for_ten_thousand_who_said_nothing(shop: None, measured: Callable[..., None]) -> None:
    count = promoted(MANY)
    measured("B25", f"{MANY} people without a yes: {count} promotional messages", passed=count == 0)


def test_every_mail_that_there_is_says_whether_it_is_needed() -> None:
    topics = {folder.name for folder in (ROOT / "templates/mail").iterdir() if folder.is_dir()}
    assert topics - NEEDED == OPTIONAL
    sources = [path.read_text() for path in (ROOT / "oms/notifications").rglob("handlers.py")]
    named = {name for source in sources for name in re.findall(r'etter\((?:[a-z, \n]*)"([a-z_]+)"', source)}
    assert len(named) > 12
    assert named - NEEDED == OPTIONAL
    for topic in NEEDED & topics:
        text = (ROOT / f"templates/mail/{topic}/body.html").read_text().lower()
        assert not [word for word in ("discount", "voucher", "newsletter", "% off") if word in text]


PAGES = ("/", "/products/retro-clock", "/cart", "/checkout")
# A checkout is one of its own, whoever buys.
_OWN = re.compile(r'(name="placement_key" type="hidden" value=")[^"]*')
WISHES = {"said nothing": None, "said no": Choice.WITHDRAWN, "said yes": Choice.GIVEN}


def known(small: make.Shop, store: FlaskClient, wish: Choice | None) -> FlaskClient:
    """A browser of somebody with an order, who proved the mailbox and wished this."""
    email = f"{wish or 'silent'}@shop.test"
    order = paid({small.pencil: 1}, contact=OrderContact(email))
    if wish is not None:
        with transaction() as session:
            assert actions.say(session, [order.unit], Said(wish, Channel.MAIL), by=make.GUEST) == 1
    return proven(store.application.test_client(), email).client


def bought(client: FlaskClient, pencils: int = 3) -> list[str]:
    """What a browser with goods in its cart is shown, up to the last step before it pays."""
    for sku, quantity in (("RETRO-CLOCK", "1"), ("CEDAR-PENCIL", str(pencils))):
        data = {"sku": sku, "quantity": quantity}
        client.post("/cart/lines", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    seen = [client.get(path) for path in PAGES]
    typed = {"country": "DE", "postcode": "10115", "city": "Berlin", "step": "refresh"}
    seen.append(send(client, seen[-1], "placement_key", **typed))
    assert [page.status_code for page in seen] == [200] * 5
    return [_OWN.sub(r"\1", without_token(page)) for page in seen]


def test_who_said_no_pays_and_sees_what_everybody_does(
    small: make.Shop, store: FlaskClient, measured: Callable[..., None]
) -> None:
    people = {said: known(small, store, wish) for said, wish in WISHES.items()}
    stranger = bought(store.application.test_client())
    assert "€42.30" in stranger[-1]
    apart = [said for said, client in people.items() if bought(client) != stranger]
    dearer = bought(store.application.test_client(), pencils=4)
    assert [one == other for one, other in zip(dearer, stranger, strict=True)] == [True] * 2 + [False] * 3
    figure = f"{len(stranger)} pages with goods in the cart, up to paying: {len(apart)} of 3 wishes differ"
    measured("B25", figure, passed=not apart)


def test_twelve_vectors_of_global_privacy_control(shop: None, store: FlaskClient, settings: Settings) -> None:
    with transaction() as session:
        small = make.small_shop(session)
    paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    plain = store.get("/").text
    for value, is_heard in VECTORS:
        page = visitor.client.get("/your-data/", headers={"Sec-GPC": value})
        assert ("Global Privacy Control: opt-out honored" in words(page)) is is_heard, value
        assert "no-store" in page.headers["Cache-Control"]
        assert store.get("/", headers={"Sec-GPC": value}).text == plain
    assert "opt-out honored" not in words(visitor.get("/your-data/"))
