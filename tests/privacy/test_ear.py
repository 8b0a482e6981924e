"""The ear over the whole suite hears what is said too much, and who reached where nobody is declared."""

import os
import smtplib
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from stripe import StripeError

from oms.channels.connectors import shopify
from oms.kernel import vault
from oms.kernel.db import transaction
from oms.kernel.http import Door
from oms.kernel.register import KINDS
from oms.notifications import gateway as mails
from oms.notifications.texting import gateway as texting
from oms.payments import gateway as payments
from oms.shipping import gateway as carriers
from tests import make
from tests.ear import Ear, Heard, meet_people
from tests.fakes import MARKET_ACCOUNTS, Party
from tests.make import Shop
from tests.privacy.allowed import RECIPIENTS
from tests.privacy.mailed import untellable

ROOT = Path(__file__).parents[2]
MAIL = mails.Mail("ada@shop.test", "A subject", "A text", "<p>A text</p>", "en", "confirmation.1")
# Somebody on this machine whom this run did not start.
STRANGER = """
import socket

ear = socket.create_server(("127.0.0.1", 0))
print(ear.getsockname()[1], flush=True)
input()
"""
# A run of two tests, of which one looks a name up and one lets a child connect to an address of examples.
PLANTED = """
import socket, subprocess, sys


def test_of_a_name():
    try:
        socket.getaddrinfo("ads.example", 443)
    except OSError:
        pass


def test_of_a_child():
    told = "import socket; socket.create_connection(('192.0.2.1', 443), 1)"
    assert subprocess.run([sys.executable, "-c", told], stderr=subprocess.DEVNULL).returncode == 1


def test_of_nothing():
    pass
"""
CONFTEST = """
from tests.ear import (
    pytest_configure,
    pytest_runtest_protocol,
    pytest_runtest_teardown,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
    pytest_unconfigure,
)
"""


def planted_run(folder: Path, *more: str) -> tuple[int, str]:
    """Run the planted tests by themselves, with an ear of their own; return exit status and output."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_planted.py").write_text(PLANTED)
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = .\n")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *more],
        cwd=folder,
        env={**environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture
def too_much(
    stripe: Party, carrier: Party, texts: Party, markets: Party, mail_process: Party
) -> dict[str, Callable[[], object]]:
    """Give a way to tell each recipient one thing too many, by the shop's own ways out, and what is heard."""
    label = {"service": "post", "reference": "1", "to": {"name": "Ada", "email": "ada@shop.test"}}
    text = {"phone": "+31612345678", "text": "Words.", "name": "Ada"}
    to_carrier, to_texts = Door("carrier", carrier.address), Door("text service", texts.address)
    return {
        "stripe was told: POST /v1/checkout/sessions: phone is on no list": lambda: (
            payments._stripe().checkout.sessions.create({"mode": "payment", "phone": "+31612345678"})
        ),
        "carrier was told: POST /v1/labels: to.email is on no list": lambda: to_carrier.ask(
            "POST", "/v1/labels", body=label
        ),
        "carrier was told: GET /v1/tracking/ada@shop.test is on no list": lambda: to_carrier.ask(
            "GET", "/v1/tracking/ada@shop.test"
        ),
        "carrier was told: GET /v1/tracking/*: buyer is on no list": lambda: to_carrier.ask(
            "GET", "/v1/tracking/HP1?buyer=7"
        ),
        "carrier was told: the header x-buyer is on no list": lambda: to_carrier.ask(
            "GET", "/v1/tracking/HP1", headers={"X-Buyer": "7"}
        ),
        "text service was told: POST /v1/messages: name is on no list": lambda: to_texts.ask(
            "POST", "/v1/messages", body=text
        ),
        "text service was told: GET /*/ledger is on no list": lambda: to_texts.ask("GET", "/_control/ledger"),
        "marketplaces was told: GET /shopify/admin/api/*/orders/*.json: email is on no list": lambda: Door(
            "shopify", markets.address
        ).ask("GET", "/shopify/admin/api/2025-01/orders/5.json?email=ada"),
        "mail service was told: the header X-Birthday is on no list": lambda: write_to(
            mail_process.address, "ada@shop.test", **{"X-Birthday": "10 December"}
        ),
        "mail service was told: more than one reader": lambda: write_to(
            mail_process.address, "ada@shop.test", "eve@evil.test"
        ),
    }


def write_to(address: str, *readers: str, **more: str) -> None:
    """Hand a mail to the server, with more heads than it may have."""
    letter = EmailMessage()
    for name, value in {"From": "shop@shop.test", "To": readers[0], **more}.items():
        letter[name] = value
    letter.set_content("A text")
    where = urlsplit(address)
    with smtplib.SMTP(where.hostname or "", where.port or 0, timeout=10) as server:
        server.send_message(letter, to_addrs=readers)


@pytest.mark.usefixtures("sink")
def test_one_thing_too_many_to_any_recipient_is_heard(
    too_much: dict[str, Callable[[], object]], ear: Ear, measured: Callable[..., None]
) -> None:
    ear.take()
    heard = {}
    for planted, tell in too_much.items():
        with suppress(StripeError):
            tell()
        heard[planted] = ear.take()[1]
    caught = sum(lines == [planted] for planted, lines in heard.items())
    figure = f"{caught} of {len(heard)} planted calls with one thing too many heard in whatever test"
    measured("B20", figure, passed=caught == len(heard))
    assert heard == {planted: [planted] for planted in heard}


