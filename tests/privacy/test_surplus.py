"""Nothing is taken that nobody asked for: each address refuses a field it does not have (004-04, 004-09).

Refused, with status 400 and the name of the field: whatever our own pages could send, urlencoded or in
parts, files, and bodies that are no form. From outside (`FROM_OUTSIDE`) comes what others like to send, and
it may grow: of events of Stripe and of the carrier a declared part is kept, of a mail program's click
nothing. So it is with the file that somebody brings along, which a later version of the shop may have made,
and with names in a query, which links collect on their way.
"""

import io
import json
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from oms.app import create_desk
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.kernel.inbox import WebhookEvent
from oms.local.outside.hooks import sign
from oms.privacy.states import Channel
from oms.privacy.wishes.queries import token_of
from oms.web.taking import takes
from storefront.app import create_store
from tests.architecture.test_routes import BY_ORIGIN, FROM_OUTSIDE
from tests.fakes import STRIPE_SECRET
from tests.forgetting import paid
from tests.make import Shop
from tests.pages import forms
from tests.people import Mailbox, Visitor
from tests.privacy.busy import Busy, fill
from tests.privacy.canaries import folder, postgres, valkey
from tests.privacy.test_quiet_pages import pages

MARK = "zqsurplus"
# What ends the session of whoever fills the forms in.
ENDS = ("/sessions/", "/sign-out")
# What mail programs post to as well.
OUTSIDE = "/unsubscribe/"
# What people call things that shops like to know.
NAMES = (
    "birthday", "gender", "title", "company", "vat", "phone2", "note", "comments", "newsletter", "passport",
    "income", "religion", "latitude", "fingerprint", "utm_source", "is_admin", "role", "id", "state", "price",
)  # fmt: skip
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def surplus(most: int) -> dict[str, str]:
    """Return fields that no form has, under names that programs might take for their own."""
    told = (f"{NAMES[number % len(NAMES)]}_{secrets.token_hex(3)}" for number in range(most - len(NAMES)))
    plain = (f"{name}_" for name in NAMES)
    return {name: f"{MARK}{secrets.token_hex(6)}" for name in (*plain, *told)}


