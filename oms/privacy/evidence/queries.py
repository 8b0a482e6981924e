"""What the last runs of `make privacy` measured, read from the files that pytest wrote (JUnit XML)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from oms.kernel.errors import BadInputError
from oms.privacy.evidence.controls import CONTROLS

_BAD = ("failure", "error")


@dataclass(frozen=True, slots=True)
class Result:
    """One figure of a control: what was measured, by which test, when, and whether it was enough."""

    control: str
    figure: str
    test: str
    at: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Control:
    """A control with its last results; without any it is not proved, and says so."""

    name: str
    title: str
    results: tuple[Result, ...]

    @property
    def state(self) -> str:
        """Return `proved`, `failed` or `no result`."""
        if not self.results:
            return "no result"
        return "proved" if all(result.passed for result in self.results) else "failed"


def controls(folder: Path) -> list[Control]:
    """Return every control with the newest result of each test. Raises BadInputError for a broken file."""
    newest: dict[tuple[str, str, int], Result] = {}
    for path in sorted(folder.glob("*.xml"), key=lambda path: path.stat().st_mtime):
        for number, result in _numbered(_results(path)):
            newest[result.control, result.test, number] = result
    found = sorted(newest.values(), key=lambda result: (result.control, result.test))
    return [
        Control(name, title, tuple(result for result in found if result.control == name))
        for name, title in CONTROLS.items()
    ]


def _numbered(found: Sequence[Result]) -> list[tuple[int, Result]]:
    """Return the figures with a number each, so that several of one test stand beside each other."""
    counts: dict[tuple[str, str], int] = {}
    numbered = []
    for result in found:
        key = (result.control, result.test)
        counts[key] = counts.get(key, 0) + 1
        numbered.append((counts[key], result))
    return numbered


def _results(path: Path) -> list[Result]:
    try:
        root = ET.parse(path).getroot()  # noqa: S314 - written by our own tests, on this machine
    except ET.ParseError as error:
        raise BadInputError(f"{path.name} is not whole. Run the tests again.") from error
    found = []
    for suite in root.iter("testsuite"):
        for case in suite.iter("testcase"):
            is_good = not any(case.find(name) is not None for name in _BAD)
            test = f"{case.get('classname')}::{case.get('name')}"
            for told in case.iter("property"):
                name, _blank, rest = (told.get("value") or "").partition(" ")
                verdict, _blank, figure = rest.strip().partition(" ")
                if told.get("name") == "bar" and name in CONTROLS:
                    passed = is_good and verdict == "pass"
                    found.append(Result(name, figure.strip(), test, suite.get("timestamp", ""), passed))
    return found


def written(found: Sequence[Control]) -> str:
    """Return the evidence as Markdown: each control with test, figure and time."""
    lines = [
        "# Evidence",
        "",
        "From the last `make privacy`. Not a certificate.",
    ]
    for control in found:
        lines += ["", f"## {control.name} {control.title}: {control.state}"]
        lines += [
            f"- {'pass' if one.passed else 'FAIL'}: {one.figure} ({one.test}, {one.at[:19]})"
            for one in control.results
        ]
    return "\n".join([*lines, ""])
