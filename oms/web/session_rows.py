"""The rows behind sessions: whose they are, how long they live, listing and ending them. No Flask here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Identity, Index, LargeBinary, Text, bindparam, cast, delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from oms.kernel import clock, ids
from oms.kernel.db import Base
from oms.kernel.register import Life, columns

# The first name found decides: Edge and Chrome both say Chrome, and all say Mozilla.
_FAMILIES = (("Firefox/", "Firefox"), ("Edg/", "Edge"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"))
_MORE_SYSTEMS = (("Mac OS X", "macOS"), ("Linux", "Linux"))


class WebSession(Base):
    """One browser's session: the hash of its id, whose it is (`buyer:7`), and what it remembers."""

    __tablename__ = "web_sessions"
    __columns__: ClassVar = columns("id app agent begun_at last_seen_at expires_at", "token_hash person data")
    __life__: ClassVar = Life("expires_at")
    __table_args__ = (
        Index("ix_web_sessions_person", "person", postgresql_where=text("person <> ''")),
        Index("ix_web_sessions_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    app: Mapped[str]
    person: Mapped[str] = mapped_column(server_default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    agent: Mapped[str] = mapped_column(server_default="")
    begun_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long sessions of an application live: unused, in all, and while they hold nothing yet."""

    idle: timedelta
    absolute: timedelta
    empty: timedelta
    outlives_browser: bool

    def end(self, begun: datetime, seen: datetime, *, is_empty: bool) -> datetime:
        """Return when a session ends that began and was last seen at these moments."""
        return min(seen + (self.empty if is_empty else self.idle), begun + self.absolute)


STORE = Lifetime(timedelta(days=30), timedelta(days=365), timedelta(hours=2), outlives_browser=True)
DESK = Lifetime(timedelta(minutes=30), timedelta(hours=12), timedelta(minutes=30), outlives_browser=False)


def family(agent: str) -> str:
    """Return a coarse name for a browser, such as `Firefox on Linux`; versions would be a fingerprint."""
    browser = next((name for mark, name in _FAMILIES if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS + _MORE_SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


# Put together once: every page that is not kept runs it.
_LIVE = select(WebSession).where(
    WebSession.token_hash == bindparam("token"),
    WebSession.app == bindparam("app"),
    WebSession.expires_at > bindparam("now"),
)


def live(session: Session, token: str, app: str) -> WebSession | None:
    """Return the session that a cookie names, or None where it never was, has ended or ran out."""
    return session.scalar(_LIVE, {"token": ids.token_hash(token), "app": app, "now": clock.now()})


def amend(
    session: Session, row_id: int, changed: dict[str, Any], removed: list[str], **values: object
) -> None:
    """Write what one answer changed, key by key, so that two answers at once do not undo each other."""
    kept = WebSession.data.op("-")(cast(removed, ARRAY(Text)))
    merged = kept.op("||")(cast(changed, JSONB))
    session.execute(
        update(WebSession)
        .where(WebSession.id == row_id)
        .values(data=merged, **values)
        .execution_options(synchronize_session=False)
    )


def sessions_of(session: Session, person: str) -> list[WebSession]:
    """Return the living sessions of a person such as `buyer:7`, the one used last first."""
    return list(
        session.scalars(
            select(WebSession)
            .where(WebSession.person == person, WebSession.person != "", WebSession.expires_at > clock.now())
            .order_by(WebSession.last_seen_at.desc(), WebSession.id.desc())
        )
    )


def end(session: Session, person: str, session_id: int) -> bool:
    """End one session of a person; False, and nothing changes, where the person has no such session."""
    return bool(
        session.execute(
            delete(WebSession)
            .where(WebSession.id == session_id, WebSession.person == person)
            .returning(WebSession.id)
        ).all()
    )


def end_all(session: Session, person: str, *, but: int = 0) -> int:
    """End every session of a person, except perhaps the one they sit at; return how many ended."""
    ended = session.execute(
        delete(WebSession)
        .where(WebSession.person == person, WebSession.person != "", WebSession.id != but)
        .returning(WebSession.id)
    )
    return len(ended.all())


def end_about(session: Session, *words: str) -> int:
    """End every session that remembers one of these names of things, such as an order's number."""
    told = cast(WebSession.data, Text)
    ended = delete(WebSession).where(or_(*(told.contains(word, autoescape=True) for word in words)))
    return len(session.execute(ended.returning(WebSession.id)).all())


def sweep(session: Session) -> int:
    """Delete the sessions that ran out; return how many there were."""
    gone = delete(WebSession).where(WebSession.expires_at <= clock.now()).returning(WebSession.id)
    return len(session.execute(gone).all())
