"""A guest's way back (B12): the order moves to a proven mailbox; thieves and replays change nothing."""

import email
import re
from datetime import timedelta
from email import policy
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from oms.kernel import audit, clock, jobs, vault
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import ConflictError, IllegalMoveError
from oms.kernel.register import Purpose
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.privacy.moving import actions, queries, runs
from oms.privacy.moving.models import MailboxMove
from oms.privacy.moving.personal import MoveClaim
from oms.privacy.moving.states import MoveState
from oms.staff.states import StaffRole
from oms.web.markets import Place
from tests.forgetting import delivered, paid
from tests.make import Shop
from tests.people import Mailbox, Office, Visitor, seated, without_token, words

NEW = "ada.again@shop.test"
KIM = Actor(ActorKind.STAFF, "2")
BUYER = Actor(ActorKind.GUEST, "self")
PATH = "/orders/locked-out"


def claimed(order: Order, **changed: str) -> dict[str, str]:
    amount = f"{order.total // 100},{order.total % 100:02}"
    return {"number": order.number, "postcode": "2311ez", "amount": amount, "email": NEW, **changed}


def asked(store: FlaskClient, typed: dict[str, str]) -> tuple[str, Visitor]:
    """Type it all, prove the new mailbox, and say yes; what the last page said, and who it was."""
    visitor = Visitor(store)
    assert visitor.send(PATH, **typed).headers["Location"] == "/account/code"
    onward = visitor.send("/account/code", code=Mailbox().mailed()[-1].code).headers["Location"]
    return words(visitor.send(onward)), visitor


def move_of() -> MailboxMove:
    with reading() as session:
        return session.scalars(select(MailboxMove).order_by(MailboxMove.id.desc()).limit(1)).one()


def waited() -> None:
    """Let the days pass in which the old mailbox could have stopped it."""
    jobs.drain()
    with transaction() as session:
        session.execute(update(MailboxMove).values(waits_until=clock.now() - timedelta(seconds=1)))
    runs.keep_time()
    jobs.drain()


def decided(move: MailboxMove, *, yes: bool = True) -> None:
    with transaction() as session:
        found = queries.by_number(session, move.number, is_locked=True)
        (actions.approve if yes else actions.refuse)(session, found, by=KIM)


def mailbox(order: Order) -> str:
    with reading() as session:
        kept = vault.open_record(session, OrderContact, order.unit, purpose=Purpose.RIGHTS, by=BUYER)
    return kept.email if kept else ""


