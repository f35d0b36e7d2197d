"""What the XML schema has an order or a place of its own for: attributes instead of elements, and vocabularies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from traceapp.commitments.canonical import canonical
from traceapp.epcis.xml_element import Element
from traceapp.epcis.xml_events import MEMBERS
from traceapp.epcis.xml_values import FORM, Namer, elements_of, typed

VALUE = "traceapp:value"


def as_attribute(members: Mapping[str, Any]) -> dict[str, str]:
    """Extensions where the schema allows none but in attributes, as one attribute that holds JSON."""
    return {MEMBERS: canonical(dict(members)).decode()} if members else {}


def vocabulary_list(vocabularies: Iterable[Mapping[str, Any]], names: Namer) -> Element:
    """Master data."""
    return Element("VocabularyList", children=[_vocabulary(one, names) for one in vocabularies])


def _vocabulary(vocabulary: Mapping[str, Any], names: Namer) -> Element:
    element = Element("Vocabulary", "", {"type": vocabulary["type"]})
    if vocabulary.get("vocabularyElementList"):
        inner = element.add("VocabularyElementList")
        inner.children = [_vocabulary_element(one, names) for one in vocabulary["vocabularyElementList"]]
    return element


def _vocabulary_element(entry: Mapping[str, Any], names: Namer) -> Element:
    element = Element("VocabularyElement", "", {"id": entry["id"]})
    element.children = [_attribute(one, names) for one in entry.get("attributes", ())]
    if "children" in entry:
        element.add("children").children = [Element("id", one) for one in entry["children"]]
    return element


def _attribute(entry: Mapping[str, Any], names: Namer) -> Element:
    value = entry.get("attribute", "")
    element = Element("attribute", "", {"id": entry["id"]})
    if isinstance(value, Mapping):
        element.children = elements_of(value, names)
        if not value:
            element.attributes[FORM] = "object"
    elif isinstance(value, str):
        element.text = value
    else:  # the schema allows no type of another element's here
        element.text = "" if isinstance(value, list) else typed(value)[0]
        element.attributes[VALUE] = canonical(value).decode()
    return element
