"""Ends a process at any line of the code it runs, as a power cut would: no cleanup, no rollback, no flush."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any

from oms.kernel import db

KILLED = 9


# Of the database module, only the function in which work is kept or lost.
KEEPING = frozenset({"_kept"})


class _Line:
    """Counts the lines run in some files, a line of a loop once, and dies before the chosen one."""

    def __init__(self, files: Iterable[str], last: int) -> None:
        self.files = frozenset(files)
        self.left = last
        self.seen: set[tuple[str, int]] = set()

    def enter(self, frame: FrameType, _event: str, _told: object) -> Any:  # noqa: ANN401 - a trace function
        code = frame.f_code
        is_keeping = code.co_filename == db.__file__ and code.co_name in KEEPING
        return self.step if is_keeping or code.co_filename in self.files else None

    def step(self, frame: FrameType, event: str, _told: object) -> Any:  # noqa: ANN401 - a trace function
        line = (frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and (line not in self.seen or line[0] == db.__file__):
            self.seen.add(line)
            self.left -= 1
            if self.left == 0:
                os._exit(KILLED)
        return self.step


def ends_before_each_line(
    action: Callable[[], object], files: Iterable[str], prepare: Callable[[], object]
) -> Iterator[int]:
    """Prepare, run the action in another process that dies before its n-th line, yield n; for each n.

    Ends when the action comes to its end alive. The commits of `oms/kernel/db.py` are always among the lines.
    """
    names = list(files)
    line = 0
    status = KILLED
    while status == KILLED:
        line += 1
        prepare()
        child = os.fork()
        if child == 0:
            _run_and_die(action, _Line(names, line))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        yield line
    if status:
        raise AssertionError(f"the action failed by itself at line {line}")


def _run_and_die(action: Callable[[], object], tracer: _Line) -> None:
    inherited = dict(db._engines)  # kept alive and untouched: closing them here would end the parent's too
    db._engines.clear()
    try:
        sys.settrace(tracer.enter)
        action()
        sys.settrace(None)
    except BaseException:  # noqa: BLE001 - the parent is told by the status
        os._exit(1)
    os._exit(0 if inherited else 1)
