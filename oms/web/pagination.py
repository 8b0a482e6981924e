"""Pages of a long list: numbered where people browse, by key where it is long and changes meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _

from oms.web.filters import number

T = TypeVar("T")
DEEPEST_PAGE = 1000
_MOST_DIGITS = 6


@dataclass(frozen=True)
class Numbered(Generic[T]):
    """One numbered page: its rows, its number from 1, and how many rows there are in all."""

    rows: tuple[T, ...]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """Return how many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def previous(self) -> int | None:
        """Return the number of the page before, None on the first."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """Return the number of the page after, None on the last."""
        return self.number + 1 if self.number < self.pages else None

    def window(self, around: int = 2) -> list[int]:
        """Return the page numbers to link: the first, the last, those around this one; 0 stands for a gap."""
        near = {1, self.pages, *range(self.number - around, self.number + around + 1)}
        shown = sorted(n for n in near if 1 <= n <= self.pages)
        result: list[int] = []
        for n in shown:
            if result and n > result[-1] + 1:
                result.append(0)
            result.append(n)
        return result


@dataclass(frozen=True, slots=True)
class Pages:
    """Links to the pages of a list, as `components/pagination.html` takes them."""

    summary: str
    before: str
    after: str
    numbers: tuple[tuple[str, str, bool], ...]


def links(found: Numbered[Any]) -> Pages:
    """Return the links to the pages of a list; none where one page holds everything."""
    if found.pages == 1:
        return Pages("", "", "", ())
    summary = _(
        "%(first)s to %(last)s of %(total)s",
        first=number((found.number - 1) * found.size + 1),
        last=number(min(found.number * found.size, found.total)),
        total=number(found.total),
    )
    return Pages(
        str(summary),
        _page_url(found.previous),
        _page_url(found.next),
        tuple(
            (number(n), _page_url(n), n == found.number) if n else ("…", "", False) for n in found.window()
        ),
    )


def _page_url(page: int | None) -> str:
    return "" if page is None else url_with(page=None if page == 1 else page)


def page_number() -> int:
    """Return the page that `?page=` asks for; the first for anything that is no number."""
    asked = request.args.get("page", "1")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS
    return min(max(1, int(asked)), DEEPEST_PAGE) if is_number else 1


def url_with(**changed: object) -> str:
    """Return this page's address with some query parameters changed; None takes one away."""
    query = [(k, v) for k, v in request.args.items(multi=True) if k not in changed]
    query += [(k, str(v)) for k, v in changed.items() if v is not None]
    return f"{request.script_root}{request.path}" + (f"?{urlencode(query)}" if query else "")


@dataclass(frozen=True)
class Keyset(Generic[T]):
    """A piece of a long list in the order of a key: its rows, and the keys beyond which more lie."""

    rows: tuple[T, ...]
    before: str
    after: str


def keyset_of(found: list[T], size: int, key: Callable[[T], str], *, asked: "Asked") -> Keyset[T]:
    """Return a piece of `size + 1` rows as the query found them; a backwards query finds them reversed."""
    has_more = len(found) > size
    rows = found[:size]
    if asked.is_backwards:
        rows = rows[::-1]
    if not rows:
        return Keyset((), "", "")
    has_before = has_more if asked.is_backwards else bool(asked.key)
    has_after = bool(asked.key) if asked.is_backwards else has_more
    return Keyset(tuple(rows), key(rows[0]) if has_before else "", key(rows[-1]) if has_after else "")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which piece `?after=` or `?before=` asks for; an empty key is the beginning."""

    key: str
    is_backwards: bool


def asked_piece() -> Asked:
    """Return the piece that the address asks for."""
    before = request.args.get("before", "")
    return (
        Asked(before, is_backwards=True)
        if before
        else Asked(request.args.get("after", ""), is_backwards=False)
    )
