"""What machines ask of every site."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime

from flask.testing import FlaskClient

from oms.catalog.actions import put_product
from oms.catalog.models import Collection
from oms.kernel import clock
from oms.kernel.db import transaction
from tests import goods

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"


def test_crawlers_may_look_at_what_is_the_same_for_everybody(store: FlaskClient) -> None:
    said = store.get("/robots.txt")
    assert said.mimetype == "text/plain"
    assert "Disallow: /checkout\n" in said.text
    assert "Disallow: /jp-zh/your-data\n" in said.text
    assert "Sitemap: http://localhost/sitemap.xml\n" in said.text
    assert "Disallow: /\n" not in said.text


def test_the_sitemap_lists_each_page_in_every_market_and_language(store: FlaskClient) -> None:
    with transaction() as session:
        session.add(Collection(slug="ink & more", names={"en": "Ink"}))
    index = ET.fromstring(store.get("/sitemap.xml").data)  # noqa: S314 - our own words
    assert [node.text for node in index.iter(f"{SITEMAP}loc")] == ["http://localhost/sitemap-1.xml"]
    part = ET.fromstring(store.get("/sitemap-1.xml").data)  # noqa: S314 - our own words
    found = [str(node.text) for node in part.iter(f"{SITEMAP}loc")]
    assert len(found) == 3 * 9
    assert "http://localhost/jp-zh/collections/ink%20%26%20more" in found
    assert "http://localhost/" in found
    links = [node for node in part.iter(LINK) if node.get("hreflang") == "x-default"]
    assert len(links) == 3 * 9
    assert store.get("/sitemap-2.xml").status_code == 404


def test_a_draft_is_in_no_sitemap(store: FlaskClient) -> None:
    with transaction() as session:
        goods.open_markets(session)
        put_product(session, goods.simple("shown", "Shown", 100))
        put_product(session, goods.simple("hidden", "Hidden", 100, is_published=False))
    said = store.get("/sitemap-1.xml").text
    assert "http://localhost/us-de/products/shown" in said
    assert "hidden" not in said


def test_whom_to_tell_of_a_weakness_is_dated_within_a_year(store: FlaskClient) -> None:
    with clock.held_at(datetime(2026, 11, 22, tzinfo=UTC)):
        said = store.get("/.well-known/security.txt").text
    assert "Contact: mailto:shop@shop.test\n" in said
    assert "Expires: 2027-05-21T00:00:00Z\n" in said


def test_privacy_control_is_honored_and_passwords_have_their_page(store: FlaskClient) -> None:
    assert store.get("/.well-known/gpc.json").get_json()["gpc"] is True
    assert store.get("/.well-known/change-password").headers["Location"] == "/account/password"
    assert store.get("/eu-de/.well-known/change-password").headers["Location"] == "/eu-de/account/password"


def test_the_prefix_of_the_default_market_leads_to_the_plain_address(store: FlaskClient) -> None:
    moved = store.get("/eu-en/robots.txt?x=1")
    assert moved.status_code == 308
    assert moved.headers["Location"] == "/robots.txt?x=1"
    assert store.get("/eu-de").headers["Location"] == "/eu-de/"
    assert store.get("/xx-yy/").status_code == 404
