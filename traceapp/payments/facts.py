"""What happened, noted once for each of those whom it concerns: for their systems, and for evidence."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from chaincode.traceability.rules import shipments as rules
from traceapp.ledger import evidence
from traceapp.ledger.documents import Content, Source
from traceapp.payments.delivery_models import Fact

CONSENT: Final = "shipment.consent"
WORDS: Final = {
    "shipment.proposed": "Terms proposed",
    "shipment.agreed": "Terms agreed by all",
    "shipment.funded": "All of the money waits",
    "shipment.dispatched": "The goods left",
    "shipment.arrived": "The goods arrived",
    "shipment.accepted": "The goods were taken",
    "shipment.disputed": "Left to the arbiter",
    "shipment.settled": "Settled",
    "shipment.refunded": "Refunded",
    "shipment.lapsed": "Lapsed",
    CONSENT: "A party agrees to the figures",
    "escrow.price": "The price was put into escrow",
    "escrow.insurance": "The payout was put into escrow",
    "deposit.minted": "Deposit",
    "payout.requested": "Payout asked for",
    "payout.paid": "Paid out",
}
"""Every kind of fact, in words."""

Holder = Mapping[str, str]


def of_shipment(key: str, document: Content, holders: Iterable[Holder], source: Source) -> None:
    """The state that a shipment is in now, once; its acceptance is one, too."""
    terms = document["terms"]
    told = {
        "shipment": document["id"],
        "state": document["state"],
        "due": document["due"] or None,
        "currency": terms["currency"],
        "price": terms["price"],
    }
    accepted = document["state"] == rules.ARRIVED and document["delivery"]
    if accepted:
        told |= {name: document["delivery"][name] for name in ("short", "damaged", "refused")}
    kind = f"shipment.{'accepted' if accepted else document['state']}"
    note(key, kind, told, holders, source)


def note(key: str, kind: str, told: Mapping[str, Any], holders: Iterable[Holder], source: Source) -> None:
    """Once for each: documents that go on changing say it again. Who attests it is asked for."""
    at = source.time or datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    for one in {(of["mspId"], of["organisation"]) for of in holders}:
        Fact.objects.get_or_create(
            key=key,
            kind=kind,
            msp_id=one[0],
            pgln=one[1],
            defaults={
                "content": dict(told),
                "at": at,
                "tx_id": source.tx_id,
                "block": source.block,
                "position": source.position,
            },
        )
    evidence.want(source.tx_id, source.block)
