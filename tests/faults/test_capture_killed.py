"""The web server killed in the middle of a document: its job does not run for ever, and a repeat does the work once."""

import json
import os
import signal
import sqlite3
import threading
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime

import pytest

from tests.load import _event
from tests.stack import Stack, answers, running, until
from traceapp.demo.events import document

EVENTS = 4000


def ask(stack: Stack, path: str, body: bytes | None = None, **headers: str):
    sent = {"Authorization": f"Bearer {stack.token('huerta-alba')}", "Content-Type": "application/json", **headers}
    request = urllib.request.Request(stack.url + path, body, sent)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def database(stack: Stack) -> sqlite3.Connection:
    return sqlite3.connect(stack.folder / "traceapp.sqlite3", timeout=30, isolation_level=None)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_a_job_whose_server_was_killed_ends_and_can_be_done_again(tmp_path, behaviour):
    ids = [f"urn:uuid:{uuid.uuid4()}" for _ in range(EVENTS)]
    body = json.dumps(document([_event(i) for i in ids], datetime.now(UTC))).encode()
    how = {"GS1-EPCIS-Capture-Error-Behaviour": behaviour}
    with running(tmp_path / "data", "--empty") as stack:
        before = stack.pid("web")
        heard: list[object] = []

        def post() -> None:
            try:
                heard.append(ask(stack, "/epcis/capture", body, **how))
            except (urllib.error.URLError, OSError) as error:
                heard.append(error)

        client = threading.Thread(target=post)
        client.start()
        rows = database(stack)
        at_work = "SELECT uid FROM capture_capturejob WHERE running"
        until(lambda: rows.execute(at_work).fetchone() is not None, "the document is being worked on")
        os.killpg(before, signal.SIGKILL)
        until(lambda: stack.pid("web") != before and answers(stack.url), "the web server is started again")
        client.join(60)
        assert isinstance(heard[0], Exception), "the document was done before the kill: nothing was shown"
        (job,) = ask(stack, "/epcis/capture")
        assert job["success"]
        # Two minutes go by without a sign of life.
        rows.execute("UPDATE capture_capturejob SET touched = datetime(touched, '-1 hour')")
        ended = ask(stack, f"/epcis/capture/{job['captureID']}")
        assert (ended["running"], ended["success"]) == (False, False)
        assert "Send it again" in ended["errors"][0]["detail"]
        done = ask(stack, "/epcis/capture", body, **how)
        assert (done["captureID"], done["running"], done["success"]) == (job["captureID"], False, True)
        stored = rows.execute("SELECT count(*), count(DISTINCT event_id) FROM capture_event").fetchone()
        assert stored == (EVENTS, EVENTS)
