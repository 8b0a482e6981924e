"""Where the master key comes from, and how it is exchanged while the shop is open."""

import base64
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from oms import cli
from oms.kernel import config, vault
from oms.kernel.config import Settings
from oms.kernel.db import Role, keyring_engine, reading, transaction
from oms.kernel.errors import ConfigurationError
from oms.kernel.ids import new_id
from oms.kernel.vault import BrokenSealError
from oms.kernel.vault.models import IndexSalt, Key
from storefront.app import create_store
from tests.kernel.vault.exchanging import KEYS, opened, with_keys
from tests.kernel.vault.kinds import ADA, HERS, Contact, Delivery

ROOT = Path(__file__).parents[3]
URLS = {"DATABASE_URL": "postgresql:///a", "KEYRING_URL": "postgresql:///b"}


def loaded(**more: str) -> Settings:
    return config.load({**URLS, **more})


def test_a_master_key_is_taken_from_a_value_a_file_or_a_command(tmp_path: Path) -> None:
    kept = tmp_path / "key"
    kept.write_text(KEYS["old"] + "\n")
    wanted = base64.b64decode(KEYS["old"])

    assert loaded(MASTER_KEY=KEYS["old"]).master_key == wanted
    assert loaded(MASTER_KEY_FILE=str(kept)).master_key == wanted
    assert loaded(MASTER_KEY_COMMAND=f"cat '{kept}'").master_key == wanted
    assert loaded(MASTER_KEY_OTHER_COMMAND=f"cat '{kept}'").master_key_other == wanted
    assert loaded(MASTER_KEY=KEYS["old"]).master_key_other == b""


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"MASTER_KEY_COMMAND": "/no/such/program"}, "MASTER_KEY_COMMAND did not print a key: FileNotFound"),
        ({"MASTER_KEY_COMMAND": "false"}, "MASTER_KEY_COMMAND did not print a key: CalledProcessError"),
        ({"MASTER_KEY_COMMAND": "echo 'too short'"}, "MASTER_KEY_COMMAND must give 32 random bytes"),
        ({"MASTER_KEY_COMMAND": "echo 'half"}, "MASTER_KEY_COMMAND did not print a key: ValueError"),
        ({"MASTER_KEY_FILE": "/no/such/file"}, "MASTER_KEY_FILE cannot be read: FileNotFoundError"),
        ({"MASTER_KEY": KEYS["old"], "MASTER_KEY_FILE": "/x"}, "Set only one of MASTER_KEY, MASTER_KEY_FILE"),
        ({"MASTER_KEY_OTHER": "AAAA"}, "MASTER_KEY_OTHER must give 32 random bytes"),
        ({"MASTER_KEY": base64.b64encode(bytes(32)).decode()}, "MASTER_KEY must give 32 random bytes"),
    ],
)
def test_a_master_key_that_cannot_be_had_is_told_without_what_was_printed(
    given: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as told:
        loaded(**given)
    assert "too short" not in told.value.message


def test_production_names_every_way_to_give_a_master_key() -> None:
    with pytest.raises(ConfigurationError, match=r"MASTER_KEY \(or _FILE, or _COMMAND\) must give"):
        loaded(APP_ENV="production")


def give(unit: str) -> None:
    keys = vault.prepare(new_id(), unit, Delivery, Contact)
    with transaction() as session:
        vault.seal_all(session, [ADA, HERS], keys)


def found() -> int:
    with reading() as session:
        return len(vault.find(session, Contact, "email", HERS.email))


def wrapped() -> list[bytes]:
    with Session(keyring_engine(Role.MIGRATE)) as session:
        keys = session.scalars(select(Key.wrapped).order_by(Key.key_id)).all()
        return [*keys, *session.scalars(select(IndexSalt.salt))]


@pytest.mark.usefixtures("shop")
def test_after_rewrapping_the_old_master_key_opens_nothing_and_nothing_was_lost(settings: Settings) -> None:
    with_keys(settings, "old")
    for number in range(3):
        give(f"order:{number}")
    before = wrapped()
    with_keys(settings, "new", "old")
    assert (opened("order:1"), found()) == (ADA, 3)

    assert vault.rewrap() == 3 * 2 + 1
    assert vault.rewrap() == 0

    assert not set(before) & set(wrapped())
    with_keys(settings, "new")
    give("order:4")
    assert ([opened(f"order:{n}") for n in (0, 1, 2, 4)], found()) == ([ADA] * 4, 4)
    with_keys(settings, "old")
    with pytest.raises(BrokenSealError):
        opened("order:1")


@pytest.mark.usefixtures("shop")
def test_the_command_says_how_many_keys_it_wrapped_anew(settings: Settings) -> None:
    app = create_store(settings)
    cli.register(app)
    run = app.test_cli_runner().invoke
    with_keys(settings, "old")
    give("order:1")
    with_keys(settings, "new", "old")
    said = "keys wrapped anew. No key needs MASTER_KEY_OTHER any more.\n"
    assert run(args=["keyring", "rewrap"]).output == f"3 {said}"
    assert run(args=["keyring", "rewrap", "--json"]).output == '{"rewrapped": 0}\n'
    with_keys(settings, "new")
    assert opened("order:1") == ADA


@pytest.mark.usefixtures("shop")
def test_a_key_that_neither_master_key_wrapped_stops_the_exchange_and_stays_as_it_was(
    settings: Settings,
) -> None:
    with_keys(settings, "old")
    give("order:1")
    before = wrapped()
    with_keys(settings, "new")

    with pytest.raises(BrokenSealError):
        vault.rewrap()

    assert wrapped() == before
