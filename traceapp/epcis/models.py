"""The event types of EPCIS 2.0 as typed values, made from events that have been checked (see `parse`).

Names are the standard's in snake case. Times are in UTC; business step, disposition and types of the CBV are bare words
whatever spelling came in; identifiers are as received (`identifiers.canonical` and `goods` give the canonical ones).
Extensions are not modelled; they stay in the event as received.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeAlias

from msgspec import Struct, field

from traceapp.epcis.vocabulary import bare

Number: TypeAlias = int | float


class QuantityElement(Struct, kw_only=True):
    """So much of a class; no quantity means that it is not known, no unit that it is a count."""

    epc_class: str = field(name="epcClass")
    quantity: Number | None = None
    uom: str | None = None


class Place(Struct):
    """A read point or business location."""

    id: str


class BizTransaction(Struct, kw_only=True):
    """A reference to a business document."""

    type: str | None = None
    biz_transaction: str = field(name="bizTransaction")

    def __post_init__(self) -> None:
        if self.type is not None:
            self.type = bare("bizTransaction", self.type)


class Source(Struct, kw_only=True):
    """Where something comes from: an owner, a holder or a place."""

    type: str
    source: str

    def __post_init__(self) -> None:
        self.type = bare("sourceOrDestination", self.type)


class Destination(Struct, kw_only=True):
    """Where something goes: an owner, a holder or a place."""

    type: str
    destination: str

    def __post_init__(self) -> None:
        self.type = bare("sourceOrDestination", self.type)


class PersistentDisposition(Struct, kw_only=True):
    """Conditions that hold until they are unset."""

    set: list[str] = []
    unset: list[str] = []

    def __post_init__(self) -> None:
        self.set = [bare("disposition", one) for one in self.set]
        self.unset = [bare("disposition", one) for one in self.unset]


class ErrorDeclaration(Struct, kw_only=True):
    """Says that an earlier event with the same eventID was wrong."""

    declaration_time: datetime = field(name="declarationTime")
    reason: str | None = None
    corrective_event_ids: list[str] = field(name="correctiveEventIDs", default_factory=list)

    def __post_init__(self) -> None:
        if self.reason is not None:
            self.reason = bare("errorReason", self.reason)


class SensorMetadata(Struct, kw_only=True, rename="camel"):
    """What holds for all reports of a sensor element."""

    time: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    device_id: str | None = field(name="deviceID", default=None)
    device_metadata: str | None = None
    raw_data: str | None = None
    data_processing_method: str | None = None
    biz_rules: str | None = None


class SensorReport(Struct, kw_only=True, rename="camel"):
    """One reading, or a summary of readings; without a type, an alarm or error of the device."""

    type: str | None = None
    exception: str | None = None
    time: datetime | None = None
    device_id: str | None = field(name="deviceID", default=None)
    device_metadata: str | None = None
    raw_data: str | None = None
    data_processing_method: str | None = None
    biz_rules: str | None = None
    microorganism: str | None = None
    chemical_substance: str | None = None
    coordinate_reference_system: str | None = None
    component: str | None = None
    value: Number | None = None
    min_value: Number | None = None
    max_value: Number | None = None
    mean_value: Number | None = None
    s_dev: Number | None = None
    perc_rank: Number | None = None
    perc_value: Number | None = None
    uom: str | None = None
    string_value: str | None = None
    boolean_value: bool | None = None
    hex_binary_value: str | None = None
    uri_value: str | None = None


class SensorElement(Struct, kw_only=True, rename="camel"):
    """Readings that belong together."""

    sensor_metadata: SensorMetadata | None = None
    sensor_report: list[SensorReport]


class Event(Struct, kw_only=True, rename="camel"):
    """What all event types have: when, where, why and how."""

    type: str
    event_time: datetime
    event_time_zone_offset: str
    event_id: str | None = field(name="eventID", default=None)
    record_time: datetime | None = None
    certification_info: str | list[str] | None = None
    error_declaration: ErrorDeclaration | None = None
    biz_step: str | None = None
    disposition: str | None = None
    persistent_disposition: PersistentDisposition | None = None
    read_point: Place | None = None
    biz_location: Place | None = None
    biz_transaction_list: list[BizTransaction] = []
    source_list: list[Source] = []
    destination_list: list[Destination] = []
    sensor_element_list: list[SensorElement] = []

    def __post_init__(self) -> None:
        self.event_time = self.event_time.astimezone(UTC)
        if self.biz_step is not None:
            self.biz_step = bare("bizStep", self.biz_step)
        if self.disposition is not None:
            self.disposition = bare("disposition", self.disposition)


class ObjectEvent(Event):
    """Things were seen, or came into being, or ended."""

    action: str
    epc_list: list[str] = field(name="epcList", default_factory=list)
    quantity_list: list[QuantityElement] = []
    ilmd: dict[str, Any] | None = None


class AggregationEvent(Event):
    """Things were packed into a parent, or taken out."""

    action: str
    parent_id: str | None = field(name="parentID", default=None)
    child_epcs: list[str] = field(name="childEPCs", default_factory=list)
    child_quantity_list: list[QuantityElement] = []


class AssociationEvent(Event):
    """Things were attached to a parent for long, such as a sensor to a container."""

    action: str
    parent_id: str = field(name="parentID")
    child_epcs: list[str] = field(name="childEPCs", default_factory=list)
    child_quantity_list: list[QuantityElement] = []


class TransactionEvent(Event):
    """Things were bound to business documents, or released from them."""

    action: str
    parent_id: str | None = field(name="parentID", default=None)
    epc_list: list[str] = field(name="epcList", default_factory=list)
    quantity_list: list[QuantityElement] = []


class TransformationEvent(Event):
    """Inputs were used up and outputs made."""

    input_epc_list: list[str] = field(name="inputEPCList", default_factory=list)
    input_quantity_list: list[QuantityElement] = []
    output_epc_list: list[str] = field(name="outputEPCList", default_factory=list)
    output_quantity_list: list[QuantityElement] = []
    transformation_id: str | None = field(name="transformationID", default=None)
    ilmd: dict[str, Any] | None = None


class ExtendedEvent(Event):
    """An event of somebody's own type, a URI; what it holds besides is in the event as received."""


AnyEvent: TypeAlias = (
    ObjectEvent | AggregationEvent | AssociationEvent | TransactionEvent | TransformationEvent | ExtendedEvent
)

TYPES: dict[str, type[AnyEvent]] = {
    "ObjectEvent": ObjectEvent,
    "AggregationEvent": AggregationEvent,
    "AssociationEvent": AssociationEvent,
    "TransactionEvent": TransactionEvent,
    "TransformationEvent": TransformationEvent,
}
