#!/usr/bin/env python
"""Django's command line for Traceapp."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        words = _in_words(error)
        if words is None or "--traceback" in sys.argv:
            raise
        sys.exit(f"CommandError: {words}")


def _in_words(error: Exception) -> str | None:
    """What whoever runs the server has to do, where a database cannot be used; None for any other error."""
    from django.conf import settings
    from django.db import OperationalError, ProgrammingError

    if not isinstance(error, OperationalError | ProgrammingError):
        return None
    said = str(error).strip()
    if "no such table" in said or "no such column" in said or "does not exist" in said:
        return f"The database has no tables yet, or older ones ({said}): run `manage.py migrate` first."
    where = f"The database of {settings.DATA_DIR} cannot be used ({said})."
    return f"{where} Look at its disk's room and rights, and at DATABASE_URL." if "syntax" not in said else None


if __name__ == "__main__":
    main()
