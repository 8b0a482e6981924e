"""Sessions for views: a random id in one cookie, everything else in Postgres, read only when touched.

Views use `flask.session` as ever; values must be JSON. `sign_in` and `sign_out` take a new id.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

from flask import Flask, Request, Response, request
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from oms.kernel import clock, ids
from oms.kernel.db import reading, transaction
from oms.kernel.register import declare_place
from oms.web.everybody import NoSession
from oms.web.session_rows import Lifetime, WebSession, amend, family, live
from oms.web.wsgi import CACHED

_TOUCH_AFTER_SECONDS = 60
# What a session may hold and still count as empty: such a session lives for hours, not for weeks.
_NOTHING_YET = frozenset({"csrf_token", "_flashes"})
_ABSENT = object()

declare_place(
    "cookie store",
    holds="a random session id (__Host-store over HTTPS), once there is a cart, a form or a sign-in",
    personal=True,
    purpose="to know that the next page is asked for by the same browser",
    life="30 days after the last visit; 2 hours while there is nothing in the cart",
)
declare_place(
    "cookie desk",
    holds="a random session id of a member of staff (__Host-desk over HTTPS)",
    personal=True,
    purpose="to know who is at the desk",
    life="until the browser closes, 30 minutes without use, 12 hours at most",
)


class ServerSession(SessionMixin):
    """The session as views see it; the row is read at the first touch and written when something changed."""

    def __init__(self, token: str, app: str) -> None:
        self.token = token
        self.app = app
        self.row: WebSession | None = None
        self.is_loaded = False
        self.is_renewed = False
        self._data: dict[str, Any] = {}
        self._before: dict[str, Any] = {}

    def _touched(self) -> dict[str, Any]:
        if not self.is_loaded:
            if self.token:
                with reading() as database:
                    self.row = live(database, self.token, self.app)
            self.is_loaded = True
            if self.row is not None:
                self._data = copy.deepcopy(self.row.data)
                self._before = self.row.data
        return self._data

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - Flask's interface
        return self._touched()[key]

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401 - Flask's interface
        self._touched()[key] = value

    def __delitem__(self, key: str) -> None:
        del self._touched()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._touched())

    def __len__(self) -> int:
        return len(self._touched())

    @property
    def is_empty(self) -> bool:
        """Say whether it holds nothing that a shopper would miss."""
        return not set(self) - _NOTHING_YET

    def changes(self) -> tuple[dict[str, Any], list[str]]:
        """Return what was set and what was removed since the row was read, as JSON values."""
        kept = {key: value for key, value in self._data.items() if self._before.get(key, _ABSENT) != value}
        removed = [key for key in self._before if key not in self._data]
        return json.loads(json.dumps(kept, default=str)), removed

    def renew(self) -> None:
        """Take a new id with the next answer, as sign-in and every change of rights; old forms are void."""
        self.pop("csrf_token", None)
        self.is_renewed = True


class ServerSessions(SessionInterface):
    """Flask's door to the sessions of one application."""

    def __init__(self, app: str, lifetime: Lifetime, *, is_https: bool) -> None:
        self.app = app
        self.lifetime = lifetime
        self.is_https = is_https
        # The prefix makes browsers insist on Secure, path / and no domain (RFC 6265bis, 4.1.3.2).
        self.cookie = f"__Host-{app}" if is_https else app

    def open_session(self, app: Flask, request: Request) -> SessionMixin:  # noqa: ARG002 - Flask's interface
        """Return a session that has read nothing yet; for a cached page, one that fails when touched."""
        if CACHED in request.environ:
            return NoSession()
        return ServerSession(request.cookies.get(self.cookie, ""), self.app)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002 - the same
        """Write what changed; an untouched session costs nothing and leaves no trace in the answer."""
        if not isinstance(session, ServerSession) or not session.is_loaded:
            return
        response.vary.add("Cookie")
        if session.row is None and not session:
            if session.token:
                self._forget(response)
            return
        if session.row is not None and not session:
            with transaction() as database:
                database.execute(delete(WebSession).where(WebSession.id == session.row.id))
            self._forget(response)
            return
        token = self._kept(session)
        if token:
            self._tell(response, token)

    def _tell(self, response: Response, token: str) -> None:
        response.set_cookie(
            self.cookie,
            token,
            max_age=int(self.lifetime.idle.total_seconds()) if self.lifetime.outlives_browser else None,
            secure=self.is_https,
            httponly=True,
            samesite="Lax" if self.lifetime.outlives_browser else "Strict",
        )

    def _forget(self, response: Response) -> None:
        response.delete_cookie(self.cookie, secure=self.is_https, httponly=True)

    def _kept(self, session: ServerSession) -> str:
        """Write the row where it changed; return the id that the browser must be told, or nothing."""
        if session.row is None or session.is_renewed:
            # From the first moment: two pages asked for at once would each make one, and one form be refused.
            session.setdefault("csrf_token", ids.token())
        changed, removed = session.changes()
        now, row = clock.now(), session.row
        is_stale = row is not None and (now - row.last_seen_at).total_seconds() > _TOUCH_AFTER_SECONDS
        if row is not None and not (changed or removed or session.is_renewed or is_stale):
            return ""
        begun = now if row is None or session.is_renewed else row.begun_at
        values: dict[str, object] = {
            "person": str(session.get("person", "")),
            "begun_at": begun,
            "last_seen_at": now,
            "expires_at": self.lifetime.end(begun, now, is_empty=session.is_empty),
        }
        token = ids.token() if row is None or session.is_renewed else ""
        if token:
            values["token_hash"] = ids.token_hash(token)
        with transaction() as database:
            if row is None:
                values["agent"] = family(request.headers.get("User-Agent", ""))
                database.execute(insert(WebSession).values(app=self.app, data=changed, **values))
            else:
                amend(database, row.id, changed, removed, **values)
        return token or (session.token if is_stale and self.lifetime.outlives_browser else "")


def current() -> ServerSession:
    """Return this request's session; raises TypeError where the page may have none (a cached page)."""
    found = flask_session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - werkzeug's way to unwrap
    if not isinstance(found, ServerSession):
        raise TypeError("this page is the same for everybody: it has no session")
    return found


def current_id() -> int:
    """Return the id of this request's session row, 0 where there is none yet; for lists of sessions."""
    found = current()
    len(found)
    return found.row.id if found.row is not None else 0


def sign_in(person: str) -> None:
    """Make this the session of a person such as `buyer:7` or `staff:2`, under a new id."""
    found = current()
    found["person"] = person
    found.renew()


def sign_out() -> None:
    """End this session: its row goes, and the browser is told to forget the cookie."""
    current().clear()
