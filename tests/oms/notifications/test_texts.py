"""Texts: to whom they go and to whom not, what the service is told, and what becomes of each."""

import json
import time
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from oms.kernel import egress, jobs
from oms.kernel.config import Settings, load
from oms.kernel.db import Role, reading, transaction
from oms.kernel.egress import Disclosure
from oms.kernel.errors import ConfigurationError, UnavailableError
from oms.kernel.inbox import WebhookEvent
from oms.local.outside.hooks import sign
from oms.notifications import checks
from oms.notifications.gateway import UndeliverableError
from oms.notifications.texting import gateway
from oms.notifications.texting.models import TextSend
from oms.notifications.texting.states import Answer, TextState, meaning
from oms.orders.models import Order
from oms.privacy.states import Channel
from oms.privacy.wishes import actions as saying
from oms.privacy.wishes import queries as wishes
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.states import Choice, WishPurpose
from oms.web import doctor
from oms.web.doctor import Health
from storefront.app import create_store
from tests import make
from tests.fakes import TEXTS_SECRET, Party, wait_until
from tests.forgetting import paid, proven
from tests.make import Shop
from tests.oms.notifications.test_sending_mails import hand_over
from tests.people import words
from tests.running import answering

PHONE = "+31612345678"
PATH = "/webhooks/texts"
ADA = replace(make.ADA, phone=PHONE)


@pytest.fixture
def store(store: FlaskClient, with_texts: Settings) -> FlaskClient:
    # The plain one has let go of what earlier tests were counted for.
    return create_store(with_texts).test_client()


def ordered(small: Shop, *, phone: str = PHONE, yes: bool = True) -> Order:
    """An order with a phone number, whose buyer said yes to texts."""
    order = paid({small.pencil: 1}, delivery=replace(ADA, phone=phone))
    if yes:
        with transaction() as session:
            said = Said(Choice.GIVEN, Channel.SMS)
            assert saying.say(session, [order.unit], said, by=make.GUEST) == 1
    return order


def sent(texts: Party) -> list[dict[str, str]]:
    """What the service was told, without its answers."""
    return [json.loads(one["raw"]) for one in texts.get("received")["received"]]


def states() -> list[TextState]:
    with reading() as session:
        return list(session.scalars(select(TextSend.state).order_by(TextSend.id)))


def test_who_said_yes_hears_that_the_parcel_is_on_its_way_and_the_service_two_things(
    small: Shop, texts: Party, sink: object
) -> None:
    order = ordered(small)
    hand_over(order, "post")
    jobs.drain()
    said = f"Counterfoil: your order {order.number} is on its way. http://localhost/orders/{order.number}"
    assert sent(texts) == [{"phone": PHONE, "text": f"{said} Reply STOP to end texts."}]
    [request] = texts.get("received")["received"]
    [known] = texts.get("ledger")
    assert request["headers"]["Idempotency-Key"] == known["key"]
    with reading() as session:
        told = session.scalars(select(Disclosure).where(Disclosure.recipient == "text service")).one()
    assert (told.fields, told.purpose, told.unit) == (["order.delivery.phone"], "delivery", order.unit)
    with transaction(Role.MIGRATE) as session:
        make.deliver_again(session, "notifications.texting.text_shipped")
    jobs.drain()
    assert len(sent(texts)) == 1
    assert states() == [TextState.SENT]


def test_nobody_gets_a_text_without_a_yes(small: Shop, texts: Party, sink: object) -> None:
    hand_over(ordered(small, yes=False), "post")
    jobs.drain()
    assert states() == [TextState.STOPPED]
    assert sent(texts) == []


def test_an_order_without_a_number_gets_none(small: Shop, texts: Party, sink: object) -> None:
    hand_over(ordered(small, phone=""), "post")
    jobs.drain()
    assert (states(), sent(texts)) == ([], [])


