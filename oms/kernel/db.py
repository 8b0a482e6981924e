"""The database: one Base, six roles, and the only place that commits."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Any, ClassVar, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, Connection, DateTime, Engine, Enum, MetaData, Uuid, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from oms.kernel.errors import OvertakenError, UnavailableError

P = ParamSpec("P")
T = TypeVar("T")


class Role(StrEnum):
    """The database roles: each handler, and each process, declares its own.

    `blind` has no right on schema `personal` nor on what knows people; `audit` only adds, to the trail alone;
    `keys` is the keyring's, and nobody else gets in there; `migrate` owns the tables of both.
    """

    WEB = "web"
    WORKER = "worker"
    BLIND = "blind"
    AUDIT = "audit"
    KEYS = "keys"
    MIGRATE = "migrate"


class Base(DeclarativeBase):
    """The parent of every mapped class: integers are 64 bits, moments are aware, constraints have names."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[Mapping[Any, Any]] = {
        int: BigInteger,
        datetime: DateTime(timezone=True),
        UUID: Uuid(as_uuid=True),
        # States are stored as their words, so that a row can be read and a new state needs no migration.
        StrEnum: Enum(
            StrEnum, native_enum=False, length=40, values_callable=lambda kind: [m.value for m in kind]
        ),
    }


class KeyringBase(DeclarativeBase):
    """The parent of the mapped classes that live in the keyring, another database."""

    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    type_annotation_map: ClassVar[Mapping[Any, Any]] = Base.type_annotation_map


# Milliseconds. A shopper waits for at most this long; a job may take its time.
_TIMEOUTS = {
    Role.WEB: (5_000, 2_500, 10_000),
    Role.WORKER: (60_000, 5_000, 60_000),
    Role.BLIND: (60_000, 5_000, 60_000),
    Role.AUDIT: (60_000, 5_000, 60_000),
    Role.KEYS: (5_000, 2_500, 10_000),
    Role.MIGRATE: (600_000, 5_000, 600_000),
}
_RETRYABLE = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected (Postgres, appendix A)
_TRIES = 3
# Being overtaken means that somebody else got on: a fresh look costs little and soon tells the truth.
_TRIES_OVERTAKEN = 6

_urls: dict[str, str] = {}
_logins: dict[str, str] = {}
_engines: dict[str, Engine] = {}
_role: ContextVar[Role | None] = ContextVar("database_role", default=None)
_process_role: list[Role] = [Role.WEB]
_open: ContextVar[int] = ContextVar("open_transactions", default=0)


class OpenTransactionError(RuntimeError):
    """An outside party was to be called while a transaction was open: a fault in our code, never a user's."""


def configure(
    database_url: str, keyring_url: str, *, role: Role = Role.WEB, logins: Mapping[str, str] | None = None
) -> None:
    """Name the two databases by their owner's addresses, this process's own role, and the roles' own logins.

    A role without a login of its own is put on by the signed-in owner, and could be put off again; with its
    login the owner's address may be empty. Connections to other addresses than these are closed.
    """
    named, own = {"database": database_url, "keyring": keyring_url}, dict(logins or {})
    if (named, own) != (_urls, _logins):
        close()
    _urls.update(named)
    _logins.clear()
    _logins.update(own)
    _process_role[0] = role


def close() -> None:
    """Close every pooled connection (after a fork, at the end, or when a test changes databases)."""
    for engine in _engines.values():
        engine.dispose()
    _engines.clear()


def engine(role: Role | None = None) -> Engine:
    """Return the engine that acts as a role; `None` is the role of the running handler or process."""
    chosen = role or current_role()
    return _engine(f"database:{chosen}", "database", chosen)


def keyring_engine(role: Role = Role.KEYS) -> Engine:
    """Return the engine of the keyring; only the vault asks for it, and as its owner those who keep it up."""
    return _engine(f"keyring:{role}", "keyring", role)


