"""Names that nobody can guess: order numbers for people, tokens for links, random ids for sealed rows."""

import base64
import hashlib
import hmac
import secrets
import uuid

# Crockford's base 32 (https://www.crockford.com/base32.html): without I, L, O, U, to be read aloud.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def order_number() -> str:
    """Return a random order number such as `7KQ2-M4XD-9B`: 50 bits; it names an order and opens nothing."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def read_order_number(typed: str) -> str:
    """Return the order number that a person meant: case, blanks, dashes and the letters O, I, L forgiven."""
    letters = "".join(c for c in typed.upper().translate(_READ_AS) if c in ALPHABET)
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}" if len(letters) == 10 else ""  # noqa: PLR2004 - its length


def new_id() -> uuid.UUID:
    """Return 128 random bits as a UUID, made before insert so that a seal can bind table, row and key."""
    return uuid.UUID(bytes=secrets.token_bytes(16))


def token() -> str:
    """Return a capability of 128 random bits, URL-safe; only its hash is ever stored."""
    return secrets.token_urlsafe(16)


def code() -> str:
    """Return a one-time code of eight digits for a mailbox."""
    return f"{secrets.randbelow(10**8):08d}"


def sign(word: str, purpose: str, secret: str) -> str:
    """Return the signature of a word for one kind of link: 128 bits of HMAC-SHA-256 (RFC 2104), URL-safe."""
    digest = hmac.new(f"{purpose} {secret}".encode(), word.encode(), hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_signed(word: str, signature: str, purpose: str, secret: str) -> bool:
    """Say whether a signature is ours, in a time that tells nothing."""
    return hmac.compare_digest(signature.encode(), sign(word, purpose, secret).encode())


def token_hash(value: str) -> bytes:
    """Return the SHA-256 of a capability; 128 random bits need no salt."""
    return hashlib.sha256(value.encode()).digest()


def plain(typed: str) -> str:
    """Return what counts of something typed: letters and digits, without case."""
    return "".join(c for c in typed.casefold() if c.isalnum())


def is_same(kept: str, typed: str) -> bool:
    """Say whether somebody typed what we keep, blanks, marks and case forgiven; the time taken tells nothing.

    Never, where there is nothing kept.
    """
    wanted = plain(kept)
    return bool(wanted) and hmac.compare_digest(wanted.encode(), plain(typed).encode())
