"""What the shop decides about delivery: a way of delivery offered, or no longer."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.catalog.models import Market
from oms.kernel.errors import BadInputError
from oms.shipping.carriers.known import CARRIERS
from oms.shipping.models import ShippingMethod


@dataclass(frozen=True, slots=True)
class NewMethod:
    """A way of delivery; `steps` are (up to grams, minor units of the market's currency)."""

    code: str
    market: str
    names: Mapping[str, str]
    carrier: str
    service: str
    countries: tuple[str, ...]
    steps: tuple[tuple[int, int], ...]
    days: tuple[int, int]
    position: int = 0
    free_from: int | None = None
    not_postcodes: tuple[str, ...] = ()


def add_method(session: Session, wanted: NewMethod) -> ShippingMethod:
    """Offer a way of delivery, or bring the one of this code to what it should be.

    Whether it is collected, and whether a phone number is asked for, follows from the carrier's service.
    Raises BadInputError for a carrier, country, price or number of days that cannot be; nothing is written.
    """
    _check(session, wanted)
    service = CARRIERS[wanted.carrier].service(wanted.service)
    values = {
        "code": wanted.code,
        "market_code": wanted.market,
        "position": wanted.position,
        "names": dict(wanted.names),
        "carrier": wanted.carrier,
        "service": wanted.service,
        "countries": list(wanted.countries),
        "not_postcodes": list(wanted.not_postcodes),
        "steps": [list(step) for step in wanted.steps],
        "free_from": wanted.free_from,
        "days_least": wanted.days[0],
        "days_most": wanted.days[1],
        "is_pickup": wanted.service == "pickup",
        "needs_phone": service is not None and service.needs_phone,
        "is_active": True,
    }
    statement = insert(ShippingMethod).values(values)
    return session.scalars(
        statement.on_conflict_do_update(index_elements=["code"], set_=values)
        .returning(ShippingMethod)
        .execution_options(populate_existing=True)
    ).one()


def end_method(session: Session, code: str) -> bool:
    """Offer a way of delivery no longer; orders that chose it keep it. True when it was offered until now."""
    found = session.scalar(select(ShippingMethod).where(ShippingMethod.code == code).with_for_update())
    if found is None or not found.is_active:
        return False
    found.is_active = False
    return True


def _check(session: Session, wanted: NewMethod) -> None:
    carrier = CARRIERS.get(wanted.carrier)
    if carrier is None or carrier.service(wanted.service) is None:
        raise BadInputError(
            f"{wanted.code}: no carrier sells {wanted.carrier} {wanted.service}.", field="service"
        )
    market = session.get(Market, wanted.market)
    if market is None or not wanted.countries or set(wanted.countries) - set(market.countries):
        raise BadInputError(f"{wanted.code}: name countries of one market.", field="countries")
    if not wanted.names.get("en"):
        raise BadInputError(f"{wanted.code}: give it a name in English at least.", field="names")
    weights = [grams for grams, _ in wanted.steps]
    if not weights or weights != sorted(set(weights)) or any(min(step) < 0 for step in wanted.steps):
        raise BadInputError(
            f"{wanted.code}: give steps of rising weight, and no price below 0.", field="steps"
        )
    if not 0 <= wanted.days[0] <= wanted.days[1]:
        raise BadInputError(f"{wanted.code}: the days run from the fewest to the most.", field="days")
