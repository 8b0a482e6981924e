"""The search for canaries finds each one in every form and store, and finds nothing where there is none."""

import base64
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
import redis
import zstandard

from oms.kernel import audit, outbox, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.kernel.ids import new_id
from tests.kernel.vault.kinds import Contact, Delivery
from tests.privacy.canaries import Person, Sighting, find, folder, forms, letters, person, postgres, valkey
from tests.privacy.unpacking import pglz_values


@pytest.fixture
def ada() -> Person:
    return person()


@pytest.fixture
def cache(settings: Settings) -> Iterator[redis.Redis]:
    server = redis.Redis.from_url(settings.redis_url)
    yield server
    for key in server.scan_iter("canary*"):
        server.delete(key)
    server.close()


def test_a_person_has_forty_strings_that_nobody_else_has(ada: Person) -> None:
    assert len(ada.strings) == len(set(ada.strings.values())) == len(set(ada.cores.values())) == 40
    assert not set(ada.cores.values()) & set(person().cores.values())
    assert all(core in ada.strings[what] for what, core in ada.cores.items())


def test_every_form_of_every_string_is_found(ada: Person) -> None:
    for what, core in ada.cores.items():
        for form, written in forms(core, ada.whole(what)).items():
            hay = b'{"x": "..' + written + b'"}'
            assert (what, form) in {(s.what, s.form) for s in find([ada], [("a log", hay)])}, (what, form)


@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_a_string_inside_base64_is_found_wherever_it_begins(ada: Person, before: str) -> None:
    hay = base64.b64encode((before + ada.strings["name"] + " and more").encode())

    assert {s.what for s in find([ada], [("mail", hay)])} >= {"name"}


def test_a_string_under_several_wrappings_is_found(ada: Person) -> None:
    word = json.dumps({"to": ada.strings["email"]}).encode()
    many = letters(2_000).encode() + word
    wrapped = {
        "gzip": b"head" + gzip.compress(word),
        "zlib in hex": b"\\x" + zlib.compress(word).hex().encode(),
        "gzip in base64": base64.b64encode(gzip.compress(word)),
        "gzip in url base64 in json": json.dumps(
            base64.urlsafe_b64encode(gzip.compress(word)).decode()
        ).encode(),
        "zstd": b"head" + zstandard.compress(many),
        "zstd in base64": base64.b64encode(zstandard.compress(many)),
        "zstd that broke off": zstandard.compress(many + letters(400_000).encode())[:-1_000],
        "zip": _zip(word),
        "mail": _mail(ada.strings["email"]),
        "gzip twice": gzip.compress(gzip.compress(word)),
        "utf-16": ada.strings["email"].encode("utf-16"),
    }

    for name, hay in wrapped.items():
        assert word not in hay
        assert {s.what for s in find([ada], [(name, hay)])} == {"email"}, name


def _zip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("letter.txt", content * 20)
    return b"before" + packed.getvalue()


def _mail(word: str) -> bytes:
    """A letter whose body is base64 in lines of 76, so that the word stands across two of them."""
    letter = EmailMessage()
    letter["Subject"] = "Something"
    letter.set_content("x" * 50 + word + "é", cte="base64")
    return bytes(letter)


def test_what_a_server_compressed_is_found_in_its_files(ada: Person) -> None:
    text = f"{ada.strings['name']} lives here. " * 40
    page = bytes(24) + _pglz_value(text.encode()) + bytes(100)
    assert {s.what for s in find([ada], [("page", v) for v in pglz_values(page)])} == {"name"}
    assert find([ada], [("page", page[:24])]) == []


def _pglz_value(content: bytes) -> bytes:
    """Pack as Postgres does, with the one repetition that there is."""
    unit = len(content) // 40
    out, at = bytearray(), 0
    items: list[bytes] = [bytes([byte]) for byte in content[:unit]]
    left = len(content) - unit
    while left >= 18:
        length = min(left, 273)
        items.append(bytes([(unit >> 8) << 4 | 0x0F, unit & 0xFF, length - 18]))
        left -= length
    items += [bytes([byte]) for byte in content[len(content) - left :]]
    for at in range(0, len(items), 8):
        group = items[at : at + 8]
        out.append(sum(1 << n for n, item in enumerate(group) if len(item) == 3))
        out += b"".join(group)
    head = len(content).to_bytes(4, "little")
    return ((len(out) + 8) << 2 | 2).to_bytes(4, "little") + head + bytes(out)


