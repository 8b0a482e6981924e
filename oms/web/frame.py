"""What the layouts ask of every page: title, language, addresses in other markets, the shop's name."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, get_flashed_messages, has_request_context, request
from flask_babel import gettext as _

from oms.kernel.i18n import NAMES, TAGS
from oms.web.markets import DEFAULT, PLACES, Place, place


@dataclass(frozen=True, slots=True)
class Link:
    """A label and where it leads."""

    label: str
    url: str
    is_current: bool = False
    value: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as its layout needs it; `layouts/document.html` tells what each field does."""

    title: str
    lang: str
    dir: str = "ltr"
    heading: str = ""
    description: str = ""
    robots: str = ""
    canonical: str = ""
    preload: str = ""
    back: str = ""
    switch_to: str = ""
    alternates: tuple[tuple[str, str], ...] = ()
    markets: tuple[Link, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop: its name, and where its first page is."""

    name: str
    home: str
    url: str


def page(title: str, **more: Any) -> Page:  # noqa: ANN401 - the fields of Page
    """Return a page of the running application; `more` are fields of Page, and win."""
    here = place()
    if not current_app.extensions["frame"].has_markets:
        return Page(title, TAGS[here.language], **more)
    path = request.path if request.endpoint else "/"
    if not more.get("robots"):
        more.setdefault("canonical", absolute(path, here))
        more.setdefault("alternates", alternates(path))
    return Page(title, TAGS[here.language], markets=_markets(path, here), **more)


def absolute(path: str, where: Place) -> str:
    """Return the public address of a path in a market and language."""
    return f"{current_app.extensions['frame'].public_url}{where.prefix}{path}"


def alternates(path: str) -> tuple[tuple[str, str], ...]:
    """Return (language tag, address) of a page in every market and language, and of the one for the rest."""
    listed = [(where.tag, absolute(path, where)) for where in PLACES]
    return (*listed, ("x-default", absolute(path, DEFAULT)))


def _markets(path: str, here: Place) -> tuple[Link, ...]:
    return tuple(
        Link(
            label=f"{_(where.name)} · {NAMES[where.language]}",
            url=f"{where.prefix}{path}",
            is_current=where == here,
            value=where.code,
            lang=TAGS[where.language],
        )
        for where in PLACES
    )


def sign_in_endpoint() -> str:
    """Return the endpoint of the application's sign-in page, nothing where there is none yet."""
    wanted: str = current_app.extensions["frame"].sign_in
    return wanted if wanted in current_app.view_functions else ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What one application tells its layouts: the shop's name, its sign-in page, whether it has markets."""

    shop_name: str
    public_url: str
    root: str
    sign_in: str
    has_markets: bool

    def context(self) -> dict[str, Any]:
        """Return the variables that every template has."""
        here = place() if has_request_context() else DEFAULT
        shop = Shop(self.shop_name, self.home(here), self.public_url)
        return {"shop": shop, "place": here, "flashed": flashed}

    def home(self, here: Place) -> str:
        """Return the address of the first page for readers of a place."""
        return f"{here.prefix}/" if self.has_markets else f"{self.root}/"


def home() -> str:
    """Return the address of the application's first page."""
    found: Frame = current_app.extensions["frame"]
    return found.home(place())


def flashed() -> list[tuple[str, str]]:
    """Return the messages left for this page, as (kind, text); asking reads the session."""
    found: list[Any] = list(get_flashed_messages(with_categories=True))
    return [(str(pair[0]), str(pair[1])) for pair in found]


def install(app: Flask, frame: Frame) -> None:
    """Give an application's templates the shop and the place."""
    app.extensions["frame"] = frame
    app.context_processor(frame.context)
