"""The notice: versions nobody can change, a month ahead where it reaches further, and one list."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.dates import format_date
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from oms.kernel import clock, egress, jobs, places
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.egress import RECIPIENTS
from oms.kernel.errors import BadInputError
from oms.kernel.register import KINDS, PLACES
from oms.notifications.announcing import handlers as announcing
from oms.orders.models import Order
from oms.privacy.models import NoticeVersion
from oms.privacy.notice import actions, queries
from tests.forgetting import GRACE, delivered, proven
from tests.make import Shop
from tests.oms.notifications.test_mails import mails
from tests.people import Mailbox, Visitor, words
from tests.privacy.test_clocks import officer
from tests.privacy.test_register import WITHOUT_COPY

OURS = [kind for kind in KINDS.values() if kind.type.__module__.startswith("oms.")]
AHEAD = timedelta(days=30)
assert announcing.tell is not None


def kept(told: dict[str, Any]) -> NoticeVersion:
    """A version that was in force before the program brought the present one."""
    with transaction() as session:
        row = NoticeVersion(version=queries.version_of(told), since=clock.now() - 2 * AHEAD, content=told)
        session.add(row)
        return row


def keep() -> NoticeVersion:
    with transaction() as session:
        actions.keep_version(session)
    with reading() as session:
        found = queries.newest(session)
    assert found is not None
    return found


def without_phone() -> dict[str, Any]:
    told = queries.content()
    told["fields"] = [one for one in told["fields"] if one["name"] != "order.delivery.phone"]
    return told


def with_birthday() -> dict[str, Any]:
    told = queries.content()
    told["fields"] = [*told["fields"], {**told["fields"][0], "name": "order.contact.birthday"}]
    return told


def test_the_first_version_holds_at_once(shop: None) -> None:
    first = keep()
    assert (first.is_material, first.since) == (False, first.changed_at)
    with reading() as session:
        assert queries.version(session) == first.version
        assert queries.announced(session) is None


def test_a_new_field_is_announced_and_holds_thirty_days_later(
    shop: None, measured: Callable[..., None]
) -> None:
    before = kept(without_phone())
    new = keep()
    assert (new.is_material, new.since - new.changed_at) == (True, AHEAD)
    held = []
    for days in range(32):
        with clock.held_at(new.changed_at + timedelta(days=days)), reading() as session:
            held.append(queries.version(session))
    first_day = held.index(new.version)
    measured("B34", f"a material change holds on day {first_day}, never before", passed=first_day == 30)
    assert held[:30] == [before.version] * 30


FURTHER = [
    ("days", 10_000),
    ("at_most", 10_000),
    ("purposes", ["account", "delivery", "your rights", "after-sales"]),
    ("recipients", ["carrier", "stripe"]),
    ("basis", "consent"),
]
NO_FURTHER = [("days", -1), ("recipients", []), ("why", "Other words."), ("label", "Telephone")]


def changed(name: str, value: object) -> queries.Difference:
    told = queries.content()
    field = next(one for one in told["fields"] if one["name"] == "order.delivery.phone")
    other = {**told, "fields": [{**field, name: value} if one is field else one for one in told["fields"]]}
    [found] = queries.differences(told, other)
    return found


@pytest.mark.parametrize(("name", "value"), FURTHER)
def test_what_reaches_further_is_material(name: str, value: object) -> None:
    assert changed(name, value).is_material


@pytest.mark.parametrize(("name", "value"), NO_FURTHER)
def test_less_and_other_words_are_not_material(name: str, value: object) -> None:
    assert not changed(name, value).is_material


def test_less_than_before_holds_at_once(shop: None) -> None:
    kept(with_birthday())
    less = keep()
    assert (less.is_material, less.since) == (False, less.changed_at)


def test_a_change_that_waits_keeps_its_day_when_words_are_mended(shop: None) -> None:
    kept(without_phone())
    waiting = keep()
    with clock.held_at(clock.now() + timedelta(days=3)), transaction() as session:
        own = actions.publish(session, {"en": {"law": "Dutch law."}}, is_material=False, by=SYSTEM)
    assert own.since == waiting.since


def published(days: int, *, is_material: bool, **parts: str) -> NoticeVersion:
    """A version with the merchant's own words in English, published some days from now."""
    with clock.held_at(clock.now() + timedelta(days=days)), transaction() as session:
        return actions.publish(session, {"en": parts}, is_material=is_material, by=SYSTEM)


