"""What a shop may keep of a payment, and what its pages may ask and allow: all that differs is told."""

import re

from sqlalchemy import text

from oms.kernel.db import Role, reading
from oms.kernel.inbox import WebhookEvent
from oms.payments.models import Payment, PaymentEvent, Refund, RefundEvent, RefundLine
from oms.web.headers import STRIPE_CHECKOUT

# All that is kept of payments (002-05): references, state (and how many cards were refused before), amounts
# (with what the provider kept), currency, times; then what is our own.
KEPT = {
    Payment: "key reference session_ref intent_ref; state refusals; amount captured refunded fee; currency;"
    " created_at expires_at asked_at settled_at; id order_id locale trouble",
    PaymentEvent: "; state; amount; ; at; id payment_id by_kind why",
    Refund: "key refund_ref; state failure; amount fee; currency; created_at settled_at;"
    " id payment_id order_id reason is_surplus by_kind by_id trouble",
    RefundEvent: "; state; ; ; at; id refund_id by_kind why",
    RefundLine: "; ; amount; ; ; id refund_id order_line_id quantity",
    WebhookEvent: "event_id object_id; type status outcome; amount; currency;"
    " occurred_at received_at applied_at; id provider body_sha256",
}
# What the queue is told of them: our own numbers of rows.
SAID = {"payment": {"payment", "order"}, "refund": {"refund", "order"}, "stripe": {"event"}}
_ABOUT_CARDS = r"(^|_)(card|pan|cvc|cvv|iban|last4|brand|fingerprint|wallet|holder|exp_(month|year))(_|$)"
_ASKS = re.compile(
    r"(?i)\bcc-|card.?n(?:o|um)|kartennummer|卡号|\bcv[cv]2?\b|pr(?:ü|ue)fn|security.?code|安全码|\biban\b"
    r"|kontonummer|account.?number|\bexp.?(?:month|year|date)|\bpan\b"
)
_ASKING = re.compile(r"<(?:input|select|textarea)\b[^>]*>|<label\b[^>]*>.*?</label>", re.DOTALL)
_FRAME = re.compile(r"<(?:iframe|frame|object|embed|portal)\b[^>]*>")
_AWAY = re.compile(r"<(?:script|form|button|input)\b[^>]*\b(?:src|action|formaction)=\"(?:https?:)?//[^>]*>")


def declared() -> set[str]:
    """Return every column that may be kept of a payment."""
    kept = ((table.__tablename__, told.replace(";", " ").split()) for table, told in KEPT.items())
    return {f"{table}.{name}" for table, names in kept for name in names}


def unkept() -> list[str]:
    """Return what is kept of payments and not declared, or declared and not kept, column by column."""
    names = sorted(table.__tablename__ for table in KEPT)
    asked = text(
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema IN"
        " ('public', 'personal') AND (table_name = ANY(:names) OR column_name ~ :about OR"
        " table_name ~ '^(payment|refund|stripe|card|charge)')"
    )
    with reading(Role.MIGRATE) as session:
        found = set(session.scalars(asked, {"names": names, "about": _ABOUT_CARDS}))
        keys = session.execute(
            text(
                "SELECT DISTINCT split_part(topic, '.', 1), jsonb_object_keys(payload) FROM outbox_messages"
                " WHERE split_part(topic, '.', 1) = ANY(:said)"
            ),
            {"said": list(SAID)},
        ).all()
    strange = [f"the queue is told {key} of a {what}" for what, key in keys if key not in SAID[what]]
    return sorted(found ^ declared()) + sorted(strange)


def off_policy(policy: str, *more: str) -> list[str]:
    """Return what a policy allows beyond Stripe's page for forms, and nothing at all for frames."""
    told = {name: set(rest) for name, *rest in (part.split() for part in policy.split(";") if part.strip())}
    default = told.get("default-src", {"*"})
    wanted = {"form-action": {"'self'", STRIPE_CHECKOUT, *more}, "frame-src": {"'none'"}}
    wanted |= {"script-src": {"'self'"}, "connect-src": {"'self'"}, "object-src": {"'none'"}}
    allowed = {name: told.get(name, default) for name in wanted} | {
        "form-action": told.get("form-action", {"*"}),
        "frame-src": told.get("frame-src", told.get("child-src", default)),
    }
    return [f"{name} {' '.join(sorted(allowed[name]))}" for name in wanted if allowed[name] != wanted[name]]


def asks_for_cards(page: str) -> list[str]:
    """Return every field or label of a page that asks for a card or an account."""
    return [found for found in _ASKING.findall(page) if _ASKS.search(found)]


def leads_away(page: str) -> list[str]:
    """Return every frame of a page, and every script and form of it that is of another origin."""
    return _FRAME.findall(page) + _AWAY.findall(page)
