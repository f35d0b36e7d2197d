"""Checks that the members of an event are built from.

A check takes a value and the declared prefixes and returns what is wrong as (path below the value, why); nothing if the
value is fine. So one reading of a document can name many faults.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis import identifiers
from traceapp.epcis.context import Prefixes, is_extension
from traceapp.epcis.vocabulary import VOCABULARIES, VocabularyError, bare

Faults: TypeAlias = Sequence[tuple[str, str]]
Check: TypeAlias = Callable[[object, Prefixes], Faults]

FINE: Faults = ()


def fault(why: str, at: str = "") -> Faults:
    """One fault."""
    return [(at, why)]


def text(value: object, prefixes: Prefixes) -> Faults:
    return FINE if isinstance(value, str) else fault("text is expected")


def boolean(value: object, prefixes: Prefixes) -> Faults:
    return FINE if isinstance(value, bool) else fault("true or false is expected")


def number(value: object, prefixes: Prefixes) -> Faults:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return fault("a number is expected")
    return FINE if math.isfinite(value) else fault("a finite number is expected")


def amount(value: object, prefixes: Prefixes) -> Faults:
    faults = number(value, prefixes)
    if not faults and value < 0:  # type: ignore[operator]
        return fault("a quantity cannot be negative")
    return faults


def time(value: object, prefixes: Prefixes) -> Faults:
    if not isinstance(value, str):
        return fault("a time is expected")
    try:
        parse_rfc3339(value)
    except ValueError as error:
        return fault(str(error))
    return FINE


def pattern(expression: str, example: str) -> Check:
    """Text that matches as a whole."""
    matches = re.compile(expression, re.ASCII).fullmatch

    def check(value: object, prefixes: Prefixes) -> Faults:
        return FINE if isinstance(value, str) and matches(value) else fault(f"{_shown(value)} is not like {example}")

    return check


def one_of(*words: str) -> Check:
    """One of a few words."""

    def check(value: object, prefixes: Prefixes) -> Faults:
        return FINE if isinstance(value, str) and value in words else fault(f"{_shown(value)} is not {_or(words)}")

    return check


def uri(value: object, prefixes: Prefixes) -> Faults:
    """An absolute URI; if it is a GS1 key, a right one."""
    return _identifier(value)[1]


def instance(value: object, prefixes: Prefixes) -> Faults:
    """The identifier of one thing."""
    canonical, faults = _identifier(value)
    if not faults and not identifiers.is_instance(canonical):
        return fault(f"{_shown(value)} names a class, not one thing; it belongs into a quantity list")
    return faults


def class_id(value: object, prefixes: Prefixes) -> Faults:
    """The identifier of a class of things."""
    canonical, faults = _identifier(value)
    if not faults and not identifiers.is_class(canonical):
        return fault(f"{_shown(value)} names one thing, not a class; it belongs into an EPC list")
    return faults


def _identifier(value: object) -> tuple[str, Faults]:
    if not isinstance(value, str):
        return "", fault("a URI is expected")
    try:
        return identifiers.canonical(value), FINE
    except identifiers.IdentifierError as error:
        return "", fault(str(error))


def vocabulary(name: str) -> Check:
    """A word of one CBV vocabulary in any spelling, or a URI of somebody's own."""
    words = VOCABULARIES[name][2]

    def check(value: object, prefixes: Prefixes) -> Faults:
        if not isinstance(value, str):
            return fault(f"a {name} is a word of the CBV or a URI")
        if value in words:
            return FINE
        try:
            bare(name, value)
        except VocabularyError as error:
            return fault(str(error))
        return uri(value, prefixes)

    return check


def word_or_uri(words: frozenset[str], what: str) -> Check:
    """A word of a list, or a URI."""

    def check(value: object, prefixes: Prefixes) -> Faults:
        if isinstance(value, str) and value in words:
            return FINE
        if isinstance(value, str) and ":" in value:
            return uri(value, prefixes)
        return fault(f"{_shown(value)} is not a {what} of the standard; an own one must be a URI")

    return check


def array(element: Check, *, at_least: int = 0, each_once: bool = False) -> Check:
    """A list of what `element` takes."""

    def check(value: object, prefixes: Prefixes) -> Faults:
        if not isinstance(value, list):
            return fault("a list is expected")
        if len(value) < at_least:
            return fault("the list is empty")
        faults: list[tuple[str, str]] = []
        for index, one in enumerate(value):
            faults += [(f"[{index}]{at}", why) for at, why in element(one, prefixes)]
        return faults or (_repeated(value) if each_once else FINE)

    return check


def either(check_one: Check, check_many: Check) -> Check:
    """One value, or a list of such."""
    return lambda value, prefixes: (check_many if isinstance(value, list) else check_one)(value, prefixes)


def record(members: Mapping[str, Check], required: Sequence[str] = (), *, extensible: bool = False) -> Check:
    """An object with these members and, if extensible, others with a declared prefix."""

    def check(value: object, prefixes: Prefixes) -> Faults:
        if not isinstance(value, dict):
            return fault("an object is expected")
        return members_of(value, prefixes, members, required, extensible=extensible)

    return check


def members_of(
    value: Mapping[str, object],
    prefixes: Prefixes,
    members: Mapping[str, Check],
    required: Sequence[str] = (),
    *,
    extensible: bool = True,
) -> list[tuple[str, str]]:
    """What is wrong with the members of an object."""
    faults: list[tuple[str, str]] = []
    for name, member in value.items():
        check = members.get(name)
        if check is not None:
            found = check(member, prefixes)
        elif extensible and is_extension(name, prefixes):
            found = extension(member, prefixes)
        else:
            found = fault(_unknown(name, extensible))
        if found:
            faults += [(f".{name[:100]}{at}", why) for at, why in found]
    faults += [(f".{name}", "is missing") for name in required if name not in value]
    return faults


def extension(value: object, prefixes: Prefixes) -> Faults:
    """The content of an extension: anything, as long as the prefixes inside are declared."""
    faults: list[tuple[str, str]] = []
    if isinstance(value, dict):
        for name, member in value.items():
            if ":" in name and not is_extension(name, prefixes):
                faults.append((f".{name[:100]}", _unknown(name, True)))
            elif isinstance(member, (dict, list)):
                faults += [(f".{name[:100]}{at}", why) for at, why in extension(member, prefixes)]
    elif isinstance(value, list):
        for index, one in enumerate(value):
            faults += [(f"[{index}]{at}", why) for at, why in extension(one, prefixes)]
    return faults


def _unknown(name: str, extensible: bool) -> str:
    prefix, colon, _ = name.partition(":")
    if extensible and colon:
        return f"prefix '{prefix[:100]}' is not declared in @context"
    return "is not a member the standard has here" + ("; an extension needs a prefix" if extensible else "")


def _or(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + f" or {words[-1]}" if len(words) > 1 else words[0]


def _shown(value: object) -> str:
    shown = repr(value) if isinstance(value, (str, int, float)) else f"a {type(value).__name__}"
    return shown if len(shown) <= 80 else f"{shown[:80]}…"


def _repeated(values: list[object]) -> Faults:
    seen: set[object] = set()
    for index, value in enumerate(values):
        if value in seen:
            return fault(f"{_shown(value)} is listed twice", f"[{index}]")
        seen.add(value)
    return FINE
