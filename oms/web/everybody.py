"""Requests of pages that are the same for everybody: no session, no cookies."""

from collections.abc import Iterator
from typing import Any, NoReturn

from flask import Request as FlaskRequest
from flask.sessions import SessionMixin
from werkzeug.datastructures import ImmutableMultiDict

from oms.web.wsgi import CACHED


class NoSession(SessionMixin):
    """What a cached page gets: touching it is a mistake of the programmer, and fails at once."""

    def _fail(self) -> NoReturn:
        raise LookupError(
            "this page is cached for everybody: it has no session, no cookies, no flash messages"
        )

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - Flask's interface
        self._fail()

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401 - Flask's interface
        self._fail()

    def __delitem__(self, key: str) -> None:
        self._fail()

    def __iter__(self) -> Iterator[str]:
        self._fail()

    def __len__(self) -> int:  # noqa: PLE0303 - it never returns
        self._fail()


class Request(FlaskRequest):
    """Flask's request, without cookies where a page is rendered for everybody."""

    @property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """Return the cookies; raises LookupError in a cached view."""
        if CACHED in self.environ:
            raise LookupError("this page is the same for everybody: it has no cookies")
        return super().cookies
