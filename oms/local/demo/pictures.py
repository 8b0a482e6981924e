"""Has the goods drawn: a portrait for all variants that look alike, and closer looks for the gallery."""

from dataclasses import dataclass

from oms.local.demo.drawings.gallery import CLOSER, draw, draw_closer
from oms.local.demo.drawings.pen import Look
from oms.local.demo.shapes import DemoOption, DemoPicture, Words

Codes = tuple[str, ...]
COMMA_ZH = "\uff0c"
SEEN_HOW = {
    "opened": Words("opened", "aufgeschlagen", "翻开"),
    "torn": Words("torn off", "abgerissen", "撕下之后"),
    "tried": Words("tried on paper", "auf Papier ausprobiert", "纸上试写"),
}


@dataclass(frozen=True)
class Sitter:
    """The product that is drawn: its handle, title and options."""

    handle: str
    title: Words
    options: tuple[DemoOption, ...]

    def names(self, codes: Codes) -> list[Words]:
        """Return the names of value codes in the order of the options."""
        known = {value.code: value.name for option in self.options for value in option.values}
        return [known[code] for code in codes]


def portraits(sitter: Sitter, looks: dict[Codes, Look]) -> dict[Codes, DemoPicture]:
    """Return the picture of each variant by its codes; its alt text names only the values that it shows."""
    drawn = {codes: draw(sitter.handle, look) for codes, look in looks.items()}
    pictures: dict[Codes, DemoPicture] = {}
    for svg in dict.fromkeys(drawn.values()):
        alike = [codes for codes, other in drawn.items() if other == svg]
        seen = tuple(code for code in alike[0] if all(code in codes for codes in alike))
        name = "-".join([sitter.handle, *seen]).lower()
        alt = _listed(sitter.title, sitter.names(seen))
        pictures.update(dict.fromkeys(alike, DemoPicture(f"{name}.svg", svg, alt)))
    return pictures


def closer_looks(sitter: Sitter, looks: dict[Codes, Look]) -> tuple[DemoPicture, ...]:
    """Return one closer look for each value of the options that it shows; none where nobody drew one."""
    if sitter.handle not in CLOSER:
        return ()
    closer = CLOSER[sitter.handle]
    places = [place for place, option in enumerate(sitter.options) if option.code in closer.shows]
    found: dict[Codes, DemoPicture] = {}
    for codes, look in looks.items():
        seen = tuple(codes[place] for place in places)
        if seen not in found:
            name = "-".join([sitter.handle, closer.kind, *seen]).lower()
            alt = _listed(sitter.title, [SEEN_HOW[closer.kind], *sitter.names(seen)])
            found[seen] = DemoPicture(f"{name}.svg", draw_closer(sitter.handle, look), alt)
    return tuple(found.values())


def _listed(title: Words, more: list[Words]) -> Words:
    return Words(
        ", ".join([title.en, *(words.en for words in more)]),
        ", ".join([title.de, *(words.de for words in more)]),
        COMMA_ZH.join([title.zh, *(words.zh for words in more)]),
    )
