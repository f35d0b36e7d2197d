"""A leg's figures as an EPCIS event: what partners' systems read without knowing of legs.

An ObjectEvent about the goods, with the bizStep `sensor_reporting` and one sensor element: from when to when, by which
device, least, greatest and mean temperature, the 5th and 95th percentile, and whether a limit was passed.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from traceapp.accounts.visibility import Visibility
from traceapp.capture.models import Event, Source
from traceapp.capture.services import capture_events
from traceapp.coldchain.facts import told, uri_of
from traceapp.coldchain.judging import Judged
from traceapp.coldchain.models import Leg
from traceapp.commitments.times import rfc3339
from traceapp.epcis.parse import parse_event
from traceapp.ledger.models import Record
from traceapp.sensors.holding import Held

_NAMES: Final = uuid.UUID("7a0c61d2-55f7-4b4c-9a35-9f1f2d1f4a10")
TEMPERATURE: Final = {"type": "gs1:Temperature", "uom": "CEL"}
PERCENTILES: Final = (5, 95)


def publish(judged: Judged) -> None:
    """Record the event of an ended leg, for those who may read the association that began it. Once a leg."""
    leg = judged.leg
    event = event_of(judged)
    if event is None:
        return
    began = Record.objects.filter(pk=leg.began_by).values_list("visibility", flat=True).first()
    _capture(leg, event, Visibility.PRIVATE if began is None else began)


def withdraw(leg: Leg) -> None:
    """Declare the event of a leg wrong: later events cut it otherwise."""
    row = Event.objects.filter(organisation=leg.organisation_id, event_id=event_id(leg), is_error_declaration=False)
    record = row.values_list("pk", flat=True).first()
    for one in told([record]) if record else ():
        declaration = {"declarationTime": rfc3339(timezone.now()), "reason": "incorrect_data"}
        visibility = Record.objects.values_list("visibility", flat=True).get(pk=one.pk)
        _capture(leg, {**one.event, "errorDeclaration": declaration}, visibility)


def event_id(leg: Leg) -> str:
    """The same however often it is made."""
    return f"urn:uuid:{uuid.uuid5(_NAMES, str(leg.uid))}"


def event_of(judged: Judged) -> dict[str, Any] | None:
    """The event; None for a leg without readings, of which there is nothing to say."""
    leg, summary = judged.leg, judged.summary
    if not summary.readings or leg.ended is None:
        return None
    figures = {"minValue": summary.min, "maxValue": summary.max, "meanValue": summary.mean}
    reports: list[dict[str, Any]] = [
        {**TEMPERATURE, **{name: round(value, 2) for name, value in figures.items() if value is not None}},
        *({**TEMPERATURE, "percRank": rank, "percValue": value} for rank, value in percentiles(judged.held)),
    ]
    if judged.excursions:
        reports.append({"type": "gs1:Temperature", "exception": "ALARM_CONDITION"})
    return {
        "type": "ObjectEvent",
        "eventID": event_id(leg),
        "eventTime": rfc3339(leg.ended),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "epcList": [leg.goods],
        "sensorElementList": [
            {
                "sensorMetadata": {
                    "startTime": rfc3339(leg.began),
                    "endTime": rfc3339(leg.ended),
                    "deviceID": uri_of(leg.device),
                    "dataProcessingMethod": settings.PUBLIC_URL + reverse("coldchain:leg", args=[leg.uid]),
                },
                "sensorReport": reports,
            }
        ],
    }


def percentiles(held: Held) -> list[tuple[int, float]]:
    """Of known time: the temperature that it was at or below for so many percent of it."""
    import numpy as np

    weights = held.weights()
    total = float(weights.sum())
    if total <= 0:
        return []
    order = np.argsort(held.values, kind="stable")
    passed = np.cumsum(weights[order])
    places = [int(np.searchsorted(passed, total * rank / 100)) for rank in PERCENTILES]
    return [
        (rank, round(float(held.values[order][min(place, order.size - 1)]), 2))
        for rank, place in zip(PERCENTILES, places, strict=True)
    ]


def _capture(leg: Leg, event: dict[str, Any], visibility: int) -> None:
    capture_events(
        organisation=leg.organisation,
        member=None,
        events=[parse_event(event)],
        source=Source.IMPORT,
        visibility=visibility,
    )
