"""What each database role may do: `blind` has no right on schema `personal`; only the owner has DDL."""

from sqlalchemy import Connection, text

# What is written once: only the owner could change it.
WRITTEN_ONCE = ("audit_entries", "audit_links", "disclosures", "notice_versions")
ROLES = ("counterfoil_web", "counterfoil_worker", "counterfoil_blind")
_CREATE = """
DO $$ BEGIN
    CREATE ROLE {role} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


def grant_rights(connection: Connection) -> None:
    """Create the roles where they are missing and grant them what they need; safe to repeat."""
    for role in ROLES:
        connection.execute(text(_CREATE.format(role=role)))
        connection.execute(text(f"GRANT {role} TO CURRENT_USER"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
        connection.execute(
            text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        )
        connection.execute(text(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"))
        connection.execute(text(f"REVOKE UPDATE, DELETE ON alembic_version FROM {role}"))
        connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(WRITTEN_ONCE)} FROM {role}"))
        connection.execute(text(f"GRANT UPDATE (subject_id) ON disclosures TO {role}"))
    for role in ("counterfoil_web", "counterfoil_worker"):
        connection.execute(text(f"GRANT USAGE ON SCHEMA personal TO {role}"))
        connection.execute(
            text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA personal TO {role}")
        )
    connection.commit()
