"""What stands around every page of the store: collections on top, the small print below."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from oms.catalog import queries
from oms.catalog.merchandise.queries import collections
from oms.kernel import clock
from oms.kernel.db import reading
from oms.kernel.errors import UnavailableError
from oms.privacy.closing import queries as closing
from oms.privacy.closing.models import Closing
from oms.privacy.models import NoticeVersion
from oms.privacy.notice import queries as notice
from oms.returns import period
from oms.web.filters import long_date
from oms.web.frame import Link
from oms.web.markets import Place, place

_TOPICS = ("imprint", "terms", "withdrawal", "delivery")
_MOST_ON_TOP = 6


@dataclass(frozen=True, slots=True)
class Nav:
    """Addresses that the layout links; `layouts/store.html` names each."""

    home: str
    search: str
    cart: str
    cart_count: str
    cart_lines: str
    checkout: str
    orders: str
    withdraw: str
    account: str
    your_data: str
    privacy: str
    collections: tuple[Link, ...]
    legal: tuple[Link, ...]
    told: tuple[tuple[str, Link], ...] = ()


@dataclass(slots=True)
class _Shelf:
    """The collections and topics of a place, as one version of the catalog has them."""

    version: int = -1
    collections: tuple[tuple[str, str], ...] = ()
    legal: tuple[tuple[str, str], ...] = field(default=())
    has_withdrawal: bool = False


_kept: dict[str, _Shelf] = {}
# What is announced to everybody need not be asked for every page.
_FRESH = timedelta(minutes=1)
_announced: list[tuple[datetime, NoticeVersion | None, Closing | None]] = []


def nav() -> Nav:
    """Return the links around a page. Without a database they are the last known ones."""
    here = place()
    shelf = _shelf(here)
    at = here.prefix
    return Nav(
        home=f"{at}/",
        search=f"{at}/search",
        cart=f"{at}/cart",
        cart_count=f"{at}/cart/count",
        cart_lines=f"{at}/cart/lines",
        checkout=f"{at}/checkout",
        orders=f"{at}/orders",
        withdraw=f"{at}/withdraw" if shelf.has_withdrawal else "",
        account=f"{at}/account/",
        your_data=f"{at}/your-data/",
        privacy=f"{at}/privacy",
        collections=tuple(Link(name, f"{at}/collections/{slug}") for slug, name in shelf.collections),
        legal=tuple(Link(title, f"{at}/legal/{topic}") for topic, title in shelf.legal),
        told=_told(at),
    )


def _told(at: str) -> tuple[tuple[str, Link], ...]:
    """Return what everybody is told on every page, each with what to do and where."""
    now = clock.now()
    if not _announced or not timedelta() <= now - _announced[0][0] < _FRESH:
        try:
            with reading() as session:
                _announced[:] = [(now, notice.announced(session), closing.current(session))]
        except (SQLAlchemyError, UnavailableError):
            return ()
    _at, version, end = _announced[0]
    found = [_closes(end, at)] if end is not None else []
    if version is not None and version.since > now:
        words = _("From %(day)s our privacy notice changes.", day=long_date(version.since))
        found.append((words, Link(_("See what changes"), f"{at}/privacy/versions/{version.version}/changes")))
    return tuple(found)


def _closes(end: Closing, at: str) -> tuple[str, Link]:
    if end.closed_at is not None:
        return _("This shop has closed. It knows nobody any more."), Link(_("What stays"), f"{at}/privacy")
    words = _(
        "This shop closes and takes no new orders. On %(day)s it lets go of all it knows about people.",
        day=long_date(end.shreds_on),
    )
    return words, Link(_("See, copy or delete your data"), f"{at}/your-data/")


def _shelf(here: Place) -> _Shelf:
    kept = _kept.setdefault(here.code, _Shelf())
    try:
        with reading() as session:
            now = queries.version(session)
            if now == kept.version:
                return kept
            shelves = collections(session, here.language)
            served = {c for m in queries.markets(session) if m.code == here.market for c in m.countries}
            texts = queries.market_texts(session, here.market, here.language)
    except (SQLAlchemyError, UnavailableError):
        return kept
    kept.collections = tuple((shelf.slug, shelf.name) for shelf in shelves)[:_MOST_ON_TOP]
    kept.legal = tuple((topic, texts[topic].title) for topic in _TOPICS if topic in texts)
    kept.has_withdrawal = bool(served & period.AREA)
    kept.version = now
    return kept


def install(app: Flask) -> None:
    """Give every template of the store its `nav`."""
    _kept.clear()
    _announced.clear()
    app.context_processor(lambda: {"nav": nav()})
