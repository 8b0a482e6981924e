"""What must hold of orders: totals are the sum of their parts, one kept capture each, and no limbo."""

from oms.web.doctor import none_of

none_of(
    "Orders whose lines do not sum up to their goods",
    "An order is never changed after it was placed: find who did.",
    "SELECT count(*) FROM orders o WHERE goods <>"
    " coalesce((SELECT sum(total) FROM order_lines l WHERE l.order_id = o.id), 0)",
)
none_of(
    "Orders whose tax is not the sum of its rates",
    "An order is never changed after it was placed: find who did.",
    "SELECT count(*) FROM orders o WHERE tax <>"
    " coalesce((SELECT sum(tax) FROM order_taxes t WHERE t.order_id = o.id), 0)",
)
none_of(
    "Orders whose rates do not make up their total",
    "An order is never changed after it was placed: find who did; reports of tax and profit tell it.",
    "SELECT count(*) FROM orders o LEFT JOIN (SELECT order_id, sum(net + tax) AS told FROM order_taxes"
    " GROUP BY order_id) t ON t.order_id = o.id WHERE coalesce(t.told, 0) <> o.total",
)
none_of(
    "Placed orders without a capture of their total",
    "Compare with Stripe: flask --app wsgi payments reconcile",
    "SELECT count(*) FROM orders o WHERE state IN ('placed', 'closed') AND channel = '' AND NOT EXISTS"
    " (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.captured = o.total)",
)
none_of(
    "Cancelled orders whose money did not go back",
    "A refund failed; the order's page at the desk says why. Refund it again there, or another way.",
    "SELECT count(DISTINCT o.id) FROM orders o JOIN payments p ON p.order_id = o.id"
    " WHERE o.state = 'cancelled' AND p.captured > p.refunded",
)
none_of(
    "Orders with more than one kept capture",
    "Send the second one back at the desk.",
    "SELECT count(*) FROM (SELECT order_id FROM payments WHERE captured > refunded"
    " GROUP BY order_id HAVING count(*) > 1) twice",
)
none_of(
    "Captures without a placed order for ten minutes",
    "See that a worker runs, or: flask --app wsgi outbox drain",
    "SELECT count(*) FROM payments p JOIN orders o ON o.id = p.order_id WHERE p.captured > p.refunded"
    " AND p.settled_at < now() - interval '10 minutes' AND o.state NOT IN ('placed', 'closed', 'cancelled')",
)
none_of(
    "Lapsed orders that know somebody after a day",
    "Run flask --app wsgi retention run",
    "SELECT count(*) FROM orders WHERE state = 'lapsed' AND forgotten_at IS NULL"
    " AND closed_at < now() - interval '1 day'",
)
none_of(
    "Holds on stock whose order does not wait for a payment",
    "Run flask --app wsgi outbox drain; a hold ends with its order.",
    "SELECT count(*) FROM reservations r JOIN orders o ON o.id = r.order_id"
    " WHERE r.state = 'live' AND o.state <> 'awaiting_payment'",
)
