"""In which country an internet address lies, and how far two countries are apart. Nothing is asked outside.

The five regional registries say to whom a network was given; for about one address of IPv4 in twenty that is
another country than where it is used (S. Zander, "On the Accuracy of IP Geolocation Based on IP Allocation
Data", 2012). So what is read here may warn, and never refuse. Places of a country are those of its time
zones, from `zone.tab` of the time zone database (public domain), in the notation of ISO 6709.
"""

import re
from functools import cache
from importlib.resources import files
from itertools import product
from math import asin, cos, radians, sin, sqrt

from iptocc import country_code

_EARTH_KM = 6371.0
_PLACE = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?([+-])(\d{3})(\d{2})(?:\d{2})?")

Place = tuple[float, float]


def country_of(address: str) -> str:
    """Return the country of an internet address as two letters; empty for a private or unknown one."""
    return country_code(address) or ""


@cache
def distance(one: str, other: str) -> float:
    """Return how many kilometers two countries are apart at the least; 0 where either is not known."""
    pairs = product(_places().get(one, ()), _places().get(other, ()))
    return min((_great_circle(a, b) for a, b in pairs), default=0.0) if one != other else 0.0


@cache
def _places() -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    for line in table.splitlines():
        country, _tab, rest = line.partition("\t")
        if match := _PLACE.match(rest):
            north, *latitude, east, degrees, minutes = match.groups()
            at = (_degrees(north, *latitude), _degrees(east, degrees, minutes))
            found.setdefault(country, []).append(at)
    return found


def _degrees(sign: str, degrees: str, minutes: str) -> float:
    return (int(degrees) + int(minutes) / 60) * (-1 if sign == "-" else 1)


def _great_circle(one: Place, other: Place) -> float:
    """Return the distance on the sphere by the haversine formula (Sinnott 1984)."""
    (lat1, lon1), (lat2, lon2) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, half)))
