"""B11: what one shop knows of somebody can be brought to another, and comes out of it again the same."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker
from sqlalchemy import text

from oms.kernel import vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError
from oms.kernel.register import Job
from oms.privacy.access import queries as access
from oms.privacy.arrivals import actions, queries
from oms.privacy.arrivals.commands import import_copy
from oms.privacy.arrivals.queries import Portable
from oms.privacy.copies import handlers as copies
from oms.privacy.schema.queries import schema
from oms.privacy.states import Channel
from oms.privacy.wishes import actions as wishes
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.states import Choice
from oms.web.setup import connect
from storefront.app import create_store
from tests import make
from tests.forgetting import delivered, only_buyer, taken
from tests.make import Shop
from tests.people import Mailbox, Visitor
from tests.stores import empty_stores

ADDRESS = "http://localhost/your-data/schema.json"
IMPORT = SYSTEM.doing(Job.ARRIVALS)
OWNER = Actor(ActorKind.BUYER, "self")


@pytest.fixture
def small(shop: None, settings: Settings) -> Shop:
    copies.configure(settings)
    with transaction() as session:
        return make.small_shop(session)


def rows(statement: str) -> list[tuple[object, ...]]:
    with reading() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def signed_in(store: FlaskClient) -> Visitor:
    visitor = Visitor(store)
    visitor.send("/account/sign-in", email="ada@shop.test")
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    return visitor


def at_home(small: Shop, store: FlaskClient) -> bytes:
    """The copy of somebody with an account, two orders to two addresses, a profile and a wish."""
    visitor = signed_in(store)
    visitor.send("/account/profile", nickname="Countess", mobile="+31201234567", country="NL")
    delivered({small.clock: 1}, buyer_id=only_buyer())
    elsewhere = replace(make.ADA, name="Ada Lind, c/o 林", street="Oude Rijn 1")
    delivered({small.pencil: 3}, buyer_id=only_buyer(), delivery=elsewhere)
    wanted = {"purpose": "news", "channel": "mail", "choice": "withdrawn"}
    visitor.send("/your-data/wishes", page="/your-data/", **wanted)
    return taken(visitor)["your-data.json"]


def carried(content: bytes) -> Portable:
    return queries.read(content)


def moved(content: bytes) -> bytes:
    """The copy of the same person at another, empty shop that took the first one in."""
    empty_stores()
    buyer = actions.receive(carried(content), market="eu", language="en", by=IMPORT)
    with reading() as session:
        told = access.copy(access.insight(session, [buyer.unit], by=OWNER), ADDRESS)
    return json.dumps(told).encode()


def test_a_round_trip_over_three_shops_loses_and_adds_nothing(
    small: Shop, store: FlaskClient, measured: Callable[..., None]
) -> None:
    first = at_home(small, store)
    second = moved(first)
    third = moved(second)
    assert carried(first) == carried(second) == carried(third)
    had = carried(first)
    assert had.profile.nickname == "Countess"
    assert sorted(place.street for place in had.addresses) == ["Oude Rijn 1", "Rapenburg 70"]
    assert sorted(order.total for order in had.orders) == [1130, 3660]
    assert [(one.purpose, one.channel, one.choice, one.language) for one in had.wishes] == [
        ("news", "mail", "withdrawn", "en")
    ]
    check = Draft202012Validator(schema(ADDRESS), format_checker=FormatChecker())
    copies = [json.loads(copy) for copy in (first, second, third)]
    wrong = [error.message for copy in copies for error in check.iter_errors(copy)]
    count = 1 + len(had.addresses) + len(had.orders) + len(had.wishes)
    figure = f"{count} things the same over three shops, {len(wrong)} errors of the schema"
    measured("B11", figure, passed=not wrong)


def test_a_copy_that_loses_an_address_on_the_way_is_noticed(small: Shop, store: FlaskClient) -> None:
    first = at_home(small, store)
    told = json.loads(first)
    told["records"] = [r for r in told["records"] if r["values"].get("street") != "Oude Rijn 1"]
    assert carried(first) != carried(json.dumps(told).encode())


def test_the_same_file_again_changes_nothing(small: Shop, store: FlaskClient) -> None:
    first = at_home(small, store)
    empty_stores()
    for _time in range(2):
        buyer = actions.receive(carried(first), market="eu", language="en", by=IMPORT)
    with reading() as session:
        found = access.insight(session, [buyer.unit], by=OWNER)
    kinds = sorted(one.kind.name for one in found.known)
    assert kinds == [
        *("account.contact", "account.profile", "history.address", "history.address"),
        *("history.order", "history.order"),
    ]


def test_e6_who_was_deleted_does_not_come_back_with_the_same_file(small: Shop, store: FlaskClient) -> None:
    first = at_home(small, store)
    Visitor(store)
    empty_stores()
    visitor = signed_in(store)
    account = actions.receive(carried(first), market="eu", language="en", by=IMPORT)
    visitor = signed_in(store.application.test_client())
    assert visitor.send("/your-data/delete").status_code == 303
    assert vault.ends(account.unit) == {}
    with pytest.raises(ConflictError, match="was deleted here"):
        actions.receive(carried(first), market="eu", language="en", by=IMPORT)
    assert rows("SELECT * FROM buyers") == []
    assert rows("SELECT * FROM personal.sealed WHERE kind LIKE 'history.%'") == []
    assert rows("SELECT DISTINCT unit FROM privacy_arrivals") == [("",)]


def test_e6_the_shop_itself_cannot_bring_back_whose_orders_it_forgot(small: Shop, store: FlaskClient) -> None:
    first = at_home(small, store)
    assert signed_in(store.application.test_client()).send("/your-data/delete").status_code == 303
    with pytest.raises(ConflictError, match="was deleted here"):
        actions.receive(carried(first), market="eu", language="en", by=IMPORT)
    assert rows("SELECT * FROM buyers") == []


def upload(visitor: Visitor, content: bytes, settings: Settings) -> Any:  # noqa: ANN401 - a response
    page = visitor.get("/your-data/bring").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    path = settings.state_dir / "upload.zip"
    path.write_bytes(content)
    with path.open("rb") as file:
        data = {"csrf_token": token, "file": (file, "your-data.zip")}
        return visitor.client.post(
            "/your-data/bring", data=data, environ_overrides={"REMOTE_ADDR": visitor.address}
        )


def test_the_person_may_bring_it_themselves_signed_in_also_after_deleting(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    first = at_home(small, store)
    signed_in(store.application.test_client()).send("/your-data/delete")
    again = signed_in(create_store(settings).test_client())
    assert upload(again, first, settings).headers["Location"] == "/your-data/"
    page = again.get("/your-data/").text
    assert "Oude Rijn 1" in page
    assert "You brought it along from another shop." in page


def test_a_guest_brings_nothing(small: Shop, store: FlaskClient) -> None:
    assert Visitor(store).get("/your-data/bring").headers["Location"].startswith("/account/sign-in")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 torn",
        b"{}",
        b"[1]",
        b'{"$schema": "http://x/your-data/schema.json"}',
        b'{"$schema": "http://x/your-data/schema.json", "records": [1], "orders": [], "wishes": []}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_copy_is_refused_and_nothing_is_written(
    small: Shop, store: FlaskClient, settings: Settings, content: bytes
) -> None:
    with pytest.raises(BadInputError, match="not a copy"):
        carried(content)
    visitor = signed_in(store)
    if content:
        assert upload(visitor, content, settings).status_code == 422
    assert rows("SELECT * FROM personal.sealed WHERE kind LIKE 'history.%'") == []


def test_a_copy_never_changes_the_mailbox_or_a_profile_that_is_filled(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    told = json.loads(at_home(small, store))
    for record in told["records"]:
        if record["kind"] == "account.contact":
            record["values"]["email"] = "eve@evil.test"
        if record["kind"] == "account.profile":
            record["values"]["nickname"] = "Eve"
    visitor = signed_in(store.application.test_client())
    assert upload(visitor, json.dumps(told).encode(), settings).status_code == 303
    page = visitor.get("/your-data/").text
    assert "Countess" in page
    assert "ada@shop.test" in page
    assert "eve@evil.test" not in page


def test_the_command_brings_a_file_along(
    small: Shop, store: FlaskClient, settings: Settings, tmp_path: Path
) -> None:
    visitor = signed_in(store)
    order = delivered({small.clock: 1}, buyer_id=only_buyer())
    with transaction() as session:
        wishes.say(session, [order.unit], Said(Choice.WITHDRAWN, Channel.MAIL), by=SYSTEM)
    file = tmp_path / "your-data.json"
    file.write_bytes(taken(visitor)["your-data.json"])
    empty_stores()
    connect(settings)
    runner = create_store(settings).test_cli_runner()
    done = runner.invoke(import_copy, [str(file), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output.splitlines()[-1])["orders"] == 1
