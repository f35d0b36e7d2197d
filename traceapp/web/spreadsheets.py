"""Text in files that people open in a spreadsheet. Pure."""

from typing import Any


def harmless(cell: Any) -> Any:
    """The cell, quoted where a spreadsheet would run it as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
