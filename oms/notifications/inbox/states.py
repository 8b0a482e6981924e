"""Which letters lie in the inbox, and which never do."""

from oms.notifications.states import OPTIONAL

# A word or link in them opens something, or they are for a mailbox that is nobody's inbox here.
NEVER = frozenset(
    {
        *("code", "copy", "email_changed", "sign_in", "move", "move_warning"),
        *("certificate", "guardian", "word", "answer", "request"),
    }
)
KEPT = OPTIONAL | {
    *("confirmation", "shipped", "cancellation", "refund", "late_payment", "withdrawal"),
    *("breach", "notice", "closing", "minor", "official"),
}
# Nothing of it may be left out; of the others the beginning is enough.
WHOLE = frozenset({"breach"})
BEGINNING = 1200
