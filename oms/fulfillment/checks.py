"""What must hold of sending: no more than was ordered, one label for a parcel, nothing forgotten."""

from oms.web.doctor import none_of

none_of(
    "Order lines of which more was sent than ordered",
    "Look at the shipments of these orders; take back or charge what was sent too much.",
    """
    SELECT count(*) FROM (
        SELECT l.id FROM order_lines l
        JOIN fulfillment_lines f ON f.order_line_id = l.id
        JOIN fulfillment_orders o ON o.id = f.fulfillment_order_id AND o.state <> 'cancelled'
        GROUP BY l.id HAVING sum(f.quantity) > l.quantity
    ) AS found
    """,
)
none_of(
    "Shipments with more than one label in use",
    "Void the labels that are not on the parcel.",
    """
    SELECT count(*) FROM (
        SELECT shipment_id FROM parcels WHERE label_state = 'bought'
        GROUP BY shipment_id HAVING count(*) > 1
    ) AS found
    """,
)
none_of(
    "Placed orders that nobody prepares after ten minutes",
    "See that a worker runs, or do it here: flask --app wsgi outbox drain",
    """
    SELECT count(*) FROM orders o
    WHERE o.state = 'placed' AND greatest(o.placed_at, o.created_at) < now() - interval '10 minutes'
    AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND NOT l.is_digital)
    AND NOT (o.channel <> '' AND EXISTS (
        SELECT 1 FROM order_holds h WHERE h.order_id = o.id AND h.lifted_at IS NULL
    ))
    AND NOT EXISTS (SELECT 1 FROM fulfillment_orders f WHERE f.order_id = o.id)
    """,
)
none_of(
    "Cancelled orders that are still being prepared",
    "Put the goods back and cancel what is left of the order at the desk.",
    """
    SELECT count(*) FROM fulfillment_orders f JOIN orders o ON o.id = f.order_id
    WHERE o.state = 'cancelled' AND f.state IN ('open', 'in_progress')
    """,
)
none_of(
    "Labels that a carrier has not sold, or not taken back, for an hour",
    "Look at the packing page: ask again, or send the parcel another way.",
    """
    SELECT count(*) FROM parcels
    WHERE label_state IN ('wanted', 'void_wanted') AND made_at < now() - interval '1 hour'
    """,
)
none_of(
    "Orders that arrived whole and are not delivered",
    "Note the delivery of the last shipment again at the desk.",
    """
    SELECT count(*) FROM orders o WHERE o.state = 'placed' AND o.delivered_at IS NULL
    AND EXISTS (SELECT 1 FROM fulfillment_orders f WHERE f.order_id = o.id AND f.state <> 'cancelled')
    AND NOT EXISTS (
        SELECT 1 FROM fulfillment_orders f WHERE f.order_id = o.id AND f.state <> 'cancelled'
        AND NOT EXISTS (
            SELECT 1 FROM shipments s WHERE s.fulfillment_order_id = f.id AND s.state = 'delivered'
        )
    )
    """,
)
