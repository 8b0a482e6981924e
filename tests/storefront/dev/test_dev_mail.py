"""The mails of the local sink: readable while developing, shut in, and absent in production."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from oms.kernel.config import Settings, load
from oms.kernel.register import PLACES
from oms.local.standins import STANDINS
from storefront.app import create_store
from storefront.dev.pages import STORES
from tests.production import strong_settings

OLDER = f"{1:020d}-{'a' * 32}"
NEWER = f"{1_790_000_000_000_000_000:020d}-{'b' * 32}"


@pytest.fixture
def sink(settings: Settings) -> Path:
    """Give a folder with two mails in it."""
    folder = settings.state_dir / "mail"
    folder.mkdir()
    for name, subject in ((OLDER, "The first"), (NEWER, "The second")):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "shop@shop.test", "ada@shop.test", subject
        mail.set_content("Code 12345678 <b>")
        mail.add_alternative("<p style='color:red'>Code</p><script>x()</script>", subtype="html")
        (folder / f"{name}.eml").write_bytes(mail.as_bytes())
    return folder


def test_mails_are_listed_the_newest_first(store: FlaskClient, sink: Path) -> None:
    page = store.get("/dev/mail")
    assert page.status_code == 200
    assert page.text.index("The second") < page.text.index("The first")
    assert "12345678" not in page.text


def test_a_mail_shows_its_text_and_its_html_shut_in(store: FlaskClient, sink: Path) -> None:
    page = store.get(f"/dev/mail/{NEWER}")
    assert "Code 12345678 &lt;b&gt;" in page.text
    assert f'src="/dev/mail/{NEWER}/html"' in page.text
    assert page.headers["Content-Security-Policy"].endswith("; frame-src 'self'")
    inside = store.get(f"/dev/mail/{NEWER}/html")
    policy = inside.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'self'"} <= set(policy)
    assert "script-src" not in inside.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["nothing", "..%2F..%2Fpasswd", f"{9:020d}-{'c' * 32}"])
def test_what_the_sink_did_not_name_is_not_found(store: FlaskClient, sink: Path, name: str) -> None:
    assert store.get(f"/dev/mail/{name}").status_code == 404


def test_without_a_sink_the_list_is_empty(store: FlaskClient) -> None:
    assert "No mail has come yet." in store.get("/dev/mail").text


def test_production_has_no_such_page(shop: None, tmp_path: Path) -> None:
    live = load(strong_settings(tmp_path))
    rules = {rule.rule for rule in create_store(live).url_map.iter_rules()}
    assert [rule for rule in rules if rule.startswith("/dev")] == []


def test_the_stores_of_the_stand_ins_are_in_the_register(store: FlaskClient) -> None:
    declared = {name.removeprefix("stand-in ") for name in PLACES if name.startswith("stand-in ")}
    assert declared == set(STORES) == {standin.name for standin in STANDINS}
