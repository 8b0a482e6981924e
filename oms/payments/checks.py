"""What must hold of money: refunds under captures, no limbo, nothing of the provider that we do not know."""

from oms.web.doctor import none_of

BROKEN = "Payments and refunds that broke when their turn came"
REFUSED = "Payments that Stripe refused to begin within a day"

none_of(
    "Payments whose refunds do not sum up",
    "Compare with Stripe: flask --app wsgi payments reconcile",
    "SELECT count(*) FROM payments p WHERE refunded <>"
    " coalesce((SELECT sum(amount) FROM refunds r WHERE r.payment_id = p.id AND r.state <> 'failed'), 0)",
)
none_of(
    "Refunds whose parts do not sum up",
    "Look at the refund's lines; the sum of its parts is the refund.",
    "SELECT count(*) FROM refunds r WHERE amount <>"
    " coalesce((SELECT sum(amount) FROM refund_lines l WHERE l.refund_id = r.id), 0)",
)
none_of(
    "Refunds without the provider's word for ten minutes",
    "See that a worker runs and Stripe answers.",
    "SELECT count(*) FROM refunds WHERE state = 'pending' AND created_at < now() - interval '10 minutes'",
)
none_of(
    "Attempts to pay that are open ten minutes after their end",
    "See that a worker runs and Stripe answers; the poller asks within a minute of the end.",
    "SELECT count(*) FROM payments WHERE state IN ('pending', 'unknown')"
    " AND expires_at < now() - interval '10 minutes'",
)
none_of(
    BROKEN,
    "The log names the frames; they are tried again by themselves, after the others.",
    "SELECT (SELECT count(*) FROM payments WHERE trouble <> '')"
    " + (SELECT count(*) FROM refunds WHERE trouble <> '')",
)
none_of(
    REFUSED,
    "Shoppers could not pay. The log has Stripe's reasons: its key, a currency, a smallest amount.",
    "SELECT count(*) FROM payment_events WHERE why LIKE 'refused by the provider: %'"
    " AND at > now() - interval '1 day'",
)
