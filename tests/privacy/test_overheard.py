"""B20 over the processes of a whole shop: web, worker, relay and commands reach declared places alone."""

import sys
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from oms.kernel.db import transaction
from oms.privacy.states import Channel
from oms.privacy.wishes import actions as saying
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.states import Choice
from tests.make import GUEST
from tests.privacy.filling import Clerk, Filler, somebody_whole, until_quiet
from tests.privacy.overhearing import heard
from tests.running import RunningShop

pytestmark = pytest.mark.privacy


PARTIES = ("stripe", "carrier", "mail service", "text service")


def wants_texts(number: str) -> None:
    """Say yes to texts about an order."""
    with transaction() as session:
        assert saying.say(session, [f"order:{number}"], Said(Choice.GIVEN, Channel.SMS), by=GUEST) == 1


def place_of(url: str) -> str:
    """Host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}"


def declared(live: RunningShop) -> dict[str, str]:
    """Where the shop may connect to: its recipients, and its own stores."""
    assert live.stripe is not None
    assert live.carrier is not None
    assert live.mail is not None
    assert live.texts is not None
    parties = dict(zip(PARTIES, (live.stripe, live.carrier, live.mail, live.texts), strict=True))
    stores = {"database": live.stores.database, "queue": live.stores.redis, "itself": live.url}
    return {place_of(party.address): name for name, party in parties.items()} | {
        place_of(url): name for name, url in stores.items() if urlsplit(url).port
    }


def test_every_process_reaches_declared_places_alone(
    overheard: RunningShop, measured: Callable[..., None]
) -> None:
    clerk = Clerk(overheard, "10.9.9.9", until_quiet)
    clerk.sign_in()
    ada = Filler(overheard, "10.1.2.3", until_quiet, who=somebody_whole())
    ada.live_here(clerk)
    wants_texts(ada.second)
    clerk.ship(ada.second, "CEDAR-PENCIL")
    until_quiet()
    ada.take_copy(ada.ask_copy())
    ada.delete()
    until_quiet()
    for command in (["doctor"], ["payments", "reconcile"], ["privacy", "register"], ["retention", "run"]):
        overheard.flask(*command)
    found, known = heard(overheard.folder), declared(overheard)
    strange = {place: by for place, by in found.items() if place not in known}
    reached = sorted({known[place] for place in found if place in known})
    programs = {program for by in found.values() for program in by}
    figure = f"{len(programs)} programs of a running shop reached {', '.join(reached)}; {len(strange)} else"
    measured("B20", figure, passed=not strange and set(PARTIES) <= set(reached))

    lost = "import socket\ntry: socket.create_connection(('127.0.0.1', 9), 1)\nexcept OSError: pass"
    overheard.run_command(sys.executable, "-c", lost)
    assert set(heard(overheard.folder)) - set(known) == {"127.0.0.1:9"}
