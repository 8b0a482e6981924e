"""The checkout in the words and shapes that its template takes."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from oms.carts.queries import CartView
from oms.catalog.models import MarketText
from oms.catalog.queries import MarketFacts, market_texts
from oms.kernel import clock, egress, places
from oms.kernel.errors import BadInputError
from oms.kernel.register import kind_of
from oms.orders.personal import OrderContact, OrderDelivery
from oms.orders.placing.necessity import Needs, needs
from oms.pricing.queries import Quoted, Where, is_taxed_by_region, quote
from oms.returns import period
from oms.web.filters import money
from oms.web.markets import place
from oms.web.regions import countries as countries_in_words
from storefront.cart.pages import countries, promise
from storefront.catalog import pages as goods_pages
from storefront.checkout.forms import CheckoutForm, form_class
from storefront.orders.record import gone_words, of_quote

_WIDTHS = {"postcode": "third", "city": "two-thirds", "region": "half", "phone": "half"}


@dataclass(frozen=True, slots=True)
class Counter:
    """One checkout at the moment: what is bought, to where, by which way, and which fields that needs."""

    view: CartView
    market: MarketFacts
    where: Where
    quoted: Quoted
    needs: Needs
    trouble: BadInputError | None

    @property
    def asked(self) -> str:
        """Return a word for the fields that this page asks for; an older form is shown again first."""
        more = f"{'phone' if self.needs.phone else ''}{'.waiver' if self.may_waive else ''}"
        return f"{self.where.country}.{'.'.join(self.needs.parts)}.{more}"

    @property
    def may_waive(self) -> bool:
        """Say whether there is a download from which the buyer could withdraw."""
        return self.where.country in period.AREA and any(
            line.goods.is_digital for line in self.quoted.quote.lines
        )


def counter(session: Session, view: CartView, market: MarketFacts, given: dict[str, str]) -> Counter:
    """Work out a checkout from what was typed so far; what cannot be used is told as `trouble`."""
    here = place()
    country = given.get("country", "")
    country = country if country in market.countries else likely_country(market)
    region, postcode = given.get("region", "")[:40], given.get("postcode", "")[:12]
    where = Where(here.market, here.language, country, region, postcode)
    trouble = None
    try:
        quoted = quote(session, view.wanted, where, given.get("method", ""), view.goods)
    except BadInputError as error:
        trouble = error
        where = Where(here.market, here.language, country, region)
        quoted = quote(session, view.wanted, where, known=view.goods)
    chosen = quoted.chosen
    needed = needs(
        country,
        is_sent=chosen is not None and not chosen.is_pickup,
        phone=chosen is not None and chosen.needs_phone,
        language=here.language,
        tax_by_region=chosen is None and _is_taxed_by_region(session, quoted, country),
    )
    return Counter(view, market, where, quoted, needed, trouble)


def _is_taxed_by_region(session: Session, quoted: Quoted, country: str) -> bool:
    classes = {line.goods.tax_class for line in quoted.quote.lines}
    return is_taxed_by_region(session, country, classes, clock.today())


def likely_country(market: MarketFacts) -> str:
    """Return the country of the market that the browser's languages name first; else the market's first."""
    for tag, _quality in request.accept_languages:
        region = tag.replace("_", "-").rpartition("-")[2].upper()
        if region in market.countries:
            return region
    return market.countries[0]


def form_of(at: Counter, data: dict[str, str] | None = None) -> CheckoutForm:
    """Return the form of a checkout, filled with what was sent or with `data`."""
    here = place()
    methods = [(offer.code, offer.name(here.language)) for offer in at.quoted.offers]
    made = form_class(at.needs, countries(at.market), methods, may_waive=at.may_waive)
    form = made() if data is None else made(formdata=None, data=data)
    form.asked.data = at.asked
    form.shown.data = at.quoted.quote.fingerprint
    form["country"].data = at.where.country
    if at.quoted.chosen is not None:
        form["method"].data = at.quoted.chosen.code
    return form


def context(session: Session, at: Counter, form: CheckoutForm) -> dict[str, Any]:
    """Return what the template takes."""
    here, chosen = place(), at.quoted.chosen
    texts = market_texts(session, here.market, here.language)
    amount = money(at.quoted.quote.total, at.quoted.quote.currency)
    delivery = f"{chosen.name(here.language)}, {promise(chosen)}" if chosen else ""
    return {
        "form": form,
        "trouble": form.trouble,
        "sections": _sections(at, form),
        "methods": [
            {
                "value": offer.code,
                "label": offer.name(here.language),
                "note": _note(promise(offer), needs_phone=offer.needs_phone),
                "amount": money(offer.amount, at.quoted.quote.currency),
            }
            for offer in at.quoted.offers
        ],
        "method": chosen.code if chosen else "",
        "method_field": form["method"] if at.quoted.offers else None,
        "record": of_quote(at.quoted.quote, at.where.country, delivery, has_address=at.needs.has_address),
        "pay_text": _pay_text(texts, amount),
        "pay_note": _("On Stripe’s page. We learn that it was paid, and nothing about your card."),
        "legal": [*_legal(texts), *_abroad(at)],
        "cart_url": goods_pages.url("/cart"),
    }


def _note(when: str, *, needs_phone: bool) -> str:
    return _("%(when)s; needs a phone number", when=when) if needs_phone else when


def _pay_text(texts: dict[str, MarketText], amount: str) -> str:
    button = texts.get("order-button")
    return (
        f"{button.title} · {amount}" if button and button.title else str(_("Pay %(amount)s", amount=amount))
    )


def _legal(texts: dict[str, MarketText]) -> list[Markup]:
    links = [
        Markup('<a href="{}">{}</a>').format(goods_pages.url(f"/legal/{topic}"), texts[topic].title)
        for topic in ("terms", "withdrawal")
        if topic in texts
    ]
    return [Markup(" · ").join(links)] if links else []


def _abroad(at: Counter) -> list[Markup]:
    """Say, before anything is sent, to which countries outside the buyer's own area it goes."""
    told = {
        name
        for kind in (OrderContact, OrderDelivery)
        for field in kind_of(kind).fields
        for name in egress.receivers(field)
    }
    found = places.abroad(at.where.country, told)
    if not found:
        return []
    said = _("What you give here also goes to: %(countries)s.", countries=countries_in_words(found))
    link = Markup('<a href="{}">{}</a>').format(
        goods_pages.url("/privacy#places"), _("What protects it there")
    )
    return [Markup("{} {}").format(said, link)]


