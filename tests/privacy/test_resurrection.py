"""B02: last week's data and the oldest keyring that is kept bring nobody back who was erased since."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from migrations.run import upgrade
from oms.app import create_desk
from oms.backups import actions as backups
from oms.backups import archive, programs, queries
from oms.backups.queries import DATA, KEYRING
from oms.kernel import clock, jobs, vault
from oms.kernel.config import Settings
from oms.kernel.db import reading
from oms.orders.models import Order
from oms.privacy.copies import handlers as copies
from oms.staff.states import StaffRole
from storefront.app import create_store
from tests.fakes import Party
from tests.make import Shop
from tests.people import Mailbox, Office, Visitor, words
from tests.privacy.canaries import Person, Sighting, find, folder, person, postgres
from tests.privacy.test_whole_life import bought, signed_up
from tests.restoring import move_to

_LINK = re.compile(r'href="(/[^"#]*)"')
_MOST_PAGES = 120


def crawl(visitor: Visitor, start: list[str], root: str) -> Iterator[tuple[str, bytes]]:
    """Give every page that links lead to from some pages, and what they are."""
    waiting, seen = list(start), set(start)
    while waiting and len(seen) <= _MOST_PAGES:
        path = waiting.pop(0)
        answer = visitor.get(path)
        yield path, answer.data
        for link in _LINK.findall(answer.text) if answer.mimetype == "text/html" else ():
            target = unescape(link).removeprefix(root) or "/"
            if target not in seen and "sign-out" not in target and not target.startswith("/static"):
                seen.add(target)
                waiting.append(target)


def owner(app: Flask) -> Visitor:
    """The owner, who was on the staff before, at a new browser."""
    visitor = Visitor(app.test_client())
    visitor.get("/sign-in")
    with visitor.client.session_transaction() as session:
        session["person"] = "staff:1"
    return visitor


def brought_back(there: Settings, kept: Settings) -> None:
    """What a restore by hand does: both dumps written back, and nothing more."""
    move_to(there)
    for folder_, what, url in (
        (kept.backup_data, DATA, there.database_url),
        (kept.backup_keyring, KEYRING, there.keyring_url),
    ):
        [oldest] = queries.held(folder_, what)
        programs.restore(url, archive.content_of(oldest.path, kept.backup_key))
    upgrade(there.database_url, there.keyring_url)


def said_to(client: FlaskClient, ada: Person) -> str:
    """What the person is told who comes back with her mailbox."""
    browser = Visitor(client)
    browser.send("/account/prove?next=/your-data/", email=ada.strings["email"])
    browser.send("/account/code", code=Mailbox().mailed()[-1].code)
    return words(browser.get("/your-data/"))


def with_password(client: FlaskClient, ada: Person) -> TestResponse:
    return Visitor(client).send(
        "/account/password-sign-in", email=ada.strings["email"], password=ada.strings["password"]
    )


def test_nobody_comes_back_with_a_backup(  # noqa: PLR0913, PLR0917 - two machines
    small: Shop,
    store: FlaskClient,
    stripe: Party,
    kept: Settings,
    elsewhere: Settings,
    measured: Callable[..., None],
    tmp_path: Path,
) -> None:
    ada = person()
    copies.configure(kept)
    assert Office().employ("owner@shop.test", StaffRole.OWNER).id == 1
    order = bought(store, stripe, ada)
    jobs.drain()
    browser = signed_up(store, ada)
    with clock.held_at(clock.now() - timedelta(days=6, hours=12)):
        backups.create(kept, kept.backup_data, kept.backup_keyring)
    assert browser.send("/your-data/delete", way="now").status_code == 303
    jobs.drain(scheduled=True)
    assert vault.ends(order.unit) == {}

    brought_back(elsewhere, kept)
    there = elsewhere
    with reading() as session:
        back = session.query(Order).where(Order.number == order.number).one()
        assert back.forgotten_at is None
    shop, desk = create_store(there), create_desk(there)
    closed = [shop.test_client().get(path).status_code for path in ("/", f"/orders/{order.number}")]
    closed += [owner(desk).get(path).status_code for path in ("/", f"/orders/{order.number}")]
    measured("B02", f"before the replay: {closed}", passed=set(closed) == {503})

    backups.replay()

    shop, desk = create_store(there), create_desk(there)
    pages = list(
        crawl(owner(desk), ["/", f"/orders/{order.number}", f"/search?q={ada.strings['email']}"], "/oms")
    )
    pages += list(crawl(Visitor(shop.test_client()), ["/", f"/orders/{order.number}", "/your-data/"], ""))
    exports = [*postgres(there.database_url), *postgres(there.keyring_url)]
    seen: list[Sighting] = find([ada], pages, exports, folder(tmp_path, exclude=["stripe*/*"]))
    measured("B02", f"{len(seen)} of 40 strings on {len(pages)} pages and in both databases", passed=not seen)
    told, refused = said_to(shop.test_client(), ada), with_password(shop.test_client(), ada)
    is_unknown = order.number not in told and refused.status_code == 422
    measured("B02", "mailbox proven: nothing is known; the password opens nothing", passed=is_unknown)
    assert (seen, is_unknown, vault.ends(order.unit)) == ([], True, {})
