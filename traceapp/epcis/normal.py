"""Whether two events say the same, however they are spelled: identifiers, words, times, prefixes, lists of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from traceapp.commitments.canonical import canonical
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis.context import STANDARD, Prefixes
from traceapp.epcis.formats import EpcFormat
from traceapp.epcis.spelling import in_json, with_identifiers

_TIMES = frozenset({"eventTime", "declarationTime", "time", "startTime", "endTime"})


def says_the_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Compare two bodies of records: `event`, and the `context` of its prefixes."""
    return canonical(dict(one)) == canonical(dict(other)) or normal_form(one) == normal_form(other)


def normal_form(body: Mapping[str, Any]) -> Any:
    """The event with everything in one spelling, for comparing only."""
    prefixes = {**STANDARD, **(body.get("context") or {})}
    event = with_identifiers(in_json(body["event"]), EpcFormat.DIGITAL_LINK, lambda digits: None)
    certificates = event.get("certificationInfo")
    if isinstance(certificates, str):
        event["certificationInfo"] = [certificates]
    event["type"] = _expanded(event.get("type", ""), prefixes)
    declared = event.pop("errorDeclaration", None)
    if declared:
        event["errorDeclaration"] = declared
    # The standard reads an empty list as if it were left out.
    return _normal({name: value for name, value in event.items() if value != []}, prefixes, "")


def _normal(value: Any, prefixes: Prefixes, name: str) -> Any:
    if isinstance(value, Mapping):
        return {_expanded(key, prefixes): _normal(member, prefixes, key) for key, member in value.items()}
    if isinstance(value, list):
        return [_normal(one, prefixes, name) for one in value]
    if isinstance(value, str) and name in _TIMES:
        return _moment(value)
    return value


def _expanded(name: str, prefixes: Prefixes) -> str:
    prefix, colon, local = name.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else name


def _moment(text: str) -> datetime | str:
    try:
        return parse_rfc3339(text)
    except ValueError:
        return text
