"""What the form is filled in with: from a link's parameters, such as a scanned code and the step it leads to."""

from collections.abc import Mapping
from typing import Any

from traceapp.accounts.visibility import Viewer
from traceapp.capture.forms import STEPS
from traceapp.capture.models import Event, EventKey
from traceapp.epcis import identifiers
from traceapp.epcis.digital_link import DigitalLink, parse_path
from traceapp.epcis.identifiers import IdentifierError

# What usually comes next for goods, by what we recorded of them last.
NEXT = {"": "receiving", "commissioning": "shipping", "receiving": "shipping"}


def initial_of(parameters: Mapping[str, str], viewer: Viewer) -> dict[str, Any]:
    """`code` is a Digital Link, its path or an EPC URN; `bizStep` a step of the form. Nonsense is left out."""
    link = _link(parameters.get("code", ""))
    found: dict[str, Any] = {}
    if link is not None and link.gtin:
        found = {"product": link.gtin, "lot": link.lot or ""}
        found["step"] = _next(link, viewer)
    if parameters.get("bizStep") in dict(STEPS):
        found["step"] = parameters["bizStep"]
    return {name: value for name, value in found.items() if value}


def _link(code: str) -> DigitalLink | None:
    try:
        if code.startswith("/"):
            return parse_path(code)
        canonical = identifiers.canonical(code)
        return parse_path(canonical.removeprefix("https://id.gs1.org")) if identifiers.parse(canonical) else None
    except IdentifierError:
        return None


def _next(link: DigitalLink, viewer: Viewer) -> str:
    """What we did last with these goods leads to what we do now."""
    rows = EventKey.objects.filter(key=identifiers.key(link.canonical), record__organisation=viewer.organisation_id)
    last = Event.objects.filter(pk__in=rows.values("record")).order_by("-time").first()
    return NEXT.get(last.biz_step if last else "", "")
