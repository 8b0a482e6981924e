"""Canaries: forty strings of a person that exist nowhere else, and a search for them in every store.

    ada = person()
    ...order something as ada.strings["name"], ada.strings["email"], ...
    assert find([ada], postgres(url), folder(state_dir, exclude=["mail/*"]), valkey(redis_url)) == []

Looked for: the random core of each string, plain and in the encodings that stores and logs use, and the
unkeyed hashes of the whole string. What is compressed, or written as hex digits or base64, is undone first.
"""

import base64
import binascii
import hashlib
import re
import secrets
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from html import escape
from json import dumps
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis
import zstandard

from tests.privacy.unpacking import unpacked

Source = Iterable[tuple[str, bytes]]

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_FAR_LETTERS = "абвгдежзиклмнопрстуфхцчшщэюя京東都港区芝公園ใจดีมาก"
_SHAPES = {
    "email": "{a}@{a}.example",
    "name": "Zu{a} Lovelace",
    "given_name": "Yo{a}",
    "name_in_another_script": "{f}",
    "line_1": "12 {a} Street",
    "line_2": "c/o {a}",
    "city": "New {a}",
    "city_in_another_script": "{f}",
    "postcode": "Q{d}",
    "phone": "+49{d}",
    "company": "{a} & Sons",
    "tax_number": "DE{d}",
    "nickname": "<{a}>",
    "delivery_note": "leave it with {a} 'next door'",
    "message": "Dear shop, my {a} arrived broken \\ torn.",
    "message_in_another_script": "{f}",
    "gift_note": "For {a}, with love\nG.",
    "reference": "{a}/{d}",
    "file_name": "{a}.jpg",
    "password": "{a}-{d}",
    "address_token": "2001:db8::{h}",
    "user_agent": "Browser{a}/1.0",
    "referer": "https://{a}.example/",
    "campaign": "{a}",
    "search_term": "{a}",
    "coupon_note": "{a}",
    "return_reason": "The {a} does not fit",
    "chat": "Hello, where is my {a}?",
    "review": "The best {a} I ever had",
    "photo_exif": "Camera of {a}",
    "photo_name": "IMG_{a}.jpg",
    "video_title": "Unboxing {a}",
    "invoice_field": "{a} cost center",
    "tracking_number": "{d}",
    "tracker_number": "LZ{d}CN",
    "marketplace_name": "{a} of the market",
    "voucher_for": "{a}@gifts.example",
    "new_street": "7 {a} Lane",
    "cookie": "{a}",
    "extra_field": "{a}",
}
_HASHED = frozenset({"email", "phone", "voucher_for"})
_DEPTH = 4
_HEX_RUN = re.compile(rb"(?:[0-9a-fA-F]{2}){12,}")
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_ZSTD = b"\x28\xb5\x2f\xfd"
_PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|" + re.escape(_ZSTD))
_MOST = 64 * 1024 * 1024
_CHUNK = 8 * 1024 * 1024
_OVERLAP = 4096


@dataclass(frozen=True)
class Person:
    """Forty strings by what they stand for, and the random core of each."""

    strings: dict[str, str]
    cores: dict[str, str]

    def whole(self, what: str) -> str:
        """Return a string that might be hashed to find somebody by it: a mailbox, a phone; else nothing."""
        return self.strings[what] if what in _HASHED else ""


@dataclass(frozen=True)
class Sighting:
    """Where a canary was seen, which one, in which form."""

    place: str
    what: str
    form: str


def letters(count: int) -> str:
    """Return so many random letters, of those that cannot be mistaken for another."""
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def person() -> Person:
    """Return somebody new."""
    strings, cores = {}, {}
    for what, shape in _SHAPES.items():
        near = letters(12)
        far = "".join(secrets.choice(_FAR_LETTERS) for _ in range(8))
        digits = "".join(secrets.choice("123456789") for _ in range(11))
        group = ":".join(secrets.token_hex(2).replace("0", "a") for _ in range(4))
        strings[what] = shape.format(a=near, f=far, d=digits, h=group)
        given = (("{a}", near), ("{f}", far), ("{h}", group), ("{d}", digits))
        cores[what] = next(core for mark, core in given if mark in shape)
    return Person(strings, cores)


