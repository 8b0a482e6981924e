"""What Hollow Post offers and what it costs.

The tariff is invented and can be reckoned by a test: `post` takes 490 minor units up to 500 g and 100 for
each 500 g begun beyond, `express` three times that; it doubles when the country changes.
"""

from dataclasses import dataclass

from oms.local.carrier.fields import Fields
from oms.local.outside.work import Json, Work

CURRENCY = "EUR"
HEAVIEST = 30_000
_LONGEST = 1200
_BASE, _FIRST, _STEP = 490, 500, 100
# The customs territory of the European Union, by member state (Regulation (EU) 952/2013, article 4).
_UNION = {
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT"),
    *("LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
}


@dataclass(frozen=True)
class Service:
    """One way to send: whether it needs a phone number, its price factor and its days."""

    code: str
    name: str
    needs_phone: bool
    factor: int
    days: tuple[int, int]

    def amount(self, grams: int, *, is_abroad: bool) -> int:
        """Return the price in minor units of EUR."""
        further = max(0, -(-(grams - _FIRST) // _FIRST))
        return (_BASE + _STEP * further) * self.factor * (2 if is_abroad else 1)


SERVICES = {
    service.code: service
    for service in (
        Service("post", "Hollow Post", needs_phone=False, factor=1, days=(2, 4)),
        Service("express", "Hollow Post Express", needs_phone=True, factor=3, days=(1, 1)),
    )
}


def leaves_customs_territory(origin: str, target: str) -> bool:
    """Tell whether a parcel between two countries must be declared."""
    return origin != target and not {origin, target} <= _UNION


def parcel(fields: Fields) -> Json:
    """Read weight and size."""
    read: Json = {"grams": fields.whole("grams", 1, HEAVIEST)}
    for side in ("length_mm", "width_mm", "height_mm"):
        if fields.has(side):
            read[side] = fields.whole(side, 1, _LONGEST)
    fields.end()
    return read


def listing(_work: Work, fields: Fields) -> Json:
    """Return the services."""
    fields.end()
    offered = [
        {"code": service.code, "name": service.name, "contact": "phone" if service.needs_phone else "none"}
        for service in SERVICES.values()
    ]
    return {"services": offered}


def rates(_work: Work, fields: Fields) -> Json:
    """Return what each service costs between two places."""
    countries = []
    for end in ("from", "to"):
        place = fields.child(end)
        countries.append(place.country("country"))
        place.maybe("postal_code", 20)
        place.end()
    weight = parcel(fields.child("parcel"))["grams"]
    fields.end()
    is_abroad = countries[0] != countries[1]
    return {
        "rates": [
            {
                "service": service.code,
                "amount": service.amount(weight, is_abroad=is_abroad),
                "currency": CURRENCY,
                "days": [days + 2 * is_abroad for days in service.days],
            }
            for service in SERVICES.values()
        ]
    }
