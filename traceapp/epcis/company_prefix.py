"""How long a GS1 company prefix is: what an EPC URN needs to know and a Digital Link does not say.

Pure: a table is handed over as text, in the form in which GS1 publishes it (GCPPrefixFormatList, JSON or XML).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

LengthOf = Callable[[str], int | None]
"""The length of the company prefix that these digits begin with; None where it is not known."""

_LONGEST = 12
_ENTRY = re.compile(r"[0-9]{1,12}")


class TableError(ValueError):
    """A table that cannot be read; the message says where."""


@dataclass(frozen=True)
class PrefixTable:
    """Beginnings of keys, each with the length of the company prefix behind it; 0 says that there is none."""

    lengths: Mapping[str, int]
    date: str = ""

    def length_of(self, digits: str) -> int | None:
        """By the longest beginning listed; None for digits that are not covered, or belong to no company."""
        for end in range(min(_LONGEST, len(digits)), 0, -1):
            if digits[:end] in self.lengths:
                return self.lengths[digits[:end]] or None
        return None


def read_table(text: str) -> PrefixTable:
    """GS1's list as JSON or XML. TableError for any entry that is not `prefix` and `gcpLength`, with its number."""
    if len(text) > 50_000_000:
        raise TableError("the file is larger than 50 MB: it is no list of company prefixes")
    date, entries = _xml(text) if text.lstrip("\ufeff \t\r\n").startswith("<") else _json(text)
    lengths: dict[str, int] = {}
    for number, (prefix, length) in enumerate(entries, 1):
        if not (_ENTRY.fullmatch(prefix) and length.isascii() and length.isdigit() and int(length) <= _LONGEST):
            raise TableError(f"entry {number}: {prefix[:20]!r} with length {length[:20]!r} is no prefix and length")
        if lengths.setdefault(prefix, int(length)) != int(length):
            raise TableError(f"entry {number}: prefix {prefix} is listed with two lengths")
    if not lengths:
        raise TableError("the list holds no entry")
    return PrefixTable(lengths, date)


def write_table(table: PrefixTable) -> str:
    """The table as JSON, in GS1's form."""
    entries = [{"prefix": prefix, "gcpLength": length} for prefix, length in sorted(table.lengths.items())]
    return json.dumps({"GCPPrefixFormatList": {"date": table.date, "entry": entries}}, separators=(",", ":"))


def first_known(sources: Iterable[LengthOf]) -> LengthOf:
    """One answer from several tables, the first that knows."""
    tables = tuple(sources)
    return lambda digits: next((found for one in tables if (found := one(digits)) is not None), None)


def _json(text: str) -> tuple[str, Iterator[tuple[str, str]]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TableError(f"the file is neither JSON nor XML: {error}") from error
    listed = whole.get("GCPPrefixFormatList", whole) if isinstance(whole, dict) else {}
    entries = listed.get("entry") if isinstance(listed, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise TableError("the file holds no GCPPrefixFormatList with its entries")
    return str(listed.get("date", "")), ((str(one.get("prefix")), str(one.get("gcpLength"))) for one in entries)


def _xml(text: str) -> tuple[str, Iterator[tuple[str, str]]]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise TableError("a list with a DOCTYPE is not read")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 neither DOCTYPE nor entity gets here
    except ElementTree.ParseError as error:
        raise TableError(f"the file is not well-formed XML: {error}") from error
    found = [one for one in root.iter() if one.tag.rpartition("}")[2] == "entry"]
    return root.get("date", ""), ((one.get("prefix", ""), one.get("gcpLength", "")) for one in found)


def built_in(digits: str) -> int | None:
    """By the copy of GS1's list that comes with biip; as old as its release, and loaded when first asked."""
    from biip.gs1_prefixes import GS1CompanyPrefix

    if not (digits.isascii() and digits.isdigit()):
        return None
    found = GS1CompanyPrefix.extract(digits)
    return None if found is None else len(found.value)
