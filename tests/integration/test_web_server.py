"""The web server itself, as it is started: what it refuses before the application sees it."""

import http.client
import json
import os
import subprocess
import sys

import pytest

from tests.stack import ROOT, free_port, until


@pytest.fixture
def port(tmp_path):
    """gunicorn as in production, on a data folder of its own."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "traceapp.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "2"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def answers():
        assert process.poll() is None
        try:
            return ask(port, "/healthz")[0] == 200
        except OSError:
            return False

    try:
        until(answers, "gunicorn answers", within=120)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def ask(port, address):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", address)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def test_an_address_too_long_is_refused_in_words_however_long_it_is(port):
    for length in (8001, 8100, 9000, 100_000):
        status, headers, body = ask(port, "/epcis/events?EQ_bizStep=" + "x" * length)
        assert status == 414, length
        assert headers["Content-Type"] == "application/problem+json"
        assert headers["Access-Control-Allow-Origin"] == "*"
        told = json.loads(body)
        assert (told["type"], told["status"]) == ("epcisException:URITooLongException", 414)


def test_a_long_query_is_still_read(port):
    assert ask(port, "/epcis/events?EQ_bizStep=" + "x" * 7000)[0] == 401
