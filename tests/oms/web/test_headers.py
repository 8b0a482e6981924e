"""Headers of every answer, errors, and what a log line says."""

import json

import pytest
from flask import Flask

from oms.kernel.errors import BadInputError
from oms.kernel.i18n import words
from oms.web import logs
from oms.web.errors import said
from oms.web.markets import KEY, place_of


def test_every_answer_carries_the_same_strict_headers(small_store: Flask) -> None:
    client = small_store.test_client()
    for path in ("/plain", "/nowhere", "/fail/missing", "/static/none.css"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert "form-action 'self' https://checkout.stripe.com" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/fail/missing", 404, "not_found"), ("/fail/bad", 422, "bad_input"), ("/nowhere", 404, "not_found")],
)
def test_an_error_is_a_page_for_people_and_json_for_programs(
    small_store: Flask, path: str, status: int, code: str
) -> None:
    client = small_store.test_client()
    page = client.get(path)
    assert page.status_code == status
    assert page.mimetype == "text/html"
    twin = client.get(path, headers={"Accept": "application/json"})
    assert twin.status_code == status
    assert twin.get_json()["error"] == code


def test_our_own_mistake_is_a_calm_page_with_a_number_and_no_detail(
    small_store: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    answer = small_store.test_client().get("/fail/ours")
    assert answer.status_code == 500
    assert "RuntimeError" not in answer.text
    assert "ada@shop.test" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    written = capsys.readouterr().out
    assert "ada@shop.test" not in written
    assert '"exception": "RuntimeError"' in written
    assert "/fail/ours" not in written


def test_a_log_line_names_the_route_and_never_the_address(
    small_store: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    small_store.test_client().get("/remember/a-secret-word?email=ada@shop.test")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 1
    assert lines[0]["endpoint"] == "remember"
    assert lines[0]["status"] == 200
    assert "secret" not in json.dumps(lines)
    assert "shop.test" not in json.dumps(lines)


def test_a_foreign_host_is_refused(small_store: Flask) -> None:
    answer = small_store.test_client().get("/plain", headers={"Host": "evil.test"})
    assert answer.status_code == 400
    assert "evil.test" not in answer.text


def test_a_sentence_with_a_figure_speaks_the_language_of_the_reader(small_store: Flask) -> None:
    error = BadInputError(
        "There are only %(left)s left, counting those in your cart.", field="quantity", left=2
    )
    assert error.message == "There are only 2 left, counting those in your cart."
    with small_store.test_request_context("/", environ_overrides={KEY: place_of("eu-de")}):
        assert said(error) == words("de").gettext(error.source) % {"left": 2}
        assert said(error) != error.message
    assert BadInputError("100 % wrong").message == "100 % wrong"
