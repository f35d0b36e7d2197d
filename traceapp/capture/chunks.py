"""Long lists of values in pieces that one query takes."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T", bound=Any)

SIZE = 900  # SQLite takes 999 parameters in its oldest builds; a query has a few of its own


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Sorted, so that neighbouring index entries are read together."""
    ordered = sorted(values)
    for start in range(0, len(ordered), SIZE):
        yield ordered[start : start + SIZE]