def test_words_that_wait_are_not_let_in_early_by_whatever_is_kept_after_them(shop: None) -> None:
    kept(with_birthday())
    keep()
    asks_more = published(0, is_material=True, intro="We ask more.")
    mended = published(3, is_material=False, intro="We ask for more.")
    assert (mended.since, mended.is_material) == (asks_more.since, True)
    told = queries.content(queries.texts_of(mended.content))
    with clock.held_at(clock.now() + timedelta(days=4)), reading() as session:
        less = {**told, "fields": told["fields"][1:]}
        assert actions.since(session, less, is_material=False) == asks_more.since
        own = {**less, "texts": {}}
        assert actions.since(session, own, is_material=False) == clock.now()


def test_of_two_that_wait_the_first_to_come_is_announced_and_one_taken_back_is_not(shop: None) -> None:
    first = keep()
    early = published(1, is_material=True, intro="We ask more.")
    late = published(5, is_material=True, intro="We ask much more.")
    assert (late.since - early.since).days == 4
    with reading() as session:
        assert queries.announced(session).id == early.id
    with clock.held_at(early.since + timedelta(days=1)), reading() as session:
        assert queries.version(session) == early.version
        assert queries.announced(session).id == late.id
    with clock.held_at(clock.now() + timedelta(days=6)):
        with transaction() as session:
            actions.publish(session, {}, is_material=False, by=SYSTEM)
        with reading() as session:
            assert queries.announced(session) is None
    for days in (6, 60):
        with clock.held_at(clock.now() + timedelta(days=days, minutes=1)), reading() as session:
            assert queries.version(session) == first.version


def test_a_version_of_other_words_alone_is_told_as_such(shop: None, store: FlaskClient) -> None:
    keep()
    published(0, is_material=False, law="Dutch law.")
    told = words(Visitor(store).get("/privacy/versions"))
    assert "Changed: Our own words. Side by side" in told
    assert told.count("The first one.") == 1


def test_nobody_can_change_or_remove_a_version(shop: None) -> None:
    first = keep()
    for statement in ("UPDATE notice_versions SET content = '{}'", "DELETE FROM notice_versions"):
        for role in (Role.WEB, Role.WORKER, Role.BLIND):
            with pytest.raises(ProgrammingError), transaction(role) as session:
                session.execute(text(statement))
    with reading() as session:
        assert [row.version for row in queries.versions(session)] == [first.version]


def test_the_merchants_own_words_make_a_version_and_the_same_again_none(shop: None) -> None:
    keep()
    texts = {"en": {"law": "Dutch law; the court in Leiden.", "intro": ""}, "de": {"law": ""}}
    with transaction() as session:
        own = actions.publish(session, texts, is_material=True, by=SYSTEM)
    assert own.is_material
    assert queries.texts_of(own.content) == {"en": {"law": "Dutch law; the court in Leiden.", "intro": ""}}
    with pytest.raises(BadInputError, match="Nothing differs"), transaction() as session:
        actions.publish(session, texts, is_material=True, by=SYSTEM)
    assert keep().version == own.version


def test_a_change_is_told_by_mail_once_for_each_mailbox_and_on_every_page(
    small: Shop, store: FlaskClient, sink: Path
) -> None:
    Mailbox().open_account("edsger@shop.test")
    delivered({small.clock: 1})
    delivered({small.pencil: 1})
    delivered({small.pencil: 1}, contact=GRACE)
    kept(without_phone())
    new = keep()
    jobs.drain()
    jobs.drain()
    told = [mail for mail in mails(sink) if str(mail["Message-ID"]).startswith("<notice.")]
    assert sorted(mail["To"] for mail in told) == ["ada@shop.test", "edsger@shop.test", "grace@shop.test"]
    assert f"/privacy/versions/{new.version}/changes" in told[-1].as_string().replace("=\n", "")
    assert "our privacy notice changes. See what changes" in words(Visitor(store).get("/orders"))
    notice = words(Visitor(store).get("/privacy"))
    assert "Version 1, in force since" in notice
    assert "this notice changes. See what changes" in notice


