"""The vault: what a person gave lies here sealed, opens for a stated purpose only, and goes with its key.

    keys = vault.prepare(subject_id, "order:7", OrderDelivery, OrderContact)  # before the transaction
    with transaction() as session:
        vault.seal_all(session, [delivery, contact], keys)
        vault.open_record(session, OrderDelivery, "order:7", purpose=Purpose.DELIVERY, by=SYSTEM)
    vault.destroy_unit("order:7")  # in no transaction

A unit is what is let go together, as `order:7` or `account:3`; a subject is the random id of a person.
"""

from oms.kernel.vault import apart, filing, finding, keyring, records, spans
from oms.kernel.vault.apart import Apart
from oms.kernel.vault.erasure import (
    Destroyed,
    destroy_due,
    destroy_subject,
    destroy_unit,
    replay_tombstones,
    resume,
    was_destroyed,
)
from oms.kernel.vault.errors import BrokenSealError, LockedError, PurposeRefusedError
from oms.kernel.vault.filing import OpenedFile
from oms.kernel.vault.finding import Found, reindex, rotate_index
from oms.kernel.vault.gate import ClosedError, accept_loss, require_open
from oms.kernel.vault.health import Figures, figures
from oms.kernel.vault.keyring import Keys
from oms.kernel.vault.master import configure
from oms.kernel.vault.records import Opened
from oms.kernel.vault.rewrapping import rewrap
from oms.kernel.vault.sweeping import remove_keyless, sweep_unreferenced

# What requests ask of the vault is timed at its door.
prepare = spans.timed(keyring.prepare)
start_clock = spans.timed(keyring.start_clock)
ends = spans.timed(keyring.ends)
lock = keyring.lock
note_told = keyring.note_told
lift = keyring.lift
locks = spans.timed(keyring.locks)
prepare_apart = spans.timed(apart.prepare)
set_apart = spans.timed(apart.set_apart)
put_back = spans.timed(apart.put_back)
standing_apart = spans.timed(apart.standing)
stands_apart = spans.timed(apart.stands)
seal = spans.timed(records.seal)
seal_all = spans.timed(records.seal_all)
open_record = spans.timed(records.open_record)
open_many = spans.timed(records.open_many)
open_each = spans.timed(records.open_each)
replace = spans.timed(records.replace)
find = spans.timed(finding.find)
find_among = spans.timed(finding.find_among)
alike = spans.timed(finding.alike)
subject_of = spans.timed(finding.subject_of)
units_of = spans.timed(finding.units_of)
open_file = spans.timed(filing.open_file)
seal_file = spans.timed(filing.seal_file)

__all__ = [
    "Apart",
    "BrokenSealError",
    "ClosedError",
    "Destroyed",
    "Figures",
    "Found",
    "Keys",
    "LockedError",
    "Opened",
    "OpenedFile",
    "PurposeRefusedError",
    "accept_loss",
    "alike",
    "configure",
    "destroy_due",
    "destroy_subject",
    "destroy_unit",
    "ends",
    "figures",
    "find",
    "find_among",
    "lift",
    "lock",
    "locks",
    "note_told",
    "open_each",
    "open_file",
    "open_many",
    "open_record",
    "prepare",
    "prepare_apart",
    "put_back",
    "reindex",
    "remove_keyless",
    "replace",
    "replay_tombstones",
    "require_open",
    "resume",
    "rewrap",
    "rotate_index",
    "seal",
    "seal_all",
    "seal_file",
    "set_apart",
    "spans",
    "standing_apart",
    "stands_apart",
    "start_clock",
    "subject_of",
    "sweep_unreferenced",
    "units_of",
    "was_destroyed",
]