@pytest.mark.usefixtures("carrier", "texts", "sink")
def test_what_the_shop_tells_by_itself_is_heard_and_is_on_the_lists(
    small: Shop, stripe: Party, markets: Party, ear: Ear
) -> None:
    ear.take()
    make.pay(make.order({small.clock: 1}), stripe)
    carriers.status("hollow", "HP1")
    texting.send("+31612345678", "Words.", "key-1")
    mails.send(MAIL)
    assert shopify.connect(MARKET_ACCOUNTS(markets.address)["shopify-own"]).one("5") is None
    stripe.get("ledger")
    assert ear.take() == (Counter(RECIPIENTS), [])


def test_a_mail_that_names_somebody_of_the_vault_is_heard(small: Shop, sink: Path, ear: Ear) -> None:
    make.order({small.clock: 1})
    ear.take()
    mails.send(replace(MAIL, html="<p>It goes to Ada\n Lind, Leiden</p>"))
    mails.send(replace(MAIL, subject="For Rapenburg 70", message_id="confirmation.2"))
    meet_people(untellable)
    assert ear.take()[1] == [
        "mail service was told: “A subject” holds order.delivery.city",
        "mail service was told: “A subject” holds order.delivery.name",
        "mail service was told: “For Rapenburg 70” holds order.delivery.street",
    ]


def test_a_mail_that_names_what_stands_apart_is_heard(small: Shop, sink: Path, ear: Ear) -> None:
    unit = make.order({small.clock: 1}, delivery=replace(make.ADA, phone="+31715551234")).order.unit
    apart = vault.prepare_apart(unit, KINDS["order.delivery"], "phone")
    assert apart is not None
    with transaction() as session:
        vault.set_apart(session, apart)
    ear.take()
    mails.send(replace(MAIL, html="<p>We called +31715551234.</p>"))
    meet_people(untellable)
    assert ear.take()[1] == ["mail service was told: “A subject” holds order.delivery.phone"]


def test_this_process_reaches_nobody_but_what_this_run_started(stripe: Party, ear: Ear) -> None:
    ear.take()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")}
    with subprocess.Popen(
        [sys.executable, "-c", STRANGER], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        port = int(other.stdout.readline())
        for place in (("127.0.0.1", port), ("192.0.2.1", 443), ("2001:db8::1", 443)):
            with pytest.raises(PermissionError, match="not a declared place"):
                socket.create_connection(place, 1)
        other.communicate(b"\n")
    with pytest.raises(PermissionError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(b"hello", ("192.0.2.1", 53))
    with pytest.raises(PermissionError, match="the name ads"):
        socket.getaddrinfo("ads.example", 443)
    with socket.create_server(("127.0.0.1", 0)) as own:
        socket.create_connection(own.getsockname()).close()
    socket.create_connection(("127.0.0.1", urlsplit(stripe.address).port)).close()
    names = [f"127.0.0.1:{port}", "192.0.2.1:443", "2001:db8::1:443", "192.0.2.1:53", "the name ads.example"]
    assert ear.take()[1] == [f"this process reached {name}" for name in names]


@pytest.mark.parametrize("end", ["", "1"])
def test_a_process_of_the_shop_reaches_what_its_settings_name_and_nobody_else(end: str, ear: Ear) -> None:
    ear.take()
    told = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 1)"
    with socket.create_server(("127.0.0.1", 0)) as own:
        port = str(own.getsockname()[1])
        environ = {**os.environ, "CARRIER_URL": f"http://localhost:{port}{end}/v1"}
        done = subprocess.run(
            [sys.executable, "-c", told, "127.0.0.1", port], env=environ, capture_output=True, check=False
        )
    assert (done.returncode == 0) is (not end)
    heard = [] if not end else [f"-c {told}"[:60] + f" reached 127.0.0.1:{port}"]
    assert ear.take()[1] == heard


def test_a_run_in_which_a_place_is_reached_fails_by_name_and_a_deaf_one_fails_too(tmp_path: Path) -> None:
    status, said = planted_run(tmp_path)
    assert status == 1
    assert "ERROR test_planted.py::test_of_a_name" in said
    assert "ERROR test_planted.py::test_of_a_child" in said
    assert "this process reached the name ads.example" in said
    assert " reached 192.0.2.1:443" in said
    assert "3 passed, 2 errors" in said
    assert [name for name in RECIPIENTS if f"{name} was told nothing in a whole run" not in said] == []


def test_what_each_process_of_a_run_heard_is_put_together() -> None:
    whole = Heard()
    for one in (Heard(Counter(stripe=2), 3, ["stripe was told: a"]), Heard(Counter(carrier=1, stripe=1), 1)):
        whole.add(one.packed())
    each = "heard 4 calls to 2 recipients (carrier 1, stripe 3)"
    assert str(whole) == f"{each} in 4 tests, 1 with anything undeclared"


@pytest.mark.privacy
def test_a_run_in_two_processes_fails_just_so(tmp_path: Path) -> None:
    status, said = planted_run(tmp_path, "-p", "xdist", "-n", "2")
    assert status == 1
    assert "heard 0 calls to 0 recipients () in 3 tests, 2 with anything undeclared" in said
