"""From the form to Stripe's page: the one place that does transaction, gateway, transaction."""

import hashlib
import json
import logging
from dataclasses import asdict

from flask import current_app
from flask import session as browser
from sqlalchemy.exc import IntegrityError

from oms.kernel import ids, vault
from oms.kernel.config import Settings
from oms.kernel.db import reading, retry_conflicts, transaction
from oms.orders import actions, queries
from oms.orders.models import Order, unit_of
from oms.orders.personal import OrderContact, OrderDelivery
from oms.orders.placing.actions import Placed, Placing, place_order
from oms.orders.placing.queries import Typed, mailbox_of, payment_start, place_prefix, typed
from oms.orders.states import OrderState
from oms.payments import actions as money
from oms.payments import gateway
from oms.payments import queries as payments
from oms.payments.models import Payment
from oms.payments.states import PaymentState
from oms.payments.words import GatewayDeniedError, GatewayRefusedError, SessionTruth
from oms.privacy.closing import queries as closing
from oms.privacy.notice import queries as notice
from oms.web import security
from storefront.account import access
from storefront.cart.basket import PAYING
from storefront.checkout.forms import CheckoutForm
from storefront.checkout.pages import Counter

log = logging.getLogger(__name__)

_MINE = "orders"
_MOST_KEPT = 20
# Money has come, or is on its way from a bank.
_MONEY = frozenset({PaymentState.CAPTURED, PaymentState.AUTHORIZED})
# No money can come any more.
_OVER = frozenset({PaymentState.VOIDED, PaymentState.FAILED})


def place(at: Counter, form: CheckoutForm) -> str:
    """Place the order of a form, once, and return the address of Stripe's page.

    Raises what `place_order` raises, or ConflictError in a shop that closes, and then nothing was ordered;
    UnavailableError when Stripe does not answer, and then sending the same form again goes on with the same
    order. When Stripe refuses the payment (GatewayRefusedError, GatewayDeniedError), the order has lapsed and
    its goods are free again.
    """
    contact, delivery = form.contact(), form.delivery()
    key = _key(form, at, contact, delivery)
    with reading() as session:
        known = queries.by_placement(session, key)
        if known is None:
            closing.require_selling(session)
    if known is not None:
        page = _went_on(known)
        if page:
            _remember(known.number)
            return page
    paid = _give_up_unpaid()
    if paid:
        return paid
    placed = _placed(at, key, contact, delivery, waives=form.waives())
    order = placed if isinstance(placed, Order) else placed.order
    _remember(order.number)
    try:
        return _led_on(placed) or _order_url(order)
    except (GatewayRefusedError, GatewayDeniedError) as error:
        # No frames: Stripe's own message may repeat what was typed.
        log.error("order %s was refused by the provider: %s", order.number, error.reason)  # noqa: TRY400 - see above
        # Who is denied now may have been let in by a faster twin of this request.
        if isinstance(placed, Placed) or isinstance(error, GatewayRefusedError):
            _let_go(order, f"{money.REFUSED}{error.reason}")
        raise


def _led_on(placed: Order | Placed) -> str:
    if isinstance(placed, Order):
        return _page_of(placed)
    return _opened(placed.order, placed.payment, placed.mailbox)


def _went_on(known: Order) -> str:
    """Return where an order of an earlier try goes on; nothing where it lapsed, or Stripe takes it no more.

    Stripe opens no session that would end within half an hour, so that an old try may need a new order.
    """
    try:
        return _page_of(known)
    except GatewayRefusedError:
        _let_go(known, money.NEVER_STARTED)
        return ""


def _let_go(order: Order, why: str) -> None:
    """Free the goods of an order for which it is certain that no session exists; its history says why."""
    with transaction() as session:
        payment = payments.latest(session, order.id)
        if payment is not None and money.void_unstarted(session, payment.id, why=why):
            actions.lapse(session, order.id)
    browser.pop(PAYING, "")


