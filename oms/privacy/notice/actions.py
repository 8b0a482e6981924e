"""Keeping every version of the notice; what reaches further is announced 30 days before it holds."""

from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, outbox
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError
from oms.privacy.models import NoticeVersion
from oms.privacy.notice import queries
from oms.privacy.notice.queries import Content, Texts

# Between the announcement of a material change and its first day.
AHEAD = timedelta(days=30)


def keep_version(session: Session) -> bool:
    """Keep the notice as the program tells it now; return whether it differed from the newest one."""
    last = queries.newest(session)
    told = queries.content(queries.texts_of(last.content) if last else None)
    if last is not None and last.version == queries.version_of(told):
        return False
    _keep(session, told, last, is_material=False)
    return True


def publish(session: Session, texts: Texts, *, is_material: bool, by: Actor) -> NoticeVersion:
    """Keep a version with the merchant's own words by language and part; announced first if material.

    Raises BadInputError when nothing differs, and then nothing is written.
    """
    last = queries.newest(session)
    told = queries.content({lang: parts for lang, parts in texts.items() if any(parts.values())})
    if last is not None and last.version == queries.version_of(told):
        raise BadInputError("Nothing differs from the version before.")
    kept = _keep(session, told, last, is_material=is_material)
    audit.record(session, by, "notice.publish", f"notice:{kept.version}")
    return kept


def _keep(session: Session, told: Content, last: NoticeVersion | None, *, is_material: bool) -> NoticeVersion:
    """Write a version; it holds at once, or 30 days after it reaches further than the one in force."""
    now = clock.now()
    held = queries.in_force(session)
    waiting = last if last is not None and last.since > now else None
    reaches = held is not None and (is_material or _is_material(held, told))
    is_new = waiting is None or is_material or _is_material(waiting, told)
    since = (now + AHEAD if is_new or waiting is None else waiting.since) if reaches else now
    made = insert(NoticeVersion).values(
        version=queries.version_of(told), changed_at=now, since=since, is_material=reaches, content=told
    )
    number = session.scalars(made.returning(NoticeVersion.id)).one()
    if reaches and is_new:
        outbox.say(session, "notice.announced", version=number, after="-")
    return session.get_one(NoticeVersion, number)


def _is_material(before: NoticeVersion, told: Content) -> bool:
    return any(found.is_material for found in queries.differences(before.content, told))
