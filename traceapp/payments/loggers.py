"""Whose a logger is: of devices registered here, and of those whose keys partners put on the ledger."""

from collections.abc import Iterable

from traceapp.ledger import documents
from traceapp.payments.models import Holder, holder_of
from traceapp.sensors.models import Device


def owners_of(giais: Iterable[str]) -> dict[str, Holder]:
    """By GIAI; one that nobody has registered is left out."""
    wanted = set(giais)
    if not wanted:
        return {}
    here = Device.objects.filter(giai__in=wanted).select_related("organisation")
    found = {one.giai: holder_of(one.organisation) for one in here}
    missing = wanted - set(found)
    if missing:
        for key in documents.below("device/"):
            document = documents.get(key.key) or {}
            if document.get("giai") in missing and document.get("status") == "active":
                found[document["giai"]] = {"mspId": document["mspId"], "organisation": document["organisation"]}
    return found
