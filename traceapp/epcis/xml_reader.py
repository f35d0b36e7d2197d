"""XML to elements, safely: no DOCTYPE, so no entity and nothing fetched; bounded in depth, elements and attributes."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.parsers import expat

from traceapp.epcis.context import STANDARD
from traceapp.epcis.xml_element import Element
from traceapp.epcis.xml_names import MDA_XML, OURS, STRUCTURE, from_xml_name

MAX_DEPTH = 64
MAX_ELEMENTS = 150_000
MAX_ATTRIBUTES = 100
MAX_PREFIXES = 1000

_BETWEEN = "\x1f"  # no name holds it
_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*", re.ASCII)
_RESERVED = frozenset({"urn", "http", "https", "xml", "xmlns", "traceapp"})
# Shared by all elements that have none, which is most: a bomb of elements shall cost little.
_NO_ATTRIBUTES: dict[str, str] = {}
_NO_CHILDREN: list[Element] = []
_BY_NAMESPACE = {MDA_XML: "cbvmda", OURS: "traceapp", **{uri: prefix for prefix, uri in STANDARD.items()}}


class XmlError(ValueError):
    """Why a text is not taken as XML."""


class Reader:
    """Reads one document. `prefixes` are those of extensions, each with one meaning, whatever the document did.

    Elements of the standard's own namespaces have bare names, others `prefix:local`. `done` is called with the names of
    the elements around, when an element ends; if it answers True, the element is dropped from the tree.
    """

    def __init__(self, done: Callable[[list[Element], Element], bool]) -> None:
        self.prefixes: dict[str, str] = {}
        self.namespace = ""  # of the root
        self._done = done
        self._names: dict[str, str] = {}
        self._standard: set[str] = set()
        self._spelled: dict[str, str] = {}
        self._stack: list[Element] = []
        self._texts: list[list[str]] = []
        self._count = 0
        self._root: Element | None = None

    def read(self, data: bytes) -> Element:
        """The root. XmlError says what is wrong and, where it is known, in which line."""
        parser = expat.ParserCreate(namespace_separator=_BETWEEN)
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.buffer_size = 65536
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(data, True)
        except XmlError:
            raise
        except expat.ExpatError as error:
            raise XmlError(f"not well-formed XML: {expat.errors.messages[error.code]}, line {error.lineno}") from None
        except (LookupError, ValueError) as error:  # an encoding that Python does not know, or that the text is not in
            raise XmlError(f"this encoding cannot be read: {error}") from None
        assert self._root is not None
        return self._root

    def _refuse_doctype(self, *_: object) -> None:
        raise XmlError("a DOCTYPE is not taken, nor anything it could declare; leave it out")

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        if uri and prefix:
            self._prefix_for(uri, prefix)

    def _prefix_for(self, uri: str, wanted: str) -> str:
        """The prefix that stands for a namespace in the whole document; empty for the standard's own."""
        if uri in STRUCTURE:
            return ""
        standard = _BY_NAMESPACE.get(uri)
        if standard is not None and self.prefixes.get(standard, uri) == uri:
            self._standard.add(standard)
            return standard
        if self.prefixes.get(wanted) == uri:
            return wanted
        free = _fit(wanted) and wanted not in self.prefixes and wanted not in self._standard
        if uri in self._names and not free:
            return self._names[uri]
        if len(self.prefixes) >= MAX_PREFIXES:
            raise XmlError(f"declares more than {MAX_PREFIXES:,} prefixes")
        prefix = wanted if free else self._fresh()
        self.prefixes[prefix] = uri
        self._names.setdefault(uri, prefix)
        return prefix

    def _fresh(self) -> str:
        number = 0
        while f"ns{number}" in self.prefixes:
            number += 1
        return f"ns{number}"

    def _name(self, expanded: str) -> str:
        uri, between, rest = expanded.partition(_BETWEEN)
        if not between:
            return from_xml_name(expanded)
        local, _, prefix = rest.partition(_BETWEEN)
        prefix = self._prefix_for(uri, prefix or "ns0")
        if uri == OURS and prefix:  # declared by whoever uses it; our marks in attributes are no members
            self.prefixes[prefix] = uri
        return f"{prefix}:{from_xml_name(local)}" if prefix else local

    def _start(self, expanded: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise XmlError(f"has more than {MAX_ELEMENTS:,} elements; split it into several documents")
        if len(self._stack) >= MAX_DEPTH:
            raise XmlError(f"nested deeper than {MAX_DEPTH} elements")
        name = self._spelled.get(expanded)
        if name is None:
            name = self._spelled[expanded] = self._name(expanded)
        element = Element(name, "", self._attributes(attributes), _NO_CHILDREN, _NO_ATTRIBUTES)
        if self._stack:
            around = self._stack[-1]
            if around.children:
                around.children.append(element)
            else:
                around.children = [element]
        else:
            self.namespace = expanded.partition(_BETWEEN)[0] if _BETWEEN in expanded else ""
            self._root = element
        self._stack.append(element)
        self._texts.append([])

    def _attributes(self, attributes: dict[str, str]) -> dict[str, str]:
        if not attributes:
            return _NO_ATTRIBUTES
        if len(attributes) > MAX_ATTRIBUTES:
            raise XmlError(f"an element has more than {MAX_ATTRIBUTES} attributes")
        return {self._attribute(key): value for key, value in attributes.items()}

    def _attribute(self, name: str) -> str:
        uri, between, rest = name.partition(_BETWEEN)
        if not between:
            return name
        local, _, prefix = rest.partition(_BETWEEN)
        if uri in STRUCTURE:
            return f"xsi:{local}" if uri.endswith("XMLSchema-instance") else f"xml:{local}"
        return f"{self._prefix_for(uri, prefix or 'ns0')}:{from_xml_name(local)}"

    def _end(self, _: str) -> None:
        element = self._stack.pop()
        element.text = "".join(self._texts.pop())
        if self._stack and self._done(self._stack, element):
            self._stack[-1].children.pop()

    def _text(self, data: str) -> None:
        self._texts[-1].append(data)


def _fit(prefix: str) -> bool:
    return bool(_PREFIX.fullmatch(prefix)) and prefix not in _RESERVED
