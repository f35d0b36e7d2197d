"""A decision about goods as an EPCIS event of one's own: what was signed goes to the ledger by its hash.

An ObjectEvent with the bizStep `inspecting` and, where CBV has a word for it, the disposition. It names the case, what
was decided and the hash that the second factor was given for, so that a decision can be neither changed nor undone here
without being noticed. Only one's own organisation reads it.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from traceapp.accounts.visibility import Visibility
from traceapp.capture.models import Event, Source
from traceapp.capture.services import capture_events
from traceapp.capture.store import CONTEXT
from traceapp.coldchain.facts import Told, told
from traceapp.coldchain.models import Case
from traceapp.epcis import identifiers
from traceapp.epcis.parse import parse_event

_NAMES: Final = uuid.UUID("2d2f9d0b-6a3a-4f0f-8a6e-0d3b8a0c7f61")
_DISPOSITIONS: Final = {Case.Disposition.RELEASE: "conformant", Case.Disposition.REJECT: "non_conformant"}
CASE, DECIDED, SIGNED = "traceapp:case", "traceapp:decided", "traceapp:signed"


def publish(case: Case, number: int, assertion: Mapping[str, Any]) -> None:
    """Record the decision that closed a case, its first one being number 1. In the caller's transaction."""
    disposition = _DISPOSITIONS.get(Case.Disposition(case.disposition))
    event = {
        "type": "ObjectEvent",
        "eventID": event_id(case, number),
        "eventTime": assertion["at"],
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "inspecting",
        **({"disposition": disposition} if disposition else {}),
        **_goods(case.goods),
        CASE: str(case.uid),
        DECIDED: case.disposition,
        SIGNED: assertion["intent"],
    }
    capture_events(
        organisation=case.organisation,
        member=None,
        events=[parse_event(event, context=CONTEXT)],
        source=Source.IMPORT,
        visibility=Visibility.PRIVATE,
    )


def event_id(case: Case, number: int) -> str:
    return f"urn:uuid:{uuid.uuid5(_NAMES, f'{case.uid} {number}')}"


def recorded(case: Case, number: int) -> Told | None:
    """The event of a case's decision, if it is here and matches the ledger, or waits for it."""
    rows = Event.objects.filter(organisation=case.organisation_id, event_id=event_id(case, number))
    return next(iter(told(rows.values_list("pk", flat=True))), None)


def _goods(goods: str) -> dict[str, Any]:
    if identifiers.is_class(goods):
        return {"quantityList": [{"epcClass": goods}]}
    return {"epcList": [goods]}
