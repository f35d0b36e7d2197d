"""USAID's SCMS delivery history, as published or cleaned. One row is a shipping event and, once delivered, a receiving.

The shipping event holds the plan: what was known before. It stands at the day the order was sent (PO sent, else PQ
sent); where neither was captured it stands at the planned delivery day, without `traceapp:planDate`: that somebody
planned for a day is by its nature known before it. What only showed afterwards (weight, freight, insurance, delivered
and recorded days) is on the receiving event, with `traceapp:recorded`, the day from which it was known.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from urllib.parse import quote

from traceapp.capture import cells

NAMESPACE = uuid.UUID("5b0d8f64-6a3c-5a52-9c0a-0f1a7f0c6d02")

# Our name: the cleaned layout's, then the published one's.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "project": ("project", "Project Code"),
    "pq": ("pq", "PQ #"),
    "po": ("po", "PO / SO #"),
    "asn": ("asn", "ASN/DN #"),
    "country": ("country",),
    "managedBy": ("managed_by", "Managed By"),
    "fulfillVia": ("fulfill_via", "Fulfill Via"),
    "incoterm": ("incoterm", "Vendor INCO Term"),
    "mode": ("mode", "Shipment Mode"),
    "pq_sent": ("pq_sent", "PQ First Sent to Client Date"),
    "po_sent": ("po_sent", "PO Sent to Vendor Date"),
    "scheduled": ("scheduled", "Scheduled Delivery Date"),
    "delivered": ("delivered", "Delivered to Client Date"),
    "recorded": ("recorded", "Delivery Recorded Date"),
    "productGroup": ("product_group", "Product Group"),
    "subClassification": ("sub_class", "Sub Classification"),
    "vendor": ("vendor",),
    "item": ("item", "Item Description"),
    "molecule": ("molecule", "Molecule/Test Type"),
    "brand": ("brand",),
    "dosage": ("dosage",),
    "dosageForm": ("dosage_form", "Dosage Form"),
    "unitsPerPack": ("units_per_pack", "Unit of Measure (Per Pack)"),
    "quantity": ("quantity", "Line Item Quantity"),
    "value": ("value_usd", "Line Item Value"),
    "packPrice": ("pack_price", "Pack Price"),
    "unitPrice": ("unit_price", "Unit Price"),
    "site": ("site", "Manufacturing Site"),
    "firstLine": ("first_line", "First Line Designation"),
    "weight": ("weight_kg_posthoc", "Weight (Kilograms)"),
    "freight": ("freight_usd_posthoc", "Freight Cost (USD)"),
    "insurance": ("insurance_usd", "Line Item Insurance (USD)"),
    "delay_days": ("delay_days",),
}
NEEDED = (
    *("id", "country", "mode", "pq_sent", "po_sent", "scheduled", "delivered", "recorded", "vendor"),
    *("molecule", "quantity"),
)
PLAN_TEXTS = (
    *("project", "managedBy", "fulfillVia", "incoterm", "mode", "country", "vendor", "site", "productGroup"),
    *("subClassification", "molecule", "brand", "dosage", "dosageForm", "firstLine"),
)
PLAN_NUMBERS = ("value", "packPrice", "unitPrice", "unitsPerPack")
OUTCOME = ("weight", "freight", "insurance")
NOT_CAPTURED = frozenset({"", "date not captured", "pre-pq process", "n/a", "n/a - from rdc", "#n/a"})


class Names(Protocol):
    """What somebody calls products and places, to their identifiers (`naming.Names` of an organisation)."""

    def product(self, name: str) -> str: ...

    def place(self, name: str) -> str: ...


@dataclass(frozen=True)
class Delivery:
    """One line of an order, planned, and delivered if it has been."""

    id: str
    scheduled: date
    quantity: int | float
    country: str
    product: str
    ordered: date | None = None
    delivered: date | None = None
    recorded: date | None = None
    transactions: Mapping[str, str] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)
    outcome: Mapping[str, Any] = field(default_factory=dict)


def read(row: Mapping[str, str]) -> Delivery:
    """CellError says which cell is wrong."""
    country = cells.filled("country", row["country"])
    po, pq = _day(row, "po_sent"), _day(row, "pq_sent")
    return Delivery(
        id=cells.filled("id", row["id"], at_most=60),
        scheduled=cells.day("scheduled", row["scheduled"]),
        quantity=cells.number("quantity", row["quantity"]),
        country=country,
        product=_product(row),
        ordered=po or pq,
        delivered=_day(row, "delivered"),
        recorded=_day(row, "recorded"),
        transactions={kind: row[name] for kind, name in (("po", "po"), ("desadv", "asn")) if row.get(name)},
        plan={name: row[name] for name in PLAN_TEXTS if row.get(name)} | _numbers(row, PLAN_NUMBERS),
        outcome=_outcome(row),
    )


def events(delivery: Delivery, *, owner: str, names: Names) -> list[dict[str, Any]]:
    """Shipping, and receiving where it was delivered. IDs come from the delivery's own, so a repeat stores nothing."""
    shared = _shared(delivery, owner, names)
    plan_day = delivery.ordered or delivery.scheduled
    shipping = {
        **_head(delivery, owner, "shipping", "in_transit", plan_day),
        **shared,
        "destinationList": [{"type": "location", "destination": names.place(delivery.country)}],
        "traceapp:plannedDelivery": _moment(delivery.scheduled),
        **({"traceapp:planDate": _moment(delivery.ordered)} if delivery.ordered else {}),
        **{f"traceapp:{name}": value for name, value in delivery.plan.items()},
    }
    if delivery.delivered is None:
        return [shipping]
    receiving = {
        **_head(delivery, owner, "receiving", "in_progress", delivery.delivered),
        "bizLocation": {"id": names.place(delivery.country)},
        **shared,
        "traceapp:recorded": _moment(delivery.recorded or delivery.delivered),
        **{f"traceapp:{name}": value for name, value in delivery.outcome.items()},
    }
    return [shipping, receiving]


