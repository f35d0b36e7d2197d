"""XML as plain values, and as text again. Names are in Clark notation: `{namespace}local`, or `local` without one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# XML 1.0 has no way to write these at all.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE = {**_TEXT, '"': "&quot;", "\t": "&#9;", "\n": "&#10;"}
_text_table = str.maketrans(_TEXT)
_attribute_table = str.maketrans(_ATTRIBUTE)


@dataclass(slots=True)
class Element:
    """One element; `text` is all character data directly inside it. `prefixes` are those it declared when read."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Element] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, text: str = "", **attributes: str) -> Element:
        """Append a child and return it."""
        child = Element(name, attributes, text)
        self.children.append(child)
        return child


def namespace_of(name: str) -> str:
    """The namespace of a name in Clark notation, empty without one."""
    return name[1:].partition("}")[0] if name[:1] == "{" else ""


def local_of(name: str) -> str:
    """The local part of a name in Clark notation."""
    return name.rpartition("}")[2]


def write(root: Element, prefixes: Mapping[str, str]) -> bytes:
    """The document in UTF-8. `prefixes` (prefix to namespace) are declared at the root, as far as they are used.

    A namespace without a prefix gets one. What XML cannot hold (control characters) becomes U+FFFD.
    """
    names = _prefixes(root, prefixes)
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    declared = "".join(f' xmlns:{prefix}="{_attribute(uri)}"' for uri, prefix in names.items() if uri != _XML)
    _write(root, names, declared, parts)
    return "".join(parts).encode()


_XML = "http://www.w3.org/XML/1998/namespace"


def _prefixes(root: Element, wanted: Mapping[str, str]) -> dict[str, str]:
    """Namespace to prefix, for every namespace that is used."""
    given = {uri: prefix for prefix, uri in reversed(list(wanted.items()))} | {_XML: "xml"}
    names: dict[str, str] = {}
    taken = set(wanted)
    for uri in dict.fromkeys(_namespaces(root)):
        prefix = given.get(uri)
        if prefix is None:
            number = next(n for n in range(len(taken) + len(names) + 1) if f"ns{n}" not in taken)
            prefix = f"ns{number}"
            taken.add(prefix)
        names[uri] = prefix
    return names


def _namespaces(element: Element) -> Iterator[str]:
    for name in (element.name, *element.attributes):
        if name[:1] == "{":
            yield namespace_of(name)
    for child in element.children:
        yield from _namespaces(child)


def _write(element: Element, names: Mapping[str, str], declared: str, parts: list[str]) -> None:
    name = _qualified(element.name, names)
    parts.append(f"<{name}{declared}")
    parts += [f' {_qualified(key, names)}="{_attribute(value)}"' for key, value in element.attributes.items()]
    if not element.text and not element.children:
        parts.append("/>")
        return
    parts.append(f">{_clean(element.text).translate(_text_table)}")
    for child in element.children:
        _write(child, names, "", parts)
    parts.append(f"</{name}>")


def _qualified(name: str, names: Mapping[str, str]) -> str:
    return f"{names[namespace_of(name)]}:{local_of(name)}" if name[:1] == "{" else name


def _attribute(value: str) -> str:
    return _clean(value).translate(_attribute_table)


def _clean(value: str) -> str:
    return _NOT_XML.sub("\ufffd", value)
