"""Every page that the press can print from sample values, by its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.components.press import printed
from tests.components.values import account, after, back, browse, buy, desk, floor, kit, privacy, withdrawal

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
    "checkout-interrupted": ("store/checkout/interrupted.html", buy.interrupted),
    "order-waiting": ("store/orders/order.html", after.waiting),
    "order-counterfoil": ("store/orders/order.html", after.counterfoil),
    "order-status": ("store/orders/status.html", after.status),
    "order-find": ("store/orders/find.html", after.find),
    "order-locked-out": ("store/orders/locked_out.html", after.locked_out),
    "order-decide": ("store/orders/decide.html", after.decide),
    "withdraw": ("store/orders/withdraw.html", withdrawal.statement),
    "withdraw-find": ("store/orders/withdraw.html", withdrawal.look_up),
    "withdraw-confirm": ("store/orders/withdraw_confirm.html", withdrawal.confirm),
    "withdrawn": ("store/orders/withdrawn.html", withdrawal.withdrawn),
    "order-correct": ("store/orders/correct.html", after.correct),
    "sign-in": ("store/account/sign_in.html", account.sign_in),
    "sign-in-password": ("store/account/sign_in.html", partial(account.sign_in, with_password=True)),
    "code": ("store/account/code.html", account.code),
    "not-me": ("store/account/not_me.html", account.not_me),
    "account": ("store/account/home.html", account.account),
    "sessions": ("store/account/sessions.html", account.sessions),
    "change": ("store/account/change.html", account.change),
    "your-data": ("store/privacy/your_data.html", privacy.your_data),
    "bring": ("store/privacy/bring.html", privacy.bring),
    "copy": ("store/privacy/copy.html", privacy.copy),
    "copy-ready": ("store/privacy/copy.html", partial(privacy.copy, is_ready=True)),
    "plan": ("store/privacy/plan.html", privacy.plan),
    "certificate": ("store/privacy/certificate.html", privacy.certificate),
    "deleting": ("store/privacy/certificate.html", privacy.deleting),
    "request": ("store/privacy/request.html", privacy.request),
    "ask": ("store/privacy/ask.html", privacy.ask),
    "lock": ("store/privacy/lock.html", privacy.lock),
    "minor": ("store/privacy/minor.html", privacy.minor),
    "child": ("store/privacy/child.html", privacy.child),
    "child-asked": ("store/privacy/child.html", privacy.child_asked),
    "proof": ("store/privacy/proof.html", privacy.proof),
    "messages": ("store/privacy/messages.html", privacy.messages),
    "unsubscribe": ("store/privacy/unsubscribe.html", privacy.unsubscribe),
    "notice": ("store/legal/notice.html", privacy.notice),
    "legal": ("store/legal/page.html", privacy.legal),
    "notice-changes": ("store/legal/changes.html", privacy.changes),
    "transparency": ("store/legal/transparency.html", privacy.transparency),
    "transparency-none": (
        "store/legal/transparency.html",
        lambda: {**privacy.transparency(), "rows": []},
    ),
    "versions": ("store/legal/versions.html", privacy.versions),
    "desk-sign-in": ("desk/staff/sign_in.html", desk.sign_in),
    "desk-second-factor": ("desk/staff/second_factor.html", desk.second_factor),
    "desk-home": ("desk/home/index.html", desk.home),
    "desk-orders": ("desk/orders/list.html", desk.orders),
    "desk-orders-none": ("desk/orders/list.html", desk.no_orders),
    "desk-order": ("desk/orders/order.html", desk.order),
    "desk-order-revealed": ("desk/orders/order.html", desk.revealed_order),
    "desk-confirm": ("desk/orders/confirm.html", desk.confirm),
    "desk-bulk": ("desk/bulk/result.html", desk.bulk),
    "desk-pick": ("desk/pick/list.html", floor.pick),
    "desk-pick-none": ("desk/pick/list.html", floor.nothing_to_pick),
    "desk-pack": ("desk/pack/pack.html", floor.pack),
    "desk-pack-wanted": ("desk/pack/pack.html", partial(floor.closed, "wanted")),
    "desk-pack-silent": (
        "desk/pack/pack.html",
        partial(floor.closed, "wanted", "The carrier does not answer."),
    ),
    "desk-pack-labelled": ("desk/pack/pack.html", partial(floor.closed, "bought")),
    "desk-pack-gone": ("desk/pack/pack.html", partial(floor.closed, "bought", is_gone=True)),
    "desk-pack-ours": ("desk/pack/pack.html", partial(floor.closed, "none", is_ours=True)),
    "desk-shipments": ("desk/shipments/list.html", floor.shipments),
    "desk-pack-none": ("desk/pack/pack.html", floor.nothing_to_pack),
    "desk-label": ("desk/shipments/label.html", floor.label),
    "desk-labels": ("desk/pack/labels.html", floor.labels),
    "desk-labels-awaited": ("desk/pack/labels.html", partial(floor.labels, "/nowhere")),
    "desk-slip": ("desk/shipments/slip.html", floor.slip),
    "desk-stock": ("desk/stock/list.html", floor.stock),
    "desk-level": ("desk/stock/level.html", floor.level),
    "desk-returns": ("desk/returns/list.html", floor.returns),
    "desk-notice": ("desk/privacy/notice.html", floor.notice),
    "desk-requests": ("desk/privacy/requests.html", floor.requests),
    "desk-request": ("desk/privacy/request.html", floor.request),
    "desk-privacy-sheet": ("desk/privacy/sheet.html", floor.sheet),
    "desk-dead-letters": ("desk/outbox/dead_letters.html", floor.dead_letters),
    "desk-audit": ("desk/audit/list.html", floor.audit),
    "desk-staff": ("desk/staff/list.html", desk.staff),
    "desk-search": ("desk/search/results.html", back.search),
    "desk-search-none": ("desk/search/results.html", back.no_search),
    "desk-settings": ("desk/settings/index.html", back.settings),
    "desk-refund": ("desk/orders/refund.html", back.refund),
    "desk-pick-print": ("desk/pick/print.html", back.pick_on_paper),
    "desk-error": ("desk/errors/error.html", desk.error),
}


def sample(name: str) -> str:
    """One sample page as HTML."""
    template, values = SAMPLES[name]
    return printed(template, values())


PAGES: dict[str, Callable[[], str]] = {name: partial(sample, name) for name in SAMPLES}
