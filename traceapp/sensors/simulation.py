"""A device that replays a CSV: it measures, signs and buffers all the time, and uploads when it happens to be online.

Its state lies beside its key, so that a run that was ended goes on where it stood: nothing is signed twice under
another number, and what was signed and not yet taken is sent again.
"""

import csv
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from traceapp.sensors.identity import base64url
from traceapp.sensors.virtual import Reading, VirtualDevice
from traceapp.verifier.jws import from_base64url


class SimulationError(Exception):
    """The file, the key or the server is not what was meant; the message says what."""


class Uplink(Protocol):
    """A way to the server."""

    def send(self, messages: Sequence[str]) -> dict[str, str]:
        """What became of each message: `stored`, `repeated`, or why it was refused; left out if nobody answered."""


@dataclass(frozen=True)
class Columns:
    """Which columns of a CSV are time, value and (optional) the probe's name; the first two if not named."""

    time: str = ""
    value: str = ""
    probe: str = ""


def readings(path: Path, columns: Columns, unit: str, *, ending_now: bool = False) -> list[Reading]:
    """The rows of a CSV in order of time. Times without a zone are UTC; rows of one time and probe a millisecond apart.

    `ending_now`: all times are moved so that the last one is now.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            rows = list(_rows(csv.DictReader(lines), columns))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SimulationError(f"{path} cannot be read: {error}") from error
    if not rows:
        raise SimulationError(f"{path} has no readings.")
    rows.sort(key=lambda row: row[0])
    ahead = datetime.now(UTC).timestamp() - rows[-1][0] if ending_now else 0.0
    seen: Counter[tuple[float, str]] = Counter()
    found = []
    for time, value, probe in rows:
        again = seen[time, probe]
        seen[time, probe] += 1
        found.append(Reading(round(time + ahead + again / 1000, 3), value, probe, unit))
    return found


def _rows(table: "csv.DictReader[str]", columns: Columns) -> Iterator[tuple[float, float, str]]:
    names = list(table.fieldnames or [])
    time, value = columns.time or next(iter(names), ""), columns.value or next(iter(names[1:]), "")
    for name in (time, value, *filter(None, [columns.probe])):
        if name not in names:
            raise SimulationError(f"There is no column {name!r}; there are {', '.join(names)}.")
    for row in table:
        try:
            moment = datetime.fromisoformat(row[time].strip())
            number = float(row[value])
        except (ValueError, TypeError, AttributeError) as error:
            raise SimulationError(f"line {table.line_num}: {error}; expected a time and a number.") from error
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        yield moment.timestamp(), number, row[columns.probe].strip() if columns.probe else "temperature"


@dataclass
class Kept:
    """The device as its file holds it. `row`: how many readings were signed so far."""

    path: Path
    device: VirtualDevice
    row: int = 0
    buffer: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "Kept":
        try:
            told = json.loads(path.read_text())
            device = VirtualDevice(told["giai"], from_base64url(told["d"]), told["kid"], told["seq"])
            beside = _buffer(path)
            waiting = beside.read_text().split() if beside.exists() else []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SimulationError(f"{path} is no device's file ({error}). Make one with --make.") from error
        return cls(path, device, told["row"], waiting)

    def write(self) -> None:
        """The buffer first: a message in it whose number is not counted yet is the same message again."""
        _put(_buffer(self.path), "".join(f"{one}\n" for one in self.buffer))
        one = self.device
        told = {"giai": one.giai, "kid": one.kid, "d": base64url(one.seed), "seq": one.seq, "row": self.row}
        _put(self.path, json.dumps(told))


def _buffer(path: Path) -> Path:
    return path.with_name(f"{path.name}.buffer")


def _put(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.touch(0o600)
    beside.write_text(text)
    beside.replace(path)


@dataclass
class Behaviour:
    """`offline`: the share of messages after which it has no network. `shuffle`: the buffer goes in any order."""

    a_message: int = 20
    offline: float = 0.0
    shuffle: bool = False
    seed: int = 1


@dataclass
class Outcome:
    """How many messages were taken, and why others were not."""

    stored: int = 0
    repeated: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    waiting: int = 0

    def as_text(self) -> str:
        told = asdict(self)
        reasons = ", ".join(f"{reason} {count}" for reason, count in self.refused.items())
        return ", ".join(f"{name} {told[name]}" for name in ("stored", "repeated", "waiting")) + (
            f"; refused: {reasons}" if reasons else ""
        )


LATER = frozenset({"not_active", "rate"})
"""Refusals after which the same message may be taken later."""
_AT_ONCE = 200


def run(kept: Kept, rows: Sequence[Reading], uplink: Uplink, how: Behaviour) -> Iterator[Outcome]:
    """Replay what was not replayed yet; what became of all, after each upload. The last one is the end's."""
    chance, outcome = random.Random(how.seed + kept.row), Outcome()  # noqa: S311  (whether there is network)
    coming = islice(rows, kept.row, None)
    while chunk := list(islice(coming, how.a_message)):
        kept.buffer.append(kept.device.message(chunk))
        kept.row += len(chunk)
        kept.write()
        if chance.random() >= how.offline:
            upload(kept, uplink, outcome, chance if how.shuffle else None)
            yield outcome
    upload(kept, uplink, outcome, chance if how.shuffle else None)
    yield outcome


def upload(kept: Kept, uplink: Uplink, outcome: Outcome, chance: random.Random | None = None) -> None:
    """Send what is buffered, in any order if there is a `chance`. What is not answered or may be taken later stays."""
    sending = list(kept.buffer)
    if chance is not None:
        chance.shuffle(sending)
    for start in range(0, len(sending), _AT_ONCE):
        told = uplink.send(sending[start : start + _AT_ONCE])
        for said in told.values():
            if said in ("stored", "repeated"):
                setattr(outcome, said, getattr(outcome, said) + 1)
            elif said not in LATER:
                outcome.refused[said] += 1
        settled = {message for message, said in told.items() if said not in LATER}
        kept.buffer = [one for one in kept.buffer if one not in settled]
        kept.write()
    outcome.waiting = len(kept.buffer)
