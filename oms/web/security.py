"""Who may ask: guards on routes, the person of a request, and forms that only our own pages may send.

The desk denies every view that is not marked: `@permit(Permission.X)` for staff, `@public` for sign-in pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect

from oms.kernel.audit import Actor, ActorKind
from oms.kernel.errors import RefusedError
from oms.web.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
csrf = CSRFProtect()


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in: `buyer:7` or `staff:2`, a name for the screen, and what the roles of staff allow.

    Staff who are not cleared see no people, not even their initials.
    """

    ref: str
    name: str = ""
    role: str = ""
    permissions: frozenset[Permission] = frozenset()
    is_cleared: bool = True
    roles: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Say whether a role allows it."""
        return permission in self.permissions


Loader = Callable[[str], Person | None]


class SignInNeededError(RefusedError):
    """Please sign in first."""

    code = "sign_in_needed"


def permit(permission: Permission) -> Callable[[View], View]:
    """Open a desk view to staff whose role allows this."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Open a desk view to anybody: the pages of signing in, and nothing else."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def same_origin(view: View) -> View:
    """Guard a form of cached pages, which can carry no token, by where the browser says it comes from."""
    view.is_same_origin = True  # type: ignore[attr-defined]
    return view


def from_outside(view: View) -> View:
    """Open an address to programs of others (signed webhooks, one-click unsubscribe): it needs no token."""
    view.is_from_outside = True  # type: ignore[attr-defined]
    return view


def person() -> Person | None:
    """Return who is signed in, loaded once per request; None for anybody else."""
    if "person" not in g:
        loader: Loader | None = current_app.extensions.get("load_person")
        ref = str(session.get("person", ""))
        g.person = loader(ref) if loader is not None and ref else None
    found: Person | None = g.person
    return found


def signed_in() -> Person:
    """Return who is signed in; raises SignInNeededError, which leads a browser to the sign-in page."""
    found = person()
    if found is None:
        raise SignInNeededError
    return found


def actor() -> Actor:
    """Return who does what this request asks for: staff, a buyer, or a guest without a name."""
    found = person()
    if found is None:
        return Actor(ActorKind.GUEST, "guest")
    kind, _, number = found.ref.partition(":")
    return Actor(ActorKind(kind), number, roles=found.roles if found.is_cleared else frozenset())


def view_of_request() -> Callable[..., Any] | None:
    """Return the view that this request is for; None where there is no such page."""
    return current_app.view_functions.get(request.endpoint or "")


def require_own_origin() -> None:
    """Refuse an unsafe request of another site. Raises RefusedError.

    `Sec-Fetch-Site` decides; a browser too old to send it must send a matching Origin
    (https://www.w3.org/TR/fetch-metadata/).
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        is_ours = site == "same-origin"
    else:
        is_ours = urlsplit(request.headers.get("Origin", "")).netloc == request.host
    if not is_ours:
        raise RefusedError("This form was not sent from our own page. Open the page again and repeat.")


def guard_forms() -> None:
    """Before each request: unsafe methods need a token, or proof that the form stood on our own page."""
    view = view_of_request()
    if view is None or request.method in SAFE_METHODS or getattr(view, "is_from_outside", False):
        return
    if getattr(view, "is_same_origin", False):
        require_own_origin()
        return
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise RefusedError("This form was not sent from our own page. Open the page again and repeat.")
    csrf.protect()


def guard_desk() -> ResponseReturnValue | None:
    """Before each request of the desk: nobody in without a marked view, a person and the permission."""
    view = view_of_request()
    if view is None or getattr(view, "is_public", False):
        return None
    found = person()
    if found is None:
        raise SignInNeededError
    permission = getattr(view, "permission", None)
    if permission is None or not found.may(permission):
        raise RefusedError("Your role does not allow this.")
    return None


def lead_to_sign_in(endpoint: str) -> ResponseReturnValue:
    """Return the way to the sign-in page; it comes back to a page that was only looked at.

    Without the query: a session keeps where to, and an address may have been searched for.
    """
    wanted = request.path if request.method in SAFE_METHODS else None
    return redirect(url_for(endpoint, next=wanted), 303)


def own_path(wanted: str | None) -> str:
    """Return an address to go on to, if it is a path of this application; else nothing.

    Refuses other hosts in all their disguises: two slashes, backslashes, control characters.
    """
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return ""
    if any(ord(c) < ord(" ") or c == "\\" for c in wanted) or urlsplit(wanted).netloc:
        return ""
    return wanted


def install(app: Flask, *, load_person: Loader | None = None) -> None:
    """Put the form guard into an application, and how it finds the person of a session."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    # Over HTTPS Flask-WTF would also demand a Referer, which careful browsers do not send; the token belongs
    # to a session whose `__Host-` cookie no other host can set, so the Referer proves nothing more.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)
    app.extensions["load_person"] = load_person
    app.before_request(guard_forms)
