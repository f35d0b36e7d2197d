"""Documents of payment on delivery to rows, and to lines of statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from traceapp.ledger.documents import Content, Rows, Source
from traceapp.payments import facts
from traceapp.payments.delivery_models import Party, Shipment
from traceapp.payments.models import Entry

PARTS: Final = ("buyer", "seller", "carrier", "consignee", "arbiter")


def shipment(key: str, document: Content | None, source: Source) -> None:
    if document is None:
        return
    values = {
        "state": document["state"],
        "due": _time(document["due"]) if document["due"] else None,
        "document": document,
        "tx_id": source.tx_id,
        "block": source.block,
    }
    made, _ = Shipment.objects.update_or_create(key=key, shipment_id=document["id"], defaults=values)
    for part, whose in parties(document["terms"]).items():
        Party.objects.update_or_create(
            shipment=made, part=part, defaults={"msp_id": whose["mspId"], "pgln": whose["organisation"]}
        )
    facts.of_shipment(key, document, parties(document["terms"]).values(), source)
    _paid_on_the_way(document, source)


def parties(terms: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Who is what."""
    found = {part: terms[part] for part in PARTS}
    return found | ({"insurer": terms["insurance"]["insurer"]} if terms["insurance"] else {})


def _paid_on_the_way(document: Content, source: Source) -> None:
    terms = document["terms"]
    for name, moment in (("dispatch", document["dispatched"]), ("arrival", document["arrived"])):
        if moment and terms["payments"][name]:
            paid = terms["payments"][name], terms["currency"]
            _line(f"{document['id']}/{name}", terms["seller"], paid, moment["recordedAt"], source)


def escrow(key: str, document: Content | None, source: Source) -> None:
    """Written anew whenever money leaves it; the line is of the funding."""
    if document is None:
        return
    Shipment.objects.filter(shipment_id=document["shipment"]).update(**{document["part"]: document})
    told = {name: document[name] for name in ("shipment", "part", "currency", "funded")}
    parts = Party.objects.filter(shipment__shipment_id=document["shipment"])
    holders = [{"mspId": one.msp_id, "organisation": one.pgln} for one in parts]
    facts.note(key, f"escrow.{document['part']}", told, holders, source)
    reference = f"{document['shipment']}/{document['part']}"
    _line(reference, document["funder"], (-document["funded"], document["currency"]), document["at"], source)


def consent(key: str, document: Content | None, source: Source) -> None:
    """A party's last word on the figures."""
    if document is None:
        return
    found = _shipment(document)
    Shipment.objects.filter(pk=found.pk).update(consents=found.consents | {key: document})
    told = {name: document[name] for name in ("shipment", "by", "seller", "insured")}
    facts.note(key, facts.CONSENT, told, parties(found.document["terms"]).values(), source)


def settlement(key: str, document: Content | None, source: Source) -> None:
    if document is None:
        return
    found = _shipment(document)
    Shipment.objects.filter(pk=found.pk).update(settlement=document)
    for name, whose, amount in payees(found.document["terms"], document):
        if amount:
            paid = amount, document["currency"]
            _line(f"{document['shipment']}/{name}", whose, paid, document["at"], source)


def _shipment(document: Content) -> Shipment:
    """The one that it belongs to. LookupError where it is not here."""
    found = Shipment.objects.filter(shipment_id=document["shipment"]).first()
    if found is None:
        raise LookupError(f"there is no shipment {document['shipment']}")
    return found


def payees(terms: Mapping[str, Any], document: Mapping[str, Any]) -> list[tuple[str, Mapping[str, str], int]]:
    """(what for, holder, amount) of what a settlement paid."""
    found = [("seller", terms["seller"], document["toSeller"]), ("buyer", terms["buyer"], document["toBuyer"])]
    if agreed := terms["insurance"]:
        found += [
            ("insured", terms[agreed["beneficiary"]], document["toInsured"]),
            ("insurer", agreed["insurer"], document["toInsurer"]),
        ]
    return found


def _line(reference: str, holder: Mapping[str, str], money: tuple[int, str], at: str, source: Source) -> None:
    """Once: documents that go on changing say it again. `reference`: the shipment's id and what for."""
    amount, currency = money
    Entry.objects.get_or_create(
        key=f"shipment/{reference.partition('/')[0]}",
        kind=Entry.Kind.ESCROWED if amount < 0 else Entry.Kind.RELEASED,
        reference=reference,
        msp_id=holder["mspId"],
        pgln=holder["organisation"],
        defaults={
            "currency": currency,
            "amount": amount,
            "at": _time(at),
            "tx_id": source.tx_id,
            "block": source.block,
            "position": source.position,
        },
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def rows(keys: Sequence[str]) -> Mapping[str, Any]:
    """What is held of each shipment's documents, for the audit; keys of any of them."""
    ids = {key: key.split("/")[1] for key in keys}
    columns = (
        "shipment_id",
        "state",
        "due",
        "document",
        "price",
        "insurance",
        "settlement",
        "consents",
        "tx_id",
        "block",
    )
    held = {one[0]: one for one in Shipment.objects.filter(shipment_id__in=set(ids.values())).values_list(*columns)}
    return {key: held.get(one) for key, one in ids.items()}


PROJECTORS: Final[Sequence[tuple[str, Any, Rows]]] = (
    ("shipment/", shipment, rows),
    ("escrow/", escrow, rows),
    ("consent/", consent, rows),
    ("settlement/", settlement, rows),
)
