"""Under which age somebody counts as a child, by country, as data; nobody is ever asked for a birth date.

In Europe it is the age of GDPR, article 8(1), as each country has set it; elsewhere the law that is named.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Age:
    """Years of life under which a guardian decides, and the law that says so."""

    years: int
    source: str


_NOT_LOWERED = "GDPR, article 8(1), not lowered"
# Where no law is known: the shop is not made for anybody under 18.
GENERAL = Age(18, "our own promise")
AGES = {
    "AT": Age(14, "DSG, section 4(4)"),
    "BE": Age(13, "Act of 30 July 2018, article 7"),
    "BG": Age(14, "Personal Data Protection Act, article 25c"),
    "CN": Age(14, "PIPL, article 31"),
    "CY": Age(14, "Law 125(I)/2018, section 8"),
    "CZ": Age(15, "Act 110/2019, section 7"),
    "DE": Age(16, _NOT_LOWERED),
    "DK": Age(15, "Data Protection Act, section 6(2), as of 1 January 2024"),
    "EE": Age(13, "Personal Data Protection Act, section 8"),
    "ES": Age(14, "Organic Law 3/2018, article 7"),
    "FI": Age(13, "Data Protection Act 1050/2018, section 5"),
    "FR": Age(15, "Law 78-17, article 45"),
    "GB": Age(13, "Data Protection Act 2018, section 9"),
    "GR": Age(15, "Law 4624/2019, article 21"),
    "HR": Age(16, _NOT_LOWERED),
    "HU": Age(16, _NOT_LOWERED),
    "IE": Age(16, "Data Protection Act 2018, section 31"),
    "IS": Age(13, "Act 90/2018, article 10"),
    "IT": Age(14, "Legislative Decree 196/2003, article 2-quinquies"),
    "KR": Age(14, "Personal Information Protection Act, article 22-2"),
    "LI": Age(16, _NOT_LOWERED),
    "LT": Age(14, "Law on Legal Protection of Personal Data, article 6"),
    "LU": Age(16, _NOT_LOWERED),
    "LV": Age(13, "Personal Data Processing Law, section 33"),
    "MT": Age(13, "Subsidiary Legislation 586.11"),
    "NL": Age(16, "UAVG, article 5"),
    "NO": Age(13, "Personal Data Act, section 5"),
    "PL": Age(16, _NOT_LOWERED),
    "PT": Age(13, "Law 58/2019, article 16"),
    "RO": Age(16, _NOT_LOWERED),
    "SE": Age(13, "Act 2018:218, chapter 2, section 4"),
    "SI": Age(15, "ZVOP-2, article 8"),
    "SK": Age(16, "Act 18/2018, section 15"),
    "US": Age(13, "COPPA, 15 U.S.C. 6501(1)"),
}


def of(country: str) -> Age:
    """Return the age of a country (ISO 3166 alpha-2)."""
    return AGES.get(country, GENERAL)


def strictest(countries: Iterable[str]) -> tuple[str, Age]:
    """Return the country with the highest age among some, and that age; '' and the general age for none."""
    found = sorted(set(countries))
    country = max(found, key=lambda one: of(one).years, default="")
    return country, of(country)
