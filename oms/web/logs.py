"""Logs: one JSON line each, on standard output; ids and figures, never a query string, a value or a person.

Access is logged here and not by the server: the route's name instead of the path, so that no capability,
search or address is ever written. Of an exception its class and its frames are kept, not its message, since a
message may quote what a shopper typed.
"""

import logging
import secrets
import sys
import time
import traceback
from collections.abc import Iterable, MutableMapping
from typing import Any, TextIO, cast

import structlog

from oms.kernel import vault
from oms.kernel.register import declare_place
from oms.web import metrics
from oms.web.wsgi import NOTE, Environ, StartResponse, WsgiApp

# Mistakes of the programmer: their messages name attributes and types, never what somebody typed.
_TELLING = (AttributeError, NameError, ImportError, NotImplementedError)
_DEEPEST_FRAMES = 12

declare_place(
    "log lines",
    holds="route name, method, status, duration, vault time, request id; class and frames of exceptions",
    personal=False,
    purpose="to see that the shop works, and why where it does not",
    life="as the operator keeps standard output",
)

Event = MutableMapping[str, Any]


class _Stream:
    """Whatever a standard stream is at the moment of writing; a test may have put another in its place."""

    def __init__(self, name: str) -> None:
        self.name = name

    def write(self, line: str) -> int:
        return int(getattr(sys, self.name).write(line))

    def flush(self) -> None:
        getattr(sys, self.name).flush()


# Bound at once, so that a request does not assemble a logger.
_access: list[Any] = [structlog.get_logger("access")]


def without_message(_logger: object, _method: str, event: Event) -> Event:
    """Replace an exception by its class and frames (a structlog processor)."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST_FRAMES:]
        event["exception"] = error.__class__.__name__
        event["frames"] = [f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in frames]
        if isinstance(error, _TELLING) or "jinja2" in error.__class__.__module__:
            event["because"] = str(error)
    return event


def configure(*, is_command: bool = False) -> None:
    """Send every log line of this process, ours and the libraries', through one JSON writer.

    A command answers on standard output, so that its log keeps to warnings, on standard error.
    """
    level = logging.WARNING if is_command else logging.INFO
    output = cast("TextIO", _Stream("stderr" if is_command else "stdout"))
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_message,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=output),
    )
    _access[0] = structlog.get_logger("access").bind()
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


class Watched:
    """Counts, times and logs each request of one application, whoever answered it."""

    def __init__(self, app: WsgiApp, name: str) -> None:
        self.app = app
        self.name = name

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, and write one line about it."""
        begun = time.perf_counter()
        vault.spans.begin()
        note: dict[str, Any] = {"endpoint": "none", "request_id": secrets.token_hex(8)}
        environ[NOTE] = note
        told = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Any:  # noqa: ANN401 - PEP 3333
            told.append(status)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        try:
            return self.app(environ, begin)
        finally:
            self._note(environ, note, told[-1] if told else "500", time.perf_counter() - begun)

    def _note(self, environ: Environ, note: dict[str, Any], status: str, seconds: float) -> None:
        method = environ.get("REQUEST_METHOD", "")
        code = status[:3]
        metrics.count_request(self.name, note["endpoint"], method, code, seconds)
        _access[0].info(
            "request",
            app=self.name,
            request_id=note["request_id"],
            method=method,
            endpoint=note["endpoint"],
            status=int(code),
            ms=round(seconds * 1000, 2),
            vault_ms=round(vault.spans.seconds() * 1000, 2),
            cache=note.get("cache", "none"),
        )
