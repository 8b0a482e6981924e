"""Keys are derived and look-ups are made as RFC 5869 and RFC 4231 say, by their own published figures."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from oms.kernel.vault import index, master

LONG = (
    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
    "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
    "cc30c58179ec3e87c14c01d5c1f3434f1d87"
)
# RFC 5869, appendix A: secret, salt, info, and what comes out of HKDF-SHA256.
HKDF = {
    "A.1": (
        "0b" * 22,
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    "A.2": (
        bytes(range(80)).hex(),
        bytes(range(0x60, 0xB0)).hex(),
        bytes(range(0xB0, 0x100)).hex(),
        LONG,
    ),
    "A.3": (
        "0b" * 22,
        "",
        "",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
}
# RFC 4231, section 4: key, text, HMAC-SHA256.
HMAC = {
    "4.2": ("0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    "4.3": (
        b"Jefe".hex(),
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    "4.4": ("aa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    "4.7": (
        "aa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
}


@pytest.mark.parametrize("name", HKDF)
def test_each_published_derivation_is_met(name: str) -> None:
    secret, salt, info, wanted = (bytes.fromhex(word) for word in HKDF[name])
    made = master.HKDF(algorithm=SHA256(), length=len(wanted), salt=salt or None, info=info).derive(secret)
    assert made == wanted
    other = master.HKDF(algorithm=SHA256(), length=len(wanted), salt=salt or None, info=info + b"x")
    assert other.derive(secret) != wanted


def by_hand(secret: bytes, salt: bytes, use: str) -> bytes:
    """Derive 32 bytes with RFC 5869's two steps, written out."""
    extracted = hmac.digest(salt or bytes(32), secret, hashlib.sha256)
    return hmac.digest(extracted, f"counterfoil/{use}".encode() + b"\x01", hashlib.sha256)


@pytest.mark.parametrize("salt", [b"", b"salt", bytes(range(32))])
def test_our_keys_are_that_derivation_with_a_use_of_their_own(salt: bytes) -> None:
    secret = bytes(range(32))
    assert master.derive(secret, salt, "wrapping") == by_hand(secret, salt, "wrapping")
    assert (
        len({master.derive(secret, salt, use) for use in ("wrapping", "backup/data", "backup/keyring")}) == 3
    )


@pytest.mark.parametrize("name", HMAC)
def test_each_published_code_is_met_by_what_look_ups_use(name: str) -> None:
    key, said, wanted = HMAC[name]
    assert index.hmac.digest(bytes.fromhex(key), said, index.hashlib.sha256).hex() == wanted
    assert index.hmac.digest(bytes.fromhex(key), said + b"x", index.hashlib.sha256).hex() != wanted
