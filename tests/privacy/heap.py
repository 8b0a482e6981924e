"""What lives in the memory of Python: every text, number and buffer that anything still holds.

Of this process, or of each process of a running shop, which looks when it is asked to. What was let go is not
looked at: Python writes over it when it needs the room.
"""

import gc
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

_CHUNK = 2_000
_LONG = 12  # the number of a card is longer
_TEXTS = (str, bytes, bytearray)
_BOXES = frozenset({tuple, dict, list})  # Python leaves those out that hold only plain values
_PLAIN = _BOXES | {*_TEXTS, int}
_HOOK = """
import os
import threading
import time


def _wait():
    ask, mine = %(ask)r, %(here)r + str(os.getpid())
    open(mine, "w").close()
    while not os.path.exists(ask):
        time.sleep(0.1)
    from tests.privacy.heap import answer

    answer(ask, mine)


def _begin():
    threading.Thread(target=_wait, daemon=True).start()


os.register_at_fork(after_in_child=_begin)
_begin()
"""


def texts() -> Iterator[str]:
    """Give everything alive that could hold a number or a word: texts, bytes, buffers, long integers."""
    gc.collect()
    seen = set[int]()
    todo: list[object] = [*gc.get_objects(), *map(_locals, sys._current_frames().values())]
    yield from (_inside(one) for one in todo if isinstance(one, io.BytesIO | io.StringIO))
    while todo:
        inner = list[object]()
        for at in range(0, len(todo), _CHUNK):
            for one in gc.get_referents(*todo[at : at + _CHUNK]):
                kind = type(one)
                if not (kind in _PLAIN or issubclass(kind, _TEXTS)) or id(one) in seen:
                    continue
                seen.add(id(one))
                if kind in _BOXES:
                    if not gc.is_tracked(one):
                        inner.append(one)
                elif isinstance(one, bytes | bytearray):
                    yield one.decode("latin-1")
                else:
                    yield str(one)
        todo = inner


def _locals(frame: FrameType) -> dict[str, object]:
    return dict(frame.f_locals)


def _inside(buffer: io.BytesIO | io.StringIO) -> str:
    if buffer.closed:
        return ""
    return buffer.getvalue() if isinstance(buffer, io.StringIO) else buffer.getvalue().decode("latin-1")


def alive(pattern: str) -> tuple[list[str], int]:
    """Return what in this process matches a pattern, by its beginning, and how many texts were looked at."""
    wanted, count, found = re.compile(pattern), 0, list[str]()
    for one in texts():
        count += 1
        if len(one) > _LONG and (match := wanted.search(one)):
            found.append(f"{match[0][:8]}… in {len(one)} characters")
    return found, count


def hooked(folder: Path) -> dict[str, str]:
    """Let every process of Python look when it is asked; return the settings that lead there."""
    place = folder / "heap"
    place.mkdir()
    told = {"ask": str(place / "ask"), "here": str(place / "here-")}
    (place / "hook.py").write_text(_HOOK % told)
    return {"COUNTERFOIL_EAR_ALSO": str(place / "hook.py")}


def answer(ask: str, mine: str) -> None:
    """Look for the pattern that was asked for, and write down what lives of it here."""
    found, count = alive(Path(ask).read_text(encoding="utf-8"))
    name = "web" if "storefront.app" in sys.modules else " ".join(sys.orig_argv[1:4])
    told = json.dumps({"name": name, "found": found, "texts": count})
    Path(f"{mine}.part").write_text(told, encoding="utf-8")
    Path(f"{mine}.part").replace(mine)


def asked(folder: Path, pattern: str) -> None:
    """Ask every process of a running shop for a pattern."""
    part = folder / "heap" / "part"
    part.write_text(pattern, encoding="utf-8")
    part.rename(folder / "heap" / "ask")


def answers(folder: Path) -> list[dict[str, object]]:
    """Return the answers of all processes that live; nothing while one has not answered."""
    here = [path for path in (folder / "heap").glob("here-*") if _lives(path.name.removeprefix("here-"))]
    told = [path.read_text(encoding="utf-8") for path in here]
    return [json.loads(one) for one in told] if all(told) else []


def _lives(process: str) -> bool:
    return process.isdecimal() and Path("/proc", process).exists()


def names(told: Iterable[dict[str, object]]) -> set[str]:
    """Return which programs answered."""
    return {str(one["name"]) for one in told}
