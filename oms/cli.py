"""The commands of `flask --app wsgi`: each feature's group, and those of the ground floor."""

import click
from flask import Flask, current_app

from migrations.run import upgrade
from oms.catalog import commands as catalog
from oms.kernel.config import Settings

# Each feature's `commands`: click commands and groups of its own.
COMMANDS: tuple[click.Command, ...] = (catalog.commands,)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


@click.command()
def migrate() -> None:
    """Bring database and keyring to the newest schema; safe to repeat.

    Example: flask --app wsgi migrate
    """
    settings = _settings()
    upgrade(settings.database_url, settings.keyring_url)
    click.echo("Both databases are at the newest schema.")


def register(app: Flask, *more: click.Command) -> None:
    """Give an application every command; `more` are those that stand beside this module."""
    for command in (migrate, *COMMANDS, *more):
        app.cli.add_command(command)
