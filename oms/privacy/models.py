"""Requests about one's own data. What a finished one keeps names nobody and no order: kinds, counts, days."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, String, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.audit import Actor
from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.privacy.states import REQUEST, Because, RequestKind, RequestState, Source, Way


class PrivacyRequest(Base):
    """What somebody asks about their data. `ref` is the random word of its page; it opens nothing personal.

    `contact_unit` is where the mailbox and the words lie sealed until it is answered; empty from the screens.
    """

    __tablename__ = "privacy_requests"
    __columns__: ClassVar = columns(
        "id number kind source state way market language regime received_at target_by answer_by legal_by"
        " answered_at settled_at certificate tries because",
        "ref certificate_unit contact_unit",
    )
    # What was asked and answered is shown for two years (11 CCR 7101); it names nobody and no order.
    __life__: ClassVar = Life("settled_at", 730)
    __table_args__ = (
        Index(
            "ix_privacy_requests_open",
            "answer_by",
            postgresql_where=text("state IN ('received', 'verified', 'in_progress')"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    ref: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[RequestKind] = mapped_column(default=RequestKind.ERASURE, server_default="erasure")
    source: Mapped[Source] = mapped_column(default=Source.SCREEN, server_default="screen")
    state: Mapped[RequestState]
    way: Mapped[Way]
    market: Mapped[str]
    language: Mapped[str]
    received_at: Mapped[datetime]
    regime: Mapped[str]
    target_by: Mapped[date]
    answer_by: Mapped[date]
    legal_by: Mapped[date]
    answered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    certificate_unit: Mapped[str] = mapped_column(server_default="")
    contact_unit: Mapped[str] = mapped_column(default="", server_default="")
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    because: Mapped[Because | None]

    def become(self, state: RequestState, at: datetime, *, by: Actor, why: str) -> "RequestEvent":
        """Move along the table of requests; return the history row. Raises IllegalMoveError."""
        REQUEST.check(self.state, state)
        self.state = state
        if REQUEST.is_final(state):
            self.settled_at = at
            self.answered_at = self.answered_at or at
        return RequestEvent(request_id=self.id, state=state, at=at, by_kind=by.kind, why=why)


class RequestEvent(Base):
    """One move of a request, dated: which kind of person moved it, and why; never their words."""

    __tablename__ = "privacy_request_events"
    __columns__: ClassVar = columns("id request_id state at by_kind why")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("privacy_requests.id"), index=True)
    state: Mapped[RequestState]
    at: Mapped[datetime]
    by_kind: Mapped[str]
    why: Mapped[str]


class RequestUnit(Base):
    """One unit that a request is about, while it is under way; these rows go when it is done.

    Kinds, fields and recipients are noted before the keys are destroyed: afterwards nobody can say them.
    """

    __tablename__ = "privacy_request_units"
    __columns__: ClassVar = columns("was_open kinds fields recipients gone_at", "request_id unit subject_id")

    request_id: Mapped[int] = mapped_column(ForeignKey("privacy_requests.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID | None]
    was_open: Mapped[bool]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    fields: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    recipients: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    gone_at: Mapped[datetime | None]


class Telling(Base):
    """A recipient that is to be told to forget somebody too; whom it is about is in its own records.

    `refs` are our names of what it knows, as `carrier:reference`, until it has answered.
    """

    __tablename__ = "privacy_tellings"
    __columns__: ClassVar = columns(
        "request_id recipient asked_at not_before told_at acknowledged_at acknowledgment", "refs"
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("privacy_requests.id"), primary_key=True)
    recipient: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    refs: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    told_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledgment: Mapped[str] = mapped_column(server_default="")


class Clearing(Base):
    """One clearing of the stores' files of what had been deleted before it began."""

    __tablename__ = "clearings"
    __columns__: ClassVar = columns("id begun_at ended_at has_log")
    __life__: ClassVar = Life("ended_at", 400)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    has_log: Mapped[bool]


class NoticeVersion(Base):
    """One version of the privacy notice, whole: written once, changed on a day, in force since another."""

    __tablename__ = "notice_versions"
    __columns__: ClassVar = columns("id version changed_at since is_material content")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    version: Mapped[str] = mapped_column(index=True)
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    since: Mapped[datetime]
    is_material: Mapped[bool] = mapped_column(server_default="false")
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
