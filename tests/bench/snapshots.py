"""Snapshots of verified sales: written, hashed, read and made series, in seconds of processor and megabytes.

`python -m tests.bench.snapshots [ROWS]`. The facts are drawn, not verified: what the ledger's door takes is in `reading`.
Parts are written by a process of their own, so that the peak is that of a training.
"""

import hashlib
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.bench.saved import keep

PRODUCTS, PLACES, PART = 200, 25, 250_000


def drawn(count: int) -> Iterator:
    """Tables of facts: every product at every place, day after day."""
    from forecasting.demand.series import SaleRow
    from forecasting.facts import Fact
    from forecasting.table import Table

    chance, table, first = Random(1), Table(), date(2024, 1, 1)
    for number in range(count):
        uid = str(uuid.UUID(int=chance.getrandbits(128)))
        product, rest = number % PRODUCTS, number // PRODUCTS
        day = first + timedelta(days=rest // PLACES)
        row = SaleRow(uid, 0, f"0950600{product:07d}", f"950600{rest % PLACES:07d}", day, chance.randrange(40), "", 0.0)
        name = f"urn:uuid:{uuid.UUID(int=chance.getrandbits(128))}"
        table.add(Fact(("9506000000008", name), uid, f"{number // 1000:032x}", number % 1000, [row], day))
        if len(table) == PART:
            yield table
            table = Table()
    if len(table):
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
    import pyarrow.parquet  # noqa: F401  loading a library is no reading

    from forecasting.demand.columns import one_unit, series_of
    from forecasting.rows import sales_root
    from forecasting.sifting import sifted
    from forecasting.snapshots import parts
    from forecasting.table import Table

    figures: list[dict[str, object]] = []
    begun = time.process_time()

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
