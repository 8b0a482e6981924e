"""The cipher of every envelope is AES-256-GCM, to the letter of 750 published figures."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from oms.kernel.vault import envelope
from oms.kernel.vault.envelope import VERSION, shut, unshut
from oms.kernel.vault.errors import BrokenSealError

FIGURES = Path(__file__).parent / "vectors" / "aes-256-gcm.txt"


@dataclass(frozen=True)
class Figure:
    opens: bool
    key: bytes
    iv: bytes
    plain: bytes
    bound: bytes
    sealed: bytes


def figures() -> list[Figure]:
    lines = [line.split() for line in FIGURES.read_text(encoding="ascii").splitlines() if line[0] != "#"]
    found = []
    for verdict, *told in lines:
        key, iv, plain, bound, cipher, tag = (bytes.fromhex(word.strip("-")) for word in told)
        found.append(Figure(verdict == "opens", key, iv, plain, bound, cipher + tag))
    return found


def test_every_published_figure_is_met() -> None:
    found = figures()
    assert (len(found), sum(not figure.opens for figure in found)) == (750, 191)
    for figure in found:
        cipher = envelope.AESGCM(figure.key)
        if figure.opens:
            assert cipher.decrypt(figure.iv, figure.sealed, figure.bound) == figure.plain
            assert cipher.encrypt(figure.iv, figure.plain, figure.bound) == figure.sealed
        else:
            with pytest.raises(InvalidTag):
                cipher.decrypt(figure.iv, figure.sealed, figure.bound)


def test_an_envelope_is_that_cipher_around_the_place_with_lengths_and_nothing_else() -> None:
    key, place = bytes(range(32)), ("personal.sealed", "é")
    bound = VERSION + b"\x00\x00\x00\x0fpersonal.sealed" + b"\x00\x00\x00\x02" + "é".encode()

    shutted = shut(key, b"Ada", place)

    nonce, sealed = shutted[1:13], shutted[13:]
    assert shutted[:1] == VERSION == b"\x01"
    assert envelope.AESGCM(key).decrypt(nonce, sealed, bound) == b"Ada"
    made = VERSION + bytes(12) + envelope.AESGCM(key).encrypt(bytes(12), b"Ada", bound)
    assert unshut(key, made, place) == b"Ada"


def test_the_same_figure_with_one_letter_changed_is_refused() -> None:
    key = bytes(range(32))
    made = bytearray(shut(key, b"Ada", ("a",)))
    made[20] ^= 1
    with pytest.raises(BrokenSealError):
        unshut(key, bytes(made), ("a",))
