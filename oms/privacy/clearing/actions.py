"""Clearing the files of the stores of what was deleted: dead rows, statistics, log, append-only file.

A deleted row stays in its page, in the planner's samples and in the write-ahead log until something takes it
out. What lies there is sealed, and its key is destroyed; but the keyring's own pages held that key.
"""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from oms.kernel import clock, db, jobs
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.privacy.clearing import queries
from oms.privacy.models import Clearing

# The hours of the shop in which nobody minds a table that is locked for a moment.
NIGHT = range(1, 5)
_LONGEST = timedelta(hours=30)
_SHORTEST = timedelta(hours=12)
_TABLES = text(
    "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
    " WHERE schemaname IN ('personal', 'public') ORDER BY 1"
)
# Deleted rows of these held something of people, or their keys; the others hold commerce.
_REWRITTEN = frozenset(
    {
        *("personal.sealed", "personal.blind_indexes", "public.web_sessions", "public.mailbox_challenges"),
        *("public.sign_ins", "public.sign_in_alerts"),
        *("public.audit_details", "public.disclosures", "public.outbox_messages"),
        *("public.privacy_requests", "public.privacy_request_units", "public.privacy_wishes"),
    }
)
log = logging.getLogger(__name__)


def clear_if_due(settings: Settings) -> bool:
    """Clear once a night, or at any hour when a night was missed; return whether it was done.

    A new shop waits for its first night.
    """
    now = clock.now()
    with reading() as session:
        found = queries.last(session)
    since = now - found.begun_at if found else _SHORTEST
    is_night = now.astimezone(ZoneInfo(settings.shop_time_zone)).hour in NIGHT
    if since < _SHORTEST or not (is_night or since >= _LONGEST):
        return False
    clear(settings)
    return True


def clear(settings: Settings) -> Clearing:
    """Clear the files of both databases and of the queue, and write down that it was done.

    Opens connections of its own: never call it inside a transaction. What a server does not let us do is in
    the log, and `has_log` of the result says whether both logs were cut.
    """
    begun = clock.now()
    shop, keyring = db.engine(Role.MIGRATE), db.keyring_engine(Role.MIGRATE)
    logs = [_clear(shop, all_tables=False), _clear(keyring, all_tables=True)]
    jobs.rewrite_queue(settings.redis_url)
    return _note(begun, has_log=all(logs))


def _clear(engine: Engine, *, all_tables: bool) -> bool:
    with db.upkeep(engine) as connection:
        for name in connection.scalars(_TABLES).all():
            # A whole new file without what was deleted; a plain VACUUM leaves the bytes of tuples in place.
            how = "FULL, ANALYZE" if all_tables or name in _REWRITTEN else "ANALYZE"
            connection.execute(text(f"VACUUM ({how}) {name}"))
        connection.execute(text("VACUUM (FULL) pg_catalog.pg_statistic"))
        return _cut_log(connection)


def _cut_log(connection: Connection) -> bool:
    """Begin a new segment of the write-ahead log, and let the server remove those before it."""
    try:
        for _again in range(2):  # the second checkpoint lets go of the segment of the first
            connection.execute(text("SELECT pg_switch_wal()"))
            connection.execute(text("CHECKPOINT"))
    except DBAPIError as error:
        log.warning("the log was not cut: %s", getattr(error.orig, "sqlstate", "") or "refused")
        return False
    return True


def _note(begun: datetime, *, has_log: bool) -> Clearing:
    with transaction() as session:
        done = Clearing(begun_at=begun, ended_at=clock.now(), has_log=has_log)
        session.add(done)
    return done
