"""What ends other than by a key or by the life of its table, and the rule for what marketplaces tell us."""

from collections.abc import Iterable

from oms.kernel.register import Event, Kind

# Who tells us of buyers that are theirs, by the name that a kind gives as its source.
MARKETPLACES = frozenset({"Amazon", "Shopify", "TikTok Shop"})
# Amazon's Data Protection Policy, 1.5: no longer than 30 days after delivery; it holds for all of them here.
MARKETPLACE_DAYS = 30

_WITH_KEY = "with the key of its unit"
_WITH_ORDER = "cut when the order's person goes, removed with the counterfoil"
_STAFF = "names staff by a number, which means nobody once they have left and their record is gone"
_WITH_ACCOUNT = "with the account: closed, or unused for three years"
_WITH_STAFF = "a year after they have left"
# Tables with a thread to somebody, and how it ends.
CUT = {
    "sealed": _WITH_KEY,
    "blind_indexes": _WITH_KEY,
    "order_events": _WITH_ORDER,
    "order_holds": _STAFF,
    "payments": "references go 120 days after settlement, when no dispute can come any more",
    "refunds": "references go 120 days after settlement, when no dispute can come any more",
    "parcels": _WITH_ORDER,
    "pick_lists": _STAFF,
    "fulfillment_events": _STAFF,
    "stock_movements": _STAFF,
    "audit_entries": "whom a deed was about is cut with the last kept of them, the rest after 400 days",
    "audit_details": "removed when nothing of its person is kept any more",
    "disclosures": "whom it was about is cut when nothing of them is kept any more",
    "buyers": _WITH_ACCOUNT,
    "mailbox_challenges": "an hour after the code was asked for",
    "privacy_request_units": "when the request is done",
    "privacy_copy_units": "with their copy, three days after it was ready",
    "privacy_export_units": "when the export is over, four days after it was asked for at most",
    "privacy_tellings": "with the finished request, two years after it",
    "staff": _WITH_STAFF,
    "staff_roles": _WITH_STAFF,
    "staff_uses": _WITH_STAFF,
    "staff_recovery_codes": "when the second factor is set up anew, or with the member of staff",
}


def marketplace_gaps(kinds: Iterable[Kind]) -> list[str]:
    """Return the kinds that a marketplace told us of and that stay longer than 30 days after delivery."""
    return [
        kind.name
        for kind in kinds
        if kind.source in MARKETPLACES
        and (kind.retention.after is not Event.DELIVERED or kind.retention.days > MARKETPLACE_DAYS)
    ]