def test_two_versions_are_shown_side_by_side(small: Shop, store: FlaskClient) -> None:
    before = kept(without_phone())
    new = keep()
    page = words(Visitor(store).get(f"/privacy/versions/{new.version}/changes"))
    assert "Phone (When you order) announced ahead not told This carrier calls before it delivers." in page
    back = words(Visitor(store).get(f"/privacy/versions/{before.version}/changes?since={new.version}"))
    assert "30 days after delivery" in back
    assert "no longer" in back
    assert Visitor(store).get("/privacy/versions/nothing/changes").status_code == 404


def test_being_shown_the_notice_is_no_consent(small: Shop, store: FlaskClient) -> None:
    first = keep()
    order = delivered({small.clock: 1}, notice_version=first.version)
    with reading() as session:
        remembered = session.scalars(select(Order.notice_version).where(Order.id == order.id)).one()
    assert remembered == first.version
    assert "your consent" not in words(proven(store, "ada@shop.test").get("/your-data/"))


def lists(told: dict[str, Any]) -> dict[str, set[str]]:
    return {part: {one["name"] for one in told[part]} for part in queries.PARTS}


def test_notice_register_recipients_cookies_and_copy_are_one_list(
    small: Shop, store: FlaskClient, measured: Callable[..., None]
) -> None:
    told = lists(keep().content)
    register = {f"{kind.name}.{name}" for kind in OURS for name in kind.names()}
    recipients = {to for kind in OURS for field in kind.fields for to in egress.receivers(field)}
    cookies = {name for name in PLACES if name.startswith(queries.TOLD)}
    schema = Visitor(store).get("/your-data/schema.json").get_json()
    copied = {
        f"{name}.{field}"
        for name, part in schema["$defs"].items()
        if name in {kind.name for kind in OURS}
        for field in part["properties"]["values"]["properties"]
    }
    withheld = {name for name in register if name.rpartition(".")[0] in WITHOUT_COPY}
    page = words(Visitor(store).get("/privacy"))
    shown = {
        f"{kind.name}.{field.name}"
        for kind in OURS
        for field in kind.fields
        if f"{field.label} {field.why}" in page
    }
    stores = set(places.STORES)
    is_one = told == {"fields": register, "recipients": recipients, "places": cookies, "stores": stores}
    is_one = is_one and copied == register - withheld and recipients <= set(RECIPIENTS) and shown == register
    figure = (
        f"{len(register)} fields, {len(recipients)} recipients, {len(cookies)} cookies, {len(stores)} stores"
    )
    measured("B34", f"{figure}: one list", passed=is_one)


def test_a_planted_field_that_the_notice_lacks_is_seen() -> None:
    assert lists(without_phone())["fields"] != lists(queries.content())["fields"]


def test_the_desk_writes_looks_and_publishes(small: Shop, desk: FlaskClient, store: FlaskClient) -> None:
    keep()
    visitor = officer(desk)
    law = {"en_law": "Dutch law; the court in Leiden.", "is_material": "y"}
    preview = words(visitor.send("/privacy/notice", **law))
    day = format_date(clock.now() + AHEAD, "medium", locale="en_GB")
    assert f"As readers will see it, from {day} Law and courts, English Dutch law" in preview
    with reading() as session:
        assert len(queries.versions(session)) == 1
    assert visitor.send("/privacy/notice", **law, step="publish").status_code == 303
    with reading() as session:
        own = queries.newest(session)
    assert own is not None
    assert own.is_material
    again = visitor.send("/privacy/notice", **law, step="publish")
    assert (again.status_code, "Nothing differs" in words(again)) == (422, True)
    with clock.held_at(own.since + timedelta(minutes=1)):
        assert "Law and courts Dutch law; the court in Leiden." in words(Visitor(store).get("/privacy"))