def _head(delivery: Delivery, owner: str, step: str, disposition: str, day: date) -> dict[str, Any]:
    name = "|".join([owner, "delivery", delivery.id, step])
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid.uuid5(NAMESPACE, name)}",
        "eventTime": _moment(day),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": step,
        "disposition": disposition,
    }


def _shared(delivery: Delivery, owner: str, names: Names) -> dict[str, Any]:
    transactions = [
        {"type": kind, "bizTransaction": f"urn:epcglobal:cbv:bt:{owner}:{_escaped(number)}"}
        for kind, number in delivery.transactions.items()
    ]
    return {
        "quantityList": [{"epcClass": names.product(delivery.product), "quantity": delivery.quantity}],
        **({"bizTransactionList": transactions} if transactions else {}),
        "traceapp:deliveryId": delivery.id,
    }


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00.000Z"


def _escaped(number: str) -> str:
    """A document number as CBV writes it in a URN (section 8.5.2)."""
    return quote(number, safe="-._")


def _product(row: Mapping[str, str]) -> str:
    """Both layouts name a product by the same parts, so that it gets one number."""
    parts = [row.get(name, "") for name in ("molecule", "brand", "dosage", "dosageForm")]
    pack = row.get("unitsPerPack", "")
    name = ", ".join([part for part in parts if part] + ([f"pack of {pack}"] if pack else []))
    return cells.filled("molecule", name[:200])


def _day(row: Mapping[str, str], name: str) -> date | None:
    text = row[name]
    return None if text.lower() in NOT_CAPTURED else cells.day(name, text)


def _numbers(row: Mapping[str, str], names: tuple[str, ...]) -> dict[str, int | float]:
    return {name: cells.number(name, row[name]) for name in names if row.get(name)}


def _outcome(row: Mapping[str, str]) -> dict[str, Any]:
    """Numbers where there are numbers; the file also says "Invoiced Separately" or "See ASN-93 (ID#:1281)"."""
    found: dict[str, Any] = {}
    for name in OUTCOME:
        text = row.get(name, "")
        if text:
            try:
                found[name] = cells.number(name, text)
            except cells.CellError:
                found[f"{name}Note"] = text[:200]
    return found
