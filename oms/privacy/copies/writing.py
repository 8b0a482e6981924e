"""The three forms of a copy in one file: JSON by the published schema, CSV, and a page for reading."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency

from oms.catalog.exchange.formulas import made_harmless
from oms.kernel import egress, register
from oms.kernel.i18n import SOURCE, TAGS, locale_of, words
from oms.kernel.money import Money
from oms.privacy.access import queries as access
from oms.privacy.access.queries import Insight
from oms.privacy.copies.models import Copy
from oms.privacy.states import Channel
from oms.privacy.wishes.states import WishPurpose, wording
from oms.risk import words as risk
from oms.risk.states import DoubtState
from oms.web.paper import environment

COLUMNS = ("about", "what", "value", "why", "basis", "source", "recipients", "ends_at")
# A zip keeps a date for each part; one day for all keeps the moment of building out of it.
_DAY = (2000, 1, 1, 0, 0, 0)


def written(found: Insight, row: Copy, schema_url: str) -> bytes:
    """Return the file of a copy: `your-data.json`, `.csv` and `.html` in one zip."""
    told = access.copy(found, schema_url)
    parts = {
        "your-data.json": json.dumps(told, indent=2, ensure_ascii=False),
        "your-data.csv": _table(told),
        "your-data.html": _page(told, row.language, row.market),
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _DAY), text.encode(), zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _table(told: dict[str, Any]) -> str:
    """Return a line for each fact: a byte order mark for spreadsheets, no cell that they would run."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    for line in _lines(told):
        writer.writerow([made_harmless(str(cell)) for cell in line])
    return "\ufeff" + lines.getvalue()


def _lines(told: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for record in told["records"]:
        kind = register.KINDS[record["kind"]]
        for name, value in record["values"].items():
            field = kind.field(name)
            yield (
                *(record["unit"], field.label, risk.value(kind.name, name, _text(value), str)),
                *(field.why, record["basis"]),
                *(record["source"], " ".join(egress.receivers(field)), record["ends_at"]),
            )
    for row in told["disclosures"]:
        what = f"told {row['recipient']} on {row['at']}"
        yield row["unit"], what, " ".join(row["fields"]), row["what_for"], row["purpose"], "", "", ""
    for look in told["looks"]:
        what = f"seen by staff on {look['at']}"
        yield look["about"], what, " ".join(look["fields"]), look["reason"], look["purpose"], "", "", ""
    for order in told["orders"]:
        goods = "; ".join(f"{line['quantity']} x {line['title']} ({line['sku']})" for line in order["lines"])
        paid = f"{order['total']} minor units of {order['currency']}"
        placed = f"order placed on {order['placed_at']}"
        yield f"order:{order['number']}", placed, goods, paid, "contract", "you", "", ""
    for row in told["wishes"]:
        what = f"{row['choice']} for {row['purpose']} by {row['channel']}"
        words = f"words of {row['wording']} in {row['language']}, SHA-256 {row['text_hash']}"
        yield row["unit"], what, row["at"], words, "consent", f"you, by {row['way']}", "", ""
    for row in told["reviews"]:
        what = f"a person looks at the order, since {row['at']}, until {row['due_at']} at the latest"
        became = risk.outcome(DoubtState(row["outcome"]), str)
        yield row["unit"], what, became, "security", "legitimate interest", "the shop", "", ""
    yield from _moments(told)
    for place in told["places"]:
        where = f"{place['provider']} {' '.join(place['countries'])}".strip()
        outside = f"outside the EEA: {' '.join(place['outside_eea'])}" if place["outside_eea"] else ""
        lets = f"{place['mechanism']} until {place['review']}" if place["mechanism"] else ""
        yield "place", place["name"], where, outside, lets, "", "", ""


def _moments(told: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in told["happened"]:
        moved = f"{row['amount']} minor units of {row['currency']}" if row["currency"] else ""
        yield row["unit"], f"{row['what']} on {row['at']}", row["detail"], moved, "", "the shop", "", ""
    for row in told["sign_ins"]:
        unusual = f"unusual: {' '.join(row['reasons'])}" if row["reasons"] else ""
        where = f"{row['browser']} {row['country']}".strip()
        yield (
            "account",
            f"signed in on {row['at']}",
            where,
            unusual,
            "legitimate interest",
            "",
            "",
            row["ends_at"],
        )


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _page(told: dict[str, Any], language: str, market: str) -> str:
    say = words(language).gettext
    locale = locale_of(language, market)
    names = Locale.parse(locale).territories

    def day(at: str) -> str:
        return format_datetime(datetime.fromisoformat(at), "d MMMM y, HH:mm", locale=locale) + " UTC"

    def label(name: str) -> str:
        kind, _dot, field = name.rpartition(".")
        return say(register.KINDS[kind].field(field).label) if kind in register.KINDS else field

    return (
        environment(language)
        .get_template("copy/page.html")
        .render(
            told=told,
            lang=TAGS.get(language, SOURCE),
            day=day,
            label=label,
            why=lambda kind, name: say(register.KINDS[kind].field(name).why),
            say=say,
            countries=lambda codes: ", ".join(str(names.get(code, code)) for code in codes),
            date=lambda told: format_date(date.fromisoformat(told), "d MMMM y", locale=locale),
            wish=lambda purpose, channel: wording(WishPurpose(purpose), Channel(channel), language)[0],
            text=lambda kind, name, value: risk.value(kind, name, _text(value), say),
            money=lambda minor, currency: format_currency(
                Money(minor, currency).decimal(), currency, locale=locale
            ),
            became=lambda state: risk.outcome(DoubtState(state), say),
        )
    )
