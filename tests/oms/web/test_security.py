"""Guards: tokens on forms, own origin where pages are cached, and a desk that denies by default."""

import pytest
from flask import Flask

from oms.web.security import own_path


def test_a_form_without_token_is_refused_and_with_token_accepted(small_store: Flask) -> None:
    client = small_store.test_client()
    token = client.get("/token").text
    assert client.post("/remember/ink").status_code == 400
    assert client.get("/recall").text == ""
    assert client.post("/remember/ink", data={"csrf_token": token}).status_code == 200
    assert client.get("/recall").text == "ink"


def test_a_token_of_another_browser_is_refused(small_store: Flask) -> None:
    token = small_store.test_client().get("/token").text
    victim = small_store.test_client()
    victim.get("/token")
    assert victim.post("/remember/ink", data={"csrf_token": token}).status_code == 400
    assert victim.get("/recall").text == ""


def test_a_form_of_another_site_is_refused_even_with_a_token(small_store: Flask) -> None:
    client = small_store.test_client()
    token = client.get("/token").text
    answer = client.post(
        "/remember/ink", data={"csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert client.get("/recall").text == ""


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({}, 403),
    ],
)
def test_a_form_of_a_cached_page_is_guarded_by_its_origin(
    small_store: Flask, headers: dict[str, str], status: int
) -> None:
    assert small_store.test_client().post("/own", headers=headers).status_code == status


def test_the_desk_sends_strangers_to_the_sign_in_page_and_back(small_desk: Flask) -> None:
    answer = small_desk.test_client().get("/orders?q=ada@shop.test")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/door?next=/orders"


def test_the_desk_denies_a_view_that_nobody_marked(small_desk: Flask) -> None:
    client = small_desk.test_client()
    client.get("/sign-in/staff:1")
    assert client.get("/forgotten").status_code == 403


def test_a_role_opens_what_it_allows_and_nothing_else(small_desk: Flask) -> None:
    client = small_desk.test_client()
    client.get("/sign-in/staff:1")
    assert client.get("/orders").status_code == 200
    assert client.get("/refund").status_code == 403


def test_staff_without_any_role_sees_nothing(small_desk: Flask) -> None:
    client = small_desk.test_client()
    client.get("/sign-in/staff:2")
    assert client.get("/orders").status_code == 403


def test_a_session_of_a_buyer_is_nobody_at_the_desk(small_store: Flask, small_desk: Flask) -> None:
    buyer = small_store.test_client()
    buyer.get("/sign-in/staff:1")
    stolen = buyer.get_cookie("store")
    assert stolen is not None
    client = small_desk.test_client()
    client.set_cookie("desk", stolen.value)
    assert client.get("/orders").status_code == 303


@pytest.mark.parametrize("good", ["/orders", "/orders?page=2", "/a/b#c"])
def test_the_way_back_may_lead_to_our_own_pages(good: str) -> None:
    assert own_path(good) == good


@pytest.mark.parametrize(
    "evil",
    [
        "",
        None,
        "//evil.test",
        "/\\evil.test",
        "https://evil.test",
        "https:/\\evil.test",
        "/\tevil",
        "evil",
        "/a\r\nSet-Cookie: x",
        "javascript:alert(1)",
    ],
)
def test_the_way_back_never_leads_away(evil: str | None) -> None:
    assert own_path(evil) == ""
