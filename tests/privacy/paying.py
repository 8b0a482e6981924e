"""People who pay, in every way that a payment can go, and somebody who signs events full of cards.

Everything goes over HTTP: the checkout of the shop, the page of Stripe on which a card is typed, the events.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from sqlalchemy import select

from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.local.outside.hooks import sign
from oms.orders.models import OrderLine
from oms.orders.refunding import actions as refunding
from oms.orders.refunding.actions import Wanted
from oms.payments.gateway import API_VERSION
from oms.payments.models import Payment, Refund
from oms.payments.states import RefundState
from tests.fakes import OURS, STRIPE_KEY, STRIPE_SECRET, Party
from tests.privacy.canaries import letters
from tests.privacy.cards import Bank
from tests.privacy.somebody import Browser
from tests.running import ADA

# Stripe's numbers for tests (https://docs.stripe.com/testing), by what its page does with them.
ACCEPTED, DECLINED, ASKS = "4242 4242 4242 4242", "4000000000000002", "4000002760003155"
DISPUTED, WRONG_CODE = "4000000000000259", "4000000000000127"
TOTAL, PENCIL = 750, 190
End = tuple[str, int]


@dataclass
class Payer(Browser):
    """Somebody who orders a pencil and is led to Stripe's page."""

    session: str = ""

    @property
    def stripe(self) -> Party:
        """Stripe."""
        assert self.live.stripe is not None
        return self.live.stripe

    def check_out(self) -> None:
        """Order, up to the page on which a card is typed."""
        assert self.post("/cart/lines", {"sku": "CEDAR-PENCIL", "quantity": "1"}).status_code == 303
        answer = self.send("/checkout", **ADA)
        assert answer.status_code == 303, answer.text
        where = urlsplit(answer.headers["Location"])
        assert answer.headers["Location"].startswith(self.stripe.address)
        self.session = where.path.rsplit("/", 1)[1]

    def types(self, number: str, said: str = "") -> None:
        """Type a card on the page of Stripe, and the bank's answer where it asks."""
        page = f"{self.stripe.address}/c/pay/{self.session}"
        card = {"card": number, "cvc": "737", "exp": "12/34", "name": "Ada Lind"}
        requests.post(page, data=card, allow_redirects=False, timeout=60)
        if said:
            data = {"result": said}
            requests.post(f"{page}/authenticate", data=data, allow_redirects=False, timeout=60)

    def expire(self) -> None:
        """Let the session's time end at Stripe."""
        requests.post(
            f"{self.stripe.address}/v1/checkout/sessions/{self.session}/expire",
            auth=(STRIPE_KEY, ""),
            headers={"Stripe-Version": API_VERSION, **OURS},
            timeout=60,
        ).raise_for_status()

    def debit(self, outcome: str) -> None:
        """Pay by a bank debit that ends some day."""
        self.stripe.pay(self.session, delayed=600)
        self.stripe.post(f"sessions/{self.session}/settle", outcome=outcome)

    def money_back(self, *, whole: bool) -> None:
        """Get the pencil's price back, or all of it, once the payment is known."""
        self.soon(lambda: self.end() == ("captured", 0))
        with transaction() as session:
            order = session.scalars(select(Payment.order_id).where(self._mine())).one()
            line = session.scalars(select(OrderLine.id).where(OrderLine.order_id == order)).one()
            refunding.refund(session, order, Wanted({line: 1}, whole, "Goodwill"), by=SYSTEM)

    def _mine(self) -> Any:  # noqa: ANN401 - SQLAlchemy's
        return Payment.session_ref == self.session

    def end(self) -> End:
        """Return the state of the payment, and what was sent back of it for certain, in minor units."""
        with reading(Role.MIGRATE) as session:
            payment = session.scalars(select(Payment).where(self._mine())).one()
            refunds = session.scalars(select(Refund).where(Refund.payment_id == payment.id)).all()
            back = sum(one.amount for one in refunds if one.state is RefundState.SUCCEEDED)
            return str(payment.state), back


def _declined_then_paid(payer: Payer) -> None:
    payer.types(DECLINED)
    payer.types(ACCEPTED)


def _refunded_in_part(payer: Payer) -> None:
    payer.types(ACCEPTED)
    payer.money_back(whole=False)


def _refunded(payer: Payer) -> None:
    payer.types(ACCEPTED)
    payer.money_back(whole=True)


