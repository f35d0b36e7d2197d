"""Events of which some members are kept back: still what the standard's JSON schema calls an event, or not shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Event = Mapping[str, Any]
_CHILDREN = ("childEPCs", "childQuantityList")
_INPUTS = ("inputEPCList", "inputQuantityList")
_OUTPUTS = ("outputEPCList", "outputQuantityList")


def completed(event: Event) -> dict[str, Any] | None:
    """The event, with an empty `epcList` where the schema wants one and lets it be empty; None if even so the schema
    would not take it. Nothing is made up in the place of what is hidden."""
    kind = event.get("type")
    if kind == "TransactionEvent" and not event.get("bizTransactionList"):
        return None
    if kind in ("ObjectEvent", "TransactionEvent"):
        return dict(event) if _has_goods(event) else {**event, "epcList": []}
    if kind in ("AggregationEvent", "AssociationEvent"):
        return dict(event) if event.get("action") == "DELETE" or _any(event, _CHILDREN) else None
    if kind == "TransformationEvent":
        sides = [_any(event, _INPUTS), _any(event, _OUTPUTS)]
        return dict(event) if all(sides) or (any(sides) and "transformationID" in event) else None
    return dict(event)


def _any(event: Event, names: tuple[str, ...]) -> bool:
    return any(event.get(name) for name in names)


def _has_goods(event: Event) -> bool:
    if event["type"] == "TransactionEvent" and event.get("action") == "DELETE":
        return True
    sensed = bool(event.get("sensorElementList")) and "readPoint" in event
    return "epcList" in event or bool(event.get("quantityList")) or sensed
