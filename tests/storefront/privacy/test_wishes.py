"""Mails that nobody needs stop at once: by one click, by a mail program, or on the page of one's data."""

import email
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from oms.kernel import egress, jobs, outbox
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.notifications import handlers as notifications
from oms.orders import actions as ordering
from oms.orders.models import Order
from oms.privacy.retention import actions as retention
from oms.privacy.states import Channel
from oms.privacy.wishes import actions, queries
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.models import Wish
from oms.privacy.wishes.queries import token_of
from oms.privacy.wishes.states import Choice, WishPurpose, hash_of
from tests import make
from tests.fakes import Party
from tests.forgetting import GRACE, copy, delivered, paid, proven
from tests.make import Shop
from tests.people import Visitor, words

SECRET = "a-secret-for-tests-0123456789-abcdefgh"
ARRIVED = "has arrived"


def mails(folder: Path) -> list[EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=default)  # type: ignore[misc]
        for path in sorted(folder.glob("*.eml"))
    ]


def subjects(folder: Path, word: str) -> int:
    return sum(1 for mail in mails(folder) if word in mail["Subject"])


def arrive(order: Order) -> None:
    with transaction() as session:
        ordering.note_delivery(session, order.id)
    jobs.drain()


def objected() -> list[tuple[str, str]]:
    with reading() as session:
        rows = queries.replay(session.scalars(select(Wish).order_by(Wish.id))).values()
        return sorted((row.unit, row.channel) for row in rows if row.choice is Choice.WITHDRAWN)


def answer(visitor: Visitor, choice: str) -> TestResponse:
    wanted = {"purpose": "news", "channel": "mail", "choice": choice}
    return visitor.send("/your-data/wishes", page="/your-data/", **wanted)


def link(order: Order) -> str:
    return f"/unsubscribe/{token_of(order.unit, Channel.MAIL, SECRET)}"


def test_only_a_mail_that_nobody_needs_says_how_to_stop_it(small: Shop, sink: Path) -> None:
    order = paid({small.clock: 1})
    arrive(order)
    by_subject = {mail["Subject"]: mail for mail in mails(sink)}
    needed = by_subject[f"Your order {order.number}"]
    optional = by_subject[f"Your order {order.number} {ARRIVED}"]
    assert needed["List-Unsubscribe"] is needed["List-Unsubscribe-Post"] is None
    assert optional["List-Unsubscribe"] == f"<http://localhost{link(order)}>"
    assert optional["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in ("plain", "html"):
        assert "This mail is needed" in needed.get_body((part,)).get_content()
        assert "/unsubscribe/" not in needed.get_body((part,)).get_content()
        assert link(order) in optional.get_body((part,)).get_content()


def test_looking_at_the_page_never_acts_and_one_click_needs_nothing(small: Shop, store: FlaskClient) -> None:
    order = paid({small.clock: 1})
    for _ in range(2):
        page = store.get(link(order))
        assert page.status_code == 200
        assert "What is needed always comes" in words(page)
        assert store.head(link(order)).status_code == 200
    assert objected() == []
    done = store.application.test_client().post(link(order), data={"List-Unsubscribe": "One-Click"})
    assert (done.status_code, "Done" in words(done)) == (200, True)
    assert "Set-Cookie" not in done.headers
    assert objected() == [(order.unit, "mail")]
    store.post(link(order))
    assert objected() == [(order.unit, "mail")]


def test_the_button_of_the_page_does_the_same(small: Shop, store: FlaskClient) -> None:
    order = paid({small.clock: 1})
    action = re.search(r'<form[^>]*action="([^"]+)"', store.get(link(order)).text)
    assert action is not None
    assert store.post(action.group(1)).status_code == 200
    assert objected() == [(order.unit, "mail")]


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1],
        lambda token: f"x{token}",
        lambda token: token.replace(".", ""),
        lambda token: (
            f"{token_of('order:ANOTHER', Channel.MAIL, SECRET).partition('.')[0]}.{token.partition('.')[2]}"
        ),
        lambda _token: "é.é",
        lambda _token: token_of("order:ANOTHER", Channel.MAIL, "another secret"),
    ],
)
def test_a_link_that_we_did_not_make_stops_nothing(small: Shop, store: FlaskClient, change: object) -> None:
    order = paid({small.clock: 1})
    token = change(token_of(order.unit, Channel.MAIL, SECRET))  # type: ignore[operator]
    for answer in (store.get(f"/unsubscribe/{token}"), store.post(f"/unsubscribe/{token}")):
        assert answer.status_code == 404
    assert objected() == []


