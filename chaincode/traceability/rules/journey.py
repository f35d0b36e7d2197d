"""What the legs of a journey say together: seconds outside the band, and seconds of which nobody knows."""

from collections.abc import Sequence
from dataclasses import dataclass

from chaincode.traceability.device_state import Leg
from chaincode.traceability.times import milliseconds


@dataclass(frozen=True)
class Journey:
    """Whole seconds. `uncovered` has no leg; `missing` is that and what legs say is missing, at most the `length`."""

    length: int
    outside: int
    uncovered: int
    missing: int


def during(start: str, end: str, legs: Sequence[Leg]) -> list[Leg]:
    """Those that have anything of it. A leg is recorded before the arrival is, which may be dated back to before it."""
    return [one for one in legs if one.to > start and one.from_ < end]


def of(start: str, end: str, legs: Sequence[Leg]) -> Journey:
    """From the dispatch to the arrival. A leg counts in full, also where it began earlier or two ran side by side."""
    length = milliseconds(start, end)
    uncovered = length - _covered(start, end, legs)
    missing = uncovered // 1000 + sum(one.figures.missing for one in legs)
    outside = sum(one.figures.outside for one in legs)
    return Journey(length // 1000, outside, uncovered // 1000, min(missing, length // 1000))


def _covered(start: str, end: str, legs: Sequence[Leg]) -> int:
    """Milliseconds of which there is some leg: each is counted once."""
    total, reached = 0, start
    for one in sorted(legs, key=lambda leg: leg.from_):
        begin, stop = max(one.from_, reached), min(one.to, end)
        if begin < stop:
            total += milliseconds(begin, stop)
            reached = stop
    return total
