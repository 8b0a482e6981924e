"""What must hold of backups: there is a fresh one that was read back, and none is kept too long."""

from datetime import timedelta

from flask import current_app

from oms.backups import queries
from oms.backups.queries import DATA, KEYRING, KEYRING_LIFE
from oms.kernel.config import Settings
from oms.web.doctor import Health, check

_A_DAY = timedelta(days=1)  # they are removed daily


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


@check("Last backup, read back", "Set BACKUP_KEY, and see that a worker and a relay run.")
def _fresh() -> tuple[str, Health]:
    settings = _settings()
    missing = Health.ILL if settings.is_production else Health.NOTE
    if not settings.backup_key:
        return "none is made", missing
    newest = [
        *queries.held(settings.backup_data, DATA)[:1],
        *queries.held(settings.backup_keyring, KEYRING)[:1],
    ]
    if len(newest) < 2:  # noqa: PLR2004 - data and keyring
        return "none yet", missing
    age = max(one.age() for one in newest)
    told = f"{age.total_seconds() / 60:.0f} minutes old, {newest[0].rows} rows, {newest[0].bytes} bytes"
    is_late = age > 2 * timedelta(minutes=settings.backup_minutes) + timedelta(minutes=5)
    return told, missing if is_late else Health.WELL


@check("Backups kept past their time", "Remove them, or run: flask --app wsgi backup create")
def _expired() -> tuple[str, Health]:
    settings = _settings()
    kept = [
        *((one, timedelta(days=settings.backup_days)) for one in queries.held(settings.backup_data, DATA)),
        *((one, KEYRING_LIFE) for one in queries.held(settings.backup_keyring, KEYRING)),
    ]
    late = sum(one.age() > life + _A_DAY for one, life in kept)
    return str(late), Health.ILL if late else Health.WELL
