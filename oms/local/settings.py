"""Settings of a development machine: the file `.env`, and secrets made once and kept in STATE_DIR."""

import base64
import json
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path

from oms.local.errors import LocalError

_SECRETS = "secrets.json"
# Settings made here only together: one's own key with a generated webhook secret would verify nothing.
_TOGETHER = (
    ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
    ("CARRIER_URL", "CARRIER_KEY", "CARRIER_WEBHOOK_SECRET"),
)


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the settings of a file of `NAME=value` lines, quoted as in a shell; an absent file has none.

    Raises LocalError with the line that cannot be read.
    """
    if not path.exists():
        return {}
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            raise LocalError(f"{path}, line {number}: {error}") from error
        words = words[1:] if words[:1] == ["export"] else words
        if not words:
            continue
        name, equals, value = words[0].partition("=")
        if not equals or not name.isidentifier() or len(words) > 1:
            raise LocalError(f"{path}, line {number}: write NAME=value, in quotes if the value holds spaces")
        found[name] = value
    return found


def development_secrets(state_dir: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return a value for each secret that was not given, the same at every start of a STATE_DIR.

    A secret that belongs to an outside party is only made where nothing of that party was given.
    """
    made = _kept(state_dir)
    for names in _TOGETHER:
        if any(given.get(name) for name in names):
            made = {name: value for name, value in made.items() if name not in names}
    has_master = any(given.get(name) for name in ("MASTER_KEY", "MASTER_KEY_FILE", "MASTER_KEY_COMMAND"))
    return {
        name: value
        for name, value in made.items()
        if not given.get(name) and not (name == "MASTER_KEY" and has_master)
    }


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    half = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    half.touch(mode=0o600)
    half.write_text(text, encoding="utf-8")
    half.replace(path)


def _kept(state_dir: Path) -> dict[str, str]:
    """Return the secrets of a STATE_DIR, adding those that a newer version needs; they are written first."""
    path = state_dir / _SECRETS
    try:
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        kept = {}
    except ValueError as error:
        raise LocalError(
            f"{path} is damaged, and its keys are needed: restore it, or run make clean"
        ) from error
    whole = {**_new(), **kept}
    if whole != kept:
        write_private(path, json.dumps(whole, indent=1))
    return whole


def _new() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "BACKUP_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "STRIPE_SECRET_KEY": f"sk_test_{secrets.token_hex(16)}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
        "CARRIER_KEY": secrets.token_urlsafe(24),
        "CARRIER_WEBHOOK_SECRET": secrets.token_urlsafe(24),
        "DEMO_PASSWORD": "-".join(secrets.token_hex(2) for _ in range(4)),
        "DEMO_TOTP_SECRET": base64.b32encode(secrets.token_bytes(20)).decode(),
    }
