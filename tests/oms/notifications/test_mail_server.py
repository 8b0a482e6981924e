"""What the mail server may do to us: be slow, be old, refuse; and what of it is tried again."""

import email
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext, suppress
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import text

from oms.desk.outbox import queries
from oms.kernel import egress, gates, jobs, outbox
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import UnavailableError
from oms.notifications import gateway, handlers
from oms.notifications.gateway import Mail
from oms.orders.personal import OrderContact
from tests import make
from tests.forgetting import paid
from tests.make import Shop
from tests.stores import empty_stores


class Server:
    """A mail server that keeps what it takes; `refusal` is what it says to every recipient."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.refusal = ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and order
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    yield from _running(settings, speaks_utf8=True)


@pytest.fixture
def old_server(settings: Settings) -> Iterator[Server]:
    yield from _running(settings, speaks_utf8=False)


def _running(settings: Settings, *, speaks_utf8: bool) -> Iterator[Server]:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    found = Server()
    door = Controller(found, hostname="127.0.0.1", port=port, enable_SMTPUTF8=speaks_utf8)
    door.start()
    handlers.configure(replace(settings, smtp_url=f"smtp://127.0.0.1:{port}"))
    yield found
    door.stop()


def mail(to: str) -> Mail:
    return Mail(to, "Größe 中", "Guten Tag, Änne.", "<p>Guten Tag, Änne.</p>", "de", "test.1")


def read(envelope: Envelope) -> EmailMessage:
    content = envelope.original_content or b""
    return email.message_from_bytes(content, policy=default)  # type: ignore[return-value]


def dead() -> list[str]:
    with reading() as session:
        return [letter.error for letter in queries.dead_letters(session)]


def test_a_mailbox_at_a_domain_of_another_script_is_written_in_ascii(old_server: Server) -> None:
    gateway.send(mail("anna@bücher.example"))
    [taken] = old_server.taken
    assert taken.rcpt_tos == ["anna@xn--bcher-kva.example"]
    assert (taken.original_content or b"").isascii()
    assert read(taken)["Subject"] == "Größe 中"


def test_letters_before_the_at_go_to_a_server_that_takes_them(server: Server) -> None:
    gateway.send(mail("änne@bücher.example"))
    assert [taken.rcpt_tos for taken in server.taken] == [["änne@xn--bcher-kva.example"]]


def test_letters_before_the_at_end_at_once_where_the_server_is_too_old(
    small: Shop, old_server: Server
) -> None:
    paid({small.clock: 1}, contact=OrderContact("änne@shop.test"))
    jobs.drain()
    jobs.drain()
    assert (old_server.taken, len(dead())) == ([], 1)
    assert "takes no address with letters beyond ASCII before the @" in dead()[0]


@pytest.mark.parametrize(("refusal", "is_dead"), [("550 No such user", True), ("450 Come again", False)])
def test_an_address_refused_for_good_is_not_tried_for_days(
    small: Shop, server: Server, caplog: pytest.LogCaptureFixture, refusal: str, *, is_dead: bool
) -> None:
    server.refusal = refusal
    with caplog.at_level(logging.DEBUG):
        paid({small.clock: 1})
        jobs.drain()
    assert bool(dead()) is is_dead
    ours = [record for record in caplog.records if record.name.startswith("oms")]
    assert any("delivery failed" in record.getMessage() for record in ours)
    assert "ada@shop.test" not in "".join(f"{record.getMessage()}{record.exc_text or ''}" for record in ours)
    server.refusal = ""
    with transaction(Role.MIGRATE) as session:
        make.due_now(session)
    jobs.drain()
    assert len(server.taken) == (0 if is_dead else 1)


def test_one_mail_is_one_disclosure_however_often_it_is_tried(small: Shop, server: Server) -> None:
    server.refusal = "450 Come again"
    order = paid({small.clock: 1})
    for _ in range(3):
        jobs.drain()
        with transaction(Role.MIGRATE) as session:
            make.due_now(session)
    server.refusal = ""
    jobs.drain()
    assert len(server.taken) == 1
    with reading() as session:
        told = [row for row in egress.disclosed(session, unit=order.unit) if row.recipient == "mail service"]
    assert [(row.message, row.fields) for row in told] == [("confirmation", ["order.contact.email"])]


def test_a_mail_that_goes_again_after_a_crash_has_the_same_id_and_another_mail_another(
    small: Shop, server: Server
) -> None:
    first, second = paid({small.clock: 1}), paid({small.clock: 1})
    jobs.drain()
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE mail_sends SET state = 'begun', sent_at = NULL"))
        make.deliver_again(session, "notifications.confirm_order")
    jobs.drain()
    ids: dict[str, set[str]] = {}
    for taken in server.taken:
        mail = read(taken)
        ids.setdefault(str(mail["Subject"]), set()).add(str(mail["Message-ID"]))
    assert len(server.taken) == 4
    assert {subject: len(found) for subject, found in ids.items()} == {
        f"Your order {first.number}": 1,
        f"Your order {second.number}": 1,
    }
    assert len(set.union(*ids.values())) == 2


def test_the_id_of_a_mail_comes_back_for_no_other_after_a_restore(small: Shop, server: Server) -> None:
    paid({small.clock: 1})
    jobs.drain()
    empty_stores()
    with transaction() as session:
        goods = make.small_shop(session)
    paid({goods.clock: 1})
    jobs.drain()
    ids = {str(read(taken)["Message-ID"]) for taken in server.taken}
    assert (len(server.taken), len(ids)) == (2, 2)


def test_a_server_that_never_ends_its_greeting_is_left_long_before_the_lease_ends(settings: Settings) -> None:
    assert outbox.LEASE.total_seconds() / 2 >= gateway.WHOLE
    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_trickle, args=[listening], daemon=True).start()
    handlers.configure(replace(settings, smtp_url=f"smtp://127.0.0.1:{listening.getsockname()[1]}"))
    begun = time.monotonic()
    with pytest.raises(UnavailableError, match="in time"):
        gateway.send(mail("ada@shop.test"), within=0.5)
    assert time.monotonic() - begun < 5
    listening.close()


def test_a_server_that_is_slow_to_ask_for_a_mail_under_a_gate_gets_not_a_word_of_it(
    settings: Settings,
) -> None:
    listening, heard = socket.create_server(("127.0.0.1", 0)), list[bytes]()
    server = threading.Thread(target=_dawdle, args=[listening, heard], daemon=True)
    server.start()
    handlers.configure(replace(settings, smtp_url=f"smtp://127.0.0.1:{listening.getsockname()[1]}"))
    with pytest.raises(UnavailableError):
        gateway.send(mail("ada@shop.test"), gate=nullcontext)
    server.join(60)
    listening.close()
    assert [line.split()[0] for line in heard] == [b"ehlo", b"mail", b"rcpt", b"DATA"]


def _dawdle(listening: socket.socket, heard: list[bytes]) -> None:
    """Ask for the mail later than anything may be written; keep each line that was heard."""
    with listening.accept()[0] as connection, connection.makefile("rwb") as lines:
        lines.write(b"220 here\r\n")
        lines.flush()
        for line in lines:
            heard.append(line)
            if line.startswith(b"DATA"):
                time.sleep(gates.WITHIN + 0.2)
            with suppress(OSError):
                lines.write(b"354 go on\r\n" if line.startswith(b"DATA") else b"250 OK\r\n")
                lines.flush()


def test_a_mail_under_a_gate_arrives_to_the_byte_as_any_other(server: Server) -> None:
    wanted = replace(mail("ada@shop.test"), text="One\n.\n..two\n\n.three")
    gateway.send(wanted)
    gateway.send(wanted, gate=nullcontext)
    contents = [
        re.sub(rb"(?m)^Date:.*$|=+\d+=+", b"", taken.original_content or b"") for taken in server.taken
    ]
    assert len(contents) == 2
    assert contents[0] == contents[1]
    [text, _html] = read(server.taken[1]).iter_parts()
    assert text.get_content().replace("\r\n", "\n") == "One\n.\n..two\n\n.three\n"


def _trickle(listening: socket.socket) -> None:
    """Send a line of a greeting that has no last line, so that no single read takes long."""
    with listening.accept()[0] as connection:
        try:
            while True:
                connection.sendall(b"220-wait\r\n")
                time.sleep(0.05)
        except OSError:
            return
