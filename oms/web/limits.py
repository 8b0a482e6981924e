"""How often one connection may try: counted in Valkey, in memory while Valkey is away.

The key is a keyed hash of the address that changes every day, so that no list of visitors comes into being.
"""

import hashlib
import hmac
import ipaddress
import time

from flask import Flask, current_app, request
from flask_limiter import Limiter
from limits import RateLimitItemPerDay

from oms.kernel import clock
from oms.kernel.config import Settings
from oms.kernel.register import declare_place
from oms.web.security import SAFE_METHODS

# IPv6 users own at least a /64 (RFC 6177).
_V6_PREFIX = 64
_DAILY = RateLimitItemPerDay(1)

declare_place(
    "valkey limits",
    holds="a keyed hash of the network address, or of a number that answered a text, with a key of the day,"
    " and a count",
    personal=True,
    purpose="to slow down guessing and flooding",
    life="until the window ends: an hour at most for an address, a day for a number",
)


def visitor() -> str:
    """Return today's keyed hash of the address that asks; it is not the same tomorrow."""
    return f"{current_app.name}:{_hash_of_today(_network(request.remote_addr or ''))}"


def _hash_of_today(value: str) -> str:
    settings: Settings = current_app.extensions["settings"]
    key = f"limits {clock.today().isoformat()} {settings.secret_key}".encode()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:24]


def is_first_today(what: str, who: str) -> bool:
    """Say whether somebody does something for the first time today; no while nobody can count.

    So a machine that answers machines is answered once.
    """
    try:
        return limiter.limiter.hit(_DAILY, "limits", what, _hash_of_today(who))
    except Exception:  # noqa: BLE001 - whatever the store of counts raises while it is away
        return False


def _network(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    if isinstance(known, ipaddress.IPv6Address) and mapped is None:
        return str(ipaddress.ip_network((known, _V6_PREFIX), strict=False))
    return str(mapped or known)


def _storage(url: str) -> str:
    # The library reads `unix:` as memcached; `redis+unix:` is what it calls a socket of Redis.
    return f"redis+{url}" if url.startswith("unix:") else url or "memory://"


def _posts() -> str:
    return str(current_app.config["POSTS_PER_MINUTE"])


# One for both applications, so that one decorator limits a view; what differs is asked of the running one.
limiter = Limiter(
    key_func=visitor,
    strategy="fixed-window",
    default_limits=[_posts],
    default_limits_exempt_when=lambda: request.method in SAFE_METHODS,
    in_memory_fallback_enabled=True,
    key_prefix="limits",
)


def seconds_left() -> int:
    """Return in how many seconds the limit that this request met begins anew; 0 where it met none."""
    met = limiter.current_limit
    if met is None or not met.breached:
        return 0
    # The window's end comes from the store of counts, which knows no held clock.
    return max(1, met.reset_at - int(time.time()))


def install(app: Flask, settings: Settings, *, posts_per_minute: int) -> None:
    """Limit an application: what is sent, by default; pages that are only looked at, where a view says so."""
    app.config.update(
        RATELIMIT_STORAGE_URI=_storage(settings.redis_url),
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 1, "socket_timeout": 1}
        if settings.redis_url
        else {},
        POSTS_PER_MINUTE=f"{posts_per_minute} per minute",
    )
    limiter.init_app(app)
