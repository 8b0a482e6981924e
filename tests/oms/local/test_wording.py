"""The words that want translating are found, and a catalog that lacks one is seen."""

from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from markupsafe import escape

from oms.kernel.i18n import LANGUAGES, SOURCE, TAGS, words
from oms.local.wording import gathered, known, lacking

WANTED = """
msgid "Cart"
msgstr ""

#, python-format
msgid "%(name)s has sold out."
msgstr ""

#, python-format
msgid "%(num)s item"
msgid_plural "%(num)s items"
msgstr[0] ""
msgstr[1] ""
"""
GOOD = """
msgid "Cart"
msgstr "Warenkorb"

#, python-format
msgid "%(name)s has sold out."
msgstr "%(name)s ist ausverkauft."

#, python-format
msgid "%(num)s item"
msgid_plural "%(num)s items"
msgstr[0] "%(num)s Artikel"
msgstr[1] "%(num)s Artikel"
"""


def _catalog(text: str) -> Catalog:
    return read_po(BytesIO(text.encode()), locale="de")


def test_a_whole_catalog_lacks_nothing() -> None:
    assert lacking(_catalog(WANTED), _catalog(GOOD)) == []


@pytest.mark.parametrize(
    ("good", "bad", "named"),
    [
        ('msgstr "Warenkorb"', 'msgstr ""', "Cart"),
        ('msgid "Cart"', '#, fuzzy\nmsgid "Cart"', "Cart"),
        ("%(name)s ist ausverkauft.", "%(nmae)s ist ausverkauft.", "%(name)s has sold out."),
        ('msgstr[1] "%(num)s Artikel"', 'msgstr[1] ""', "('%(num)s item', '%(num)s items')"),
        ('msgid "Cart"\nmsgstr "Warenkorb"', "", "Cart"),
    ],
)
def test_what_a_catalog_lacks_is_named(good: str, bad: str, named: str) -> None:
    assert lacking(_catalog(WANTED), _catalog(GOOD.replace(good, bad))) == [named]


@pytest.fixture(scope="module")
def found() -> set[str]:
    return {m.id if isinstance(m.id, str) else m.id[0] for m in gathered() if m.id}


@pytest.mark.parametrize(
    "words",
    [
        "Skip to content",  # a component
        "Not found",  # code
        "There is no page at this address. Perhaps it has moved, or the address was cut off.",
        "There is nothing here for you.",  # what an error says of itself
    ],
)
def test_words_are_found_wherever_they_stand(found: set[str], words: str) -> None:
    assert words in found


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE])
def test_the_shop_and_its_mails_speak_every_language_in_full(language: str) -> None:
    # `make translations` merges what is new into the catalogs; then translate what is named here.
    assert lacking(gathered(), known(language)) == []


def test_a_page_speaks_the_language_of_its_address(store: FlaskClient) -> None:
    said = "There is no page at this address. Perhaps it has moved, or the address was cut off."
    assert said in store.get("/us-en/nowhere").text
    for prefix, language in (("eu-de", "de"), ("jp-zh", "zh")):
        page = store.get(f"/{prefix}/nowhere").text
        assert said not in page
        assert str(escape(words(language).gettext(said))) in page
        assert f'lang="{TAGS[language]}"' in page
