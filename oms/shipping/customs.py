"""When a parcel crosses a border of a customs territory, and what is then declared of its goods."""

from dataclasses import dataclass

# The member states, which are one customs territory: Regulation (EU) 952/2013, article 4.
EU = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)


@dataclass(frozen=True, slots=True)
class CustomsLine:
    """Goods as they are declared: value in minor units and grams are those of one piece."""

    description: str
    hs_code: str
    origin: str
    quantity: int
    value: int
    grams: int


def must_declare(origin: str, target: str) -> bool:
    """Say whether a parcel between two countries leaves a customs territory."""
    return origin != target and not {origin, target} <= EU
