"""Each field opens for its declared purposes alone; every other attempt is refused and kept (001-19)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from oms.kernel import vault
from oms.kernel.audit import Actor, ActorKind, AuditEntry
from oms.kernel.db import reading
from oms.kernel.register import KINDS, Kind, Purpose
from oms.kernel.vault import PurposeRefusedError

ROOT = Path(__file__).parents[2]
OURS = [kind for kind in KINDS.values() if kind.type.__module__.startswith("oms.")]
GATE = "    if purpose not in kind.purposes:\n"


def opens(kind: Kind, purpose: Purpose, by: Actor) -> bool:
    """Say whether somebody may open a kind for a purpose."""
    try:
        with reading() as session:
            vault.open_record(session, kind.type, "order:NOBODY", purpose=purpose, by=by)
    except PurposeRefusedError:
        return False
    return True


@pytest.mark.usefixtures("shop")
def test_every_cell_of_the_matrix_is_as_declared() -> None:
    cells, wrong, refused = 0, [], 0
    for kind in OURS:
        for purpose in Purpose:
            for who in ActorKind:
                may = opens(kind, purpose, Actor(who, "1"))
                if may is not (purpose in kind.purposes):
                    wrong.append((kind.name, purpose, who))
                refused += not may
                cells += len(kind.fields)
    with reading() as session:
        kept = session.scalar(select(func.count()).where(AuditEntry.verb == "vault.refuse"))

    assert wrong == []
    assert kept == refused > 0
    assert cells == sum(len(kind.fields) for kind in OURS) * len(Purpose) * len(ActorKind) > 1000


@pytest.mark.privacy
def test_a_vault_without_its_gate_fails_the_matrix(tmp_path: Path) -> None:
    for name in ("oms", "storefront", "migrations", "tests", "templates", "static", "requirements"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "oms/kernel/vault/records.py"
    source = path.read_text()
    assert source.count(GATE) == 1
    path.write_text(source.replace(GATE, "    if purpose is None:\n"))

    test = "tests/privacy/test_purposes.py::test_every_cell_of_the_matrix_is_as_declared"
    state = os.environ.get("STATE_DIR") or str(ROOT / "var" / "test")
    environ = {**os.environ, "STATE_DIR": state, "PYTEST_XDIST_WORKER": "gw14"}
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", test]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 1, done.stdout
    assert "assert wrong == []" in done.stdout
