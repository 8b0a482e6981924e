"""Egress: the one door through which what a person gave may leave, and the ledger of every time it did.

A recipient is declared once, with the list of fields it may ever get. Whoever is about to tell it something
asks here, in the transaction that records the intent, and is handed a payload of those fields and no other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Identity, String, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from oms.kernel import clock, http, places, register
from oms.kernel.config import Settings
from oms.kernel.db import Base
from oms.kernel.errors import HeldError, RefusedError
from oms.kernel.register import Purpose, columns
from oms.kernel.vault import PurposeRefusedError

# Who gets something by the order of a law; a law is no agreement, so it is no declared recipient.
AUTHORITY = "authority"
_TELLING_CHARS = 4  # a shorter value, such as a country code, is found in any text


class ToldBy(StrEnum):
    """How a recipient hears that it is to forget somebody too."""

    HAND = "hand"
    API = "api"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody outside: what for, in which role (processor, controller), under which agreement, where.

    `told_by` is its way to be told to forget; `waits_for_disputes` that it may not be told while a refund or
    a dispute can come. `hosts` are the only ones at which it is reached, where it has such of its own, and
    `setting` the one without which it is no recipient of this shop.
    """

    name: str
    what_for: str
    category: str
    agreement: str
    region: str
    policy_url: str
    fields: tuple[str, ...]
    told_by: ToldBy = ToldBy.HAND
    waits_for_disputes: bool = False
    hosts: tuple[str, ...] = ()
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a disclosure is about: the unit, its person's random id, the purpose; and which message it was."""

    unit: str
    subject_id: UUID
    purpose: Purpose
    message: str = ""


class AgreementEndedError(HeldError):
    """The agreement with a recipient has ended: nothing is told until there is a new one."""


class Disclosure(Base):
    """One act of giving: which fields, to whom, why. Written once; only the person's id can be let go."""

    __tablename__ = "disclosures"
    __columns__: ClassVar = columns("id at recipient fields purpose message agreement", "unit subject_id")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime]
    unit: Mapped[str] = mapped_column(index=True)
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    recipient: Mapped[str]
    fields: Mapped[list[str]] = mapped_column(ARRAY(String))
    purpose: Mapped[Purpose]
    message: Mapped[str] = mapped_column(server_default="")
    agreement: Mapped[str]


class Payload(Mapping[str, object]):
    """What may be told: field names and values, read-only; it does not show its values to a log."""

    def __init__(self, disclosure_id: int, values: Mapping[str, object]) -> None:
        self.disclosure_id = disclosure_id
        self._values = dict(values)

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<Payload of disclosure {self.disclosure_id}: {', '.join(sorted(self._values))}>"

    def text(self, name: str) -> str:
        """Return a field as text; empty when it was not given."""
        return str(self._values.get(name, ""))


RECIPIENTS: dict[str, Recipient] = {}
_configured: list[Settings] = []


def configure(settings: Settings) -> None:
    """Take the last day of each agreement that has one, each notice's address, and who is set up at all."""
    _configured[:] = [settings]


def in_use() -> dict[str, Recipient]:
    """Return the recipients that this shop tells something, by name: all but those that are not set up."""
    settings = _configured[0] if _configured else None
    return {
        n: told for n, told in RECIPIENTS.items() if not told.setting or getattr(settings, told.setting, None)
    }


def receivers(field: register.Field) -> list[str]:
    """Return who may get a field, of the recipients in use."""
    return [name for name in field.recipients if name in in_use()]


def policy_of(told: Recipient) -> str:
    """Return where a recipient's own notice stands: as configured, else as declared; or nothing."""
    links = _configured[0].policy_links if _configured else {}
    return links.get(told.name) or told.policy_url


def reach(recipient: str, address: str) -> None:
    """Declare where a recipient is reached: where it was configured, else at its own hosts; nowhere besides.

    That production asks another than a recipient's own host, the doctor says. Raises KeyError for an
    undeclared recipient.
    """
    own = RECIPIENTS[recipient].hosts
    configured = urlsplit(address).hostname or ""
    http.declare_hosts(recipient, own if own and not configured else (configured,))


def ends() -> dict[str, date]:
    """Return the last day of each agreement that has one, by recipient."""
    return dict(_configured[0].agreements_end) if _configured else {}


def require_agreement(recipient: str) -> Recipient:
    """Return a recipient that may be told something now; every gateway asks before its first byte.

    Raises RefusedError for an undeclared one, AgreementEndedError after the last day of its agreement.
    """
    told = RECIPIENTS.get(recipient)
    if told is None:
        raise RefusedError(f"{recipient} is not a declared recipient: nothing is told.")
    last = ends().get(recipient)
    if last is not None and clock.today() > last:
        raise AgreementEndedError(f"The agreement with {recipient} ended on {last}: nothing is told.")
    return told


def declare(recipient: Recipient) -> Recipient:
    """Declare a recipient; raises TypeError for a name that is taken by another."""
    if RECIPIENTS.setdefault(recipient.name, recipient) != recipient:
        raise TypeError(f"the recipient {recipient.name} is declared twice")
    return recipient


