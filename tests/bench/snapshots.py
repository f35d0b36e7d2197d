"""Snapshots of verified sales: written, hashed, read and made series, in seconds of processor and megabytes.

`make bench-snapshots ARGS=ROWS`. The facts are drawn, not verified: what the ledger's door takes is in `reading`.
Parts are written by a process of their own, so that the peak is that of a training.
"""

import hashlib
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tests.bench.saved import keep

PRODUCTS, PLACES, PART, BATCH = 200, 25, 250_000, 1000


def drawn(count: int) -> Iterator:
    """Tables of facts: every product at every place, day after day; an event a row."""
    import numpy as np

    from forecasting.table import Table

    chance = np.random.default_rng(1)
    products, places = (
        [f"{kind}{one:07d}" for one in range(many)] for kind, many in (("0950600", PRODUCTS), ("950600", PLACES))
    )
    for start in range(0, count, PART):
        number = np.arange(start, min(start + PART, count))
        nothing = np.zeros(len(number), dtype=np.int32)
        day = date(2024, 1, 1).toordinal() + number // (PRODUCTS * PLACES)
        batches = [f"{one:032x}" for one in range(start // BATCH, int(number[-1]) // BATCH + 1)]
        words = {"batch": batches, "reason": [""], "product": products, "place": places, "unit": [""], "period": [""]}
        columns = {
            "batch": (number - start) // BATCH,
            **dict.fromkeys(("reason", "unit", "period", "declared", "item"), nothing),
            "product": number % PRODUCTS,
            "place": number // PRODUCTS % PLACES,
            "day": day,
            "known": day,
            "fact": number - start,
            "position": number % BATCH,
            "quantity": chance.integers(0, 40, len(number)).astype(float),
            "promotion": nothing.astype(float),
            **{name: chance.bytes(16 * len(number)) for name in ("event", "uid")},
        }
        columns |= {name: np.frombuffer(columns[name], dtype=np.uint8).reshape(-1, 16) for name in ("event", "uid")}
        table = Table()
        table.extend(columns, words)
        yield table


def write(folder: str, count: int) -> None:
    from forecasting.snapshots import parts

    for number, table in enumerate(drawn(count)):
        content = parts.packed(table)
        Path(folder, f"{number:05d}-{hashlib.sha256(content).hexdigest()}").write_bytes(content)


class Everything:
    """Batches of every name."""

    def __contains__(self, name: str) -> bool:
        return True


def main(count: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
    django.setup()
    from forecasting.demand.columns import one_unit, series_of
    from forecasting.rows import sales_root
    from forecasting.sifting import sifted
    from forecasting.snapshots import parts
    from forecasting.table import Table

    figures: list[dict[str, object]] = []
    begun = 0.0

    def told(what: str) -> None:
        nonlocal begun
        seconds = time.process_time() - begun
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        rate = round(count / seconds)
        figures.append({"step": what, "seconds": round(seconds, 1), "rows a second": rate, "peak MB": most})
        print(figures[-1], flush=True)
        begun = time.process_time()

    with tempfile.TemporaryDirectory() as folder:
        writing = multiprocessing.Process(target=write, args=(folder, count))
        writing.start()
        writing.join()
        import pyarrow.parquet  # noqa: F401  loading a library is no reading

        begun = time.process_time()
        table, size = Table(), 0
        for file in sorted(Path(folder).iterdir()):
            content = file.read_bytes()
            size += len(content)
            parts.unpacked(content, file.name.partition("-")[2], table, Everything())
        told("hashed and read")
    rows = sifted(table, None, lambda one: None, lambda reason, many: None)
    told("sifted and sorted")
    sales_root(rows)
    told("root of the data set")
    series, _ = series_of(one_unit(rows.by_content())[0])
    told(f"{len(series)} series")
    keep("snapshots", {"snapshots": figures}, rows=count, megabytes=size // 1_000_000)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
