"""`flask --app wsgi returns ...`: which goods the law lets nobody withdraw from."""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from oms.catalog.models import Variant
from oms.kernel.audit import SYSTEM
from oms.kernel.db import transaction
from oms.returns import actions
from oms.returns.states import Exclusion

_REASONS = click.Choice([reason.name.lower().replace("_", "-") for reason in Exclusion])


@click.group()
def returns() -> None:
    """Look after goods that come back."""


@returns.command()
@click.argument("sku")
@click.argument("reason", type=_REASONS)
@with_appcontext
def exclude(sku: str, reason: str) -> None:
    """Let nobody withdraw from a SKU in orders placed from now on; the reason is shown to them.

    Example: flask --app wsgi returns exclude ENGRAVED-PEN custom-made
    """
    with transaction() as session:
        if session.scalar(select(Variant.id).where(Variant.sku == sku)) is None:
            raise click.ClickException(f"There is no SKU {sku}. Look at the list under /oms/stock.")
        found = Exclusion[reason.upper().replace("-", "_")]
        is_new = actions.exclude(session, sku, found, by=SYSTEM)
    click.echo(f"{sku} is excluded from withdrawal: {found}." if is_new else f"{sku} was excluded before.")
