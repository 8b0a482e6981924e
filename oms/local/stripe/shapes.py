"""The objects as Stripe's API version 2026-10-28.endive gives them, every field present.

Names and empty values follow the field lists of the official SDK (stripe 16.1.0) and docs.stripe.com/api.
Each function returns a new object; amounts are in Stripe's minor units, times in UTC seconds.
"""

import secrets
import string
from typing import Any

API_VERSION = "2026-10-28.endive"
_ALPHABET = string.ascii_letters + string.digits
_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))

Shape = dict[str, Any]


def new_id(prefix: str, length: int = 24) -> str:
    """Return an id such as `pi_3Q…` that nobody can guess."""
    return prefix + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(length))


def session(now: int) -> Shape:
    """Return an open Checkout Session of mode `payment`."""
    nothing = (
        "adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types amount_subtotal"
        " amount_total billing_address_collection cancel_url client_reference_id client_secret"
        " collected_information consent consent_collection currency currency_conversion customer"
        " customer_account customer_creation customer_details customer_email excluded_payment_method_types"
        " integration_identifier invoice invoice_creation locale managed_payments name_collection"
        " optional_items origin_context payment_intent payment_link payment_method_configuration_details"
        " permissions presentment_details recovered_from redirect_on_completion return_url"
        " saved_payment_method_options setup_intent shipping_address_collection shipping_cost submit_type"
        " subscription success_url url wallet_options"
    )
    return {
        "id": new_id("cs_test_a1", 56),
        "object": "checkout.session",
        **dict.fromkeys(nothing.split()),
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "branding_settings": None,
        "created": now,
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "discounts": [],
        "expires_at": now + 24 * 3600,
        "livemode": False,
        "metadata": {},
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def customer_details(email: str | None, name: str | None = None) -> Shape:
    """Return what a session tells of the person who pays."""
    nothing = ("address", "business_name", "individual_name", "phone", "tax_ids")
    return {**dict.fromkeys(nothing), "email": email, "name": name, "tax_exempt": "none"}


def line_item(name: str, quantity: int, unit_amount: int, currency: str) -> Shape:
    """Return a line of a session with the one-off price it was sent with."""
    total = quantity * unit_amount
    return {
        "id": new_id("li_"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": currency,
        "description": name,
        "discounts": [],
        "metadata": {},
        "price": price(unit_amount, currency),
        "quantity": quantity,
        "taxes": [],
    }


def price(unit_amount: int, currency: str) -> Shape:
    """Return a price that is used once."""
    nothing = "custom_unit_amount lookup_key nickname recurring tiers_mode transform_quantity"
    return {
        "id": new_id("price_"),
        "object": "price",
        **dict.fromkeys(nothing.split()),
        "active": False,
        "billing_scheme": "per_unit",
        "created": 0,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "product": new_id("prod_", 14),
        "tax_behavior": "unspecified",
        "type": "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }


def payment_intent(now: int, amount: int, currency: str) -> Shape:
    """Return a Payment Intent that waits for a payment method."""
    nothing = (
        "allowed_payment_method_types application application_fee_amount automatic_payment_methods"
        " canceled_at cancellation_reason customer customer_account description"
        " excluded_payment_method_types hooks last_payment_error latest_charge managed_payments next_action"
        " on_behalf_of payment_method"
        " payment_method_configuration_details payment_record presentment_details processing receipt_email"
        " review setup_future_usage shipping source statement_descriptor statement_descriptor_suffix"
        " transfer_data transfer_group"
    )
    identifier = new_id("pi_3")
    return {
        "id": identifier,
        "object": "payment_intent",
        **dict.fromkeys(nothing.split()),
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{identifier}_secret_{new_id('')}",
        "confirmation_method": "automatic",
        "created": now,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "payment_details": {"customer_reference": None, "order_reference": None},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }


def charge(now: int, intent: Shape, method: Shape) -> Shape:
    """Return a charge of the intent's amount that has not succeeded yet."""
    nothing = (
        "application application_fee application_fee_amount authorization_code balance_transaction"
        " calculated_statement_descriptor customer failure_balance_transaction failure_code failure_message"
        " level3 on_behalf_of outcome presentment_details receipt_number receipt_url review source"
        " source_transfer transfer_data transfer_group"
    )
    copied = (
        "amount currency description receipt_email shipping statement_descriptor statement_descriptor_suffix"
    )
    return {
        "id": new_id("ch_3"),
        "object": "charge",
        **dict.fromkeys(nothing.split()),
        **{name: intent[name] for name in copied.split()},
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": {"address": dict(_ADDRESS), **dict.fromkeys(("email", "name", "phone", "tax_id"))},
        "captured": False,
        "created": now,
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": method,
        "radar_options": {},
        "refunded": False,
        "status": "pending",
    }


def refund(now: int, charge: Shape, amount: int) -> Shape:
    """Return a refund that has succeeded."""
    nothing = (
        "balance_transaction customer customer_account presentment_details reason receipt_number"
        " source_transfer_reversal transfer_reversal"
    )
    kind = charge["payment_method_details"]["type"]
    details = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    return {
        "id": new_id("re_3"),
        "object": "refund",
        **dict.fromkeys(nothing.split()),
        "amount": amount,
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "destination_details": {"type": kind, kind: details if kind == "card" else {}},
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "status": "succeeded",
    }


def balance_transaction(now: int, source: Shape, amount: int, fee: int) -> Shape:
    """Return a movement of the balance by `amount` (negative: out), of which Stripe keeps `fee`."""
    kind = "adjustment" if source["object"] == "dispute" else source["object"]
    fees = [{"amount": fee, "application": None, "currency": source["currency"],
             "description": "Stripe processing fees", "type": "stripe_fee"}]  # fmt: skip
    return {
        "id": new_id("txn_3"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now + 2 * 24 * 3600,
        "balance_type": "payments",
        "created": now,
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fees if fee else [],
        "net": amount - fee,
        "reporting_category": "dispute" if kind == "adjustment" else kind,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }
