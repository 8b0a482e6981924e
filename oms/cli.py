"""The commands of `flask --app wsgi`: each feature's own, and those of the ground floor."""

import json
from types import ModuleType

import click
from flask import Flask, current_app

from migrations.run import upgrade
from oms.backups import checks as backups_checks
from oms.backups import commands as backups
from oms.buyers import checks as buyers_checks
from oms.catalog import checks as catalog_checks
from oms.catalog import commands as catalog
from oms.channels import checks as channels_checks
from oms.channels import commands as channels
from oms.finance import commands as finance
from oms.fulfillment import checks as fulfillment_checks
from oms.inventory import checks as inventory_checks
from oms.kernel import audit, vault
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.notifications import checks as notifications_checks
from oms.orders import checks as orders_checks
from oms.payments import checks as payments_checks
from oms.payments import commands as payments
from oms.privacy import checks as keeping
from oms.privacy import commands as privacy
from oms.privacy.arrivals import commands as arrivals
from oms.privacy.closing import commands as closing
from oms.returns import checks as returns_checks
from oms.returns import commands as returns
from oms.risk import checks as risk_checks
from oms.shipping import checks as shipping_checks
from oms.signins import checks as signins_checks
from oms.staff import checks as staff_checks
from oms.staff import commands as staff
from oms.web import checks as web
from oms.web import doctor as examination
from oms.web.doctor import Health

# Each feature's `commands.py: commands`, a click group or command.
COMMANDS: tuple[click.Command, ...] = (
    *(catalog.commands, staff.commands, payments.commands, finance.commands, channels.commands),
    *(closing.shop, privacy.privacy, privacy.retention, returns.returns, backups.commands(upgrade)),
)
privacy.privacy.add_command(arrivals.import_copy)
# Each feature's `checks.py`, whose import makes its invariants known to the doctor.
CHECKS: tuple[ModuleType, ...] = (
    *(web, signins_checks, buyers_checks, staff_checks, catalog_checks),
    *(inventory_checks, payments_checks, orders_checks),
    *(shipping_checks, fulfillment_checks, returns_checks, risk_checks),
    *(keeping, backups_checks, notifications_checks, channels_checks),
)
_MARKS = {Health.WELL: "ok  ", Health.NOTE: "note", Health.ILL: "ILL "}
_COLORS = {Health.WELL: "green", Health.NOTE: "yellow", Health.ILL: "red"}
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for a script.")


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


@click.command()
def migrate() -> None:
    """Bring database and keyring to the newest schema; safe to repeat.

    Example: flask --app wsgi migrate
    """
    settings = _settings()
    if not settings.database_url or not settings.keyring_url:
        raise click.ClickException("Set DATABASE_URL and KEYRING_URL: the owner of the tables migrates.")
    upgrade(settings.database_url, settings.keyring_url, logins=settings.logins)
    click.echo("Both databases are at the newest schema.")


@click.command()
@_as_json
def doctor(*, as_json: bool) -> None:
    """Check every invariant on the live data; exit status 1 where one does not hold.

    Example: flask --app wsgi doctor --json
    """
    findings = examination.examine()
    ill = [finding for finding in findings if finding.health is Health.ILL]
    if as_json:
        click.echo(json.dumps(examination.told(findings), indent=2))
    else:
        for finding in findings:
            mark = click.style(_MARKS[finding.health], fg=_COLORS[finding.health])
            click.echo(f"{mark}  {finding.name}: {finding.figure}")
            if finding.advice:
                click.echo(f"      {finding.advice}", err=finding.health is Health.ILL)
        click.echo(f"{len(findings)} checks, {len(ill)} ill.")
    if ill:
        raise SystemExit(1)


@click.group("audit")
def trail() -> None:
    """Look after the audit trail."""


@trail.command()
@_as_json
def verify(*, as_json: bool) -> None:
    """Chain what is new, then prove that no deed was changed, removed, moved or cut off.

    Example: flask --app wsgi audit verify
    """
    anchors = _settings().state_dir / "anchors"
    with transaction(Role.AUDIT) as session:
        audit.chain(session)
    with reading() as session:
        verdict = audit.verify(session, anchors if anchors.exists() else None)
    if as_json:
        click.echo(json.dumps({"links": verdict.links, "broken": list(verdict.broken)}))
    else:
        for broken in verdict.broken:
            click.echo(broken, err=True)
        click.echo(f"{verdict.links} deeds in the chain, {len(verdict.broken)} links do not hold.")
    if verdict.broken:
        click.echo("Keep both databases as they are, and compare with a backup.", err=True)
        raise SystemExit(1)


@click.group()
def keyring() -> None:
    """Look after the keys."""


@keyring.command()
@_as_json
def rewrap(*, as_json: bool) -> None:
    """Wrap every key with MASTER_KEY that MASTER_KEY_OTHER still wraps; the shop may stay open.

    Example: flask --app wsgi keyring rewrap
    """
    count = vault.rewrap()
    told = f"{count} keys wrapped anew. No key needs MASTER_KEY_OTHER any more."
    click.echo(json.dumps({"rewrapped": count}) if as_json else told)


def register(app: Flask, *more: click.Command) -> None:
    """Give an application every command; `more` are those that stand beside this module."""
    for command in (migrate, doctor, trail, keyring, *COMMANDS, *more):
        app.cli.add_command(command)
