"""`flask --app wsgi backup ...`: make, look at, read back, restore, open."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from oms.backups import actions, queries
from oms.backups.queries import DATA, KEYRING
from oms.kernel import vault
from oms.kernel.config import Settings
from oms.kernel.db import Role, acting_as
from oms.kernel.errors import CounterfoilError

_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_file = click.Path(path_type=Path)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(told, default=str))
        return
    for name, value in told.items():
        click.echo(f"{name.replace('_', ' '):>15}  {value}")


class _Backup(click.Group):
    """Tells what cannot be done in a sentence, without a trace."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's interface
        try:
            return super().invoke(ctx)
        except vault.ClosedError as error:
            raise click.ClickException(error.reason) from None
        except CounterfoilError as error:
            raise click.ClickException(error.message) from None


@click.group(cls=_Backup)
def backup() -> None:
    """Make backups and restore them; data and keyring lie apart."""


@backup.command()
@click.argument("data", type=_file, required=False)
@click.argument("keyring", type=_file, required=False)
@_as_json
@with_appcontext
def create(data: Path | None, keyring: Path | None, *, as_json: bool) -> None:
    """Back up into the folders DATA and KEYRING, by default those of the settings, and read both back.

    Example: flask --app wsgi backup create /mnt/backups /mnt/keys
    """
    settings = _settings()
    made = actions.create(settings, data or settings.backup_data, keyring or settings.backup_keyring)
    _tell(asdict(made), as_json=as_json)


@backup.command("list")
@_as_json
@with_appcontext
def show(*, as_json: bool) -> None:
    """List the backups in the folders of the settings, the newest first.

    Example: flask --app wsgi backup list --json
    """
    settings = _settings()
    found = queries.held(settings.backup_data, DATA) + queries.held(settings.backup_keyring, KEYRING)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], default=str))
        return
    for one in found:
        click.echo(f"{one.made_at:%Y-%m-%d %H:%M}  {one.what:8} {one.rows:>9} rows  {one.path}")
    click.echo(f"{len(found)} backups.")


@backup.command()
@click.argument("files", type=_file, nargs=-1, required=True)
@_as_json
@with_appcontext
def verify(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Read backups to their end and count what is in them.

    Example: flask --app wsgi backup verify /mnt/backups/20261122T140000Z-1a2b3c4d.data.backup
    """
    counted = {str(path): sum(actions.verify(path, _settings().backup_key).values()) for path in files}
    _tell(counted, as_json=as_json)


@backup.command()
@click.option(
    "--tombstones-are-lost", is_flag=True, help="Take the shorter file as it is: nothing was restored."
)
@_as_json
@with_appcontext
def replay(*, tombstones_are_lost: bool, as_json: bool) -> None:
    """Open a shop that was restored by other means: destroy again what was erased, rebuild the look-ups.

    Example: flask --app wsgi backup replay
    """
    if tombstones_are_lost:
        vault.accept_loss()
    with acting_as(Role.WORKER):
        again, due, found = actions.replay()
    _tell({"erased_again": again, "due_meanwhile": due, "found_again": found}, as_json=as_json)


def commands(upgrade: Callable[[str, str], None]) -> click.Group:
    """Return the group; `upgrade` brings both databases to the newest schema."""

    @backup.command()
    @click.argument("data", type=_file)
    @click.argument("keyring", type=_file)
    @_as_json
    @with_appcontext
    def restore(data: Path, keyring: Path, *, as_json: bool) -> None:
        """Restore DATA and KEYRING, files or folders, into two empty databases, and open the shop.

        Example: flask --app wsgi backup restore /mnt/backups /mnt/keys
        """
        with acting_as(Role.WORKER):
            done = actions.restore(_settings(), data, keyring, upgrade=upgrade)
        told = asdict(done)
        told["ill"] = [finding.name for finding in done.ill]
        _tell(told, as_json=as_json)
        if done.ill:
            raise SystemExit(1)

    return backup