@pytest.mark.usefixtures("shop")
def test_a_word_that_only_an_index_still_has_is_found(ada: Person, settings: Settings) -> None:
    with psycopg.connect(settings.database_url, autocommit=True) as raw:
        raw.execute("CREATE TABLE planted AS SELECT reverse(%s) AS what", [ada.strings["coupon_note"]])
        raw.execute("CREATE INDEX planted_words ON planted USING gin (to_tsvector('simple', reverse(what)))")
        try:
            raw.execute("CHECKPOINT")
            ask = "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(%s)"
            files = {
                name: Path(str(raw.execute(ask, [name]).fetchall()[0][0])).read_bytes()
                for name in ("planted", "planted_words")
            }
        finally:
            raw.execute("DROP TABLE planted")
    seen = find([ada], files.items())
    assert {(one.place, one.what, one.form) for one in seen} >= {("planted_words", "coupon_note", "plain")}
    assert {one.place for one in seen} == {"planted_words"}


@pytest.mark.usefixtures("shop")
def test_a_canary_in_a_file_table_or_cache_is_seen(
    ada: Person, settings: Settings, cache: redis.Redis, tmp_path: Path
) -> None:
    with transaction() as session:
        audit.record(session, SYSTEM, "planted", "order:7", reason=ada.strings["delivery_note"])
        outbox.say(session, "planted", word=ada.cores["nickname"])
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "old.log.gz").write_bytes(gzip.compress(ada.strings["phone"].encode()))
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "1.eml").write_text(ada.strings["city"])
    (tmp_path / f"{ada.cores['file_name']}.jpg").touch()
    cache.hset("canary:hash", mapping={"a": ada.strings["company"]})
    cache.rpush("canary:list", ada.strings["message"])
    cache.sadd("canary:set", ada.strings["postcode"])
    cache.zadd("canary:zset", {ada.strings["line_1"]: 1})
    cache.xadd("canary:stream", {"b": ada.strings["tax_number"]})
    cache.set(f"canary:{ada.cores['given_name']}", "1")

    seen = find(
        [ada],
        postgres(settings.database_url),
        folder(tmp_path, exclude=["mail/*"]),
        valkey(settings.redis_url),
    )
    places = {s.what: s.place.replace(ada.cores["file_name"], "*").rpartition(" public.")[2] for s in seen}

    assert places == {
        "delivery_note": "audit_details",
        "nickname": "outbox_messages",
        "phone": "logs/old.log.gz",
        "file_name": "*.jpg",
        "company": "valkey canary:hash",
        "message": "valkey canary:list",
        "postcode": "valkey canary:set",
        "line_1": "valkey canary:zset",
        "tax_number": "valkey canary:stream",
        "given_name": "valkey string",
    }


@pytest.mark.usefixtures("shop")
def test_a_sealed_person_is_seen_nowhere_and_neither_are_they_after_erasure(
    ada: Person, settings: Settings, tmp_path: Path
) -> None:
    words = ada.strings
    keys = vault.prepare(new_id(), "order:7", Delivery, Contact)
    with transaction() as session:
        lines = (words["line_1"], words["line_2"], words["city"], words["name_in_another_script"])
        vault.seal(session, Delivery(words["name"], lines, phone=words["phone"]), keys)
        vault.seal(session, Contact(words["email"], "en"), keys)

    def everywhere() -> list[Sighting]:
        stores = (postgres(settings.database_url), postgres(settings.keyring_url), folder(tmp_path))
        return find([ada], *stores, valkey(settings.redis_url))

    assert everywhere() == []
    vault.destroy_unit("order:7")
    assert everywhere() == []
