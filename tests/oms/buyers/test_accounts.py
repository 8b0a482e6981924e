"""Accounts: opened by a proven mailbox, found by it, moved to another one, closed for good."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from oms.buyers import actions, handlers, queries
from oms.buyers.models import Buyer
from oms.buyers.personal import AccountContact, AccountProfile
from oms.buyers.states import BuyerState, CodePurpose
from oms.buyers.upkeep import actions as upkeep
from oms.kernel import audit, clock, jobs, vault
from oms.kernel.audit import SYSTEM, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import ConflictError, IllegalMoveError, NotFoundError, RefusedError
from oms.kernel.outbox import OutboxMessage
from oms.kernel.register import Purpose
from oms.web import credentials, session_rows
from oms.web.session_rows import WebSession
from tests.people import Mailbox

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def mailbox_of(buyer: Buyer) -> str:
    with reading() as session:
        return queries.account(session, buyer.id, by=buyer.actor).email


def said(topic: str) -> list[dict[str, int | str]]:
    with reading() as session:
        rows = select(OutboxMessage).where(OutboxMessage.topic == topic).order_by(OutboxMessage.id)
        return [row.payload for row in session.scalars(rows)]


def sit_down(person: str, at: datetime | None = None) -> int:
    now = at or clock.now()
    with transaction() as session:
        row = WebSession(
            token_hash=credentials.recovery_hash(credentials.recovery_code()),
            app="store",
            person=person,
            data={"person": person},
            begun_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(days=30),
        )
        session.add(row)
        session.flush()
        return row.id


def change(mailbox: Mailbox, buyer: Buyer, new: str, *, old: str | None = None) -> Buyer:
    proofs = (
        mailbox.prove(old or "ada@shop.test", CodePurpose.OLD_MAILBOX, buyer_id=buyer.id),
        mailbox.prove(new, CodePurpose.NEW_MAILBOX, buyer_id=buyer.id),
    )
    notice = upkeep.prepare_notice()
    with transaction() as session:
        return upkeep.change_mailbox(session, *proofs, notice)


def test_a_proven_mailbox_opens_an_account_in_the_shoppers_market_and_language(mailbox: Mailbox) -> None:
    buyer = mailbox.open_account("ada@shop.test")
    assert (buyer.state, buyer.market, buyer.language) == (BuyerState.ACTIVE, "eu", "de")
    assert mailbox_of(buyer) == "ada@shop.test"
    assert said("account.opened") == [{"buyer": buyer.id}]
    with reading() as session:
        [entry] = audit.about(session, f"buyer:{buyer.id}")
    assert (entry.verb, entry.by.kind) == ("account.open", ActorKind.BUYER)


def test_the_same_mailbox_finds_its_account_again_whatever_its_case(mailbox: Mailbox) -> None:
    buyer = mailbox.open_account("ada@shop.test")
    proof = mailbox.prove("ADA@Shop.test")
    with transaction() as session:
        assert actions.sign_in(session, proof).id == buyer.id
    with transaction() as session:
        assert actions.sign_in(session, mailbox.prove("nobody@shop.test")) is None


def test_ten_sign_ups_of_one_mailbox_at_once_open_one_account(mailbox: Mailbox) -> None:
    proof = mailbox.prove("ada@shop.test")

    def sign_up(_: int) -> int:
        with reading() as session:
            keys = actions.prepare_account(session)
        with transaction() as session:
            return actions.open_account(session, proof, keys).id

    with ThreadPoolExecutor(5) as pool:
        numbers = set(pool.map(sign_up, range(10)))
    assert len(numbers) == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Buyer)) == 1


def test_a_proof_for_something_else_opens_no_account(mailbox: Mailbox) -> None:
    proof = mailbox.prove("ada@shop.test", CodePurpose.ORDER)
    with pytest.raises(RefusedError), transaction() as session:
        actions.sign_in(session, proof)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Buyer)) == 0


def test_a_mailbox_is_changed_when_both_are_proven_and_the_old_one_is_told(mailbox: Mailbox) -> None:
    buyer = mailbox.open_account("ada@shop.test")
    elsewhere = sit_down(buyer.person)
    change(mailbox, buyer, "ada@new.test")
    assert mailbox_of(buyer) == "ada@new.test"
    with reading() as session:
        assert queries.buyer_of_mailbox(session, "ada@shop.test") is None
        assert queries.buyer_of_mailbox(session, "ada@new.test").id == buyer.id
        assert elsewhere not in [row.id for row in session_rows.sessions_of(session, buyer.person)]
        [told] = said("account.mailbox_changed")
        assert told["buyer"] == buyer.id
        assert queries.former_mailbox(session, str(told["notice"])) == "ada@shop.test"


def test_a_mailbox_of_another_account_is_refused_and_nothing_changes(mailbox: Mailbox) -> None:
    buyer = mailbox.open_account("ada@shop.test")
    mailbox.open_account("grace@shop.test")
    with pytest.raises(ConflictError):
        change(mailbox, buyer, "grace@shop.test")
    assert mailbox_of(buyer) == "ada@shop.test"
    assert said("account.mailbox_changed") == []


def test_two_codes_of_different_accounts_change_nothing(mailbox: Mailbox) -> None:
    ada, grace = mailbox.open_account("ada@shop.test"), mailbox.open_account("grace@shop.test")
    old = mailbox.prove("grace@shop.test", CodePurpose.OLD_MAILBOX, buyer_id=grace.id)
    new = mailbox.prove("mallory@shop.test", CodePurpose.NEW_MAILBOX, buyer_id=ada.id)
    notice = upkeep.prepare_notice()
    with pytest.raises(RefusedError), transaction() as session:
        upkeep.change_mailbox(session, old, new, notice)
    assert (mailbox_of(ada), mailbox_of(grace)) == ("ada@shop.test", "grace@shop.test")


def test_a_stolen_session_cannot_pass_its_own_mailbox_off_as_the_old_one(mailbox: Mailbox) -> None:
    buyer = mailbox.open_account("ada@shop.test")
    with pytest.raises(RefusedError):
        change(mailbox, buyer, "mallory2@shop.test", old="mallory@shop.test")
    assert mailbox_of(buyer) == "ada@shop.test"


def test_a_password_signs_in_and_ends_other_sessions_when_it_is_set(mailbox: Mailbox) -> None:
    buyer = mailbox.open_account("ada@shop.test")
    here, elsewhere = sit_down(buyer.person), sit_down(buyer.person)
    kept = credentials.hash_password("a sentence of my own")
    with transaction() as session:
        upkeep.set_password(session, buyer.id, kept, keep_session=here)
    with reading() as session:
        assert [row.id for row in session_rows.sessions_of(session, buyer.person)] == [here]
        found = queries.password_of(session, "ada@shop.test")
        nobody = queries.password_of(session, "nobody@shop.test")
    assert elsewhere != here
    assert credentials.is_password(found.kept, "a sentence of my own")
    assert (nobody.buyer_id, nobody.kept) == (0, None)
    with transaction() as session:
        assert actions.sign_in_with_password(session, found.buyer_id, kept).id == buyer.id
        assert actions.sign_in_with_password(session, found.buyer_id, "another hash") is None


def test_a_profile_is_kept_and_emptied_again(mailbox: Mailbox) -> None:
    buyer = mailbox.open_account("ada@shop.test")
    by = buyer.actor
    for profile in (AccountProfile(nickname="Ada", country="NL"), AccountProfile()):
        with transaction() as session:
            upkeep.change_profile(session, buyer.id, profile)
        with reading() as session:
            assert queries.account(session, buyer.id, by=by).profile == profile


def test_closing_ends_everything_and_the_keys_go(mailbox: Mailbox) -> None:
    buyer = mailbox.open_account("ada@shop.test")
    sit_down(buyer.person)
    with transaction() as session:
        upkeep.set_password(session, buyer.id, credentials.hash_password("a sentence of my own"))
    with transaction() as session:
        upkeep.close_account(session, buyer.id, by=SYSTEM)
    jobs.drain()
    vault.destroy_due(clock.now() + timedelta(seconds=1))
    with reading() as session:
        row = session.get(Buyer, buyer.id)
        assert (row.state, row.password_hash) == (BuyerState.CLOSED, None)
        assert session_rows.sessions_of(session, buyer.person) == []
        assert queries.buyer_of_mailbox(session, "ada@shop.test") is None
        contact = vault.open_record(
            session, AccountContact, buyer.unit, purpose=Purpose.ACCOUNT, by=SYSTEM.doing("arrivals")
        )
    assert contact is None
    with pytest.raises(NotFoundError), transaction() as session:
        upkeep.close_account(session, buyer.id, by=SYSTEM)
    with pytest.raises(IllegalMoveError):
        row.close(clock.now())


def test_an_account_unused_for_three_years_is_closed_and_a_used_one_is_not(mailbox: Mailbox) -> None:
    with clock.held_at(NOON):
        idle, used = mailbox.open_account("ada@shop.test"), mailbox.open_account("grace@shop.test")
    later = NOON + timedelta(days=900)
    with clock.held_at(later):
        proof = mailbox.prove("grace@shop.test")
        with transaction() as session:
            actions.sign_in(session, proof)
        jobs.drain()
    assert vault.ends(used.unit)["account.contact"] == later + timedelta(days=3 * 365)
    with clock.held_at(NOON + timedelta(days=3 * 365, seconds=1)):
        handlers.close_idle_accounts()
        with reading() as session:
            assert queries.buyer(session, idle.id) is None
            assert queries.buyer(session, used.id) is not None


def test_the_units_of_a_mailbox_are_those_of_the_sorts_asked_for(mailbox: Mailbox) -> None:
    buyer = mailbox.open_account("ada@shop.test")
    with reading() as session:
        assert queries.units_of_mailbox(session, "ada@shop.test", "account") == [buyer.unit]
        assert queries.units_of_mailbox(session, "ada@shop.test", "staff") == []
        assert queries.units_of_mailbox(session, "nobody@shop.test", "account") == []
