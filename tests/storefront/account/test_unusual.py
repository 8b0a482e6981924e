"""An unusual sign-in with a password asks for a code and says why; its person is told, and can undo it."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from oms.buyers import queries as buyers
from oms.kernel import jobs
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.signins import queries
from oms.signins.models import SignIn
from oms.web import budgets
from oms.web.budgets import Attempt
from tests.forgetting import taken
from tests.people import Mailbox, Visitor, words
from tests.privacy.canaries import find, folder, person, postgres, valkey

PASSWORD = "a sentence of my own"
_LINK = re.compile(r"http\S+/account/not-me/(\S+)")


@pytest.fixture
def ada(store: FlaskClient) -> Visitor:
    """Give a buyer with a password, signed in at home; somebody tries many passwords in the shop."""
    visitor = Visitor(store, "10.1.1.1")
    visitor.send("/account/sign-in", email="ada@shop.test")
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    assert visitor.send("/account/password", password=PASSWORD).status_code == 303
    with transaction() as session:
        for index in range(7):
            budgets.take(session, Attempt.of("any", f"nobody{index}", f"198.51.{index}.1"))
    return visitor


def typed(client: FlaskClient, address: str) -> tuple[Visitor, TestResponse]:
    visitor = Visitor(client.application.test_client(), address)
    fields = {"email": "ada@shop.test", "password": PASSWORD}
    return visitor, visitor.send("/account/password-sign-in", **fields)


def sign_ins() -> list[SignIn]:
    with reading() as session:
        return queries.of_person(session, person_of())


def person_of() -> str:
    with reading() as session:
        found = buyers.buyer_of_mailbox(session, "ada@shop.test")
        assert found is not None
        return found.person


def mailed(sink: Path) -> str:
    """Return the word of the link in the one mail about a sign-in."""
    jobs.drain()
    bodies = [
        str(message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",)))
        for path in sink.glob("*.eml")
    ]
    [body] = [body for body in bodies if "/account/not-me/" in body]
    assert "10.99" not in body
    return _LINK.search(body.replace("=\n", ""))[1]


def test_at_home_the_password_is_enough_and_elsewhere_a_code_is_asked_for(
    ada: Visitor, store: FlaskClient
) -> None:
    visitor, answer = typed(store, "10.1.1.1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/")
    assert visitor.get("/account/").status_code == 200
    stranger, answer = typed(store, "10.99.9.9")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/code")
    page = words(stranger.get("/account/code"))
    assert "Somebody tries many passwords in this shop right now" in page
    assert stranger.get("/account/").status_code == 303
    assert (sign_ins()[0].reasons, sign_ins()[0].finished_at) == (["wave"], None)
    assert stranger.send("/account/code", code=Mailbox().mailed()[-1].code).status_code == 303
    assert stranger.get("/account/").status_code == 200
    assert sign_ins()[0].finished_at is not None
    _visitor, again = typed(store, "10.99.9.9")
    assert again.headers["Location"] == "/account/"


def test_nobody_is_refused_who_has_the_mailbox_and_another_code_keeps_the_reasons(
    ada: Visitor, store: FlaskClient
) -> None:
    stranger, _answer = typed(store, "10.99.9.9")
    stranger.send("/account/code/again", page="/account/code")
    assert "Somebody tries many passwords" in words(stranger.get("/account/code"))
    assert stranger.send("/account/code", code=Mailbox().mailed()[-1].code).status_code == 303
    assert sum(row.finished_at is not None for row in sign_ins()) == 2


def test_the_mail_leads_to_a_page_that_acts_on_nothing_and_ends_everything_in_one_step(
    ada: Visitor, store: FlaskClient, sink: Path
) -> None:
    typed(store, "10.99.9.9")
    word = mailed(sink)
    reader = Visitor(store.application.test_client(), "10.2.2.2")
    page = words(reader.get(f"/account/not-me/{word}"))
    assert "Was it you?" in page
    assert "ada@shop.test" not in page
    assert (sign_ins()[0].answer, ada.get("/account/").status_code) == ("none", 200)
    done = reader.send(f"/account/not-me/{word}/not-mine", page=f"/account/not-me/{word}")
    assert done.status_code == 303
    assert "You said that it was not you" in words(reader.get(f"/account/not-me/{word}"))
    assert ada.get("/account/").status_code == 303
    assert typed(store, "10.1.1.1")[1].status_code == 422
    again = reader.send(f"/account/not-me/{word}/mine", page="/account/sign-in")
    assert again.status_code == 409
    with reading() as session:
        assert [alert.person for alert in queries.alerts(session)] == [person_of()]


def test_that_was_me_makes_the_place_known(ada: Visitor, store: FlaskClient, sink: Path) -> None:
    typed(store, "10.99.9.9")
    word = mailed(sink)
    reader = Visitor(store.application.test_client(), "10.2.2.2")
    reader.send(f"/account/not-me/{word}/mine", page=f"/account/not-me/{word}")
    assert typed(store, "10.99.9.9")[1].headers["Location"] == "/account/"
    assert reader.get("/account/not-me/1.nonsense").status_code == 404


def test_one_place_is_told_of_once_however_often_it_tries(
    ada: Visitor, store: FlaskClient, sink: Path
) -> None:
    for _ in range(3):
        typed(store, "10.99.9.9")
    assert mailed(sink)
    assert len([row for row in sign_ins() if row.reasons]) == 3


def test_the_person_sees_their_sign_ins_takes_them_along_and_closing_forgets_them(
    ada: Visitor, store: FlaskClient
) -> None:
    typed(store, "10.99.9.9")
    page = words(ada.get("/account/sessions"))
    assert "Sign-ins of the last 30 days" in page
    assert "It was not finished" in page
    assert "Sign-ins 2 in the last 30 days" in words(ada.get("/your-data/"))
    told = taken(ada)["your-data.json"]
    assert b'"reasons": [\n        "wave"' in told
    whose = person_of()
    assert ada.send("/your-data/delete").status_code == 303
    with reading() as session:
        assert queries.of_person(session, whose) == []


def test_no_raw_address_is_in_any_store_or_log(
    store: FlaskClient, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    canary = person()
    address = canary.strings["address_token"]
    visitor = Visitor(store, address)
    visitor.send("/account/sign-in", email="ada@shop.test")
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    visitor.send("/account/password", password=PASSWORD)
    for password in ("not this sentence", PASSWORD):
        fields = {"email": "ada@shop.test", "password": password}
        Visitor(store.application.test_client(), address).send("/account/password-sign-in", **fields)
    jobs.drain()
    assert len(sign_ins()) == 2
    logs = [("log", "".join(capsys.readouterr()).encode())]
    shops = (postgres(settings.database_url), postgres(settings.keyring_url))
    state = folder(settings.state_dir, exclude=["mail/*"])
    assert find([canary], *shops, state, valkey(settings.redis_url), logs) == []
