"""The browser of the journeys: found, or its absence said aloud."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oms.local.browser import is_demanded
from tests.lacking import without

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


def test_under_ci_no_test_is_skipped_for_what_the_machine_lacks() -> None:
    with pytest.raises(pytest.skip.Exception, match="no real input"):
        without("no real input: set COUNTERFOIL_DATA", {"CI": ""})
    with pytest.raises(AssertionError, match="CI=true skips nothing: no real input"):
        without("no real input: set COUNTERFOIL_DATA", {"CI": "true"})


def test_without_real_input_ci_fails_and_other_machines_skip_with_the_reason(tmp_path: Path) -> None:
    one = "tests/kernel/test_money.py::test_the_lists_of_decimals_are_those_of_the_real_tables"
    command = [sys.executable, "-m", "pytest", "-n", "0", "-rs", "-q", "-p", "no:cacheprovider", one]
    for said, status, settings in (("set COUNTERFOIL_DATA", 0, {}), ("CI=true skips", 1, {"CI": "true"})):
        environ = {**os.environ, "CI": "", **settings, "COUNTERFOIL_DATA": str(tmp_path / "none")}
        done = subprocess.run(command, cwd=_ROOT, env=environ, capture_output=True, text=True, check=False)
        assert (done.returncode, said in done.stdout) == (status, True)


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
