"""Set-up of a checkout: says what the machine lacks, and does nothing twice."""

import hashlib
import sys
from pathlib import Path

import pytest

from oms.local.bootstrap import Checkout, entry_of, run, suitable_python
from oms.local.errors import LocalError

_ROOT = Path(__file__).parents[3]


def _python(folder: Path, name: str, status: int) -> str:
    """Return a program that answers the question for its age and modules with an exit status."""
    program = folder / name
    program.write_text(f"#!/bin/sh\nexit {status}\n")
    program.chmod(0o755)
    return str(program)


def _checkout(root: Path) -> Checkout:
    (root / "requirements").mkdir()
    (root / "pyproject.toml").touch()
    for group in ("runtime", "local", "dev"):
        (root / "requirements" / f"{group}.txt").write_text(f"{group}==1 \\\n    --hash=sha256:00\n")
    checkout = Checkout(root)
    checkout.python.parent.mkdir(parents=True)
    checkout.python.symlink_to(sys.executable)
    return checkout


def _stamp(checkout: Checkout, *groups: str) -> None:
    digests = {
        group: hashlib.sha256(checkout.requirements(group).read_bytes()).hexdigest() for group in groups
    }
    text = "".join(f"{group} {digest}\n" for group, digest in digests.items())
    (checkout.venv / "requirements.stamp").write_text(text)


def test_the_first_python_that_will_do_is_taken(tmp_path: Path) -> None:
    old, bare, good = (_python(tmp_path, name, status) for name, status in (("a", 3), ("b", 4), ("c", 0)))
    assert suitable_python(["", "/nowhere/python", old, bare, good]) == good


def test_a_python_without_venv_is_named_with_the_line_to_type(tmp_path: Path) -> None:
    bare = _python(tmp_path, "python3", 4)
    with pytest.raises(LocalError, match=rf"{bare} comes without venv.*apt-get install python3-venv"):
        suitable_python([_python(tmp_path, "old", 3), bare])


def test_a_machine_with_an_old_python_only_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"no Python 3\.11 or later found"):
        suitable_python([_python(tmp_path, "old", 3)])


def test_what_is_stamped_is_not_installed_again(tmp_path: Path) -> None:
    checkout = _checkout(tmp_path)
    _stamp(checkout, "runtime", "local", "dev")
    assert checkout.prepare(["runtime", "local"]) is False
    assert checkout.prepare(["runtime", "local", "dev"]) is False


def test_a_failed_installation_leaves_no_stamp(tmp_path: Path) -> None:
    checkout = _checkout(tmp_path)
    _stamp(checkout, "runtime", "local")
    checkout.requirements("runtime").write_text("no requirement at all\n")
    with pytest.raises(LocalError, match="could not be installed"):
        checkout.prepare(["runtime", "local"])
    assert not (checkout.venv / "requirements.stamp").exists()


def test_the_end_of_what_a_failed_command_said_is_told() -> None:
    with pytest.raises(LocalError, match=r"could not do it:\n    out of paper"):
        run(["sh", "-c", "echo out of paper >&2; exit 1"], "could not do it")


def test_the_pin_of_the_installer_is_found_with_all_its_hashes() -> None:
    pin = entry_of("uv", (_ROOT / "requirements" / "dev.txt").read_text())
    lines = pin.strip().splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 2
    assert all("--hash=sha256:" in line for line in lines[1:])
    with pytest.raises(LocalError, match="does not pin nowhere"):
        entry_of("nowhere", pin)


@pytest.mark.parametrize("name", ["runtime", "local", "dev"])
def test_no_requirement_names_an_address_and_each_has_a_hash(name: str) -> None:
    text = (_ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    packages = [line for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    assert len(packages) > 5
    assert all(line.endswith("\\") for line in packages)
