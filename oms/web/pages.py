"""The page cache: pages that are the same for everybody are rendered once per catalog version and process.

It stands in front of Flask. A page is rendered without cookies, body or any header of the shopper's, and with
only the query parameters that its view names, so that nobody's session, tracking parameter or forged header
can be in it; a view that touches the session or a cookie all the same fails. While the database is away, what
is known is served.
"""

import gzip
import hashlib
import io
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from oms.kernel import clock
from oms.kernel.errors import UnavailableError
from oms.web.wsgi import CACHED, NOTE, Environ, StartResponse, WsgiApp

View = TypeVar("View", bound=Callable[..., Any])

MOST_BYTES = 48_000_000
# Seconds: how often the version is read, and how old a page may grow (a promised date, a sale that begins).
LOOK_EVERY = 0.5
OLDEST = 300.0
LONGEST_QUERY = 500
_OWN_HEADERS = frozenset({"content-length", "x-request-id", "cache-control", "vary", "etag", "date"})
_LIFE = ("Cache-Control", "public, max-age=0, must-revalidate")
_VARY = ("Vary", "Accept-Encoding")


def cached_view(*query: str) -> Callable[[View], View]:
    """Make a view's page the same for everybody, apart from path and these parameters (`o.*`: a family).

    The view has no session, no cookies and no flash messages; the page may be five minutes old, and is made
    anew with every catalog version.
    """

    def mark(view: View) -> View:
        view.cached_query = frozenset(query)  # type: ignore[attr-defined]
        return view

    return mark


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept page."""

    version: object
    until: float
    endpoint: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    gzipped: bytes
    tag: str

    @property
    def size(self) -> int:
        """Return about how many bytes it takes."""
        return len(self.body) + len(self.gzipped) + 2_000


class Shelf:
    """The kept pages of this process, the longest unused thrown out first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._entries: OrderedDict[tuple[str, str], Entry] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str], version: object) -> Entry | None:
        """Return a page of this version that is not too old."""
        with self._lock:
            found = self._entries.get(key)
            if found is None or found.version != version or found.until < time.monotonic():
                return None
            self._entries.move_to_end(key)
            return found

    def last(self, key: tuple[str, str]) -> Entry | None:
        """Return a page of whatever version and age, for when there is nothing better."""
        with self._lock:
            return self._entries.get(key)

    def put(self, key: tuple[str, str], entry: Entry) -> None:
        """Keep a page; whatever no longer fits goes."""
        with self._lock:
            before = self._entries.pop(key, None)
            self.bytes += entry.size - (before.size if before else 0)
            self._entries[key] = entry
            while self.bytes > self.most_bytes and self._entries:
                _, gone = self._entries.popitem(last=False)
                self.bytes -= gone.size

    def __len__(self) -> int:
        return len(self._entries)


class Version:
    """The catalog's version as this process last saw it; the day counts as a part of it."""

    def __init__(self, read: Callable[[], int]) -> None:
        self.read = read
        self._looked = float("-inf")
        self._seen = -1

    def now(self) -> object:
        """Return the version, read at most every half second; the last known one while nobody answers."""
        moment = time.monotonic()
        if moment - self._looked > LOOK_EVERY:
            self._looked = moment
            with suppress(SQLAlchemyError, UnavailableError):
                self._seen = self.read()
        return self._seen, clock.today()


class PageCache:
    """Answers for the views that are marked, and leaves everything else alone."""

    def __init__(self, app: WsgiApp, flask: Flask, read_version: Callable[[], int], public_url: str) -> None:
        self.app = app
        self.flask = flask
        self.shelf = Shelf()
        self.version = Version(read_version)
        self.origin = urlsplit(public_url)
        self.hosts = frozenset(flask.config["TRUSTED_HOSTS"])

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the shelf, render for the shelf, or pass on."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not self._is_our_host(environ):
            return self.app(environ, start_response)
        path = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]
        query = environ.get("QUERY_STRING", "")
        version = self.version.now()
        entry = self.shelf.get((path, query), version)
        if entry is not None:
            return _answer(entry, "hit", environ, start_response)
        allowed = self._allowed_query(environ)
        if allowed is None:
            return self.app(environ, start_response)
        key = (path, _canonical(query, allowed))
        entry = self.shelf.get(key, version)
        if entry is not None:
            return _answer(entry, "hit", environ, start_response)
        return self._rendered(key, version, environ, start_response)

    def _is_our_host(self, environ: Environ) -> bool:
        host = environ.get("HTTP_HOST", "")
        return host in self.hosts or host.rpartition(":")[0] in self.hosts

    def _allowed_query(self, environ: Environ) -> frozenset[str] | None:
        adapter = self.flask.url_map.bind(self.origin.netloc)
        try:
            endpoint, _ = adapter.match(
                environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"), "GET"
            )
        except HTTPException:
            return None
        found: frozenset[str] | None = getattr(self.flask.view_functions[endpoint], "cached_query", None)
        return found

    def _rendered(
        self, key: tuple[str, str], version: object, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        clean = self._without_shopper(environ, key[1])
        made = Response.from_app(self.app, clean, buffered=True)
        body = made.get_data()
        if made.status_code == 503:  # noqa: PLR2004 - an old page is better than none
            old = self.shelf.last(key)
            if old is not None:
                return _answer(old, "stale", environ, start_response)
        if made.status_code != 200:  # noqa: PLR2004 - only a good page is kept
            return made(environ, start_response)
        entry = Entry(
            version,
            time.monotonic() + OLDEST,
            environ[NOTE]["endpoint"],
            tuple((k, v) for k, v in made.headers if k.lower() not in _OWN_HEADERS),
            body,
            gzip.compress(body, 6, mtime=0),
            hashlib.sha256(body).hexdigest()[:20],
        )
        self.shelf.put(key, entry)
        return _answer(entry, "miss", environ, start_response)

    def _without_shopper(self, environ: Environ, query: str) -> Environ:
        kept = {k: v for k, v in environ.items() if not k.startswith("HTTP_")}
        kept |= {
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": query,
            "HTTP_HOST": self.origin.netloc,
            "HTTP_ACCEPT": "text/html",
            "wsgi.url_scheme": self.origin.scheme,
            "wsgi.input": io.BytesIO(),
            "CONTENT_LENGTH": "0",
            CACHED: True,
        }
        return kept


def _canonical(query: str, allowed: frozenset[str]) -> str:
    if not query or not allowed:
        return ""
    pairs = parse_qsl(query[:LONGEST_QUERY], keep_blank_values=False)
    families = tuple(name[:-1] for name in allowed if name.endswith("*"))
    return urlencode(
        sorted((k, v) for k, v in pairs if k in allowed or (families and k.startswith(families)))
    )


def _answer(entry: Entry, how: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    note = environ[NOTE]
    note["endpoint"], note["cache"] = entry.endpoint, how
    is_small = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
    tag = f'"{entry.tag}-gz"' if is_small else f'"{entry.tag}"'
    headers = [_LIFE, _VARY, ("ETag", tag), ("X-Request-Id", note["request_id"])]
    if entry.tag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", headers)
        return []
    body = entry.gzipped if is_small else entry.body
    headers += [*entry.headers, ("Content-Length", str(len(body)))]
    if is_small:
        headers.append(("Content-Encoding", "gzip"))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
