"""Rows of what is on the ledger of legs, from the documents `leg/<id>`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from traceapp.coldchain.models import LedgerLeg, Leg
from traceapp.ledger.documents import Content, Source
from traceapp.sensors.holding import MAX_INTERVAL
from traceapp.sensors.models import Device

PREFIX: Final = "leg/"
_COLUMNS: Final = ("device_id", "kid", "shipment", "began", "ended", "figures")


def project(key: str, document: Content | None, source: Source) -> None:
    """Bring the row up to its document; one that is not there is made. Those of devices elsewhere are passed over."""
    if document is None:
        return
    device = Device.objects.filter(
        giai=document["giai"], organisation__pgln=document["organisation"], organisation__msp_id=document["mspId"]
    ).first()
    if device is None:
        return
    began, ended = (datetime.fromisoformat(document[name]) for name in ("from", "to"))
    said: dict[str, Any] = {
        "device": device,
        "kid": document["kid"],
        "shipment": document["shipment"],
        "began": began,
        "ended": ended,
        "figures": document["figures"],
    }
    if LedgerLeg.objects.filter(call_id=document["id"]).update(**said):
        return
    leg = Leg.objects.filter(device=device, began__lt=ended).order_by("-began").first()
    LedgerLeg.objects.create(call_id=document["id"], leg=leg, interval=MAX_INTERVAL, **said)


def rows(keys: Sequence[str]) -> dict[str, Any]:
    """What is held of each document, for the audit to compare."""
    ids = [key.removeprefix(PREFIX) for key in keys]
    found = LedgerLeg.objects.filter(call_id__in=ids).values_list("call_id", *_COLUMNS)
    return {f"{PREFIX}{name}": _named(told) for name, *told in found}


def _named(told: list[Any]) -> dict[str, Any]:
    """By column; figures one by one."""
    columns = dict(zip(_COLUMNS, told, strict=True))
    figures = columns.pop("figures")
    if not isinstance(figures, dict):
        return columns | {"figures": figures}
    return columns | {f"figures.{name}": value for name, value in figures.items()}