def forms(core: str, whole: str = "") -> dict[str, bytes]:
    """Return how a canary may be written, folded to small ASCII letters as the haystack is.

    The hashes are those of the whole string, where it is given.
    """
    raw = core.encode()
    found = {
        "plain": raw,
        "upper case": core.upper().encode(),
        "utf-16 little": core.encode("utf-16-le"),
        "utf-16 big": core.encode("utf-16-be"),
        "json": dumps(core)[1:-1].encode(),
        "url": quote(core).encode(),
        "html": escape(core).encode("ascii", "xmlcharrefreplace"),
        "quoted-printable": binascii.b2a_qp(raw),
        "hex": raw.hex().encode(),
        "base32": base64.b32encode(raw)[:-8],
    }
    for offset in range(3):
        found[f"base64 at {offset}"] = _base64_inside(raw, offset)
    for name in ("md5", "sha1", "sha256") if whole else ():
        for how, text in (("as given", whole), ("folded", whole.strip().casefold())):
            digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
            found[f"{name}, {how}"] = digest
            found[f"{name}, {how}, in hex"] = digest.hex().encode()
            found[f"{name}, {how}, in base64"] = base64.b64encode(digest)[:-4]
    return {form: needle.lower() for form, needle in found.items()}


def _base64_inside(raw: bytes, offset: int) -> bytes:
    """Return the digits that stand for this text wherever it begins at this offset of three bytes."""
    encoded = base64.b64encode(b"\0" * offset + raw)
    return encoded[(0, 2, 3)[offset] : (len(raw) + offset) // 3 * 4]


def find(people: Sequence[Person], *sources: Source) -> list[Sighting]:
    """Return every sighting of anybody in the sources, each canary once for a place and form."""
    needles = [
        (what, form, needle)
        for one in people
        for what, core in one.cores.items()
        for form, needle in forms(core, one.whole(what)).items()
    ]
    seen: dict[Sighting, None] = {}
    for source in sources:
        for place, content in source:
            for layer in _layers(content, _DEPTH):
                folded = layer.lower()
                seen |= dict.fromkeys(Sighting(place, w, f) for w, f, needle in needles if needle in folded)
    return list(seen)


def _layers(content: bytes, depth: int) -> Iterator[bytes]:
    """Give the content, and what is packed or spelled out in it, down to a depth."""
    yield content
    if depth == 0:
        return
    for part in unpacked(content):
        yield from _layers(part, depth - 1)
    for match in _PACKED.finditer(content):
        inflated = _inflated(content[match.start() :])
        if inflated:
            yield from _layers(inflated, depth - 1)
    for match in _HEX_RUN.finditer(content):
        yield from _layers(bytes.fromhex(match[0].decode()), depth - 1)
    for match in _BASE64_RUN.finditer(content):
        text = match[0].rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        whole = text[: len(text) // 4 * 4] if len(text) % 4 == 1 else text
        decoded = base64.b64decode(whole + b"=" * (-len(whole) % 4))
        if _PACKED.search(decoded):
            yield from _layers(decoded, depth - 1)


def _inflated(content: bytes) -> bytes:
    """Return what gzip, zlib or zstd packed and is whole up to somewhere; nothing when they did not."""
    try:
        if content.startswith(_ZSTD):
            return zstandard.ZstdDecompressor().stream_reader(content).read(_MOST)
        return zlib.decompressobj(wbits=47).decompress(content, _MOST)
    except (zlib.error, zstandard.ZstdError):
        return b""


def postgres(url: str) -> Source:
    """Give every table of every schema as text, the planner's samples too."""
    with psycopg.connect(url, autocommit=True) as connection:
        database = connection.info.dbname
        tables = connection.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for (table,) in [*tables, ("pg_stats",)]:
            rows = connection.execute(f"SELECT t::text FROM {table} t").fetchall()  # type: ignore[arg-type]
            yield f"{database} {table}", b"\n".join(row[0].encode() for row in rows)


def folder(path: Path, *, exclude: Sequence[str] = ()) -> Source:
    """Give every file below a folder, name and content, but those whose path in it matches a pattern."""
    for file in sorted(path.rglob("*")):
        name = str(file.relative_to(path))
        if not file.is_file() or any(fnmatch(name, pattern) for pattern in exclude):
            continue
        yield name, name.encode()
        with file.open("rb") as content:
            tail = b""
            while chunk := content.read(_CHUNK):
                yield name, tail + chunk
                tail = chunk[-_OVERLAP:]


def valkey(url: str) -> Source:
    """Give every key and its value, whatever its type."""
    server = redis.Redis.from_url(url)
    readers = {
        b"string": server.get,
        b"hash": server.hgetall,
        b"list": lambda key: server.lrange(key, 0, -1),
        b"set": server.smembers,
        b"zset": lambda key: server.zrange(key, 0, -1, withscores=True),
        b"stream": server.xrange,
    }
    for key in server.scan_iter():
        kind = server.type(key)
        yield f"valkey {kind.decode()}", key
        value = readers[kind](key) if kind in readers else None  # a key may go while it is looked at
        for part in _parts(value):
            yield f"valkey {key.decode(errors='replace')}", part
    server.close()


def _parts(value: object) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        yield from _parts(list(value.items()))
    elif isinstance(value, list | tuple | set):
        for part in value:
            yield from _parts(part)
