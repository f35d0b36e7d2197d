"""Documents of the state as dataclasses. On the ledger: canonical JSON, each field in camel case, beside its `docType`.

A field is text, an integer, a list, a dataclass of such fields, or one of these or null.
"""

import dataclasses
from collections.abc import Callable, Hashable
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, ClassVar, Self, get_args, get_origin, get_type_hints

from chaincode.traceability.canonical import Json, canonical, parse


class Document:
    """Base of a frozen dataclass that lies on the ledger."""

    doc_type: ClassVar[str]

    def plain(self) -> dict[str, Json]:
        """As JSON values."""
        return {"docType": self.doc_type, **plain(self)}

    def encode(self) -> bytes:
        """As it lies on the ledger."""
        return canonical(self.plain())

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read what `encode` wrote. ValueError: the state was not written by this contract."""
        found = parse(data.decode())
        if not isinstance(found, dict) or found.pop("docType", None) != cls.doc_type:
            raise ValueError(f"not a {cls.doc_type} document")
        made: Self = _read(cls, found)
        return made


def plain(value: Any) -> dict[str, Json]:
    """A dataclass of such fields as JSON values."""
    known = _fields(type(value))  # type: ignore[arg-type]
    return {name: _json(getattr(value, field)) for field, name, _ in known}


def _json(value: Any) -> Json:
    if dataclasses.is_dataclass(value):
        return plain(value)
    return [_json(one) for one in value] if isinstance(value, tuple) else value


def _read(kind: Callable[..., Any], found: Json) -> Any:
    known = _fields(kind)
    if not isinstance(found, dict) or found.keys() != {name for _, name, _ in known}:
        raise ValueError("not the members that such a document has")
    return kind(**{field: _value(hint, found[name], name) for field, name, hint in known})


def _value(hint: Any, found: Json, name: str) -> Any:
    if dataclasses.is_dataclass(hint):
        return _read(hint, found)  # type: ignore[arg-type]
    if hint in (str, int) and type(found) is hint:
        return found
    if get_origin(hint) is tuple and isinstance(found, list):
        return tuple(_value(get_args(hint)[0], one, name) for one in found)
    if isinstance(hint, UnionType):  # something or null
        (some,) = set(get_args(hint)) - {NoneType}
        return None if found is None else _value(some, found, name)
    raise ValueError(f"{name} is not what such a document has there")


@lru_cache
def _fields(kind: Hashable) -> tuple[tuple[str, str, Any], ...]:
    """(field, member, type) of each. A field that would be a word of Python ends in an underscore."""
    hints = get_type_hints(kind)
    return tuple((one.name, _camel(one.name), hints[one.name]) for one in dataclasses.fields(kind))  # type: ignore[arg-type]


def _camel(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)
