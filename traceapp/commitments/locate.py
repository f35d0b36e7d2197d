"""A plain, slow, iterative reading of JSON that finds the first fault and its path, run on texts already refused."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import NoReturn

from traceapp.commitments.numbers import read_decimal, read_integer
from traceapp.commitments.values import StrictJsonError, element_path, member_path

_TOKEN = re.compile(
    r"""[ \t\n\r]*(?:
        (?P<mark>[\[\]{},:])
      | (?P<string>"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*")
      | (?P<number>-?(?:0|[1-9][0-9]*)(?P<rest>(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?))
      | (?P<word>true|false|null)
      | (?P<end>\Z)
    )""",
    re.VERBOSE,
)


@dataclass
class _Open:
    """An array or object being read; `at` is the path of what is inside it now."""

    path: str
    is_object: bool
    names: set[str] = field(default_factory=set)
    count: int = 0
    at: str = ""


def locate(text: str, max_depth: int) -> None:
    """Raise StrictJsonError for the first fault of a JSON text; return if it has none."""
    _Reader(text, max_depth).read()


class _Reader:
    def __init__(self, text: str, max_depth: int) -> None:
        self.text = text
        self.max_depth = max_depth
        self.position = 0
        self.open: list[_Open] = []

    def read(self) -> None:
        expecting = "value"
        while expecting != "end":
            kind, piece = self._next()
            if expecting in ("name", "first name"):
                expecting = self._name(kind, piece, expecting == "first name")
            elif expecting in ("value", "first value"):
                expecting = self._value(kind, piece, expecting == "first value")
            else:
                expecting = self._after(piece)
        if self._next()[0] != "end":
            self._fail("something follows the end of the document")

    def _next(self) -> tuple[str, str]:
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            self._fail_at_text()
        self.position = match.end()
        kind = match.lastgroup or "end"
        if kind == "rest":
            kind = "number"
        return kind, match.group(kind)

    def _name(self, kind: str, piece: str, first: bool) -> str:
        here = self.open[-1]
        if first and piece == "}":
            return self._close()
        if kind != "string":
            self._fail("a member name in double quotes is expected")
        name = json.loads(piece)
        here.at = member_path(here.path, name)
        self._check_unicode(name)
        if name in here.names:
            raise StrictJsonError(here.at, f"duplicate member '{name[:100]}'")
        here.names.add(name)
        if self._next()[1] != ":":
            self._fail("':' is expected after the member name")
        return "value"

    def _value(self, kind: str, piece: str, first: bool) -> str:
        if piece in ("[", "{"):
            return self._begin(piece == "{")
        if first and piece == "]":
            return self._close()
        if kind == "string":
            self._check_unicode(json.loads(piece))
        elif kind == "number":
            self._check_number(piece)
        elif kind != "word":
            self._fail("a value is expected")
        return "after" if self.open else "end"

    def _begin(self, is_object: bool) -> str:
        path = self._path()
        if len(self.open) == self.max_depth:
            raise StrictJsonError(path, f"nested deeper than {self.max_depth}")
        self.open.append(_Open(path, is_object, at=path if is_object else element_path(path, 0)))
        return "first name" if is_object else "first value"

    def _after(self, piece: str) -> str:
        here = self.open[-1]
        if piece == ("}" if here.is_object else "]"):
            return self._close()
        if piece != ",":
            self._fail(f"',' or '{'}' if here.is_object else ']'}' is expected")
        if here.is_object:
            return "name"
        here.count += 1
        here.at = element_path(here.path, here.count)
        return "value"

    def _close(self) -> str:
        self.open.pop()
        return "after" if self.open else "end"

    def _path(self) -> str:
        return self.open[-1].at if self.open else ""

    def _check_unicode(self, value: str) -> None:
        try:
            value.encode()
        except UnicodeEncodeError:
            self._fail("text holds a lone surrogate, which is not Unicode")

    def _check_number(self, piece: str) -> None:
        try:
            read_integer(piece) if piece.lstrip("-").isdigit() else read_decimal(piece)
        except ValueError as error:
            self._fail(str(error))

    def _fail(self, why: str) -> NoReturn:
        raise StrictJsonError(self._path(), why)

    def _fail_at_text(self) -> NoReturn:
        rest = self.text[self.position :].lstrip(" \t\n\r")
        line = self.text.count("\n", 0, len(self.text) - len(rest)) + 1
        self._fail(f"not JSON at line {line}: {rest[:20]!r}")
