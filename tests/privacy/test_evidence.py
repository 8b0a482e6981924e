"""Evidence names control, test, figure and time; what was not measured is not claimed; no badge is shown."""

import json
import os
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask

from oms import cli
from oms.kernel.config import Settings
from oms.kernel.errors import BadInputError
from oms.privacy.evidence import queries
from oms.privacy.evidence.controls import CONTROLS
from storefront.app import create_store
from tests.privacy.test_figures import table

ROOT = Path(__file__).parents[2]
# What only somebody else may say of us, on paper, with a date.
BADGES = re.compile(
    r"ISO[ /-]?(IEC )?2700|SOC ?2|GDPR[- ](compliant|certified)|certified by|PCI[- ]certified", re.IGNORECASE
)


@cache
def junit(*, passed: bool) -> str:
    """What a run writes down; a run takes seconds, and says the same each time."""
    with TemporaryDirectory() as folder:
        return table(Path(folder), passed=passed)[2]


def measured_in(folder: Path, *, passed: bool) -> Path:
    folder.mkdir()
    (folder / "junit.xml").write_text(junit(passed=passed))
    return folder


def by_name(folder: Path) -> dict[str, queries.Control]:
    return {control.name: control for control in queries.controls(folder)}


def test_each_control_has_its_tests_with_figures_and_the_rest_is_not_claimed(tmp_path: Path) -> None:
    found = by_name(measured_in(tmp_path / "run", passed=True))
    assert list(found) == list(CONTROLS)
    assert [found[name].state for name in ("B42", "B06", "B07", "B01")] == ["proved"] * 3 + ["no result"]
    [result] = found["B42"].results
    assert (result.figure, result.test) == ("p95 4.1 ms", "test_planted::test_that_is_good")
    assert re.match(r"\d{4}-\d\d-\d\dT", result.at)


def test_a_figure_below_its_bar_is_a_failed_control(tmp_path: Path) -> None:
    found = by_name(measured_in(tmp_path / "run", passed=False))
    assert [found[name].state for name in ("B42", "B06")] == ["proved", "failed"]


def test_the_newest_run_of_a_test_counts(tmp_path: Path) -> None:
    first, second = (measured_in(tmp_path / name, passed=name == "b") for name in ("a", "b"))
    other = (first / "junit.xml").rename(second / "another.xml")
    os.utime(other, (1, 1))
    assert by_name(second)["B06"].state == "proved"
    os.utime(second / "junit.xml", (0, 0))
    assert by_name(second)["B06"].state == "failed"


def test_a_broken_file_is_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text("<testsuite><testcase>")
    with pytest.raises(BadInputError, match=r"junit\.xml is not whole"):
        queries.controls(tmp_path)


def command(settings: Settings) -> Flask:
    made = create_store(settings)
    cli.register(made)
    return made


def test_the_command_prints_it_and_fails_where_a_control_failed(
    shop: None, settings: Settings, tmp_path: Path
) -> None:
    run = command(settings).test_cli_runner().invoke
    good, bad = (measured_in(tmp_path / name, passed=name == "good") for name in ("good", "bad"))
    said = run(args=["privacy", "evidence", "--results", str(good)])
    assert "## B42 Privacy costs milliseconds: proved\n- pass: p95 4.1 ms" in said.output
    assert said.exit_code == 0
    failed = run(args=["privacy", "evidence", "--json", "--results", str(bad)])
    assert failed.exit_code == 1
    assert {one["name"]: one["state"] for one in json.loads(failed.output)}["B06"] == "failed"


def badges(folder: Path) -> list[str]:
    return [
        f"{path.name}: {found.group()}"
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".html", ".txt", ".svg", ".po"}
        for found in BADGES.finditer(path.read_text("utf-8"))
    ]


def test_no_page_shows_a_badge_that_nobody_gave_us(tmp_path: Path) -> None:
    assert badges(ROOT / "templates") == []
    assert badges(ROOT / "oms" / "web" / "translations") == []
    (tmp_path / "planted.html").write_text("<p>We are ISO 27001 certified.</p>")
    assert badges(tmp_path) == ["planted.html: ISO 2700"]
