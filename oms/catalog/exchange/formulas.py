"""Cells that a spreadsheet would run: written with an apostrophe in front, and read back without it.

What begins a formula is as OWASP lists it (https://owasp.org/www-community/attacks/CSV_Injection), with the
full-width signs that some programs read alike.
"""

_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_MARK = "'"


def made_harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs; `read_back` returns the cell as it was, whatever it was."""
    if cell[:1] in _STARTS and cell:
        return _MARK + cell
    return _MARK + cell if read_back(cell) != cell else cell


def read_back(cell: str) -> str:
    """Return what a harmless cell stands for; any other cell as it is."""
    if cell.startswith(_MARK) and len(cell) > 1 and (cell[1] in _STARTS or cell[1] == _MARK):
        return cell[1:]
    return cell
