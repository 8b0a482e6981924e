"""`flask --app wsgi privacy import FILE`: a copy of another Counterfoil, brought along."""

import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from oms.kernel.audit import Actor, ActorKind
from oms.kernel.errors import CounterfoilError
from oms.kernel.register import Job
from oms.privacy.arrivals import actions, queries


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--market", default="eu", show_default=True, help="Where an account that is opened belongs.")
@click.option("--language", default="en", show_default=True, help="In which language its owner reads.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def import_copy(file: Path, market: str, language: str, *, as_json: bool) -> None:
    """Bring a copy of another Counterfoil into the account of its mailbox; repeated, nothing changes.

    Example: flask --app wsgi privacy import your-data.zip
    """
    try:
        portable = queries.read(file.read_bytes())
        by = Actor(ActorKind.SYSTEM, "import").doing(Job.ARRIVALS)
        buyer = actions.receive(portable, market=market, language=language, by=by)
    except CounterfoilError as error:
        raise click.ClickException(f"{file}: {error.message}") from None
    told = {"account": buyer.id, "addresses": len(portable.addresses), "orders": len(portable.orders)}
    click.echo(
        json.dumps(told)
        if as_json
        else f"Account {buyer.id}: {told['addresses']} addresses, {told['orders']} past orders."
    )
