"""One trial: something breaks under continuous load and is mended, and then every acknowledged record is looked for."""

import threading
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass

from tests.fabric_faults.application import Application
from tests.load import Load
from tests.observer import Observer
from tests.stack import until

CLIENTS = 3
WITHIN = 120.0


@dataclass(frozen=True)
class Row:
    """`held`: seconds from the break to its mending. `recovered`: seconds from the break until a record that was
    accepted after it read as verified: less than `held` where the network went on without the part that was missing.
    """

    fault: str
    database: str
    acknowledged: int
    found: int
    lost: int
    doubled: int
    held: float
    recovered: float

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def trial(app: Application, name: str, fault: AbstractContextManager[object], *, held: float = 3.0) -> Row:
    """`fault` breaks something on entering and mends it on leaving, at least `held` seconds later."""
    with Load(app.url, [app.token] * CLIENTS, events=5, pause=0.05) as load:
        until(lambda: _first_is_verified(load, app.observer), "the first records are on the ledger", WITHIN)
        with fault:
            begun = time.monotonic()
            watch = _Watch(load, app.observer, begun)
            time.sleep(held)  # how long it stays broken
        mended = time.monotonic() - begun
        watch.join()
    until(lambda: app.observer.queued() == 0, f"all records are on the ledger after {name}", WITHIN)
    counts = app.observer.counts()
    assert len(load.acknowledged) == len(set(load.acknowledged)) > 0
    found = [counts[one] for one in load.acknowledged]
    return Row(
        fault=name,
        database="PostgreSQL" if "postgres" in app.environment["DATABASE_URL"] else "SQLite",
        acknowledged=len(found),
        found=sum(1 for times in found if times),
        lost=found.count(0),
        doubled=sum(1 for times in counts.values() if times > 1),
        held=round(mended, 1),
        recovered=round(watch.took, 1),
    )


def _first_is_verified(load: Load, observer: Observer) -> bool:
    return bool(load.acknowledged) and observer.verified(load.acknowledged[0])


class _Watch:
    """Looks, beside all else, for a record that was accepted after the break to be verified."""

    def __init__(self, load: Load, observer: Observer, begun: float) -> None:
        self._load, self._observer, self._begun = load, observer, begun
        self._before = len(load.acknowledged)
        self._failed: Exception | None = None
        self.took = 0.0
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def join(self) -> None:
        self._thread.join()
        if self._failed:
            raise self._failed

    def _look(self) -> None:
        try:
            until(lambda: len(self._load.acknowledged) > self._before, "a document is accepted", WITHIN)
            one = self._load.acknowledged[self._before]
            until(lambda: self._observer.verified(one), "a record accepted after the break is on the ledger", WITHIN)
            self.took = time.monotonic() - self._begun
        except Exception as error:
            self._failed = error
