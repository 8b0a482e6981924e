"""A whole shop, used from every side: each screen with its buttons, each delivery, job and command."""

from collections.abc import Iterator
from typing import NamedTuple

import click
from flask import Flask
from sqlalchemy import update

from oms import cli
from oms.kernel import jobs
from oms.kernel.db import Role, transaction
from oms.kernel.outbox import DeliveryState, OutboxDelivery
from tests import make
from tests.people import Visitor
from tests.privacy.busy import Busy
from tests.privacy.pressing import everything

# Commands that take this very shop away, or stay for ever.
_LEFT_OUT = {"restore", "migrate", "run", "shell", "load", "reset", "close", "replay"}


class Used(NamedTuple):
    """What was shown on every screen, and how many commands and deliveries there were."""

    shown: list[str]
    commands: int
    deliveries: int

    @property
    def buttons(self) -> int:
        """How many buttons were pressed on the screens."""
        return sum(int(words.split()[0]) for words in self.shown if words.endswith(" pressed"))

    def __str__(self) -> str:
        screens = f"{len(self.shown)} screens, {self.buttons} buttons, {self.commands} commands"
        return f"{screens}, {self.deliveries} deliveries, {len(jobs.SCHEDULE)} jobs"


class WholeShop(NamedTuple):
    """Store and desk of a shop in which everything happened, its owner and a buyer signed in."""

    store: Flask
    desk: Flask
    busy: Busy
    owner: Visitor
    buyer: Visitor

    def use(self) -> Used:
        """Open and press everything, run every command, and do every delivery and job before and after."""
        deliveries = _everything_again()
        shown = [
            *everything(self.desk, self.owner, self.busy.desk, "/oms"),
            *everything(self.store, self.buyer, self.busy.store, ""),
        ]
        run = _commands_of(self.store)
        _everything_again()
        return Used(shown, run, deliveries)


def _commands_of(app: Flask) -> int:
    """Run every command that can be run without an argument; how many there were."""
    cli.register(app)
    count = 0
    for path, command in _named(app.cli, ()):
        if not _LEFT_OUT & set(path) and not any(one.required for one in command.params):
            app.test_cli_runner().invoke(args=list(path), input="")
            count += 1
    return count


def _named(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _named(command, (*path, name))
        else:
            yield (*path, name), command


def _everything_again() -> int:
    """Let each delivery that ever was be done again, and every job of the clock; how many deliveries."""
    with transaction(Role.MIGRATE) as session:
        again = update(OutboxDelivery).values(state=DeliveryState.WAITING)
        count = len(session.execute(again.returning(OutboxDelivery.message_id)).all())
        make.due_now(session)
    jobs.drain(scheduled=True)
    return count
