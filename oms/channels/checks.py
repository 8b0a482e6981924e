"""What must hold of marketplaces: nothing under way stands still, and they know what is left."""

from oms.web.doctor import none_of

none_of(
    "Marketplaces that may not be used while orders of theirs are under way",
    "Allow them anew at the desk, under Channels: addresses and parcels wait for that.",
    "SELECT count(*) FROM channel_connections c WHERE (revoked_at IS NOT NULL OR until < current_date)"
    " AND EXISTS (SELECT 1 FROM channel_orders s JOIN orders o ON o.id = s.order_id"
    " WHERE s.connection_id = c.id AND o.state = 'placed' AND o.delivered_at IS NULL)",
)
none_of(
    "Orders of marketplaces that wait for an hour",
    "The desk says under Channels what is in the way of each, and what to do.",
    "SELECT count(*) FROM channel_orders WHERE trouble <> '' AND changed_at < now() - interval '1 hour'",
)
none_of(
    "Listings of which a marketplace was not told",
    "The desk says under Channels why. A marketplace that sells what is gone has to be told at once.",
    "SELECT count(*) FROM channel_listings l JOIN channel_connections c ON c.id = l.connection_id"
    " WHERE l.trouble <> '' AND c.revoked_at IS NULL",
)
none_of(
    "Deeds that a marketplace's app has no right to",
    "Give the app its rights there, see Marketplaces in docs/production.md: all of it is tried again.",
    "SELECT count(*) FROM outbox_deliveries"
    " WHERE state IN ('waiting', 'leased') AND handler LIKE 'channels.%' AND error LIKE 'ForbiddenError%'",
)
