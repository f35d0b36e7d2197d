"""Sales in a long CSV: date, product, place, quantity, promotion. One row is one retail_selling event."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from traceapp.capture import cells
from traceapp.capture.naming import Names, place_cell, product_cell

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "date": ("date", "day", "month"),
    "product": ("product",),
    "place": ("place",),
    "quantity": ("quantity",),
    "promotion": ("promotion",),
}
NEEDED = ("date", "product", "place", "quantity")
EVERY = ("day", "month")
NAMESPACE = uuid.UUID("5b0d8f64-6a3c-5a52-9c0a-0f1a7f0c6d01")


@dataclass(frozen=True)
class Sale:
    """So much of a product sold at a place on a day, or in the month that the day stands for."""

    day: date
    product: str
    place: str
    quantity: int | float
    promotion: int | float

    @property
    def what(self) -> tuple[str, str, str]:
        """What makes the row that row: a second import with another quantity contradicts the first."""
        return self.day.isoformat(), self.product, self.place


def read(row: Mapping[str, str]) -> Sale:
    """CellError says which cell is wrong."""
    return Sale(
        day=cells.day("date", row["date"]),
        product=product_cell("product", row["product"]),
        place=place_cell("place", row["place"]),
        quantity=cells.number("quantity", row["quantity"]),
        promotion=cells.share("promotion", row.get("promotion", "")),
    )


def event(sale: Sale, occurrence: int, *, every: str, owner: str, names: Names) -> dict[str, Any]:
    """The event of a row. `occurrence` counts rows of the same day, product and place in the file, from 0.

    The time is the start of the day the file names (of the period, for months); files have no hours.
    The ID depends on what the row is about, so importing the file again, or a longer one, stores nothing twice.
    """
    moment = f"{sale.day.isoformat()}T00:00:00.000Z"
    name = "|".join([owner, "sales", every, *sale.what, str(occurrence)])
    place = {"id": names.place(sale.place)}
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid.uuid5(NAMESPACE, name)}",
        "eventTime": moment,
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "retail_selling",
        "disposition": "retail_sold",
        "bizLocation": place,
        "quantityList": [{"epcClass": names.product(sale.product), "quantity": sale.quantity}],
        "traceapp:period": every,
        "traceapp:promotion": sale.promotion,
    }
