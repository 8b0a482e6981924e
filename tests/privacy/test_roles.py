"""Every database role signs in for itself and may do its own work alone (001-20, 001-22)."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from migrations.run import upgrade
from oms import cli
from oms.kernel import db
from oms.kernel.config import LOGINS, Settings
from oms.kernel.db import Role, keyring_engine
from oms.kernel.errors import UnavailableError
from oms.local.logins import login_settings, not_for_web, own_logins
from oms.local.services import Services
from oms.web import doctor
from storefront.app import create_store
from tests.stores import fresh_database

DENIED = "42501"  # insufficient_privilege (Postgres, appendix A)
# Who says what; each is refused with the same state.
FORBIDDEN: tuple[tuple[Role, str], ...] = (
    # Stock, sourcing and reports never learn who somebody is.
    (Role.BLIND, "SELECT 1 FROM personal.sealed"),
    (Role.BLIND, "SELECT 1 FROM personal.blind_indexes"),
    (Role.BLIND, "DELETE FROM personal.sealed"),
    (Role.BLIND, "CREATE TABLE personal.copy (a text)"),
    (Role.BLIND, "SELECT data FROM web_sessions"),
    (Role.BLIND, "SELECT person FROM web_sessions"),
    (Role.BLIND, "SELECT * FROM buyers"),
    (Role.BLIND, "SELECT password_hash FROM buyers"),
    (Role.BLIND, "SELECT * FROM staff"),
    (Role.BLIND, "SELECT code_hash FROM staff_recovery_codes"),
    (Role.BLIND, "SELECT reason FROM audit_details"),
    (Role.BLIND, "SELECT subject_id FROM privacy_request_units"),
    (Role.BLIND, "UPDATE staff SET state = 'active'"),
    (Role.BLIND, "SET ROLE counterfoil_web"),
    # What answers strangers and what works behind it change rows, never the tables or the trail.
    (Role.WEB, "DROP TABLE orders"),
    (Role.WEB, "ALTER TABLE orders ADD COLUMN email text"),
    (Role.WEB, "CREATE TABLE public.copy (a text)"),
    (Role.WEB, "CREATE TEMPORARY TABLE copy (a text)"),
    (Role.WEB, "TRUNCATE orders CASCADE"),
    (Role.WEB, "UPDATE audit_entries SET verb = ''"),
    (Role.WEB, "DELETE FROM audit_entries"),
    (Role.WEB, "INSERT INTO audit_links (position, entry_id, hash) VALUES (1, 1, '')"),
    (Role.WEB, "DELETE FROM disclosures"),
    (Role.WEB, "UPDATE disclosures SET recipient = ''"),
    (Role.WEB, "UPDATE alembic_version SET version_num = ''"),
    (Role.WEB, "COPY orders TO PROGRAM 'cat'"),
    (Role.WEB, "SELECT pg_read_file('/etc/passwd')"),
    (Role.WEB, "SET ROLE counterfoil_worker"),
    (Role.WEB, "SET ROLE postgres"),
    (Role.WEB, "ALTER ROLE counterfoil_web SUPERUSER"),
    (Role.WORKER, "DROP SCHEMA personal CASCADE"),
    (Role.WORKER, "ALTER TABLE personal.sealed DISABLE TRIGGER ALL"),
    (Role.WORKER, "UPDATE audit_links SET hash = ''"),
    (Role.WORKER, "INSERT INTO audit_links (position, entry_id, hash) VALUES (1, 1, '')"),
    (Role.WORKER, "CREATE ROLE helper"),
    (Role.WORKER, "GRANT counterfoil_worker TO counterfoil_blind"),
    (Role.WORKER, "SET ROLE counterfoil_audit"),
    # The trail's own role adds to it; it takes nothing back and knows nothing else.
    (Role.AUDIT, "UPDATE audit_entries SET verb = ''"),
    (Role.AUDIT, "DELETE FROM audit_entries"),
    (Role.AUDIT, "UPDATE audit_links SET hash = ''"),
    (Role.AUDIT, "DELETE FROM audit_links"),
    (Role.AUDIT, "TRUNCATE audit_links"),
    (Role.AUDIT, "SELECT reason FROM audit_details"),
    (Role.AUDIT, "SELECT 1 FROM orders"),
    (Role.AUDIT, "SELECT 1 FROM personal.sealed"),
    (Role.AUDIT, "INSERT INTO outbox_messages (topic, payload) VALUES ('a', '{}')"),
    # The keyring's role uses keys; it cannot change the book they are in.
    (Role.KEYS, "DROP TABLE keys"),
    (Role.KEYS, "TRUNCATE keys"),
    (Role.KEYS, "ALTER TABLE keys ADD COLUMN clear bytea"),
    (Role.KEYS, "CREATE TABLE public.copy (a bytea)"),
    (Role.KEYS, "UPDATE alembic_version SET version_num = ''"),
    (Role.KEYS, "SET ROLE counterfoil_web"),
)


def signed_in(role: Role) -> db.Engine:
    """Return the engine of a role's own login."""
    return keyring_engine() if role is Role.KEYS else db.engine(role)


def answered(role: Role, statement: str) -> str:
    """Return the state with which a role's own login is refused a statement; nothing where it is not."""
    with signed_in(role).connect() as connection:
        try:
            connection.execute(text(statement))
        except ProgrammingError as refused:
            return str(getattr(refused.orig, "sqlstate", None))
    return ""


