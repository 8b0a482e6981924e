"""B29: a million entries of the audit are verified within a minute, and one that was changed is found."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy import text

from oms.kernel import audit
from oms.kernel.audit import Verdict
from oms.kernel.db import Role, reading, transaction
from tests.bench.test_audit import filled

pytestmark = pytest.mark.usefixtures("shop")
FEW, MANY, MOST_SECONDS = 300, 1_000_000, 60.0


def verified() -> tuple[Verdict, float]:
    """Verify the whole chain; what came of it, and how many seconds it took."""
    begun = time.perf_counter()
    with reading(Role.MIGRATE) as session:
        verdict = audit.verify(session)
    return verdict, time.perf_counter() - begun


def changed(position: int) -> tuple[str, ...]:
    """Change one entry unseen; what verifying then says."""
    with transaction(Role.MIGRATE) as session:
        one = "(SELECT entry_id FROM audit_links WHERE position = :at)"
        session.execute(
            text(f"UPDATE audit_entries SET verb = 'vault.close' WHERE id = {one}"),
            {"at": position},
        )
    return verified()[0].broken


def test_a_long_chain_is_whole_until_one_entry_is_changed() -> None:
    filled(FEW)
    assert verified()[0] == Verdict(FEW, (), 0, None)
    assert len(changed(FEW // 2)) == 1


@pytest.mark.privacy
def test_a_million_entries_are_verified_within_a_minute(measured: Callable[..., None]) -> None:
    filled(MANY)
    verdict, seconds = verified()
    figure = f"{verdict.links:,} entries verified in {seconds:.0f} s"
    measured("B29", figure, passed=verdict.links == MANY and verdict.is_whole and seconds <= MOST_SECONDS)
    found = changed(MANY * 2 // 3)
    measured("B29", f"{len(found)} of 1 changed among {MANY:,} found", passed=len(found) == 1)
