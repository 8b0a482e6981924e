"""Two master keys, a vault that has one or both, and a record opened with them."""

import base64

from oms.kernel import config, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import reading
from oms.kernel.register import Purpose
from tests.kernel.vault.kinds import Delivery

KEYS = {name: base64.b64encode(bytes(range(n, n + 32))).decode() for n, name in enumerate(("old", "new"))}


def with_keys(settings: Settings, now: str, other: str = "") -> None:
    environ = {"DATABASE_URL": settings.database_url, "KEYRING_URL": settings.keyring_url}
    environ |= {"STATE_DIR": str(settings.state_dir), "MASTER_KEY": KEYS[now]}
    vault.configure(config.load(environ | ({"MASTER_KEY_OTHER": KEYS[other]} if other else {})))


def opened(unit: str) -> Delivery | None:
    with reading() as session:
        return vault.open_record(session, Delivery, unit, purpose=Purpose.DELIVERY, by=SYSTEM)
