"""How templates write money, dates and numbers: in the reader's locale, from integers and UTC."""

from datetime import date, datetime

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent
from flask import Flask
from flask_babel import gettext as _

from oms.kernel.money import Money
from oms.web.markets import place


def money(amount: Money | int, currency: str = "") -> str:
    """Return an amount of minor units in its currency, such as `€12.00` or `12,00 €`."""
    whole = amount if isinstance(amount, Money) else Money(amount, currency)
    return format_currency(whole.decimal(), whole.currency, locale=place().locale)


# With the month's name, and in the order in which a language says it.
_MOMENTS = {"de": "d. MMM y, HH:mm", "zh": "y年M月d日 HH:mm"}


def day(moment: date) -> str:
    """Return a short date with the month's name, such as `22 Nov 2026`."""
    return format_date(moment, "medium", locale=place().locale)


def long_date(moment: date) -> str:
    """Return a date with the month's name in full, such as `22 November 2026`."""
    return format_date(moment, "long", locale=place().locale)


def moment(at: datetime) -> str:
    """Return date and time of day in UTC, and says so."""
    where = place()
    pattern = _MOMENTS.get(where.language, "d MMM y, HH:mm")
    return f"{format_datetime(at, pattern, locale=where.locale)} UTC"


def iso(at: date) -> str:
    """Return a date or moment for a `<time datetime>`."""
    return at.isoformat()


def number(value: float) -> str:
    """Return a number with the reader's separators."""
    return format_decimal(value, locale=place().locale)


def percent(value: float) -> str:
    """Return a share such as 0.19 as `19%`."""
    return format_percent(value, locale=place().locale, decimal_quantization=False)


# Names that a large first letter alone does not make right.
_HEADINGS = {"tiktok": "TikTok Shop"}


def heading(name: str) -> str:
    """Return the name of a recipient of data as a heading writes it, in English."""
    return _HEADINGS.get(name, name[:1].upper() + name[1:])


def party(name: str) -> str:
    """Return what a recipient of data is called on a page: its name as a heading writes it."""
    # An authority is no declared recipient, whose names are gathered for the catalogs by themselves.
    return str(_("Authority")) if name == "authority" else str(_(heading(name)))


def install(app: Flask) -> None:
    """Give an application's templates these filters."""
    app.jinja_env.filters.update(
        money=money, date=long_date, day=day, moment=moment, iso=iso, number=number, percent=percent
    )