@pytest.mark.usefixtures("shop")
def test_each_forbidden_statement_of_each_role_is_refused(measured: Callable[..., None]) -> None:
    answers = {(role, statement): answered(role, statement) for role, statement in FORBIDDEN}
    assert {said: state for said, state in answers.items() if state != DENIED} == {}
    refused = len(answers)
    measured("B38", f"{refused} of {len(FORBIDDEN)} forbidden statements refused", passed=refused >= 40)


@pytest.mark.usefixtures("shop")
def test_each_role_signs_in_by_a_login_of_its_own_and_stays_who_it_is() -> None:
    for role in (Role.WEB, Role.WORKER, Role.BLIND, Role.AUDIT, Role.KEYS):
        with signed_in(role).connect() as connection:
            connection.execute(text("RESET ROLE"))
            who = connection.execute(text("SELECT session_user, current_user")).one()
        assert who == (f"counterfoil_{role}", f"counterfoil_{role}")


@pytest.mark.parametrize("role", [Role.WEB, Role.WORKER, Role.BLIND, Role.AUDIT])
def test_no_role_of_the_shop_gets_into_the_keyring(databases: tuple[str, str], role: Role) -> None:
    urls = own_logins(databases[1], databases[0])
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(urls[role])
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(urls["keys"])


def test_what_the_web_server_knows_lets_nobody_be_the_owner(settings: Settings) -> None:
    known = {"DATABASE_URL": "a", "KEYRING_URL": "b", "SECRET_KEY": "c"}
    known |= {LOGINS[role]: url for role, url in settings.logins.items()}
    told = set(known) - not_for_web(known)
    assert told == {
        "SECRET_KEY",
        "DATABASE_URL_WEB",
        "DATABASE_URL_WORKER",
        "DATABASE_URL_BLIND",
        "DATABASE_URL_AUDIT",
        "KEYRING_URL_KEYS",
    }
    assert not_for_web({"DATABASE_URL": "a"}) == frozenset()

    db.configure("", "", logins=settings.logins)
    with pytest.raises(UnavailableError, match="No database is configured for role migrate"):
        db.engine(Role.MIGRATE)
    with pytest.raises(UnavailableError):
        keyring_engine(Role.MIGRATE)


def test_addresses_that_are_not_embedded_are_nobodys_to_change() -> None:
    assert login_settings("postgresql://me@db.example/shop", "postgresql://postgres@/keyring?host=a") == {}


@pytest.fixture
def plain_owner(running: Services) -> Iterator[tuple[str, str]]:
    """Give two empty databases owned by somebody who is no superuser, as providers of Postgres have it."""
    names = ("test_plain_shop", "test_plain_keyring")
    urls = [fresh_database(running, name) for name in names]
    with psycopg.connect(running.url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'test_owner'").fetchone():
            connection.execute("CREATE ROLE test_owner LOGIN CREATEROLE")
        for role in LOGINS:
            connection.execute(f"GRANT counterfoil_{role} TO test_owner WITH ADMIN OPTION")
        for name in names:
            connection.execute(f"ALTER DATABASE {name} OWNER TO test_owner")
    for url in urls:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SCHEMA public OWNER TO test_owner")
    yield tuple(url.replace("//postgres@", "//test_owner@", 1) for url in urls)  # type: ignore[misc]
    for name in names:
        fresh_database(running, name)


def test_an_owner_without_other_powers_makes_roles_that_sign_in_with_their_passwords(
    databases: tuple[str, str], plain_owner: tuple[str, str]
) -> None:
    logins = own_logins(*databases)
    with_password = make_url(logins["audit"]).set(password="a b'c").render_as_string(hide_password=False)
    try:
        upgrade(*plain_owner, logins={**logins, "audit": with_password})
        upgrade(*plain_owner)
        with psycopg.connect(databases[0]) as connection:
            kept = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'counterfoil_audit'")
            assert str(kept.fetchone()).startswith("('SCRAM-SHA-256$")
        engine = create_engine(make_url(plain_owner[0]).set(drivername="postgresql+psycopg"))
        for statement in ("COPY orders TO PROGRAM 'cat'", "SELECT rolpassword FROM pg_authid"):
            with pytest.raises(ProgrammingError, match="permission denied"), engine.connect() as connection:
                connection.execute(text(statement))
        engine.dispose()
    finally:
        with psycopg.connect(databases[0], autocommit=True) as connection:
            connection.execute("ALTER ROLE counterfoil_audit PASSWORD NULL")


@pytest.mark.usefixtures("shop")
def test_a_role_that_can_become_the_owner_is_told_by_the_doctor(
    settings: Settings, databases: tuple[str, str]
) -> None:
    name = "Every database role signs in by a login of its own"
    assert told(settings, name) == "yes"
    db.configure(*databases, logins={"keys": settings.logins["keys"]})
    assert told(settings, name) == "no: web, blind, audit signed in as the owner"


def told(settings: Settings, name: str) -> str:
    """Return the figure of one check."""
    app = create_store(settings)
    cli.register(app)
    with app.app_context():
        return doctor.examine([name])[0].figure


@pytest.mark.usefixtures("shop")
def test_the_doctor_looks_at_everything_without_the_owner(settings: Settings) -> None:
    app = create_store(settings)
    cli.register(app)
    db.configure("", "", logins=settings.logins)
    with app.app_context():
        found = doctor.examine()
    db.configure(settings.database_url, settings.keyring_url, logins=settings.logins)
    assert [one.name for one in found if "cannot look" in one.figure] == []
