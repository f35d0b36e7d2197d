"""The consumer page at 200 requests a second: arrivals on a fixed clock, so that a slow answer delays no other."""

import http.client
import statistics
import threading
import time
from queue import SimpleQueue
from urllib.parse import urlsplit

from tests.stack import Stack

RATE = 200  # requests a second
SECONDS = 15
CONNECTIONS = 24


def measure(stack: Stack) -> dict[str, float]:
    paths = _pages(stack)
    _load(stack, paths, rate=50, seconds=3)
    took, failed = _load(stack, paths, rate=RATE, seconds=SECONDS)
    cuts = statistics.quantiles(took, n=100)
    page = _get(http.client.HTTPConnection("127.0.0.1", stack.port), paths[0])[1]
    return {
        "consumer_requests": len(took),
        "consumer_failed": failed,
        "consumer_html_kb": page / 1000,
        "consumer_p50_ms": cuts[49] * 1000,
        "consumer_p99_ms": cuts[98] * 1000,
    }


def _pages(stack: Stack) -> list[str]:
    """Consumer pages of sixty lots."""
    code = (
        "from traceapp.masterdata.models import Lot\n"
        "for lot in Lot.objects.order_by('-id').select_related('product')[20:80]:\n"
        "    print(f'/p/01/{lot.product.gtin}/10/{lot.number}')"
    )
    return [line for line in stack.manage("shell", "-v0", "-c", code).stdout.splitlines() if line.startswith("/p/")]


def _get(connection: http.client.HTTPConnection, path: str) -> tuple[int, int]:
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    return answer.status, len(answer.read())


def _load(stack: Stack, paths: list[str], rate: int, seconds: int) -> tuple[list[float], int]:
    """Seconds from the moment a request was due to its whole answer, and how many failed."""
    due: SimpleQueue = SimpleQueue()
    took: list[float] = []
    failed: list[int] = []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(stack.url).port, timeout=30)
        while (job := due.get()) is not None:
            moment, path = job
            try:
                status, _ = _get(connection, path)
                took.append(time.monotonic() - moment)
                if status != 200:
                    failed.append(status)
            except (http.client.HTTPException, OSError):
                failed.append(0)
                connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    start = time.monotonic()
    for number in range(rate * seconds):
        moment = start + number / rate
        time.sleep(max(0.0, moment - time.monotonic()))  # the clock of arrivals
        due.put((moment, paths[number % len(paths)]))
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    return took, len(failed)
