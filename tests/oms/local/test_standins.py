"""Stand-ins start with whatever secrets were made up for them."""

import os
import subprocess
from pathlib import Path

import pytest

from oms.local.standins import STANDINS, Standin
from tests.fakes import wait_until

_SECRETS = {
    "STRIPE_SECRET_KEY": "-key",
    "STRIPE_WEBHOOK_SECRET": "-h",
    "CARRIER_KEY": "-6yQm4",
    "CARRIER_WEBHOOK_SECRET": "--state",
}


@pytest.mark.parametrize("party", STANDINS, ids=lambda party: party.name)
def test_a_stand_in_starts_with_secrets_that_begin_with_a_dash(party: Standin, tmp_path: Path) -> None:
    party.announcement(tmp_path).parent.mkdir()
    (tmp_path / party.folder).mkdir(exist_ok=True)
    command = party.command(0, tmp_path, {**os.environ, **_SECRETS}, "http://127.0.0.1:9")
    process = subprocess.Popen(command)
    try:
        wait_until(lambda: party.announcement(tmp_path).exists() or process.poll() is not None, patience=60)
        assert process.poll() is None
        assert party.announcement(tmp_path).read_text().startswith(("http://127.0.0.1:", "smtp://127.0.0.1:"))
    finally:
        process.kill()
        process.wait()
