"""Keeping every version of the notice that was ever in force."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel import clock
from oms.privacy.models import NoticeVersion
from oms.privacy.notice import queries


def keep_version(session: Session) -> bool:
    """Keep the notice as it is now, unless the newest one kept is the same; return whether it was new."""
    told = queries.content()
    name = queries.version_of(told)
    kept = queries.versions(session)
    if kept and kept[0].version == name:
        return False
    session.execute(insert(NoticeVersion).values(version=name, since=clock.now(), content=told))
    return True
