"""Events with their words and identifiers spelled as an answer wants them. The event given is never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from traceapp.epcis.cbv import COMPONENTS, MEASUREMENTS, SENSOR_ALERTS
from traceapp.epcis.company_prefix import LengthOf
from traceapp.epcis.formats import CbvFormat, EpcFormat
from traceapp.epcis.identifiers import IdentifierError, canonical
from traceapp.epcis.urn_writer import to_urn
from traceapp.epcis.vocabulary import VOCABULARIES, full_name, one_form, urn_name

Event = Mapping[str, Any]
Spell = Callable[[str, str], str]
"""A vocabulary and a word of it in any spelling, to the spelling wanted."""

_GS1_VOC = ("gs1:", "https://gs1.org/voc/", "https://ref.gs1.org/voc/", "https://www.gs1.org/voc/")
_COMP = ("cbv:Comp-", "https://ref.gs1.org/cbv/Comp-", "https://ns.gs1.org/cbv/Comp-", "urn:epcglobal:cbv:comp:")
_SENSOR: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {
    "type": (MEASUREMENTS, _GS1_VOC),
    "exception": (SENSOR_ALERTS, _GS1_VOC),
    "component": (COMPONENTS, _COMP),
}
"""Words in a sensor report: the standard's, and what may stand before them."""

_EPC_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


def in_json(event: Event) -> dict[str, Any]:
    """With bare words, as JSON wants them, whatever spelling was captured."""
    return _words(event, one_form, _bare_in_report)


def in_xml(event: Event, form: CbvFormat) -> dict[str, Any]:
    """With words as XML has them: URIs or URNs. Bare words become web URIs where the form leaves it open."""
    return _words(event, _SPELLINGS[form], _xml_in_report)


def with_identifiers(event: Event, form: EpcFormat, length_of: LengthOf) -> dict[str, Any]:
    """With GS1 keys as Digital Links on `id.gs1.org`, as EPC URNs, or as captured.

    `length_of` tells where a company prefix ends. What has no form as wanted stays as it is.
    """
    if form in (EpcFormat.AS_CAPTURED, EpcFormat.NO_PREFERENCE):
        return dict(event)

    def spell(identifier: Any) -> Any:
        if not isinstance(identifier, str):
            return identifier
        try:
            if form is EpcFormat.DIGITAL_LINK:
                return canonical(identifier)
            return identifier if identifier.startswith("urn:") else to_urn(identifier, length_of)
        except IdentifierError:
            return identifier

    return _identifiers(event, spell)


def _identifiers(event: Event, spell: Callable[[Any], Any]) -> dict[str, Any]:
    spelled = dict(event)
    for name in _EPC_LISTS:
        if name in spelled:
            spelled[name] = [spell(one) for one in spelled[name]]
    for name in ("parentID", "transformationID"):
        if name in spelled:
            spelled[name] = spell(spelled[name])
    for name, member in (
        *((name, "epcClass") for name in _QUANTITY_LISTS),
        *(("sourceList", "source"), ("destinationList", "destination"), ("bizTransactionList", "bizTransaction")),
    ):
        if name in spelled:
            spelled[name] = [{**one, member: spell(one[member])} if member in one else one for one in spelled[name]]
    for name in ("readPoint", "bizLocation"):
        if spelled.get(name):
            spelled[name] = {**spelled[name], "id": spell(spelled[name]["id"])}
    return spelled


def _words(event: Event, spell: Spell, in_report: Spell) -> dict[str, Any]:
    spelled = dict(event)
    for name in ("bizStep", "disposition"):
        if isinstance(spelled.get(name), str):
            spelled[name] = spell(name, spelled[name])
    if spelled.get("persistentDisposition"):
        spelled["persistentDisposition"] = {
            name: [spell("disposition", one) for one in words]
            for name, words in spelled["persistentDisposition"].items()
        }
    for name, vocabulary in (
        ("bizTransactionList", "bizTransaction"),
        ("sourceList", "sourceOrDestination"),
        ("destinationList", "sourceOrDestination"),
    ):
        if spelled.get(name):
            spelled[name] = [
                {**one, "type": spell(vocabulary, one["type"])} if "type" in one else one for one in spelled[name]
            ]
    declaration = spelled.get("errorDeclaration")
    if declaration and declaration.get("reason"):
        spelled["errorDeclaration"] = {**declaration, "reason": spell("errorReason", declaration["reason"])}
    if spelled.get("sensorElementList"):
        spelled["sensorElementList"] = [_sensor_element(one, in_report) for one in spelled["sensorElementList"]]
    return spelled


def _sensor_element(element: Event, in_report: Spell) -> dict[str, Any]:
    if "sensorReport" not in element:
        return dict(element)
    reports = [
        {name: in_report(name, value) if name in _SENSOR else value for name, value in report.items()}
        for report in element["sensorReport"]
    ]
    return {**element, "sensorReport": reports}


def _bare_in_report(name: str, value: str) -> str:
    words, starts = _SENSOR[name]
    for start in starts:
        if value.startswith(start) and value.removeprefix(start) in words:
            return value.removeprefix(start)
    return value


def _xml_in_report(name: str, value: str) -> str:
    """These have no URNs; XML examples of the standard write them in the compact form, and so do we."""
    word = _bare_in_report(name, value)
    return _SENSOR[name][1][0] + word if word in _SENSOR[name][0] else value


def _web(vocabulary: str, value: str) -> str:
    return full_name(vocabulary, one_form(vocabulary, value))


def _urn(vocabulary: str, value: str) -> str:
    return urn_name(vocabulary, one_form(vocabulary, value))


def _as_captured(vocabulary: str, value: str) -> str:
    return _web(vocabulary, value) if value in VOCABULARIES[vocabulary][2] else value


_SPELLINGS: dict[CbvFormat, Spell] = {
    CbvFormat.WEB_URI: _web,
    CbvFormat.NO_PREFERENCE: _web,
    CbvFormat.URN: _urn,
    CbvFormat.AS_CAPTURED: _as_captured,
}
