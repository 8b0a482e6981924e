"""Adding a certificate and taking it away; each is an audit entry, and the notice shows it at once."""

import io
from dataclasses import dataclass
from datetime import date

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from sqlalchemy.orm import Session

from oms.catalog.actions import touch
from oms.kernel import audit, clock
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError, NotFoundError
from oms.privacy.evidence.models import Certificate

# Below the largest body that the shop takes, with room for the rest of the form.
MOST_BYTES = 900_000
_BEGINS = b"%PDF-"
# What the reader raises of a file that only begins as a PDF.
_BROKEN = (PyPdfError, ValueError, TypeError, AttributeError, LookupError, OSError, RecursionError)


@dataclass(frozen=True, slots=True)
class Given:
    """A certificate as staff bring it; both days are included."""

    name: str
    issuer: str
    begins_on: date
    ends_on: date
    content: bytes


def add(session: Session, given: Given, *, by: Actor) -> Certificate:
    """Keep a certificate with its PDF. Raises BadInputError for other days or files; nothing is written."""
    if given.ends_on < given.begins_on:
        raise BadInputError("The last day is before the first. Look at the paper.", field="ends_on")
    _check(given.content)
    made = Certificate(
        name=given.name,
        issuer=given.issuer,
        begins_on=given.begins_on,
        ends_on=given.ends_on,
        added_at=clock.now(),
        content=given.content,
    )
    session.add(made)
    session.flush()
    audit.record(session, by, "evidence.add", f"evidence:{made.id}")
    touch(session)
    return made


def _check(content: bytes) -> None:
    """Read the file's structure; nothing in it is run or drawn."""
    if len(content) > MOST_BYTES:
        raise BadInputError("This file is larger than 900 kB. Make it smaller.", field="file")
    if not content.startswith(_BEGINS):
        raise BadInputError("This file is no PDF. Save the certificate as PDF.", field="file")
    try:
        reader = PdfReader(io.BytesIO(content))
        is_locked, is_whole = reader.is_encrypted, reader.is_encrypted or len(reader.pages) > 0
    except _BROKEN:
        is_locked, is_whole = False, False
    if is_locked:
        raise BadInputError("This PDF has a password. Save it without one.", field="file")
    if not is_whole:
        raise BadInputError("This PDF is not whole. Save it again.", field="file")


def remove(session: Session, number: int, *, by: Actor) -> None:
    """Take a certificate away with its file. Raises NotFoundError."""
    found = session.get(Certificate, number)
    if found is None:
        raise NotFoundError("There is no such certificate.")
    session.delete(found)
    audit.record(session, by, "evidence.remove", f"evidence:{number}")
    touch(session)
