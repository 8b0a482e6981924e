"""Regions by their codes: what a buyer may write freely is kept in a sealed address alone."""

from oms.orders.placing.necessity import needs


def region_of(country: str, told: str) -> str:
    """Return the code of a region of a country, by code or name; empty for anything that is none there."""
    try:
        known = needs(country, is_sent=False, phone=False, tax_by_region=True).regions if country else ()
    except ValueError:
        return ""
    wanted = told.strip().casefold().removeprefix(f"{country}-".casefold())
    for code, names in known:
        if wanted in {code.casefold(), *(name.casefold() for name in names.split(" / "))}:
            return code
    return ""
