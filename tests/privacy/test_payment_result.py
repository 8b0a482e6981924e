"""B19: of a payment only its result is kept, whatever is typed at Stripe and whatever events tell of cards.

Cards are typed on Stripe's page, which is another process on another address; what lies there is Stripe's.
"""

import io
import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg
import pytest
import redis
import structlog
from flask import Flask
from sqlalchemy import text

from oms.app import create_desk
from oms.kernel import jobs
from oms.kernel.config import Settings, load
from oms.kernel.db import Role, transaction
from oms.web import logs
from oms.web.headers import STRIPE_CHECKOUT, content_security_policy
from storefront.app import create_store
from tests.fakes import STRIPE_SECRET, Party, wait_until
from tests.make import Shop
from tests.people import Visitor
from tests.privacy import heap
from tests.privacy.busy import Busy
from tests.privacy.canaries import Source, folder, postgres, valkey
from tests.privacy.cards import Bank, held, lying, numbers_in
from tests.privacy.disks import postgres_files, valkey_files
from tests.privacy.filling import until_quiet
from tests.privacy.paying import FATES, End, Forger, Payer
from tests.privacy.premises import opened
from tests.privacy.somebody import Premises
from tests.privacy.test_quiet_pages import NO_PAGE, pages
from tests.privacy.till import asks_for_cards, declared, leads_away, off_policy, unkept
from tests.running import RunningShop

Measured = Callable[..., None]
ROOT = Path(__file__).parents[2]
OUTSIDE = ["mail/*", "stripe/*", "carrier/*", "heap/*"]  # other parties, and our own ear
ALL = 100
SOME = ("3-D Secure", "declined, then paid", "lapsed", "refunded in part", "disputed")


def play(shop: Premises, bank: Bank, fates: Sequence[str], settle: Callable[[], object]) -> tuple[int, int]:
    """Let people pay, each in another way, while events full of cards come in; return how many were taken."""
    forger, surplus, bent, payers = Forger(shop.url, bank), 0, 0, list[tuple[Payer, End]]()
    for number, fate in enumerate(fates):
        payer = Payer(shop, f"10.7.{number >> 8}.{number & 255}", settle)
        payer.check_out()
        go, end = FATES[fate]
        go(payer)
        payers.append((payer, end))
        if len(fates) == ALL or number % 5 == 0:
            surplus += forger.tell(payer.session)
            bent += forger.tell_where_it_is_kept(payer.session) + forger.tell_unsigned(payer.session)
    for payer, end in payers:
        payer.soon(partial(_has_ended, payer, end))
    return surplus, bent


def _has_ended(payer: Payer, end: End) -> bool:
    return payer.end() == end


def stores(settings: Settings) -> list[Source]:
    """Both databases as their owner sees them, Valkey's keys and queues, and the files of the shop."""
    return [
        postgres(settings.database_url),
        postgres(settings.keyring_url),
        valkey(settings.redis_url),
        folder(settings.state_dir, exclude=OUTSIDE),
    ]


def visited(app: Flask, visitor: Visitor, known: dict[str, str]) -> tuple[int, list[str]]:
    """Open every page of an application; return how many open, and what asks for a card or allows more."""
    found, count = list[str](), 0
    for endpoint, path in known.items():
        answer = visitor.get(path)
        count += answer.status_code == 200
        told = answer.headers.getlist("Content-Security-Policy")
        wrong = off_policy(told[0]) if len(told) == 1 else [f"{len(told)} policies"]
        if endpoint == "dev.mail":  # the mails of a machine for development, in a frame of our own
            wrong = [one for one in wrong if one != "frame-src 'self'"]
            wrong += asks_for_cards(answer.text)
        elif answer.mimetype.startswith("text/html"):
            wrong += asks_for_cards(answer.text) + leads_away(answer.text)
        found += [f"{endpoint}: {one}" for one in wrong]
    return count, found


