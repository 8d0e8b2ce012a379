"""Makes text safe to open in a spreadsheet: a cell that would be read as a formula becomes plain text."""

import csv
from collections.abc import Iterable, Iterator, Sequence

# The full-width forms count too: some spreadsheets fold them. Source: OWASP, CSV injection.
_RISKY = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


class _Line:
    """A file of one line: csv.writer hands over each row as text."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text = text


def inert(cell: str) -> str:
    """The cell as it is, or behind an apostrophe when a spreadsheet would run it."""
    risky = cell.startswith(_RISKY) or cell.lstrip().startswith(_RISKY)
    return f"'{cell}" if risky else cell


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """CSV lines (RFC 4180, CRLF) of the rows, each cell made inert."""
    line = _Line()
    writer = csv.writer(line)
    for row in rows:
        writer.writerow([inert(cell) for cell in row])
        yield line.text
