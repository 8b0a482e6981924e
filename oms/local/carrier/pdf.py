"""The label as a PDF: one page of A6, names in any script, a Code 128 barcode, customs lines."""

import unicodedata

import cvttf_NotoSansCJK_Regular as cjk
import fontpkg
from barcode import Code128
from fpdf import FPDF

from oms.local.outside.work import Json

_WIDTH, _HEIGHT, _MARGIN = 105, 148, 6
_INNER = _WIDTH - 2 * _MARGIN
_FAMILIES = {"ARABIC": "Noto Sans Arabic", "THAI": "Noto Sans Thai", "DEVANAGARI": "Noto Sans Devanagari"}
_CJK = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC", "BOPOMOFO")
_MOST_LINES = 4
_SHORT, _SMALLEST = 120, 6  # characters of name and lines, points
_WHOLE = ("JPY", "KRW", "VND", "CLP", "ISK")  # ISO 4217: no minor unit
_THOUSANDTHS = ("BHD", "JOD", "KWD", "OMR", "TND")  # ISO 4217: three digits


def render(label: Json) -> bytes:
    """Return the label's PDF."""
    page = FPDF(unit="mm", format=(_WIDTH, _HEIGHT))
    page.set_auto_page_break(auto=False)
    page.set_margin(_MARGIN)
    page.set_title(f"Label {label['tracking_number']}")
    page.add_page()
    _fonts(page, label)
    _head(page, label)
    _address(page, "From", label["_from"], _size(label["_from"], 7))
    _address(page, "To", label["_to"], _size(label["_to"], 12))
    if label["_customs"]:
        _customs(page, label["_customs"])
    _barcode(page, label["tracking_number"])
    return bytes(page.output())


def _fonts(page: FPDF, label: Json) -> None:
    page.add_font("noto", fname=fontpkg.path("Noto Sans"))
    texts = [str(label[part]) for part in ("_from", "_to", "_customs", "reference")]
    scripts = {_script(mark) for mark in "".join(texts) if ord(mark) > 0x2FF}  # noqa: PLR2004 - beyond Latin
    fallbacks = sorted(scripts & {*_FAMILIES, "CJK"})
    for script in fallbacks:
        path = cjk.get_TTF_path() if script == "CJK" else fontpkg.path(_FAMILIES[script])
        page.add_font(script, fname=path)
    page.set_fallback_fonts(fallbacks)
    page.set_text_shaping(use_shaping_engine=True)


def _script(mark: str) -> str:
    word = unicodedata.name(mark, "").partition(" ")[0].partition("-")[0]
    return "CJK" if word in _CJK else word


def _head(page: FPDF, label: Json) -> None:
    page.set_font("noto", size=16)
    page.cell(_INNER / 2, 9, f"HOLLOW {label['service'].upper()}")
    page.set_font("noto", size=9)
    text = f"{label['parcel']['grams']} g · {label['reference']}"
    page.cell(_INNER / 2, 9, text, align="R", new_x="LMARGIN", new_y="NEXT")
    _rule(page)


def _address(page: FPDF, title: str, address: Json, size: int) -> None:
    page.set_font("noto", size=6)
    page.cell(_INNER, 3, title, new_x="LMARGIN", new_y="NEXT")
    page.set_font("noto", size=size)
    place = " ".join(address[key] for key in ("postal_code", "locality") if key in address)
    rows = [
        address["name"],
        address.get("organization"),
        *address["lines"],
        address.get("sublocality"),
        place,
    ]
    rows += [address.get("region"), address.get("sorting_code"), address["country"], address.get("phone")]
    for row in rows:
        if row:
            page.multi_cell(_INNER, size * 0.45, row, align="L", new_x="LMARGIN", new_y="NEXT")
    _rule(page)


def _customs(page: FPDF, customs: Json) -> None:
    page.set_font("noto", size=6)
    page.cell(_INNER, 3, f"Customs declaration: {customs['contents']}", new_x="LMARGIN", new_y="NEXT")
    for line in customs["lines"][:_MOST_LINES]:
        value = _money(line["value"] * line["quantity"], customs["currency"])
        rest = f"{line['quantity']} × {line['description']}, HS {line['hs_code']}, {line['origin']}"
        page.multi_cell(
            _INNER, 3, f"{rest}, {line['grams']} g, {value}", align="L", new_x="LMARGIN", new_y="NEXT"
        )
    hidden = len(customs["lines"]) - _MOST_LINES
    if hidden > 0:
        page.cell(_INNER, 3, f"and {hidden} more, declared electronically", new_x="LMARGIN", new_y="NEXT")
    _rule(page)


def _money(amount: int, currency: str) -> str:
    digits = 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2
    whole, part = divmod(amount, 10**digits)
    return f"{whole}{f'.{part:0{digits}d}' if digits else ''} {currency}"


def _size(address: Json, largest: int) -> int:
    # A label has one size; a long address is written smaller, so that it never runs into the barcode.
    length = sum(len(str(part)) for part in (address["name"], *address["lines"]))
    return largest if length <= _SHORT else max(_SMALLEST, largest * 2 // 3 if length <= 2 * _SHORT else 0)


def _barcode(page: FPDF, number: str) -> None:
    modules = Code128(number).build()[0]
    width, top = _INNER * 0.9 / len(modules), _HEIGHT - _MARGIN - 22
    left = _MARGIN + _INNER * 0.05
    for place, module in enumerate(modules):
        if module == "1":
            page.rect(left + place * width, top, width, 15, style="F")
    page.set_y(top + 16)
    page.set_font("noto", size=10)
    page.cell(_INNER, 5, number, align="C")


def _rule(page: FPDF) -> None:
    page.line(_MARGIN, page.get_y() + 1, _WIDTH - _MARGIN, page.get_y() + 1)
    page.ln(2)