def test_an_objection_holds_for_every_order_of_the_mailbox_and_for_nobody_else(
    small: Shop, store: FlaskClient, sink: Path
) -> None:
    store.post(link(paid({small.clock: 1})))
    arrive(paid({small.pencil: 1}))
    arrive(paid({small.pencil: 1}, contact=GRACE))
    told = [mail["To"] for mail in mails(sink) if ARRIVED in mail["Subject"]]
    assert told == ["grace@shop.test"]
    assert subjects(sink, "Your order") == 4
    with reading() as session:
        stopped = session.scalars(text("SELECT topic FROM mail_sends WHERE state = 'stopped'")).all()
    assert stopped == ["delivered"]


def test_an_objection_stops_a_mail_that_is_being_tried_again(
    small: Shop, store: FlaskClient, sink: Path, settings: Settings, mail_process: Party
) -> None:
    served = replace(settings, smtp_url=mail_process.address)
    order = paid({small.clock: 1})
    jobs.drain()
    notifications.configure(replace(settings, smtp_url="smtp://127.0.0.1:9"))
    arrive(order)
    store.post(link(order))
    notifications.configure(served)
    with transaction(Role.MIGRATE) as session:
        make.due_now(session)
    jobs.drain()
    assert subjects(sink, ARRIVED) == 0
    with reading() as session:
        assert outbox.dead(session) == []
        told = [row.message for row in egress.disclosed(session, unit=order.unit)]
    assert "confirmation" in told


def test_a_guest_chooses_on_the_page_of_their_data_and_may_change_their_mind(
    small: Shop, store: FlaskClient, sink: Path
) -> None:
    one, two = delivered({small.clock: 1}), paid({small.pencil: 1})
    visitor = proven(store, "ada@shop.test")
    assert "Mails you could do without : they come" in words(visitor.get("/your-data/"))
    saved = answer(visitor, "withdrawn")
    assert saved.headers["Location"] == "/your-data/#wishes"
    page = visitor.get("/your-data/")
    assert "Mails you could do without : stopped on" in words(page)
    assert "Said on this page. Words of 2026-11-22, read in en." in words(page)
    assert objected() == sorted([(one.unit, "mail"), (two.unit, "mail")])
    copied = copy(visitor)
    assert sorted((row["unit"], row["channel"]) for row in copied["wishes"]) == objected()
    assert {row["text_hash"] for row in copied["wishes"]} == {hash_of(WishPurpose.NEWS, Channel.MAIL, "en")}
    answer(visitor, "given")
    assert objected() == []
    arrive(two)
    assert subjects(sink, ARRIVED) == 2


def test_nobody_changes_wishes_without_proof(small: Shop, store: FlaskClient) -> None:
    paid({small.clock: 1})
    stranger = Visitor(store)
    wanted = {"purpose": "news", "channel": "mail", "choice": "withdrawn"}
    sent = stranger.send("/your-data/wishes", page="/account/prove?next=/your-data/", **wanted)
    assert sent.headers["Location"] == "/account/prove?next=/your-data/"
    assert objected() == []


def test_an_objection_goes_with_what_it_belongs_to(small: Shop, store: FlaskClient) -> None:
    gone, kept = delivered({small.clock: 1}), delivered({small.pencil: 1}, contact=GRACE)
    store.post(link(gone))
    store.post(link(kept))
    proven(store, "ada@shop.test").send("/your-data/delete")
    assert objected() == [(kept.unit, "mail")]
    assert store.post(link(gone)).status_code == 200
    assert objected() == [(kept.unit, "mail")]


def test_the_retention_run_lets_an_objection_go_with_the_last_of_its_unit(
    small: Shop, store: FlaskClient
) -> None:
    order = delivered({small.clock: 1})
    store.post(link(order))
    assert retention.let_go()["privacy_wishes"] == 0
    with transaction() as session:
        session.execute(text("DELETE FROM personal.sealed"))
    assert retention.let_go()["privacy_wishes"] == 1
    assert objected() == []


@pytest.mark.usefixtures("shop")
def test_nobody_objects_for_a_unit_that_keeps_nothing() -> None:
    with transaction() as session:
        said = Said(Choice.WITHDRAWN, Channel.MAIL)
        assert actions.say(session, ["order:GONE"], said, by=make.GUEST) == 0
    assert objected() == []


def test_global_privacy_control_is_seen_and_said(small: Shop, store: FlaskClient) -> None:
    paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    said = "Your browser asks us not to sell or share. We never do."
    assert said not in words(visitor.get("/your-data/"))
    assert said in words(visitor.client.get("/your-data/", headers={"Sec-GPC": "1"}))
    assert store.get("/.well-known/gpc.json").get_json()["gpc"] is True
