"""Commands about money."""

import json
from dataclasses import asdict
from datetime import timedelta

import click

from oms.kernel import clock
from oms.kernel.db import Role, reading
from oms.kernel.errors import UnavailableError
from oms.payments.reconciling import differences

_SETTLES = timedelta(minutes=15)


@click.group("payments")
def commands() -> None:
    """Compare money with Stripe."""


@commands.command()
@click.option(
    "--days", default=30, show_default=True, type=click.IntRange(1, 365), help="How far to look back."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for a script.")
def reconcile(*, days: int, as_json: bool) -> None:
    """Compare payments and refunds with Stripe's, to the cent.

    Example: flask --app wsgi payments reconcile --days 7
    """
    now = clock.now()
    try:
        with reading(Role.BLIND) as session:
            found = list(differences(session, since=now - timedelta(days=days), until=now - _SETTLES))
    except UnavailableError as error:
        raise click.ClickException(f"{error.message} Try again in a moment.") from error
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found]))
    else:
        for one in found:
            sides = f"here {one.ours or 'nothing'}, at Stripe {one.theirs or 'nothing'}"
            click.echo(f"{one.what}: {one.reference} ({sides})")
        click.echo(f"{len(found)} differences in {days} days.")
    if found:
        raise SystemExit(1)
