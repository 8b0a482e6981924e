"""Mails: once each, in the reader's language, to the mailbox that the vault gives out for that moment."""

import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from oms.kernel import egress, jobs, vault
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import BadInputError
from oms.notifications import handlers
from oms.notifications.gateway import _address
from oms.orders import actions
from tests import make
from tests.fakes import Party
from tests.make import Shop


def mails(folder: Path) -> list[EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=default)  # type: ignore[misc]
        for path in sorted(folder.glob("*.eml"))
    ]


def placed(small: Shop, stripe: Party) -> str:
    order = make.order({small.clock: 2})
    make.pay(order, stripe)
    with transaction() as session:
        from_stripe = order.payment.id
        session.execute(make.captured(from_stripe, order.payment.amount))
        actions.confirm_payment(session, order.order.id, from_stripe)
    return order.order.number


def test_a_placed_order_is_confirmed_once(small: Shop, stripe: Party, sink: Path) -> None:
    number = placed(small, stripe)
    jobs.drain()
    (mail,) = mails(sink)
    assert (mail["To"], mail["Subject"]) == ("ada@shop.test", f"Your order {number}")
    body = mail.get_body(("plain",)).get_content()
    assert "Retro clock × 2: €62.00" in body
    assert "Total: €67.60" in body
    assert f"/orders/{number}" in body
    assert "Rapenburg" not in mail.as_string()
    with transaction(Role.MIGRATE) as session:
        make.deliver_again(session, "notifications.confirm_order")
    jobs.drain()
    assert len(mails(sink)) == 1


def test_giving_the_mailbox_to_the_mail_service_is_written_down(
    small: Shop, stripe: Party, sink: Path
) -> None:
    number = placed(small, stripe)
    jobs.drain()
    with reading() as session:
        told = egress.disclosed(session, unit=f"order:{number}")
    assert [(one.recipient, one.fields) for one in told] == [
        ("mail service", ["order.contact.email"]),
        ("stripe", ["order.contact.email"]),
    ]


def test_a_mail_waits_while_the_server_is_away_and_goes_once_it_is_back(
    small: Shop, stripe: Party, settings: Settings, sink: Path, mail_process: Party
) -> None:
    address = mail_process.address
    handlers.configure(replace(settings, smtp_url="smtp://127.0.0.1:9"))
    placed(small, stripe)
    jobs.drain()
    assert mails(sink) == []
    handlers.configure(replace(settings, smtp_url=address))
    with transaction(Role.MIGRATE) as session:
        make.due_now(session)
    jobs.drain()
    assert len(mails(sink)) == 1


def test_nobody_is_written_to_after_the_mailbox_went(small: Shop, stripe: Party, sink: Path) -> None:
    number = placed(small, stripe)
    vault.destroy_unit(f"order:{number}")
    jobs.drain()
    assert mails(sink) == []


@pytest.mark.parametrize("mailbox", ["ada@shop.test\r\nBcc: all@shop.test", "ada@shop.test\nSubject: x"])
def test_a_mailbox_of_two_lines_reaches_no_header(mailbox: str) -> None:
    with pytest.raises(BadInputError, match="not one mailbox"):
        _address(mailbox)
