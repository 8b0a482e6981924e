"""Settings from the environment, read once; production refuses to start with weak or missing ones."""

import base64
import binascii
import ipaddress
import secrets
import shlex
import subprocess
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from oms.kernel.errors import ConfigurationError

_KEY_BYTES = 32
_SECRET_CHARS = 32
_COMMAND_SECONDS = 30
# How a key may be given: by value, in a file, or by a command that prints it.
_KEYS = {
    "MASTER_KEY": ("MASTER_KEY", "MASTER_KEY_FILE", "MASTER_KEY_COMMAND"),
    "BACKUP_KEY": ("BACKUP_KEY", "BACKUP_KEY_FILE", "BACKUP_KEY_COMMAND"),
    "MASTER_KEY_OTHER": ("MASTER_KEY_OTHER", "MASTER_KEY_OTHER_FILE", "MASTER_KEY_OTHER_COMMAND"),
}
# The addresses by which each database role signs in; the owner's are DATABASE_URL and KEYRING_URL.
LOGINS = {
    "web": "DATABASE_URL_WEB",
    "worker": "DATABASE_URL_WORKER",
    "blind": "DATABASE_URL_BLIND",
    "audit": "DATABASE_URL_AUDIT",
    "keys": "KEYRING_URL_KEYS",
}
_POSTGRES = frozenset({"postgresql", "postgres"})
# A secret key and a restricted one (https://docs.stripe.com/keys).
_LIVE_KEYS = ("sk_live_", "rk_live_")


class AppEnv(StrEnum):
    """Where this runs: development allows stand-ins and demo accounts, production refuses both."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, checked; `.env.example` tells what each means."""

    app_env: AppEnv
    secret_key: str
    database_url: str
    keyring_url: str
    logins: Mapping[str, str]
    redis_url: str
    tombstones: Path
    master_key: bytes
    master_key_other: bytes
    backup_key: bytes
    backup_data: Path
    backup_keyring: Path
    backup_minutes: int
    backup_days: int
    stripe_secret_key: str
    stripe_webhook_secret: str
    stripe_api_base: str
    smtp_url: str
    mail_from: str
    carrier_url: str
    carrier_key: str
    carrier_webhook_secret: str
    public_url: str
    desk_host: str
    desk_shares_host: bool
    trusted_proxies: int
    metrics_token: str
    shop_calendar: str
    looks_per_hour: int
    agreements_end: Mapping[str, date]
    shop_time_zone: str
    state_dir: Path
    demo_password: str
    demo_totp: str

    @property
    def is_production(self) -> bool:
        """Say whether this serves real people."""
        return self.app_env is AppEnv.PRODUCTION

    @property
    def is_https(self) -> bool:
        """Say whether shoppers come over TLS."""
        return urlsplit(self.public_url).scheme == "https"


