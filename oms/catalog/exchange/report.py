"""What an import has to tell: each doubt with its row and field, and what became of the products."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from oms.catalog.actions import Outcome
from oms.kernel.errors import BadInputError


class NotThisFileError(BadInputError):
    """This file cannot be imported."""

    code = "not_this_file"


class Weight(StrEnum):
    """How heavy a doubt is: an error keeps something out, a warning changes it, a note only tells."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One doubt: its row as a spreadsheet counts (the header is 1), its field, what to do about it."""

    row: int
    field: str
    weight: Weight
    message: str


@dataclass(slots=True)
class Report:
    """What an import did, or in a dry run would do."""

    products: Counter[str] = field(default_factory=Counter)
    variants: int = 0
    not_sellable: int = 0
    pictures: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def note(self, outcome: Outcome | None) -> None:
        """Count a product; None is one that was kept out."""
        self.products[outcome or "refused"] += 1

    @property
    def errors(self) -> int:
        """Return how many doubts kept something out."""
        return sum(problem.weight is Weight.ERROR for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "products": {str(k): v for k, v in sorted(self.products.items())},
            "variants": self.variants,
            "not_sellable": self.not_sellable,
            "pictures": {str(k): v for k, v in sorted(self.pictures.items())},
            "errors": self.errors,
            "problems": [asdict(problem) for problem in sorted(self.problems, key=lambda p: p.row)],
        }
