"""Signing in at the shop: a code to the mailbox, the same for known and unknown; a guest's proof."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from oms.buyers import queries
from oms.buyers.models import Buyer
from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.web import credentials, session_rows
from tests.people import Mailbox, Visitor, without_token, words

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PASSWORD = "a sentence of my own"


@pytest.fixture
def shopper(store: FlaskClient) -> Visitor:
    """Give somebody with a browser in an empty shop."""
    return Visitor(store)


def last_code() -> str:
    return Mailbox().mailed()[-1].code


def sign_in(shopper: Visitor, email: str = "ada@shop.test") -> int:
    shopper.send("/account/sign-in", email=email)
    return shopper.send("/account/code", code=last_code()).status_code


def account_of(email: str) -> Buyer | None:
    with reading() as session:
        return queries.buyer_of_mailbox(session, email)


def test_the_code_opens_an_account_and_signs_in_under_a_new_session(shopper: Visitor) -> None:
    asked = shopper.send("/eu-de/account/sign-in", email="ada@shop.test")
    assert (asked.status_code, asked.headers["Location"]) == (303, "/eu-de/account/code")
    before = shopper.client.get_cookie("store").value
    done = shopper.send("/eu-de/account/code", code=last_code())
    assert (done.status_code, done.headers["Location"]) == (303, "/eu-de/account/")
    assert shopper.client.get_cookie("store").value != before
    found = account_of("ada@shop.test")
    assert (found.market, found.language) == ("eu", "de")
    assert "ada@shop.test" in words(shopper.get("/account/"))


def test_signing_in_again_finds_the_account_and_orders_nothing_new(shopper: Visitor) -> None:
    sign_in(shopper)
    first = account_of("ada@shop.test")
    shopper.send("/account/sign-out", page="/account/")
    assert shopper.get("/account/").headers["Location"] == "/account/sign-in?next=/account/"
    sign_in(shopper, "ADA@shop.test")
    assert account_of("ada@shop.test").id == first.id


def test_a_known_and_an_unknown_mailbox_get_the_same_pages(store: FlaskClient) -> None:
    Mailbox().open_account("ada@shop.test")
    pages = []
    for email in ("ada@shop.test", "axa@shop.test"):
        shopper = Visitor(store.application.test_client())
        asked = shopper.send("/account/sign-in", email=email)
        pages.append((asked.status_code, asked.headers["Location"], asked.data))
        pages.append(without_token(shopper.get("/account/code")))
        pages.append(without_token(shopper.send("/account/code", code="00000000")))
    assert pages[:3] == pages[3:]


def test_a_wrong_code_is_told_and_the_sixth_try_is_too_late(shopper: Visitor) -> None:
    shopper.send("/account/sign-in", email="ada@shop.test")
    for _ in range(5):
        answer = shopper.send("/account/code", code="1234567x")
        assert (answer.status_code, "This code is not right" in words(answer)) == (422, True)
    assert shopper.send("/account/code", code=last_code()).status_code == 422
    assert account_of("ada@shop.test") is None


def test_a_code_typed_in_another_browser_opens_nothing(shopper: Visitor) -> None:
    shopper.send("/account/sign-in", email="ada@shop.test")
    stranger = Visitor(shopper.client.application.test_client())
    assert stranger.get("/account/code").headers["Location"] == "/account/sign-in"
    stranger.send("/account/sign-in", email="mallory@shop.test")
    ada = Mailbox().mailed()[0].code
    assert stranger.send("/account/code", code=ada).status_code == 422
    assert shopper.send("/account/code", code=ada).status_code == 303


def test_another_code_replaces_the_first(shopper: Visitor) -> None:
    shopper.send("/account/sign-in", email="ada@shop.test")
    first = last_code()
    again = shopper.send("/account/code/again", page="/account/code")
    assert again.headers["Location"] == "/account/code"
    assert len(Mailbox().mailed()) == 2
    second = last_code()
    if first != second:
        assert shopper.send("/account/code", code=first).status_code == 422
    assert shopper.send("/account/code", code=second).status_code == 303


def test_the_page_shows_the_address_masked_and_the_session_holds_none(shopper: Visitor) -> None:
    shopper.send("/account/sign-in", email="ada.lovelace@shop.test")
    page = shopper.get("/account/code")
    assert "a···@s···.test" in words(page)
    assert "lovelace" not in page.text
    with shopper.client.session_transaction() as session:
        assert "lovelace" not in str(dict(session))


@pytest.mark.parametrize("wanted", ["https://evil.test", "//evil.test", "/\\evil.test"])
def test_nobody_is_led_elsewhere(shopper: Visitor, wanted: str) -> None:
    shopper.send(f"/account/sign-in?next={wanted}", email="ada@shop.test")
    assert shopper.send("/account/code", code=last_code()).headers["Location"] == "/account/"


@pytest.mark.parametrize("typed", ["", "ada", "ada@", "ada@shop", "a@b\x00.test", f"{'a' * 300}@shop.test"])
def test_what_is_no_address_is_refused_with_what_to_do(shopper: Visitor, typed: str) -> None:
    answer = shopper.send("/account/sign-in", email=typed)
    assert answer.status_code == 422
    assert Mailbox().mailed() == []


def test_a_guest_proves_a_mailbox_without_an_account(shopper: Visitor) -> None:
    shopper.send("/account/prove?next=/your-data/", email="ada@shop.test")
    done = shopper.send("/account/code", code=last_code())
    assert (done.status_code, done.headers["Location"]) == (303, "/your-data/")
    assert account_of("ada@shop.test") is None
    assert shopper.get("/account/").headers["Location"].startswith("/account/sign-in")


def test_a_password_signs_in_and_a_wrong_one_tells_nothing(shopper: Visitor) -> None:
    buyer = Mailbox().open_account("ada@shop.test")
    with transaction() as session:
        session.get_one(Buyer, buyer.id).password_hash = credentials.hash_password(PASSWORD)
    Mailbox().open_account("axa@shop.test")
    pages = [
        without_token(shopper.send("/account/password-sign-in", email=email, password="a wrong sentence"))
        for email in ("ada@shop.test", "axa@shop.test", "aza@shop.test")
    ]
    assert "do not belong together" in pages[0]
    assert pages[1].replace("axa@", "ada@") == pages[0]
    assert pages[2].replace("aza@", "ada@") == pages[0]
    done = shopper.send("/account/password-sign-in", email="ada@shop.test", password=PASSWORD)
    assert (done.status_code, done.headers["Location"]) == (303, "/account/")
    with reading() as session:
        assert len(session_rows.sessions_of(session, buyer.person)) == 1


def test_guessing_a_password_has_to_wait(shopper: Visitor) -> None:
    Mailbox().open_account("ada@shop.test")
    with clock.held_at(NOON):
        answers = [
            shopper.send("/account/password-sign-in", email="ada@shop.test", password="x" * 15).status_code
            for _ in range(5)
        ]
    assert answers == [422, 422, 422, 422, 429]


def test_signing_out_ends_the_session(shopper: Visitor) -> None:
    sign_in(shopper)
    shopper.send("/account/sign-out", page="/account/")
    with reading() as session:
        assert session_rows.sessions_of(session, account_of("ada@shop.test").person) == []


def test_a_code_of_ten_minutes_ago_is_too_old(shopper: Visitor) -> None:
    with clock.held_at(NOON):
        shopper.send("/account/sign-in", email="ada@shop.test")
        code = last_code()
    with clock.held_at(NOON + timedelta(minutes=10)):
        assert shopper.send("/account/code", code=code).status_code == 422
    assert account_of("ada@shop.test") is None