def every_form(app: Flask, visitor: Visitor, known: dict[str, str]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return page, address and fields of each form that changes something, on all pages of an application."""
    found, seen = [], set()
    for endpoint, path in pages(app, known).items():
        answer = visitor.get(path)
        if answer.status_code != 200 or not answer.mimetype.startswith("text/html"):
            continue
        for form in forms(answer):
            address = re.sub(r"^/oms(?=/)", "", form["action"]) or path
            page = "" if any(word in address for word in ENDS) else endpoint
            kind = (page, re.sub(r"\d+", "0", address), *sorted(form["names"]))
            if kind not in seen and form["method"] == "post" and not address.startswith(OUTSIDE):
                seen.add(kind)
                found.append((path, address, form["fields"]))
    return sorted(found, key=lambda one: [word in one[1] for word in reversed(ENDS)])


def kept(settings: Settings) -> list[str]:
    """Return where a surplus value lies in a store of ours; a sealed record has no room for one."""
    stores = (
        postgres(settings.database_url),
        postgres(settings.keyring_url),
        folder(settings.state_dir, exclude=["mail/*"]),
        valkey(settings.redis_url),
    )
    return sorted({place for store in stores for place, content in store if MARK.encode() in content})


def send(client: FlaskClient, address: str, token: str = "", **sent: Any) -> TestResponse:  # noqa: ANN401 - a body
    """Post something as a script of our own page would, from an address of its own."""
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json", "X-CSRFToken": token}
    where = {"REMOTE_ADDR": Visitor(client).address}
    return client.post(address, headers=headers, environ_overrides=where, **sent)


def is_refused(answer: TestResponse, name: str) -> bool:
    """Say whether a post was refused for a field that it should not have, and for nothing else."""
    told = answer.get_json(silent=True) or {}
    return answer.status_code == 400 and told.get("error") == "surplus_field" and name in told["message"]


def changing(app: Flask) -> Iterator[tuple[str, str]]:
    """Give endpoint and an address of everything that our own pages can post to."""
    bound = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"} and rule.endpoint not in FROM_OUTSIDE:
            yield rule.endpoint, bound.build(rule.endpoint, dict.fromkeys(rule.arguments, 1), method="POST")


# What is sent, and as what it comes.
SORTS: dict[str, Callable[[], dict[str, Any]]] = {
    "a field": lambda: {"data": {"birthday_": MARK}},
    "a part": lambda: {"data": {"birthday_": MARK}, "content_type": "multipart/form-data"},
    "a file": lambda: {"data": {"birthday_": (io.BytesIO(MARK.encode()), f"{MARK}.txt")}},
    "JSON": lambda: {"data": json.dumps({"birthday_": MARK}), "content_type": "application/json"},
}


def lax(app: Flask, page: str, *sorts: str) -> list[str]:
    """Return the addresses that take a field, a file or a body that they do not ask for."""
    client, found = app.test_client(), []
    token = _TOKEN.search(client.get(page).text)
    assert token is not None
    for endpoint, address in changing(app):
        for what in sorts:
            answer = send(client, address, token.group(1), **SORTS[what]())
            if not is_refused(answer, "" if what == "JSON" else "birthday_"):
                found.append(f"{endpoint} takes {what}: {answer.status_code}")
    return found


def test_every_address_refuses_a_field_that_it_does_not_ask_for(shop: None, settings: Settings) -> None:
    store, desk = create_store(settings), create_desk(settings)
    assert {endpoint for endpoint, _ in changing(store)} >= BY_ORIGIN
    assert lax(store, "/account/sign-in", "a field") == []
    assert lax(desk, "/sign-in", "a field") == []
    assert kept(settings) == []


@pytest.mark.privacy
def test_every_address_refuses_whatever_it_does_not_ask_for(
    shop: None, settings: Settings, measured: Callable[..., None]
) -> None:
    apps = {"/account/sign-in": create_store(settings), "/sign-in": create_desk(settings)}
    found = [line for page, app in apps.items() for line in lax(app, page, *SORTS)]
    count = sum(len([*changing(app)]) for app in apps.values())
    assert found + kept(settings) == []
    figure = f"{count} addresses that change something refuse {', '.join(SORTS)} too many"
    measured("B18", figure, passed=count > 90)


def test_an_address_that_takes_anything_is_seen(shop: None, settings: Settings) -> None:
    store = create_store(settings)
    store.view_functions["orders.find"] = takes("birthday*")(partial(store.view_functions["orders.find"]))
    assert {line.partition(":")[0] for line in lax(store, "/account/sign-in", "a field")} == {
        "orders.find takes a field"
    }


def test_who_sends_more_than_is_asked_reads_which_field_it_was(store: FlaskClient) -> None:
    answer = Visitor(store).send("/account/sign-in", email="ada@shop.test", birthday="1815-12-10")
    assert answer.status_code == 400
    assert "This form does not ask for: birthday. Nothing was kept." in answer.text
    assert Mailbox().mailed() == []


def post_all(
    client: FlaskClient, app: Flask, known: dict[str, str], most: int
) -> tuple[list[str], Counter[int]]:
    """Send every form with surplus fields, then as it is; return who took them, and the later answers."""
    took, answers, every = list[str](), Counter[int](), every_form(app, Visitor(client), known)
    for page, address, fields in every:
        more = surplus(most)
        if not is_refused(send(client, address, data={**more, **fields}), next(iter(more))):
            took.append(f"{address} on {page}")
    for page, address, fields in every:
        answer = send(client, address, data=fields)
        if is_refused(answer, ""):
            took.append(f"{address} on {page} does not take its own fields")
        answers[answer.status_code] += 1
    return took, answers


@pytest.mark.privacy
def test_ten_thousand_surplus_fields_leave_nothing(
    small: Shop, settings: Settings, stripe: object, measured: Callable[..., None]
) -> None:
    store, desk = create_store(settings), create_desk(settings)
    busy: Busy = fill(small, store.test_client(), desk.test_client(), settings)
    told, took = Counter[int](), list[str]()
    for app, name, token, known in (
        (store, "store", busy.buyer, busy.store),
        (desk, "desk", busy.owner, busy.desk),
    ):
        client = app.test_client()
        client.set_cookie(name, token)
        lax_ones, answers = post_all(client, app, known, 160)
        took += lax_ones
        told += answers
    places, sent = kept(settings), sum(told.values()) * 160
    assert not took, took
    # Sent again as they are, most do what they say; some want something typed first, and the last few are
    # of a session that was ended and of somebody who was let go meanwhile.
    assert set(told) <= {200, 303, 400, 403, 409, 422}, told
    assert told[200] + told[303] > told[409] + told[422], told
    assert told[400] + told[403] <= 6, told
    measured(
        "B18",
        f"{sent} surplus fields over {sum(told.values())} forms: all refused by name, {len(places)} kept",
        passed=not places and sent >= 10_000,
    )


@pytest.mark.privacy
def test_names_in_a_query_are_dropped(small: Shop, settings: Settings, stripe: object) -> None:
    store, desk = create_store(settings), create_desk(settings)
    busy = fill(small, store.test_client(), desk.test_client(), settings)
    query = "&".join(f"{name}={value}" for name, value in surplus(len(NAMES)).items())
    for app, name, token, known in (
        (store, "store", busy.buyer, busy.store),
        (desk, "desk", busy.owner, busy.desk),
    ):
        client, stranger = app.test_client(), app.test_client()
        client.set_cookie(name, token)
        for path in pages(app, known).values():
            for somebody in (Visitor(client), Visitor(stranger)):
                assert somebody.get(f"{path}{'&' if '?' in path else '?'}{query}").status_code < 500, path
    assert kept(settings) == []


def test_of_an_event_of_stripe_only_the_declared_part_is_kept(store: FlaskClient, settings: Settings) -> None:
    whole = {"object": "checkout.session", "amount_total": 3660, "currency": "eur", "status": "complete"}
    found = {**whole, "id": "cs_test_x", **surplus(200), "customer_details": surplus(30)}
    told = {"id": "evt_1", "type": "checkout.session.completed", "created": int(time.time())}
    body = json.dumps({**told, **surplus(200), "data": {"object": found, **surplus(30)}}).encode()
    signed = sign(body, [STRIPE_SECRET], told["created"])
    assert store.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signed}).status_code == 204
    with reading(Role.MIGRATE) as session:
        row = session.execute(text("SELECT * FROM webhook_events")).mappings().one()
    assert set(row) == {column.name for column in WebhookEvent.__table__.columns}
    assert (row["event_id"], row["object_id"], row["amount"], row["status"]) == (
        "evt_1", "cs_test_x", 3660, "complete",
    )  # fmt: skip
    assert kept(settings) == []


def test_of_a_mail_programs_click_nothing_is_kept(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    address = f"/unsubscribe/{token_of(paid({small.pencil: 1}).unit, Channel.MAIL, settings.secret_key)}"
    data = {"List-Unsubscribe": "One-Click", **surplus(30)}
    assert store.post(address, data=data).status_code == 200
    assert kept(settings) == []


def test_of_a_file_that_is_brought_along_only_known_fields_are_kept(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    visitor = Visitor(store)
    visitor.send("/account/sign-in", email="ada@shop.test")
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    place = {"name": "Ada Lind", "street": "Rapenburg 70", "city": "Leiden", **surplus(30)}
    records = [{"kind": "history.address", "values": place}, {"kind": "diary", "values": surplus(30)}]
    told = {"$schema": "https://other.test/your-data/schema.json", "records": records, **surplus(30)}
    told |= {"orders": [{"number": "X-1", **surplus(30)}], "wishes": [surplus(30)]}

    def file() -> tuple[io.BytesIO, str]:
        return io.BytesIO(json.dumps(told).encode()), f"{MARK}.json"

    assert visitor.send("/your-data/bring", file=file(), birthday=MARK).status_code == 400
    with reading(Role.MIGRATE) as session:
        assert session.scalar(text("SELECT count(*) FROM privacy_arrivals")) == 0
    assert visitor.send("/your-data/bring", file=file()).status_code == 303
    assert "Rapenburg 70" in visitor.get("/your-data/").text
    assert kept(settings) == []


def test_a_planted_store_of_surplus_is_seen(small: Shop, settings: Settings, tmp_path: Path) -> None:
    assert kept(settings) == []
    (settings.state_dir / "typed.log").write_text(f"birthday={MARK}1\n")
    assert len(kept(settings)) == 1