def disclose(
    session: Session,
    recipient: str,
    occasion: Occasion,
    records: Sequence[object],
    extra: Mapping[str, object] | None = None,
) -> Payload:
    """Write the disclosure and return what may be told: allow-listed fields that are not empty, and `extra`.

    `extra` is for what is not personal (grams, references). Raises RefusedError for an undeclared recipient,
    AgreementEndedError for one whose agreement is over, TransferRefusedError for one in a country where
    data may not go, PurposeRefusedError when a kind does not serve the purpose, ValueError when two fields
    share a name or a withheld value hides in `extra`; then nothing is written.
    """
    told, fields, values = _projected(recipient, occasion, records, extra or {})
    row = insert(Disclosure).values(
        at=clock.now(),
        unit=occasion.unit,
        subject_id=occasion.subject_id,
        recipient=recipient,
        fields=fields,
        purpose=occasion.purpose,
        message=occasion.message,
        agreement=told.agreement,
    )
    return Payload(session.scalars(row.returning(Disclosure.id)).one(), values)


def disclose_once(
    session: Session, disclosure_id: int | None, recipient: str, occasion: Occasion, records: Sequence[object]
) -> Payload:
    """Return what may be told at an attempt: the first (None) is written, a repetition tells nothing new.

    Writes a disclosure of its own where the fields are not those of the row, or the row is gone. Raises as
    `disclose` does.
    """
    _told, fields, values = _projected(recipient, occasion, records, {})
    row = session.get(Disclosure, disclosure_id) if disclosure_id is not None else None
    if row is None or (row.unit, row.recipient, row.fields) != (occasion.unit, recipient, fields):
        return disclose(session, recipient, occasion, records)
    return Payload(row.id, values)


def note_ordered(
    session: Session, occasion: Occasion, fields: Sequence[str], instrument: str, at: datetime
) -> None:
    """Write that an authority was given fields by an instrument, which stands for an agreement."""
    row = {"unit": occasion.unit, "subject_id": occasion.subject_id, "recipient": AUTHORITY}
    why = {"purpose": occasion.purpose, "message": occasion.message, "agreement": instrument}
    session.execute(insert(Disclosure).values(at=at, fields=list(fields), **row, **why))


def _projected(
    recipient: str, occasion: Occasion, records: Sequence[object], extra: Mapping[str, object]
) -> tuple[Recipient, list[str], dict[str, object]]:
    """Return the recipient, the names of the fields it may get, and what it is told."""
    told = require_agreement(recipient)
    places.require(recipient)
    values: dict[str, object] = {}
    fields: list[str] = []
    for record in records:
        for name, value in _allowed(told, record, occasion.purpose):
            _put(values, name, value)
            fields.append(f"{register.kind_of(type(record)).name}.{name}")
    for name, value in extra.items():
        _check_rides_nothing(told, records, value)
        _put(values, name, value)
    return told, fields, values


def _allowed(told: Recipient, record: object, purpose: Purpose) -> Iterator[tuple[str, object]]:
    kind = register.kind_of(type(record))
    for field in kind.fields:
        value = getattr(record, field.name)
        if f"{kind.name}.{field.name}" in told.fields and value not in ("", (), None):
            if purpose not in kind.purposes:
                raise PurposeRefusedError(f"{kind.name} is not kept for this purpose: {purpose}.")
            yield field.name, value


def _put(values: dict[str, object], name: str, value: object) -> None:
    if name in values:
        raise ValueError(f"two things to tell are called {name}")
    values[name] = value


def _check_rides_nothing(told: Recipient, records: Sequence[object], value: object) -> None:
    """Refuse an extra that holds, as a part of it, a value that this recipient may not get."""
    text = str(value).casefold()
    for record in records:
        kind = register.kind_of(type(record))
        for field in kind.fields:
            if f"{kind.name}.{field.name}" in told.fields:
                continue
            for word in _words(getattr(record, field.name)):
                if len(word) >= _TELLING_CHARS and word.casefold() in text:
                    raise ValueError(f"{kind.name}.{field.name} is not for {told.name}")


def _words(value: object) -> list[str]:
    return [str(part) for part in value] if isinstance(value, tuple) else [str(value)]


def disclosed(
    session: Session, *, subject_id: UUID | None = None, unit: str | None = None
) -> list[Disclosure]:
    """Return who was told what about a person, a unit, or both, the newest first; nothing for neither."""
    if subject_id is None and unit is None:
        return []
    chosen = select(Disclosure).order_by(Disclosure.id.desc())
    if subject_id is not None:
        chosen = chosen.where(Disclosure.subject_id == subject_id)
    if unit is not None:
        chosen = chosen.where(Disclosure.unit == unit)
    return list(session.scalars(chosen))


def forget_subject(session: Session, subject_id: UUID) -> int:
    """Let go of whom disclosures were about, so that no two units share an id; return how many."""
    gone = update(Disclosure).where(Disclosure.subject_id == subject_id).values(subject_id=None)
    return len(session.execute(gone.returning(Disclosure.id)).all())
