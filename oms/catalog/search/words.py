"""Words as the search knows them: those that blanks part, and pairs of characters where none do."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Postgres' own dictionaries; other languages are searched by the plain word.
CONFIGURATIONS = {"en": "english", "de": "german"}
MOST_CHARACTERS = 50_000  # of one text; a tsvector holds at most 1 MB (Postgres, 8.11)
_MOST_POSITIONS = 16_383  # of one tsvector (Postgres, 12.3)
_LONGEST = 100
# Scripts written without blanks: kana, the unified ideographs with their extensions, and Hangul.
_UNPARTED = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_RUNS = re.compile(rf"(?P<unparted>[{_UNPARTED}]+)|(?P<word>[^\W_{_UNPARTED}]+)")


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or one run of characters without blanks."""

    text: str
    is_unparted: bool

    def lexemes(self) -> list[str]:
        """Return what it is stored as: itself, or pairs of neighbors and the last character alone."""
        if not self.is_unparted:
            return [self.text]
        return [self.text[i : i + 2] for i in range(len(self.text))]

    def wanted(self) -> str:
        """Return it as a part of a tsquery: the beginning of a word, or neighbors in a row."""
        if not self.is_unparted or len(self.text) == 1:
            return f"'{self.text}':*"
        pairs = [f"'{pair}'" for pair in self.lexemes()[:-1]]
        return f"({' <-> '.join(pairs)})"


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text, folded: full-width forms as half-width ones, capitals as small letters."""
    folded = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).casefold()
    for run in _RUNS.finditer(folded):
        found = run.group()[:_LONGEST]
        yield Word(found, is_unparted=run.lastgroup == "unparted")


def parted(text: str) -> str:
    """Return the parted words alone, for a dictionary of Postgres."""
    return " ".join(word.text for word in words(text) if not word.is_unparted)


def vector(text: str, *, is_whole: bool) -> str:
    """Return a tsvector in its written form: every word where `is_whole`, else the unparted ones alone."""
    places: dict[str, list[int]] = {}
    place = 0
    for word in words(text):
        if word.is_unparted or is_whole:
            for lexeme in word.lexemes():
                place += 1
                places.setdefault(lexeme, []).append(min(place, _MOST_POSITIONS))
        place += 1
    return " ".join(f"'{lexeme}':{','.join(map(str, at[:200]))}" for lexeme, at in places.items())
