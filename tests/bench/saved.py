"""Rows of a run: printed as a table, and saved as JSON beside the other measurements."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent / "results"


def keep(name: str, rows: Sequence[dict[str, object]]) -> Path:
    """Save and show. All rows have the same members."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"{name}-{at.replace(':', '')}.json"
    file.write_text(json.dumps({"at": at, "rows": list(rows)}, indent=1))
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console = Console(width=140)
    console.print()
    console.print(table)
    console.print(f"Saved as {file}")
    return file
