"""What the first page shows beside the goods."""

from dataclasses import dataclass

from oms.catalog.queries import MarketFacts
from oms.kernel.i18n import NAMES, TAGS, words
from oms.web.markets import DEFAULT, PLACES, Place


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another market and language of the shop, in its own words; for readers of `lang` in `countries`."""

    lang: str
    countries: str
    sentence: str
    label: str
    url: str


def suggestions(facts: list[MarketFacts], here: Place) -> list[Suggestion]:
    """Return where the plain first page can suggest to go; nothing where a market and language were chosen.

    The page is the same for everybody. Script chooses one, if any, by what the browser prefers to read.
    """
    served = {one.code: " ".join(one.countries) for one in facts}
    return [
        _suggestion(where, served[where.market])
        for where in PLACES
        if here == DEFAULT and where.market in served
    ]


def _suggestion(where: Place, countries: str) -> Suggestion:
    say = words(where.language).gettext
    label = f"{say(where.name)} · {NAMES[where.language]}"
    tag = TAGS[where.language]
    return Suggestion(tag, countries, say("This may suit you better."), label, f"{where.prefix}/")
