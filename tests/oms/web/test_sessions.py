"""Sessions: on the server, read when touched, new at sign-in, endable."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import func, select

from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.web.session_rows import WebSession, end, end_all, family, sessions_of, sweep


def _rows() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(WebSession)) or 0


def test_a_page_that_touches_no_session_sets_no_cookie_and_writes_no_row(small_store: Flask) -> None:
    answer = small_store.test_client().get("/plain")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert _rows() == 0


def test_a_look_into_an_empty_session_leaves_nothing(small_store: Flask) -> None:
    answer = small_store.test_client().get("/recall")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Vary"] == "Cookie"
    assert _rows() == 0


def test_what_one_page_remembers_the_next_one_knows_and_nobody_else(small_store: Flask) -> None:
    mine, other = small_store.test_client(), small_store.test_client()
    mine.get("/remember/ink")
    assert mine.get("/recall").text == "ink"
    assert other.get("/recall").text == ""


def test_forms_of_two_pages_asked_for_at_once_are_both_good(small_store: Flask) -> None:
    client = small_store.test_client()
    client.get("/remember/ink")
    with reading() as session:
        before = dict(session.scalars(select(WebSession)).one().data)
    client.get("/token")
    with reading() as session:
        after = dict(session.scalars(select(WebSession)).one().data)
    assert len(before["csrf_token"]) == 22
    assert after == before


def test_the_cookie_holds_a_random_id_that_is_stored_only_as_its_hash(small_store: Flask) -> None:
    answer = small_store.test_client().get("/remember/ink")
    cookie = answer.headers["Set-Cookie"]
    token = cookie.partition("store=")[2].partition(";")[0]
    assert len(token) == 22
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age=2592000" in cookie
    with reading() as session:
        row = session.scalars(select(WebSession)).one()
    assert token.encode() not in row.token_hash
    assert len(row.token_hash) == 32


def test_signing_in_takes_a_new_id_and_voids_the_old_one(small_store: Flask) -> None:
    client = small_store.test_client()
    client.get("/remember/ink")
    before = client.get_cookie("store")
    client.get("/sign-in/buyer:7")
    after = client.get_cookie("store")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert client.get("/recall").text == "ink"
    thief = small_store.test_client()
    thief.set_cookie("store", before.value)
    assert thief.get("/recall").text == ""
    assert _rows() == 1


def test_an_invented_id_opens_nothing_and_is_not_adopted(small_store: Flask) -> None:
    client = small_store.test_client()
    client.set_cookie("store", "A" * 22)
    client.get("/remember/ink")
    cookie = client.get_cookie("store")
    assert cookie is not None
    assert cookie.value != "A" * 22


def test_signing_out_ends_the_session_on_the_server(small_store: Flask) -> None:
    client = small_store.test_client()
    client.get("/sign-in/buyer:7")
    cookie = client.get_cookie("store")
    assert cookie is not None
    client.get("/sign-out")
    assert client.get_cookie("store") is None
    assert _rows() == 0
    client.set_cookie("store", cookie.value)
    assert client.get("/recall").text == ""


def test_two_answers_at_once_keep_what_both_remembered(small_store: Flask) -> None:
    client = small_store.test_client()
    client.get("/remember/ink")
    with small_store.test_request_context(
        "/", headers={"Cookie": _cookie(client.get_cookie("store"))}
    ) as late:
        late.session["other"] = "paper"
        client.get("/remember/pen")
        small_store.session_interface.save_session(small_store, late.session, small_store.make_response(""))
    with reading() as session:
        kept = dict(session.scalars(select(WebSession)).one().data)
    assert len(kept.pop("csrf_token")) == 22
    assert kept == {"word": "pen", "other": "paper"}


def _cookie(cookie: object) -> str:
    return f"store={getattr(cookie, 'value', '')}"


def test_sessions_are_listed_and_ended_by_their_person_only(small_store: Flask) -> None:
    for _ in range(3):
        small_store.test_client().get("/sign-in/buyer:7", headers={"User-Agent": "Gecko Linux Firefox/140"})
    small_store.test_client().get("/sign-in/buyer:8")
    with transaction() as session:
        mine = sessions_of(session, "buyer:7")
        assert [s.agent for s in mine] == ["Firefox on Linux"] * 3
        assert end(session, "buyer:8", mine[0].id) is False
        assert end(session, "buyer:7", mine[0].id) is True
        assert end_all(session, "buyer:7", but=mine[1].id) == 1
        assert [s.id for s in sessions_of(session, "buyer:7")] == [mine[1].id]
        assert len(sessions_of(session, "buyer:8")) == 1
        assert sessions_of(session, "") == []


def test_the_desk_forgets_staff_after_half_an_hour_idle_and_twelve_hours_at_most(small_desk: Flask) -> None:
    client = small_desk.test_client()
    morning = datetime(2026, 11, 22, 8, tzinfo=UTC)
    with clock.held_at(morning):
        client.get("/sign-in/staff:1")
    with clock.held_at(morning + timedelta(minutes=29)):
        assert client.get("/orders").status_code == 200
    with clock.held_at(morning + timedelta(minutes=60)):
        assert client.get("/orders").status_code == 303
    with clock.held_at(morning):
        client.get("/sign-in/staff:1")
    for step in range(1, 48):
        with clock.held_at(morning + timedelta(minutes=15 * step)):
            assert client.get("/orders").status_code == 200
    with clock.held_at(morning + timedelta(hours=12)):
        assert client.get("/orders").status_code == 303


def test_sessions_that_ran_out_are_swept_and_the_others_stay(small_store: Flask) -> None:
    with clock.held_at(datetime(2026, 1, 1, tzinfo=UTC)):
        small_store.test_client().get("/token")
        small_store.test_client().get("/remember/ink")
    with clock.held_at(datetime(2026, 1, 1, 3, tzinfo=UTC)), transaction() as session:
        assert sweep(session) == 1
    assert _rows() == 1


def test_the_desk_cookie_is_strict_and_ends_with_the_browser(small_desk: Flask) -> None:
    cookie = small_desk.test_client().get("/sign-in/staff:1").headers["Set-Cookie"]
    assert "SameSite=Strict" in cookie
    assert "Max-Age" not in cookie


def test_only_the_family_of_a_browser_is_kept() -> None:
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
    assert family(edge) == "Edge on Windows"
    assert family("curl/8") == "A browser"
