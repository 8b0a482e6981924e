"""B33: a shop brought back from backups passes what the shop itself passes: B01 and B02; damage is found.

The backup is of before the erasure, everything that somebody can leave behind is in it, and the other machine
has its databases and its folder empty. What is left there is searched as its owner and as a thief would.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from migrations.run import upgrade
from oms import cli
from oms.app import create_desk
from oms.backups import actions as backups
from oms.backups import folders
from oms.backups.actions import Made, Restored
from oms.backups.archive import BrokenBackupError
from oms.inventory import actions as stock
from oms.kernel import jobs
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.local.services import Services
from oms.privacy.clearing import actions as clearing
from oms.privacy.copies import handlers as copies
from storefront.app import create_store
from tests.fakes import Party
from tests.make import Shop
from tests.people import Visitor
from tests.privacy.canaries import find, folder, postgres
from tests.privacy.disks import postgres_files
from tests.privacy.filling import Clerk, Filler, somebody_whole
from tests.privacy.premises import Open, opened
from tests.privacy.test_residue import opened_backup
from tests.privacy.test_resurrection import crawl, owner, said_to
from tests.restoring import move_to

Measured = Callable[..., None]


@pytest.fixture
def house(small: Shop, kept: Settings, stripe: Party, carrier: Party, sink: object) -> Iterator[Open]:
    copies.configure(kept)
    with transaction() as session:
        stock.locate_warehouse(session, small.leiden, "Oude Vest 12", "Leiden")
    with opened(kept, stripe, carrier) as made:
        yield made


def lived(house: Open, clerk: Clerk, address: str, *, is_whole: bool) -> list[Filler]:
    """Let somebody live here; return their browsers."""
    first = Filler(house, f"10.1.{address}.3", jobs.drain, who=somebody_whole())
    if not is_whole:
        first.buy()
        first.correct()
        first.sign_up()
        return [first]
    first.live_here(clerk)
    elsewhere = Filler(house, f"10.1.{address}.4", jobs.drain, who=first.who, second=first.second)
    elsewhere.lose_mailbox()
    first.ask_copy()
    return [first, elsewhere]


def damaged(made: Made, kept: Settings, times: int) -> list[str]:
    """Damage both backups and a file at so many places, one by one; where nobody noticed."""
    unseen = []
    for path in (made.data, made.keyring):
        whole = path.read_bytes()
        for place in range(times):
            at = len(whole) * place // times
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            try:
                backups.verify(path, kept.backup_key)
                unseen.append(f"{path.name} at {at}")
            except BrokenBackupError:
                pass
        path.write_bytes(whole[:-100])
        with pytest.raises(BrokenBackupError):
            backups.verify(path, kept.backup_key)
        path.write_bytes(whole)
    copied = next(one for one in sorted((made.data.parent / "files").rglob("*")) if one.is_file())
    whole = copied.read_bytes()
    copied.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BrokenBackupError):
        folders.verify(made.data.parent)
    copied.write_bytes(whole)
    return unseen


@pytest.mark.privacy
def test_a_shop_that_was_brought_back_passes_what_the_shop_passes(  # noqa: PLR0913, PLR0917 - two machines
    house: Open,
    kept: Settings,
    elsewhere: Settings,
    running: Services,
    measured: Measured,
    tmp_path: Path,
) -> None:
    clerk = Clerk(house, "10.9.9.9", jobs.drain)
    clerk.sign_in()
    browsers = lived(house, clerk, "2", is_whole=True)
    [neighbor] = lived(house, clerk, "3", is_whole=False)
    ada, grace = browsers[0].who, neighbor.who
    made = backups.create(kept, kept.backup_data, kept.backup_keyring)
    for browser in browsers:
        browser.delete()
    jobs.drain(scheduled=True)
    unseen = damaged(made, kept, 24)
    measured("B33", f"{len(unseen)} of 48 damaged backups unseen", passed=not unseen)

    there = replace(elsewhere, state_dir=tmp_path / "restored", tombstones=kept.tombstones)
    there.state_dir.mkdir()
    done, seconds = drilled(there, kept)
    clearing.clear(there)
    held = ["stripe*/*", "carrier*/*"]
    left = find(
        [ada],
        *(postgres(url) for url in (there.database_url, there.keyring_url)),
        *(postgres_files(url) for url in (there.database_url, there.keyring_url)),
        folder(there.state_dir, exclude=held),
        folder(made.data.parent),
        folder(made.keyring.parent),
    )
    told, tries = opened_backup(there, made.data, running)
    seen = find([ada], [("backup", part) for part in told])
    others = {one.what for one in find([grace], [("backup", part) for part in told])}
    figure = f"B01 on the drill's output: {len(left)} of {len(ada.cores)} strings in its stores and files"
    measured("B33", figure, passed=not left)
    figure = (
        f"its backup with every key that came back, {tries} trials: {len(seen)}; a neighbor's {len(others)}"
    )
    measured("B33", figure, passed=not seen and tries > 0 and len(others) >= 4)
    pages = everywhere(there, [f"/orders/{browser.number or browser.second}" for browser in browsers])
    again = find([ada], pages)
    known = said_to(create_store(there).test_client(), ada)
    is_unknown = not any(core in known for core in ada.cores.values())
    figure = f"B02 on the drill's output: {len(again)} of {len(ada.cores)} strings on {len(pages)} pages"
    measured("B33", figure, passed=not again and is_unknown)
    hers = said_to(create_store(there).test_client(), grace)
    figure = f"{done.rows} rows, {done.files} files and {done.keys} keys back in {seconds:.0f} s"
    measured("B33", figure, passed=grace.cores["name"] in hers and seconds <= 15 * 60)


def drilled(there: Settings, kept: Settings) -> tuple[Restored, float]:
    """Restore on another machine, from what lies in the folders of the shop."""
    move_to(there)
    app = create_store(there)
    cli.register(app)
    begun = time.perf_counter()
    with app.app_context():
        done = backups.restore(there, kept.backup_data, kept.backup_keyring, upgrade=upgrade)
    return done, time.perf_counter() - begun


def everywhere(there: Settings, orders: list[str]) -> list[tuple[str, bytes]]:
    """Every page that leads to anything, at the desk and in the shop."""
    shop, desk = create_store(there), create_desk(there)
    start = ["/", "/privacy", "/audit", *orders]
    return [
        *crawl(owner(desk), start, "/oms"),
        *crawl(Visitor(shop.test_client()), ["/", "/your-data/", *orders], ""),
    ]
