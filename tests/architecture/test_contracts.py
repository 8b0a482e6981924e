"""Who may import whom: the contracts hold, and each sees a violation that is planted."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

LINT = Path(sys.executable).parent / "lint-imports"
HIGHER = "import oms.orders.actions"
VIOLATIONS = {
    "The house: features import from lower floors only": (
        "oms/catalog/queries.py",
        "import oms.orders.actions",
    ),
    "The face stands on the house": ("oms/orders/actions.py", "import storefront.app"),
    "The ground floor: kernel from its top to its bottom": ("oms/kernel/clock.py", "import oms.kernel.db"),
    "The ground floor knows no web framework and no queue": ("oms/kernel/ids.py", "import flask"),
}


def _verdicts(folder: Path) -> dict[str, str]:
    said = subprocess.run([str(LINT), "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    return dict(re.findall(r"^(.+?) (KEPT|BROKEN)$", said.stdout, re.MULTILINE))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the house's packages in which faults may be planted."""
    for package in ("oms", "storefront", "migrations"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "demo")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_broken_by_a_violation(copy: Path) -> None:
    for path, line in VIOLATIONS.values():
        with (copy / path).open("a") as file:
            file.write(f"\n{line}\n")
    assert _verdicts(copy) == dict.fromkeys(VIOLATIONS, "BROKEN")


def test_a_feature_without_a_floor_is_refused(copy: Path) -> None:
    (copy / "oms" / "attic").mkdir()
    (copy / "oms" / "attic" / "__init__.py").write_text('"""Nobody knows."""\n')
    said = subprocess.run([str(LINT), "--no-cache"], cwd=copy, capture_output=True, text=True, check=False)
    assert said.returncode != 0
    assert "attic" in said.stdout
