"""What ends other than by a key or by the life of its table, and the rule for what marketplaces tell us."""

from collections.abc import Iterable
from dataclasses import dataclass

from oms.kernel.register import Event, Kind

# Who tells us of buyers that are theirs, as a kind names its source.
MARKETPLACE = "the marketplace"
# Amazon's Data Protection Policy, 1.5: no longer than 30 days after delivery; it holds for all of them here.
MARKETPLACE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Cut:
    """How a table's threads to somebody end, in words, and in SQL which rows are late at the moment `:at`."""

    words: str
    late: str


def _names(by: str) -> str:
    """Return which rows name a buyer that is no more, or staff by anything but a number."""
    theirs = "NOT EXISTS (SELECT 1 FROM buyers AS b WHERE CAST(b.id AS text) = "
    gone = f"{by} <> '' AND {theirs}{by})"
    return f"(by_kind = 'buyer' AND {gone}) OR (by_kind = 'staff' AND {by} !~ '^[0-9]*$')"


_FORGOTTEN = "SELECT 1 FROM orders AS o WHERE o.forgotten_at IS NOT NULL AND o.id = "
_NOBODY = "NOT EXISTS (SELECT 1 FROM personal.sealed AS s WHERE s.subject_id = {}.subject_id)"
_OF_UNIT = "NOT EXISTS (SELECT 1 FROM personal.sealed AS s WHERE s.unit = '{}:' || {}.id)"
_SHIPPED = "(SELECT s.order_id FROM shipments AS s WHERE s.id = parcels.shipment_id)"
_SAID = "(SELECT e.at FROM audit_entries AS e WHERE e.id = entry_id)"
_LEFT = "SELECT 1 FROM staff AS m WHERE m.left_at < :at - interval '366 days' AND m.id = "
_DISPUTED = "settled_at < :at - interval '122 days'"
_SENDING = "SELECT 1 FROM refunds AS r WHERE r.settled_at IS NULL AND r.payment_id = payments.id"
_REQUEST = "SELECT 1 FROM privacy_requests AS r WHERE r.id = request_id AND r.settled_at "
_STAFF = Cut(
    "names staff by a number, which means nobody once they have left and their record is gone",
    _names("by_id"),
)
_WITH_STAFF = "a year after they have left"
# Tables with a thread to somebody, and how it ends. `retention.queries.uncut` finds what is late.
CUT = {
    "sealed": Cut(
        "with the key of its unit, at the latest after twenty years", "sealed_at < :at - interval '7301 days'"
    ),
    "blind_indexes": Cut(
        "with the key of its unit",
        "NOT EXISTS (SELECT 1 FROM personal.sealed AS s WHERE s.id = blind_indexes.sealed_id)",
    ),
    "order_events": Cut(
        "cut when the order's person goes, removed with the counterfoil",
        f"(note IS NOT NULL OR (by_kind IN ('buyer', 'guest') AND by_id <> ''))"
        f" AND EXISTS ({_FORGOTTEN}order_id)",
    ),
    "order_holds": _STAFF,
    "channel_connections": Cut(_STAFF.words, "granted_by !~ '^[0-9]*$'"),
    "payments": Cut(
        "references go 120 days after settlement, when no dispute can come any more",
        f"(session_ref IS NOT NULL OR intent_ref IS NOT NULL) AND {_DISPUTED} AND NOT EXISTS ({_SENDING})",
    ),
    "refunds": Cut(
        "references go 120 days after settlement, when no dispute can come any more",
        f"refund_ref IS NOT NULL AND {_DISPUTED}",
    ),
    "parcels": Cut(
        "cut when the order's person goes, removed with the counterfoil",
        "(label_ref IS NOT NULL OR label_file IS NOT NULL OR tracking IS NOT NULL)"
        f" AND EXISTS ({_FORGOTTEN}{_SHIPPED})",
    ),
    "pick_lists": _STAFF,
    "fulfillment_events": _STAFF,
    "stock_movements": _STAFF,
    "audit_entries": Cut(
        "whom a deed was about is cut with the last kept of them, the rest after 400 days",
        "at < :at - interval '402 days'",
    ),
    "audit_details": Cut(
        "removed when nothing of its person is kept any more",
        f"subject_id IS NOT NULL AND {_SAID} < :at - interval '2 days' AND {_NOBODY.format('audit_details')}",
    ),
    "disclosures": Cut(
        "whom it was about is cut when nothing of them is kept any more",
        f"subject_id IS NOT NULL AND at < :at - interval '2 days' AND {_NOBODY.format('disclosures')}",
    ),
    "buyers": Cut(
        "with the account: closed, or unused for three years",
        f"(state = 'closed' AND {_OF_UNIT.format('account', 'buyers')})"
        " OR last_active_at < :at - interval '1098 days'",
    ),
    "mailbox_challenges": Cut(
        "an hour after the code was asked for", "created_at < :at - interval '2 hours'"
    ),
    "privacy_request_units": Cut("when the request is done", f"EXISTS ({_REQUEST} IS NOT NULL)"),
    "privacy_copy_units": Cut(
        "with their copy, three days after it was ready",
        "EXISTS (SELECT 1 FROM privacy_copies AS c WHERE c.id = copy_id"
        " AND c.ends_at < :at - interval '1 day')",
    ),
    "privacy_export_units": Cut(
        "when the export is over, four days after it was asked for at most",
        "EXISTS (SELECT 1 FROM privacy_exports AS e WHERE e.id = export_id"
        " AND e.ends_at < :at - interval '1 day')",
    ),
    "privacy_tellings": Cut(
        "with the finished request, two years after it", f"EXISTS ({_REQUEST} < :at - interval '733 days')"
    ),
    "staff": Cut(_WITH_STAFF, "left_at < :at - interval '366 days'"),
    "staff_roles": Cut(_WITH_STAFF, f"EXISTS ({_LEFT}staff_id)"),
    "staff_uses": Cut(_WITH_STAFF, f"EXISTS ({_LEFT}staff_id)"),
    "staff_recovery_codes": Cut(
        "when the second factor is set up anew, or with the member of staff", f"EXISTS ({_LEFT}staff_id)"
    ),
}


def marketplace_gaps(kinds: Iterable[Kind]) -> list[str]:
    """Return the kinds that a marketplace told us of and that stay longer than 30 days after delivery."""
    return [
        kind.name
        for kind in kinds
        if kind.source == MARKETPLACE
        and (kind.retention.after is not Event.DELIVERED or kind.retention.days > MARKETPLACE_DAYS)
    ]
