"""A thousand random changes to the audit chain, and not one unseen."""

from pathlib import Path

import pytest

from oms.kernel import audit
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.ids import new_id
from tests.kernel.tampering import LINKS, undetected

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("shop")]


def test_a_thousand_random_tamperings_are_all_detected(tmp_path: Path) -> None:
    with transaction() as session:
        for number in range(LINKS):
            by = SYSTEM.because("counted anew")
            thing = f"sku:{number}"
            audit.record(session, by, "x", thing, subject_id=new_id(), purpose="delivery", fields=("a.b",))
    with transaction(Role.AUDIT) as session:
        assert audit.chain(session) == LINKS
    with reading() as session:
        audit.anchor(session, tmp_path / "audit")

    assert undetected(1000, tmp_path / "audit") == []
