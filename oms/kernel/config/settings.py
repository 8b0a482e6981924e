"""Settings from the environment, read once; production refuses to start with weak or missing ones."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

from oms.kernel.config.links import is_own_machine, is_readable, remedy
from oms.kernel.config.reading import KEY_BYTES, Reader

# The addresses by which each database role signs in; the owner's are DATABASE_URL and KEYRING_URL.
LOGINS = {
    "web": "DATABASE_URL_WEB",
    "worker": "DATABASE_URL_WORKER",
    "blind": "DATABASE_URL_BLIND",
    "audit": "DATABASE_URL_AUDIT",
    "keys": "KEYRING_URL_KEYS",
}
# The marketplaces that have a connector, and what each account needs to be opened.
MARKETPLACES = {
    "amazon": ("url", "token_url", "client_id", "client_secret", "refresh_token", "seller", "marketplace"),
    "shopify": ("url", "token", "secret", "location"),
    "tiktok": ("url", "token_url", "app_key", "app_secret", "refresh_token", "shop_cipher", "warehouse"),
}
_POSTGRES = frozenset({"postgresql", "postgres"})
# A secret key and a restricted one (https://docs.stripe.com/keys).
_LIVE_KEYS = ("sk_live_", "rk_live_")


class AppEnv(StrEnum):
    """Where this runs: development allows stand-ins and demo accounts, production refuses both."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Dkim:
    """How mails are signed (RFC 6376): for which domain, by which selector, with which key in PEM."""

    domain: str
    selector: str
    key: bytes = field(repr=False)


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
    dkim: Dkim | None
    carrier_url: str
    carrier_key: str
    carrier_webhook_secret: str
    accounts: Mapping[str, Mapping[str, str]] = field(repr=False)
    sms_url: str
    sms_key: str
    sms_secret: str
    public_url: str
    desk_host: str
    desk_shares_host: bool
    trusted_proxies: int
    metrics_token: str
    shop_calendar: str
    looks_per_hour: int
    agreements_end: Mapping[str, date]
    agreements_review: Mapping[str, date]
    places: str
    policy_links: Mapping[str, str]
    shop_time_zone: str
    state_dir: Path
    demo_password: str
    demo_totp: str
    clear_at: str

    @property
    def is_production(self) -> bool:
        """Say whether this serves real people."""
        return self.app_env is AppEnv.PRODUCTION

    @property
    def is_https(self) -> bool:
        """Say whether shoppers come over TLS."""
        return urlsplit(self.public_url).scheme == "https"

    def at(self, channel: str) -> list[str]:
        """Return the codes of our accounts at a marketplace."""
        return [code for code, account in self.accounts.items() if account["channel"] == channel]

    @property
    def amazon(self) -> bool:
        """Say whether we sell on Amazon."""
        return bool(self.at("amazon"))

    @property
    def shopify(self) -> bool:
        """Say whether we sell in a shop at Shopify."""
        return bool(self.at("shopify"))

    @property
    def tiktok(self) -> bool:
        """Say whether we sell on TikTok Shop."""
        return bool(self.at("tiktok"))

    @property
    def links(self) -> dict[str, str]:
        """Return where this connects to, by setting; a mail server is looked at when it is met."""
        named = {
            "DATABASE_URL": self.database_url,
            "KEYRING_URL": self.keyring_url,
            **{LOGINS[role]: url for role, url in self.logins.items()},
            "REDIS_URL": self.redis_url,
            "STRIPE_API_BASE": self.stripe_api_base,
            "CARRIER_URL": self.carrier_url,
            "SMS_URL": self.sms_url,
        }
        return {name: url for name, url in named.items() if url}


def _public_url(reader: Reader, *, live: bool) -> str:
    schemes = {"https"} if live else {"http", "https"}
    return reader.url("PUBLIC_URL", schemes, needed=live) or "http://127.0.0.1:8000"


def load(environ: Mapping[str, str]) -> Settings:
    """Return the settings; raises ConfigurationError that names every setting that cannot be used."""
    reader = Reader(environ)
    live = (env := reader.choice("APP_ENV", AppEnv.DEVELOPMENT)) is AppEnv.PRODUCTION
    state_dir = Path(environ.get("STATE_DIR") or "var").resolve()
    logins = _logins(reader)
    settings = Settings(
        app_env=env,
        secret_key=reader.secret("SECRET_KEY", needed=live) or secrets.token_urlsafe(KEY_BYTES),
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
        backup_minutes=reader.count("BACKUP_MINUTES", 10),
        backup_days=reader.count("BACKUP_DAYS", 30),
        stripe_secret_key=reader.text("STRIPE_SECRET_KEY", needed=live),
        stripe_webhook_secret=reader.signing("STRIPE_WEBHOOK_SECRET", needed=live, live=live),
        stripe_api_base=reader.standin("STRIPE_API_BASE", live=live),
        smtp_url=reader.url("SMTP_URL", {"smtp", "smtps"}, needed=live),
        mail_from=reader.text("MAIL_FROM", needed=live) or "shop@shop.test",
        dkim=_dkim(reader),
        carrier_url=(carrier := reader.standin("CARRIER_URL", live=live)),
        carrier_key=reader.text("CARRIER_KEY", needed=bool(carrier)),
        carrier_webhook_secret=reader.signing("CARRIER_WEBHOOK_SECRET", needed=bool(carrier), live=live),
        **_texts(reader, live=live),
        accounts=reader.accounts("CHANNELS", MARKETPLACES, live=live),
        public_url=_public_url(reader, live=live),
        desk_host=environ.get("DESK_HOST", ""),
        desk_shares_host=environ.get("DESK_SHARES_HOST", "") == "yes",
        trusted_proxies=reader.count("TRUSTED_PROXIES"),
        metrics_token=(reader.secret if live else reader.text)("METRICS_TOKEN", needed=False),
        looks_per_hour=reader.count("LOOKS_PER_HOUR", 30),
        agreements_end=reader.named("AGREEMENTS_END", date.fromisoformat, "stripe=2027-12-31"),
        agreements_review=reader.named("AGREEMENTS_REVIEW", date.fromisoformat, "stripe=2027-12-31"),
        policy_links=reader.named("POLICY_LINKS", str, "carrier=https://post.example/privacy"),
        places=environ.get("PLACES", ""),
        **_days(environ),
        state_dir=state_dir,
        **_demo(environ),
        clear_at=_clear_at(environ),
    )
    reader.wrong += _unfit(settings, demo="DEMO_PASSWORD" in environ) if live else []
    reader.finish()
    return settings


