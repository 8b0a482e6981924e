"""The mails in words: both parts of each topic, in the reader's language and locale, without a request."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency

from oms.kernel.config import Settings
from oms.kernel.i18n import SOURCE, TAGS, locale_of, words
from oms.kernel.money import Money
from oms.notifications.actions import Written
from oms.web.markets import Place
from oms.web.paper import environment

SHOP_NAME = "Counterfoil"
_settings: list[Settings] = []


@dataclass(frozen=True, slots=True)
class Reader:
    """In which market and language somebody reads, and the shop's address there."""

    market: str
    language: str
    home: str

    def say(self, source: str, **values: str) -> str:
        """Return a sentence in the reader's language."""
        found = words(self.language).gettext(source)
        return found % values if values else found

    def money(self, amount: Money) -> str:
        """Return an amount as the reader writes it."""
        return format_currency(
            amount.decimal(), amount.currency, locale=locale_of(self.language, self.market)
        )

    def day(self, moment: date) -> str:
        """Return a date with the month's name."""
        return format_date(moment, "long", locale=locale_of(self.language, self.market))

    def moment(self, at: datetime) -> str:
        """Return date and time of day in UTC, and say so."""
        shown = format_datetime(at, "d MMMM y, HH:mm:ss", locale=locale_of(self.language, self.market))
        return f"{shown} UTC"


def configure(settings: Settings) -> None:
    """Tell every mail the shop's own address, and by what its links are signed."""
    _settings[:] = [settings]


def secret() -> str:
    """Return what signs the links in mails."""
    return _settings[0].secret_key if _settings else ""


def mailbox() -> str:
    """Return where people write to the shop."""
    return _settings[0].mail_from if _settings else ""


def reader_in(market: str, language: str) -> Reader:
    """Return a reader of a market and language, with the shop's address there."""
    public_url = _settings[0].public_url.rstrip("/") if _settings else ""
    return Reader(market, language, f"{public_url}{Place(market, language).prefix}")


def write(topic: str, subject: str, reader: Reader, **values: Any) -> Written:  # noqa: ANN401 - template variables
    """Return a mail of a topic; with `stop_url` it says where its reader can do without its like.

    Raises jinja2.UndefinedError when a variable of the template is missing.
    """
    templates = environment(reader.language)
    given = {
        "mail": {
            "subject": subject,
            "lang": TAGS.get(reader.language, SOURCE),
            "dir": "ltr",
            "stop_url": values.pop("stop_url", ""),
        },
        "shop": {"name": SHOP_NAME, "url": reader.home},
        **values,
    }
    text, html = (
        templates.get_template(f"mail/{topic}/body.{part}").render(given) for part in ("txt", "html")
    )
    plain = templates.get_template(f"mail/{topic}/body.txt")
    content = "".join(plain.blocks["content"](plain.new_context(given))).strip()
    return Written(subject, text.strip() + "\n", html, content)
