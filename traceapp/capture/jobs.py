"""A capture job as the interface shows it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from traceapp.capture.chunks import chunks
from traceapp.capture.models import CaptureJob
from traceapp.commitments.times import rfc3339
from traceapp.epcis.xml_element import Element, write
from traceapp.epcis.xml_names import EPCIS_XML, OURS, XSD, XSI
from traceapp.epcis.xml_values import elements_of
from traceapp.ledger import selectors as ledger
from traceapp.web.epcis_rest.exceptions import problem_elements


def as_epcis(job: CaptureJob) -> dict[str, Any]:
    """EPCIS 2.0's `CaptureJob`, with counts."""
    return {
        "captureID": str(job.uid),
        "createdAt": rfc3339(job.created),
        **({"finishedAt": rfc3339(job.finished)} if job.finished else {}),
        "running": job.running,
        "success": job.success,
        "captureErrorBehaviour": job.behaviour,
        "errors": job.errors,
        "warnings": job.warnings,
        "events": {"received": job.events, "stored": job.stored, "repeated": job.repeated},
    }


def as_xml(shown: Mapping[str, Any]) -> bytes:
    """The same as the schema's `EPCISCaptureJob`; what is ours follows in a namespace of ours."""
    states = {name: "true" if shown[name] else "false" for name in ("running", "success")}
    root = Element("epcis:EPCISCaptureJob", "", {**states, "captureID": shown["captureID"]})
    for name in ("captureErrorBehaviour", "createdAt", "finishedAt"):
        if name in shown:
            root.add(name, shown[name])
    if shown["errors"]:
        errors = root.add("errors")
        errors.children = [Element("error", children=problem_elements(one)) for one in shown["errors"]]
    rest = {f"traceapp:{name}": shown[name] for name in ("warnings", "events", "ledger", "receipt") if shown.get(name)}
    root.children += elements_of(rest, str)
    root.prefixes = {"epcis": EPCIS_XML, "traceapp": OURS, "xsi": XSI, "xsd": XSD}
    return write(root)


def accepted(job: CaptureJob) -> dict[str, Any]:
    """The answer to a capture: the job, and the signed promise to anchor its records."""
    return as_epcis(job) | {"receipt": job.receipt}


def ledger_states(job: CaptureJob) -> dict[str, int]:
    """How many of the job's records are queued, sent, on the ledger, rejected; missing ones are counted as such."""
    counts: Counter[str] = Counter()
    for chunk in chunks(set(job.records)):
        states = ledger.states(chunk)
        counts.update(str(getattr(states[pk], "name", "")).lower() if pk in states else "missing" for pk in chunk)
    return dict(counts)
