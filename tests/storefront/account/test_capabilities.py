"""Capabilities: what opens something is in the cookie or the mail, and in the database as a hash alone."""

from collections.abc import Iterator

from flask.testing import FlaskClient
from sqlalchemy import text

from oms.kernel import ids
from oms.kernel.db import Role, reading, transaction
from tests import make
from tests.people import Mailbox, Visitor

_OURS = {"Sec-Fetch-Site": "same-origin"}
_BYTES = """
    SELECT table_schema, table_name, column_name FROM information_schema.columns
    WHERE data_type = 'bytea' AND table_schema IN ('public', 'personal')
"""


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, str):
        yield value


def _opening() -> list[str]:
    """Return each `table.column` with the hash of something that a session's data tell in the clear."""
    with reading(Role.MIGRATE) as session:
        told = {
            ids.token_hash(word)
            for (data,) in session.execute(text("SELECT data FROM web_sessions"))
            for word in _strings(data)
        }
        columns = session.execute(text(_BYTES)).all()
        statement = "SELECT count(*) FROM {}.{} WHERE {} = ANY(:told)"
        return [
            f"{table}.{column}"
            for schema, table, column in columns
            if session.scalar(text(statement.format(schema, table, column)), {"told": list(told)})
        ]


def _everything_begun(store: FlaskClient) -> Visitor:
    with transaction() as session:
        make.small_shop(session)
    ada = Visitor(store)
    data = {"sku": "RETRO-CLOCK", "quantity": "2"}
    assert store.post("/cart/lines", data=data, headers=_OURS).status_code == 303
    ada.send("/account/sign-in", email="ada@shop.test")
    assert ada.send("/account/code", code=Mailbox().mailed()[-1].code).status_code == 303
    assert ada.send("/account/email", email="lovelace@shop.test").status_code == 303
    assert ada.send("/orders", number="7KQ2-M4XD-9B", email="ada@shop.test").status_code == 303
    return ada


def test_no_session_tells_what_the_database_keeps_as_a_hash(store: FlaskClient) -> None:
    _everything_begun(store)
    with reading() as session:
        (kept,) = session.scalars(text("SELECT data FROM web_sessions WHERE person <> ''")).all()
    assert {"cart", "moving", "code"} <= set(kept)
    assert _opening() == []


def test_a_token_left_in_a_session_would_be_seen(store: FlaskClient) -> None:
    _everything_begun(store)
    cookie = store.get_cookie("store")
    assert cookie is not None
    with transaction(Role.MIGRATE) as session:
        leak = (
            "UPDATE web_sessions SET data = jsonb_build_object('a', jsonb_build_array(CAST(:told AS text)))"
        )
        session.execute(text(leak), {"told": cookie.value})
    assert _opening() == ["web_sessions.token_hash"]


def test_a_cart_is_not_opened_by_its_number_from_elsewhere(store: FlaskClient) -> None:
    _everything_begun(store)
    stranger = store.application.test_client()
    for cookie in ("1", "cart=1"):
        stranger.set_cookie("store", cookie)
        stranger.set_cookie("cart", "1")
        assert stranger.get("/cart/count?cart=1").json == {"count": 0}
    assert store.get("/cart/count").json == {"count": 2}