def load(environ: Mapping[str, str]) -> Settings:
    """Return the settings; raises ConfigurationError that names every setting that cannot be used."""
    reader = _Reader(environ)
    env = reader.choice("APP_ENV", AppEnv, AppEnv.DEVELOPMENT)
    live = env is AppEnv.PRODUCTION
    state_dir = Path(environ.get("STATE_DIR") or "var").resolve()
    logins = reader.logins()
    metrics = environ.get("METRICS_TOKEN", "")
    settings = Settings(
        app_env=env,
        secret_key=reader.secret("SECRET_KEY", needed=live) or secrets.token_urlsafe(_KEY_BYTES),
        database_url=reader.url("DATABASE_URL", _POSTGRES, needed=not logins),
        keyring_url=reader.url("KEYRING_URL", _POSTGRES, needed=not logins),
        logins=logins,
        redis_url=reader.url("REDIS_URL", {"redis", "rediss", "unix"}, needed=live),
        tombstones=Path(environ.get("TOMBSTONES") or state_dir / "tombstones"),
        master_key=reader.key("MASTER_KEY") or reader.made_up("MASTER_KEY", allowed=not live),
        master_key_other=reader.key("MASTER_KEY_OTHER"),
        backup_key=reader.key("BACKUP_KEY"),
        backup_data=Path(environ.get("BACKUP_DATA") or state_dir / "backups" / "data"),
        backup_keyring=Path(environ.get("BACKUP_KEYRING") or state_dir / "backups" / "keyring"),
        backup_minutes=reader.count("BACKUP_MINUTES", 15),
        backup_days=reader.count("BACKUP_DAYS", 30),
        stripe_secret_key=reader.text("STRIPE_SECRET_KEY", needed=live),
        stripe_webhook_secret=reader.signing("STRIPE_WEBHOOK_SECRET", needed=live, live=live),
        stripe_api_base=reader.standin("STRIPE_API_BASE", live=live),
        smtp_url=reader.url("SMTP_URL", {"smtp", "smtps"}, needed=live),
        mail_from=reader.text("MAIL_FROM", needed=live) or "shop@shop.test",
        carrier_url=(carrier := reader.standin("CARRIER_URL", live=live)),
        carrier_key=reader.text("CARRIER_KEY", needed=bool(carrier)),
        carrier_webhook_secret=reader.signing("CARRIER_WEBHOOK_SECRET", needed=bool(carrier), live=live),
        public_url=reader.url("PUBLIC_URL", {"https"} if live else {"http", "https"}, needed=live)
        or "http://127.0.0.1:8000",
        desk_host=environ.get("DESK_HOST", ""),
        desk_shares_host=environ.get("DESK_SHARES_HOST", "") == "yes",
        trusted_proxies=reader.count("TRUSTED_PROXIES"),
        metrics_token=reader.secret("METRICS_TOKEN", needed=False) if live else metrics,
        looks_per_hour=reader.count("LOOKS_PER_HOUR", 30),
        agreements_end=reader.days("AGREEMENTS_END"),
        shop_calendar=environ.get("SHOP_CALENDAR") or "NL",
        shop_time_zone=environ.get("SHOP_TIME_ZONE") or "Europe/Amsterdam",
        state_dir=state_dir,
        demo_password=environ.get("DEMO_PASSWORD", ""),
        demo_totp=environ.get("DEMO_TOTP_SECRET", ""),
    )
    if live:
        reader.check_production(settings, demo="DEMO_PASSWORD" in environ)
    reader.finish()
    return settings


def _is_own_machine(host: str) -> bool:
    """Say whether a host is this machine, in whatever way it is written."""
    try:
        known = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    inner = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return (inner or known).is_loopback or (inner or known).is_unspecified


def _is_weak(secret: str) -> bool:
    """Say whether a secret is too short, or of too few different characters, to be random."""
    return len(secret) < _SECRET_CHARS or len(set(secret)) < _SECRET_CHARS // 4


