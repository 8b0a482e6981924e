"""Backups by the clock."""

from datetime import timedelta

from oms.backups import actions
from oms.kernel import jobs
from oms.kernel.config import Settings
from oms.kernel.db import Role

_settings: list[Settings] = []


def configure(settings: Settings) -> None:
    """Tell where backups go, how often, and with which key."""
    _settings[:] = [settings]


@jobs.every(timedelta(minutes=1), role=Role.WORKER)
def back_up() -> None:
    """Back up data and keyring when it is time."""
    for settings in _settings:
        actions.create_if_due(settings)


@jobs.every(timedelta(days=1), role=Role.WORKER)
def expire_backups() -> None:
    """Remove the backups that are past their time, also where none are made any more."""
    for settings in _settings:
        actions.expire(settings)
