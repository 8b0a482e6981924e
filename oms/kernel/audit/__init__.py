"""The audit: who did what about which thing, written with the deed, chained after it, never changed.

Entries are inserted unchained in the business transaction, so that nobody waits for a neighbor; one sequencer
links them: each link holds the SHA-256 of the link before it and of its entry. A head written outside the
database now and then tells a tail that was cut off. After thirteen months the oldest go, up to a checkpoint.
Whom an entry is about, and the reason in somebody's own words, lie beside it and can be forgotten; the entry
keeps only a salted digest of both.
"""

from oms.kernel.audit.anchors import thin
from oms.kernel.audit.entries import (
    SYSTEM,
    Actor,
    ActorKind,
    AuditCheckpoint,
    AuditDetail,
    AuditEntry,
    AuditLink,
    Deed,
    about,
    about_subject,
    forget_about,
    forget_subject,
    record,
    record_each,
)
from oms.kernel.audit.links import KEPT, Verdict, anchor, anchor_restored, chain, cut, tail, verify

__all__ = [
    "KEPT",
    "SYSTEM",
    "Actor",
    "ActorKind",
    "AuditCheckpoint",
    "AuditDetail",
    "AuditEntry",
    "AuditLink",
    "Deed",
    "Verdict",
    "about",
    "about_subject",
    "anchor",
    "anchor_restored",
    "chain",
    "cut",
    "forget_about",
    "forget_subject",
    "record",
    "record_each",
    "tail",
    "thin",
    "verify",
]
