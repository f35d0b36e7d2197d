"""Extensions between XML and JSON: text, typed values, nested elements and repeated ones, and nothing lost on the way.

Elements become members, repeated ones a list. Numbers, booleans and null are told by `xsi:type` and `xsi:nil`, what XML
has no form for (an empty list or object, a list of one, a list in a list) by an attribute of ours, `traceapp:form`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from traceapp.commitments.numbers import ecmascript, read_decimal, read_integer
from traceapp.epcis.xml_element import Element

TEXT = "#text"
"""The member that holds the text of an element which has attributes or elements besides."""

FORM = "traceapp:form"
_ITEM = "traceapp:item"
_INTEGERS = frozenset(
    [
        *("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"),
        *("nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    ]
)
_DECIMALS = frozenset({"decimal", "double", "float"})


class ValueFault(ValueError):
    """A text that is not what its type says: `path` below the element, and why."""

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(why)


_NUMBER = re.compile(r"[+-]?(?:[0-9]+(\.[0-9]*)?|(\.[0-9]+))([eE][+-]?[0-9]+)?")


def number(text: str) -> int | float:
    """A number as XML Schema writes it. ValueError for what is none, or does not survive as a double."""
    text = text.strip()
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is not a number")
    text = text.removeprefix("+")
    return read_decimal(text) if any(match.groups()) else read_integer(text)


def boolean(text: str) -> bool:
    """`true`, `false`, `1` or `0`."""
    words = {"true": True, "1": True, "false": False, "0": False}
    if text.strip() not in words:
        raise ValueError(f"{text[:40]!r} is not true or false")
    return words[text.strip()]


def decimal_text(value: int | float) -> str:
    """A number as xsd:decimal, which knows no exponent."""
    text = ecmascript(value) if isinstance(value, float) else str(value)
    if "e" not in text:
        return text
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits, point = whole + fraction, len(whole) + int(exponent)
    sign = "-" if mantissa.startswith("-") else ""
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    return sign + (digits.ljust(point, "0") if point >= len(digits) else f"{digits[:point]}.{digits[point:]}")


def value_of(element: Element) -> Any:
    """What an extension element says. ValueFault."""
    attributes = element.attributes
    if boolean_attribute(attributes, "xsi:nil"):
        return None
    form = attributes.get(FORM)
    own = {name: text for name, text in attributes.items() if not name.startswith(("xsi:", "xml:")) and name != FORM}
    if form == "list" and all(child.name == _ITEM for child in element.children):
        return [value_of(child) for child in element.children]
    if not element.children and not own and form != "object":
        return _scalar(element.text, attributes.get("xsi:type", ""))
    members: dict[str, Any] = {**own, **members_of(element.children)}
    if element.text.strip() and form != "object":
        members = {TEXT: element.text, **members}
    return members


def boolean_attribute(attributes: Mapping[str, str], name: str) -> bool:
    return attributes.get(name, "").strip() in ("true", "1")


def members_of(children: Iterable[Element]) -> dict[str, Any]:
    """Child elements as members; of one name, in a list. ValueFault with the path of the member."""
    found: dict[str, list[Any]] = {}
    for child in children:
        try:
            found.setdefault(child.name, []).append(value_of(child))
        except ValueFault as fault:
            raise ValueFault(f".{child.name}{fault.path}", fault.why) from None
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _scalar(text: str, xsi_type: str) -> Any:
    word = xsi_type.rpartition(":")[2].strip()
    try:
        if word in _INTEGERS or word in _DECIMALS:
            return number(text)
        return boolean(text) if word == "boolean" else text
    except ValueError as error:
        raise ValueFault("", str(error)) from None


Namer = Callable[[str], str]
"""A member's name as an XML name whose prefix is declared."""


def elements_of(members: Mapping[str, Any], named: Namer) -> list[Element]:
    """Members as elements: the other way round."""
    return [element for name, value in members.items() for element in _elements(named(name), value, named)]


def _elements(name: str, value: Any, named: Namer) -> list[Element]:
    if isinstance(value, list) and len(value) > 1:
        return [_element(name, one, named) for one in value]
    return [_element(name, value, named)]


def _element(name: str, value: Any, named: Namer) -> Element:
    if isinstance(value, list):
        return Element(name, "", {FORM: "list"}, [_element(_ITEM, one, named) for one in value])
    if isinstance(value, Mapping):
        return _object(name, value, named)
    text, xsi_type = typed(value)
    if xsi_type == "nil":
        return Element(name, "", {"xsi:nil": "true"})
    return Element(name, text, {"xsi:type": xsi_type} if xsi_type else {})


def typed(value: object) -> tuple[str, str]:
    """A scalar as text, and the type that must be told with it; `nil` for null, none for text."""
    if value is None:
        return "", "nil"
    if isinstance(value, bool):
        return ("true" if value else "false"), "xsd:boolean"
    if isinstance(value, int):
        return str(value), "xsd:integer"
    return (ecmascript(value), "xsd:double") if isinstance(value, float) else (str(value), "")


def _object(name: str, value: Mapping[str, Any], named: Namer) -> Element:
    rest = {key: member for key, member in value.items() if key != TEXT}
    if TEXT in value and rest and all(isinstance(member, str) for member in value.values()):
        return Element(name, value[TEXT], {named(key): member for key, member in rest.items()})
    return Element(name, "", {} if value else {FORM: "object"}, elements_of(value, named))
