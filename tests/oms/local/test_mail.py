"""The mail sink, over SMTP."""

import smtplib
import stat
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.fakes import Party


class MailParty(Party):
    """The sink, whose control door stands beside its SMTP port."""

    def control(self, method: str, path: str, **sent: object) -> requests.Response:
        door = (self.folder / "address.control").read_text(encoding="ascii").strip()
        return requests.request(method, f"{door}/_control/{path}", json=sent, timeout=10)

    def send(self, subject: str, to: str = "ada@shop.test") -> None:
        message = EmailMessage(policy=policy.SMTPUTF8)
        message["From"], message["To"], message["Subject"] = "shop@shop.test", to, subject
        message.set_content("Danke für Ihre Bestellung: 山田.\n")
        where = urlsplit(self.address)
        with smtplib.SMTP(where.hostname or "", where.port or 0, timeout=5) as client:
            client.send_message(message)

    def messages(self) -> list[Path]:
        return sorted((self.folder / "mail").glob("*.eml"))


@pytest.fixture(scope="module")
def sink_party(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailParty]:
    started = MailParty("oms.local.mail", tmp_path_factory.mktemp("mail"), heard=False)
    yield started
    assert started.stop() == 0


@pytest.fixture
def sink(sink_party: MailParty) -> Iterator[MailParty]:
    yield sink_party
    sink_party.control("POST", "reset")


def test_a_message_is_written_whole_in_the_order_of_arrival(sink: MailParty) -> None:
    for subject in ("first", "zweite, 第二"):
        sink.send(subject)
    first, second = (message_from_bytes(file.read_bytes(), policy=policy.default) for file in sink.messages())
    assert [first["Subject"], second["Subject"]] == ["first", "zweite, 第二"]
    assert (first["Delivered-To"], first["Return-Path"]) == ("ada@shop.test", "<shop@shop.test>")
    body = second.get_body()
    assert body is not None
    assert "山田" in body.get_content()


def test_nobody_else_can_read_or_guess_a_message(sink: MailParty) -> None:
    sink.send("secret")
    (file,) = sink.messages()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert len(file.stem.partition("-")[2]) == 32


@pytest.mark.parametrize("status", [451, 550])
def test_a_refused_message_is_not_kept(sink: MailParty, status: int) -> None:
    sink.control("POST", "faults", kind="error", status=status)
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        sink.send("refused")
    assert refusal.value.smtp_code == status
    assert sink.messages() == []
    sink.send("taken")
    assert len(sink.messages()) == 1


def test_a_closed_door_takes_nothing(sink: MailParty) -> None:
    sink.control("POST", "faults", kind="refuse", count=None)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        sink.send("nobody home")
    assert sink.messages() == []
    sink.control("DELETE", "faults")
    sink.send("back again")
    assert len(sink.messages()) == 1


def test_a_lost_answer_leaves_the_message_behind(sink: MailParty) -> None:
    sink.control("POST", "faults", kind="lose_response")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        sink.send("kept all the same")
    assert len(sink.messages()) == 1


def test_a_slow_sink_takes_its_time(sink: MailParty) -> None:
    sink.control("POST", "faults", kind="delay", seconds=0.3)
    began = time.monotonic()
    sink.send("slow")
    assert time.monotonic() - began >= 0.3


def test_a_fault_nobody_understands_is_refused(sink: MailParty) -> None:
    answer = sink.control("POST", "faults", kind="sulk")
    assert (answer.status_code, "must be one of" in answer.json()["error"]) == (400, True)


def test_old_messages_are_swept(tmp_path: Path) -> None:
    old = tmp_path / "mail" / "00000000000000000001-aa.eml"
    old.parent.mkdir()
    old.write_bytes(b"old")
    party = MailParty("oms.local.mail", tmp_path, "--keep-days", "0", heard=False)
    assert party.messages() == []
    party.kill()
