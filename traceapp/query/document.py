"""An answer as an EPCISQueryDocument: the events as they were captured, and beside them what the ledger says of each.

Events themselves get nothing of ours but the committed `recordTime`, so that what is queried back equals what was
captured. States and proofs stand in `traceapp:records`, one for each event in the same order, which the standard's
schema takes for an extension of the query's results (docs/adr/0013).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from traceapp.commitments.times import rfc3339
from traceapp.epcis.context import STANDARD
from traceapp.epcis.xml_names import OURS
from traceapp.query.records import Shown

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
SIMPLE = "SimpleEventQuery"
Event = dict[str, Any]
Rewrite = Callable[[Event], Event]


def document(
    shown: Sequence[Shown],
    withheld: Iterable[Shown],
    *,
    name: str,
    now: datetime,
    proof_url: Callable[[str], str],
    rewrite: Rewrite,
    token: str = "",
) -> dict[str, Any]:
    """The document in JSON-LD. `rewrite` writes an event's identifiers as the client wants them."""
    prefixes = _shared(shown)
    results: dict[str, Any] = {
        "queryName": name,
        "resultsBody": {"eventList": [rewrite(_event(one, prefixes)) for one in shown]},
        "traceapp:records": [_said(one, proof_url) for one in shown],
    }
    kept_back = [_said(one, proof_url) for one in withheld]
    if kept_back:
        results["traceapp:withheld"] = kept_back
    made = {
        "@context": [CONTEXT, {**prefixes, "traceapp": OURS}],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": rfc3339(now),
        "epcisBody": {"queryResults": results},
    }
    return made | ({"nextPageToken": token} if token else {})


def _shared(shown: Iterable[Shown]) -> dict[str, str]:
    """Prefixes of all events; the first meaning of each."""
    prefixes: dict[str, str] = {}
    for one in shown:
        if one.seen is not None:
            for prefix, meaning in one.seen.prefixes.items():
                if STANDARD.get(prefix) != meaning and prefix != "traceapp":
                    prefixes.setdefault(prefix, meaning)
    return prefixes


def _event(one: Shown, shared: Mapping[str, str]) -> Event:
    seen = one.seen
    assert seen is not None
    event = {**seen.event, "recordTime": rfc3339(seen.record_time)}
    known = {**STANDARD, **shared, "traceapp": OURS}
    own = {prefix: meaning for prefix, meaning in seen.prefixes.items() if known.get(prefix) != meaning}
    return {"@context": own, **event} if own else event


def _said(one: Shown, proof_url: Callable[[str], str]) -> dict[str, Any]:
    """What the ledger says of one record. A proof is offered once its batch is on the ledger."""
    said: dict[str, Any] = {"traceapp:state": one.state}
    if one.seen is not None:
        said = {"traceapp:eventID": one.seen.event["eventID"], **said}
    if one.uid:
        said["traceapp:record"] = f"urn:uuid:{one.uid}"
        said["traceapp:proof"] = proof_url(one.uid)
    if one.reason:
        said["traceapp:reason"] = one.reason
    if one.tx_id:
        said |= {"traceapp:transaction": one.tx_id, "traceapp:block": one.block}
    if one.incomplete:
        said["traceapp:reason"] = "What the standard requires of such an event is not for you to see."
    if one.hidden:
        said["traceapp:fieldsHidden"] = True
    return said