def _engine(name: str, database: str, role: Role) -> Engine:
    if name not in _engines:
        url = _logins.get(role) or _urls.get(database)
        if not url:
            raise UnavailableError(f"No {database} is configured for role {role}.")
        _engines[name] = _connectable(url, role)
    return _engines[name]


def _connectable(url: str, role: Role) -> Engine:
    statement, lock, idle = _TIMEOUTS[role]
    options = [
        f"-c statement_timeout={statement}",
        f"-c lock_timeout={lock}",
        f"-c idle_in_transaction_session_timeout={idle}",
        "-c timezone=UTC",
    ]
    if role is not Role.MIGRATE:
        options.append(f"-c role=counterfoil_{role}")
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args={
            "options": " ".join(options),
            "connect_timeout": 5,
            "application_name": f"counterfoil-{role}",
        },
        hide_parameters=True,
        pool_size=4,
        max_overflow=4,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_recycle=1800,
    )


def current_role() -> Role:
    """Return the role that acts when none is named."""
    return _role.get() or _process_role[0]


@contextmanager
def acting_as(role: Role) -> Iterator[None]:
    """Make a role the default for the code inside; a handler runs inside its declared one."""
    token = _role.set(role)
    try:
        yield
    finally:
        _role.reset(token)


@contextmanager
def transaction(role: Role | None = None) -> Iterator[Session]:
    """Give a session whose work is kept whole at the end of the block, or not at all when it raises."""
    with _kept(engine(role)) as session:
        yield session


@contextmanager
def keyring_transaction() -> Iterator[Session]:
    """Do the same over the keyring: before a business transaction opens, never under its row locks."""
    with _kept(keyring_engine()) as session:
        yield session


@contextmanager
def _kept(connectable: Engine) -> Iterator[Session]:
    # Counted, not set: a keyring transaction may stand inside a business one.
    _open.set(_open.get() + 1)
    try:
        with Session(connectable, expire_on_commit=False) as session:
            yield session
            session.commit()
    finally:
        _open.set(_open.get() - 1)


def require_none_open(whom: str) -> None:
    """Raise OpenTransactionError while the caller has a transaction open; every gateway asks this first.

    Locks would wait for a stranger, and what was told outside could not be taken back with our own rows.
    """
    if _open.get():
        raise OpenTransactionError(f"{whom} may not be called while a transaction is open: commit first.")


@contextmanager
def reading(role: Role | None = None) -> Iterator[Session]:
    """Give a session for reads only: each statement stands alone, which saves two round trips."""
    with Session(engine(role).execution_options(isolation_level="AUTOCOMMIT"), autoflush=False) as session:
        yield session


@contextmanager
def standing_alone(role: Role | None = None) -> Iterator[Session]:
    """Give a session for one statement, whole by itself and kept at once: no commit comes after it."""
    with reading(role) as session:
        yield session


@contextmanager
def keyring_reading() -> Iterator[Session]:
    """Do the same over the keyring."""
    with Session(
        keyring_engine().execution_options(isolation_level="AUTOCOMMIT"), autoflush=False
    ) as session:
        yield session


@contextmanager
def upkeep(connectable: Engine) -> Iterator[Connection]:
    """Give a connection outside the pool for work on whole tables: each statement alone, no time limit.

    It waits for at most ten seconds for a lock, as others wait behind it.
    """
    with connectable.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET lock_timeout = '10s'"))
        yield connection


def retry_conflicts(action: Callable[P, T]) -> Callable[P, T]:
    """Run again, with jitter, what was thrown out whole.

    At most 3 times what a deadlock or serialization failure threw out, 6 times what somebody was faster at.
    """

    @wraps(action)
    def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, _TRIES_OVERTAKEN + 1):
            try:
                return action(*args, **kwargs)
            except (OperationalError, OvertakenError) as error:
                if attempt >= _tries(error):
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, no secret
        raise UnavailableError

    return again


def _tries(error: OperationalError | OvertakenError) -> int:
    if isinstance(error, OvertakenError):
        return _TRIES_OVERTAKEN
    return _TRIES if getattr(error.orig, "sqlstate", None) in _RETRYABLE else 1