# How a payment may go, and how it ends with us.
FATES: dict[str, tuple[Callable[[Payer], None], End]] = {
    "paid": (lambda payer: payer.types(ACCEPTED), ("captured", 0)),
    "3-D Secure": (lambda payer: payer.types(ASKS, "complete"), ("captured", 0)),
    "failed at the bank": (lambda payer: payer.types(ASKS, "fail"), ("pending", 0)),
    "declined": (lambda payer: payer.types(WRONG_CODE), ("pending", 0)),
    "declined, then paid": (_declined_then_paid, ("captured", 0)),
    "lapsed": (Payer.expire, ("voided", 0)),
    "debit failed": (lambda payer: payer.debit("failed"), ("failed", 0)),
    "refunded in part": (_refunded_in_part, ("captured", PENCIL)),
    "refunded": (_refunded, ("captured", TOTAL)),
    "disputed": (lambda payer: payer.types(DISPUTED), ("captured", 0)),
}


@dataclass(frozen=True)
class Forger:
    """Somebody who can sign as Stripe, and tells of a bank's cards wherever an event has room, or none."""

    url: str
    bank: Bank

    def tell(self, session: str) -> int:
        """Send events that are like Stripe's but for the cards in them; return how many were taken."""
        return sum(self._ring(event) for event in self._surplus(session))

    def tell_where_it_is_kept(self, session: str) -> int:
        """Send events with a number where we keep something; return how many were taken."""
        return sum(self._ring(event) for event in self._bent(session))

    def tell_unsigned(self, session: str) -> int:
        """Send what nobody signed, and what is signed and no event; return how many were taken."""
        event = next(self._surplus(session))
        whole = json.dumps(event).encode()
        return self._ring(event, secret="whsec_another") + self._post(whole[:-9], STRIPE_SECRET)

    def _ring(self, event: dict[str, Any], secret: str = STRIPE_SECRET) -> int:
        return self._post(json.dumps(event).encode(), secret)

    def _post(self, body: bytes, secret: str) -> int:
        signed = sign(body, [secret], int(time.time()))
        status = requests.post(
            f"{self.url}/webhooks/stripe", data=body, headers={"Stripe-Signature": signed}, timeout=60
        ).status_code
        assert status in {204, 400}
        return int(status == 204)

    def _card(self) -> dict[str, Any]:
        bank = self.bank
        return {
            "number": bank.number(),
            "cvc": bank.code(),
            "exp_month": 12,
            "exp_year": bank.data(),
            "name": bank.data(),
            "networks": {"pan": bank.number(19), "track2": [bank.number(13, " "), {"cvv": bank.code()}]},
        }

    def _surplus(self, session: str) -> Iterator[dict[str, Any]]:
        """Give one event about each thing that Stripe tells of, with cards in and beside it."""
        for kind, told in _TOLD.items():
            card, bank = self._card(), self.bank
            found = {
                "object": kind,
                "id": session if kind == "checkout.session" else f"{kind[:2]}_{letters(16)}",
                "payment_intent": f"pi_{letters(16)}",
                "amount": TOTAL,
                "currency": "eur",
                "status": "succeeded",
                "card": card,
                "source": {"card": self._card()},
                "payment_method_details": {"type": "card", "card": self._card()},
                "billing_details": {"name": bank.data(), "address": {"line1": bank.data()}},
                "last_payment_error": {"message": f"Card {bank.number(16, '-')} was declined"},
                "metadata": {"payment": bank.number(), "note": bank.number(15), "more": {"a": [card]}},
                "raw": json.dumps({"pan": bank.number(16, " "), "security": bank.code()}),
                "as_figure": int(bank.number()),
            }
            yield {**_event(told), "card": self._card(), "data": {"object": found, "previous": card}}

    def _bent(self, session: str) -> Iterator[dict[str, Any]]:
        """Give events of which one thing that is kept is a number."""
        bank, whole = self.bank, {"object": "checkout.session", "id": session, "status": "complete"}
        whole |= {"amount_total": TOTAL, "currency": "eur"}
        for name in ("id", "type"):
            for number in (bank.number(), bank.number(16, " "), f"evt_{bank.number()}"):
                yield {**_event("checkout.session.completed"), name: number, "data": {"object": whole}}
        bent: list[dict[str, Any]] = [{name: bank.number()} for name in ("id", "status", "currency")]
        bent += [{"status": bank.number(16, "-")}, {"status": bank.code()}, {"id": bank.code()}]
        bent += [{"amount_total": int(bank.number())}, {"amount_total": int(bank.number(13))}]
        bent += [{"object": "charge", "payment_intent": bank.number(16, " ")}]
        for one in bent:
            yield {**_event("checkout.session.completed"), "data": {"object": {**whole, **one}}}


def _event(kind: str) -> dict[str, Any]:
    return {"id": f"evt_{letters(16)}", "object": "event", "type": kind, "created": int(time.time())}


_TOLD = {
    "checkout.session": "checkout.session.completed",
    "payment_intent": "payment_intent.payment_failed",
    "charge": "charge.succeeded",
    "refund": "refund.updated",
    "dispute": "charge.dispute.created",
    "payment_method": "payment_method.attached",
    "source": "source.chargeable",
    "issuing.card": "issuing_card.created",
}
