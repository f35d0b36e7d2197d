"""A verified event to the rows of what it says was sold, or shipped. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from forecasting.demand.series import SaleRow
from forecasting.events import extension, local_day, place_of, product_of, step_of
from forecasting.reasons import Reason
from traceapp.commitments.values import MAX_INTEGER

STEPS = {"sold": "retail_selling", "shipped": "shipping"}
# To one unit a dimension (UN/ECE Recommendation 20); anything else stays a unit of its own.
CONVERT = {
    "GRM": ("KGM", 0.001),
    "KGM": ("KGM", 1.0),
    "TNE": ("KGM", 1000.0),
    "MLT": ("LTR", 0.001),
    "LTR": ("LTR", 1.0),
}


def sale_rows(uid: str, body: Mapping[str, Any], measure: str) -> list[SaleRow] | Reason:
    """One row a product of an event of the step that `measure` names; or the reason why there is none.

    What came back (action ADD of a selling step) does not count as sold; serialised items count one each.
    """
    event = body["event"]
    if event.get("type") != "ObjectEvent" or step_of(event.get("bizStep")) != STEPS[measure]:
        return Reason.OTHER
    if event.get("action") == "ADD":
        return Reason.OTHER
    place = place_of((event.get("bizLocation") or event.get("readPoint") or {}).get("id", ""))
    try:
        day = local_day(event)
        amounts = list(_amounts(event))
    except (KeyError, ValueError, TypeError, AttributeError):
        return Reason.INCOMPLETE
    if not place or not amounts or any(not product for product, _, _ in amounts):
        return Reason.INCOMPLETE
    promotion = _promotion(body)
    period = extension(body, "period")
    return [
        SaleRow(uid, item, product, place, day, quantity, unit, promotion, period if period in ("day", "month") else "")
        for item, (product, quantity, unit) in enumerate(amounts)
    ]


def _amounts(event: Mapping[str, Any]) -> Iterator[tuple[str, float, str]]:
    """(product, quantity, unit) of each quantity element and each item; one that is missing, or that no root can be
    worked out of, is an error."""
    for element in event.get("quantityList") or []:
        unit, factor = CONVERT.get(element.get("uom") or "", (element.get("uom") or "", 1.0))
        quantity = float(element["quantity"]) * factor
        if not abs(quantity) <= MAX_INTEGER:
            raise ValueError(f"{quantity} {unit} is beyond any number that is hashed")
        yield product_of(element["epcClass"]), quantity, unit
    for epc in event.get("epcList") or []:
        yield product_of(epc), 1.0, ""


def _promotion(body: Mapping[str, Any]) -> float:
    value = extension(body, "promotion")
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return 1.0 if str(value).lower() in ("true", "yes") else 0.0
