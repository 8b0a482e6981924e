"""Gates: who hands something over holds them open, who says no shuts them, and so waits for the wire.

A message goes to an outside party outside any transaction, so a no could commit between the last look at
what its reader wants and the last byte. Therefore the sender holds the gates of the reader's units (shared
advisory locks of Postgres) from before its last look until the party has answered; whoever writes a no shuts
those gates (exclusive, to the end of its transaction). The no commits when nothing is on the wire any more,
and whoever looks after that sees it. See ADR 0035.

No no waits longer than `HELD`: Postgres itself ends a sender's session that is silent for so long, whatever
its process does, and the sender writes nothing later than `WITHIN` after its look. A process that dies holds
nothing, as its session is gone.
"""

import logging
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from oms.kernel.db import reading
from oms.kernel.errors import UnavailableError

# Seconds after the last look: the last byte is written within, and Postgres lets go of the gates after.
WITHIN, HELD = 1.5, 2.0
# Any number of units takes few locks. That two people share a gate costs one of them a short wait.
_GATES = 1024
_FAMILY = 7_415_219  # one of our own among advisory locks of two numbers
_LATE = frozenset({"55P03", "57014"})  # lock_not_available, query_canceled (Postgres, appendix A)

_HOLD = text(
    "SELECT pg_advisory_lock_shared(:family, gate), set_config('idle_session_timeout', :held, false)"
    " FROM unnest(CAST(:gates AS integer[])) AS gate"
)
_LET_GO = text("SELECT pg_advisory_unlock_all(), set_config('idle_session_timeout', '0', false)")
_PASS = text(
    "SELECT pg_advisory_xact_lock_shared(:family, gate) FROM unnest(CAST(:gates AS integer[])) AS gate"
)
_SHUT = text("SELECT pg_advisory_xact_lock(:family, gate) FROM unnest(CAST(:gates AS integer[])) AS gate")

# What a gateway enters when it is connected and about to write: it raises where nothing may go any more.
Gate = Callable[[], AbstractContextManager[object]]


class UnwantedError(Exception):
    """Its reader does not want this any more: nothing was sent, and nobody is told of it."""


log = logging.getLogger(__name__)


@contextmanager
def held_open(units: Iterable[str]) -> Iterator[Session]:
    """Hold the gates of some units open, in no transaction; give a session for the last look.

    Look, then write to the outside party at once: nothing but reads belongs in here. Raises OperationalError
    while somebody's no is being written and does not end.
    """
    with reading() as session:
        try:
            session.execute(_HOLD, _of(units) | {"held": str(int(HELD * 1000))})
            yield session
        finally:
            _let_go(session)


def _let_go(session: Session) -> None:
    # Postgres ended a session that was held too long: it holds nothing any more.
    try:
        session.execute(_LET_GO)
    except DBAPIError:
        with suppress(DBAPIError):
            session.invalidate()


def pass_through(session: Session, units: Sequence[str]) -> None:
    """Hold the gates open to the end of a transaction, for what is handed over by its own commit."""
    if units:
        session.execute(_PASS, _of(units))


def shut(session: Session, units: Iterable[str]) -> None:
    """Shut the gates of some units to the end of a transaction; before it writes that they want no more.

    Waits for what is on the wire, for `HELD` at most. A no is never refused: where the gates do not shut, as
    somebody else is long about them, it is written all the same.
    """
    try:
        with session.begin_nested():
            session.execute(_SHUT, _of(units))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) not in _LATE:
            raise
        log.warning("a no did not wait any longer for what is being sent")


def _of(units: Iterable[str]) -> dict[str, object]:
    """Return the gates of some units, in one order for everybody."""
    return {"family": _FAMILY, "gates": sorted({zlib.crc32(unit.encode()) % _GATES for unit in units})}


def require_held(units: Iterable[str], held: Iterable[str]) -> None:
    """Raise UnavailableError where a person has units whose gates are not held, as they came since."""
    if set(units) - set(held):
        raise UnavailableError


def last_moment() -> float:
    """Return until when, by this process's monotonic clock, whoever looked just now may write."""
    return time.monotonic() + WITHIN
