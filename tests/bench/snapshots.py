"""Snapshots of verified sales: written, hashed, read and made a training set, in seconds of processor and megabytes.

`python -m tests.bench.snapshots [ROWS]`. The facts are drawn, not verified: what the ledger's door takes is in `reading`.
"""

import hashlib
import os
import resource
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from tests.bench.saved import keep

PRODUCTS, PLACES, PART = 200, 25, 250_000


def drawn(count: int) -> Iterator[list]:
    """Parts of facts: every product at every place, day after day."""
    from forecasting.demand.series import SaleRow
    from forecasting.facts import Fact

    chance, facts, first = Random(1), [], date(2024, 1, 1)
    for number in range(count):
        uid = str(uuid.UUID(int=chance.getrandbits(128)))
        product, rest = number % PRODUCTS, number // PRODUCTS
        day = first + timedelta(days=rest // PLACES)
        row = SaleRow(uid, 0, f"0950600{product:07d}", f"950600{rest % PLACES:07d}", day, chance.randrange(40), "", 0.0)
        name = f"urn:uuid:{uuid.UUID(int=chance.getrandbits(128))}"
        facts.append(Fact(("9506000000008", name), uid, f"{number // 1000:032x}", number % 1000, [row], day))
        if len(facts) == PART:
            yield facts
            facts = []
    if facts:
        yield facts


def main(count: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
    django.setup()
    from forecasting.dataset import Sieve
    from forecasting.rows import dataset_root, sale_value, sorted_sales
    from forecasting.snapshots import parts

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

    written = []
    for facts in drawn(count):
        now = time.process_time()
        content, _ = parts.packed(facts)
        begun += now - begun if not written else 0
        written.append((hashlib.sha256(content).hexdigest(), content))
    told("drawn and written as Parquet")
    size = sum(len(content) for _, content in written)
    for name, content in written:
        assert hashlib.sha256(content).hexdigest() == name
    told("hashed")
    read = (fact for name, content in written for fact in parts.unpacked(content, name, "9506000000008"))
    rows = sorted_sales(row for some in Sieve().answers(read, None) for row in some)
    told("read, sifted and sorted")
    dataset_root(map(sale_value, rows))
    told("root of the data set")
    keep("snapshots", {"snapshots": figures}, rows=count, megabytes=size // 1_000_000)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
