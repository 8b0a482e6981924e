"""Blind indexes: a sealed field is found again by the keyed digest of its value, and by nothing else.

The key of each field is derived from a random salt, which lies in the keyring wrapped by the master key.
Rotating makes a new salt, digests every row anew, and destroys the old salt: what an old backup holds can
then be tried by nobody.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel import clock
from oms.kernel.register import Kind
from oms.kernel.vault import master
from oms.kernel.vault.models import IndexSalt

DIGEST_BYTES = 16
_NO_DIGIT = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class IndexKey:
    """One version of the index key: its number and its salt."""

    version: int
    salt: bytes = field(repr=False)

    def digest(self, kind: Kind, name: str, value: str) -> bytes:
        """Return the digest of a field's value under this version."""
        key = master.derive(self.salt, b"", f"index/{kind.name}.{name}")
        return hmac.digest(key, normalized(name, value).encode("utf-8", "surrogatepass"), hashlib.sha256)[
            :DIGEST_BYTES
        ]


def normalized(name: str, value: str) -> str:
    """Return a value as it is compared: a phone number by its digits, all else by folded letters.

    `Ada@Example.com ` and `ada@example.com` are one mailbox; `+49 30 123` and `+4930123` are one line.
    """
    if name == "phone":
        return "+" + _NO_DIGIT.sub("", value)
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def current_salt(session: Session) -> IndexKey:
    """Return the newest version from the keyring, made here the first time it is asked for."""
    known = salts(session)
    if not known:
        add_salt(session, 1)
        known = salts(session)
    return known[0]


def salts(session: Session) -> list[IndexKey]:
    """Return every version that still counts, the newest first."""
    rows = session.execute(select(IndexSalt.version, IndexSalt.salt).order_by(IndexSalt.version.desc())).all()
    return [IndexKey(row.version, master.unwrap(row.salt, salt_place(row.version))) for row in rows]


def salt_place(version: int) -> tuple[str, ...]:
    """Return the place of a wrapped salt."""
    return ("index_salts", str(version))


def add_salt(session: Session, version: int) -> None:
    """Make a version; when two do it at once, the first holds for both."""
    salt = master.wrap(secrets.token_bytes(master.KEY_BYTES), salt_place(version))
    session.execute(
        insert(IndexSalt).values(version=version, salt=salt, made_at=clock.now()).on_conflict_do_nothing()
    )
