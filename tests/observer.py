"""What an application's own code says of its records, asked from outside while everything runs.

`Observer(environment)` keeps one process open on that environment (`python -m tests.observer`): one line in, one out.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping

from tests.stack import ROOT


class Observer:
    """Recomputes from stored bytes for every answer, by the only door to verified rows."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.observer"],
            env=dict(environment), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def queued(self) -> int:
        """How many records are accepted, and not yet on the ledger with their evidence."""
        return self._ask("queued")

    def verified(self, event_id: str) -> bool:
        """Whether this event reads as verified."""
        return self._ask("verified", event_id)

    def counts(self) -> Counter[str]:
        """How often each event is verified."""
        return Counter(self._ask("counts"))

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(30)

    def _ask(self, *question: str):
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def _answer(what: str, *given: str):
    from traceapp.capture.models import Event
    from traceapp.ledger.selectors import queued
    from traceapp.ledger.verified import VerifiedRecord, read, read_kind

    if what == "queued":
        return queued()
    if what == "verified":
        pks = Event.objects.filter(event_id=given[0]).values_list("record_id", flat=True)
        return bool(read(list(pks)).verified)
    rows = (one for one in read_kind("epcis") if isinstance(one, VerifiedRecord))
    return Counter(one.body["event"]["eventID"] for one in rows)


def _serve() -> None:
    import django

    django.setup()
    from django.db import close_old_connections

    for line in sys.stdin:
        close_old_connections()
        print(json.dumps(_answer(*json.loads(line))), flush=True)


if __name__ == "__main__":
    _serve()
