"""Which prefixes an XML document declares for the extensions in it, and how a member's name is written with them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from traceapp.epcis.context import STANDARD
from traceapp.epcis.xml_names import MDA_XML, OURS, to_xml_name

_STRUCTURE = frozenset({"epcis", "epcisq", "xsi", "xsd", "sbdh", "xml", "xmlns"})
_SPLIT = re.compile(r"(.*[/#:])([^/#:]*)", re.DOTALL)


class Prefixed:
    """A member's name as an XML name: called by whoever writes elements. `declared` grows as names come."""

    def __init__(self, prefixes: Mapping[str, str], outer: Prefixed | None = None) -> None:
        self.prefixes = dict(prefixes)
        self._outer = outer
        self.declared: dict[str, str] = {}
        for prefix, uri in prefixes.items():
            if STANDARD.get(prefix) != uri and self._may_be_declared(prefix, uri):
                self._declare(prefix, uri)

    def __call__(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        if not colon:
            return to_xml_name(name)
        if prefix in self.prefixes and not local.startswith("//"):
            uri = MDA_XML if self.prefixes[prefix] == STANDARD["cbvmda"] else self.prefixes[prefix]
            if self._may_be_declared(prefix, uri):
                self._declare(prefix, uri)
                return f"{prefix}:{to_xml_name(local)}"
            return f"{self._generated(uri)}:{to_xml_name(local)}"
        match = _SPLIT.fullmatch(name)
        assert match is not None
        return f"{self._generated(match[1])}:{to_xml_name(match[2])}"

    def declare_standard(self, *prefixes: str) -> None:
        """Prefixes of the EPCIS context, which values are written with as well, unless redefined."""
        for prefix in prefixes:
            if self.prefixes.get(prefix) == STANDARD[prefix]:
                self._declare(prefix, MDA_XML if prefix == "cbvmda" else STANDARD[prefix])

    def meaning(self, prefix: str) -> str | None:
        """What is declared for a prefix here or further out."""
        found = self.declared.get(prefix)
        return found if found is not None or self._outer is None else self._outer.meaning(prefix)

    def inside(self, prefixes: Mapping[str, str]) -> Prefixed:
        """The names of an element that has these prefixes, which may mean something else than outside."""
        return Prefixed(prefixes, self)

    def _may_be_declared(self, prefix: str, uri: str) -> bool:
        if prefix == "traceapp":
            return uri == OURS
        return prefix.lower() not in _STRUCTURE and not prefix.lower().startswith("xml")

    def _declare(self, prefix: str, uri: str) -> None:
        if prefix != "traceapp" and self.meaning(prefix) != uri:
            self.declared[prefix] = uri

    def _generated(self, uri: str) -> str:
        number = 0
        while (prefix := f"ns{number}") in self.prefixes or self.meaning(prefix) not in (None, uri):
            number += 1
        self._declare(prefix, uri)
        return prefix
