"""What is installed is what pyproject.toml asks for: each direct package pinned as it says, and no other."""

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FILES = ("runtime", "local", "dev")
# A pin, its hashes, and for whom it is there.
_ENTRY = re.compile(
    r"^([a-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)(?:.*\n)((?:    .*\n?)+)", re.MULTILINE | re.IGNORECASE
)


def _asked(project: dict[str, Any], file: str) -> list[Requirement]:
    lines = project["project"]["dependencies"] if file == "runtime" else project["dependency-groups"][file]
    return [Requirement(line) for line in lines]


def _pins(text: str) -> dict[str, tuple[str, bool]]:
    """Return version, and whether the project itself asks for it, by package."""
    return {
        canonicalize_name(name): (version, "counterfoil (" in rest)
        for name, version, rest in _ENTRY.findall(text)
    }


def out_of_step(project: dict[str, Any], file: str, text: str) -> list[str]:
    """Name each package that a file lacks, pins against the project's word, or has without being asked."""
    pins, asked = _pins(text), _asked(project, file)
    direct = {name for name, (_version, is_direct) in pins.items() if is_direct}
    found = [f"{name}: nobody asks for it" for name in direct - {canonicalize_name(r.name) for r in asked}]
    for wanted in asked:
        name = canonicalize_name(wanted.name)
        if name not in direct:
            found.append(f"{name}: not pinned")
        elif not wanted.specifier.contains(pins[name][0], prereleases=True):
            found.append(f"{name}: {pins[name][0]} is not {wanted.specifier}")
    return sorted(found)


def _text(file: str) -> str:
    return (ROOT / "requirements" / f"{file}.txt").read_text("utf-8")


@pytest.mark.parametrize("file", FILES)
def test_the_pins_are_what_the_project_asks_for(file: str) -> None:
    assert out_of_step(PROJECT, file, _text(file)) == []


def test_a_pin_that_fell_out_of_step_is_seen() -> None:
    asked = PROJECT["project"]["dependencies"]
    without = [line for line in asked if not line.startswith(("flask==", "redis=="))]
    changed = {"project": {"dependencies": [*without, "flask==3.0.0", "never-compiled"]}}
    found = out_of_step(changed, "runtime", _text("runtime"))
    version = next(line for line in asked if line.startswith("flask==")).partition("==")[2]
    assert found == [
        f"flask: {version} is not ==3.0.0",
        "never-compiled: not pinned",
        "redis: nobody asks for it",
    ]