class _Reader:
    """Reads one variable after another and keeps every complaint, so that all are told at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.wrong: list[str] = []

    def text(self, name: str, *, needed: bool) -> str:
        value = self.environ.get(name, "").strip()
        if needed and not value:
            self.wrong.append(f"{name} is not set.")
        return value

    def secret(self, name: str, *, needed: bool) -> str:
        value = self.text(name, needed=needed)
        if value and _is_weak(value):
            self.wrong.append(f"{name} is too weak: take at least {_SECRET_CHARS} random characters.")
        return value

    def signing(self, name: str, *, needed: bool, live: bool) -> str:
        """Return the secrets that sign webhooks, parted by commas while they change; each must be strong."""
        value = self.text(name, needed=needed)
        if live and value and any(_is_weak(part) for part in value.split(",")):
            self.wrong.append(
                f"{name} is too weak: take the whole secret, {_SECRET_CHARS} random characters or more."
            )
        return value

    def key(self, name: str) -> bytes:
        """Return 32 bytes given in base64: by value, in a file, or by a command that prints them.

        The command is what a key management service is asked with; its words are split as in a shell, and
        no shell runs it. Empty where none of the three is set; whatever it prints is never repeated.
        """
        given = [way for way in _KEYS[name] if self.environ.get(way)]
        if not given:
            return b""
        if len(given) > 1:
            self.wrong.append(f"Set only one of {', '.join(given)}.")
            return b""
        raw = self._told(given[0])
        try:
            key = base64.b64decode(raw, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if raw and (len(key) != _KEY_BYTES or len(set(key)) < _KEY_BYTES // 4):
            self.wrong.append(f"{given[0]} must give 32 random bytes in base64.")
        return key

    def _told(self, name: str) -> str:
        value = self.environ[name]
        try:
            if name.endswith("_FILE"):
                return Path(value).read_text(encoding="ascii").strip()
            if name.endswith("_COMMAND"):
                done = subprocess.run(  # noqa: S603 - the merchant's own words, and no shell
                    shlex.split(value), capture_output=True, check=True, timeout=_COMMAND_SECONDS
                )
                return done.stdout.decode("ascii").strip()
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            what = "cannot be read" if name.endswith("_FILE") else "did not print a key"
            self.wrong.append(f"{name} {what}: {error.__class__.__name__}.")
            return ""
        return value

    def made_up(self, name: str, *, allowed: bool) -> bytes:
        """Return a new key where one may be made up, else nothing and a complaint."""
        if allowed and not any(self.environ.get(way) for way in _KEYS[name]):
            return secrets.token_bytes(_KEY_BYTES)
        if not any(name in told for told in self.wrong):
            self.wrong.append(f"{name} (or _FILE, or _COMMAND) must give 32 random bytes in base64.")
        return b""

    def url(self, name: str, schemes: AbstractSet[str], *, needed: bool = True) -> str:
        value = self.text(name, needed=needed)
        if value and urlsplit(value).scheme.split("+")[0] not in schemes:
            self.wrong.append(f"{name} must begin with {' or '.join(sorted(schemes))}://.")
        return value

    def logins(self) -> dict[str, str]:
        found = ((role, self.url(name, _POSTGRES, needed=False)) for role, name in LOGINS.items())
        return {role: url for role, url in found if url}

    def standin(self, name: str, *, live: bool) -> str:
        value = self.environ.get(name, "").strip()
        if live and value and _is_own_machine(urlsplit(value).hostname or ""):
            self.wrong.append(f"{name} points to a local stand-in, which production refuses.")
        return value

    def count(self, name: str, default: int = 0) -> int:
        value = self.environ.get(name, "").strip() or str(default)
        if not value.isdecimal():
            self.wrong.append(f"{name} must be a whole number, such as {default or 1}.")
            return default
        return int(value)

    def days(self, name: str) -> dict[str, date]:
        told = [part.partition("=")[::2] for part in self.environ.get(name, "").split(",") if part.strip()]
        try:
            return {who.strip(): date.fromisoformat(day.strip()) for who, day in told}
        except ValueError:
            self.wrong.append(f"{name} must be like stripe=2027-12-31, carrier=2027-06-30.")
            return {}

    def choice(self, name: str, kind: Callable[[str], AppEnv], default: AppEnv) -> AppEnv:
        try:
            return kind(self.environ.get(name) or default)
        except ValueError:
            self.wrong.append(f"{name} must be one of {', '.join(AppEnv)}.")
            return default

    def check_production(self, settings: Settings, *, demo: bool) -> None:
        if settings.stripe_secret_key and not settings.stripe_secret_key.startswith(_LIVE_KEYS):
            self.wrong.append("STRIPE_SECRET_KEY is no live key: take the one that begins with sk_live_.")
        if not settings.desk_host and not settings.desk_shares_host:
            self.wrong.append("DESK_HOST is not set (or set DESK_SHARES_HOST=yes, which doctor reports).")
        if settings.keyring_url and settings.keyring_url == settings.database_url:
            self.wrong.append("KEYRING_URL must be another database than DATABASE_URL.")
        if settings.backup_key and settings.backup_key in {settings.master_key, settings.master_key_other}:
            self.wrong.append("BACKUP_KEY must be another key than MASTER_KEY.")
        if settings.backup_data == settings.backup_keyring:
            self.wrong.append("BACKUP_KEYRING must be another folder than BACKUP_DATA.")
        if demo:
            self.wrong.append("DEMO_PASSWORD is set: production has no demo accounts.")
        if settings.mail_from.endswith((".test", ".invalid")):
            self.wrong.append("MAIL_FROM must be an address of yours, as people answer to it.")

    def finish(self) -> None:
        if self.wrong:
            raise ConfigurationError("These settings cannot be used:\n  - " + "\n  - ".join(self.wrong))
