"""Lists with cursor pagination and a `created` filter (docs.stripe.com/api/pagination)."""

from dataclasses import dataclass, replace

from oms.local.outside.work import Json, Search, Work
from oms.local.stripe import errors
from oms.local.stripe.params import Params

_OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_FAR = 10**11

Where = tuple[tuple[str, str, object], ...]


@dataclass(frozen=True)
class Cursor:
    """Where a page begins and how long it is."""

    limit: int
    starting_after: str | None
    ending_before: str | None


def cursor(params: Params) -> Cursor:
    """Read `limit` (1 to 100, default 10), `starting_after` and `ending_before`."""
    limit = params.whole("limit", least=1, most=100) or 10
    after, before = params.text("starting_after"), params.text("ending_before")
    if after and before:
        raise errors.invalid("Received both starting_after and ending_before parameters.", "starting_after")
    return Cursor(limit, after, before)


def created(params: Params) -> Where:
    """Read `created` as a moment or as `created[gte]` and its sisters."""
    if isinstance(params.peek("created"), str):
        return (("created", "=", params.whole("created", most=_FAR)),)
    span = params.child("created")
    bounds = [(sign, span.whole(word, most=_FAR)) for word, sign in _OPERATORS.items()]
    span.end()
    return tuple(("created", sign, value) for sign, value in bounds if value is not None)


def page(work: Work, search: Search, cursor: Cursor, url: str) -> Json:
    """Return one page of a kind, newest first; raises a Refusal for a cursor that names nothing."""
    window = replace(
        search,
        limit=cursor.limit + 1,
        after=_place(work, search.kind, cursor.starting_after, "starting_after"),
        before=_place(work, search.kind, cursor.ending_before, "ending_before"),
    )
    found = work.find(window)
    has_more = len(found) > cursor.limit
    data = found[-cursor.limit :] if cursor.ending_before else found[: cursor.limit]
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _place(work: Work, kind: str, identifier: str | None, param: str) -> int | None:
    if identifier is None:
        return None
    place = work.place(kind, identifier)
    if place is None:
        raise errors.no_such(kind, identifier, param)
    return place
