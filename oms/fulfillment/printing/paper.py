"""Labels and slips as PDF, with the fonts that a name needs: Latin, Greek, Cyrillic, Arabic, Thai, CJK."""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import cvttf_NotoSansCJK_Regular as cjk
import fontpkg
from fpdf import FPDF
from fpdf.fonts import FontFace, TTFFont
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from oms.fulfillment.printing.queries import AddressLabel, Slip
from oms.kernel.errors import BadInputError, IllegalMoveError

A6, A5 = (105, 148), (148, 210)
_MARGIN = 8
_OURS = "sans"
# Scripts by the first word of their letters' Unicode names, and who draws them.
_FONTS = {
    "ARABIC": "Noto Sans Arabic",
    "THAI": "Noto Sans Thai",
    "DEVANAGARI": "Noto Sans Devanagari",
}
_EAST_ASIAN = frozenset(
    {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC", "BOPOMOFO"}
)
_BEYOND_LATIN = 0x2FF
_UNSEEN = frozenset({"Cc", "Cf", "Zs"})  # controls, joiners, blanks


@dataclass(frozen=True, slots=True)
class SlipWords:
    """The words of a packing slip, in the reader's language."""

    title: str
    about: str
    columns: tuple[str, str, str]
    note: str


def label_pdf(label: AddressLabel, words: tuple[str, str]) -> bytes:
    """Return an address label of A6; `words` say from and to. A long address is written smaller.

    Raises BadInputError for letters that none of our fonts has.
    """
    sheet = _sheet(A6, [*label.sender, *label.to])
    _block(sheet, words[0], label.sender, 9)
    sheet.ln(12)
    longest = max(len(line) for line in label.to)
    _block(sheet, words[1], label.to, 16 if longest <= 28 and len(label.to) <= 7 else 11)  # noqa: PLR2004 - fits A6
    sheet.set_y(-_MARGIN - 6)
    sheet.set_font(_OURS, size=9)
    sheet.cell(0, 6, label.service)
    sheet.set_x(_MARGIN)
    sheet.cell(0, 6, label.number, align="R")
    return bytes(sheet.output())


def slip_pdf(slip: Slip, words: SlipWords) -> bytes:
    """Return a packing slip of A5, on as many pages as it takes."""
    texts = [text for line in slip.lines for text in (line.title, line.choices, line.sku)]
    sheet = _sheet(A5, [*texts, words.title, words.about, words.note, *words.columns])
    sheet.set_auto_page_break(auto=True, margin=_MARGIN)
    sheet.set_font(_OURS, size=18)
    sheet.cell(0, 9, words.title)
    sheet.set_x(_MARGIN)
    sheet.set_font(_OURS, size=11)
    sheet.cell(0, 9, slip.number, align="R", new_x="LMARGIN", new_y="NEXT")
    sheet.set_font(_OURS, size=9)
    sheet.cell(0, 7, words.about, new_x="LMARGIN", new_y="NEXT")
    sheet.ln(4)
    # Our font comes in one weight; fpdf would set headings in bold.
    look = {"borders_layout": "HORIZONTAL_LINES", "headings_style": FontFace(emphasis="")}
    with sheet.table(col_widths=(20, 68, 44), line_height=6, **look) as table:
        table.row(words.columns)
        for line in slip.lines:
            named = f"{line.title}, {line.choices}" if line.choices else line.title
            table.row((str(line.quantity), named, line.sku))
    sheet.ln(4)
    sheet.multi_cell(0, 5, words.note)
    return bytes(sheet.output())


def list_pdf(lines: Sequence[str]) -> bytes:
    """Return an A6 page with these lines: what was left out of a batch, and why."""
    sheet = _sheet(A6, lines)
    sheet.set_font(_OURS, size=11)
    for line in lines:
        sheet.multi_cell(0, 6, line, align="L", new_x="LMARGIN", new_y="NEXT")
    return bytes(sheet.output())


def checked(content: bytes) -> bytes:
    """Return a carrier's PDF that can be printed. Raises IllegalMoveError where it is none."""
    try:
        is_empty = not PdfReader(io.BytesIO(content)).pages
    except PyPdfError:
        is_empty = True
    if is_empty:
        raise IllegalMoveError("The carrier's label is no PDF that can be printed. Send it another way.")
    return content


def joined(sheets: Sequence[bytes]) -> bytes:
    """Return several PDFs as one, each page in its own size."""
    made, written = PdfWriter(), io.BytesIO()
    for sheet in sheets:
        made.append(io.BytesIO(sheet))
    made.write(written)
    return written.getvalue()


def _sheet(size: tuple[int, int], texts: Sequence[str]) -> FPDF:
    sheet = FPDF(unit="mm", format=size)
    sheet.set_margin(_MARGIN)
    sheet.set_auto_page_break(auto=False)
    sheet.add_page()
    sheet.add_font(_OURS, fname=fontpkg.path("Noto Sans"))
    needed = sorted({script for text in texts for script in scripts(text)})
    for script in needed:
        path = cjk.get_TTF_path() if script == "CJK" else fontpkg.path(_FONTS[script])
        sheet.add_font(script, fname=path)
    sheet.set_fallback_fonts(needed, exact_match=False)
    # Arabic joins its letters and runs from right to left, Thai stacks its marks: a shaping engine knows how.
    sheet.set_text_shaping(use_shaping_engine=True)
    _check_letters(sheet, texts)
    return sheet


def _check_letters(sheet: FPDF, texts: Sequence[str]) -> None:
    """Refuse what would be printed as empty boxes: a parcel with half a name does not arrive."""
    known = {code for font in sheet.fonts.values() if isinstance(font, TTFFont) for code in font.cmap}
    letters = {letter for text in texts for letter in text if unicodedata.category(letter) not in _UNSEEN}
    missing = sorted(letter for letter in letters if ord(letter) not in known)
    if missing:
        shown = "".join(missing[:10])
        raise BadInputError(f"We have no font for {shown}: print the page in the browser instead of the PDF.")


def scripts(text: str) -> set[str]:
    """Return the scripts of a text that need a font beside our own."""
    found = set()
    for letter in text:
        if ord(letter) <= _BEYOND_LATIN:
            continue
        word = unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
        script = "CJK" if word in _EAST_ASIAN else word
        if script == "CJK" or script in _FONTS:
            found.add(script)
    return found


def _block(sheet: FPDF, title: str, lines: Sequence[str], size: int) -> None:
    sheet.set_font(_OURS, size=7)
    sheet.cell(0, 4, title, new_x="LMARGIN", new_y="NEXT")
    sheet.set_font(_OURS, size=size)
    for line in lines:
        sheet.multi_cell(0, size * 0.46, line, align="L", new_x="LMARGIN", new_y="NEXT")