def letters(sink: Path, to: str) -> list[str]:
    """Return the texts of the mails to somebody, the oldest first."""
    files = sorted(sink.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    read = [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    bodies = [(str(mail["To"]), mail.get_body(("plain",))) for mail in read]
    return [body.get_content() for who, body in bodies if to in who and body is not None]


def test_a_guest_moves_an_order_to_a_mailbox_that_can_be_read(
    small: Shop, store: FlaskClient, desk: FlaskClient, sink: Path
) -> None:
    order = paid({small.clock: 1})
    jobs.drain()
    said, _visitor = asked(store, claimed(order))
    assert "It has three days to stop this" in said
    jobs.drain()
    assert order.number in letters(sink, "ada@shop.test")[-1]
    with pytest.raises(IllegalMoveError):
        decided(move_of())
    waited()
    assert move_of().state is MoveState.REVIEW
    assert move_of().old_mailbox == "took it"

    officer = seated(desk, Office().employ("pat@shop.test", StaffRole.PRIVACY))
    page = words(officer.get(f"/privacy/moves/{move_of().number}"))
    assert "took our mail, and did not stop it" in page
    pages = page + words(officer.get("/privacy/moves"))
    assert not [seen for seen in ("Ada", "Rapenburg", "2311 EZ", "@") if seen in pages]
    path = f"/privacy/moves/{move_of().number}"
    assert officer.send(f"{path}/yes", page=path).status_code == 303

    assert mailbox(order) == NEW
    jobs.drain()
    assert "A code sent here opens it" in letters(sink, NEW)[-1]
    with reading() as db:
        deeds = [(deed.verb, deed.by.kind) for deed in audit.about(db, order.unit)]
    assert ("move.done", ActorKind.STAFF) in deeds
    assert ("move.begin", ActorKind.SYSTEM) in deeds
    with transaction() as db:
        gone = clock.now() - timedelta(days=5)
        db.execute(update(MailboxMove).values(settled_at=gone))
    unit = move_of().unit
    assert vault.ends(unit)
    assert runs.sweep() == 1
    assert vault.ends(unit) == {}


@pytest.mark.parametrize(
    "wrong",
    [{"postcode": "9999 XX"}, {"amount": ""}, {"amount": "1,00"}, {"number": "AAAA-AAAA-AA"}],
    ids=["postcode", "no amount", "amount", "number"],
)
def test_who_knows_only_a_part_reads_the_same_and_gets_nothing(
    small: Shop, store: FlaskClient, sink: Path, wrong: dict[str, str]
) -> None:
    order = paid({small.clock: 1})
    jobs.drain()
    before = len(letters(sink, "ada@shop.test"))
    right, _ = asked(store, claimed(order, email="other@shop.test"))
    told, _ = asked(store, claimed(order, **wrong))
    assert told == right
    jobs.drain()
    assert len(letters(sink, "ada@shop.test")) == before + 1
    assert letters(sink, NEW) == letters(sink, "other@shop.test")
    assert move_of().order_id is None
    waited()
    assert move_of().state is MoveState.REFUSED
    assert "does not fit an order, or the old mailbox stopped it" in letters(sink, NEW)[-1]
    assert mailbox(order) == "ada@shop.test"


def test_the_old_mailbox_stops_it_with_one_click_and_looking_stops_nothing(
    small: Shop, store: FlaskClient, sink: Path
) -> None:
    order = delivered({small.clock: 1})
    asked(store, claimed(order, amount=""))
    jobs.drain()
    link = re.search(r"http\S+(/orders/locked-out/stop/\S+)", letters(sink, "ada@shop.test")[-1])
    assert link is not None
    reader = Visitor(store)
    assert "Was it not you?" in words(reader.get(link.group(1)))
    assert move_of().state is MoveState.WAITING
    assert "Your order keeps this mailbox" in words(reader.send(link.group(1)))
    assert move_of().state is MoveState.STOPPED
    assert "nothing left to stop" in words(reader.send(link.group(1)))
    with pytest.raises(IllegalMoveError):
        decided(move_of())
    assert reader.get(f"{PATH}/stop/{move_of().unit[5:]}.{'0' * 32}").status_code == 404
    assert mailbox(order) == "ada@shop.test"


def test_a_replayed_or_foreign_proof_begins_nothing(small: Shop, store: FlaskClient) -> None:
    order = delivered({small.clock: 1})
    _, visitor = asked(store, claimed(order))
    ref = move_of().unit.partition(":")[2]
    first = move_of().waits_until
    assert visitor.send(f"{PATH}/{ref}").status_code == 200
    assert move_of().waits_until == first
    stranger = Visitor(store.application.test_client())
    assert stranger.get(f"{PATH}/{ref}").status_code == 404
    stranger.send(PATH, **claimed(order, email="thief@shop.test"))
    assert stranger.send("/account/code", code="00000000").status_code == 422
    theirs = move_of().unit.partition(":")[2]
    assert stranger.send(f"{PATH}/{theirs}", page=PATH).status_code == 404
    assert move_of().state is MoveState.ASKED


def test_a_mailbox_that_was_swapped_meanwhile_stays(small: Shop, store: FlaskClient) -> None:
    order = paid({small.clock: 1})
    asked(store, claimed(order))
    waited()
    with transaction() as session:
        found = session.get_one(Order, order.id)
        orders.correct_contact(session, found, OrderContact("right@shop.test"), by=BUYER)
    with pytest.raises(ConflictError, match="replaced meanwhile"):
        decided(move_of())
    assert move_of().state is MoveState.REVIEW
    decided(move_of(), yes=False)
    assert mailbox(order) == "right@shop.test"


def test_after_five_tries_a_day_even_the_right_words_fit_nothing(small: Shop) -> None:
    order = delivered({small.clock: 1})

    def wished(postcode: str) -> MailboxMove:
        keys = actions.prepare()
        with transaction() as session:
            claim = MoveClaim(email=NEW, number=order.number, postcode=postcode)
            move = actions.ask(session, claim, Place("eu", "en"), keys)
        with transaction() as session:
            actions.take_up(session, move.unit)
        with transaction() as session:
            actions.compare(session, move.id)
        return move_of()

    assert wished("2311 EZ").order_id == order.id
    for guess in ("1000 AA", "1000 AB", "1000 AC", "1000 AD"):
        assert wished(guess).order_id is None
    assert wished("2311 EZ").order_id is None


def test_one_yes_ends_the_other_wishes_about_the_order(small: Shop, store: FlaskClient) -> None:
    order = paid({small.clock: 1})
    asked(store, claimed(order))
    first = move_of()
    asked(store, claimed(order, email="second@shop.test"))
    waited()
    decided(first)
    assert mailbox(order) == NEW
    assert move_of().state is MoveState.REFUSED


def test_every_mail_of_an_order_names_it_by_its_short_number_alone(
    small: Shop, store: FlaskClient, sink: Path
) -> None:
    order = delivered({small.pencil: 1})
    jobs.drain(scheduled=True)
    texts = letters(sink, "ada@shop.test")
    assert len(texts) >= 2
    for text in texts:
        links = re.findall(r"https?://[^/\s]+(/[^\s]*)", text)
        assert f"/orders/{order.number}" in links
        more = [link for link in links if link != f"/orders/{order.number}" and len(link) > 1]
        assert all(link.startswith(("/unsubscribe/", "/privacy", "/your-data")) for link in more), more
    assert len(order.number.replace("-", "")) == 10
    page = words(Visitor(store).get(f"/orders/{order.number}"))
    assert not [seen for seen in ("ada@", "Ada Lind", "Rapenburg", "2311 EZ", "pencil") if seen in page]


def test_the_form_looks_alike_for_known_and_unknown_orders(small: Shop, store: FlaskClient) -> None:
    order = delivered({small.clock: 1})
    seen = []
    for number in (order.number, "ABCD-EFGH-JK"):
        visitor = Visitor(store)
        answer = visitor.send(PATH, **claimed(order, number=number))
        page = without_token(visitor.get("/account/code"))
        seen.append((answer.status_code, answer.headers["Location"], len(page)))
    assert seen[0] == seen[1]
