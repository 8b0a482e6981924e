"""What each database role may do; only the owner, who is `migrate`, has DDL.

`blind` has no right on schema `personal`, and of the tables that know people it sees the plain columns alone.
`audit` adds to the trail and reads it, and has no other right at all; nobody else may link the chain. `keys`
is alone in the keyring. Whoever is none of these may not even connect.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, make_url, text

from oms.kernel.db import Base
from oms.kernel.register import Columns

# What is written once: only the owner could change it.
WRITTEN_ONCE = ("audit_entries", "audit_links", "audit_checkpoints", "disclosures", "notice_versions")
# What knows people by more than an id of commerce: sign-ins, sessions, proofs of a mailbox, reasons in words.
KNOWING = (
    "audit_details",
    "buyers",
    "mailbox_challenges",
    "minor_cases",
    "minor_units",
    "privacy_request_units",
    "sign_in_alerts",
    "sign_in_budgets",
    "sign_ins",
    "staff",
    "staff_recovery_codes",
    "web_sessions",
)
WEB, WORKER, BLIND = "counterfoil_web", "counterfoil_worker", "counterfoil_blind"
AUDIT, KEYS = "counterfoil_audit", "counterfoil_keys"
_SHOP = (WEB, WORKER, BLIND)
READ_OF_KEYS = (
    *("key_id", "subject_id", "unit", "kind", "made_at", "destroy_after", "is_referenced"),
    *("locked_at", "told_at"),
)
DOORS = (
    "hand_out(uuid[], text, timestamptz)",
    "lock_keys(text, text, timestamptz)",
    "note_told(text, text, timestamptz)",
    "lift_lock(text, text)",
)
_CREATE = """
DO $$ BEGIN
    CREATE ROLE {role} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
# Another database of the same cluster may be letting in the same role at this moment.
_LET_IN = """
DO $$ BEGIN
    IF NOT (SELECT rolcanlogin FROM pg_roles WHERE rolname = '{role}') THEN
        ALTER ROLE {role} LOGIN;
    END IF;
EXCEPTION WHEN internal_error THEN NULL;
END $$
"""
# An owner of the tables who does not own the database cannot close it: then whoever does, has to.
_CLOSE = """
DO $$ BEGIN
    IF (SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()) THEN
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO {roles}', current_database());
    END IF;
END $$
"""


def grant_rights(connection: Connection) -> None:
    """Create the shop's roles where they are missing and grant them what they need; safe to repeat."""
    _make(connection, *_SHOP, AUDIT)
    for role in _SHOP:
        _say(connection, f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        _say(connection, f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        _say(connection, f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}")
        _say(connection, f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(WRITTEN_ONCE)} FROM {role}")
        _say(connection, f"REVOKE INSERT ON audit_links, audit_checkpoints FROM {role}")
        _say(connection, f"GRANT UPDATE (subject_id) ON disclosures TO {role}")
    for role in (WEB, WORKER):
        _say(connection, f"GRANT USAGE ON SCHEMA personal TO {role}")
        _say(connection, f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA personal TO {role}")
    _blindfold(connection)
    _say(connection, f"GRANT SELECT, INSERT ON audit_entries, audit_links TO {AUDIT}")
    _say(connection, f"GRANT INSERT ON audit_details TO {AUDIT}")
    _say(connection, f"GRANT SELECT ON audit_checkpoints TO {AUDIT}")
    _say(connection, "REVOKE EXECUTE ON FUNCTION cut_audit(bigint) FROM PUBLIC")
    _say(connection, f"GRANT EXECUTE ON FUNCTION cut_audit(bigint) TO {AUDIT}")
    connection.commit()


def _blindfold(connection: Connection) -> None:
    """Leave `blind` the plain columns of what knows people, to count by; and let it give a reason."""
    declared: dict[str, Columns] = {
        mapper.class_.__tablename__: mapper.class_.__columns__ for mapper in Base.registry.mappers
    }
    for table in KNOWING:
        _say(connection, f"REVOKE ALL ON {table} FROM {BLIND}")
        plain = ", ".join(sorted(declared[table].plain))
        _say(connection, f"GRANT SELECT ({plain}) ON {table} TO {BLIND}")
    _say(connection, f"GRANT INSERT ON audit_details TO {BLIND}")


def grant_keyring_rights(connection: Connection) -> None:
    """Do the same in the keyring, where `keys` alone gets in."""
    _make(connection, KEYS)
    _say(connection, f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {KEYS}")
    _say(connection, f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {KEYS}")
    # The wrapped key comes by `hand_out` alone, and a lock is set and lifted by its functions alone.
    _say(connection, f"REVOKE SELECT, UPDATE ON keys FROM {KEYS}")
    _say(connection, f"GRANT SELECT ({', '.join(READ_OF_KEYS)}) ON keys TO {KEYS}")
    _say(connection, f"GRANT UPDATE (wrapped, destroy_after, is_referenced) ON keys TO {KEYS}")
    for function in DOORS:
        _say(connection, f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        _say(connection, f"GRANT EXECUTE ON FUNCTION {function} TO {KEYS}")
    connection.commit()


def _make(connection: Connection, *roles: str) -> None:
    for role in roles:
        _say(connection, _CREATE.format(role=role))
        _say(connection, f"GRANT {role} TO CURRENT_USER")
        _say(connection, f"GRANT USAGE ON SCHEMA public TO {role}")
    _say(connection, _CLOSE.format(roles=", ".join(roles)))


def let_in(connection: Connection, logins: Mapping[str, str]) -> None:
    """Let the roles sign in by the addresses of their logins, with the password that each address has.

    The server is sent the password's verifier alone (SCRAM-SHA-256, RFC 7677). An address with another
    user's name is of a login that the merchant made; it must be a member of the role.
    """
    pgconn = connection.connection.driver_connection.pgconn  # type: ignore[union-attr]
    for role, address in logins.items():
        url, name = make_url(address), f"counterfoil_{role}"
        if url.username != name:
            continue
        if url.password:
            verifier = pgconn.encrypt_password(str(url.password).encode(), name.encode(), b"scram-sha-256")
            connection.exec_driver_sql(f"ALTER ROLE {name} LOGIN PASSWORD '{verifier.decode()}'")
        else:
            _say(connection, _LET_IN.format(role=name))
    connection.commit()


def _say(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))
