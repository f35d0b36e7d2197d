"""Master data of EPCIS documents, kept whole: whatever attributes and children an entry has, of any vocabulary."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from traceapp.accounts.models import Organisation
from traceapp.epcis.context import STANDARD
from traceapp.epcis.extensions import full_name
from traceapp.epcis.identifiers import Gs1, canonical, key
from traceapp.epcis.patterns import PREFIX_STARTS
from traceapp.epcis.xml_names import MDA_XML
from traceapp.masterdata.models import VocabularyAttribute, VocabularyEntry
from traceapp.masterdata.services import NotTaken

Entry = Mapping[str, Any]
MOST_CHILDREN = 2000
_MDA = STANDARD["cbvmda"]


def attribute_name(name: str, prefixes: Mapping[str, str]) -> str:
    """An attribute's one name: `urn:epcglobal:cbv:mda:city` for every spelling of it."""
    in_xml = f"{MDA_XML}#"
    return _MDA + name.removeprefix(in_xml) if name.startswith(in_xml) else full_name(name, prefixes)


def check_owner(organisation: Organisation, gs1: Gs1) -> None:
    """NotTaken unless a GS1 key that no register of ours holds is under the organisation's own company prefix."""
    digits = gs1.value[PREFIX_STARTS.get(gs1.primary, 0) :]
    own = organisation.company_prefix
    if not (own and digits.startswith(own)):
        raise NotTaken(f"{gs1.value} is under no company prefix of {organisation}; only its owner may say what it is.")


@transaction.atomic
def keep(organisation: Organisation, vocabulary: str, entry: Entry, prefixes: Mapping[str, str]) -> VocabularyEntry:
    """Add to what is known, or change it: attributes that are told anew replace those of the same name."""
    held, _ = VocabularyEntry.objects.select_for_update().get_or_create(
        organisation=organisation,
        vocabulary=vocabulary,
        key=key(canonical(entry["id"])),
        defaults={"identifier": entry["id"], "entry": {"id": entry["id"]}},
    )
    before = {attribute_name(one["id"], held.context): one for one in held.entry.get("attributes", ())}
    now = {attribute_name(one["id"], prefixes): one for one in entry.get("attributes") or ()}
    attributes = {**before, **now}
    held.entry = {**held.entry, **entry, "id": held.identifier}
    if attributes:
        held.entry["attributes"] = list(attributes.values())
    held.context = {**held.context, **prefixes}
    held.save()
    VocabularyAttribute.objects.filter(entry=held).delete()
    VocabularyAttribute.objects.bulk_create(
        VocabularyAttribute(entry=held, name=name[:300], value=_plain(one.get("attribute")))
        for name, one in attributes.items()
    )
    return held


def _plain(value: object) -> str:
    return str(value)[:500] if isinstance(value, str | int | float) else ""


def entries_of(organisation_id: int | None, *, vocabulary: str = "", identifier: str = "") -> QuerySet[VocabularyEntry]:
    """What an organisation has said, in the order in which it first did."""
    if organisation_id is None:
        return VocabularyEntry.objects.none()
    rows = VocabularyEntry.objects.filter(organisation_id=organisation_id)
    if vocabulary:
        rows = rows.filter(vocabulary=vocabulary)
    return rows.filter(key=key(identifier)) if identifier else rows


def having(
    organisation_id: int | None, name: str, wanted: Iterable[str] | None, prefixes: Mapping[str, str], most: int
) -> list[str]:
    """Canonical identifiers to which an organisation gave an attribute, or such a value of it; at most `most`."""
    named = Q(name=attribute_name(name, prefixes)[:300], entry__organisation=organisation_id)
    rows = VocabularyAttribute.objects.filter(named if wanted is None else named & Q(value__in=list(wanted)))
    return [canonical(one) for one in rows.values_list("entry__identifier", flat=True).distinct()[:most]]


def with_descendants(organisation_id: int | None, identifiers: Iterable[str]) -> frozenset[str]:
    """Canonical identifiers with all that an organisation's entries call their children, and theirs."""
    found = set(identifiers)
    level = found if organisation_id is not None else set()
    while level and len(found) < MOST_CHILDREN:
        rows = entries_of(organisation_id).filter(key__in=[key(one) for one in level]).values_list("entry", flat=True)
        level = {canonical(one) for entry in rows for one in entry.get("children") or ()} - found
        found |= level
    return frozenset(found)
