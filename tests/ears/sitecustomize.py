"""The ear in every process of Python that a test starts: Python loads it by itself, from PYTHONPATH.

COUNTERFOIL_EAR names the folder of this run of tests. Into `places` goes each address that the process would
reach and none of its settings or arguments names, and it is refused there; into `calls` each request that
a stand-in is asked, before it looks at it; into `letters` each mail. COUNTERFOIL_EAR_ALL names a file for
every place, undeclared or not; COUNTERFOIL_EAR_ALSO a script that this process runs too when it starts.
"""

import os
import sys

EVENTS = frozenset(
    {
        "socket.connect",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
    }
)
HEARD = {
    "oms.local.stripe": "stripe",
    "oms.local.carrier": "carrier",
    "oms.local.texts": "text service",
    "oms.local.markets": "marketplaces",
    "oms.local.mail": "mail service",
}
# Which settings name a place; the last one is what a test says that it reaches.
SETTINGS = (
    "REDIS_URL",
    "PUBLIC_URL",
    "DESK_HOST",
    "STRIPE_API_BASE",
    "CARRIER_URL",
    "SMTP_URL",
    "SMS_URL",
    "COUNTERFOIL_REACHES",
)
# What a test itself says to a stand-in: its control door, and calls that bear this name in their head.
OURS = "Counterfoil-Test"
# Where a buyer's browser comes by itself: the pages of Stripe.
BUYERS = ("/c/", "/favicon.ico")
# Where nobody is, which settings name for a party that is not there: the discard port (RFC 863).
NOWHERE = 9
_LOCAL = "localhost"
# What a library looks up to say who it is.
_OWN_NAMES = frozenset({os.uname().nodename})
HERE = frozenset({"", "0.0.0.0", "::", "127.0.0.1", "::1", _LOCAL})  # noqa: S104 - nothing is bound


def place_of(event: str, given: tuple[object, ...]) -> tuple[str, int] | None:
    """Return host and port that an event of Python's audit is about, or None where it leaves nothing."""
    if event == "socket.getaddrinfo" or event.startswith("socket.gethost"):
        host = given[0].decode() if isinstance(given[0], bytes) else given[0]
        # Numbers are looked up nowhere; what ends in `localhost` is this machine (RFC 6761, 6.3).
        is_number = not host or ":" in host or host.replace(".", "").isdecimal()
        is_own = is_number or host in _OWN_NAMES or host.split(".")[-1] == _LOCAL
        return None if is_own else (host, 0)
    if not isinstance(given[1], tuple):
        return None  # a socket in the file system
    return str(given[1][0]), int(given[1][1])


def is_own_machine(host: str) -> bool:
    """Say whether an address is loopback."""
    return host in HERE or host.startswith(("127.", "::ffff:127."))


def spelled(place: tuple[str, int]) -> str:
    """Return a place in words: a name that is looked up has no port."""
    return f"{place[0]}:{place[1]}" if place[1] else f"the name {place[0]}"


class Ear:
    """What this process may reach: on this machine, what its settings and arguments name."""

    def __init__(self, folder: str, program: str) -> None:
        self.folder, self.program = folder, program
        self.all = os.environ.get("COUNTERFOIL_EAR_ALL", "")
        told = [os.environ.get(name, "") for name in SETTINGS]
        self.known = "\n".join([*told, *sys.orig_argv]) + "\n"
        # What stands around the shop in development sends its webhooks to whom it was told later.
        self.is_around = program.startswith("oms.local.")

    def listen(self, event: str, given: tuple[object, ...]) -> None:
        if event not in EVENTS:
            return
        place = place_of(event, given)
        if place is None:
            return
        if self.all:
            _append(self.all, f"{self.program} {place[0]}:{place[1]}\n")
        if not self.may(place):
            _append(f"{self.folder}/places", f"{self.program}\t{spelled(place)}\n")
            raise PermissionError(f"{spelled(place)} is not a declared place")

    def may(self, place: tuple[str, int]) -> bool:
        host, port = place
        if is_own_machine(host):
            if port == NOWHERE:
                return True
            hosts = ("127.0.0.1", "localhost", "[::1]", host)
            return self.is_around or any(self._names(f"{one}:{port}") for one in hosts)
        return self._names(f"{host}:{port}" if port else host)

    def _names(self, words: str) -> bool:
        at = self.known.find(words)
        while at >= 0:
            if not self.known[at + len(words)].isdigit():
                return True
            at = self.known.find(words, at + 1)
        return False


def _append(path: str, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, text.encode())
    finally:
        os.close(handle)


def _hear_calls(folder: str, party: str) -> None:
    # Only a stand-in has them, and it loads them anyhow.
    import json  # noqa: PLC0415

    from flask import request, request_started  # noqa: PLC0415

    calls = f"{folder}/calls"

    def note(_app: object, **_more: object) -> None:
        heads = {name.lower() for name, _ in request.headers}
        is_of_buyers = request.path.startswith(BUYERS) and "authorization" not in heads
        if OURS.lower() in heads or is_of_buyers:
            return
        told = {
            "party": party,
            "method": request.method,
            "target": f"{request.path}?{request.query_string.decode('latin-1')}",
            "type": request.headers.get("Content-Type", ""),
            "heads": sorted(heads),
            "body": request.get_data(cache=True).decode("utf-8", "replace"),
        }
        _append(calls, json.dumps(told) + "\n")

    request_started.connect(note, weak=False)


def _hear_letters(folder: str) -> None:
    # Every start of Python would wait for them.
    import shutil  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    def note(event: str, given: tuple[object, ...]) -> None:
        if event == "os.rename" and str(given[1]).endswith(".eml"):
            kept = Path(folder, "letters", Path(given[1]).name)
            shutil.copyfile(given[0], f"{kept}.part")
            Path(f"{kept}.part").rename(f"{kept}.copy")

    sys.addaudithook(note)


def _program() -> str:
    words = sys.orig_argv[1:]
    if "-m" in words[:-1]:
        return words[words.index("-m") + 1]
    return " ".join(words)[:60].replace("\n", " ")


def begin() -> None:
    """Listen in this process, where a run of tests asks for it."""
    folder = os.environ.get("COUNTERFOIL_EAR", "")
    if folder:
        program = _program()
        sys.addaudithook(Ear(folder, program).listen)
        if program in HEARD and "COUNTERFOIL_EAR_DEAF" not in os.environ:
            if program == "oms.local.mail":
                _hear_letters(folder)
            else:
                _hear_calls(folder, HEARD[program])
    if also := os.environ.get("COUNTERFOIL_EAR_ALSO", ""):
        import runpy  # noqa: PLC0415 - as above

        runpy.run_path(also)


if __name__ == "sitecustomize":
    begin()
