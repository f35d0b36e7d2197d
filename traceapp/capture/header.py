"""Master data in a document's header, taken over as far as its keys are the sender's own; of the rest, warnings."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from traceapp.accounts.models import Organisation
from traceapp.capture.documents import vocabularies
from traceapp.capture.errors import SHOWN, Place
from traceapp.epcis.identifiers import Gs1, canonical, parse
from traceapp.epcis.parse import Document
from traceapp.masterdata.services import NotTaken, take_location, take_lot, take_product

MOST = 1000  # entries of one document
_LISTS = "epcisHeader.epcisMasterData.vocabularyList"


def take(organisation: Organisation, document: Document) -> list[Place]:
    """Take over what is about the organisation's own products, lots and places, inside the caller's transaction.

    Returns what was not, where it stands, and why.
    """
    warnings: list[Place] = []
    for place, entry in _entries(document)[:MOST]:
        try:
            with transaction.atomic():
                _take(organisation, entry)
        except NotTaken as error:
            warnings.append((f"{place}.id", str(error)))
    if len(_entries(document)) > MOST:
        warnings.append((_LISTS, f"Of master data, the first {MOST:,} entries of a document are taken."))
    return warnings[:SHOWN]


def _entries(document: Document) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (f"{_LISTS}[{at}].vocabularyElementList[{index}]", entry)
        for at, vocabulary in enumerate(vocabularies(document))
        for index, entry in enumerate(vocabulary.get("vocabularyElementList") or ())
    ]


def _take(organisation: Organisation, entry: Mapping[str, Any]) -> None:
    gs1 = parse(canonical(entry["id"]))
    told = {_local(one["id"]): str(one["attribute"]) for one in entry.get("attributes") or () if _is_plain(one)}
    taker = _TAKERS.get(_kind(gs1)) if gs1 is not None else None
    if gs1 is None or taker is None:
        raise NotTaken("Master data is kept of products (GTIN), lots and places (GLN) only.")
    taker(organisation, gs1, told)


def _kind(gs1: Gs1) -> tuple[str, ...]:
    return (gs1.primary, *(code for code, _ in gs1.qualifiers))


def _is_plain(attribute: Mapping[str, Any]) -> bool:
    return isinstance(attribute.get("attribute"), str | int | float)


def _local(name: str) -> str:
    """`descriptionShort` of `urn:epcglobal:cbv:mda:descriptionShort`, `cbvmda:descriptionShort` and web addresses."""
    return name.replace("#", ":").replace("/", ":").rpartition(":")[2]


_TAKERS: dict[tuple[str, ...], Callable[[Organisation, Gs1, Mapping[str, str]], object]] = {
    ("01",): lambda organisation, gs1, told: take_product(organisation, gs1.value, told),
    ("01", "10"): lambda organisation, gs1, told: take_lot(organisation, gs1.value, gs1.qualifiers[0][1], told),
    ("414",): lambda organisation, gs1, told: take_location(organisation, gs1.value, told),
}
