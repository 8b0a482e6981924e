"""Reads for a quote: the variants, the rates at the destination today, the ways of delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.catalog.models import Market, Option, OptionValue, Price, Product, ProductText, Variant, in_language
from oms.catalog.states import ProductStatus
from oms.kernel import clock
from oms.kernel.errors import BadInputError
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


def goods(session: Session, variant_ids: Sequence[int], market: str, language: str) -> dict[int, Goods]:
    """Return the variants that are sold in a market, by id; one that is missing is not sold there."""
    rows = session.execute(
        select(Variant, Product, Price.amount, ProductText.title)
        .join(Product, Product.id == Variant.product_id)
        .join(Price, (Price.variant_id == Variant.id) & (Price.market_code == market))
        .outerjoin(ProductText, (ProductText.product_id == Product.id) & (ProductText.language == language))
        .where(
            Variant.id.in_(variant_ids),
            Variant.withdrawn_at.is_(None),
            Product.status == ProductStatus.PUBLISHED,
        )
    ).all()
    titles = _fallback_titles(session, [product.id for _, product, _, title in rows if not title])
    words = _choice_words(session, [variant for variant, *_ in rows], language)
    return {
        variant.id: Goods(
            variant_id=variant.id,
            sku=variant.sku,
            title=title or titles.get(product.id, variant.sku),
            choices=words.get(variant.id, ""),
            unit_price=amount,
            tax_class=product.tax_class,
            grams=variant.weight_grams,
            is_digital=not variant.requires_shipping,
            hs_code=product.hs_code,
            origin=product.origin,
        )
        for variant, product, amount, title in rows
    }


def _fallback_titles(session: Session, product_ids: Sequence[int]) -> dict[int, str]:
    if not product_ids:
        return {}
    rows = session.execute(
        select(ProductText.product_id, ProductText.title)
        .where(ProductText.product_id.in_(product_ids))
        .order_by((ProductText.language == "en").asc())
    )
    return dict(iter(rows))


def _choice_words(session: Session, variants: Sequence[Variant], language: str) -> dict[int, str]:
    chosen = [v for v in variants if v.choices]
    if not chosen:
        return {}
    rows = session.execute(
        select(Option.product_id, Option.code, OptionValue.code, OptionValue.names)
        .join(OptionValue, OptionValue.option_id == Option.id)
        .where(Option.product_id.in_({v.product_id for v in chosen}))
    )
    names = {
        (product, f"{option}={value}"): in_language(words, language) for product, option, value, words in rows
    }
    return {
        v.id: ", ".join(names.get((v.product_id, c), c.split("=", 1)[-1]) for c in v.choices) for v in chosen
    }


def rates(session: Session, country: str, region: str, on: date) -> dict[str, int]:
    """Return each tax class's rate at a destination on a day; a region's own beats its country's."""
    rows = session.execute(
        select(TaxRate.tax_class, TaxRate.basis_points)
        .where(TaxRate.country == country, TaxRate.region.in_(["", region]), TaxRate.valid_from <= on)
        .order_by(TaxRate.region, TaxRate.valid_from)
    )
    return dict(iter(rows))


def quote(session: Session, wanted: Mapping[int, int], where: Where, method: str = "") -> Quoted:
    """Quote wanted units by variant id at a coarse address.

    Without a method the first offer counts. Raises NotSellableError, and BadInputError (field `country` or
    `method`) where nothing is sent there or the method is not offered.
    """
    market = session.get(Market, where.market)
    if market is None or where.country not in market.countries:
        raise BadInputError("We do not send to this country. Choose another one.", field="country")
    found = goods(session, list(wanted), where.market, where.language)
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
