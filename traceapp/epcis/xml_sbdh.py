"""The Standard Business Document Header: who sends to whom, and which document this is.

JSON documents have `sender`, `receiver` and `instanceIdentifier` for it. A header that says more is kept whole besides,
as an extension in the EPCIS header.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traceapp.epcis.xml_element import Element
from traceapp.epcis.xml_names import to_xml_name
from traceapp.epcis.xml_values import TEXT

WHOLE = "traceapp:sbdh"
_SIMPLE = {"Standard": "EPCglobal", "TypeVersion": "1.0", "Type": "Events"}


def header_members(element: Element, created: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Members of the document, and of its EPCIS header."""
    simple: dict[str, str] = {}
    for name, path in (
        ("sender", ("Sender", "Identifier")),
        ("receiver", ("Receiver", "Identifier")),
        ("instanceIdentifier", ("DocumentIdentification", "InstanceIdentifier")),
    ):
        found = next(_down(element, path), None)
        if found is not None and found.text.strip():
            simple[name] = found.text.strip()
    written = header_of(simple, created)
    says_no_more = _plain(element) == _plain(written)
    return simple, {} if says_no_more else {WHOLE: _plain(element)}


def header_of(members: dict[str, str], created: str) -> Element:
    """The header that these members make."""
    header = Element("sbdh:StandardBusinessDocumentHeader")
    header.add("sbdh:HeaderVersion", "1.0")
    header.add("sbdh:Sender").add("sbdh:Identifier", members.get("sender", ""))
    header.add("sbdh:Receiver").add("sbdh:Identifier", members.get("receiver", ""))
    identification = header.add("sbdh:DocumentIdentification")
    identification.add("sbdh:Standard", _SIMPLE["Standard"])
    identification.add("sbdh:TypeVersion", _SIMPLE["TypeVersion"])
    identification.add("sbdh:InstanceIdentifier", members.get("instanceIdentifier", ""))
    identification.add("sbdh:Type", _SIMPLE["Type"])
    identification.add("sbdh:CreationDateAndTime", created)
    return header


def whole_header(plain: Any) -> Element:
    """The header that was kept whole."""
    element = _from_plain(plain)
    element.name = "sbdh:StandardBusinessDocumentHeader"
    return element


def _down(element: Element, path: tuple[str, ...]) -> Iterator[Element]:
    if not path:
        yield element
        return
    for child in element.children:
        if child.name == path[0]:
            yield from _down(child, path[1:])


def _plain(element: Element) -> Any:
    """Name, text, attributes and children in order, as JSON: the schema has an order, and members have none."""
    inner = [_plain(child) for child in element.children]
    plain: dict[str, Any] = {"name": element.name.removeprefix("sbdh:")}
    if not inner and element.text.strip():
        plain[TEXT] = element.text.strip()
    own = {name: text for name, text in element.attributes.items() if ":" not in name}
    return plain | ({"attributes": own} if own else {}) | ({"children": inner} if inner else {})


def _from_plain(plain: Any) -> Element:
    if not isinstance(plain, dict):
        return Element("sbdh:Scope")
    element = Element(f"sbdh:{to_xml_name(str(plain.get('name', 'Scope')))}", str(plain.get(TEXT, "")))
    attributes, children = plain.get("attributes"), plain.get("children")
    if isinstance(attributes, dict):
        element.attributes = {to_xml_name(name): str(value) for name, value in attributes.items()}
    element.children = [_from_plain(child) for child in children] if isinstance(children, list) else []
    return element
