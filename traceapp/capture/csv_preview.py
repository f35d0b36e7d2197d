"""A CSV as people see it before it is taken in: rows in a table, every fault at its cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from traceapp.capture.cells import CellError
from traceapp.capture.csv_columns import CsvRefused, Row, RowError, open_text, rows
from traceapp.capture.layouts import LAYOUTS, Layout

FIRST = 15  # good rows shown
BAD = 100  # bad rows shown


@dataclass(frozen=True)
class Cell:
    text: str
    error: str = ""


@dataclass(frozen=True)
class PreviewRow:
    """`error` is about the row as a whole."""

    line: int
    cells: list[Cell]
    error: str = ""

    @property
    def is_bad(self) -> bool:
        return bool(self.error) or any(cell.error for cell in self.cells)


@dataclass
class Preview:
    columns: list[str]
    first: list[PreviewRow] = field(default_factory=list)
    bad_rows: list[PreviewRow] = field(default_factory=list)
    good: int = 0
    bad: int = 0


def layout_of(path: Path, name: str) -> Layout:
    """The layout that the file's header fits. CsvRefused with what every layout expects when none does."""
    refusals = []
    for layout in LAYOUTS.values():
        try:
            text = open_text(path, latin=layout.latin)
            next(rows(text, layout.columns, needed=layout.needed, file=name), None)
        except CsvRefused as error:
            refusals.append(str(error))
        else:
            return layout
    header = open_text(path, latin=True).readline().lower()
    # The refusal of the layout that it looks most like says most.
    raise CsvRefused(refusals[1] if "scheduled" in header or "vendor" in header else refusals[0])


def preview(path: Path, layout: Layout, name: str) -> Preview:
    """Read the whole file, keep the first rows and the bad ones. CsvRefused for a file that is not of this layout."""
    found: Preview | None = None
    for row in rows(open_text(path, latin=layout.latin), layout.columns, needed=layout.needed, file=name):
        if found is None:
            found = Preview(_columns(row.cells) if not isinstance(row, RowError) else list(layout.needed))
        shown = _row(row, layout, found.columns)
        if shown.is_bad:
            found.bad += 1
            if found.bad <= BAD:
                found.bad_rows.append(shown)
        else:
            found.good += 1
            if found.good <= FIRST:
                found.first.append(shown)
    return found or Preview(list(layout.needed))


def _columns(cells: Mapping[str, str]) -> list[str]:
    return list(cells)


def _row(row: Row | RowError, layout: Layout, columns: list[str]) -> PreviewRow:
    if isinstance(row, RowError):
        return PreviewRow(row.line, [], row.why)
    line, cells = row.line, row.cells
    try:
        layout.read(cells)
    except CellError as error:
        return PreviewRow(line, [Cell(cells.get(c, ""), error.why if c == error.column else "") for c in columns])
    return PreviewRow(line, [Cell(cells.get(c, "")) for c in columns])
