"""Moves by the clock: waits end, and what was typed for finished ones goes; transactions of their own."""

from oms.kernel import vault
from oms.kernel.db import reading, transaction
from oms.privacy.moving import actions, queries


def keep_time() -> None:
    """End the waits that are over, and let go of what is finished; never call it inside a transaction."""
    with transaction() as session:
        actions.end_waits(session)
    sweep()


def sweep() -> int:
    """Let go of what was typed for moves that ended days ago or were never proven; return of how many."""
    with reading() as session:
        units = [unit for unit in queries.finished_units(session) if vault.ends(unit)]
    for unit in units:
        vault.destroy_unit(unit)
    return len(units)
