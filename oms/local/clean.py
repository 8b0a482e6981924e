"""Beginning anew: remove everything that a STATE_DIR holds, also what had to live outside of it.

python -m oms.local.clean    removes STATE_DIR (default var/) with its databases, secrets, mail and logs
"""

import os
import shutil
import sys
from pathlib import Path

from oms.local.errors import LocalError
from oms.local.locks import FileLock
from oms.local.places import Places, places
from oms.local.settings import read_dotenv

_ROOT = Path(__file__).resolve().parents[2]
_OURS = ("locks", "secrets.json", "postgres", "test")


def clean(state_dir: Path) -> bool:
    """Remove a STATE_DIR and return whether there was one.

    Raises LocalError, and removes nothing, where it is in use or does not look like one.
    """
    if not state_dir.exists():
        return False
    if any(state_dir.iterdir()) and not any((state_dir / name).exists() for name in _OURS):
        raise LocalError(f"{state_dir} does not look like a STATE_DIR: remove it by hand if you mean it")
    for nested in state_dir.glob("*/locks"):
        clean(nested.parent)
    ground = places(state_dir)
    users = FileLock(ground.lock("users"))
    if not users.try_exclusive():
        raise LocalError(f"{state_dir} is in use: stop the run first")
    _remove(ground)
    users.close()
    return True


def _remove(ground: Places) -> None:
    shutil.rmtree(ground.postgres())
    ground.drop_sockets()
    shutil.rmtree(ground.state)


def main() -> int:
    """Remove the STATE_DIR of the environment, or of `.env`, and return the exit status."""
    given = {**read_dotenv(_ROOT / ".env"), **os.environ}
    state = (_ROOT / (given.get("STATE_DIR") or "var")).resolve()
    try:
        print(f"removed {state}" if clean(state) else f"nothing to remove at {state}")
    except LocalError as trouble:
        print(f"clean: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
