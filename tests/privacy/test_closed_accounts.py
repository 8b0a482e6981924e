"""000-31: once an account is closed, nothing that it gave opens for any purpose, whatever job runs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.buyers.models import Buyer
from oms.buyers.personal import AccountContact
from oms.buyers.upkeep import actions as upkeep
from oms.kernel import audit, jobs, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.register import KINDS, Purpose
from oms.kernel.vault import PurposeRefusedError
from oms.staff.states import StaffRole
from oms.web import credentials
from tests import make
from tests.forgetting import only_buyer
from tests.people import Mailbox, Visitor

Measured = Callable[..., None]
PASSWORD = "a sentence of my own"
KINDS_OF_AN_ACCOUNT = [
    kind for kind in KINDS.values() if kind.unit == "account" and kind.type.__module__.startswith("oms.")
]


def readers(account: Buyer) -> list[Actor]:
    """Everybody whom the table of readers names for something of an account."""
    parts = {word for kind in KINDS_OF_AN_ACCOUNT for line in kind.readers.values() for word in line}
    staff = Actor(ActorKind.STAFF, "1", roles=frozenset(str(role) for role in StaffRole))
    return [account.actor, staff, *(SYSTEM.doing(word) for word in sorted(parts))]


def opened(account: Buyer) -> dict[tuple[str, Purpose], int]:
    """How many readers a record of the account opens for, by kind and purpose."""
    found: dict[tuple[str, Purpose], int] = {}
    with reading() as session:
        for kind in KINDS_OF_AN_ACCOUNT:
            for purpose in kind.purposes:
                for by in readers(account):
                    try:
                        record = vault.open_record(session, kind.type, account.unit, purpose=purpose, by=by)
                    except PurposeRefusedError:
                        continue
                    found[kind.name, purpose] = found.get((kind.name, purpose), 0) + (record is not None)
    return found


@pytest.fixture
def account(shop: None, store: FlaskClient) -> Buyer:
    with transaction() as session:
        make.small_shop(session)
    visitor = Visitor(store)
    visitor.send("/account/sign-in", email="ada@shop.test")
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    assert visitor.send("/account/profile", nickname="Countess", country="NL").status_code == 303
    with transaction() as session:
        upkeep.set_password(session, only_buyer(), credentials.hash_password(PASSWORD))
    jobs.drain(scheduled=True)
    with reading() as session:
        return session.get_one(Buyer, only_buyer())


def deeds(account: Buyer) -> list[str]:
    with reading() as session:
        return [deed.verb for deed in audit.about(session, account.unit)]


def test_no_purpose_opens_a_closed_account_and_every_job_runs_without_it(
    account: Buyer, store: FlaskClient, sink: Path, measured: Measured
) -> None:
    before = opened(account)
    assert {name for (name, _purpose), count in before.items() if count} == {
        "account.contact",
        "account.profile",
    }
    with transaction() as session:
        upkeep.close_account(session, account.id, by=SYSTEM)
    jobs.drain()
    mails, looks = len(list(sink.iterdir())), deeds(account)
    assert vault.ends(account.unit) == {}
    for _time in range(2):
        jobs.drain(scheduled=True)
    assert deeds(account) == looks
    after = opened(account)
    still = {what: count for what, count in after.items() if count}
    figure = f"{len(still)} of {len(after)} kinds and purposes of a closed account open after all jobs"
    measured("B13", figure, passed=not still and set(after) == set(before))
    assert len(list(sink.iterdir())) == mails
    refused = Visitor(store.application.test_client()).send(
        "/account/password-sign-in", email="ada@shop.test", password=PASSWORD
    )
    assert refused.status_code == 422
    with reading() as session:
        assert vault.find(session, AccountContact, "email", "ada@shop.test") == []
        assert session.scalar(text("SELECT count(*) FROM web_sessions WHERE person <> ''")) == 0


def test_the_counting_would_see_an_account_that_was_left_open(account: Buyer) -> None:
    jobs.drain(scheduled=True)
    assert opened(account)["account.contact", Purpose.ACCOUNT] > 0
