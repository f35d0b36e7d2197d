"""What the form is filled in with: from a link's parameters, such as a scanned code and the step it leads to."""

from collections.abc import Collection, Mapping
from typing import Any

from traceapp.accounts.visibility import Viewer
from traceapp.capture.forms import STEPS
from traceapp.capture.models import Event, EventKey
from traceapp.epcis import identifiers, scanned
from traceapp.epcis.digital_link import DigitalLink

# What usually comes next for goods, by what we recorded of them last.
NEXT = {"": "receiving", "commissioning": "shipping", "receiving": "shipping"}


def initial_of(parameters: Mapping[str, str], viewer: Viewer) -> dict[str, Any]:
    """`code` is whatever was scanned or typed; `bizStep` a step of the form. Nonsense is left out."""
    link = _link(parameters.get("code", ""))
    found: dict[str, Any] = {}
    if link is not None and link.gtin:
        found = {"product": link.gtin, "lot": link.lot or ""}
        found["step"] = _next(link, viewer)
    if parameters.get("bizStep") in dict(STEPS):
        found["step"] = parameters["bizStep"]
    return {name: value for name, value in found.items() if value}


def code_error(parameters: Mapping[str, str], products: Collection[str]) -> str:
    """Why a code was of no use to the form, as a sentence; empty when it was, or when there is none.

    `products` are the GTINs that the form offers.
    """
    code = parameters.get("code", "")
    if not code.strip():
        return ""
    try:
        link = scanned.find(code)
    except scanned.CodeError as error:
        text = str(error)
        return text if text.endswith(".") else f"{text}."
    if not link.gtin:
        return f"{scanned.readable(link)} is no product. Steps are logged by product and lot."
    if link.gtin not in products:
        return f"GTIN {link.gtin} is not among the products that you may choose. Add it first, or ask its owner."
    return ""


def _link(code: str) -> DigitalLink | None:
    try:
        return scanned.find(code)
    except scanned.CodeError:
        return None


def _next(link: DigitalLink, viewer: Viewer) -> str:
    """What we did last with these goods leads to what we do now."""
    rows = EventKey.objects.filter(key=identifiers.key(link.canonical), record__organisation=viewer.organisation_id)
    last = Event.objects.filter(pk__in=rows.values("record")).order_by("-time").first()
    return NEXT.get(last.biz_step if last else "", "")
