"""One-time codes to a mailbox: what they prove, and everything they refuse."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from oms.buyers import handlers, queries
from oms.buyers.models import MailboxChallenge
from oms.buyers.states import CodePurpose
from oms.kernel import clock, vault
from oms.kernel.db import reading, transaction
from oms.kernel.outbox import OutboxMessage
from tests.people import Mailbox

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def challenges() -> list[MailboxChallenge]:
    with reading() as session:
        return list(session.scalars(select(MailboxChallenge).order_by(MailboxChallenge.id)))


def test_the_code_in_the_mail_proves_the_mailbox(mailbox: Mailbox) -> None:
    asked = mailbox.ask("Ada@shop.test")
    [mail] = mailbox.mailed()
    assert (mail.email, mail.purpose, mail.market, mail.language) == ("Ada@shop.test", "sign_in", "eu", "de")
    assert len(mail.code) == 8
    proof = mailbox.type_code(asked, f" {mail.code[:4]} {mail.code[4:]} ")
    assert proof is not None
    assert (proof.email, proof.purpose) == ("Ada@shop.test", CodePurpose.SIGN_IN)


def test_a_code_is_good_once(mailbox: Mailbox) -> None:
    asked = mailbox.ask("ada@shop.test")
    code = mailbox.mailed()[0].code
    assert mailbox.type_code(asked, code) is not None
    assert mailbox.type_code(asked, code) is None
    assert mailbox.mailed() == []


def test_of_twenty_tries_at_once_with_the_right_code_one_wins(mailbox: Mailbox) -> None:
    asked = mailbox.ask("ada@shop.test")
    code = mailbox.mailed()[0].code
    with ThreadPoolExecutor(6) as pool:
        proofs = list(pool.map(lambda _: mailbox.type_code(asked, code), range(20)))
    assert sum(proof is not None for proof in proofs) == 1


def test_after_five_wrong_codes_the_right_one_is_refused(mailbox: Mailbox) -> None:
    asked = mailbox.ask("ada@shop.test")
    code = mailbox.mailed()[0].code
    wrong = "00000000" if code != "00000000" else "11111111"
    assert [mailbox.type_code(asked, wrong) for _ in range(5)] == [None] * 5
    assert mailbox.type_code(asked, code) is None
    [row] = challenges()
    assert (row.tries, row.used_at) == (5, None)


def test_a_code_is_refused_after_ten_minutes(mailbox: Mailbox) -> None:
    with clock.held_at(NOON):
        asked = mailbox.ask("ada@shop.test")
        code = mailbox.mailed()[0].code
    with clock.held_at(NOON + timedelta(minutes=10)):
        assert mailbox.type_code(asked, code) is None
        assert mailbox.mailed() == []
    with clock.held_at(NOON + timedelta(minutes=9, seconds=59)):
        assert mailbox.type_code(asked, code) is not None


def test_a_code_of_one_mailbox_does_not_prove_another(mailbox: Mailbox) -> None:
    mine, theirs = mailbox.ask("mallory@shop.test"), mailbox.ask("ada@shop.test")
    my_code = mailbox.mailed()[0].code
    assert mailbox.type_code(theirs, my_code) is None
    assert mailbox.type_code(mine, my_code) is not None


def test_a_code_for_one_purpose_is_refused_for_another(mailbox: Mailbox) -> None:
    asked = mailbox.ask("ada@shop.test", CodePurpose.ORDER)
    code = mailbox.mailed()[0].code
    assert mailbox.type_code(asked, code, CodePurpose.ERASE) is None
    [row] = challenges()
    assert row.tries == 0
    assert mailbox.type_code(asked, code, CodePurpose.ORDER) is not None


def test_an_unknown_code_is_refused(mailbox: Mailbox) -> None:
    mailbox.ask("ada@shop.test")
    assert mailbox.type_code(0, mailbox.mailed()[0].code) is None


def test_the_sixth_code_within_an_hour_is_not_mailed_and_the_answer_is_the_same(mailbox: Mailbox) -> None:
    with clock.held_at(NOON):
        asked = [mailbox.ask("ada@shop.test") for _ in range(6)]
        assert len(mailbox.mailed()) == 5
        mailbox.ask("other@shop.test")
        assert len(mailbox.mailed()) == 6
    assert len(set(asked)) == 6
    assert len(challenges()) == 7
    with clock.held_at(NOON + timedelta(minutes=61)):
        mailbox.ask("ADA@shop.test")
        assert len(mailbox.mailed()) == 1


def test_an_hour_later_code_and_address_are_gone(mailbox: Mailbox) -> None:
    with clock.held_at(NOON):
        mailbox.ask("ada@shop.test")
        unit = mailbox.mailed()[0].unit
    with clock.held_at(NOON + timedelta(minutes=59)):
        handlers.forget_codes()
        assert len(challenges()) == 1
    with clock.held_at(NOON + timedelta(minutes=61)):
        handlers.forget_codes()
        assert challenges() == []
        assert vault.ends(unit) == {}
        with reading() as session:
            assert queries.codes_asked_lately(session, "ada@shop.test") == 0
            assert vault.subject_of(session, unit) is None


def test_neither_address_nor_code_stands_in_the_open(mailbox: Mailbox) -> None:
    mailbox.ask("ada@shop.test")
    code = mailbox.mailed()[0].code
    with transaction() as session:
        shown = [str(row.__dict__) for row in session.scalars(select(MailboxChallenge))]
        shown += [str(m.payload) for m in session.scalars(select(OutboxMessage))]
    assert not any("ada@" in text or "shop.test" in text or code in text for text in shown)
