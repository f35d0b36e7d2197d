"""The JSON values that may be committed, and the error that says where one may not."""

from __future__ import annotations

from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

MAX_INTEGER = 2**53 - 1
"""The largest whole number every JSON reader holds exactly (RFC 7493 section 2.2)."""

MAX_DEPTH = 64
"""Nested arrays and objects a document may have."""


_LONGEST_NAME = 100


class StrictJsonError(ValueError):
    """A value or text that cannot be committed as it stands.

    `path` is written like `eventList[3].epcList[0]`, empty for the document itself; `why` is a clause.
    """

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(f"{path}: {why}" if path else why)


def member_path(path: str, name: str) -> str:
    """The path of a member of the object at `path`, fit to be shown: cut, and without lone surrogates."""
    shown = name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"
    shown = shown.encode(errors="replace").decode()
    return f"{path}.{shown}" if path else shown


def element_path(path: str, index: int) -> str:
    """The path of an element of the array at `path`."""
    return f"{path}[{index}]"
