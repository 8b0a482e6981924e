"""What must hold of money: refunds under captures, no limbo, nothing of the provider that we do not know."""

from oms.web.doctor import none_of

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
    "See that a worker runs and Stripe answers; the poller asks each minute.",
    "SELECT count(*) FROM payments WHERE state IN ('pending', 'unknown')"
    " AND expires_at < now() - interval '10 minutes'",
)
