"""The commands of `flask --app wsgi`: each feature's group, and those of the ground floor."""

import json

import click
from flask import Flask, current_app

from migrations.run import upgrade
from oms.kernel import jobs
from oms.kernel.config import Settings

# Each feature's `commands`: click commands and groups of its own.
COMMANDS: tuple[click.Command, ...] = ()


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


@click.group()
def outbox() -> None:
    """Look after what must happen after a commit."""


@outbox.command()
@click.option("--scheduled", is_flag=True, help="Run the jobs of the clock first, where they are due.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def drain(*, scheduled: bool, as_json: bool) -> None:
    """Do everything that is due, here and now, without a queue; safe beside running workers.

    Example: flask --app wsgi outbox drain --scheduled
    """
    done = jobs.drain(scheduled=scheduled)
    click.echo(json.dumps({"done": done}) if as_json else f"{done} effects done.")


def register(app: Flask) -> None:
    """Give an application every command."""
    for command in (migrate, outbox, *COMMANDS):
        app.cli.add_command(command)
