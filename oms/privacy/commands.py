"""`flask --app wsgi retention ...` and `privacy ...`: letting go by the clock, and the register in print."""

import json
import sys
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from oms.kernel import clock
from oms.kernel.config import Settings
from oms.kernel.db import Role, acting_as, reading
from oms.privacy import queries
from oms.privacy.asking import receiving
from oms.privacy.clocks import queries as clocks
from oms.privacy.evidence import queries as proofs
from oms.privacy.mapping import queries as mapping
from oms.privacy.models import PrivacyRequest
from oms.privacy.retention import actions

_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def retention() -> None:
    """Let go of what the shop no longer needs."""


@retention.command()
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="As if it were that day; a later one only in rehearsals."
)
@_as_json
@with_appcontext
def run(on: datetime | None, *, as_json: bool) -> None:
    """Destroy every key whose day has come, and all else whose time is over; a second run finds nothing.

    Example: flask --app wsgi retention run --on 2027-03-01
    """
    settings: Settings = current_app.extensions["settings"]
    day = on.replace(tzinfo=UTC) if on else None
    if day and settings.is_production and day > clock.now():
        raise click.ClickException("Production lets go of nothing early. Leave --on away.")
    with clock.held_at(day) if day else nullcontext(), acting_as(Role.WORKER):
        counts = actions.let_go()
    if as_json:
        click.echo(json.dumps(counts))
        return
    for name, count in counts.items():
        click.echo(f"{count:>8}  {name}")
    click.echo(f"{sum(counts.values())} let go of.")


@click.group()
def privacy() -> None:
    """Show what is kept of people, and what they asked for."""


@privacy.command()
@click.option(
    "--format",
    "shape",
    type=click.Choice(list(mapping.EXPORTS)),
    default="own",
    show_default=True,
    help="Our own rows, a data map of fideslang 3, or JSON-LD in the W3C's DPV 2.1.",
)
@_as_json
@with_appcontext
def register(shape: str, *, as_json: bool) -> None:
    """Print every personal field: why, on which ground, until when, for whom (GDPR, article 30).

    Example: flask --app wsgi privacy register --json --format fides
    """
    if as_json or shape != "own":
        click.echo(json.dumps(mapping.EXPORTS[shape](), indent=2))
        return
    for row in mapping.own():
        click.echo(f"{row['field']}: {row['why']} {row['basis']}; {row['retention']}; {row['recipients']}")


@privacy.command()
@_as_json
@with_appcontext
def requests(*, as_json: bool) -> None:
    """List the requests under way, the first to be answered first; nobody is named.

    Example: flask --app wsgi privacy requests
    """
    with reading() as session:
        found = queries.requests(session, are_open=True)
    if as_json:
        rows = [_waiting(one) for one in found]
        click.echo(json.dumps(rows))
        return
    for row in found:
        pressing = clocks.alarm(row, clock.now())
        click.echo(
            f"{row.number}  {row.state}  answer by {row.answer_by}" + (f"  {pressing}" if pressing else "")
        )
    click.echo(f"{len(found)} under way.")


@privacy.command()
@click.argument("maildir", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@_as_json
@with_appcontext
def inbound(maildir: Path | None, *, as_json: bool) -> None:
    """Take requests that came by mail: one message from the standard input, or all new ones of a maildir.

    What asks for nothing (answers of machines, lists, no sender) is left alone and told; exit status 1 where
    the one message was such. Taken again, a message is told as known. Nothing attached is kept.

    Example: flask --app wsgi privacy inbound < message.eml
    """
    found = receiving.take(sys.stdin.buffer.read()) if maildir is None else None
    taken = [found] if found else receiving.take_all(maildir) if maildir else []
    if as_json:
        click.echo(json.dumps([{"number": one.number, "why": one.why} for one in taken]))
    else:
        for one in taken:
            click.echo(one.number or one.why)
        click.echo(f"{sum(1 for one in taken if one.number)} of {len(taken)} taken.")
    if maildir is None and not any(one.number for one in taken):
        raise SystemExit(1)


@privacy.command()
@click.option(
    "--results",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the tests wrote what they measured; STATE_DIR/evidence if not given.",
)
@_as_json
@with_appcontext
def evidence(results: Path | None, *, as_json: bool) -> None:
    """Print which control is proved by which test, and what it measured last; exit status 1 where one failed.

    Example: flask --app wsgi privacy evidence > evidence.md
    """
    settings: Settings = current_app.extensions["settings"]
    found = proofs.controls(results or settings.state_dir / "evidence")
    if as_json:
        click.echo(json.dumps([{**asdict(one), "state": one.state} for one in found], indent=2))
    else:
        click.echo(proofs.written(found), nl=False)
    if any(one.state == "failed" for one in found):
        raise SystemExit(1)


def _waiting(request: PrivacyRequest) -> dict[str, str]:
    return {
        "number": request.number,
        "state": request.state,
        "regime": request.regime,
        "target_by": request.target_by.isoformat(),
        "answer_by": request.answer_by.isoformat(),
        "legal_by": request.legal_by.isoformat(),
        "alarm": clocks.alarm(request, clock.now()),
    }
