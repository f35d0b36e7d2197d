"""What a bundle discloses, in words: each field with its name and its value as a person reads them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from traceapp.capture.story import Words
from traceapp.commitments.disclosures import ITEM_LISTS, assemble
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis.goods import goods_of
from traceapp.epcis.identifiers import IdentifierError
from traceapp.epcis.vocabulary import title_for
from traceapp.ledger.models import RecordKind
from traceapp.ledger.proof import ALWAYS
from traceapp.web.times import in_words

SINGLY = 20  # elements of a list that are offered one by one; of a longer list all or none
LABELS: dict[str, Promise] = {
    "/kind": gettext_lazy("Kind of record"),
    "/recordedBy": gettext_lazy("Recorded by"),
    "/recordTime": gettext_lazy("Recorded at"),
    "/context": gettext_lazy("Meaning of the extensions"),
    "/message": gettext_lazy("Message as the device signed it"),
    "/event/type": gettext_lazy("Kind of event"),
    "/event/eventID": gettext_lazy("Number of the event"),
    "/event/eventTime": gettext_lazy("When it happened"),
    "/event/eventTimeZoneOffset": gettext_lazy("Local time, from UTC"),
    "/event/action": gettext_lazy("Action"),
    "/event/errorDeclaration": gettext_lazy("Declared wrong"),
    "/event/bizStep": gettext_lazy("Step"),
    "/event/disposition": gettext_lazy("State of the goods"),
    "/event/persistentDisposition": gettext_lazy("Lasting states of the goods"),
    "/event/readPoint": gettext_lazy("Where it happened"),
    "/event/bizLocation": gettext_lazy("Where the goods are then"),
    "/event/epcList": gettext_lazy("Goods"),
    "/event/quantityList": gettext_lazy("Goods and quantity"),
    "/event/parentID": gettext_lazy("Packed in or on"),
    "/event/childEPCs": gettext_lazy("Goods packed"),
    "/event/childQuantityList": gettext_lazy("Goods packed, and quantity"),
    "/event/inputEPCList": gettext_lazy("Goods used"),
    "/event/inputQuantityList": gettext_lazy("Goods used, and quantity"),
    "/event/outputEPCList": gettext_lazy("Goods made"),
    "/event/outputQuantityList": gettext_lazy("Goods made, and quantity"),
    "/event/transformationID": gettext_lazy("Number of the making"),
    "/event/bizTransactionList": gettext_lazy("Orders and papers"),
    "/event/sourceList": gettext_lazy("From whom"),
    "/event/destinationList": gettext_lazy("To whom"),
    "/event/ilmd": gettext_lazy("About the lot"),
    "/event/sensorElementList": gettext_lazy("Measurements"),
    "/event/certificationInfo": gettext_lazy("Certificates"),
}
WORDS: dict[str, dict[str, Promise]] = {
    "/event/type": {
        "ObjectEvent": gettext_lazy("Something happened to goods"),
        "AggregationEvent": gettext_lazy("Goods were packed or unpacked"),
        "AssociationEvent": gettext_lazy("Goods were tied to a device or an asset"),
        "TransactionEvent": gettext_lazy("Goods were tied to an order or a paper"),
        "TransformationEvent": gettext_lazy("Goods were made from others"),
    },
    "/event/action": {
        "ADD": gettext_lazy("it begins here"),
        "OBSERVE": gettext_lazy("it goes on"),
        "DELETE": gettext_lazy("it ends here"),
    },
}
_TIMES = frozenset({"/recordTime", "/event/eventTime"})
_PLACES = frozenset({"/event/readPoint", "/event/bizLocation"})
_PARTIES = frozenset({"/event/sourceList", "/event/destinationList"})
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Field:
    """One disclosure. `must`: every proof shows it."""

    pointer: str
    label: str
    value: str

    @property
    def must(self) -> bool:
        return self.pointer in ALWAYS


@dataclass(frozen=True)
class Disclosed:
    """The fields of a bundle in the record's order, and how many it hides."""

    fields: tuple[Field, ...]
    hidden: int

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(pointer, words) of what a person may show or hide; a long list counts as one."""
        return list(_choices([one for one in self.fields if not one.must]))


def read(bundle: bytes) -> Disclosed:
    """A bundle of our own making."""
    record = json.loads(bundle)["record"]
    parts: list[tuple[str, Any]] = [tuple(json.loads(one)[1:]) for one in record["disclosures"]]
    body: Any = assemble(one.encode() for one in record["disclosures"])
    words = Words.of([body])
    fields = tuple(Field(pointer, label(pointer), _said(pointer, value, words)) for pointer, value in parts)
    return Disclosed(fields, len(record["hidden"]))


def label(pointer: str) -> str:
    """What a field is called. A field that nobody named is called by its own name, taken apart."""
    known = LABELS.get(pointer) or LABELS.get(_list_of(pointer))
    if known is not None:
        return force_str(known)
    name = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    if ":" in name:
        return name
    words = _CAPITAL.sub(" ", name).replace("_", " ").lower()
    return words[:1].upper() + words[1:]


def _list_of(pointer: str) -> str:
    """`/event/epcList` for `/event/epcList/3`; empty for what is no element of a list."""
    parent, _, last = pointer.rpartition("/")
    return parent if last.isdigit() and parent.rpartition("/")[2] in ITEM_LISTS else ""


def _choices(fields: Sequence[Field]) -> Iterator[tuple[str, str]]:
    lists: dict[str, list[Field]] = {}
    for one in fields:
        lists.setdefault(_list_of(one.pointer) or one.pointer, []).append(one)
    for pointer, together in lists.items():
        if len(together) > SINGLY:
            yield pointer, _("%(field)s: all %(n)s") % {"field": together[0].label, "n": len(together)}
        else:
            yield from ((one.pointer, f"{one.label}: {one.value}") for one in together)


def _said(pointer: str, value: Any, words: Words) -> str:
    if pointer in _TIMES:
        return _moment(value)
    try:
        return _named(pointer, value, words) or _plain(value)
    except IdentifierError:
        return _plain(value)


def _named(pointer: str, value: Any, words: Words) -> str:
    """With names in place of codes, where we know them; empty where there is nothing to put in their place."""
    if pointer == "/event/errorDeclaration" and value is None:
        return _("no")
    if pointer in WORDS:
        return force_str(WORDS[pointer].get(str(value), ""))
    if pointer == "/kind":
        return str(RecordKind(value).label)
    if pointer == "/recordedBy":
        return _firm(str(value), words)
    if pointer == "/event/bizStep":
        return str(title_for(str(value)))
    return _keys(pointer, value, words)


def _keys(pointer: str, value: Any, words: Words) -> str:
    if pointer in _PLACES:
        return words.story(0, "", "", "", {"event": {"readPoint": value}}).place
    if pointer in _PARTIES:
        said = words.story(0, "", "", "", {"event": {pointer.rpartition("/")[2]: value}}).partners
        return ", ".join(f"{who}: {name}" for who, name in said) if len(said) == len(value) else ""
    return _goods(pointer, value, words)


def _goods(pointer: str, value: Any, words: Words) -> str:
    name = (_list_of(pointer) or pointer).rpartition("/")[2]
    if name == "parentID":
        event: Mapping[str, Any] = {name: value}
    elif name in ITEM_LISTS and _list_of(pointer):
        event = {name: [value]}
    else:
        return ""
    return ", ".join(
        " ".join(part for part in (one.amount, one.words) if part) for one in words.things(goods_of(event))
    )


def _firm(pgln: str, words: Words) -> str:
    name = words.firms.get(pgln)
    return f"{name} (GLN {pgln})" if name else f"GLN {pgln}"


def _moment(value: Any) -> str:
    try:
        return in_words(parse_rfc3339(str(value)))
    except ValueError:
        return str(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
