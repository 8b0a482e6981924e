"""A test that measures time has the machine for itself, and lets the others work beside each other."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFTEST = "from tests.privacy.turns import turn"
PLANTED = """
import time
from pathlib import Path
import pytest

BEGUN = Path(__file__).parent / "begun"

def tell(line):
    with BEGUN.open("a") as file:
        file.write(f"{line}\\n")

@pytest.mark.MARK
@pytest.mark.parametrize("number", range(2))
def test_alone(number):
    tell("alone begins")
    before, limit = BEGUN.stat().st_size, time.monotonic() + PATIENCE
    while BEGUN.stat().st_size == before and time.monotonic() < limit:
        time.sleep(0.01)
    tell("alone ends")

@pytest.mark.parametrize("number", range(6))
def test_beside(number):
    tell("other begins")
    time.sleep(0.05)
    tell("other ends")
"""


def disturbed(folder: Path, mark: str, patience: float) -> int:
    """Run planted tests in two processes; return how often one of a mark had another beside it.

    It waits for another so many seconds.
    """
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = alone\n    lonely\n")
    (folder / "test_planted.py").write_text(PLANTED.replace("MARK", mark).replace("PATIENCE", str(patience)))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "xdist", "-n", "2", "--dist", "worksteal", folder],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    lines = (folder / "begun").read_text().splitlines()
    assert len(lines) == 16
    starts = [number for number, line in enumerate(lines) if line == "alone begins"]
    return sum(lines[number + 1] != "alone ends" for number in starts)


def test_what_measures_time_works_alone(tmp_path: Path) -> None:
    assert disturbed(tmp_path, "alone", 0.3) == 0


def test_without_its_mark_it_would_be_disturbed(tmp_path: Path) -> None:
    assert disturbed(tmp_path, "lonely", 20) > 0
