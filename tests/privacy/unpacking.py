"""What stores pack, unpacked: LZF of Valkey, pglz of Postgres, zip, and the parts of a mail.

Compressed values are looked for at every place where one could begin, as the files of a server hold live and
dead ones side by side; what does not decode is not one.
"""

import email
import email.policy
import io
import re
import zipfile
from collections.abc import Iterator

# A compressed value of Postgres: a length whose lowest bits are 10, then the whole size and the method 0.
_PGLZ = re.compile(rb"(?=[\x02-\xfe][\x00-\x7f]\x00\x00[\s\S]{2}[\x00-\x0f]\x00)")
# The first piece of a value kept apart: a plain length of about 2,000, then the whole size and the method 0.
_CHUNK = re.compile(rb"(?=[\x00-\xfc][\x1e-\x20]\x00\x00[\s\S]{2}[\x00-\x0f]\x00)")
_LEAST = 24
_MOST = 1 << 20


def unpacked(content: bytes) -> Iterator[bytes]:
    """Give whatever is packed in some bytes, by any of these stores."""
    yield from _zipped(content)
    yield from _mailed(content)
    if content.startswith(b"REDIS"):
        yield from lzf_strings(content)


def _zipped(content: bytes) -> Iterator[bytes]:
    if b"PK\x03\x04" not in content:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content[content.index(b"PK\x03\x04") :])) as packed:
            for name in packed.namelist():
                yield name.encode() + b"\n" + packed.read(name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return


def _mailed(content: bytes) -> Iterator[bytes]:
    head = content[:8000].lower()
    if b"\ncontent-type:" not in head or b"\nsubject:" not in head:
        return
    message = email.message_from_bytes(content, policy=email.policy.default)
    yield "\n".join(str(value) for value in message.values()).encode(errors="replace")
    for part in message.walk():
        told = part.get_payload(decode=True)
        if isinstance(told, bytes):
            yield told


def lzf_strings(content: bytes) -> Iterator[bytes]:
    """Give every string that an RDB file holds compressed: 0xC3, two lengths, LZF."""
    at = content.find(b"\xc3")
    while at >= 0:
        packed, place = _length(content, at + 1)
        whole, place = _length(content, place)
        if 4 < packed < whole <= _MOST and place + packed <= len(content):
            told = lzf(content[place : place + packed], whole)
            if told:
                yield told
        at = content.find(b"\xc3", at + 1)


def _length(content: bytes, at: int) -> tuple[int, int]:
    """Read a length of an RDB file (6, 14 or 32 bits); return it and what follows, or 0."""
    first = content[at] if at < len(content) else 0xFF
    if first < 0x40:
        return first, at + 1
    if first < 0x80:
        return (first & 0x3F) << 8 | int.from_bytes(content[at + 1 : at + 2], "big"), at + 2
    if first == 0x80:
        return int.from_bytes(content[at + 1 : at + 5], "big"), at + 5
    return 0, at + 1


def lzf(packed: bytes, whole: int) -> bytes:
    """Return what LZF packed to these bytes; nothing when they are no such thing."""
    out, at = bytearray(), 0
    try:
        while at < len(packed):
            control = packed[at]
            at += 1
            if control < 32:
                out += packed[at : at + control + 1]
                at += control + 1
                continue
            length = control >> 5
            if length == 7:
                length += packed[at]
                at += 1
            back = ((control & 0x1F) << 8 | packed[at]) + 1
            at += 1
            if not _copied(out, back, length + 2) or len(out) > whole:
                return b""
    except IndexError:
        return b""
    return bytes(out) if len(out) == whole else b""


def pglz_values(content: bytes) -> Iterator[bytes]:
    """Give every value of a page or log that Postgres compressed, as far as it lies here."""
    for match in _PGLZ.finditer(content):
        at = match.start()
        if content[at] & 3 == 2:
            length = int.from_bytes(content[at : at + 4], "little") >> 2
            yield from _tried(content, at + 4, at + length)
    for match in _CHUNK.finditer(content):
        at = match.start()
        if content[at] & 3 == 0:
            length = int.from_bytes(content[at : at + 4], "little") >> 2
            yield from _tried(content, at + 4, at + length)


def _tried(content: bytes, start: int, end: int) -> Iterator[bytes]:
    whole = int.from_bytes(content[start : start + 4], "little") & 0x3FFFFFFF
    if _LEAST <= whole <= _MOST and start + 8 < end <= len(content):
        told = pglz(content[start + 4 : end], whole)
        if len(told) >= _LEAST:
            yield told


def pglz(packed: bytes, whole: int) -> bytes:
    """Return what Postgres packed to these bytes, as far as they reach; nothing when they are not that."""
    out, at = bytearray(), 0
    while at < len(packed) and len(out) < whole:
        control = packed[at]
        at += 1
        for bit in range(8):
            if at >= len(packed) or len(out) >= whole:
                break
            if not control >> bit & 1:
                out.append(packed[at])
                at += 1
                continue
            if at + 1 >= len(packed):
                break
            length, back = (packed[at] & 0x0F) + 3, (packed[at] & 0xF0) << 4 | packed[at + 1]
            at += 2
            if length == 18 and at < len(packed):
                length += packed[at]
                at += 1
            if not _copied(out, back, length):
                return b""
    return bytes(out[:whole])


def _copied(out: bytearray, back: int, length: int) -> bool:
    """Repeat what was said so many bytes ago; False where nothing was."""
    if not 0 < back <= len(out):
        return False
    for _again in range(length):
        out.append(out[-back])
    return True
