"""The JSON-LD context of a document: which prefixes its extensions use and what they stand for.

No context is fetched. The standard one is known here; of others only what a document spells out itself counts, so what
a record means never depends on a page somebody may change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Prefixes = Mapping[str, str]
"""Prefix to the start of the names it stands for."""

STANDARD: Prefixes = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "gs1": "https://gs1.org/voc/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
"""What the EPCIS context itself declares."""

STANDARD_ADDRESS = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
_STANDARD_ADDRESS = re.compile(r"https?://\S*/epcis-context\.jsonld")
_RESERVED = frozenset({"urn", "http", "https"})
_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")

Faults = list[tuple[str, str]]


def resolve(context: object, inherited: Prefixes | None = None) -> tuple[dict[str, str], Faults]:
    """The prefixes a context declares, on top of those inherited, and what is wrong with it as (path below it, why).

    A prefix the standard context has may be declared anew: the sender's meaning is plain, and it is what gets recorded.
    """
    prefixes = dict(STANDARD if inherited is None else inherited)
    faults: Faults = []
    entries = context if isinstance(context, list) else [context]
    has_standard = inherited is not None
    for index, entry in enumerate(entries):
        where = f"[{index}]" if isinstance(context, list) else ""
        if isinstance(entry, str):
            has_standard = has_standard or _STANDARD_ADDRESS.fullmatch(entry) is not None
        elif isinstance(entry, dict):
            _declare(entry, where, prefixes, faults)
        else:
            faults.append((where, "a context is an address or an object"))
    if not has_standard:
        faults.append(("", f"the EPCIS context {STANDARD_ADDRESS} is missing"))
    return prefixes, faults


def _declare(entry: dict[str, object], where: str, prefixes: dict[str, str], faults: Faults) -> None:
    for name, meaning in entry.items():
        target = meaning.get("@id") if isinstance(meaning, dict) else meaning
        if name.startswith("@") or ":" in name:
            continue  # JSON-LD keywords, and the types of single members: neither declares a prefix.
        if name in _RESERVED or not _PREFIX.fullmatch(name):
            faults.append((f"{where}.{name[:100]}", "cannot be a prefix"))
        elif isinstance(target, str) and ":" in target:
            prefixes[name] = _expanded(target, prefixes)
        else:
            faults.append((f"{where}.{name[:100]}", "a prefix stands for a URI"))


def _expanded(target: str, prefixes: Prefixes) -> str:
    start, _, rest = target.partition(":")
    return prefixes[start] + rest if start in prefixes and not rest.startswith("//") else target


def is_extension(name: str, prefixes: Prefixes) -> bool:
    """Whether a member name is an extension's: a declared prefix, a colon and more, or a whole web address or URN."""
    start, colon, rest = name.partition(":")
    if not colon or not rest:
        return False
    return start in prefixes or (start in ("http", "https") and rest.startswith("//")) or start == "urn"


def used(value: object, prefixes: Prefixes) -> dict[str, str]:
    """Of the prefixes, those that member names or values below `value` use."""
    found: set[str] = set()
    _collect(value, found)
    return {prefix: prefixes[prefix] for prefix in sorted(found & prefixes.keys())}


def _collect(value: object, found: set[str]) -> None:
    if isinstance(value, str):
        found.add(value.partition(":")[0])
    elif isinstance(value, dict):
        for name, member in value.items():
            if ":" in name:
                found.add(name.partition(":")[0])
            _collect(member, found)
    elif isinstance(value, list):
        for element in value:
            _collect(element, found)
