"""`flask --app wsgi shop close ...`: the end of the shop, with a rehearsal and a typed confirmation."""

import json
from dataclasses import asdict
from datetime import datetime

import click
from flask.cli import with_appcontext

from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import Role, acting_as, reading, transaction
from oms.kernel.errors import CounterfoilError
from oms.privacy.closing import actions, queries

_BY = Actor(ActorKind.SYSTEM, "closing")


@click.group()
def shop() -> None:
    """Look after the shop as a whole."""


@shop.group()
def close() -> None:
    """Close the shop for good: announce, let people take copies, let go of everybody."""


@close.command("dry-run")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def dry_run(*, as_json: bool) -> None:
    """Say what closing would let go of, and what holds it up; nothing changes.

    Example: flask --app wsgi shop close dry-run
    """
    with reading(Role.WORKER) as session:
        planned = queries.plan(session)
    if as_json:
        click.echo(json.dumps(asdict(planned)))
        return
    for kind, count in planned.keys.items():
        click.echo(f"{count:>8}  {kind}")
    click.echo(f"{planned.people} people, {sum(planned.keys.values())} keys.")
    if planned.blockers:
        click.echo(f"{len(planned.blockers)} orders are under way; send or cancel them first.")


@close.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@with_appcontext
def announce(day: datetime) -> None:
    """Announce the day from which on nobody is known, at least thirty days ahead; no order is taken any more.

    Example: flask --app wsgi shop close announce 2027-03-01
    """
    try:
        with acting_as(Role.WORKER), transaction() as session:
            found = actions.announce(session, day.date(), by=_BY)
            click.echo(f"Announced. Everybody is written to; on {found.shreds_on} it can be carried out.")
    except CounterfoilError as error:
        raise click.ClickException(error.message) from None


@close.command("call-off")
@with_appcontext
def call_off() -> None:
    """Take the announcement back, and sell again.

    Example: flask --app wsgi shop close call-off
    """
    try:
        with acting_as(Role.WORKER), transaction() as session:
            actions.call_off(session, by=_BY)
    except CounterfoilError as error:
        raise click.ClickException(error.message) from None
    click.echo("Called off. The shop sells again.")


@close.command()
@click.option("--confirm", prompt=f"Type '{actions.CONFIRMATION}'", help="The words that are asked for.")
@with_appcontext
def shred(confirm: str) -> None:
    """Let go of everybody, on the announced day or later, and print the certificate.

    Example: flask --app wsgi shop close shred
    """
    try:
        with acting_as(Role.WORKER):
            done = actions.shred(confirm, by=_BY)
    except CounterfoilError as error:
        raise click.ClickException(error.message) from None
    click.echo(json.dumps({"closed_at": str(done.closed_at), **(done.certificate or {})}, indent=2))
