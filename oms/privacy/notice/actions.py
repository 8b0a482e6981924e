"""Keeping every version of the notice; what reaches further is announced 30 days before it holds."""

from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, outbox
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError
from oms.privacy.models import NoticeVersion
from oms.privacy.notice import claims, queries
from oms.privacy.notice.queries import Content, Texts

# Between the announcement of a material change and its first day.
AHEAD = timedelta(days=30)


def keep_version(session: Session) -> bool:
    """Keep the notice as the program tells it now; return whether it differed from the newest one."""
    last = queries.newest(session)
    told = queries.content(queries.texts_of(last.content) if last else None)
    if last is not None and last.version == queries.version_of(told):
        return False
    _keep(session, told, is_material=False)
    return True


def publish(session: Session, texts: Texts, *, is_material: bool, by: Actor) -> NoticeVersion:
    """Keep a version with the merchant's own words by language and part; announced first if material.

    Raises BadInputError when nothing differs, or for words that claim what no certificate says; then nothing
    is written.
    """
    claims.require(session, texts)
    last = queries.newest(session)
    told = queries.content({lang: parts for lang, parts in texts.items() if any(parts.values())})
    if last is not None and last.version == queries.version_of(told):
        raise BadInputError("Nothing differs from the version before.")
    kept = _keep(session, told, is_material=is_material)
    audit.record(session, by, "notice.publish", f"notice:{kept.version}")
    return kept


def since(session: Session, told: Content, *, is_material: bool, at: datetime | None = None) -> datetime:
    """Return from when on a version would hold: now, or in 30 days; a change that waits keeps its day."""
    now = at or clock.now()
    held, last = queries.in_force(session), queries.waiting(session)
    if held is None:
        return now
    if not (is_material or _is_material(held, told) or _brings_words(held, last, told)):
        return now
    if last is not None and not (is_material or _is_material(last, told)):
        return last.since
    return now + AHEAD


def _brings_words(held: NoticeVersion, last: NoticeVersion | None, told: Content) -> bool:
    """Say whether a version would bring other words into force while words still wait for their day."""
    now = queries.texts_of(held.content)
    return last is not None and queries.texts_of(last.content) != now != queries.texts_of(told)


def _keep(session: Session, told: Content, *, is_material: bool) -> NoticeVersion:
    """Write a version; it holds at once, or 30 days after it reaches further than the one in force."""
    now = clock.now()
    begins = since(session, told, is_material=is_material, at=now)
    reaches = begins > now
    waiting = queries.waiting(session)
    is_new = reaches and (waiting is None or waiting.since != begins)
    made = insert(NoticeVersion).values(
        version=queries.version_of(told), changed_at=now, since=begins, is_material=reaches, content=told
    )
    number = session.scalars(made.returning(NoticeVersion.id)).one()
    if is_new:
        outbox.say(session, "notice.announced", version=number, after="-")
    return session.get_one(NoticeVersion, number)


def _is_material(before: NoticeVersion, told: Content) -> bool:
    return any(found.is_material for found in queries.differences(before.content, told))
