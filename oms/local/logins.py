"""The logins of the database roles in the embedded cluster, whose folder is its guard: no passwords."""

from collections.abc import Mapping

from oms.kernel.config import LOGINS

_OWNER = "postgresql://postgres@/"


def own_logins(database_url: str, keyring_url: str) -> dict[str, str]:
    """Return each role's own address of the two databases, by role; none where a database is not embedded."""
    urls = {role: keyring_url if role == "keys" else database_url for role in LOGINS}
    if not all(url.startswith(_OWNER) for url in urls.values()):
        return {}
    return {role: url.replace(_OWNER, f"postgresql://counterfoil_{role}@/", 1) for role, url in urls.items()}


def login_settings(database_url: str, keyring_url: str) -> dict[str, str]:
    """Return the same as settings of the environment."""
    return {LOGINS[role]: url for role, url in own_logins(database_url, keyring_url).items()}


def not_for_web(environ: Mapping[str, str]) -> frozenset[str]:
    """Return the settings that the web server need not know, where it has logins of its own.

    It answers strangers: what it does not know, nobody can make it use.
    """
    has_own = all(environ.get(name) for name in LOGINS.values())
    return frozenset({"DATABASE_URL", "KEYRING_URL"}) if has_own else frozenset()
