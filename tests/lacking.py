"""What a machine may lack: its tests are skipped with the reason, and fail where CI=true skips nothing."""

import os
from collections.abc import Mapping
from typing import NoReturn

import pytest

from oms.local.browser import is_demanded


def without(reason: str, environ: Mapping[str, str] = os.environ) -> NoReturn:
    """Skip this test for a reason that says what to do; raises AssertionError with it under CI=true."""
    assert not is_demanded(environ), f"CI=true skips nothing: {reason}"
    pytest.skip(reason)
