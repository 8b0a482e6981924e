"""Nothing is written and then forgotten: what a feature offers is taken up where the house is put up."""

from pathlib import Path

import pytest

from oms import app as desk
from oms import cli, worker
from storefront import app as store
from tests.architecture.source import ROOT, Source


def _offered(name: str, *tops: str) -> set[str]:
    """Return the dotted names of the features' modules of a name."""
    found = [path for top in tops for path in (ROOT / top).rglob(f"{name}.py")]
    places = [path.relative_to(ROOT).with_suffix("").as_posix() for path in found]
    return {p.replace("/", ".") for p in places if not p.startswith(("oms/kernel/", "oms/local/"))}


def _imported(path: str) -> set[str]:
    return Source(path, (ROOT / path).read_text("utf-8")).imports()


def forgotten(offered: set[str], taken: set[str]) -> set[str]:
    """Return what is offered and not taken."""
    return offered - taken


def test_every_handler_is_known_to_the_worker() -> None:
    assert forgotten(_offered("handlers", "oms"), {module.__name__ for module in worker.HANDLERS}) == set()


def test_every_check_is_known_to_the_doctor() -> None:
    assert forgotten(_offered("checks", "oms"), {module.__name__ for module in cli.CHECKS}) == set()


def test_every_command_is_known_to_the_command_line() -> None:
    assert forgotten(_offered("commands", "oms"), _imported("oms/cli.py")) == set()


@pytest.mark.parametrize(
    ("top", "path", "blueprints"),
    [("storefront", "storefront/app.py", store.BLUEPRINTS), ("oms", "oms/app.py", desk.BLUEPRINTS)],
)
def test_every_view_is_part_of_an_application(top: str, path: str, blueprints: tuple[object, ...]) -> None:
    offered = {name for name in _offered("views", top) if _has_blueprint(name)}
    assert forgotten(offered, _imported(path)) == set()
    assert len(blueprints) >= len(offered)


def test_every_webhook_is_part_of_the_store() -> None:
    assert forgotten(_offered("webhooks", "oms"), _imported("storefront/app.py")) == set()


def _has_blueprint(name: str) -> bool:
    return "blueprint = Blueprint(" in (ROOT / Path(*name.split("."))).with_suffix(".py").read_text("utf-8")


def test_what_nobody_takes_up_is_seen() -> None:
    assert forgotten({"oms.orders.handlers"}, set()) == {"oms.orders.handlers"}
    assert "oms.orders.handlers" in _offered("handlers", "oms")