def test_without_a_service_nothing_is_begun_and_nobody_is_named(small: Shop, sink: object) -> None:
    hand_over(ordered(small), "post")
    jobs.drain()
    assert states() == []
    assert "text service" not in egress.in_use()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "refuse"},
        {"kind": "refuse", "mode": "429", "seconds": 1},
        {"kind": "lose_response"},
    ],
)
def test_a_service_that_is_away_is_tried_again_and_texts_once(
    small: Shop, texts: Party, sink: object, fault: dict[str, object]
) -> None:
    hand_over(ordered(small), "post")
    texts.fault(**fault)
    jobs.drain()
    assert states() == [TextState.BEGUN]
    wait_until(lambda: _again() == [TextState.SENT])
    assert len(texts.get("ledger")) == 1
    with reading() as session:
        told = session.scalars(select(Disclosure).where(Disclosure.recipient == "text service")).all()
    assert len(told) == 1


def _again() -> list[TextState]:
    with transaction(Role.MIGRATE) as session:
        make.due_now(session)
    jobs.drain()
    return states()


def test_too_many_is_a_rest_in_which_nobody_is_called(texts: Party) -> None:
    texts.fault("refuse", mode="429", seconds=60)
    for _ in range(3):
        with pytest.raises(UnavailableError):
            gateway.send(PHONE, "words", "key")
    assert len(sent(texts)) == 1


def test_a_number_that_is_refused_for_good_is_dead_and_no_error_names_it(
    small: Shop, texts: Party, sink: object
) -> None:
    with pytest.raises(UndeliverableError) as caught:
        gateway.send("+31600000000", "words", "key")
    assert caught.value.message == "The text service refused it for good: unreachable."
    hand_over(ordered(small, phone="+31600000000"), "post")
    jobs.drain()
    assert states() == [TextState.FAILED]
    assert len(sent(texts)) == 2


def told(kind: str, data: dict[str, str], name: str = "evt_1") -> bytes:
    return json.dumps({"id": name, "type": kind, "created": int(time.time()), "data": data}).encode()


def ring(
    store: FlaskClient, body: bytes, *, secret: str = TEXTS_SECRET, at: float | None = None
) -> tuple[int, str]:
    """What the webhook answers: its status, and the reply that is to be sent."""
    mark = sign(body, [secret], int(time.time() if at is None else at))
    answer = store.post(PATH, data=body, headers={"Text-Signature": mark})
    return answer.status_code, (answer.get_json() or {}).get("reply", "") if answer.is_json else ""


def test_reports_come_twice_and_over_http_and_a_dead_number_is_not_tried_again(
    small: Shop, texts: Party, sink: object, with_texts: Settings
) -> None:
    hand_over(ordered(small), "post")
    jobs.drain()
    [known] = texts.get("ledger")
    with answering(create_store(with_texts)) as origin:
        texts.post("webhooks", url=f"{origin}{PATH}")
        texts.fault("duplicate_webhooks")
        texts.post(f"messages/{known['key']}/report", to="failed")
        wait_until(lambda: [one["state"] for one in texts.get("webhooks")["webhooks"]] == ["delivered"])
        texts.post("webhooks", url=None)
    jobs.drain()
    assert states() == [TextState.FAILED]
    with reading() as session:
        [event] = session.scalars(select(WebhookEvent).where(WebhookEvent.provider == "texts"))
    assert (event.status, event.outcome) == ("failed", "failed")
    hand_over(ordered(small), "post")
    jobs.drain()
    assert states() == [TextState.FAILED, TextState.STOPPED]
    assert len(sent(texts)) == 1


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("message.received", {"phone": PHONE, "text": "STOP", "name": "Ada"}),
        ("message.received", {"phone": PHONE}),
        ("message.received", {"phone": PHONE, "text": 7}),
        ("message.received", {"phone": "1" * 200, "text": "STOP"}),
        ("message.failed", {"key": "no key"}),
        ("message.seen", {"key": "5e2f5a3e-9d3a-4c7e-8c9f-0a1b2c3d4e5f"}),
    ],
)
def test_what_was_not_agreed_on_is_refused_and_nothing_is_kept(
    store: FlaskClient, texts: Party, kind: str, data: dict[str, str]
) -> None:
    assert ring(store, told(kind, data)) == (400, "")
    with reading() as session:
        assert session.scalars(select(WebhookEvent)).all() == []


