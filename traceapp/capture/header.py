"""Master data in a document's header, taken over as far as its keys are the sender's own; of the rest, warnings."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from traceapp.accounts.models import Organisation
from traceapp.capture.documents import vocabularies
from traceapp.capture.errors import SHOWN, Place
from traceapp.epcis import context as contexts
from traceapp.epcis.identifiers import Gs1, canonical, parse
from traceapp.epcis.parse import Document
from traceapp.masterdata.services import NotTaken, take_location, take_lot, take_product
from traceapp.masterdata.vocabulary import check_owner, keep

MOST = 1000  # entries of one document
_LISTS = "epcisHeader.epcisMasterData.vocabularyList"


def take(organisation: Organisation, document: Document) -> list[Place]:
    """Take over what is about the organisation's own keys, inside the caller's transaction: all of it as it was said,
    and of products, lots and places what we have fields for.

    Returns what was not, where it stands, and why.
    """
    warnings: list[Place] = []
    prefixes, _ = contexts.resolve(document.context)
    for place, vocabulary, entry in _entries(document)[:MOST]:
        try:
            with transaction.atomic():
                _take(organisation, entry)
                keep(organisation, vocabulary, entry, contexts.used([entry], prefixes))
        except NotTaken as error:
            warnings.append((f"{place}.id", str(error)))
    if len(_entries(document)) > MOST:
        warnings.append((_LISTS, f"Of master data, the first {MOST:,} entries of a document are taken."))
    return warnings[:SHOWN]


def _entries(document: Document) -> list[tuple[str, str, Mapping[str, Any]]]:
    return [
        (f"{_LISTS}[{at}].vocabularyElementList[{index}]", vocabulary["type"], entry)
        for at, vocabulary in enumerate(vocabularies(document))
        for index, entry in enumerate(vocabulary.get("vocabularyElementList") or ())
    ]


def _take(organisation: Organisation, entry: Mapping[str, Any]) -> None:
    gs1 = parse(canonical(entry["id"]))
    if gs1 is None:
        return  # somebody's own identifier, of which everybody keeps what they say themselves
    told = {_local(one["id"]): str(one["attribute"]) for one in entry.get("attributes") or () if _is_plain(one)}
    taker = _TAKERS.get(_kind(gs1))
    if taker is None:
        check_owner(organisation, gs1)
    else:
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
