"""The notice tells everything that the register holds, and every version stays to be read."""

from datetime import UTC, datetime

import pytest
from babel import Locale
from babel.dates import format_date
from flask.testing import FlaskClient
from sqlalchemy import select

from oms.kernel import clock, egress, jobs
from oms.kernel.db import Role, reading, transaction
from oms.kernel.register import KINDS, PLACES
from oms.orders.models import Order
from oms.privacy.minors.ages import AGES
from oms.privacy.models import NoticeVersion
from oms.privacy.notice import queries
from tests.make import Shop
from tests.people import Visitor, words
from tests.storefront.checkout.test_checkout import add, pay

OURS = [kind for kind in KINDS.values() if kind.type.__module__.startswith("oms.")]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def told_in(told: queries.Content, part: str) -> set[str]:
    return {one["name"] for one in told[part]}


def seen(before: queries.Content, after: queries.Content) -> list[tuple[str, bool, bool]]:
    """What two versions tell differently: its name, and whether it was there and is there."""
    found = queries.differences(before, after)
    return [(one.name, one.before is not None, one.after is not None) for one in found]


def test_every_field_every_recipient_and_every_cookie_is_told() -> None:
    told = queries.content()
    assert told_in(told, "fields") == {f"{kind.name}.{name}" for kind in OURS for name in kind.names()}
    assert told_in(told, "recipients") == {to for k in OURS for f in k.fields for to in egress.receivers(f)}
    assert told_in(told, "places") == {name for name in PLACES if name.startswith(queries.TOLD)}


def test_the_page_shows_each_field_with_reason_and_end(store: FlaskClient) -> None:
    page = words(store.get("/privacy"))
    for kind in OURS:
        for field in kind.fields:
            assert f"{field.label} {field.why}" in page
    until = "until the end of the return window"
    assert f"E-mail To confirm your order and say how it goes. the contract with you {until}" in page
    assert "Takes the payment on its own page; we learn only its result." in page
    assert "30 days after delivery; 180 days after it was given, should that never come" in page


def test_a_planted_field_makes_another_version_that_says_so() -> None:
    told = queries.content()
    more = {**told, "fields": [*told["fields"], {**told["fields"][0], "name": "order.contact.birthday"}]}
    less = {**told, "fields": told["fields"][1:]}
    assert len({queries.version_of(one) for one in (told, more, less)}) == 3
    assert seen(told, more) == [("order.contact.birthday", False, True)]
    assert seen(told, less) == [(told["fields"][0]["name"], True, False)]
    changed = {**told, "fields": [{**told["fields"][0], "days": 999}, *told["fields"][1:]]}
    assert seen(told, changed) == [(told["fields"][0]["name"], True, True)]
    assert seen(told, told) == []


def test_a_shop_whose_first_version_is_not_kept_yet_says_so(shop: None, store: FlaskClient) -> None:
    assert "No version is kept yet" in words(store.get("/privacy/versions"))


def test_every_version_is_kept_once_and_can_be_read(shop: None, store: FlaskClient) -> None:
    older = queries.content()
    older["fields"] = [one for one in older["fields"] if one["name"] != "order.contact.email"]
    with transaction() as session:
        session.add(NoticeVersion(version=queries.version_of(older), since=LONG_AGO, content=older))
    keep = jobs.SCHEDULE["privacy.keep_notice"].run
    keep()
    keep()
    with reading() as session:
        assert len(queries.versions(session)) == 2
    listed = words(store.get("/privacy/versions"))
    assert "Added: E-mail (When you order)." in listed
    assert "The first one." in listed
    earlier = store.get(f"/privacy/versions/{queries.version_of(older)}")
    assert "To confirm your order and say how it goes." not in words(earlier)
    changed = format_date(clock.now(), "long", locale="en_GB")
    assert f"Version 1, in force since 1 January 2026, changed on {changed}" in words(store.get("/privacy"))
    assert store.get("/privacy/versions/nothing").status_code == 404


def test_the_page_is_the_same_for_everybody(store: FlaskClient) -> None:
    answers = [Visitor(store.application.test_client()).get("/privacy") for _ in range(2)]
    assert answers[0].data == answers[1].data
    assert [answer.headers.get("Set-Cookie") for answer in answers] == [None, None]


def test_cookies_have_an_address_of_their_own(store: FlaskClient) -> None:
    assert store.get("/privacy/cookies").headers["Location"] == "/privacy#cookies"


@pytest.mark.usefixtures("stripe")
def test_an_order_keeps_the_version_that_was_shown(small: Shop, store: FlaskClient) -> None:
    add(store)
    assert pay(store).status_code == 303
    with reading(Role.WEB) as session:
        assert session.scalars(select(Order.notice_version)).one() == queries.version(session)


def test_the_notice_says_who_is_a_child_country_by_country(shop: None, store: FlaskClient) -> None:
    told = words(store.get("/privacy"))
    assert "We ask nobody for a birth date." in told
    for country, age in AGES.items():
        name = Locale.parse("en").territories[country]
        listed = told.partition(f"{age.years}: ")[2].partition(";")[0]
        assert name in listed, country
    assert "18 elsewhere." in told
