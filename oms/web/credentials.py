"""Passwords, authenticator codes and recovery codes: how buyers and staff prove that they are who they are.

Passwords are kept as argon2id with the second profile of RFC 9106 section 4 (64 MiB, 3 passes, 4 lanes).
Authenticator codes are TOTP (RFC 6238): six digits, steps of 30 seconds, one step of drift either way.
"""

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hmac import compare_digest
from threading import BoundedSemaphore

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from oms.kernel import ids
from oms.kernel.errors import BadInputError, UnavailableError

SHORTEST = 15
LONGEST = 256
STEP_SECONDS = 30
ISSUER = "Counterfoil"

_MOST_AT_ONCE = 2
_MOST_IN_LINE = 3
_FEWEST_DIFFERENT = 6
_RECOVERY_GROUPS = 6
# Nobody's password: verifying against it costs what a real one costs, so that time tells nothing.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$jTtZ7H+R+2sOogHBzShbPQ$XUwQ5BdOuF2g6daEiM/kWsuhX+g7q9o6jVivyf7YpMw"
# What people lengthen a short password with, and what the house is called.
_GUESSED_FIRST = (
    "counterfoil",
    "password",
    "passwort",
    "123456789",
    "987654321",
    "qwertyuiop",
    "qwertzuiop",
    "abcdefghij",
)

_READ_AS = str.maketrans("OIL", "011")

_hasher = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
_line = BoundedSemaphore(_MOST_IN_LINE)
_turns = BoundedSemaphore(_MOST_AT_ONCE)


@contextmanager
def _turn() -> Iterator[None]:
    # A flood of sign-ins may slow sign-ins, never the rest of the shop: two hashes run, one more may wait.
    if not _line.acquire(blocking=False):
        raise UnavailableError("Many people sign in right now. Try again in a moment.")
    try:
        with _turns:
            yield
    finally:
        _line.release()


def _plain(password: str) -> str:
    # The same letters may arrive composed or decomposed, by keyboard (NIST SP 800-63B-4, 3.1.1.2).
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """Return what to keep of a password; call it outside transactions. Raises UnavailableError in a flood."""
    with _turn():
        return _hasher.hash(_plain(password))


def is_password(kept: str | None, password: str) -> bool:
    """Say whether a password is the kept one; with none kept the answer is no and takes as long.

    Call it outside transactions, for it takes a good part of a second. Raises UnavailableError in a flood.
    """
    if len(password) > LONGEST:
        return False
    with _turn():
        try:
            return _hasher.verify(kept or _NOBODY, _plain(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Say whether a kept password was hashed with another profile and should be hashed anew at sign-in."""
    return _hasher.check_needs_rehash(kept)


def check_strength(password: str, *, near: tuple[str, ...] = ()) -> None:
    """Raise BadInputError for a password that is too short, too long or among the first guesses.

    `near` are words of the person, such as the e-mail. Length decides, not character classes
    (NIST SP 800-63B-4, 3.1.1.2: at least 15 characters, no composition rules).
    """
    text = _plain(password)
    folded = text.casefold()
    words = {*_GUESSED_FIRST, *(part.casefold() for word in near for part in (word, word.partition("@")[0]))}
    rest = folded
    for word in sorted((w for w in words if len(w) > 3), key=len, reverse=True):  # noqa: PLR2004 - a syllable
        rest = rest.replace(word, "")
    if len(text) < SHORTEST:
        raise BadInputError("Take at least 15 characters; a sentence works well.", field="password")
    if len(text) > LONGEST:
        raise BadInputError("Take at most 256 characters.", field="password")
    if len(set(folded)) < _FEWEST_DIFFERENT or len(rest) < SHORTEST // 2:
        raise BadInputError("This is among the first guesses. Take a sentence of your own.", field="password")


def new_totp_secret() -> str:
    """Return a new secret for an authenticator app: 160 random bits in base 32 (RFC 4226 section 4)."""
    return pyotp.random_base32(32)


def totp_address(secret: str, label: str) -> str:
    """Return the otpauth address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=label, issuer_name=ISSUER)


def totp_step(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step whose code this is, of the present one and its neighbors; None when of none.

    The caller refuses a step that was used before (RFC 6238 section 5.2).
    """
    digits = "".join(code.split())
    now = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    found = None
    for step in (now - 1, now, now + 1):
        if compare_digest(totp.generate_otp(step).encode(), digits.encode()):
            found = step
    return found


def recovery_code() -> str:
    """Return a recovery code of 120 random bits in groups of four; only its hash is kept."""
    letters = [secrets.choice(ids.ALPHABET) for _ in range(_RECOVERY_GROUPS * 4)]
    return "-".join("".join(letters[n : n + 4]) for n in range(0, len(letters), 4))


def recovery_hash(typed: str) -> bytes:
    """Return the hash under which a recovery or set-up code is kept; case, blanks and dashes are forgiven."""
    read = typed.upper().translate(_READ_AS)
    return ids.token_hash("".join(c for c in read if c in ids.ALPHABET))
