"""How often somebody may try to sign in: progressive waits per account, per place and per both.

Nobody is locked out: a stranger's failures slow strangers down, not the place where the person signed in
before. Keys are keyed hashes that change daily; a row lives for two days.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, Index, case, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from oms.kernel import clock
from oms.kernel.db import Base
from oms.kernel.register import Life, columns

LIFE = timedelta(days=2)
_IPV4_HOME, _IPV6_HOME = 32, 64
_AREA = (16, 32)


class SignInBudget(Base):
    """What was tried under one key: how often since the last success, and when; how often well that day.

    Of an account also from how many places it was tried in vain.
    """

    __tablename__ = "sign_in_budgets"
    __columns__: ClassVar = columns("failures tried_at succeeded_at sort passed places", "key")
    __life__: ClassVar = Life("tried_at", LIFE.days)
    __table_args__ = (
        Index("ix_sign_in_budgets_tried", "tried_at", postgresql_where=text("sort <> 'place'")),
    )

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    tried_at: Mapped[datetime]
    succeeded_at: Mapped[datetime | None]
    sort: Mapped[str] = mapped_column(server_default="")
    passed: Mapped[int] = mapped_column(server_default="0")
    places: Mapped[int] = mapped_column(server_default="0")


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many free tries of a sort of key, then waits of 1, 2, 4 ... seconds up to `longest`."""

    sort: str
    free: int
    longest: int


PAIR = Allowance("pair", free=4, longest=900)
PLACE = Allowance("place", free=30, longest=900)
ACCOUNT = Allowance("account", free=20, longest=60)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The keys of one try: whose account, from which place, both, and both as of yesterday."""

    account: bytes
    place: bytes
    pair: bytes
    pair_yesterday: bytes

    @classmethod
    def of(cls, secret: str, account: str, address: str) -> "Attempt":
        """Return the keys of a try for an account (any name of it) from an internet address."""
        who, where, today = account.strip().casefold(), home_of(address), clock.today()
        return cls(
            _key(secret, today, "account", who),
            _key(secret, today, "place", where),
            _key(secret, today, "pair", who, where),
            _key(secret, today - timedelta(days=1), "pair", who, where),
        )


def home_of(address: str) -> str:
    """Return the network of an internet address that one household shares."""
    # One household holds a whole IPv6 /64, so that is the place (RFC 6177 section 2).
    return _network(address, _IPV4_HOME, _IPV6_HOME)


def area_of(address: str) -> str:
    """Return the part of the net that a provider has: /16 of IPv4, of IPv6 what one is allocated (a /32)."""
    return _network(address, *_AREA)


def _network(address: str, bits: int, bits6: int) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    ip = getattr(ip, "ipv4_mapped", None) or ip
    length = bits if ip.version == 4 else bits6  # noqa: PLR2004 - IPv4
    return str(ipaddress.ip_network((ip, length), strict=False))


def _key(secret: str, day: date, *parts: str) -> bytes:
    message = "\0".join(("sign-in budget", day.isoformat(), *parts)).encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).digest()


def take(session: Session, attempt: Attempt) -> int:
    """Count a try before it is judged; return 0, or the seconds to wait, and then nothing was counted.

    Commit before judging, so that a hundred tries at once are a hundred tries.
    """
    limits = {attempt.pair: PAIR, attempt.place: PLACE}
    if not _is_known_place(session, attempt):
        limits[attempt.account] = ACCOUNT
    wait = max(_seconds_left(session, key, limit) for key, limit in limits.items())
    if wait:
        return wait
    more = 0 if _is_tried(session, attempt.pair) else 1
    with session.begin_nested() as together:
        for key, limit in sorted(limits.items()):
            if not _count(session, key, limit, places=more if limit is ACCOUNT else 0):
                together.rollback()
                return 1
    return 0


def succeeded(session: Session, attempt: Attempt) -> None:
    """Forgive what an account failed before and remember the place; give the place its one try back."""
    now = clock.now()
    for key in (attempt.account, attempt.pair):
        session.execute(
            update(SignInBudget)
            .where(SignInBudget.key == key)
            .values(failures=0, succeeded_at=now, passed=SignInBudget.passed + 1, places=0)
        )
    session.execute(
        update(SignInBudget)
        .where(SignInBudget.key == attempt.place)
        .values(failures=func.greatest(SignInBudget.failures - 1, 0), passed=SignInBudget.passed + 1)
    )


def forget_old(session: Session) -> int:
    """Delete what is older than two days; return how many rows went."""
    gone = session.execute(
        delete(SignInBudget)
        .where(SignInBudget.tried_at < clock.now() - LIFE)
        .returning(SignInBudget.failures)
    )
    return len(gone.all())


def _is_known_place(session: Session, attempt: Attempt) -> bool:
    found = session.scalar(
        select(SignInBudget.key)
        .where(
            SignInBudget.key.in_([attempt.pair, attempt.pair_yesterday]),
            SignInBudget.succeeded_at.is_not(None),
        )
        .limit(1)
    )
    return found is not None


def _wait(limit: Allowance) -> ColumnElement[float]:
    over = SignInBudget.failures - limit.free
    # The exponent is capped, so that a number of many digits is never made.
    seconds = func.least(func.power(2, func.least(over, 12)), limit.longest)
    return case((over >= 0, seconds), else_=0)


def _seconds_left(session: Session, key: bytes, limit: Allowance) -> int:
    row = session.execute(
        select(SignInBudget.tried_at, _wait(limit).label("wait")).where(SignInBudget.key == key)
    ).one_or_none()
    if row is None:
        return 0
    left = (row.tried_at + timedelta(seconds=float(row.wait)) - clock.now()).total_seconds()
    return max(0, -int(-left // 1))


def _is_tried(session: Session, key: bytes) -> bool:
    return session.scalar(select(SignInBudget.key).where(SignInBudget.key == key)) is not None


def _count(session: Session, key: bytes, limit: Allowance, *, places: int) -> bool:
    now = clock.now()
    counted = session.scalar(
        insert(SignInBudget)
        .values(key=key, failures=1, tried_at=now, sort=limit.sort, places=places)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "failures": SignInBudget.failures + 1,
                "tried_at": now,
                "places": SignInBudget.places + places,
            },
            where=SignInBudget.tried_at + func.make_interval(0, 0, 0, 0, 0, 0, _wait(limit)) <= now,
        )
        .returning(SignInBudget.failures)
    )
    return counted is not None
