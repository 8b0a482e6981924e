"""Every address is guarded: the exceptions are few, and each is written down here."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from oms.app import create_desk
from oms.kernel.config import Settings
from oms.web.permissions import Permission
from storefront.app import create_store

# Forms of cached pages, which carry no token: guarded by their origin.
BY_ORIGIN = {"cart.add"}
# Addresses for programs of others: signed, or safe to repeat.
FROM_OUTSIDE = {
    "stripe_webhook.stripe_webhook",
    "carrier_webhook.carrier_webhook",
    "channel_webhook.channel_webhook",
    "text_webhook.text_webhook",
    "unsubscribe.unsubscribe",
}
# Pages at the desk for somebody who is not signed in yet.
PUBLIC_AT_THE_DESK = {
    "static_files.static_file",
    "health.healthz",
    "health.readyz",
    "health.prometheus",
    "oms.entry.sign_in",
    "oms.entry.second_factor",
    "oms.entry.sign_out",
    "oms.entry.set_up",
    "oms.entry.finish_set_up",
}
# The same bytes for everybody; whatever else a shopper opens is private and never kept.
CACHED = {
    "home.index",
    "catalog.category",
    "catalog.collection",
    "catalog.product",
    "search.results",
    "legal.text",
    "legal.transparency",
    "notice.current",
    "notice.version",
    "notice.versions",
    "notice.changes",
    "conventions.robots",
    "conventions.sitemap",
    "conventions.sitemap_part",
}


def marked(app: Flask, mark: str) -> set[str]:
    """Return the endpoints whose view carries a mark."""
    return {name for name, view in app.view_functions.items() if getattr(view, mark, None) is not None}


def unmarked(views: dict[str, Callable[..., Any]]) -> list[str]:
    """Return the views of a desk that say neither what they need nor that they are public."""
    return [
        name
        for name, view in views.items()
        if not getattr(view, "is_public", False)
        and not isinstance(getattr(view, "permission", None), Permission)
    ]


@pytest.fixture
def the_store(shop: None, settings: Settings) -> Flask:
    return create_store(settings)


@pytest.fixture
def the_desk(shop: None, settings: Settings) -> Flask:
    return create_desk(settings)


def test_the_forms_without_token_are_these_and_no_others(the_store: Flask, the_desk: Flask) -> None:
    assert marked(the_store, "is_same_origin") == BY_ORIGIN
    assert marked(the_store, "is_from_outside") <= FROM_OUTSIDE
    assert marked(the_desk, "is_same_origin") | marked(the_desk, "is_from_outside") == set()


def test_the_pages_kept_for_everybody_are_these_and_no_others(the_store: Flask, the_desk: Flask) -> None:
    assert marked(the_store, "cached_query") == CACHED
    assert marked(the_desk, "cached_query") == set()


def test_every_view_of_the_desk_says_what_it_needs(the_desk: Flask) -> None:
    assert unmarked(the_desk.view_functions) == []
    assert marked(the_desk, "is_public") == PUBLIC_AT_THE_DESK


def test_a_view_that_says_nothing_is_seen() -> None:
    assert unmarked({"oms.orders.all": lambda: ""}) == ["oms.orders.all"]


def test_every_private_page_refuses_to_be_kept(the_store: Flask) -> None:
    client = the_store.test_client()
    kept = CACHED | {"static_files.static_file", "catalog.media"}
    for rule in the_store.url_map.iter_rules():
        if rule.endpoint in kept or rule.arguments or rule.methods is None or "GET" not in rule.methods:
            continue
        answer = client.get(rule.rule)
        assert answer.headers["Cache-Control"] == "no-store", rule.endpoint
        assert answer.status_code < 500, rule.endpoint


def test_every_unsafe_address_refuses_a_form_without_proof(the_store: Flask, the_desk: Flask) -> None:
    for app, outside in ((the_store, FROM_OUTSIDE), (the_desk, set[str]())):
        client = app.test_client()
        for rule in app.url_map.iter_rules():
            if rule.methods is None or "POST" not in rule.methods or rule.endpoint in outside:
                continue
            address = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
            answer = client.post(address, headers={"Sec-Fetch-Site": "cross-site"})
            assert answer.status_code == 403, rule.endpoint
            answer = client.post(address, headers={"Origin": "http://evil.test"})
            assert answer.status_code in {400, 403}, rule.endpoint