def _key(form: CheckoutForm, at: Counter, contact: OrderContact, delivery: OrderDelivery | None) -> str:
    """Return the same word for the same form with the same content; a change makes another order of it."""
    method = at.quoted.chosen.code if at.quoted.chosen else ""
    content = [asdict(contact), asdict(delivery) if delivery else None, at.quoted.quote.fingerprint, method]
    said = json.dumps([form.placement_key.data, form.waives(), content], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _placed(
    at: Counter, key: str, contact: OrderContact, delivery: OrderDelivery | None, *, waives: bool
) -> Placed | Order:
    """Place the order; where a twin of this form was faster, return the twin's order."""
    number = ids.order_number()
    kinds = [OrderContact, *([OrderDelivery] if delivery else [])]
    request = Placing(
        number=number,
        placement_key=key,
        wanted=at.view.wanted,
        where=at.where,
        method=at.quoted.chosen.code if at.quoted.chosen else "",
        shown=at.quoted.quote.fingerprint,
        contact=contact,
        delivery=delivery,
        keys=vault.prepare(ids.new_id(), unit_of(number), *kinds),
        cart_id=at.view.cart_id,
        buyer_id=access.buyer_id() or None,
        notice_version=_notice_shown(),
        waives=waives,
    )
    try:
        return _tried(request)
    except IntegrityError:
        with reading() as session:
            twin = queries.by_placement(session, key)
        if twin is None:
            raise
        return twin


def _notice_shown() -> str:
    with reading() as session:
        return notice.version(session)


@retry_conflicts
def _tried(request: Placing) -> Placed:
    with transaction() as session:
        return place_order(session, request, by=security.actor())


def _page_of(order: Order) -> str:
    """Return where an order goes on: Stripe's page, its own when it is paid; nothing when it lapsed."""
    with reading() as session:
        payment = payments.latest(session, order.id)
        mailbox = mailbox_of(session, order)
    if payment is None or order.state is not OrderState.AWAITING_PAYMENT:
        return _order_url(order)
    if payment.session_ref is not None:
        return gateway.page_of(payment.session_ref) or _after(order, payment, payment.session_ref)
    return _opened(order, payment, mailbox)


def _opened(order: Order, payment: Payment, mailbox: str) -> str:
    """Open the session of a payment at Stripe, note it, and return the address of its page."""
    settings: Settings = current_app.extensions["settings"]
    started = gateway.start(payment_start(order, payment, settings.public_url, mailbox))
    with transaction() as session:
        money.note_session(session, payment.id, started.session_ref)
    return started.url


def _after(order: Order, payment: Payment, session_ref: str) -> str:
    truth = gateway.look_up(session_ref)
    learn(order, payment, truth)
    return "" if truth.state in _OVER else _order_url(order)


def _order_url(order: Order) -> str:
    return f"{place_prefix(order)}/orders/{order.number}"


def _remember(number: str) -> None:
    kept = [known for known in browser.get(_MINE, []) if known != number]
    browser[_MINE] = [number, *kept][:_MOST_KEPT]
    browser[PAYING] = number


def mine() -> list[str]:
    """Return the numbers of the orders that were placed in this browser."""
    return list(browser.get(_MINE, []))


def came_back() -> tuple[Order, Typed] | None:
    """Return the order that this browser left unpaid, with what was typed for it; None when there is none."""
    number = browser.get(PAYING)
    if not number:
        return None
    with reading() as session:
        order = queries.by_number(session, number)
        if order is None or order.state is not OrderState.AWAITING_PAYMENT:
            return None
        return order, typed(session, order, by=security.actor())


def _give_up_unpaid() -> str:
    """Close the session of the order that this browser left unpaid, and let its goods go.

    Return where that order goes on when its money has come or is on its way; nothing otherwise. Raises
    UnavailableError when Stripe does not answer, and the next attempt closes it.
    """
    number = browser.get(PAYING, "")
    with reading() as session:
        order = queries.by_number(session, number) if number else None
        payment = payments.latest(session, order.id) if order else None
    page = ""
    if order is not None and payment is not None and order.state is OrderState.AWAITING_PAYMENT:
        page = _closed(order, payment)
    browser.pop(PAYING, "")
    return page


def _closed(order: Order, payment: Payment) -> str:
    if payment.session_ref is None:
        return ""
    truth = gateway.expire(payment.session_ref)
    learn(order, payment, truth)
    return _order_url(order) if truth.state in _MONEY else ""


def learn(order: Order, payment: Payment, truth: SessionTruth) -> None:
    """Apply what Stripe says and at once what it means for the order; handlers find nothing left."""
    with transaction() as session:
        money.apply_truth(session, truth)
        if truth.state is PaymentState.CAPTURED:
            actions.confirm_payment(session, order.id, payment.id)
        elif truth.state in _OVER:
            actions.lapse(session, order.id)
