"""Calls at the same moment, each in a thread with a database connection of its own, for every suite."""

import sqlite3
import threading

import pytest
from django.db import connection


@pytest.fixture
def race(transactional_db, tmp_path):
    """Run calls at the same moment; their results or errors, in order. What they stored is seen in further races only.

    The tests' database on SQLite lives in memory, where connections do not wait for each other as they do on a file:
    so what is there at the first race is copied to one.
    """
    file = tmp_path / "race.sqlite3" if connection.vendor == "sqlite" else None

    def copied():
        if file is not None and not file.exists():
            connection.ensure_connection()
            with sqlite3.connect(file) as copy:
                connection.connection.backup(copy)

    def at_once(*calls):
        copied()
        start, results = threading.Barrier(len(calls)), [None] * len(calls)

        def run(index, call):
            if file is not None:
                connection.settings_dict = {**connection.settings_dict, "NAME": str(file)}
            start.wait()
            try:
                results[index] = call()
            except Exception as error:
                results[index] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return results

    return at_once
