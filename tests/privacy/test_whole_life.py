"""A person with twenty strings walks the life of an order: no log, queue, row or metric holds one."""

from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
import redis
from flask.testing import FlaskClient

from oms.fulfillment import actions as fulfillment
from oms.kernel import jobs, vault
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.privacy.retention import actions as retention
from tests.fakes import Party
from tests.forgetting import taken
from tests.make import Shop
from tests.people import Mailbox, Visitor, words
from tests.privacy.canaries import Person, Sighting, find, folder, person, postgres, valkey
from tests.storefront.checkout.test_checkout import add, pay, session_of


@pytest.fixture
def ada() -> Person:
    return person()


@pytest.fixture
def heard(store: FlaskClient) -> list[bytes]:
    """Give what browsers send to the shop, as it comes in."""
    said: list[bytes] = []
    inner = store.application.wsgi_app

    def listen(environ: dict[str, Any], start: Any) -> Any:  # noqa: ANN401 - a WSGI application
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        said.extend([unquote_to_bytes(body.replace(b"+", b" ")), repr(sorted(environ.items())).encode()])
        return inner(environ, start)

    store.application.wsgi_app = listen  # type: ignore[method-assign]
    return said


def bought(store: FlaskClient, stripe: Party, ada: Person) -> Order:
    """Everything that a shopper can type, typed: also where nobody asked."""
    said = ada.strings
    browser = Visitor(store)
    browser.get(f"/search?q={ada.cores['message']}")
    browser.get(f"/search?q={ada.cores['message_in_another_script']}")
    browser.client.get(
        f"/?utm_source={ada.cores['company']}",
        headers={"Referer": f"https://a.test/{ada.cores['reference']}", "User-Agent": ada.cores["file_name"]},
    )
    browser.get(f"/products/{ada.cores['gift_note']}")
    browser.get(f"/search?q={ada.cores['search_term']}")
    store.set_cookie("other", ada.cores["cookie"])
    add(store)
    typed = {"email": said["email"], "name": said["name"], "street": said["line_1"], "city": said["city"]}
    more = {what: said[what] for what in ("line_2", "tax_number", "delivery_note", "extra_field")}
    refused = pay(store, **typed, **more)
    assert refused.status_code == 400
    assert pay(store, **typed, postcode=said["postcode"]).status_code == 422
    paid = pay(store, **typed)
    assert paid.status_code == 303
    stripe.pay(session_of(paid))
    with reading(Role.WEB) as session:
        [order] = session.query(Order).all()
    assert "paid" in words(browser.get(f"/orders/{order.number}"))
    return order


def sent(order: Order, ada: Person, settings: Settings) -> None:
    """Ring a real queue for everything that was said, look at what is on its wire, and do it all."""
    queue = jobs.open_queue(settings.redis_url)
    assert jobs.relay_once(queue) > 0
    wire = list(valkey(settings.redis_url))
    assert any(place.startswith("valkey rq:job:") for place, _ in wire)
    assert find([ada], wire) == []
    queue.empty()
    queue.connection.close()
    jobs.drain()
    with transaction() as session:
        fulfillment.make_parts(session, order.id)
        orders.note_delivery(session, order.id)
    jobs.drain(scheduled=True)


def signed_up(store: FlaskClient, ada: Person) -> Visitor:
    """The same person with an account, a profile, and a password that opens nothing."""
    said, browser = ada.strings, Visitor(store)
    browser.send("/account/sign-in", email=said["email"])
    assert browser.send("/account/code", code=Mailbox().mailed()[-1].code).status_code == 303
    browser.send("/account/profile", nickname=said["given_name"], mobile=said["phone"], country="NL")
    saved = browser.send("/account/profile", nickname=said["nickname"], mobile="", country="NL")
    assert saved.status_code == 303
    wrong = browser.send("/account/password-sign-in", email=said["email"], password=said["password"])
    assert wrong.status_code == 422
    return browser


def test_twenty_strings_are_in_no_store_before_erasure_and_nowhere_after(  # noqa: PLR0913, PLR0917 - a whole shop
    small: Shop,
    store: FlaskClient,
    stripe: Party,
    ada: Person,
    sink: Path,
    heard: list[bytes],
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    logged: list[bytes] = []

    def everywhere() -> list[Sighting]:
        logged.append("".join(capsys.readouterr()).encode())
        logged.append(store.get("/metrics").data)
        shops = (postgres(settings.database_url), postgres(settings.keyring_url))
        logs = [("log and metrics", part) for part in logged]
        # The mails in the sink left the shop; the stand-in of Stripe keeps what Stripe was told.
        state = folder(settings.state_dir, exclude=["mail/*"])
        return find([ada], *shops, state, valkey(settings.redis_url), logs)

    order = bought(store, stripe, ada)
    sent(order, ada, settings)
    browser = signed_up(store, ada)
    assert len({seen.what for seen in find([ada], [("browser", said) for said in heard])}) >= 20
    page = words(browser.get("/your-data/"))
    assert all(ada.strings[what] in page for what in ("email", "name", "line_1", "city", "nickname"))
    assert ada.strings["name"].encode() in taken(browser)["your-data.json"]
    assert len(vault.ends(order.unit)) >= 2
    assert everywhere() == []
    assert all(part in b"".join(logged) for part in (b"checkout.pay", b"counterfoil_requests_total"))

    answer = browser.send("/your-data/delete")
    assert "It is gone" in words(browser.get(answer.headers["Location"]))
    jobs.drain(scheduled=True)
    retention.let_go()
    assert everywhere() == []
    assert vault.ends(order.unit) == {}
    assert ada.strings["email"].encode() in b"".join(path.read_bytes() for path in sink.glob("*.eml"))


@pytest.mark.usefixtures("shop")
def test_the_same_search_sees_a_string_that_leaked(ada: Person, settings: Settings) -> None:
    server = redis.Redis.from_url(settings.redis_url)
    server.set("canary:leak", ada.strings["email"], ex=60)
    assert {seen.what for seen in find([ada], valkey(settings.redis_url))} == {"email"}
    server.delete("canary:leak")
    server.close()
