"""Heads of the chain in a file outside the database, which nobody with the database alone can change.

A line is written whenever the chain has grown; of the days gone by the last one stays.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oms.kernel import clock

# Why a line is there, if not for a head that has grown: the oldest links went, or a restore ended the chain.
CUT, RESTORED = "cut", "restored"


def write(path: Path, position: int, head: bytes, *, why: str = "") -> None:
    """Append a head of the chain, and have it on the disk before returning."""
    line = {"at": clock.now().isoformat(), "position": position, "hash": head.hex(), "why": why}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(_line(line))
        file.flush()
        os.fsync(file.fileno())


def last(path: Path) -> tuple[int, bytes] | None:
    """Return position and hash of the line written last; None without one."""
    told = _told(path)
    return (int(told[-1]["position"]), bytes.fromhex(told[-1]["hash"])) if told else None


def heads(path: Path | None) -> tuple[dict[int, bytes], dict[int, bytes]]:
    """Return the heads by position, without those that a restore undid; and those up to which links went."""
    found: dict[int, bytes] = {}
    cuts: dict[int, bytes] = {}
    for line in _told(path):
        position, head = int(line["position"]), bytes.fromhex(line["hash"])
        if line["why"] == RESTORED:
            found = {at: known for at, known in found.items() if at <= position}
        if head:
            found[position] = head
        if line["why"] == CUT:
            cuts[position] = head
    return found, cuts


def thin(path: Path) -> int:
    """Keep of each day before today its last line alone, and each with a why; return how many lines went."""
    told, today = _told(path), clock.today().isoformat()
    last_of = {line["at"][:10]: number for number, line in enumerate(told)}
    kept = [
        line
        for number, line in enumerate(told)
        if line["why"] or line["at"][:10] >= today or last_of[line["at"][:10]] == number
    ]
    if len(kept) < len(told):
        new = path.with_name(f"{path.name}.new")
        new.write_text("".join(map(_line, kept)), encoding="ascii")
        new.replace(path)
    return len(told) - len(kept)


def _told(path: Path | None) -> list[Mapping[str, Any]]:
    if path is None or not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def _line(told: Mapping[str, Any]) -> str:
    return f"{json.dumps(told)}\n"
