"""Reads for a quote: the variants, the rates at the destination today, the ways of delivery."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from oms.catalog.queries import MarketFacts, Sellable, markets, sellables
from oms.kernel import clock
from oms.kernel.errors import BadInputError
from oms.kernel.money import Money
from oms.pricing.models import TaxRate
from oms.pricing.quote import Goods, NotSellableError, Quote, reckon
from oms.shipping.queries import Offer, Parcel, offers


@dataclass(frozen=True, slots=True)
class Where:
    """The coarse address of a quote: market, language, country, region, postcode; nobody is named."""

    market: str
    language: str
    country: str
    region: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote with the ways of delivery that could be chosen and the one that was."""

    quote: Quote
    offers: tuple[Offer, ...]
    chosen: Offer | None


def market_of(session: Session, code: str) -> MarketFacts | None:
    """Return a market by its code; None where the shop does not sell."""
    return next((market for market in markets(session) if market.code == code), None)


def goods(session: Session, variant_ids: Collection[int], market: str, language: str) -> dict[int, Goods]:
    """Return the variants that are sold in a market, by id; one that is missing is not sold there."""
    return _sold(session, market, language, ids=list(variant_ids)) if variant_ids else {}


def goods_of(session: Session, sku: str, market: str, language: str) -> Goods | None:
    """Return the variant of a SKU as it is sold in a market; None where it is not."""
    return next(iter(_sold(session, market, language, skus=[sku]).values()), None)


def _sold(session: Session, market: str, language: str, **which: list[Any]) -> dict[int, Goods]:
    facts = market_of(session, market)
    found = sellables(session, facts, language, **which) if facts else {}
    return {
        variant_id: _goods(item, item.price) for variant_id, item in found.items() if item.price is not None
    }


def _goods(item: Sellable, price: Money) -> Goods:
    return Goods(
        variant_id=item.variant_id,
        sku=item.sku,
        title=item.title,
        choices=item.choice,
        unit_price=price.amount,
        tax_class=item.tax_class,
        grams=item.weight_grams,
        is_digital=not item.requires_shipping,
        hs_code=item.hs_code,
        origin=item.origin,
        handle=item.handle,
        picture=item.picture,
    )


# Put together once, as putting together takes longer than running.
_RATES = (
    select(TaxRate.tax_class, TaxRate.basis_points)
    .where(
        TaxRate.country == bindparam("country"),
        or_(TaxRate.region == "", TaxRate.region == bindparam("region")),
        TaxRate.valid_from <= bindparam("on"),
    )
    .order_by(TaxRate.region, TaxRate.valid_from)
)


def rates(session: Session, country: str, region: str, on: date) -> dict[str, int]:
    """Return each tax class's rate at a destination on a day; a region's own beats its country's."""
    rows = session.execute(_RATES, {"country": country, "region": region, "on": on})
    return dict(iter(rows))


def is_taxed_by_region(session: Session, country: str, tax_classes: Collection[str], on: date) -> bool:
    """Say whether the tax of some goods hangs on a region of the country, and not on the country alone."""
    chosen = select(TaxRate.id).where(TaxRate.country == country, TaxRate.region != "")
    dated = chosen.where(TaxRate.tax_class.in_(tax_classes), TaxRate.valid_from <= on)
    return session.scalar(dated.limit(1)) is not None


def quote(
    session: Session,
    wanted: Mapping[int, int],
    where: Where,
    method: str = "",
    known: Mapping[int, Goods] | None = None,
) -> Quoted:
    """Quote wanted units by variant id at a coarse address; `known` are goods that were read just now.

    Without a method the first offer counts. Raises NotSellableError, and BadInputError (field `country` or
    `method`) where nothing is sent there or the method is not offered.
    """
    market = market_of(session, where.market)
    if market is None or where.country not in market.countries:
        raise BadInputError("We do not send to this country. Choose another one.", field="country")
    found = goods(session, list(wanted), where.market, where.language) if known is None else known
    for variant_id in wanted:
        if variant_id not in found:
            raise NotSellableError("This is not sold here any more. Remove it to go on.", variant_id)
    lines = [(found[variant_id], quantity) for variant_id, quantity in wanted.items()]
    offered = () if all(item.is_digital for item, _ in lines) else _offers(session, lines, where)
    chosen = _choose(offered, method)
    table = rates(session, where.country, where.region, clock.today())
    reckoned = reckon(
        lines,
        table,
        chosen.amount if chosen else 0,
        currency=market.currency,
        tax_included=market.tax_included,
    )
    return Quoted(reckoned, offered, chosen)


def _offers(session: Session, lines: Sequence[tuple[Goods, int]], where: Where) -> tuple[Offer, ...]:
    grams = sum(item.grams * quantity for item, quantity in lines if not item.is_digital)
    worth = sum(item.unit_price * quantity for item, quantity in lines)
    found = offers(session, Parcel(where.market, where.country, where.postcode, grams, worth))
    if not found:
        raise BadInputError(
            "We cannot send this there. Check country and postcode, or take fewer things.", field="postcode"
        )
    return tuple(found)


def _choose(offered: Sequence[Offer], method: str) -> Offer | None:
    if not offered:
        return None
    if not method:
        return offered[0]
    chosen = next((offer for offer in offered if offer.code == method), None)
    if chosen is None:
        raise BadInputError("This way of delivery is not offered there. Choose another one.", field="method")
    return chosen
