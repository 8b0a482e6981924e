"""A client that costs little: one kept connection, whole answers, no parsing beyond the headers."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

Want = TypeVar("Want")


class Plain:
    """One kept connection to the shop."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self._line = HTTPConnection(self.host, timeout=60)

    def post(
        self, path: str, form: Mapping[str, str], visitor: str, cookie: str = ""
    ) -> tuple[int, HTTPMessage]:
        """Send a form as our own page would, from a visitor's address; return status and headers."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
            "X-Forwarded-For": visitor,
            **({"Cookie": cookie} if cookie else {}),
        }
        self._line.request("POST", path, urlencode(form), headers)
        answer = self._line.getresponse()
        answer.read()
        return answer.status, answer.headers

    def close(self) -> None:
        """Hang up."""
        self._line.close()


def address(number: int) -> str:
    """Return the network address of a visitor; each has its own, so that the limiter lets them in."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@dataclass(frozen=True)
class Rate:
    """How many answers came in a second, and the 95th percentile of their milliseconds."""

    per_second: float
    p95_ms: float


def crowd(url: str, wants: Sequence[Want], act: Callable[[Plain, Want], None], *, clients: int = 8) -> Rate:
    """Do something once for each, by several clients at once, each over its own connection."""
    took: list[float] = []

    def client(number: int) -> None:
        line = Plain(url)
        for wanted in wants[number::clients]:
            begun = time.perf_counter()
            act(line, wanted)
            took.append((time.perf_counter() - begun) * 1000)
        line.close()

    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as people:
        list(people.map(client, range(clients)))
    whole = time.perf_counter() - begun
    return Rate(len(wants) / whole, sorted(took)[int(len(took) * 0.95) - 1])
