"""Wait for a condition of a network that settles by itself."""

import time

from traceapp.ledger.errors import Unavailable


def until(call, within=60.0):
    """The first true answer, asked again while the ledger is unavailable."""
    end = time.monotonic() + within
    while True:
        try:
            found = call()
            if found:
                return found
        except Unavailable:
            if time.monotonic() > end:
                raise
        assert time.monotonic() < end, "the condition did not come true"
        time.sleep(0.1)
