"""Languages: which there are, the locale of a market's readers, and the words of each, from its catalog."""

import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE = "en"
LANGUAGES = ("en", "de", "zh")
CATALOGS = Path(__file__).parent.parent / "web" / "translations"

# How a language names itself, and the tag that a browser understands (BCP 47).
NAMES = {"en": "English", "de": "Deutsch", "zh": "简体中文"}
TAGS = {"en": "en", "de": "de", "zh": "zh-Hans"}
_LOCALES = {"en": "en_GB", "de": "de_DE", "zh": "zh_Hans_CN"}
_MARKET_LOCALES = {("eu", "en"): "en_IE", ("us", "en"): "en_US"}


def locale_of(language: str, market: str = "") -> str:
    """Return the locale by which money, dates and numbers are written for readers in a market."""
    return _MARKET_LOCALES.get((market, language)) or _LOCALES.get(language) or _LOCALES[SOURCE]


@cache
def words(language: str) -> NullTranslations:
    """Return the translations of a language, compiled in memory from its `.po`; English is the source."""
    path = CATALOGS / language / "LC_MESSAGES" / "messages.po"
    if language not in LANGUAGES or not path.is_file():
        return Translations()
    with path.open("rb") as lines:
        catalog = read_po(lines, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)
