"""The doctor: every invariant of the shop, asked of live data, each answered with its figure.

A feature declares its own in `checks.py`; `flask --app wsgi doctor` and the desk show them all.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import text

from oms.kernel.db import Role, reading
from oms.kernel.errors import CounterfoilError


class Health(StrEnum):
    """What a check found: as it must be, something to know, or something to mend."""

    WELL = "well"
    NOTE = "note"
    ILL = "ill"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer: what was asked, the figure, and what to do where it is not well."""

    name: str
    figure: str
    health: Health
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: what must hold, how to look, and what to do where it does not."""

    name: str
    look: Callable[[], tuple[str, Health]]
    advice: str


CHECKS: dict[str, Check] = {}

Look = Callable[[], tuple[str, Health]]


def check(name: str, advice: str) -> Callable[[Look], Look]:
    """Make a function a check; it returns the figure and how well that is."""

    def register(look: Look) -> Look:
        CHECKS[name] = Check(name, look, advice)
        return look

    return register


def none_of(name: str, advice: str, count: str, *, role: Role = Role.BLIND) -> None:
    """Declare a check by a statement that counts what must not be; it may not touch personal data."""

    def look() -> tuple[str, Health]:
        with reading(role) as session:
            found = int(session.scalar(text(count)) or 0)
        return str(found), Health.ILL if found else Health.WELL

    CHECKS[name] = Check(name, look, advice)


def examine(names: Iterable[str] = ()) -> list[Finding]:
    """Look at everything, or at the checks named; what cannot be looked at is ill."""
    wanted = set(names) or set(CHECKS)
    return [_examined(CHECKS[name]) for name in sorted(wanted)]


def told(findings: list[Finding]) -> dict[str, Any]:
    """Return findings for a script; not well is what has one that is ill, however many notes there are."""
    is_well = all(finding.health is not Health.ILL for finding in findings)
    return {"is_well": is_well, "findings": [asdict(finding) for finding in findings]}


def _examined(asked: Check) -> Finding:
    try:
        figure, health = asked.look()
    except CounterfoilError as error:
        return Finding(asked.name, error.message, Health.ILL, asked.advice)
    except Exception as error:  # noqa: BLE001 - one check that cannot look must not hide the others
        return Finding(asked.name, f"cannot look: {error.__class__.__name__}", Health.ILL, asked.advice)
    return Finding(asked.name, figure, health, "" if health is Health.WELL else asked.advice)
