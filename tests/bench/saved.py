"""What a run measured: printed as tables, and saved as JSON in `results`, which git ignores."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent / "results"

Rows = Sequence[Mapping[str, object]]
"""Of one table: all rows have the same members."""


def keep(name: str, tables: Mapping[str, Rows], **also: object) -> Path:
    """Save and show. `also` says under which circumstances it was measured."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"{name}-{at.replace(':', '')}.json"
    file.write_text(json.dumps({"at": at, **also, **tables}, indent=1))
    console = Console(width=140)
    for title, rows in tables.items():
        table = Table(*rows[0], title=title)
        for row in rows:
            table.add_row(*(str(value) for value in row.values()))
        console.print()
        console.print(table)
    for what, value in also.items():
        console.print(f"{what}: {value}")
    console.print(f"Saved as {file}")
    return file
