"""XML as plain values, and as text again.

Names are written as they stand in a document (`prefix:local`, or `local`); what the prefixes mean stands on the element
that declares them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# XML 1.0 has no way to write these at all.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE = {**_TEXT, '"': "&quot;", "\t": "&#9;", "\n": "&#10;"}
_text_table = str.maketrans(_TEXT)
_attribute_table = str.maketrans(_ATTRIBUTE)


@dataclass(slots=True)
class Element:
    """One element; `text` is all character data directly inside it, `prefixes` what it declares (prefix to URI)."""

    name: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def add(self, name: str, text: str = "", **attributes: str) -> Element:
        """Append a child and return it."""
        child = Element(name, text, attributes)
        self.children.append(child)
        return child


def write(root: Element) -> bytes:
    """The document in UTF-8. What XML cannot hold (control characters) becomes U+FFFD."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _write(root, parts)
    return "".join(parts).encode("utf-8", "replace")


def _write(element: Element, parts: list[str]) -> None:
    parts.append(f"<{element.name}")
    parts += [f' xmlns:{prefix}="{_attribute(uri)}"' for prefix, uri in element.prefixes.items()]
    parts += [f' {name}="{_attribute(value)}"' for name, value in element.attributes.items()]
    if not element.text and not element.children:
        parts.append("/>")
        return
    parts.append(f">{_clean(element.text).translate(_text_table)}")
    for child in element.children:
        _write(child, parts)
    parts.append(f"</{element.name}>")


def _attribute(value: str) -> str:
    return _clean(value).translate(_attribute_table)


def _clean(value: str) -> str:
    return _NOT_XML.sub("\ufffd", value)
