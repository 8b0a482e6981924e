"""What doctor asks the vault: a planted violation of each figure is seen, and a shop that is well is well."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from oms.kernel import clock, vault
from oms.kernel.config import Settings, load
from oms.kernel.db import keyring_transaction, transaction
from oms.kernel.ids import new_id
from oms.kernel.vault import Figures
from oms.kernel.vault.models import Destruction
from tests.kernel.vault.kinds import ADA, HERS, Contact, Delivery

pytestmark = pytest.mark.usefixtures("shop")
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
WELL = Figures(keys=2, rows=2, overdue=0, unfinished=0, keyless=0, revived=0, opens=True)


@pytest.fixture(autouse=True)
def _one_order(shop: None) -> None:
    with clock.held_at(NOON):
        keys = vault.prepare(new_id(), "order:7", Delivery, Contact)
        with transaction() as session:
            vault.seal_all(session, [ADA, HERS], keys)


def seen(later: timedelta = timedelta(hours=2)) -> Figures:
    with clock.held_at(NOON + later):
        return vault.figures()


def test_a_shop_that_is_well_is_well() -> None:
    assert seen() == WELL
    assert seen().is_well


def test_a_key_past_its_day_is_seen_when_the_daily_run_did_not_come() -> None:
    assert seen(timedelta(days=60, hours=23)).is_well
    late = seen(timedelta(days=61, hours=1))

    assert (late.overdue, late.is_well) == (1, False)


def test_a_destroying_that_nobody_finished_is_seen() -> None:
    with keyring_transaction() as session:
        begun = {
            "key_id": new_id(),
            "subject_id": new_id(),
            "unit": "order:7",
            "kind": "x",
            "intended_at": NOON,
        }
        session.execute(insert(Destruction).values(begun))

    assert (seen().unfinished, seen().is_well, seen(timedelta(minutes=59)).is_well) == (1, False, True)


def test_a_row_without_a_key_is_seen() -> None:
    with clock.held_at(NOON):
        keys = vault.prepare(new_id(), "order:8", Delivery)
        vault.destroy_unit("order:8")
        with transaction() as session:
            vault.seal(session, ADA, keys)

    assert (seen().keyless, seen().revived, seen().is_well) == (1, 1, False)


def test_what_a_restore_brought_back_is_seen_until_the_tombstones_are_replayed(tmp_path: Path) -> None:
    with clock.held_at(NOON):
        keys = vault.prepare(new_id(), "order:8", Delivery)
    stone = {"at": "", "unit": "order:8", "kinds": [], "keys": [str(keys.by_kind["sample_delivery"].key_id)]}
    (tmp_path / "tombstones").write_text(json.dumps(stone) + "\n")
    assert (seen().revived, seen().is_well) == (1, False)

    vault.replay_tombstones()

    assert seen() == WELL


def test_a_wrong_master_key_is_seen(settings: Settings) -> None:
    other = base64.b64encode(bytes(range(1, 33))).decode()
    urls = {"DATABASE_URL": settings.database_url, "KEYRING_URL": settings.keyring_url}
    vault.configure(load({**urls, "STATE_DIR": str(settings.state_dir), "MASTER_KEY": other}))

    assert (seen().opens, seen().is_well) == (False, False)
