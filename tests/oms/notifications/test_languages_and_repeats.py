"""Every mail in the buyer's language, and once, however often its fact is told."""

import email
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import select, text

from oms.buyers import actions as buying
from oms.buyers.actions import CodeRequest
from oms.buyers.states import CodePurpose
from oms.fulfillment import actions as fulfillment
from oms.kernel import jobs, outbox
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, transaction
from oms.notifications import handlers
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.payments import actions as money
from oms.payments.actions import RefundAsked, RefundPart
from oms.payments.models import Payment, Refund
from oms.pricing.queries import Where
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.states import Way
from tests import make
from tests.fakes import Party
from tests.make import Shop


@pytest.fixture
def sink(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    party = Party("oms.local.mail", tmp_path)
    handlers.configure(replace(settings, smtp_url=party.address))
    yield tmp_path / "mail"
    party.stop()


def mails(folder: Path, word: str) -> list[EmailMessage]:
    """Return the mails with a word in their subject."""
    found = [email.message_from_bytes(p.read_bytes(), policy=default) for p in sorted(folder.glob("*.eml"))]
    return [mail for mail in found if word in mail["Subject"]]  # type: ignore[misc]


def plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def paid(small: Shop, language: str = "en", email: str = "ada@shop.test") -> Order:
    """Return an order of a clock in a language, paid and confirmed."""
    where = Where("eu", language, "NL", "", "2311 EZ")
    contact = replace(make.ADAS_MAILBOX, email=email)
    placed = make.order({small.clock: 1}, where=where, contact=contact)
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        orders.confirm_payment(session, placed.order.id, placed.payment.id)
        fulfillment.make_parts(session, placed.order.id)
    return placed.order


SPOKEN = {
    "de": {
        "confirmation": ("Ihre Bestellung ", "Wir haben Ihre Bestellung", "/eu-de/orders/"),
        "code": ("Ihr Code", "Er meldet Sie an.", "Er gilt"),
        "certificate": ("Wir haben Ihre Daten gelöscht", "Was gegangen ist", "/eu-de/your-data/requests/"),
    },
    "zh": {
        "confirmation": ("您的订单 ", "我们已收到您的订单，款项已付。", "/eu-zh/orders/"),
        "code": ("您的验证码", "用于登录。", "分钟内有效。"),
        "certificate": ("我们已删除您的数据", "已删除的内容", "/eu-zh/your-data/requests/"),
    },
}
ENGLISH = ("Your ", "We have", "What we", "It works", "See, change", "This is the last", "Nobody of us")


@pytest.mark.parametrize("language", ["de", "zh"])
def test_confirmation_code_and_certificate_are_in_the_language_of_who_reads_them(
    small: Shop, sink: Path, language: str
) -> None:
    order = paid(small, language)
    keys = buying.prepare_code()
    with transaction() as session:
        buying.ask_code(session, CodeRequest("ada@shop.test", CodePurpose.SIGN_IN, "eu", language), keys)
    jobs.drain()
    with transaction() as session:
        orders.note_delivery(session, order.id)
        request = erasure.open_request(session, Wish((order.unit,), Way.NOW, "eu", language))
    erasure.carry_out(request.id)
    jobs.drain()
    for topic, (subject, *sentences) in SPOKEN[language].items():
        [mail] = mails(sink, subject if topic != "confirmation" else f"{subject}{order.number}")
        assert [word for word in sentences if word not in plain(mail)] == [], topic
        assert mail["Content-Language"] == language
        whole = [plain(mail), str(mail.get_body(("html",)).get_content())]  # type: ignore[union-attr]
        assert [said for said in ENGLISH if any(said in part for part in whole)] == [], topic


def cancelled(small: Shop) -> None:
    order = paid(small)
    with transaction() as session:
        fulfillment.cancel_order(session, order.id, by=SYSTEM, why="Sold out.")


def refunded(small: Shop) -> None:
    order = paid(small)
    with transaction(Role.MIGRATE) as session:
        [payment] = session.scalars(select(Payment).where(Payment.order_id == order.id))
        part = RefundPart(None, 0, 500, payment.amount)
        money.request_refund(session, RefundAsked(order.id, (part,), "Broken."), by=SYSTEM)
        session.flush()
        [refund] = session.scalars(select(Refund))
        session.execute(text("UPDATE outbox_messages SET fanned_out_at = now() WHERE topic LIKE 'refund.%'"))
        outbox.say(session, "refund.succeeded", refund=refund.id)


def arrived(small: Shop) -> None:
    order = paid(small)
    with transaction() as session:
        orders.note_delivery(session, order.id)


def asked(small: Shop) -> None:
    keys = buying.prepare_code()
    with transaction() as session:
        buying.ask_code(session, CodeRequest("ada@shop.test", CodePurpose.SIGN_IN, "eu", "en"), keys)


ONCE = {
    "notifications.confirm_order": (paid, "Your order ", "it is paid"),
    "notifications.tell_cancelled": (cancelled, "is cancelled", "What you paid goes back the way it came."),
    "notifications.tell_refunded": (refunded, "€5.00 comes back to you", "Banks take up to ten days."),
    "notifications.tell_delivered": (arrived, "has arrived", "You can send things back until"),
    "notifications.send_code": (asked, "Your code", "It signs you in."),
}


@pytest.mark.parametrize("handler", ONCE)
def test_a_mail_goes_once_however_often_its_fact_is_told(small: Shop, sink: Path, handler: str) -> None:
    do, subject, sentence = ONCE[handler]
    do(small)
    jobs.drain()
    [mail] = mails(sink, subject)
    assert sentence in plain(mail)
    assert mail["To"] == "ada@shop.test"
    before = len(mails(sink, ""))
    with transaction(Role.MIGRATE) as session:
        make.deliver_again(session, handler)
    assert jobs.drain() >= 1
    assert len(mails(sink, "")) == before


def test_a_mail_whose_row_is_lost_goes_again_and_is_noticed(small: Shop, sink: Path) -> None:
    asked(small)
    jobs.drain()
    with transaction(Role.MIGRATE) as session:
        session.execute(text("DELETE FROM mail_sends"))
        make.deliver_again(session, "notifications.send_code")
    jobs.drain()
    assert len(mails(sink, "Your code")) == 2