def _logins(reader: Reader) -> dict[str, str]:
    found = ((role, reader.url(name, _POSTGRES, needed=False)) for role, name in LOGINS.items())
    return {role: url for role, url in found if url}


def _days(environ: Mapping[str, str]) -> dict[str, str]:
    """Return whose days count, and where they end."""
    return {
        "shop_calendar": environ.get("SHOP_CALENDAR") or "NL",
        "shop_time_zone": environ.get("SHOP_TIME_ZONE") or "Europe/Amsterdam",
    }


def _demo(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what every demo account signs in with."""
    return {
        "demo_password": environ.get("DEMO_PASSWORD", ""),
        "demo_totp": environ.get("DEMO_TOTP_SECRET", ""),
    }


def _clear_at(environ: Mapping[str, str]) -> str:
    """Return where the web server of `Procfile` is open to others without TLS; empty where it is not."""
    host = environ.get("HOST") or "0.0.0.0"  # noqa: S104 - what Procfile says
    is_open = host in {"0.0.0.0", "::"} or not is_own_machine(host)  # noqa: S104 - as above
    return host if is_open and not environ.get("GRANIAN_SSL_CERTIFICATE") else ""


def _texts(reader: Reader, *, live: bool) -> dict[str, str]:
    """Return how text messages are sent, empty where they are not: all three settings, or none."""
    address = reader.standin("SMS_URL", live=live)
    key = (reader.secret if live else reader.text)("SMS_KEY", needed=bool(address))
    secret = reader.signing("SMS_SECRET", needed=bool(address), live=live)
    if not address and (key or secret):
        reader.wrong.append("SMS_URL is not set.")
    return {"sms_url": address, "sms_key": key, "sms_secret": secret}


def _dkim(reader: Reader) -> Dkim | None:
    """Return how mails are signed, None where they are not: all three settings, or none."""
    key = reader.rsa_key("DKIM_KEY")
    domain, selector = (reader.text(name, needed=bool(key)) for name in ("DKIM_DOMAIN", "DKIM_SELECTOR"))
    if not key and (domain or selector):
        reader.wrong.append("DKIM_KEY (or _FILE, or _COMMAND) is not set.")
    return Dkim(domain.lower(), selector, key) if key else None


def _unfit(settings: Settings, *, demo: bool) -> list[str]:
    """Return what production refuses, each with what to do."""
    wrong = []
    if settings.stripe_secret_key and not settings.stripe_secret_key.startswith(_LIVE_KEYS):
        wrong.append("STRIPE_SECRET_KEY is no live key: take the one that begins with sk_live_.")
    if not settings.desk_host and not settings.desk_shares_host:
        wrong.append("DESK_HOST is not set (or set DESK_SHARES_HOST=yes, which doctor reports).")
    if settings.keyring_url and settings.keyring_url == settings.database_url:
        wrong.append("KEYRING_URL must be another database than DATABASE_URL.")
    if settings.backup_key and settings.backup_key in {settings.master_key, settings.master_key_other}:
        wrong.append("BACKUP_KEY must be another key than MASTER_KEY.")
    folders = {
        "BACKUP_DATA": settings.backup_data,
        "BACKUP_KEYRING": settings.backup_keyring,
        "TOMBSTONES": settings.tombstones,
    }
    wrong += [
        f"{name} and {other} must lie apart: who takes one must not have the other."
        for (name, one), (other, two) in combinations(folders.items(), 2)
        if one.resolve().is_relative_to(two.resolve()) or two.resolve().is_relative_to(one.resolve())
    ]
    wrong += [
        f"{name} leads to another machine without TLS 1.2 or newer: {remedy(url)}"
        for name, url in settings.links.items()
        if is_readable(url)
    ]
    if demo:
        wrong.append("DEMO_PASSWORD is set: production has no demo accounts.")
    if settings.mail_from.endswith((".test", ".invalid")):
        wrong.append("MAIL_FROM must be an address of yours, as people answer to it.")
    return wrong
