"""Parameters whose names hold a field or a type: extensions in every part of an event, transactions, parties."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceapp.capture import numbers, terms
from traceapp.capture.models import KeyRole
from traceapp.epcis import extensions
from traceapp.epcis.extensions import Field, full_name
from traceapp.epcis.sensor_fields import any_form
from traceapp.epcis.vocabulary import VocabularyError, bare, one_form
from traceapp.query import values
from traceapp.query.criteria import Criterion, Keys, LookUp
from traceapp.query.errors import QueryError
from traceapp.query.measures import COMPARISONS, within
from traceapp.query.seen import SeenEvent

_SCOPES = {
    "ILMD": frozenset({"ilmd"}),
    "ERROR_DECLARATION": frozenset({"errorDeclaration"}),
    "readPoint": frozenset({"readPoint"}),
    "bizLocation": frozenset({"bizLocation"}),
    "SENSORELEMENT": frozenset({"sensorElementList"}),
    "SENSORMETADATA": frozenset({"sensorElementList"}),
    "SENSORREPORT": frozenset({"sensorElementList"}),
}
_FIELD = re.compile(rf"(EQ|GT|GE|LT|LE|EXISTS)_(INNER_)?(?:({'|'.join(_SCOPES)})_)?(.+:.+)")
_LISTED = re.compile(r"EQ_(bizTransaction|source|destination)_(.+)")
ANY_EXTENSION = frozenset({"an extension:"})
"""Stands for the members of an event that are extensions: as visible as a member that nobody has heard of."""


def listed(name: str, given: Any) -> Criterion | None:
    """`EQ_bizTransaction_po` and its like; None for another parameter."""
    match = _LISTED.fullmatch(name)
    if match is None:
        return None
    what, kind = match.groups()
    vocabulary = "bizTransaction" if what == "bizTransaction" else "sourceOrDestination"
    try:
        kind = bare(vocabulary, kind)
    except VocabularyError as error:
        raise QueryError(name, str(error)) from None
    wanted = frozenset(any_form(one) for one in values.texts(name, given))

    def test(seen: SeenEvent) -> bool:
        return any(
            one_form(vocabulary, entry.get("type", "")) == kind and any_form(entry[what]) in wanted
            for entry in seen.event.get(f"{what}List") or ()
        )

    if what == "bizTransaction":
        keys = Keys(frozenset(map(terms.cached_key, wanted)), frozenset({KeyRole.TRANSACTION.value}))
    else:
        role = KeyRole.SOURCE if what == "source" else KeyRole.DESTINATION
        keys = Keys(frozenset(terms.typed(kind, one) for one in wanted), frozenset({role.value}))
    return Criterion(name, frozenset({f"{what}List"}), test, (keys,))


@dataclass(frozen=True)
class _Target:
    """Which fields of an event a parameter means."""

    scope: str
    inner: bool
    field: str

    def field_keys(self) -> list[int]:
        return [terms.field(self.scope, self.field, inner=self.inner)]

    def value_keys(self, normals: Iterable[str]) -> list[int]:
        return [terms.value(self.scope, self.field, one, inner=self.inner) for one in normals]

    def means(self, one: Field) -> bool:
        return one.scope == self.scope and one.inner == self.inner and self.field in (one.name, one.written)


def extension(name: str, given: Any, prefixes: Mapping[str, str]) -> Criterion | None:
    """Fields of extensions by comparison or existence; None where nothing is asked.

    A prefix that neither the standard nor the caller declares is taken for the one that events write.
    """
    match = _FIELD.fullmatch(name)
    if match is None:
        return None
    comparison, inner, scope, written = match.groups()
    target = _Target(scope or extensions.EVENT, bool(inner), full_name(written, prefixes))
    if comparison == "EXISTS":
        return _criterion(name, target, lambda one: True) if values.flag(name, given) else None
    if comparison != "EQ":
        compared = _ordered(name, comparison, given)
        kind = "number" if compared.read is values.as_number else "time"
        counted = numbers.of_field(target.scope, target.field, kind, inner=target.inner)
        return _criterion(name, target, compared.holds, within(comparison, counted, [compared.number]))
    wanted = _normals(values.texts(name, given))

    def equal(one: Field) -> bool:
        return one.value is not None and terms.normal(one.value) in wanted

    keys = Keys(frozenset(target.value_keys(wanted)), frozenset({KeyRole.VALUE.value}))
    return _criterion(name, target, equal, (keys,))


def _criterion(
    name: str, target: _Target, holds: Callable[[Field], bool], look_ups: tuple[LookUp, ...] = ()
) -> Criterion:
    def test(seen: SeenEvent) -> bool:
        return any(target.means(one) and holds(one) for one in seen.fields)

    there = Keys(frozenset(target.field_keys()), frozenset({KeyRole.FIELD.value}))
    return Criterion(name, _SCOPES.get(target.scope, ANY_EXTENSION), test, look_ups or (there,))


def _normals(given: list[str]) -> frozenset[str]:
    """What the text may stand for: itself or a moment, and a number where it is one."""
    found = set()
    for text in given:
        found.add(terms.normal(text))
        number = values.as_number(text)
        if number is not None:
            found.add(terms.normal(number))
    return frozenset(found)


@dataclass(frozen=True)
class _Ordered:
    """A comparison with a bound, which is a `number` also where it is a moment: seconds since 1970."""

    holds: Callable[[Field], bool]
    read: Callable[[str], Any]
    number: int | float


def _ordered(name: str, comparison: str, given: Any) -> _Ordered:
    """Numbers with numbers, moments with moments."""
    text = values.one(name, given)
    compare = COMPARISONS[comparison]
    read = values.as_number if values.as_number(text) is not None else values.as_time
    bound: Any = read(text)
    if bound is None:
        raise QueryError(name, f"{text[:40]!r} is neither a number nor a time such as 2026-05-14T09:12:00Z")

    def holds(one: Field) -> bool:
        value = one.value
        if isinstance(value, str):
            value = read(value)  # type: ignore[assignment]
        elif read is values.as_time or isinstance(value, bool):
            return False
        return value is not None and compare(value, bound)

    return _Ordered(holds, read, bound.timestamp() if isinstance(bound, datetime) else bound)


def is_extension(name: str) -> bool:
    """Whether a parameter's name is one of an extension's field."""
    return _FIELD.fullmatch(name) is not None
