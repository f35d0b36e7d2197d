"""What a person names on the command line (files, folders, patterns, standard input), and reading it within bounds."""

import glob
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

STANDARD_INPUT: Final = "-"


class CannotRead(Exception):
    """A file cannot be read or used; the message says why."""


def named(arguments: Sequence[str], trust: str) -> Iterator[tuple[str, str]]:
    """The files meant, in order, each with why it cannot be read, if so.

    A folder stands for the `.json` files right in it, but for the trust file; a pattern for the files that fit, where
    no file is called so.
    """
    for argument in arguments:
        try:
            found = _meant(argument, trust)
        except (OSError, ValueError) as error:
            yield argument, _why(error)
            continue
        yield from ((name, "") for name in found)
        if not found:
            yield argument, "No .json file in this folder" if Path(argument).is_dir() else "No file fits this pattern"


def read(name: str, limit: int) -> bytes:
    """A byte more than `limit` at most: enough to see that a file is too large. CannotRead."""
    try:
        if name == STANDARD_INPUT:
            return sys.stdin.buffer.read(limit + 1)
        with Path(name).open("rb") as handle:
            return handle.read(limit + 1)
    except (OSError, ValueError) as error:
        raise CannotRead(_why(error)) from error


def _meant(argument: str, trust: str) -> list[str]:
    path = Path(argument)
    if argument == STANDARD_INPUT:
        return [argument]
    if path.is_dir():
        return sorted(str(one) for one in path.glob("*.json") if one.is_file() and not _same(one, trust))
    if glob.has_magic(argument) and not path.exists():
        return sorted(glob.glob(argument, recursive=True))
    return [argument]


def _same(path: Path, trust: str) -> bool:
    return trust != STANDARD_INPUT and Path(trust).exists() and path.samefile(trust)


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
