"""A buyer's own pages over HTTP: profile, mailbox, password, sessions."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from oms.buyers import queries
from oms.buyers.queries import Account
from oms.kernel import clock
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import reading
from oms.web import credentials, session_rows
from tests.people import Mailbox, Visitor, words

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def ada(store: FlaskClient) -> Visitor:
    """Give a buyer who is signed in with a code; her account is the only one."""
    return signed_in(store, "ada@shop.test")


def signed_in(client: FlaskClient, email: str) -> Visitor:
    visitor = Visitor(client)
    visitor.send("/account/sign-in", email=email)
    assert visitor.send("/account/code", code=Mailbox().mailed()[-1].code).status_code == 303
    return visitor


def account(email: str = "ada@shop.test") -> Account | None:
    with reading() as session:
        found = queries.buyer_of_mailbox(session, email)
        return queries.account(session, found.id, by=Actor(ActorKind.BUYER, str(found.id))) if found else None


def seats(email: str = "ada@shop.test") -> int:
    with reading() as session:
        return len(session_rows.sessions_of(session, account(email).buyer.person))


PAGES = ["/account/", "/account/profile", "/account/email", "/account/password", "/account/sessions"]


@pytest.mark.parametrize("path", [*PAGES, "/account/email/codes"])
def test_a_stranger_is_sent_to_the_sign_in_page(store: FlaskClient, path: str) -> None:
    assert store.get(path).headers["Location"] == f"/account/sign-in?next={path}"


@pytest.mark.parametrize("path", PAGES)
def test_an_account_page_is_shown_to_its_owner_and_kept_by_nobody(ada: Visitor, path: str) -> None:
    page = ada.get(path)
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    assert 'name="robots" content="noindex"' in page.text


def test_from_the_account_to_the_profile_is_one_link(ada: Visitor) -> None:
    assert 'href="/account/profile"' in ada.get("/account/").text
    page = ada.get("/account/profile")
    for name in ("nickname", "mobile", "country"):
        assert f'name="{name}"' in page.text
    assert "ada@shop.test" in words(page)


def test_a_profile_is_saved_as_far_as_it_is_filled(ada: Visitor) -> None:
    answer = ada.send("/account/profile", nickname="Ada", mobile="020 7946 0958", country="GB")
    assert answer.status_code == 303
    kept = account().profile
    assert (kept.nickname, kept.mobile, kept.country) == ("Ada", "+442079460958", "GB")
    ada.send("/account/profile", nickname="", mobile="", country="")
    assert account().profile.mobile == ""


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"mobile": "12345", "country": ""}, "Begin with +"),
        ({"mobile": "+1 23456", "country": ""}, "too short"),
        ({"nickname": "x" * 41, "country": ""}, "40"),
        ({"country": "XX"}, "Not a valid choice"),
    ],
)
def test_a_profile_that_cannot_be_used_is_refused_and_nothing_changes(
    ada: Visitor, fields: dict[str, str], told: str
) -> None:
    answer = ada.send("/account/profile", **fields)
    assert (answer.status_code, told in words(answer)) == (422, True)
    assert account().profile.nickname == account().profile.mobile == ""


def test_a_profile_takes_no_more_than_it_asks_for(ada: Visitor) -> None:
    answer = ada.send("/account/profile", nickname="Ada", country="NL", state="closed")
    assert (answer.status_code, "does not ask for: state" in words(answer)) == (400, True)
    assert account().profile.nickname == account().profile.country == ""


def test_a_mailbox_is_changed_with_both_codes(ada: Visitor) -> None:
    assert ada.send("/account/email", email="ada@new.test").headers["Location"] == "/account/email/codes"
    old, new = [mail.code for mail in Mailbox().mailed()[-2:]]
    wrong = ada.send("/account/email/codes", old=old, new="1234567x")
    assert wrong.status_code == 422
    assert account("ada@new.test") is None
    done = ada.send("/account/email/codes", old=old, new=new)
    assert done.headers["Location"] == "/account/"
    assert account("ada@shop.test") is None
    assert "ada@new.test" in words(ada.get("/account/"))


def test_the_address_of_another_account_is_refused_only_after_it_was_proven(ada: Visitor) -> None:
    Mailbox().open_account("grace@shop.test")
    taken = ada.send("/account/email", email="grace@shop.test")
    free = ada.send("/account/email", email="free@shop.test")
    assert (taken.status_code, taken.data) == (free.status_code, free.data)
    ada.send("/account/email", email="grace@shop.test")
    old, new = [mail.code for mail in Mailbox().mailed()[-2:]]
    ada.send("/account/email/codes", old=old, new=new)
    assert "opens another account" in words(ada.get("/account/email"))
    assert account("ada@shop.test") is not None


def test_half_an_hour_later_changes_of_identity_ask_again(store: FlaskClient) -> None:
    with clock.held_at(NOON):
        ada = signed_in(store, "ada@shop.test")
        assert ada.get("/account/password").status_code == 200
    with clock.held_at(NOON + timedelta(minutes=30)):
        for path in ("/account/email", "/account/password", "/account/email/codes"):
            assert ada.get(path).headers["Location"] == f"/account/sign-in?next={path}"
        assert ada.get("/account/").status_code == 200
        dropped = ada.send("/account/password/drop", page="/account/profile")
        assert dropped.headers["Location"] == "/account/sign-in?next=/account/"


def test_a_password_is_set_and_dropped(ada: Visitor, store: FlaskClient) -> None:
    elsewhere = signed_in(store.application.test_client(), "ada@shop.test")
    weak = ada.send("/account/password", password="adaadaada")
    assert (weak.status_code, "at least 15" in words(weak)) == (422, True)
    assert ada.send("/account/password", password="a sentence of my own").status_code == 303
    assert credentials.is_password(account().buyer.password_hash, "a sentence of my own")
    assert elsewhere.get("/account/").status_code == 303
    assert ada.get("/account/").status_code == 200
    assert ada.send("/account/password/drop", page="/account/").status_code == 303
    assert account().buyer.password_hash is None


def test_sessions_are_listed_and_ended_but_only_ones_own(ada: Visitor, store: FlaskClient) -> None:
    grace = signed_in(store.application.test_client(), "grace@shop.test")
    elsewhere = signed_in(store.application.test_client(), "ada@shop.test")
    assert seats() == 2
    with reading() as session:
        [hers] = session_rows.sessions_of(session, account("grace@shop.test").buyer.person)
    ada.send(f"/account/sessions/{hers.id}/end", page="/account/sessions")
    assert grace.get("/account/").status_code == 200
    ada.send("/account/sessions/end-others", page="/account/sessions")
    assert seats() == 1
    assert elsewhere.get("/account/").status_code == 303
    assert ada.get("/account/sessions").status_code == 200
