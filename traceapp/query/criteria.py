"""One condition of a query: what it asks of an event, which members it has to see for that, and how it is looked up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from traceapp.query.seen import SeenEvent

Test = Callable[[SeenEvent], bool]


@dataclass(frozen=True)
class Keys:
    """Found by any of these index keys under any of these roles (`capture.models.EventKey`), or by a number within any
    of these spans of keys (`capture.numbers`)."""

    keys: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    spans: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Column:
    """Found by any of these values in a column of `capture.models.Event`."""

    name: str
    values: frozenset[str]


@dataclass(frozen=True)
class Span:
    """Found by a column of moments: from `least` on (included), before `most` (not included)."""

    name: str
    least: datetime | None = None
    most: datetime | None = None


LookUp = Keys | Column | Span


@dataclass(frozen=True)
class Criterion:
    """`test` decides, on what the viewer sees. `look_ups` hold for whatever passes it, and are quickly found."""

    parameter: str
    members: frozenset[str]
    test: Test = field(compare=False, repr=False)
    look_ups: tuple[LookUp, ...] = ()
