"""What this browser proved lately: retention units such as `order:7`, good for half an hour.

A guest proves a mailbox with a code and may then see what was given to it; money and identity ask again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import session

from oms.kernel import clock

LIFE = timedelta(minutes=30)
MOST = 200
_KEY = "proven"


def remember(units: Iterable[str]) -> None:
    """Note that this browser proved a mailbox to which these units belong; the newest proof counts alone."""
    session[_KEY] = {"units": list(units)[:MOST], "until": (clock.now() + LIFE).isoformat()}


def proven(sort: str = "") -> list[str]:
    """Return the units proven within the last half hour, or those of one sort such as `order`."""
    kept = session.get(_KEY)
    if not kept or datetime.fromisoformat(kept["until"]) <= clock.now():
        return []
    return [unit for unit in kept["units"] if not sort or unit.startswith(f"{sort}:")]


def is_live() -> bool:
    """Say whether this browser proved a mailbox within the last half hour, whatever had been given to it."""
    kept = session.get(_KEY)
    return kept is not None and datetime.fromisoformat(kept["until"]) > clock.now()


def is_proven(unit: str) -> bool:
    """Say whether this browser proved the mailbox of a unit within the last half hour."""
    return unit in proven()


def forget() -> None:
    """Let go of the proof, as signing out does."""
    session.pop(_KEY, None)
