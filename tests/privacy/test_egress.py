"""Every byte that leaves is caught, read and found on a list: who, what, under which agreement (000-14)."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from urllib.parse import urlsplit

import pytest
import requests

from oms.channels import gateway as marketplaces
from oms.channels.models import Connection
from oms.channels.states import Channel as Marketplace
from oms.channels.states import Scope
from oms.fulfillment import actions as shipments
from oms.inventory import actions as stock
from oms.kernel import clock, egress, jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings, load
from oms.kernel.db import reading, transaction
from oms.kernel.egress import AgreementEndedError
from oms.kernel.errors import ConfigurationError, RefusedError
from oms.notifications import gateway as mails
from oms.notifications import handlers as notifications
from oms.notifications.texting import gateway as texting_gateway
from oms.notifications.texting import handlers as texting
from oms.orders import actions as ordering
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.payments import gateway as stripe_gateway
from oms.privacy import checks
from oms.privacy.breaches import actions as breaches
from oms.privacy.breaches.queries import Extent
from oms.privacy.breaches.states import PARTS, Leak
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.states import Channel, Way
from oms.privacy.wishes import actions as saying
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.states import Choice
from oms.returns import actions as returns
from oms.returns.actions import Declaration
from oms.returns.personal import WithdrawalStatement
from oms.shipping import gateway as carriers
from oms.web.doctor import CHECKS, Health
from tests import make
from tests.ear import Ear
from tests.fakes import CARRIER_KEY, CARRIER_SECRET, Party
from tests.oms.fulfillment.conftest import House, house
from tests.people import Mailbox
from tests.privacy import canaries
from tests.privacy.allowed import CARRIER, LISTS, LOOKED_UP, NAMED, place, strays
from tests.privacy.canaries import Person
from tests.privacy.wire import Told, Wire, guarded

assert house is not None
PARTIES = ("stripe", "carrier", "mail service", "text service", "amazon", "shopify", "tiktok")


# What of somebody reaches each of them, by what is declared: the corrected street goes to no label any more
# that is bought, and Stripe sends its receipt to the corrected mailbox.
SEEN = {
    "stripe": {"email", "voucher_for"},
    "carrier": {"name", "line_1", "city"},
    "text service": {"phone"},
}


@dataclass
class Lines:
    """The four lines out of the house, and the settings that lead along them."""

    stripe: Wire
    carrier: Wire
    mail: Wire
    texts: Wire
    settings: Settings


@pytest.fixture
def lines(
    with_texts: Settings, texts: Party, stripe: Party, carrier: Party, mail_process: Party
) -> Iterator[Lines]:
    with (
        Wire(stripe.address) as to_stripe,
        Wire(carrier.address) as to_carrier,
        Wire(mail_process.address) as to_mail,
        Wire(texts.address) as to_texts,
    ):
        ours = replace(
            with_texts,
            stripe_api_base=to_stripe.address,
            carrier_url=to_carrier.address,
            carrier_key=CARRIER_KEY,
            carrier_webhook_secret=CARRIER_SECRET,
            smtp_url=to_mail.address,
            sms_url=to_texts.address,
            accounts={str(channel): {"channel": str(channel)} for channel in Marketplace},
        )
        for each in (stripe_gateway, carriers, notifications, texting, egress):
            each.configure(ours)
        yield Lines(to_stripe, to_carrier, to_mail, to_texts, ours)
    # Texts and mails are given back by the fixture of texts.
    carriers.configure(with_texts)


def bought(house: House, who: Person, wanted: dict[int, int], **changed: object) -> Order:
    said = who.strings
    delivery = OrderDelivery(
        name=said["name"],
        street=said["line_1"],
        postcode="2311 EZ",
        city=said["city"],
        country="NL",
        phone=said["phone"],
    )
    contact = OrderContact(email=said["email"])
    return house.buy(wanted, **{"delivery": delivery, "contact": contact, **changed})


def arrived(house: House, carrier: Party, order: Order) -> None:
    house.hand_over(house.pack(order))
    for label in carrier.get("ledger")["labels"]:
        if label["status"] == "purchased":
            carrier.post(f"parcels/{label['tracking_number']}/advance", to="delivered")
    with transaction() as session:
        ordering.note_delivery(session, order.id)
    jobs.drain(scheduled=True)


def everything(house: House, carrier: Party, who: Person) -> None:
    """Walk all: guest, texts, account, corrections, customs, refund, withdrawal, breach, erasure."""
    first = bought(house, who, {house.shop.clock: 1, house.shop.pencil: 2})
    with transaction() as session:
        assert saying.say(session, [first.unit], Said(Choice.GIVEN, Channel.SMS), by=make.GUEST) == 1
    arrived(house, carrier, first)
    Mailbox().ask(who.strings["email"])
    jobs.drain()
    corrected(house, who)
    far = from_japan(house, who)
    house.pack(far)
    with reading() as session:
        keys = returns.prepare(session, first)
    statement = WithdrawalStatement(who.strings["name"], who.strings["email"])
    with transaction() as session:
        returns.withdraw(session, Declaration(first.id, statement, keys), by=SYSTEM)
    cancelled = bought(house, who, {house.shop.pencil: 3})
    with reading() as session:
        keys = returns.prepare(session, cancelled)
    with transaction() as session:
        returns.withdraw(session, Declaration(cancelled.id, statement, keys), by=SYSTEM)
    jobs.drain(scheduled=True)
    leaked()
    jobs.drain(scheduled=True)
    with transaction() as session:
        request = erasure.open_request(session, Wish((first.unit,), Way.NOW, "eu", "en"))
    assert erasure.carry_out(request.id)
    jobs.drain(scheduled=True)


def corrected(house: House, who: Person) -> None:
    """Correct street and mailbox of an order whose label was bought: it is voided, and bought anew."""
    order, said = bought(house, who, {house.shop.pencil: 5}), who.strings
    house.pack(order)
    delivery = OrderDelivery(
        name=said["name"], street=said["new_street"], postcode="2311 EZ", city=said["city"], country="NL"
    )
    with transaction() as session:
        shipments.correct_delivery(session, order.id, delivery, by=make.GUEST)
        found = orders.get(session, order.id)
        ordering.correct_contact(session, found, OrderContact(said["voucher_for"]), by=make.GUEST)
    jobs.drain(scheduled=True)


def from_japan(house: House, who: Person) -> Order:
    """Buy something that only Osaka has, so that its parcel crosses a customs border."""
    with transaction() as session:
        fan = make.variant(session, "PAPER-FAN", 900)
        stock.locate_warehouse(session, house.shop.osaka, "Umeda 1", "Osaka")
        stock.receive(session, fan, house.shop.osaka, 3, by=SYSTEM)
    return bought(house, who, {fan: 1})


def leaked() -> None:
    now = clock.now()
    with transaction() as session:
        extent = Extent(Leak.TABLE, "orders", now - timedelta(days=1), now)
        breach = breaches.open_breach(session, extent, by=SYSTEM)
        breaches.write_notice(session, breach, dict.fromkeys(PARTS, "Words."), by=SYSTEM)
        breaches.send(session, breach, by=SYSTEM)


def told_too_much(who: Person, letters: list[tuple[list[str], bytes]]) -> list[str]:
    """Return what mails tell of somebody, in head or body, beside their mailbox and what is declared."""
    found = []
    for readers, raw in letters:
        subject = str(BytesParser(policy=policy.default).parsebytes(raw)["Subject"])
        subject = re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}", "*", subject)
        theirs = {what for what, said in who.strings.items() if said in readers}
        seen = {one.what for one in canaries.find([who], [("mail", raw)])}
        found += [f"{subject}: {what}" for what in sorted(seen - theirs - NAMED.get(subject, set()))]
    return found


@pytest.mark.privacy
def test_every_byte_that_leaves_is_on_a_list(
    house: House, carrier: Party, lines: Lines, measured: Callable[..., None]
) -> None:
    who = canaries.person()
    every = {"stripe": lines.stripe, "carrier": lines.carrier, "text service": lines.texts}
    ends = {port for line in (*every.values(), lines.mail) for port in line.ports}
    with guarded(*ends, urlsplit(lines.settings.redis_url).port or 0) as guard:
        everything(house, carrier, who)
    told = [stray for name, line in every.items() for stray in strays(line.requests(), LISTS[name])]
    letters = lines.mail.letters()
    much = told_too_much(who, letters)
    seen = {
        name: {one.what for one in canaries.find([who], [(name, line.everything)])}
        for name, line in every.items()
    }
    assert (told, much, guard.refused) == ([], [], [])
    for name, line in every.items():
        reached = {place(one) for one in line.requests()}
        assert set(LISTS[name]) - reached - set(LOOKED_UP) <= {"GET /v1/tracking/*"}
    assert any("customs.lines.hs_code" in one.keys for one in lines.carrier.requests())
    assert seen == SEEN
    mailboxes = {who.strings[what] for what in ("email", "voucher_for")}
    assert {reader for readers, _ in letters for reader in readers} == mailboxes
    assert all(BytesParser(policy=policy.default).parsebytes(raw)["To"] for _, raw in letters)
    count = sum(len(line.requests()) for line in every.values()) + len(letters)
    strange = len(told) + len(much)
    figure = f"{count} requests and mails to 4 recipients: {strange} things on no list, 0 calls elsewhere"
    measured("B20", figure, passed=count > 25 and not strange)


def test_what_a_mail_says_too_much_is_seen() -> None:
    who = canaries.person()
    mail = EmailMessage()
    mail["To"], mail["Subject"] = who.strings["email"], "Your order 7KQ2-M4XD-9B"
    mail.set_content(f"It goes to {who.strings['name']}, {who.strings['line_1']} – soon.", cte="base64")
    to = [who.strings["email"]]
    named = ["Your order *: line_1", "Your order *: name"]
    assert told_too_much(who, [(to, mail.as_bytes())]) == named
    assert told_too_much(who, [(["eve@evil.test"], mail.as_bytes())]) == [named[0][:-6] + "email", *named]


def test_whoever_tracks_learns_a_number_and_nothing_else(lines: Lines) -> None:
    carriers.status("hollow", "HP1")
    [told] = lines.carrier.requests()

    assert (told.method, told.path, told.values) == ("GET", "/v1/tracking/HP1", {})
    assert strays([told], CARRIER) == []


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (Told("POST", "/v1/labels", {"to.email": ["a@b.test"]}), "POST /v1/labels: to.email is on no list"),
        (Told("POST", "/v1/labels", {"note": ["birthday"]}), "POST /v1/labels: note is on no list"),
        (Told("GET", "/v1/labels", {"buyer": ["7"]}), "GET /v1/labels: buyer is on no list"),
        (Told("POST", "/v1/customers", {}), "POST /v1/customers is on no list"),
    ],
)
def test_a_planted_key_or_address_is_caught(told: Told, line: str) -> None:
    assert strays([told], CARRIER) == [line]


def test_a_planted_key_is_read_off_the_wire(carrier: Party, ear: Ear) -> None:
    with Wire(carrier.address) as line:
        requests.post(f"{line.address}/v1/labels", json={"to": {"birthday": "1990-01-01"}}, timeout=10)
        requests.get(f"{line.address}/v1/labels?reference=1&mailbox=a", timeout=10)
        found = strays(line.requests(), CARRIER)
    assert found == [
        "POST /v1/labels: to.birthday is on no list",
        "GET /v1/labels: mailbox is on no list",
    ]
    assert ear.take()[1] == [f"carrier was told: {one}" for one in found]


def test_an_undeclared_destination_is_refused_before_its_first_byte(carrier: Party) -> None:
    with Wire(carrier.address) as line, guarded(9) as guard:
        port = line.port
        with pytest.raises(requests.ConnectionError, match="not a declared destination"):
            requests.get(f"{line.address}/v1/labels", timeout=10)
        assert line.everything == b""
    assert guard.refused == [f"127.0.0.1:{port}"]
    with pytest.raises(RefusedError, match="not a declared recipient"):
        egress.require_agreement("an advertiser")


DOCTOR = "Agreements with recipients of data"
assert checks is not None


def asked(channel: Marketplace) -> Callable[[], object]:
    """A call that asks a marketplace for orders, as somebody allowed."""
    account = {"code": channel, "channel": channel, "scopes": list(Scope), "until": clock.today()}
    return lambda: marketplaces.open_for(Connection(**account), Scope.ORDERS)


CALLS: dict[str, Callable[[], object]] = {
    **{channel: asked(channel) for channel in Marketplace},
    "stripe": lambda: stripe_gateway.look_up("cs_1"),
    "carrier": lambda: carriers.status("hollow", "HP1"),
    "text service": lambda: texting_gateway.send("+31612345678", "Words.", "key-1"),
    "mail service": lambda: mails.send(
        mails.Mail("reader@example.test", "A subject", "A text", "<p>A text</p>", "en", "confirmation.1")
    ),
}


@pytest.mark.parametrize("name", PARTIES)
def test_an_agreement_that_has_ended_refuses_the_first_byte(lines: Lines, name: str) -> None:
    today = clock.today()
    egress.configure(replace(lines.settings, agreements_end={name: today - timedelta(days=1)}))
    try:
        with pytest.raises(AgreementEndedError, match=f"The agreement with {name} ended"):
            CALLS[name]()
        assert CHECKS[DOCTOR].look()[1] is Health.ILL
        egress.configure(replace(lines.settings, agreements_end={name: today}))
        assert egress.require_agreement(name).agreement
        assert CHECKS[DOCTOR].look()[1] is Health.NOTE
    finally:
        egress.configure(lines.settings)
    for line in (lines.stripe, lines.carrier, lines.mail, lines.texts):
        assert line.everything == b""
    assert CHECKS[DOCTOR].look() == ("hold", Health.WELL)


def test_every_recipient_has_an_agreement_and_a_region() -> None:
    assert set(PARTIES) == set(egress.RECIPIENTS)
    assert [one.name for one in egress.RECIPIENTS.values() if not (one.agreement and one.region)] == []


def test_the_last_days_of_agreements_are_read_and_a_wrong_one_is_said() -> None:
    known = {
        "DATABASE_URL": "postgresql://nowhere/shop",
        "KEYRING_URL": "postgresql://nowhere/keyring",
        "MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
    }
    told = load({**known, "AGREEMENTS_END": "stripe=2027-12-31, mail service=2027-06-30"})
    assert told.agreements_end == {"stripe": date(2027, 12, 31), "mail service": date(2027, 6, 30)}
    with pytest.raises(ConfigurationError, match="AGREEMENTS_END must be like"):
        load({**known, "AGREEMENTS_END": "stripe=soon"})
