"""Sales and deliveries for the tests of forecasting: small, regular, without chance."""

from datetime import date, timedelta
from typing import Any

from tests.ledger_fixtures import LedgerWorld, an_event
from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Visibility
from traceapp.epcis import identifiers
from traceapp.ledger.append import NewRecord

GTIN, OTHER_GTIN = "09506000134352", "09506000134369"
GLN = "9506000000015"
FIRST = date(2026, 1, 5)
CONTEXT = {"traceapp": "https://traceapp.example/voc/"}
WEEK = (10, 12, 14, 16, 24, 30, 6)


def sold(number: int) -> int:
    """What is sold on day `number`: a week's pattern and a slow rise."""
    return WEEK[number % 7] + number // 14


def sale(
    number: int, *, gtin: str = GTIN, quantity: float | None = None, promotion: int = 0, **members: Any
) -> dict[str, Any]:
    day = FIRST + timedelta(days=number)
    amount = sold(number) if quantity is None else quantity
    fields: dict[str, Any] = {
        "eventID": f"urn:uuid:00000000-0000-4000-8000-{int(gtin[-4:]):04d}{number:08d}",
        "eventTime": f"{day}T18:00:00.000Z",
        "bizStep": "retail_selling",
        "epcList": [],
        "bizLocation": {"id": identifiers.location(GLN)},
        "quantityList": [{"epcClass": identifiers.product(gtin), "quantity": amount}],
        "traceapp:promotion": promotion,
    }
    return an_event(**{**fields, **members})


def delivery(number: int, *, late: int, **facts: Any) -> list[dict[str, Any]]:
    """Plan and outcome: shipped on day `number`, planned three days on, received `late` days after the plan."""
    left = FIRST + timedelta(days=number)
    planned = left + timedelta(days=3)
    name = {"traceapp:deliveryId": f"D{number}-{facts.get('traceapp:vendor', '')}"}
    plan = an_event(
        eventTime=f"{left}T06:00:00.000Z",
        bizStep="shipping",
        **name,
        **{"traceapp:plannedDelivery": str(planned)},
        **facts,
    )
    end = an_event(eventTime=f"{planned + timedelta(days=late)}T12:00:00.000Z", bizStep="receiving", **name)
    return [plan, end]


def record(organisation: Organisation, events: list[dict[str, Any]], **options: Any) -> list[Any]:
    """Append events to the queue of the ledger, in one transaction."""
    from django.db import transaction

    from traceapp.ledger.append import append

    readers = options.get("readers", {})
    visibility = options.get("visibility", Visibility.PARTIES)
    new = [NewRecord("epcis", {"event": event, "context": CONTEXT}, visibility, readers) for event in events]
    with transaction.atomic():
        return append(organisation=organisation, records=new)


def sales(world: LedgerWorld, days: int, *, start: int = 0, **options: Any) -> list[Any]:
    """What the first firm sold on so many days; with `start` another product's, as that of another weekday."""
    events = [sale(number, **options) for number in range(days)]
    for number, event in enumerate(events):
        if start:
            event["quantityList"][0]["quantity"] = sold(number + start)
    return record(world.organisations[0], events)
