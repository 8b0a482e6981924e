"""A gateway connects to the hosts declared for its recipient and to no other, whatever it was led to."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from oms.kernel import egress, http
from oms.kernel.config import AppEnv, Settings
from oms.kernel.errors import UnavailableError
from oms.kernel.http import UndeclaredError
from oms.notifications import gateway as mails
from oms.payments import gateway as payments
from oms.shipping import gateway as carriers
from oms.shipping.carriers.known import HOLLOW
from tests.fakes import CARRIER_KEY, CARRIER_SECRET, Party
from tests.privacy.wire import Wire

ROOT = Path(__file__).parents[2]
MAIL = mails.Mail("reader@example.test", "A subject", "A text", "<p>A text</p>", "en", "confirmation.1")
CALLS: dict[str, Callable[[], object]] = {
    "stripe": lambda: payments.look_up("cs_1"),
    "carrier": lambda: carriers.status(HOLLOW.code, "HP1"),
    "mail service": lambda: mails.send(MAIL),
}
# What opens connections; in `oms/local` the stand-ins of development do, which production does not have.
_OPENERS = re.compile(
    r"^(requests|socket|smtplib|ssl|http\.client|urllib3|urllib\.request|httpx|aiohttp|stripe)(\.|$)"
)
_ASKS = ("require_declared(", "session_to(", "Door(")
# They read names and shapes of these packages and connect to nobody.
_QUIET = {
    "oms/kernel/http.py": "the guarded way out itself",
    "oms/kernel/jobs.py": "the machine's own name",
    "oms/payments/webhooks.py": "checks signatures of what came in",
}


def unguarded(root: Path, quiet: dict[str, str]) -> list[str]:
    """Return the files that could connect to somebody and ask nobody whether they may."""
    found = []
    for path in sorted([*root.glob("oms/**/*.py"), *root.glob("storefront/**/*.py")]):
        name = path.relative_to(root).as_posix()
        text = path.read_text("utf-8")
        imported = {
            module
            for node in ast.walk(ast.parse(text))
            for module in (
                [each.name for each in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        opens = any(_OPENERS.match(module) for module in imported)
        if opens and name not in quiet and not name.startswith("oms/local/"):
            found += [] if any(word in text for word in _ASKS) else [name]
    return found


@pytest.fixture
def wires(
    settings: Settings, stripe: Party, carrier: Party, mail_process: Party
) -> Iterator[dict[str, Wire]]:
    there = {"stripe": stripe, "carrier": carrier, "mail service": mail_process}
    before = {name: http.hosts_of(name) for name in there}
    opened = {name: Wire(party.address).__enter__() for name, party in there.items()}
    ours = replace(
        settings,
        stripe_api_base=opened["stripe"].address,
        carrier_url=opened["carrier"].address,
        carrier_key=CARRIER_KEY,
        carrier_webhook_secret=CARRIER_SECRET,
        smtp_url=opened["mail service"].address,
    )
    for gateway in (payments, carriers, mails):
        gateway.configure(ours)
    yield opened
    for wire in opened.values():
        wire.__exit__()
    for gateway in (payments, carriers, mails):
        gateway.configure(settings)
    for name, hosts in before.items():
        http.declare_hosts(name, hosts)


@pytest.mark.parametrize("name", CALLS)
def test_a_gateway_that_was_led_elsewhere_says_nothing_there(
    wires: dict[str, Wire], name: str, caplog: pytest.LogCaptureFixture
) -> None:
    http.declare_hosts(name, ["declared.example"])

    with pytest.raises(UnavailableError):
        CALLS[name]()

    assert wires[name].everything == b""
    assert f"undeclared destination refused: 127.0.0.1 for {name}" in caplog.text


def test_a_gateway_at_its_declared_host_is_answered(wires: dict[str, Wire]) -> None:
    assert CALLS["carrier"]() == ""
    CALLS["mail service"]()

    assert b"/v1/tracking/HP1" in wires["carrier"].everything
    assert b"reader@example.test" in wires["mail service"].everything


def test_stripe_is_reached_at_its_own_hosts_alone_or_where_it_was_configured(settings: Settings) -> None:
    before = http.hosts_of("stripe")
    live = replace(settings, app_env=AppEnv.PRODUCTION, stripe_api_base="")
    try:
        payments.configure(live)
        assert http.hosts_of("stripe") == {"api.stripe.com"}
        for host in ("stripe.example", "files.stripe.com", "api.stripe.com.evil.example"):
            with pytest.raises(UndeclaredError):
                http.session_to("stripe").get(f"https://{host}/v1/charges", timeout=1)
        payments.configure(replace(live, stripe_api_base="https://stripe.example"))
        assert http.hosts_of("stripe") == {"stripe.example"}
    finally:
        payments.configure(settings)
        http.declare_hosts("stripe", before)


def test_only_declared_recipients_have_hosts() -> None:
    with pytest.raises(KeyError):
        egress.reach("an advertiser", "https://ads.example")
    assert http.hosts_of("an advertiser") == frozenset()


def test_whatever_opens_connections_asks_first() -> None:
    assert unguarded(ROOT, _QUIET) == []


def test_a_planted_way_out_that_asks_nobody_is_caught(tmp_path: Path) -> None:
    planted = tmp_path / "oms" / "planted" / "gateway.py"
    planted.parent.mkdir(parents=True)
    planted.write_text("import requests\n\nrequests.post('https://ads.example', json={})\n")

    assert unguarded(tmp_path, {}) == ["oms/planted/gateway.py"]
