"""Continuous load: clients that post EPCIS documents until told to stop, and remember which events were acknowledged."""

import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from traceapp.demo.consortium import GOODS
from traceapp.demo.events import document, event, lot_quantity


class Load:
    """One client a token in `tokens`, all at once. `pause`: seconds between two documents of one client."""

    def __init__(self, url: str, tokens: Sequence[str], *, events: int = 10, pause: float = 0.0) -> None:
        self.url, self.ended = url, threading.Event()
        self.acknowledged: list[str] = []
        self._events, self._pause = events, pause
        self._run = uuid.uuid4().hex  # a key is good for one document only, also of two loads on one application
        self._failed: list[Exception] = []
        self.threads = [threading.Thread(target=self._post, args=(n, token)) for n, token in enumerate(tokens)]

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()
        if self._failed:
            raise self._failed[0]

    def _post(self, client: int, token: str) -> None:
        number = 0
        try:
            while not self.ended.wait(self._pause):
                number += 1
                ids = [f"urn:uuid:{uuid.uuid4()}" for _ in range(self._events)]
                body = json.dumps(document([_event(i) for i in ids], datetime.now(UTC))).encode()
                if self._until_acknowledged(body, f"load-{self._run}-{client}-{number}", token):
                    self.acknowledged += ids
        except RuntimeError as error:
            self._failed.append(error)

    def _until_acknowledged(self, body: bytes, key: str, token: str) -> bool:
        """A client that hears nothing posts the same again; whatever gets a 202 counts."""
        while not self.ended.is_set():
            request = urllib.request.Request(
                f"{self.url}/epcis/capture", body, method="POST",
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key},
            )  # fmt: skip
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.status == 202
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    raise RuntimeError(f"a sound document was refused: {error.code} {error.read()!r}") from error
            except (urllib.error.URLError, ConnectionError, TimeoutError, OSError):
                pass
            time.sleep(0.05)  # a client's own pause between tries
        return False


def _event(event_id: str) -> dict:
    made = event("moguer", datetime.now(UTC), "commissioning", event_id, quantityList=lot_quantity(GOODS[0], "F1", 12))
    return {**made, "action": "ADD", "eventID": event_id}
