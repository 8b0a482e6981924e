"""What the bars of privacy measured: told by the tests, printed as one table, and failed below a bar."""

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import pytest

from oms.privacy.evidence.controls import CONTROLS

_HEAD = "what the bars of privacy measured"
_BAR = "bar"
_ROWS: list["Figure"] = []
# What has no room in the shop yet; of every other control `make privacy` has to measure something.
LATER = {"B36", "B40"}
BARS = set(CONTROLS) - LATER


@dataclass(frozen=True)
class Figure:
    """One line of the table: the bar, what was measured in words, and whether it is enough."""

    bar: str
    measured: str
    passed: bool

    def __str__(self) -> str:
        return f"{self.bar:<5} {'pass ' if self.passed else 'BELOW'} {self.measured}"

    @classmethod
    def told(cls, line: str) -> "Figure":
        """Read a line of the table again."""
        bar, verdict, words = line.split(maxsplit=2)
        return cls(bar, words, verdict == "pass")


class BelowBarError(AssertionError):
    """At least one figure of a test is below its bar."""


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Iterator[Callable[..., None]]:
    """Give `measured("B42", "p95 4.1 ms", passed=p95 <= 10)`; a test may tell several before it fails.

    Each figure is a property `bar` of the test in pytest's JUnit file too, from which evidence is made.
    """
    mine: list[Figure] = []

    def tell(bar: str, figure: str, *, passed: bool) -> None:
        mine.append(Figure(bar, figure, bool(passed)))
        record_property(_BAR, str(mine[-1]))

    yield tell
    below = [str(row) for row in mine if not row.passed]
    if below:
        raise BelowBarError("\n".join(below))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a figure of each test of a defect that other shops had: `test_e7_...` tells of E7."""
    report = yield
    defect = re.match(r"test_(e\d+)_", item.name)
    if defect and call.when == "call":
        said = item.name.removeprefix(defect[0]).partition("[")[0].replace("_", " ")
        item.user_properties.append((_BAR, str(Figure(defect[1].upper(), said, report.passed))))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Put down what a test told, in whichever process it ran."""
    if report.when == "teardown":
        _ROWS.extend(Figure.told(str(line)) for name, line in report.user_properties if name == _BAR)


def _table(config: pytest.Config) -> list[Figure]:
    """Return the figures in order of the bars; with `--all-bars` also each bar that nobody measured."""
    silent = BARS - {row.bar for row in _ROWS} if config.getoption("--all-bars", default=False) else ()
    nothing = [Figure(bar, "nothing measured it", passed=False) for bar in silent]
    return sorted([*_ROWS, *nothing], key=lambda row: row.bar)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, so that two processes end at about the same time."""
    items.sort(key=lambda item: item.get_closest_marker("privacy") is None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run of all bars in which one was not measured; a process that does a part of it has not all."""
    if not hasattr(session.config, "workerinput") and any(not row.passed for row in _table(session.config)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, where anything was measured."""
    table = _table(terminalreporter.config)
    if not table:
        return
    terminalreporter.section(_HEAD)
    for row in table:
        terminalreporter.write_line(str(row), red=not row.passed)
    below = sum(1 for row in table if not row.passed)
    terminalreporter.write_line(f"{len(table)} measured, {below} below their bar")
