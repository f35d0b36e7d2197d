"""A published delivery history (a CSV file) as rows of the delay models, by way of its events as an import. Pure."""

import csv
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.pairs import leg_of, pair
from forecasting.events import VOCABULARY
from forecasting.reasons import Reason
from forecasting.rows import sorted_deliveries
from traceapp.capture import deliveries

OWNER = "9506000000008"  # an example's number: whoever would import the file


class PlainNames:
    """Products and places under URIs of their names: nothing is registered, and no number is given."""

    def product(self, name: str) -> str:
        return f"{VOCABULARY}product/{quote(name, safe='')}"

    def place(self, name: str) -> str:
        return f"{VOCABULARY}place/{quote(name, safe='')}"


def rows_of(path: Path) -> list[DeliveryRow]:
    """All deliveries of the file, planned and known ones. CellError names a cell that cannot be read."""
    legs = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            delivery = deliveries.read(_named(line))
            for event in deliveries.events(delivery, owner=OWNER, names=PlainNames()):
                body = {"event": event, "context": {"traceapp": VOCABULARY}, "recordedBy": OWNER}
                legs.append(leg_of(event["eventID"], body))
    return sorted_deliveries(pair(leg for leg in legs if not isinstance(leg, Reason))[0])


def _named(line: Mapping[str, str]) -> dict[str, str]:
    """The line under our names, whichever of the two layouts it has."""
    lower = {name.lower(): value or "" for name, value in line.items()}
    return {
        ours: next((lower[name.lower()] for name in theirs if name.lower() in lower), "")
        for ours, theirs in deliveries.COLUMNS.items()
    }
