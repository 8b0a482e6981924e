"""What must hold of the ground floor: effects, webhooks, sessions, audit chain, vault and settings."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import text

from oms.kernel import audit, clock, files, inbox, vault
from oms.kernel.config import Settings, is_readable, is_unproved
from oms.kernel.db import Role, engine, keyring_engine, reading
from oms.web.doctor import Health, check, none_of

_PATIENCE = timedelta(minutes=5)
_TAIL = timedelta(minutes=10)

none_of(
    "Effects that gave up",
    "Look at Failed work at the desk, mend the cause and retry them.",
    "SELECT count(*) FROM outbox_deliveries WHERE state = 'dead'",
)
none_of(
    "Effects that wait for more than five minutes",
    "See that a worker and a relay run, or do them here: flask --app wsgi outbox drain",
    "SELECT count(*) FROM outbox_deliveries"
    " WHERE state IN ('waiting', 'leased') AND due_at < now() - interval '5 minutes'",
)
none_of(
    "Facts that no handler was given within five minutes",
    "See that a relay runs: python -m oms.worker relay",
    "SELECT count(*) FROM outbox_messages"
    " WHERE fanned_out_at IS NULL AND said_at < now() - interval '5 minutes'",
)
none_of(
    "Scheduled jobs whose last run failed",
    "The log names the frames; it is tried again by itself.",
    "SELECT count(*) FROM schedule_runs WHERE error <> ''",
)
none_of(
    "Sessions kept a day past their end",
    "See that the relay runs scheduled jobs, or run them here: flask --app wsgi outbox drain --scheduled",
    "SELECT count(*) FROM web_sessions WHERE expires_at < now() - interval '1 day'",
)


def _of_settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


@check("Webhooks not applied within five minutes", "See that a worker runs; the poller asks the party again.")
def _unapplied() -> tuple[str, Health]:
    with reading() as session:
        found = inbox.unapplied(session, older_than=clock.now() - _PATIENCE)
    return str(found), Health.ILL if found else Health.WELL


@check("Audit chain: links that do not hold", "Somebody changed the trail. Keep both databases as they are.")
def _chain() -> tuple[str, Health]:
    anchors = _of_settings().state_dir / "anchors"
    with reading() as session:
        verdict = audit.verify(session, anchors if anchors.exists() else None)
    return f"{len(verdict.broken)} of {verdict.links}", Health.ILL if verdict.broken else Health.WELL


@check("Audit trail: age of the oldest deed not chained", "See that the relay runs scheduled jobs.")
def _tail() -> tuple[str, Health]:
    with reading() as session:
        _count, oldest = audit.tail(session)
    if oldest is None:
        return "0 s", Health.WELL
    age = clock.now() - oldest
    return f"{age.total_seconds():.0f} s", Health.ILL if age > _TAIL else Health.WELL


@check(
    "Vault: kept too long, half destroyed, without key, or brought back",
    "Run: flask --app wsgi retention run",
)
def _vault() -> tuple[str, Health]:
    found = vault.figures()
    wrong = f"{found.overdue}, {found.unfinished}, {found.keyless}, {found.revived}"
    return f"{wrong} of {found.rows}", Health.WELL if found.is_well else Health.ILL


@check("Vault: the master key opens the newest key", "Set MASTER_KEY (or MASTER_KEY_FILE) to the right one.")
def _opens() -> tuple[str, Health]:
    is_good = vault.figures().opens
    return "yes" if is_good else "no", Health.WELL if is_good else Health.ILL


@check("Files without a row", "They are removed by the next retention run.")
def _orphans() -> tuple[str, Health]:
    with reading(Role.WEB) as session:
        found = len(files.orphans(session))
    return str(found), Health.ILL if found else Health.WELL


@check("Role `blind` cannot read personal data", "Run: flask --app wsgi migrate")
def _blind() -> tuple[str, Health]:
    asked = text("SELECT has_schema_privilege('counterfoil_blind', 'personal', 'USAGE')")
    with reading() as session:
        may = bool(session.scalar(asked))
    return "it can" if may else "it cannot", Health.ILL if may else Health.WELL


@check("Keyring in another cluster", "In production, set KEYRING_URL to a database in another cluster.")
def _clusters() -> tuple[str, Health]:
    asked = text("SELECT system_identifier FROM pg_control_system()")
    with engine(Role.BLIND).connect() as data, keyring_engine().connect() as keys:
        is_same = data.scalar(asked) == keys.scalar(asked)
    if not is_same:
        return "yes", Health.WELL
    return "no", Health.ILL if _of_settings().is_production else Health.NOTE


@check(
    "Every database role signs in by a login of its own",
    "Set DATABASE_URL_WEB and its sisters (.env.example), then run: flask --app wsgi migrate",
)
def _logins() -> tuple[str, Health]:
    asked = text(
        "SELECT session_user, rolsuper OR pg_has_role(session_user, (SELECT relowner FROM pg_class"
        " WHERE relname = 'alembic_version' LIMIT 1), 'MEMBER') FROM pg_roles WHERE rolname = session_user"
    )
    owners = []
    for role in (Role.WEB, Role.BLIND, Role.AUDIT, Role.KEYS):
        chosen = keyring_engine() if role is Role.KEYS else engine(role)
        with chosen.connect() as connection:
            if connection.execute(asked).one()[1]:
                owners.append(role.value)
    if not owners:
        return "yes", Health.WELL
    told = f"no: {', '.join(owners)} signed in as the owner"
    return told, Health.ILL if _of_settings().is_production else Health.NOTE


@check("Desk on a host of its own", "Set DESK_HOST, so that no script of the shop can reach the desk.")
def _desk_host() -> tuple[str, Health]:
    settings = _of_settings()
    if settings.desk_host:
        return settings.desk_host, Health.WELL
    return "no", Health.ILL if settings.is_production and not settings.desk_shares_host else Health.NOTE


@check("Stripe asked at its own address", "Unset STRIPE_API_BASE: what answers there is not Stripe.")
def _stripe_address() -> tuple[str, Health]:
    settings = _of_settings()
    if not settings.stripe_api_base:
        return "yes", Health.WELL
    return "no", Health.ILL if settings.is_production else Health.NOTE


@check(
    "Links to other machines: encrypted, and proved",
    "Take TLS that proves the host: see Links to other machines in docs/production.md.",
)
def _links() -> tuple[str, Health]:
    settings = _of_settings()
    readable = [name for name, url in settings.links.items() if is_readable(url)]
    if readable:
        told = f"in the clear: {', '.join(readable)}"
        return told, Health.ILL if settings.is_production else Health.NOTE
    noted = [f"{name} proves nothing" for name, url in settings.links.items() if is_unproved(url)]
    if settings.is_production and settings.clear_at:
        noted.append(f"web server in the clear at {settings.clear_at}")
    return ", ".join(noted) or "all are", Health.NOTE if noted else Health.WELL