def _sections(at: Counter, form: CheckoutForm) -> list[dict[str, Any]]:
    has_address = at.needs.has_address
    where = [_shown(form, "country", _why_country(has_address=has_address))]
    parts = (*at.needs.parts, "phone") if at.needs.phone else at.needs.parts
    where += [_shown(form, part, _why_part(part, has_address=has_address)) for part in parts]
    downloads = [_shown(form, "waiver", _why_waiver())] if "waiver" in form else []
    return [
        {"title": _("How do we reach you?"), "fields": [_shown(form, "email", _why(OrderContact, "email"))]},
        {"title": _("Where should it go?") if has_address else _("Where are you?"), "fields": where},
        *([{"title": _("Your download"), "fields": downloads}] if downloads else []),
    ]


def _why_waiver() -> str:
    return str(
        _("You need not. Without it you may still withdraw within 14 days. Your confirmation repeats it.")
    )


def _why(kind: type, name: str) -> str:
    """Return what a field is for and until when it is kept, as the register declares both."""
    declared = kind_of(kind)
    gone = _("Gone %(when)s.", when=gone_words(declared))
    return f"{_(declared.field(name).why)} {gone}"


def _why_part(part: str, *, has_address: bool) -> str:
    return _why(OrderDelivery, part) if has_address else str(_("Only for the tax; we do not keep it."))


def _why_country(*, has_address: bool) -> str:
    """Return the same for the country, which is the one part of an address that an order keeps as a fact."""
    why = _(kind_of(OrderDelivery).field("country").why) if has_address else _("For the tax.")
    return f"{why} {_('The country stays on the counterfoil.')}"


def _shown(form: CheckoutForm, name: str, why: str) -> dict[str, Any]:
    return {"f": form[name], "why": why, "hint": "", "width": _WIDTHS.get(name, "")}
