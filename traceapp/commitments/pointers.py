"""RFC 6901 pointers, and a record put together from the values they point at.

How a record was split is not asked. A container whose parts are all named by digits is a list, any other an object; the
splitter never splits an object that has such a name, so hiding parts cannot turn one into the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from traceapp.commitments.values import MAX_DEPTH, Json

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_BAD_ESCAPE = re.compile(r"~(?![01])")


class DisclosureError(ValueError):
    """Disclosures that do not make one record."""


class _Branch(dict[str, object]):
    """A container being put together: token to value or to a further branch (told apart by type)."""

    __slots__ = ()


def escape(name: str) -> str:
    """A member name as one token of a pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def tokens(pointer: str) -> list[str]:
    """The unescaped tokens of a pointer; DisclosureError if it is not one or points at the record as a whole."""
    if pointer[:1] != "/":
        raise DisclosureError(f"{pointer[:80]!r} is not a pointer into a record")
    parts = pointer[1:].split("/")
    if len(parts) > MAX_DEPTH:
        raise DisclosureError(f"pointer {pointer[:80]!r} is too deep")
    if "~" in pointer:
        if _BAD_ESCAPE.search(pointer):
            raise DisclosureError(f"pointer {pointer[:80]!r} holds a wrong escape")
        parts = [part.replace("~1", "/").replace("~0", "~") for part in parts]
    return parts


def put_together(parts: Iterable[tuple[str, object]]) -> dict[str, Json]:
    """The record that values at pointers make; gaps in lists are closed. DisclosureError if they clash."""
    record = _Branch()
    nested = False
    for pointer, value in parts:
        branch = record
        *parents, last = tokens(pointer)
        for token in parents:
            following = branch.get(token)
            if following is None and token not in branch:
                following = branch[token] = _Branch()
                nested = True
            if type(following) is not _Branch:
                raise DisclosureError(f"pointer {pointer[:80]!r} lies inside another")
            branch = following
        if last in branch:
            raise DisclosureError(f"pointer {pointer[:80]!r} equals or begins another")
        branch[last] = value
    if any(token.isdigit() and token.isascii() for token in record):
        raise DisclosureError("a record is an object, not a list")
    return cast(dict[str, Json], _finished(record)) if nested else cast(dict[str, Json], dict(record))


def _finished(branch: _Branch) -> object:
    for token, value in branch.items():
        if type(value) is _Branch:
            branch[token] = _finished(value)
    named = sum(map(_is_digits, branch))
    if not named:
        return dict(branch)
    if named != len(branch):
        raise DisclosureError("a list has a part that is not numbered")
    for token in branch:
        if not _INDEX.fullmatch(token):
            raise DisclosureError(f"{token[:20]!r} is not an index")
    return [branch[token] for token in sorted(branch, key=int)]


def _is_digits(token: str) -> bool:
    return token.isdigit() and token.isascii()
