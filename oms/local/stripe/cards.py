"""The test cards of docs.stripe.com/testing: no other number is accepted, kept or repeated."""

from dataclasses import dataclass

from oms.local.stripe.shapes import Shape


@dataclass(frozen=True)
class Decline:
    """Why a card is refused: Stripe's code, the bank's code and the sentence for the person who pays."""

    code: str
    decline_code: str
    message: str


@dataclass(frozen=True)
class Card:
    """One test card and what it is for. All that is ever stored of it is brand and last four digits."""

    number: str
    brand: str = "visa"
    decline: Decline | None = None
    needs_authentication: bool = False
    refund_fails: bool = False
    is_disputed: bool = False

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.number[-4:]

    def details(self) -> Shape:
        """Return `payment_method_details` of a charge; the expiry date is made up, never the typed one."""
        checks = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
        unavailable = {"status": "unavailable"}
        nothing = "amount_authorized authorization_code installments mandate network_transaction_id"
        return {
            "type": "card",
            "card": {
                **dict.fromkeys(nothing.split()),
                "brand": self.brand,
                "checks": checks,
                "country": "US",
                "exp_month": 12,
                "exp_year": 2034,
                "extended_authorization": {"status": "disabled"},
                "fingerprint": f"standin{self.brand}{self.last4}",
                "funding": "credit",
                "incremental_authorization": dict(unavailable),
                "last4": self.last4,
                "multicapture": dict(unavailable),
                "network": self.brand,
                "network_token": {"used": False},
                "overcapture": {"maximum_amount_capturable": 0, "status": "unavailable"},
                "regulated_status": "unregulated",
                "three_d_secure": None,
                "wallet": None,
            },
        }


def bank_debit() -> Shape:
    """Return `payment_method_details` of a method that takes days, for delayed payments."""
    nothing = ("bank_code", "branch_code", "country", "mandate")
    details = {**dict.fromkeys(nothing), "fingerprint": "standinsepa3000", "last4": "3000"}
    return {"type": "sepa_debit", "sepa_debit": details}


_GENERIC = Decline("card_declined", "generic_decline", "Your card was declined.")
_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
_EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")

AUTHENTICATED = "4000002760003155"
CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("5555555555554444", brand="mastercard"),
        Card("378282246310005", brand="amex"),
        Card("4000000000000002", decline=_GENERIC),
        Card("4000000000009995", decline=_FUNDS),
        Card("4000000000000069", decline=_EXPIRED),
        Card("4000000000000127", decline=_CVC),
        Card(AUTHENTICATED, needs_authentication=True),
        Card("4000000000005126", refund_fails=True),
        Card("4000000000000259", is_disputed=True),
    )
}


def by_number(typed: str) -> Card | None:
    """Return the test card with this number, blanks and dashes aside, or None."""
    return CARDS.get("".join(mark for mark in typed if mark.isdigit()))
