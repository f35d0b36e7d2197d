"""CSV files: their header against a layout's columns, their rows with line numbers, whatever the bytes are."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LONGEST_CELL = 10_000
csv.field_size_limit(1_000_000)


class CsvRefused(Exception):
    """A file that is not of this layout at all; the sentence says why."""


@dataclass(frozen=True)
class RowError:
    """A row that was not taken: its line in the file, the column, and what is wrong there."""

    line: int
    column: str
    why: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.why}" if self.column else f"line {self.line}: {self.why}"


@dataclass(frozen=True)
class Row:
    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Header:
    """Names for the columns, by the header as it stands in the file; `unused` are columns nobody asked for."""

    names: Sequence[str]
    unused: Sequence[str]


def open_text(path: Path, *, latin: bool) -> IO[str]:
    """The file as text: UTF-8 with or without a mark, else, if `latin`, Windows-1252. CsvRefused if unreadable."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CsvRefused(f"{path} cannot be read: {error.strerror}.") from error
    return as_text(raw, path.name, latin=latin)


def as_text(raw: bytes, name: str, *, latin: bool) -> IO[str]:
    """A file's bytes as text, in the same way. CsvRefused."""
    try:
        return io.StringIO(raw.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        if latin:
            return io.StringIO(raw.decode("cp1252", errors="replace"), newline="")
        line = raw.count(b"\n", 0, error.start) + 1
        why = f"{name} is not UTF-8: line {line} holds the byte 0x{raw[error.start]:02x}. Save it as UTF-8."
        raise CsvRefused(why) from error


def rows(
    text: IO[str], columns: Mapping[str, Sequence[str]], *, needed: Iterable[str], file: str
) -> Iterator[Row | RowError]:
    """The rows after a header that fits. `columns`: by our name, those a file may use. CsvRefused for the header."""
    reader = csv.reader(text, delimiter=_delimiter(text))
    try:
        first = next(reader, [])
    except csv.Error as error:
        raise CsvRefused(f"{file} is no CSV: {error}.") from error
    header = match(first, columns, needed=needed, file=file)
    return _rows(reader, header)


def _delimiter(text: IO[str]) -> str:
    first = text.readline()
    text.seek(0)
    return max(",;\t", key=first.count)


def match(found: Sequence[str], columns: Mapping[str, Sequence[str]], *, needed: Iterable[str], file: str) -> Header:
    """Our names for the columns found. CsvRefused, naming what is expected and what was found."""
    ours = {_plain(theirs): name for name, spellings in columns.items() for theirs in spellings}
    names = [ours.get(_plain(each), "") for each in found]
    missing = [name for name in needed if name not in names]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if missing or twice:
        expected = ", ".join(spellings[0] for spellings in columns.values())
        there = ", ".join(each.strip()[:40] or "(no name)" for each in found[:40]) or "nothing"
        fault = f"{columns[missing[0]][0]} is missing" if missing else f"{twice[0]} is there twice"
        raise CsvRefused(f"{file} has the wrong header: {fault}. Expected: {expected}. Found: {there}.")
    return Header(names, [each for each, name in zip(found, names, strict=True) if not name])


def _plain(name: str) -> str:
    return " ".join(name.strip().lower().split())


def _rows(reader: "csv._reader", header: Header) -> Iterator[Row | RowError]:  # type: ignore[name-defined]
    width = len(header.names)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield RowError(reader.line_num, "", f"This is no CSV from here on: {error}.")
            return
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width:
            yield RowError(reader.line_num, "", f"This row has {len(cells)} columns, the header has {width}.")
        elif any(len(cell) > LONGEST_CELL or "\0" in cell for cell in cells):
            yield RowError(reader.line_num, "", "A cell of this row is endless or holds control characters.")
        else:
            named = {name: cell.strip() for name, cell in zip(header.names, cells, strict=True) if name}
            yield Row(reader.line_num, named)