def without_arguments(app: Flask) -> dict[str, str]:
    """Return the pages of an application that anybody can try."""
    rules = [
        rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    return {rule.endpoint: rule.rule for rule in rules if rule.endpoint not in NO_PAGE}


def planted_in_memory(bank: Bank) -> dict[str, object]:
    """Keep cards alive as careless software would: deep in a box, in a buffer, as a figure, as bytes."""
    kept: dict[str, object] = {"a": ({"b": bank.number()},), "c": [io.BytesIO(bank.number(16, " ").encode())]}
    return kept | {
        "d": int(bank.number()),
        "e": bank.code().encode(),
        "f": (bank.data(),),
        "g": bank.number(16, "-"),
    }


def test_of_five_payments_the_result_alone_is_kept(  # noqa: PLR0913, PLR0917 - a whole shop
    small: Shop,
    settings: Settings,
    stripe: Party,
    carrier: Party,
    capsys: pytest.CaptureFixture[str],
    measured: Measured,
) -> None:
    bank = Bank()
    logs.configure()
    with opened(settings, stripe, carrier) as shop:
        surplus, bent = play(shop, bank, SOME, jobs.drain)
        jobs.drain()
    written = capsys.readouterr().out
    places = held(bank, *stores(settings), [("log", written.encode())])
    other = Bank()
    kept = planted_in_memory(other)
    alive, texts = heap.alive(f"{bank.pattern}|{other.pattern}")
    assert (places, unkept()) == ([], [])
    assert {line.partition("…")[0] for line in alive} == {one[:8] for one in other.starts.values()}
    assert len(kept) <= len(alive)
    assert "stripe_webhook" in written
    figure = f"{len(SOME)} ways to pay, {surplus} events full of cards: 0 numbers in stores, log and heap"
    measured("B19", figure, passed=(surplus, bent) == (8, 0) and texts > 100_000)


@pytest.mark.privacy
def test_of_a_hundred_payments_the_result_alone_is_kept(remembering: RunningShop, measured: Measured) -> None:
    bank, live = Bank(), remembering
    surplus, bent = play(live, bank, [*FATES] * (ALL // len(FATES)), lambda: None)
    until_quiet()
    settings = load(live.environ)
    disks = [postgres_files(url) for url in (settings.database_url, settings.keyring_url)]
    places = held(bank, *stores(settings))
    on_disk = lying(bank, *disks, valkey_files(settings.redis_url))
    heap.asked(live.folder, f"{bank.pattern}|{STRIPE_SECRET}")
    told = wait_until(lambda: heap.answers(live.folder))
    alive = [line for one in told for line in one["found"] if not line.startswith(STRIPE_SECRET[:8])]
    keys = unkept()
    assert (places, on_disk, alive, keys) == ([], [], [], [])
    figure = f"{ALL} checkouts in {len(FATES)} ways, {surplus} events full of cards"
    measured(
        "B19",
        f"{figure}: {len(places)} numbers or codes in stores, {len(on_disk)} on their disks",
        passed=surplus == 8 * ALL and not bent,
    )
    # Each of them holds the shop's secret, and would not look if it did not find that.
    looked = {"web", "-m oms.worker", "-m oms.worker relay"} <= heap.names(
        one for one in told if one["found"]
    )
    count = sum(int(one["texts"]) for one in told)
    measured(
        "B19",
        f"{len(alive)} of {count} living texts of {len(told)} processes: web, worker, relay",
        passed=looked and not alive,
    )
    measured("B19", f"{len(keys)} keys beside the {len(declared())} declared", passed=not keys)


@pytest.mark.usefixtures("shop")
def test_no_page_that_anybody_can_open_asks_for_a_card(settings: Settings) -> None:
    for app in (create_store(settings), create_desk(settings)):
        count, found = visited(app, Visitor(app.test_client()), without_arguments(app))
        assert found == []
        assert count > 1
    templates = {path: path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")}
    assert len(templates) > 100
    assert {path.name: asks_for_cards(page) for path, page in templates.items() if asks_for_cards(page)} == {}


@pytest.mark.privacy
def test_no_page_at_all_asks_for_a_card(apps: tuple[Flask, Flask], busy: Busy, measured: Measured) -> None:
    opened_pages, found = 0, list[str]()
    for app, name, token, known in zip(
        apps, ("store", "desk"), (busy.buyer, busy.owner), (busy.store, busy.desk), strict=True
    ):
        client, stranger = app.test_client(), app.test_client()
        client.set_cookie(name, token)
        for one in (stranger, client):
            count, wrong = visited(app, Visitor(one), pages(app, known))
            opened_pages, found = opened_pages + count, found + wrong
    figure = f"{opened_pages} pages: {len(found)} ask for a card, lead or frame elsewhere than Stripe"
    measured("B19", figure, passed=not found and opened_pages > 100)
    assert found == []


PLANTED_PAGES = {
    "a number": '<input name="card" autocomplete="cc-number">',
    "a code": '<label for="x">CVC</label><input id="x">',
    "in German": "<label>Kartennummer <input></label>",
    "an account": '<input name="iban">',
    "a frame": '<iframe src="/pay"></iframe>',
    "a script": '<script src="https://js.stripe.com/v3/"></script>',
    "a form": '<form method="post" action="https://pay.test/">',
}


@pytest.mark.parametrize("page", PLANTED_PAGES.values(), ids=PLANTED_PAGES)
def test_a_page_that_asks_for_a_card_is_seen(page: str) -> None:
    assert len(asks_for_cards(page) + leads_away(page)) == 1


def test_a_policy_that_allows_more_is_seen(settings: Settings) -> None:
    policy = content_security_policy(settings)
    live = content_security_policy(replace(settings, stripe_api_base=""))
    assert (off_policy(policy), off_policy(live)) == ([], [])
    for more, line in {
        policy.replace(STRIPE_CHECKOUT, f"{STRIPE_CHECKOUT} https://pay.test"): "form-action",
        policy.replace(STRIPE_CHECKOUT, "https:"): "form-action",
        re.sub("form-action[^;]*; ", "", policy): "form-action *",
        f"{policy}; frame-src https://js.stripe.com": "frame-src https://js.stripe.com",
        f"{policy}; child-src 'self'": "frame-src 'self'",
        policy.replace("script-src 'self'", "script-src 'self' https://js.stripe.com"): "script-src",
        "": "form-action *",
    }.items():
        assert any(one.startswith(line) for one in off_policy(more)), more


@pytest.mark.usefixtures("shop")
def test_one_more_key_of_a_payment_is_seen(settings: Settings) -> None:
    assert unkept() == []
    with psycopg.connect(settings.database_url, autocommit=True) as raw:
        raw.execute("ALTER TABLE payments ADD COLUMN seller_message text")
        raw.execute("ALTER TABLE orders ADD COLUMN last4 text")
        try:
            told = unkept()
        finally:
            raw.execute("ALTER TABLE payments DROP COLUMN seller_message")
            raw.execute("ALTER TABLE orders DROP COLUMN last4")
    assert told == ["orders.last4", "payments.seller_message"]
    with transaction(Role.MIGRATE) as session:
        said = """INSERT INTO outbox_messages (topic, payload) VALUES ('payment.paid', '{"last4": 4242}')"""
        session.execute(text(said))
    assert unkept() == ["the queue is told last4 of a payment"]


@pytest.mark.usefixtures("shop")
def test_a_planted_card_is_seen_in_every_store(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    bank = Bank()
    logs.configure()
    structlog.get_logger("access").info("paid", card=bank.number())
    logging.getLogger("oms.payments").warning("paid by %s", bank.number(15))
    with (
        psycopg.connect(settings.database_url, autocommit=True) as data,
        psycopg.connect(settings.keyring_url, autocommit=True) as ring,
        redis.Redis.from_url(settings.redis_url) as server,
    ):
        plant = "CREATE TABLE {} AS SELECT %s::text AS said"
        for raw, name, said in ((data, "seen", bank.number(16, "-")), (ring, "kept", bank.code())):
            raw.execute(plant.format(name), [said])  # type: ignore[arg-type]
        server.set(f"planted:{bank.number(19)}", 1)
        server.rpush("planted:queue", json.dumps({"card": bank.number(13, " ")}))
        (settings.state_dir / "paid.txt").write_text("4242-4242-4242-4242, CVC: 123")
        found = held(bank, *stores(settings), [("log", capsys.readouterr().out.encode())])
        for raw, name in ((data, "seen"), (ring, "kept")):
            raw.execute(f"DROP TABLE {name}")  # type: ignore[arg-type]
        server.delete("planted:queue", *server.scan_iter("planted:*"))
    assert {" ".join(line.partition(":")[0].split()[-1:]) for line in found} == {
        "log", "public.seen", "public.kept", "string", "planted", "paid.txt",
    }  # fmt: skip
    assert len([line for line in found if line.startswith("paid.txt")]) == 2


@pytest.mark.parametrize(
    "number", ["4242424242424242", "4242 4242 4242 4242", "3782-822463-10005", "x=5555555555554444;"]
)
def test_any_number_of_a_card_is_known(number: str) -> None:
    assert [*numbers_in(f"paid with {number}.".encode())] == [number.strip("x=;").encode()]


@pytest.mark.parametrize(
    "harmless",
    ["4242424242424241", "1234567890123452", "0x4242424242424242", "2026-11-23 04:22", "cvc_check: pass"],
)
def test_what_is_no_card_is_let_be(harmless: str) -> None:
    assert [*numbers_in(harmless.encode())] == []
