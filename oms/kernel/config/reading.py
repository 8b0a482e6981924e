"""Reading the environment: each variable as what it stands for, and every complaint kept."""

import base64
import binascii
import ipaddress
import json
import re
import secrets
import shlex
import subprocess
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from oms.kernel.config.links import is_own_machine
from oms.kernel.errors import ConfigurationError

C = TypeVar("C", bound=StrEnum)
KEY_BYTES = 32
_SECRET_CHARS = 32
_COMMAND_SECONDS = 30
# How a key may be given: by value, in a file, or by a command that prints it.
_KEYS = {
    "MASTER_KEY": ("MASTER_KEY", "MASTER_KEY_FILE", "MASTER_KEY_COMMAND"),
    "BACKUP_KEY": ("BACKUP_KEY", "BACKUP_KEY_FILE", "BACKUP_KEY_COMMAND"),
    "DKIM_KEY": ("DKIM_KEY", "DKIM_KEY_FILE", "DKIM_KEY_COMMAND"),
    "MASTER_KEY_OTHER": ("MASTER_KEY_OTHER", "MASTER_KEY_OTHER_FILE", "MASTER_KEY_OTHER_COMMAND"),
}
_RSA_BITS = 2048
_CODE = re.compile(r"[a-z][a-z0-9-]{1,30}")
# What a marketplace knows by a number.
_DIGITS = ("location", "warehouse")


def _is_weak(secret: str) -> bool:
    """Say whether a secret is too short, or of too few different characters, to be random."""
    return len(secret) < _SECRET_CHARS or len(set(secret)) < _SECRET_CHARS // 4


def _missing(
    code: str, account: Mapping[str, str], kinds: Mapping[str, tuple[str, ...]], *, live: bool
) -> list[str]:
    """Return what is wrong with an account, each with what to do."""
    if unsaid := [name for name, value in account.items() if not isinstance(value, str)]:
        return [f"{name} must be text." for name in unsaid]
    needed = kinds.get(account.get("channel", ""))
    if not _CODE.fullmatch(code) or needed is None:
        return [f"name it with small letters, digits and dashes, and give channel: {' or '.join(kinds)}."]
    wrong = [f"{name} is missing." for name in needed if not account.get(name)]
    wrong += [f"{n} must be digits." for n in _DIGITS if account.get(n) and not _is_number(account[n])]
    told = {name: account[name] for name in ("url", "token_url") if account.get(name)}
    away = [n for n, to in told.items() if not to.startswith("https://") or _is_near(_host(to))]
    return wrong + [f"{name} must lead to the marketplace by https://." for name in away if live]


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdecimal()


def _is_near(host: str) -> bool:
    """Say whether a host is none, this machine, or an address inside a network of our own."""
    try:
        known = ipaddress.ip_address(host)
    except ValueError:
        return not host or is_own_machine(host)
    inner = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return not (inner or known).is_global


class Reader:
    """Reads one variable after another and keeps every complaint, so that all are told at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.wrong: list[str] = []

    def text(self, name: str, *, needed: bool) -> str:
        """Return a word as it stands, empty where it is not set."""
        value = self.environ.get(name, "").strip()
        if needed and not value:
            self.wrong.append(f"{name} is not set.")
        return value

    def secret(self, name: str, *, needed: bool) -> str:
        """Return a secret; one that can be guessed is complained about."""
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
        if raw and (len(key) != KEY_BYTES or len(set(key)) < KEY_BYTES // 4):
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

    def rsa_key(self, name: str) -> bytes:
        """Return a private RSA key in PEM, by value, in a file or by a command; empty where there is none."""
        given = [way for way in _KEYS[name] if self.environ.get(way)]
        if not given:
            return b""
        # Where a line ends is often written as two characters in an environment.
        raw = self._told(given[0]).replace("\\n", "\n").strip().encode()
        try:
            key = load_pem_private_key(raw, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if raw and not (isinstance(key, RSAPrivateKey) and key.key_size >= _RSA_BITS):
            self.wrong.append(f"{given[0]} must give a private RSA key of {_RSA_BITS} bits or more, in PEM.")
        return raw

    def made_up(self, name: str, *, allowed: bool) -> bytes:
        """Return a new key where one may be made up, else nothing and a complaint."""
        if allowed and not any(self.environ.get(way) for way in _KEYS[name]):
            return secrets.token_bytes(KEY_BYTES)
        if not any(name in told for told in self.wrong):
            self.wrong.append(f"{name} (or _FILE, or _COMMAND) must give 32 random bytes in base64.")
        return b""

    def url(self, name: str, schemes: AbstractSet[str], *, needed: bool = True) -> str:
        """Return an address of one of some schemes."""
        value = self.text(name, needed=needed)
        if value and urlsplit(value).scheme.split("+")[0] not in schemes:
            self.wrong.append(f"{name} must begin with {' or '.join(sorted(schemes))}://.")
        return value

    def standin(self, name: str, *, live: bool) -> str:
        """Return the address of a party outside, which may be of this machine in development alone."""
        value = self.environ.get(name, "").strip()
        if live and value and is_own_machine(urlsplit(value).hostname or ""):
            self.wrong.append(f"{name} points to a local stand-in, which production refuses.")
        return value

    def count(self, name: str, default: int = 0) -> int:
        """Return a whole number."""
        value = self.environ.get(name, "").strip() or str(default)
        if not value.isdecimal():
            self.wrong.append(f"{name} must be a whole number, such as {default or 1}.")
            return default
        return int(value)

    def named(self, name: str, read: Callable[[str], Any], example: str) -> dict[str, Any]:
        """Return a value for each recipient that is named: `stripe=..., mail service=...`."""
        told = [part.partition("=")[::2] for part in self.environ.get(name, "").split(",") if part.strip()]
        try:
            return {who.strip(): read(value.strip()) for who, value in told}
        except ValueError:
            self.wrong.append(f"{name} must be like {example}, with a comma between two.")
            return {}

    def accounts(
        self, name: str, kinds: Mapping[str, tuple[str, ...]], *, live: bool
    ) -> dict[str, dict[str, str]]:
        """Return accounts by code from a JSON file that a variable names: `{"code": {"channel": ...}}`.

        Each needs what its kind says, as text; no value of it is ever repeated.
        """
        path = self.environ.get(name, "").strip()
        if not path:
            return {}
        try:
            told = json.loads(Path(path).read_text(encoding="utf-8"))
            accounts = {str(code): dict(account) for code, account in told.items()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            self.wrong.append(f"{name} names no file of accounts in JSON: {error.__class__.__name__}.")
            return {}
        for code, account in accounts.items():
            self.wrong += [f"{name}, {code}: {what}" for what in _missing(code, account, kinds, live=live)]
        return accounts if not self.wrong else {}

    def choice(self, name: str, default: C) -> C:
        """Return one of some words; which ones, the default says."""
        kind = type(default)
        try:
            return kind(self.environ.get(name) or default)
        except ValueError:
            self.wrong.append(f"{name} must be one of {', '.join(kind)}.")
            return default

    def finish(self) -> None:
        """Raise ConfigurationError with every complaint, where there is one."""
        if self.wrong:
            raise ConfigurationError("These settings cannot be used:\n  - " + "\n  - ".join(self.wrong))
