"""One at a time, over all processes, until the transaction ends. SQLite's writing transactions take turns anyway."""

from django.db import connection


def take(name: str) -> None:
    """Wait for our turn at `name`. Inside a transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"traceapp {name}"])
