"""Links to other machines: can what goes there be read on the way, and is it proved who answers."""

import ipaddress
from urllib.parse import parse_qs, unquote, urlsplit

_POSTGRES = frozenset({"postgresql", "postgres"})
# The modes in which libpq goes on over TLS alone (https://www.postgresql.org/docs/current/libpq-ssl.html).
_ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})
_OLD = frozenset({"tlsv1", "tlsv1.1"})
_NO = frozenset({"0", "f", "false", "n", "no", "none", "optional"})
_REMEDIES = {"redis": "take rediss://.", "http": "take https://."}


def is_own_machine(host: str) -> bool:
    """Say whether a host is this machine, in whatever way it is written."""
    try:
        known = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    inner = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return (inner or known).is_loopback or (inner or known).is_unspecified


def is_readable(address: str) -> bool:
    """Say whether what goes to an address leaves this machine without TLS, or with 1.0 or 1.1 (RFC 8996).

    A socket in a folder and the machine itself are no way out.
    """
    if not _leads_away(address):
        return False
    if _scheme(address) not in _POSTGRES:
        return _scheme(address) not in {"rediss", "https"}
    asked = _asked(address)
    weakest = asked.get("ssl_min_protocol_version", [""])[-1].lower()
    return asked.get("sslmode", [""])[-1] not in _ENCRYPTED or weakest in _OLD


def is_unproved(address: str) -> bool:
    """Say whether whoever answers at another machine is believed without a certificate of its name."""
    if not _leads_away(address):
        return False
    asked = _asked(address)
    if _scheme(address) in _POSTGRES:
        return asked.get("sslmode", [""])[-1] != "verify-full"
    told = (asked.get(name, [""])[-1].lower() for name in ("ssl_cert_reqs", "ssl_check_hostname"))
    return any(word in _NO for word in told)


def remedy(address: str) -> str:
    """Return what to change about an address that can be read on the way."""
    return _REMEDIES.get(_scheme(address), "add sslmode=verify-full.")


def _scheme(address: str) -> str:
    return urlsplit(address).scheme.split("+")[0]


def _asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def _leads_away(address: str) -> bool:
    """Say whether any host of an address is another machine; what is asked for goes before what is named."""
    asked = _asked(address)
    named = asked.get("hostaddr") or asked.get("host") or [urlsplit(address).netloc.rpartition("@")[2]]
    hosts = [unquote(host) for one in named for host in one.split(",")]
    return any(host and host[0] not in "/@" and not _is_own(host) for host in hosts)


def _is_own(host: str) -> bool:
    return is_own_machine(host) or is_own_machine(urlsplit(f"//{host}").hostname or "")