def test_what_is_unsigned_old_or_large_is_refused(store: FlaskClient, texts: Party, small: Shop) -> None:
    order = ordered(small)
    stop = told("message.received", {"phone": PHONE, "text": "STOP"})
    assert ring(store, stop, secret="another")[0] == 400
    assert ring(store, stop, at=time.time() - 900)[0] == 400
    assert ring(store, b"x" * 20_000)[0] == 413
    assert ring(store, b'{"id": ')[0] == 400
    with reading() as session:
        assert wishes.may(session, [order.unit], WishPurpose.NEWS, Channel.SMS)


def test_without_a_service_its_door_is_not_there(shop: None, settings: Settings) -> None:
    plain = create_store(settings).test_client()
    assert ring(plain, told("message.received", {"phone": PHONE, "text": "STOP"}))[0] == 404


@pytest.mark.parametrize(
    ("text", "means"),
    [
        *((word, Answer.STOP) for word in ("STOP", "stop.", " Stop! ", "StopAll", "UNSUBSCRIBE", "Cancel")),
        *((word, Answer.STOP) for word in ("END", "quit", "REVOKE", "opt out", "OPT-OUT", "Arrêt", "TD")),
        *(
            (word, Answer.STOP)
            for word in ("Stopp", "ABMELDEN", "abbestellen", "退订", "退訂", "Stop please")
        ),
        *((word, Answer.START) for word in ("START", "unstop", "Yes")),
        *((word, Answer.OTHER) for word in ("", "End of May?", "cancel my order", "Thanks", "don't stop")),
    ],
)
def test_the_usual_words_end_texts_and_others_do_not(text: str, means: Answer) -> None:
    assert meaning(text) is means


def test_the_matrix_shows_texts_where_they_are_set_up_and_a_yes_is_given_there(
    small: Shop, texts: Party, store: FlaskClient, settings: Settings
) -> None:
    order = ordered(small, yes=False)
    visitor = proven(store, "ada@shop.test")
    page = words(visitor.get("/your-data/"))
    assert "Text messages you could do without : off" in page
    assert "One for each parcel, where your order has a phone number" in page
    chosen = {"purpose": "news", "channel": "sms", "choice": "given"}
    assert visitor.send("/your-data/wishes", page="/your-data/", **chosen).status_code == 303
    assert "Text messages you could do without : allowed on" in words(visitor.get("/your-data/"))
    with reading() as session:
        assert wishes.may(session, [order.unit], WishPurpose.NEWS, Channel.SMS)
        assert not wishes.may(session, [order.unit], WishPurpose.PROMOTIONS, Channel.SMS)
    without = proven(create_store(settings).test_client(), "ada@shop.test")
    assert "One for each parcel" not in words(without.get("/your-data/"))


def test_the_doctor_says_when_texts_do_not_arrive(
    small: Shop, texts: Party, sink: object, with_texts: Settings, settings: Settings
) -> None:
    name = "Text messages of the last week"
    assert checks.__doc__
    with create_store(settings).app_context():
        assert [(one.figure, one.health) for one in doctor.examine([name])] == [("off", Health.WELL)]
    hand_over(ordered(small, phone="+31600000000"), "post")
    jobs.drain()
    with create_store(with_texts).app_context():
        [found] = doctor.examine([name])
    assert (found.figure, found.health) == ("0 taken, 0 of them arrived, 1 failed", Health.NOTE)


def test_weak_settings_of_production_are_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load({"APP_ENV": "production", "SMS_URL": "http://127.0.0.1:9", "SMS_KEY": "key", "SMS_SECRET": "s"})
    lines = [line for line in caught.value.message.splitlines() if "SMS_" in line]
    assert lines == [
        "  - SMS_URL points to a local stand-in, which production refuses.",
        "  - SMS_KEY is too weak: take at least 32 random characters.",
        "  - SMS_SECRET is too weak: take the whole secret, 32 random characters or more.",
    ]
    for given in ({"SMS_KEY": "key"}, {"SMS_SECRET": "secret"}):
        with pytest.raises(ConfigurationError, match="SMS_URL is not set"):
            load({"DATABASE_URL": "postgresql://a/b", "KEYRING_URL": "postgresql://a/c", **given})
