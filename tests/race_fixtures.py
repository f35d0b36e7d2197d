"""Calls in threads, each with a database connection of its own, for every suite.

The tests' database on SQLite lives in memory, where connections do not wait for each other as they do on a file: so what
is there at the first call is copied to one. What calls store is seen in further calls only.
"""

import sqlite3
import threading

import pytest
from django.db import connection


@pytest.fixture
def aside(transactional_db, tmp_path):
    """Start a call in a thread; `.outcome()` waits for its result, or raises its error."""
    file = tmp_path / "aside.sqlite3" if connection.vendor == "sqlite" else None

    class Aside(threading.Thread):
        def __init__(self, call):
            super().__init__(daemon=True)
            self.call, self.result, self.error = call, None, None

        def run(self):
            if file is not None:
                connection.settings_dict = {**connection.settings_dict, "NAME": str(file)}
            try:
                self.result = self.call()
            except Exception as error:
                self.error = error
            finally:
                connection.close()

        def outcome(self, within=60):
            self.join(within)
            if self.error is not None:
                raise self.error
            return self.result

    def started(call):
        if file is not None and not file.exists():
            connection.ensure_connection()
            with sqlite3.connect(file) as copy:
                connection.connection.backup(copy)
        made = Aside(call)
        made.start()
        return made

    return started


@pytest.fixture
def race(aside):
    """Run calls at the same moment; their results or errors, in order."""

    def at_once(*calls):
        start = threading.Barrier(len(calls))

        def after_start(call):
            return lambda: (start.wait(), call())[1]

        threads = [aside(after_start(call)) for call in calls]
        for thread in threads:
            thread.join(60)
        return [thread.error or thread.result for thread in threads]

    return at_once
