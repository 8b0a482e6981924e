"""Every page that the press can print from sample values, by its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.components.press import printed
from tests.components.values import account, after, browse, buy, kit, privacy

SAMPLES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "kit": ("kit.html", kit.kit),
    "home": ("store/home/index.html", browse.home),
    "listing": ("store/catalog/listing.html", browse.listing),
    "listing-empty": ("store/catalog/listing.html", browse.listing_without_a_match),
    "results": ("store/search/results.html", browse.results),
    "no-results": ("store/search/results.html", browse.no_results),
    "product": ("store/catalog/product.html", browse.product),
    "product-gone": ("store/catalog/product.html", browse.sold_out_product),
    "error": ("store/errors/error.html", browse.error),
    "cart": ("store/cart/cart.html", buy.cart),
    "cart-empty": ("store/cart/cart.html", buy.empty_cart),
    "checkout": ("store/checkout/checkout.html", buy.checkout),
    "checkout-refused": ("store/checkout/checkout.html", buy.refused_checkout),
    "order": ("store/orders/order.html", after.order),
    "order-counterfoil": ("store/orders/order.html", after.counterfoil),
    "order-status": ("store/orders/status.html", after.status),
    "order-find": ("store/orders/find.html", after.find),
    "order-decide": ("store/orders/decide.html", after.decide),
    "order-correct": ("store/orders/correct.html", after.correct),
    "sign-in": ("store/account/sign_in.html", account.sign_in),
    "sign-in-password": ("store/account/sign_in.html", partial(account.sign_in, with_password=True)),
    "code": ("store/account/code.html", account.code),
    "account": ("store/account/home.html", account.account),
    "sessions": ("store/account/sessions.html", account.sessions),
    "change": ("store/account/change.html", account.change),
    "your-data": ("store/privacy/your_data.html", privacy.your_data),
    "plan": ("store/privacy/plan.html", privacy.plan),
    "certificate": ("store/privacy/certificate.html", privacy.certificate),
    "deleting": ("store/privacy/certificate.html", privacy.deleting),
    "request": ("store/privacy/request.html", privacy.request),
    "unsubscribe": ("store/privacy/unsubscribe.html", privacy.unsubscribe),
    "notice": ("store/legal/notice.html", privacy.notice),
    "legal": ("store/legal/page.html", privacy.legal),
    "versions": ("store/legal/versions.html", privacy.versions),
}


def sample(name: str) -> str:
    """One sample page as HTML."""
    template, values = SAMPLES[name]
    return printed(template, values())


PAGES: dict[str, Callable[[], str]] = {name: partial(sample, name) for name in SAMPLES}
