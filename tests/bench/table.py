"""The table that a bench ends with: each line a rate beside its limit, measured in the same rounds."""

from collections.abc import Sequence
from dataclasses import dataclass

LINES: list[str] = []


@dataclass(frozen=True)
class Line:
    """What was measured, against what, and the bar that the ratio must reach."""

    name: str
    rate: float
    limit: float
    bar: float

    @property
    def ratio(self) -> float:
        return self.rate / self.limit

    @property
    def is_below(self) -> bool:
        return self.ratio < self.bar

    def __str__(self) -> str:
        verdict = "BELOW" if self.is_below else "ok"
        told = f"{self.rate:8.0f}/s of {self.limit:8.0f}/s = {self.ratio:5.2f}"
        return f"{self.name:40} {told}  (bar {self.bar:.2f})  {verdict}"


def tell(line: object) -> None:
    """Put a line into the table."""
    LINES.append(str(line))
    print(f"\n{line}", end="")


def middle(name: str, rounds: Sequence[tuple[float, float]], bar: float) -> Line:
    """Return the round with the middle ratio: rate and limit were measured one after the other."""
    rate, limit = sorted(rounds, key=lambda pair: pair[0] / pair[1])[len(rounds) // 2]
    return Line(name, rate, limit, bar)
