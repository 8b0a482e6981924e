"""The mails that the local sink has taken: from whom to whom, both parts, the newest first."""

import email
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from oms.kernel.errors import NotFoundError
from oms.kernel.register import declare_place

MOST = 200
# As the sink names its files: nanoseconds of arrival, and 128 random bits.
_NAME = re.compile(r"\d{20}-[0-9a-f]{32}")
_NANOSECONDS = 1_000_000_000
_LIFE = "30 days, then the person in it is blanked; `--keep-days` of the stand-in says otherwise"
# Below STATE_DIR, readable, as the parties that are played would keep it.
STORES = {
    "stripe": "the ledger of the stand-in of Stripe: what Stripe would be told of a payment",
    "carrier": "the record of the stand-in of the carrier: labels, and every byte that it was sent",
    "mail": "the mails of the shop as the local sink took them",
}


def declare_stores() -> None:
    """Declare what the stand-ins keep of people; only where they may run, so never in production."""
    for name, holds in STORES.items():
        declare_place(f"stand-in {name}", holds=holds, personal=True, purpose="to try the shop", life=_LIFE)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as it arrived; times in UTC."""

    name: str
    subject: str
    to: str
    sender: str
    at: datetime
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)


def letters(folder: Path) -> list[Letter]:
    """Return the latest mails of a folder without their parts; none where there is no sink."""
    names = sorted((path.stem for path in folder.glob("*.eml") if _NAME.fullmatch(path.stem)), reverse=True)
    return [_read(folder, name, whole=False) for name in names[:MOST]]


def letter(folder: Path, name: str) -> Letter:
    """Return one mail with its parts. Raises NotFoundError for anything that is no name of the sink's."""
    if not _NAME.fullmatch(name) or not (folder / f"{name}.eml").is_file():
        raise NotFoundError
    return _read(folder, name, whole=True)


def _read(folder: Path, name: str, *, whole: bool) -> Letter:
    message = email.message_from_bytes((folder / f"{name}.eml").read_bytes(), policy=default)
    at = datetime.fromtimestamp(int(name.partition("-")[0]) // _NANOSECONDS, UTC)
    return Letter(
        name,
        str(message["Subject"] or ""),
        str(message["To"] or ""),
        str(message["From"] or ""),
        at,
        _part(message, "plain") if whole else "",
        _part(message, "html") if whole else "",
    )


def _part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    return str(found.get_content()) if found is not None else ""
