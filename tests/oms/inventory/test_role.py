"""Who these tests sign in as: `--as-blind` takes every personal table away from them (001-22)."""

import pytest
from sqlalchemy import text

from oms.kernel.db import reading


def test_whoever_is_asked_to_be_blind_sees_nobody(shop: None, pytestconfig: pytest.Config) -> None:
    with reading() as session:
        can_see = session.scalar(text("SELECT has_schema_privilege(current_user, 'personal', 'USAGE')"))

    assert can_see is not bool(pytestconfig.getoption("--as-blind"))
