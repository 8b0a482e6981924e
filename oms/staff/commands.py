"""`flask --app wsgi staff ...`: the first owner, and everybody when the desk cannot be reached."""

import json
from datetime import datetime
from urllib.parse import urlsplit

import click
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask.cli import with_appcontext

from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError
from oms.staff import actions
from oms.staff.actions import Clearance, Invitation, NewStaff
from oms.staff.states import StaffRole
from oms.web.mounting import DESK_ROOT

_ROLES = click.Choice([role.value for role in StaffRole])


@click.group()
def commands() -> None:
    """Look after who works at the desk."""


commands.name = "staff"


@commands.command()
@click.argument("email", metavar="E-MAIL")
@click.option("--role", "roles", type=_ROLES, multiple=True, required=True, help="May be given repeatedly.")
@click.option(
    "--trained", type=click.DateTime(["%Y-%m-%d"]), help="Trained in privacy, and signed to secrecy, on."
)
@click.option("--name", default="", help="How colleagues call the person; made from the role if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def add(email: str, roles: tuple[str, ...], trained: datetime | None, name: str, *, as_json: bool) -> None:
    """Add somebody to the desk and print the address and the code with which they set themselves up.

    Without --trained they see no people until an owner notes it on their page.

    Example: flask --app wsgi staff add ada@shop.example --role owner --trained 2026-11-01
    """
    settings: Settings = current_app.extensions["settings"]
    chosen = frozenset(StaffRole(role) for role in roles)
    new = NewStaff(_mailbox(email, settings), name or " and ".join(sorted(chosen)), chosen)
    try:
        invited = _added(new, trained)
    except (BadInputError, ConflictError) as error:
        raise click.ClickException(error.message) from None
    address = _set_up_address(settings)
    if as_json:
        told = {"staff": invited.staff_id, "address": address, "code": invited.setup_code}
        click.echo(json.dumps(told))
        return
    click.echo(f"Added as number {invited.staff_id}. Within two days, open\n\n    {address}\n")
    click.echo(f"and type the e-mail and this code, which works once:\n\n    {invited.setup_code}\n")
    click.echo("The page then asks for a password and shows the QR code for an authenticator app.")


def _added(new: NewStaff, trained: datetime | None) -> Invitation:
    with reading() as session:
        keys = actions.prepare_member(session)
    with transaction() as session:
        invited = actions.add_member(session, new, keys)
        if trained is not None:
            day = trained.date()
            actions.note_clearance(session, invited.staff_id, Clearance(day, day), by=SYSTEM)
        return invited


def _mailbox(typed: str, settings: Settings) -> str:
    try:
        read = validate_email(typed, check_deliverability=False, test_environment=not settings.is_production)
    except EmailNotValidError as error:
        raise click.ClickException(f"{typed} is not an e-mail address: {error}") from None
    return read.normalized


def _set_up_address(settings: Settings) -> str:
    public = urlsplit(settings.public_url)
    return f"{public.scheme}://{settings.desk_host or public.netloc}{DESK_ROOT}/set-up"
