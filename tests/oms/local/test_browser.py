"""The browser of the journeys: found, or its absence said aloud."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oms.local.browser import is_demanded

_ROOT = Path(__file__).parents[3]


def _look(**settings: str) -> "subprocess.CompletedProcess[str]":
    environ = {"PATH": "/nowhere", **settings}
    return subprocess.run(
        [sys.executable, "-m", "oms.local.browser"],
        cwd=_ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_browser_the_skipping_is_said_aloud_with_the_line_to_type() -> None:
    done = _look()
    assert done.returncode == 0
    assert "ALL BROWSER TESTS WILL BE SKIPPED" in done.stdout
    assert "sudo apt-get install chromium" in done.stdout


def test_under_ci_a_missing_browser_is_a_failure() -> None:
    done = _look(CI="true")
    assert done.returncode == 1
    assert "CI=true and no chromium found" in done.stderr


def test_a_browser_elsewhere_may_be_named() -> None:
    assert _look(CI="true", BROWSER_PATH=os.path.realpath(sys.executable)).returncode == 0


@pytest.mark.parametrize(("value", "demanded"), [("true", True), ("1", True), ("false", False), ("", False)])
def test_ci_is_read_as_a_yes_or_no(value: str, demanded: bool) -> None:  # noqa: FBT001  a case of the table
    assert is_demanded({"CI": value}) is demanded


@pytest.mark.parametrize(
    "name", ["run", "test", "bench", "faults", "help", "requirements", "migrate", "clean"]
)
def test_make_help_names_every_command(name: str) -> None:
    said = subprocess.run(["make", "help"], cwd=_ROOT, capture_output=True, text=True, check=True).stdout
    assert f"  make {name} " in said
