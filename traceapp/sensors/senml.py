"""A SenML pack (RFC 8428) to arrays: base values resolved, times absolute, each quantity in its canonical unit.

Whether bytes are a pack at all is `verifier.senml`'s to say, as strictly as every checker of proofs does. This module
is about what the readings mean; it is the hot path of intake and of every verified chart.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from msgspec import UNSET

from traceapp.sensors.units import BOUNDS, Quantity, Rule, UnitError, rule_for
from traceapp.verifier.senml import Record, records_of

RELATIVE: Final = 2.0**28
"""A smaller time is relative to now (RFC 8428 section 4.5.3): of no use once the message waited."""
_LATEST: Final = 253402300799.0  # the end of the year 9999


class PackError(ValueError):
    """A reading that cannot be taken; the message says which record and why. `reason` is a word for counting."""

    def __init__(self, reason: str, position: int, why: str) -> None:
        super().__init__(f"record {position}: {why}")
        self.reason = reason


class Probe(NamedTuple):
    """What a series is of: the quantity, and the last part of the name its readings have, such as `temperature`."""

    quantity: Quantity
    name: str


class Series(NamedTuple):
    """Readings of one probe in the pack's order: seconds since 1970 (UTC), and values in the canonical unit."""

    times: "array[float]"
    values: "array[float]"


@dataclass(frozen=True, slots=True)
class Readings:
    """All readings of a pack. Text, truth and sums in it are kept in the message and are no readings."""

    series: Mapping[Probe, Series]

    @property
    def count(self) -> int:
        return sum(len(one.times) for one in self.series.values())

    @property
    def first(self) -> float:
        """The earliest reading's time. ValueError if there is none."""
        return min(min(one.times) for one in self.series.values())

    @property
    def last(self) -> float:
        """The latest reading's time. ValueError if there is none."""
        return max(max(one.times) for one in self.series.values())

    def of(self, quantity: Quantity) -> Iterator[Series]:
        """The series of a quantity, one a probe."""
        return (series for probe, series in self.series.items() if probe.quantity == quantity)


class _Column(NamedTuple):
    """Readings under one name and unit, as they stand."""

    rule: Rule | None
    times: list[float]
    values: list[float]
    places: list[int]


def readings(pack: bytes) -> Readings:
    """The readings of a pack that `verifier.senml.check_pack` let pass. PackError."""
    return readings_of(records_of(pack))


def readings_of(records: Sequence[Record]) -> Readings:
    """The readings in the records of a pack that `verifier.senml.checked_records` let pass. PackError."""
    found: dict[Probe, tuple[list[float], list[float], list[int]]] = {}
    for (name, _), column in _columns(records).items():
        if column.rule is None:
            continue
        values = [column.rule.canonical(one) for one in column.values] if column.rule.changes else column.values
        _check(column, values, BOUNDS[column.rule.quantity])
        times, told, places = found.setdefault(Probe(column.rule.quantity, _last_part(name)), ([], [], []))
        times += column.times
        told += values
        places += column.places
    for probe, (times, _, places) in found.items():
        if len(set(times)) != len(times):
            _explain_repeated(probe, times, places)
    return Readings({p: Series(array("d", times), array("d", values)) for p, (times, values, _) in found.items()})


def _columns(records: Sequence[Record]) -> dict[tuple[str, str], _Column]:
    base_name, base_time, base_unit, base_value = "", 0.0, "", 0.0
    columns: dict[tuple[str, str], _Column] = {}
    for start, several in _alike(records):
        record = several[0]
        base_name = base_name if record.bn is UNSET else record.bn
        base_time = base_time if record.bt is UNSET else record.bt
        base_unit = base_unit if record.bu is UNSET else record.bu
        base_value = base_value if record.bv is UNSET else record.bv
        if record.v is UNSET:
            continue
        key = (base_name + record.n, base_unit if record.u is UNSET else record.u)
        column = columns.get(key)
        if column is None:
            column = columns[key] = _Column(_rule(*key, start), [], [], [])
        column.times.extend([base_time + one.t for one in several])
        column.values.extend([base_value + one.v for one in several])  # type: ignore[operator]
        column.places.extend(range(start, start + len(several)))
    return columns


def _alike(records: Sequence[Record]) -> Iterator[tuple[int, Sequence[Record]]]:
    """Records one by one, each with its place; all but the first at once if they differ in time and value alone."""
    rest = records[1:]
    kinds = {(one.n, one.u, one.v is UNSET, one.bn, one.bt, one.bu, one.bv) for one in rest}
    if len(kinds) == 1 and next(iter(kinds))[2:] == (False, UNSET, UNSET, UNSET, UNSET):
        yield 0, records[:1]
        yield 1, rest
    else:
        yield from ((at, [one]) for at, one in enumerate(records))


def _last_part(name: str) -> str:
    return name.rstrip(":/").replace("/", ":").rpartition(":")[2]


def _rule(name: str, unit: str, position: int) -> Rule | None:
    try:
        return rule_for(unit, _last_part(name))
    except UnitError as error:
        raise PackError("unit", position, str(error)) from error


def _check(column: _Column, values: list[float], bounds: tuple[float, float]) -> None:
    """No infinity can be in them: strictly read numbers end at 2^53."""
    low, high = bounds
    if min(column.times) < RELATIVE or max(column.times) > _LATEST:
        for at, time in zip(column.places, column.times, strict=True):
            if time < RELATIVE:
                raise PackError("relative", at, f"its time {time:g} is relative; send seconds since 1970 (UTC)")
            if time > _LATEST:
                raise PackError("clock", at, f"its time {time:g} is beyond the year 9999")
    if min(values) < low or max(values) > high:
        for at, value in zip(column.places, values, strict=True):
            if not low <= value <= high:
                raise PackError("value", at, f"the value {value:g} cannot be (from {low:g} to {high:g} can)")


def _explain_repeated(probe: Probe, times: list[float], places: list[int]) -> None:
    seen: dict[float, int] = {}
    for time, position in zip(times, places, strict=True):
        if time in seen:
            why = f"{probe.name} at {time:.3f} was told by record {seen[time]} already; each reading has its own time"
            raise PackError("repeated", position, why)
        seen[time] = position
