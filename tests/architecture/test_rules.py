"""The house keeps its own rules, and each rule sees a fault that is planted."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.architecture import names, rules
from tests.architecture.source import ROOT, Source, house, planted, sources, too_long

HOUSE = house()
TESTS = [file for file in sources("tests") if not file.path.startswith("tests/architecture/")]
Rule = Callable[[Sequence[Source]], list[str]]

LONG_VIEW = '@blueprint.get("/")\ndef index() -> str:\n' + "    x = 1\n" * 30
FAULTS: list[tuple[Rule, str, str]] = [
    (too_long, "oms/orders/actions.py", "x = 1\n" * 301),
    (too_long, "oms/orders/actions.py", "def f() -> None:\n" + "    x = 1\n" * 50),
    (too_long, "storefront/home/views.py", LONG_VIEW),
    (too_long, "oms/orders/actions.py", "def f(a, b, c, *, d, e, f): ...\n"),
    (rules.hidden_imports, "oms/orders/actions.py", "def f():\n    import os\n"),
    (rules.hidden_imports, "oms/orders/actions.py", "from typing import TYPE_CHECKING\n"),
    (rules.commits, "oms/orders/actions.py", "def f(session):\n    session.commit()\n"),
    (rules.unknown_names, "oms/orders/utils.py", ""),
    (rules.unknown_names, "storefront/home/queries.py", ""),
    (rules.unknown_names, "oms/kernel/helpers.py", ""),
    (rules.talking_packages, "oms/orders/__init__.py", '"""Orders."""\nfrom oms.orders import actions\n'),
    (rules.talking_packages, "oms/orders/__init__.py", ""),
    (rules.misplaced_words, "oms/orders/actions.py", "from flask import request\n"),
    (rules.misplaced_words, "oms/orders/queries.py", "import redis\n"),
    (rules.misplaced_words, "oms/orders/gateway.py", "import stripe\n"),
    (rules.misplaced_words, "oms/kernel/clock.py", "from werkzeug import http\n"),
    (rules.readers_of_the_clock, "oms/orders/actions.py", "x = datetime.now(UTC)\n"),
    (rules.pretended_tests, "tests/oms/test_x.py", "from unittest.mock import patch\n"),
    (rules.pretended_tests, "tests/oms/test_x.py", "@pytest.mark.skip\ndef test(): ...\n"),
    (rules.pretended_tests, "tests/conftest.py", "def fixture():\n    pytest.skip('not here')\n"),
    (rules.unfinished, "oms/orders/actions.py", "x = 1  # TODO later\n"),
]


@pytest.mark.parametrize(("rule", "path", "text"), FAULTS)
def test_a_planted_fault_is_seen(rule: Rule, path: str, text: str) -> None:
    assert len(rule(planted(path, text))) == 1


def test_modules_functions_and_views_keep_to_their_length() -> None:
    # What a migration does is a list of tables.
    found = [line for line in too_long(HOUSE) if not line.startswith("migrations/versions/")]
    assert found == []


@pytest.mark.parametrize(
    "rule",
    [
        rules.hidden_imports,
        rules.commits,
        rules.unknown_names,
        rules.talking_packages,
        rules.misplaced_words,
        rules.readers_of_the_clock,
        rules.unfinished,
    ],
)
def test_the_house_keeps_its_rules(rule: Rule) -> None:
    assert rule(HOUSE) == []


def test_no_test_pretends() -> None:
    assert rules.pretended_tests(TESTS) == []


def test_every_name_that_is_written_down_exists() -> None:
    assert [path for path in names.ALSO if not (ROOT / path).is_file()] == []


def test_the_top_level_holds_what_was_agreed_and_nothing_else() -> None:
    ignored = {line.strip().strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - names.TOP - ignored == set()
    assert missing(ROOT) == set()


def missing(root: Path) -> set[str]:
    """Return what every project has, and this tree lacks."""
    return {name for name in names.TOP | names.HIDDEN if not (root / name).exists()}


def test_what_the_top_level_lacks_is_seen(tmp_path: Path) -> None:
    for name in names.TOP | names.HIDDEN:
        (tmp_path / name).mkdir(parents=True)
    assert missing(tmp_path) == set()
    for name in ("SECURITY.md", "LICENSE", ".env.example", ".ci/run"):
        (tmp_path / name).rmdir()
    assert missing(tmp_path) == {"SECURITY.md", "LICENSE", ".env.example", ".ci/run"}


def test_every_package_of_the_house_says_what_it_is() -> None:
    folders = [p for top in ("oms", "storefront") for p in (ROOT / top).rglob("*") if _holds_python(p)]
    assert [f.relative_to(ROOT).as_posix() for f in folders if not (f / "__init__.py").is_file()] == []


def _holds_python(path: Path) -> bool:
    return path.is_dir() and path.name != "__pycache__" and any(path.glob("*.py"))
