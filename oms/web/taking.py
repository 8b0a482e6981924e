"""What an address takes: the fields of its form and no other; one more is refused before anything is read.

Closed by default: an address that says nothing takes nothing but the token of its form. Names of a query are
never refused, since links are decorated on their way to a shopper; nobody reads one that is not asked for.
"""

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from flask import Flask, request
from wtforms.fields.core import UnboundField

from oms.kernel.errors import BadInputError
from oms.web.forms import ENCLOSING, OURS, Form
from oms.web.security import SAFE_METHODS, view_of_request

View = TypeVar("View", bound=Callable[..., Any])

_FORMS = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data"})
# So much of a name is said back, and of so many.
_SAID, _MOST_SAID = 40, 3


class SurplusError(BadInputError):
    """Something was sent that this address does not ask for."""

    code = "surplus_field"


def takes(*what: type[Form] | str) -> Callable[[View], View]:
    """Say which fields a view takes: those of forms, and single names; `line-*` is any that begins so."""

    def mark(view: View) -> View:
        view.takes = frozenset(_names(what))  # type: ignore[attr-defined]
        view.forms = [one for one in what if not isinstance(one, str)]  # type: ignore[attr-defined]
        return view

    return mark


def _names(what: tuple[type[Form] | str, ...]) -> Iterator[str]:
    for one in what:
        if isinstance(one, str):
            yield one
            continue
        yield from one.also
        for name in dir(one):
            field = getattr(one, name)
            if isinstance(field, UnboundField):
                yield name
                if issubclass(field.field_class, ENCLOSING):
                    yield f"{name}-*"


def taken(view: Callable[..., Any]) -> frozenset[str]:
    """Return the names that a view takes, some of them patterns, beside what the guard adds to each form."""
    found: frozenset[str] = getattr(view, "takes", frozenset())
    return found


def refuse_surplus() -> None:
    """Before each request that changes something: refuse what its view does not take. Raises SurplusError.

    Programs of others (`from_outside`) send what they like: of that only a declared part is ever read.
    """
    view = view_of_request()
    if view is None or request.method in SAFE_METHODS or getattr(view, "is_from_outside", False):
        return
    if request.mimetype not in _FORMS:
        raise SurplusError("Only a form can be sent here. Open the page again and use the button on it.")
    allowed = taken(view) | OURS
    surplus = [name for name in (*request.form, *request.files) if not _is_in(name, allowed)]
    if surplus:
        told = ", ".join(name[:_SAID] for name in surplus[:_MOST_SAID])
        raise SurplusError(
            "This form does not ask for: %(fields)s. Nothing was kept. Open the page again and repeat.",
            field=surplus[0],
            fields=told,
        )


def _is_in(name: str, allowed: frozenset[str]) -> bool:
    return name in allowed or any(fnmatchcase(name, one) for one in allowed if one.endswith("*"))


def install(app: Flask) -> None:
    """Put the guard into an application, behind the one that looks where a form comes from."""
    app.before_request(refuse_surplus)
