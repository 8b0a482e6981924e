"""Global Privacy Control: heard in twelve forms, kept with an account, told, on no page of others (B22)."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.privacy.states import Channel
from oms.privacy.wishes import actions, queries
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.models import Wish
from oms.privacy.wishes.states import Choice, WishPurpose, WishWay
from storefront.app import create_store
from tests import make
from tests.make import Shop
from tests.people import Visitor, words
from tests.privacy.test_wishes_at_once import VECTORS
from tests.storefront.account.test_account import signed_in

HONORED = "Global Privacy Control: opt-out honored"
ON = {"Sec-GPC": "1"}


@pytest.fixture
def app(small: Shop, store: FlaskClient) -> Flask:
    return store.application


def at(visitor: Visitor, path: str = "/your-data/", value: str = "1") -> str:
    return words(visitor.client.get(path, headers={"Sec-GPC": value}))


def ledger() -> list[tuple[str, WishPurpose, Channel, Choice, WishWay]]:
    with reading() as session:
        rows = session.scalars(select(Wish).order_by(Wish.id))
        return [(row.unit, row.purpose, row.channel, row.choice, row.way) for row in rows]


def kept(unit: str) -> tuple[str, WishPurpose, Channel, Choice, WishWay]:
    return (unit, WishPurpose.SHARING, Channel.INBOX, Choice.WITHDRAWN, WishWay.SIGNAL)


def test_each_of_twelve_forms_is_kept_with_an_account_or_not(
    app: Flask, measured: Callable[..., None]
) -> None:
    right = 0
    for number, (value, is_heard) in enumerate(VECTORS):
        visitor = signed_in(app.test_client(), f"{number}@shop.test")
        before = ledger()
        at(visitor, "/account/", value)
        new = ledger()[len(before) :]
        assert bool(new) is is_heard, value
        # Another browser of the same account, which sends nothing.
        again = signed_in(app.test_client(), f"{number}@shop.test")
        right += (HONORED in words(again.get("/your-data/"))) is is_heard
    measured("B22", f"{right} of {len(VECTORS)} headers kept as said, and told", passed=right == len(VECTORS))


def test_it_is_written_once_and_its_absence_brings_nothing_back(app: Flask) -> None:
    visitor = signed_in(app.test_client(), "ada@shop.test")
    assert ledger() == []
    for _ in range(3):
        at(visitor)
    [row] = ledger()
    assert row == kept(row[0])
    assert "Said by your browser (Global Privacy Control)." in at(visitor)
    for path in ("/your-data/", "/account/", "/checkout"):
        visitor.get(path)
    other = signed_in(app.test_client(), "ada@shop.test")
    assert "Kept since" in words(other.get("/your-data/"))
    at(other)
    assert ledger() == [row]


def test_an_earlier_yes_ends_and_that_is_told_but_a_later_one_stands(app: Flask) -> None:
    visitor = signed_in(app.test_client(), "ada@shop.test")
    said = {"purpose": "promotions", "channel": "mail", "choice": "given"}
    assert visitor.send("/your-data/wishes", page="/your-data/", **said).status_code == 303
    [(unit, *_rest)] = ledger()
    told = "Your browser sends Global Privacy Control. What you had allowed before is off now."
    assert told in at(visitor)
    ended = (unit, WishPurpose.PROMOTIONS, Channel.MAIL, Choice.WITHDRAWN, WishWay.SIGNAL)
    assert sorted(ledger()[1:]) == sorted([ended, kept(unit)])
    assert told not in at(visitor)
    visitor.client.environ_base["HTTP_SEC_GPC"] = "1"
    assert visitor.send("/your-data/wishes", page="/your-data/", **said).status_code == 303
    at(signed_in(app.test_client(), "ada@shop.test"))
    with reading() as session:
        assert queries.may(session, [unit], WishPurpose.PROMOTIONS, Channel.MAIL)


def test_a_yes_to_sharing_from_elsewhere_ends_whenever_it_came(app: Flask) -> None:
    visitor = signed_in(app.test_client(), "ada@shop.test")
    at(visitor)
    [(unit, *_rest)] = ledger()
    with transaction() as session:
        actions.say(session, [unit], Said(Choice.GIVEN, Channel.INBOX, WishPurpose.SHARING), by=make.GUEST)
    at(signed_in(app.test_client(), "ada@shop.test"))
    assert ledger()[-1] == kept(unit)


def test_nobody_elses_page_knows_of_it(app: Flask, settings: Settings, measured: Callable[..., None]) -> None:
    visitor = signed_in(app.test_client(), "ada@shop.test")
    other = signed_in(app.test_client(), "grace@shop.test")
    plain = {path: app.test_client().get(path).data for path in ("/", "/products/retro-clock", "/privacy")}
    fresh = create_store(settings)
    leaks = 0
    for path, page in plain.items():
        asked = visitor.client.get(path, headers=ON)
        leaks += asked.data != page or "Sec-GPC" in asked.headers.get("Vary", "")
        # The first to ask of a store that keeps no page yet.
        leaks += fresh.test_client().get(path, headers=ON).data != fresh.test_client().get(path).data
    leaks += HONORED in words(other.get("/your-data/"))
    at(visitor)
    leaks += HONORED in words(other.get("/your-data/"))
    leaks += sum(row[0] != ledger()[0][0] for row in ledger())
    answer = visitor.get("/.well-known/gpc.json")
    assert answer.get_json()["gpc"] is True
    assert answer.mimetype == "application/json"
    assert "no-store" in visitor.client.get("/your-data/", headers=ON).headers["Cache-Control"]
    measured("B22", f"{leaks} pages of others know of it; gpc.json says true", passed=not leaks)
