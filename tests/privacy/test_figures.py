"""The table of the bars tells every figure, and a figure below its bar fails the run."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFTEST = """
from tests.options import pytest_addoption
from tests.privacy.figures import *  # noqa: F403
"""
PLANTED = """
def test_that_is_good(measured):
    measured("B42", "p95 4.1 ms", passed=True)

def test_with_a_planted_failure(measured):
    measured("B06", "1 row too late", passed={passed})
    measured("B07", "0 extra fields", passed=True)

def test_e1_nothing_is_left():
    assert {passed}
"""


def table(folder: Path, *more: str, passed: bool) -> tuple[int, str, str]:
    """Run three small tests as `make privacy` does; return exit status, output and the JUnit file."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_planted.py").write_text(PLANTED.format(passed=passed))
    junit = folder / "junit.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--junitxml={junit}",
        *more,
        folder,
    ]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, junit.read_text()


def test_a_figure_below_its_bar_is_in_the_table_and_fails_the_run(tmp_path: Path) -> None:
    status, said, junit = table(tmp_path, passed=False)
    assert status == 1
    assert "B06   BELOW 1 row too late\nB07   pass  0 extra fields\nB42   pass  p95 4.1 ms\n" in said
    assert "E1    BELOW nothing is left\n" in said
    assert "4 measured, 2 below their bar" in said
    assert '<property name="bar" value="E1    BELOW nothing is left"' in junit
    assert '<property name="bar" value="B06   BELOW 1 row too late"' in junit


def test_where_all_is_good_the_run_passes(tmp_path: Path) -> None:
    status, said, _junit = table(tmp_path, passed=True)
    assert (status, "4 measured, 0 below their bar" in said) == (0, True)


def test_a_bar_that_nobody_measured_fails_a_run_of_all(tmp_path: Path) -> None:
    status, said, _junit = table(tmp_path, "--all-bars", passed=True)
    assert status == 1
    assert "B01   BELOW nothing measured it\n" in said
    assert "B06   pass  1 row too late\n" in said


def test_figures_of_two_processes_are_one_table(tmp_path: Path) -> None:
    status, said, junit = table(tmp_path, "-p", "xdist", "-n", "2", "--dist", "worksteal", passed=False)
    assert status == 1
    assert "B06   BELOW 1 row too late\nB07   pass  0 extra fields\nB42   pass  p95 4.1 ms\n" in said
    assert "4 measured, 2 below their bar" in said
    assert '<property name="bar" value="B06   BELOW 1 row too late"' in junit
