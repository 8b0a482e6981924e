"""A copy is built beside the shop, taken once, and gone: by its use, by the clock, or with its person."""

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.kernel import audit, clock, jobs
from oms.kernel.config import Settings
from oms.kernel.db import reading
from oms.privacy.copies import actions
from oms.privacy.copies.models import Copy
from oms.privacy.retention import actions as retention
from tests import make
from tests.forgetting import build_copies, delivered, proven, taken
from tests.make import Shop
from tests.people import Visitor, words


def rows(statement: str) -> list[tuple[object, ...]]:
    with reading() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def asked(visitor: Visitor) -> str:
    answer = visitor.send("/your-data/copy", page="/your-data/")
    return answer.headers["Location"]


def kept_files(settings: Settings) -> list[Path]:
    return sorted((settings.state_dir / "files").rglob("*.sealed"))


def test_a_stranger_asks_for_no_copy(small: Shop, store: FlaskClient) -> None:
    make.order({small.clock: 1})
    stranger = Visitor(store)
    answer = stranger.send("/your-data/copy", page="/account/prove?next=/your-data/")
    assert answer.headers["Location"] == "/account/prove?next=/your-data/"
    assert rows("SELECT * FROM privacy_copies") == []


def test_a_copy_is_gathered_beside_the_shop_and_its_page_says_how_far_it_is(
    small: Shop, store: FlaskClient
) -> None:
    make.order({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    place = asked(visitor)
    page = visitor.get(place)
    assert "0 of 2 done" in words(page)
    assert visitor.get(f"{place}/progress").get_json()["is_done"] is False
    assert visitor.send(f"{place}/take", page="/your-data/").status_code == 303
    build_copies()
    told = visitor.get(f"{place}/progress").get_json()
    assert (told["done"], told["total"], told["is_done"], told["url"]) == (2, 2, True, place)
    assert "It is ready" in words(visitor.get(place))


def test_a_copy_is_taken_once_and_then_its_file_is_gone(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    order = make.order({small.clock: 1}).order
    visitor = proven(store, "ada@shop.test")
    place = asked(visitor)
    build_copies()
    assert len(kept_files(settings)) == 1
    for _look in range(2):
        assert visitor.get(place).status_code == 200
    answer = visitor.send(f"{place}/take", page=place)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="your-data.zip"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert kept_files(settings) == []
    again = visitor.send(f"{place}/take", page="/your-data/")
    assert (again.status_code, again.headers["Location"]) == (303, place)
    assert "This copy was taken, and is gone." in words(visitor.get(place))
    assert rows("SELECT * FROM personal.sealed WHERE unit LIKE 'copy:%'") == []
    with reading() as session:
        assert [deed.verb for deed in audit.about(session, order.unit)] == ["privacy.copy"]


def test_the_table_and_the_page_say_the_same_as_the_json(small: Shop, store: FlaskClient) -> None:
    make.order({small.clock: 1})
    parts = taken(proven(store, "ada@shop.test"))
    assert sorted(parts) == ["your-data.csv", "your-data.html", "your-data.json"]
    table = list(csv.DictReader(io.StringIO(parts["your-data.csv"].decode("utf-8-sig"))))
    assert {row["what"]: row["value"] for row in table if row["ends_at"]} == {
        "E-mail": "ada@shop.test",
        "Name on the parcel": "Ada Lind",
        "Street and number": "Rapenburg 70",
        "Country": "NL",
        "City": "Leiden",
        "Postcode": "2311 EZ",
    }
    page = parts["your-data.html"].decode()
    for fact in ("ada@shop.test", "Ada Lind", "Rapenburg 70", "2311 EZ", "stripe", "Name on the parcel"):
        assert fact in page


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(small: Shop, store: FlaskClient) -> None:
    delivery = replace(make.ADA, street='=HYPERLINK("http://evil.test")')
    make.order({small.clock: 1}, delivery=delivery)
    parts = taken(proven(store, "ada@shop.test"))
    assert "'=HYPERLINK" in parts["your-data.csv"].decode()
    assert ",=HYPERLINK" not in parts["your-data.csv"].decode()


def test_the_mail_holds_a_link_and_nothing_about_anybody(small: Shop, store: FlaskClient, sink: Path) -> None:
    order = make.order({small.clock: 1}).order
    place = asked(proven(store, "ada@shop.test"))
    jobs.drain()
    [mail] = [path.read_text() for path in sink.glob("*.eml") if "The copy of your data" in path.read_text()]
    assert f"http://localhost{place}" in mail
    body = mail.partition("\n\n")[2]
    for word in ("Ada Lind", "Rapenburg", "ada@shop.test", order.number):
        assert word not in body
    phone = Visitor(store.application.test_client())
    assert phone.send(f"{place}/take", page=place).mimetype == "application/zip"
    told = rows("SELECT fields, message FROM disclosures WHERE message = 'copy'")
    assert told == [(["copy.mailbox.email", "copy.mailbox.word"], "copy")]


def test_a_copy_goes_after_three_days_and_its_link_with_it(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    make.order({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    place = asked(visitor)
    build_copies()
    with clock.held_at(clock.now() + timedelta(days=3, seconds=1)):
        assert visitor.get(place).status_code == 404
        word = place.rpartition("/")[2]
        assert actions.take(word) is None
        retention.let_go()
    assert kept_files(settings) == []
    assert rows("SELECT * FROM privacy_copies") == rows("SELECT * FROM privacy_copy_units") == []


def test_a_copy_is_listed_among_what_is_known_and_goes_with_its_person(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    delivered({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    place = asked(visitor)
    build_copies()
    page = words(visitor.get("/your-data/"))
    assert "A copy of your data your-data.zip" in page
    assert place.rpartition("/")[2] not in page
    assert "A copy of your data" in words(visitor.get("/your-data/delete"))
    answer = visitor.send("/your-data/delete")
    assert "A copy of your data" in words(visitor.get(answer.headers["Location"]))
    assert kept_files(settings) == []
    assert rows("SELECT * FROM privacy_copies") == rows("SELECT * FROM privacy_copy_units") == []
    assert Visitor(store.application.test_client()).get(place).status_code == 404


def test_a_copy_that_was_being_built_while_its_person_was_erased_is_never_finished(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    order = delivered({small.clock: 1})
    asked(proven(store, "ada@shop.test"))
    with reading() as session:
        [number] = session.scalars(text("SELECT id FROM privacy_copies"))

    def meanwhile(_found: object, _row: Copy) -> bytes:
        actions.drop(order.unit)
        return b"everything about Ada"

    actions.build(number, meanwhile)
    assert kept_files(settings) == []
    assert rows("SELECT * FROM privacy_copies") == []
    assert rows("SELECT * FROM personal.sealed WHERE unit LIKE 'copy:%'") == []
    assert rows("SELECT * FROM outbox_messages WHERE topic = 'privacy.copy_ready'") == []


def test_a_copy_whose_building_crashed_is_built_anew(small: Shop, store: FlaskClient) -> None:
    make.order({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    place = asked(visitor)
    with reading() as session:
        [number] = session.scalars(text("SELECT id FROM privacy_copies"))

    class Crash(Exception):
        """A worker that dies."""

    def crash(_found: object, _row: Copy) -> bytes:
        raise Crash

    with pytest.raises(Crash):
        actions.build(number, crash)
    assert rows("SELECT state, done FROM privacy_copies") == [("building", 1)]
    build_copies()
    assert visitor.send(f"{place}/take", page=place).mimetype == "application/zip"


def test_only_the_hash_of_the_link_is_in_the_database(small: Shop, store: FlaskClient) -> None:
    make.order({small.clock: 1})
    word = asked(proven(store, "ada@shop.test")).rpartition("/")[2]
    assert re.fullmatch(r"[\w-]{22}", word)
    build_copies()
    everything = str(rows("SELECT * FROM privacy_copies")) + str(rows("SELECT payload FROM outbox_messages"))
    assert word not in everything
