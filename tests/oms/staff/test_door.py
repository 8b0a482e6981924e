"""The door of the desk over HTTP: password, then second factor; the same answer for known and unknown."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.staff import actions
from oms.staff.models import Staff
from oms.staff.states import StaffRole
from oms.web import credentials, session_rows
from tests.people import Office, Visitor, without_token, words

PASSWORD = "a sentence of my own"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def door(desk: FlaskClient) -> Visitor:
    """Give somebody who stands before the desk."""
    return Visitor(desk)


@pytest.fixture
def ada(desk: FlaskClient) -> Staff:
    """Give an owner who can sign in with PASSWORD."""
    staff = Office().employ("ada@shop.test", StaffRole.OWNER)
    with transaction() as session:
        session.get_one(Staff, staff.id).password_hash = credentials.hash_password(PASSWORD)
    return staff


def seats(staff: Staff) -> int:
    with reading() as session:
        return len(session_rows.sessions_of(session, staff.person))


def type_password(door: Visitor, email: str = "ada@shop.test", password: str = PASSWORD) -> int:
    return door.send("/sign-in", email=email, password=password).status_code


def test_password_and_second_factor_open_the_desk_under_a_new_session(door: Visitor, ada: Staff) -> None:
    first = door.send("/sign-in", email="Ada@shop.test ", password=PASSWORD)
    assert (first.status_code, first.headers["Location"]) == (303, "/second-factor")
    before = door.client.get_cookie("desk").value
    assert door.get("/you").status_code == 303
    second = door.send("/second-factor", code=Office().code())
    assert second.status_code == 303
    assert door.client.get_cookie("desk").value != before
    assert "Your account" in words(door.get("/you"))
    assert seats(ada) == 1


def test_who_was_sent_to_the_door_comes_back_to_the_page(door: Visitor, ada: Staff) -> None:
    sent = door.get("/you").headers["Location"]
    assert sent == "/sign-in?next=/you"
    door.send(sent, email="ada@shop.test", password=PASSWORD)
    assert door.send("/second-factor", code=Office().code()).headers["Location"] == "/you"
    assert seats(ada) == 1


@pytest.mark.parametrize("wanted", ["https://evil.test/", "//evil.test", "/\\evil.test", "evil.test"])
def test_nobody_is_sent_elsewhere(door: Visitor, ada: Staff, wanted: str) -> None:
    door.send(f"/sign-in?next={wanted}", email="ada@shop.test", password=PASSWORD)
    assert door.send("/second-factor", code=Office().code()).headers["Location"] == "/oms/"
    assert seats(ada) == 1


def test_a_wrong_password_and_an_unknown_mailbox_get_the_same_page(door: Visitor, ada: Staff) -> None:
    known = door.send("/sign-in", email="ada@shop.test", password="a sentence of others")
    unknown = door.send("/sign-in", email="eve@shop.test", password="a sentence of others")
    assert (known.status_code, unknown.status_code) == (422, 422)
    told = without_token(unknown).replace("eve@", "ada@")
    assert without_token(known) == told
    assert "do not belong together" in words(known)
    assert seats(ada) == 0


def test_a_used_code_is_refused(door: Visitor, ada: Staff) -> None:
    with clock.held_at(NOON):
        code = Office().code()
        type_password(door)
        assert door.send("/second-factor", code=code).status_code == 303
        other = Visitor(door.client.application.test_client())
        type_password(other)
        refused = other.send("/second-factor", code=code)
        assert refused.status_code == 422
        assert seats(ada) == 1


def test_the_second_factor_alone_opens_nothing(door: Visitor, ada: Staff) -> None:
    assert door.get("/second-factor").headers["Location"] == "/sign-in"
    assert door.client.post("/second-factor", data={"code": Office().code()}).status_code == 400
    assert seats(ada) == 0


def test_ten_minutes_after_the_password_it_is_asked_for_again(door: Visitor, ada: Staff) -> None:
    with clock.held_at(NOON):
        assert type_password(door) == 303
    with clock.held_at(NOON + timedelta(minutes=10)):
        answer = door.send("/second-factor", page="/sign-in", code=Office().code())
        assert answer.headers["Location"] == "/sign-in"
        assert seats(ada) == 0


def test_the_fifth_wrong_password_has_to_wait_and_says_how_long(door: Visitor, ada: Staff) -> None:
    with clock.held_at(NOON):
        assert [type_password(door, password="wrong" * 4) for _ in range(4)] == [422] * 4
        slowed = door.send("/sign-in", email="ada@shop.test", password=PASSWORD)
        assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "1")
    with clock.held_at(NOON + timedelta(seconds=1)):
        assert type_password(door) == 303
        assert seats(ada) == 0


def test_guessing_the_second_factor_has_to_wait(door: Visitor, ada: Staff) -> None:
    with clock.held_at(NOON):
        type_password(door)
        answers = [door.send("/second-factor", code="000000x").status_code for _ in range(6)]
        assert answers == [422, 422, 422, 422, 429, 429]
        assert seats(ada) == 0


def test_a_form_with_more_than_it_has_is_refused(door: Visitor, ada: Staff) -> None:
    answer = door.send("/sign-in", email="ada@shop.test", password=PASSWORD, role="owner")
    assert answer.status_code == 400
    assert "does not ask for: role." in words(answer)
    assert seats(ada) == 0


def test_signing_out_ends_the_session(door: Visitor, ada: Staff) -> None:
    type_password(door)
    door.send("/second-factor", code=Office().code())
    assert door.send("/sign-out", page="/you").headers["Location"] == "/sign-in"
    assert seats(ada) == 0
    assert door.get("/you").status_code == 303


def test_a_leaver_is_out_with_the_next_click(door: Visitor, ada: Staff) -> None:
    second = Office().employ("grace@shop.test", StaffRole.OWNER)
    type_password(door)
    door.send("/second-factor", code=Office().code())
    with transaction() as session:
        actions.let_go(session, ada.id, by=second.actor)
    assert door.get("/you").status_code == 303


def test_somebody_new_sets_up_and_signs_in(door: Visitor) -> None:
    office = Office()
    with clock.held_at(NOON):
        invited = office.invite("ada@shop.test", StaffRole.OWNER)
        assert door.send("/set-up", email="ada@shop.test", code="0000-0000").status_code == 422
        answer = door.send("/set-up", email="ada@shop.test", code=invited.setup_code)
        assert answer.headers["Location"] == "/set-up/finish"
        page = door.get("/set-up/finish")
        assert invited.totp_secret in page.text
        assert '<path class="qrline"' in page.text
        assert "style=" not in page.text
        totp = office.code(invited.totp_secret)
        weak = door.send("/set-up/finish", password="short", totp=totp)
        assert (weak.status_code, "at least 15" in words(weak)) == (422, True)
        done = door.send("/set-up/finish", password=PASSWORD, totp=totp)
        codes = re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}", done.text)
        assert len(codes) == 8
        assert type_password(door) == 303
        assert door.send("/second-factor", code=codes[3]).status_code == 303
        assert door.get("/you").status_code == 200
        assert door.get("/set-up/finish").headers["Location"] == "/set-up"


def test_ones_own_password_is_changed_after_the_present_one(door: Visitor, ada: Staff) -> None:
    type_password(door)
    door.send("/second-factor", code=Office().code())
    wrong = door.send("/you/password", page="/you", current="wrong" * 4, password="another sentence")
    assert (wrong.status_code, "not your present password" in words(wrong)) == (422, True)
    before = door.client.get_cookie("desk").value
    right = door.send("/you/password", page="/you", current=PASSWORD, password="another sentence")
    assert right.status_code == 303
    assert door.client.get_cookie("desk").value != before
    with reading() as session:
        assert credentials.is_password(session.get_one(Staff, ada.id).password_hash, "another sentence")
    assert "Your password is changed" in words(door.get("/you"))
