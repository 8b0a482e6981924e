"""A file of bytes as a table of cells: decoded for certain or not at all, each row with its number."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from oms.catalog.exchange.formulas import read_back
from oms.catalog.exchange.report import NotThisFileError, Problem, Weight

MOST_BYTES = 100_000_000
_LONGEST_CELL = 1_000_000
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_SEEN = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, and its cells by column."""

    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """Return a cell without blanks around it; nothing where there is no such column."""
        return self.cells.get(column, "").strip()


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was read whole: its columns, its rows, and the rows that could not be used."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def text_of(data: bytes) -> str:
    """Return the text of a file. Raises NotThisFileError where its encoding is not certain."""
    if len(data) > MOST_BYTES:
        raise NotThisFileError(f"The file has more than {MOST_BYTES // 1_000_000} MB. Export it in parts.")
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise NotThisFileError(
            f"Line {line} is not {encoding.removesuffix('-sig').upper()}: its letters would come out wrong. "
            "Save the file as CSV UTF-8 and import it again."
        ) from None
    if "\0" in text:
        raise NotThisFileError("The file holds NUL bytes: it is no text. Export it as CSV UTF-8.")
    return text


def read(data: bytes, expect: Callable[[Sequence[str]], None]) -> Table:
    """Return a CSV file as a table. Raises NotThisFileError for a file that is none.

    `expect` looks at the columns before any row is read, and raises for those of another file. A row with
    another number of cells than the header is told and left out: its cells cannot be trusted.
    """
    text = text_of(data)
    csv.field_size_limit(_LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: Sequence[str] = ()
    rows: list[Row] = []
    problems: list[Problem] = []
    try:
        header = tuple(cell.strip() for cell in next(lines, ()))
        _check_header(header, text)
        expect(header)
        for number, cells in enumerate(lines, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                message = (
                    f"The row has {len(cells)} cells, the header {len(header)}. Mend it and import again."
                )
                problems.append(Problem(number, "", Weight.ERROR, message))
                continue
            if any("\ufffd" in cell for cell in cells):
                message = "Letters were lost in an earlier export: mend them at the source."
                problems.append(Problem(number, "", Weight.WARNING, message))
            rows.append(Row(number, dict(zip(header, map(read_back, cells), strict=True))))
    except csv.Error as error:
        message = f"Line {lines.line_num} is broken CSV ({error}). Export the file again."
        raise NotThisFileError(message) from None
    return Table(tuple(header), tuple(rows), tuple(problems))


def _check_header(header: Sequence[str], text: str) -> None:
    if not any(header):
        raise NotThisFileError("The file is empty: the first line must name the columns.")
    first = text[:_SEEN].partition("\n")[0]
    if len(header) == 1 and (";" in first or "\t" in first):
        kind = "semicolons" if ";" in first else "tabs"
        raise NotThisFileError(
            f"The columns are separated by {kind}. Export the file with commas between them."
        )
    named = [name for name in header if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise NotThisFileError(f"The column {twice[0]} is there twice. Take one of them out.")
