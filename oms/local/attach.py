"""Settings for a command typed in the project's folder, so that it needs no preparation.

A developer's `flask --app wsgi doctor` finds the shop of STATE_DIR: the settings that `make run` wrote there,
and the embedded services, which are joined where they run and started for the command where they do not.
"""

import atexit
from collections.abc import MutableMapping
from pathlib import Path

from oms.kernel.config import LOGINS
from oms.local import services
from oms.local.settings import development_secrets, read_dotenv
from oms.local.standins import NOWHERE, needed

_ROOT = Path(__file__).resolve().parents[2]


_joined: list[services.Services] = []


def complete(environ: MutableMapping[str, str]) -> None:
    """Add to the environment what a development machine provides and it does not name.

    Does nothing in production, or where DATABASE_URL or the login of a role is set already. Raises LocalError
    with what to do where a service cannot be had.
    """
    if environ.get("APP_ENV", "development") == "production":
        return
    if any(environ.get(name) for name in ("DATABASE_URL", *LOGINS.values())):
        return
    given = {**read_dotenv(_ROOT / ".env"), **environ}
    state = (_ROOT / (given.get("STATE_DIR") or "var")).resolve()
    running = services.up(state, given=given)
    _joined.append(running)
    absent = {standin.provides: NOWHERE[standin.provides] for standin in needed(given)}
    kept = {**absent, **development_secrets(state, given), **read_dotenv(state / "env")}
    known = {**kept, **given, **running.environ, **running.logins()}
    environ.update({name: value for name, value in known.items() if not environ.get(name)})


@atexit.register
def detach() -> None:
    """Leave the services that were joined; the end of the process does it by itself."""
    while _joined:
        _joined.pop().stop()
